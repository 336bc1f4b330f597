"""oko_py.compile(): clang's command line, its diagnostics, and what is left behind."""

import os
import shutil
from pathlib import Path

import pytest

import oko_py
from oko_py import CompileError, CompilerNotFound, elf

GOOD = "#include <oko/filter.h>\nuint64_t entry(void *p, uint64_t n) { return n > LIMIT; }\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "filter.c"
    path.write_text(GOOD)
    return path


def test_compiles_with_headers_and_defines(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.o"
    assert oko_py.compile(source, out, defines={"LIMIT": 100}) == out
    assert elf.load(out).program.name == "entry"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["filter.c", "out.o"]


def test_default_output_is_in_the_current_directory(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert oko_py.compile(source, defines={"LIMIT": None}) == Path("filter.o")
    assert (elsewhere / "filter.o").is_file()


@pytest.mark.parametrize("cpu", ["v1", "v2", "v3"])
def test_instruction_sets(source: Path, tmp_path: Path, cpu: str) -> None:
    oko_py.compile(source, tmp_path / "out.o", cpu=cpu, defines={"LIMIT": 1})
    assert elf.load(tmp_path / "out.o").program.n_insns >= 2


COUNTER = """#include <oko/filter.h>
uint32_t n;
uint64_t entry(void *p, uint64_t len) { return __sync_fetch_and_add(&n, 1) > 9; }
"""


def test_counters_compile_with_the_default_options(tmp_path: Path) -> None:
    path = tmp_path / "counter.c"
    path.write_text(COUNTER)
    assert elf.load(oko_py.compile(path, tmp_path / "out.o")).program.name == "entry"


@pytest.mark.parametrize("cpu", ["v1", "v2"])
def test_what_an_instruction_set_lacks_is_said(tmp_path: Path, cpu: str) -> None:
    path = tmp_path / "counter.c"
    path.write_text(COUNTER)
    with pytest.raises(CompileError, match=f"instruction set {cpu} has no atomic operation"):
        oko_py.compile(path, tmp_path / "out.o", cpu=cpu)


def test_failure_has_diagnostics_and_keeps_the_old_object(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.o"
    out.write_bytes(b"old")
    with pytest.raises(CompileError) as caught:
        oko_py.compile(source, out)  # LIMIT is not defined.
    assert "LIMIT" in caught.value.diagnostics
    assert "filter.c:2:" in str(caught.value)
    assert str(out) in caught.value.argv
    assert out.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["filter.c", "out.o"]


def test_needs_no_headers_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "filter.c"
    path.write_text("#include <net/ethernet.h>\nint x;\n")
    with pytest.raises(CompileError, match=r"net/ethernet\.h"):
        oko_py.compile(path, tmp_path / "out.o")
    path.write_text("#include <stdint.h>\n#include <stddef.h>\n#include <stdbool.h>\n" + GOOD)
    oko_py.compile(path, tmp_path / "out.o", defines={"LIMIT": 1})


def test_missing_source_and_directory(source: Path, tmp_path: Path) -> None:
    with pytest.raises(CompileError, match="no such file"):
        oko_py.compile(tmp_path / "none.c", tmp_path / "out.o")
    with pytest.raises(CompileError, match="no such directory"):
        oko_py.compile(source, tmp_path / "none" / "out.o")


def test_missing_compiler(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CompilerNotFound, match="no-such-clang: no such compiler"):
        oko_py.compile(source, tmp_path / "out.o", clang="no-such-clang")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CompilerNotFound, match="apt-get install clang"):
        oko_py.compile(source, tmp_path / "out.o")


def test_finds_versioned_clang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = oko_py.find_clang()
    (tmp_path / "clang-15").symlink_to(real)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert oko_py.find_clang() == str(tmp_path / "clang-15")


def test_compiler_that_hangs(source: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow-clang"
    slow.write_text(f"#!/bin/sh\nexec {shutil.which('sleep')} 60\n")
    slow.chmod(0o755)
    with pytest.raises(CompileError, match=r"did not end within 0\.2 s"):
        oko_py.compile(source, tmp_path / "out.o", clang=os.fspath(slow), timeout=0.2)
    assert not (tmp_path / "out.o").exists()


def test_object_does_not_depend_on_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = []
    for name in ("here", "somewhere else"):
        directory = tmp_path / name
        directory.mkdir()
        (directory / "filter.c").write_text(GOOD)
        monkeypatch.chdir(directory)
        absolute = oko_py.compile(directory / "filter.c", "a.o", defines={"LIMIT": 1})
        objects.append(absolute.read_bytes())
        assert str(tmp_path).encode() not in objects[-1]
    assert objects[0] == objects[1]
