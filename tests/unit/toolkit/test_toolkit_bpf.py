"""``inv bpf.new`` and ``inv bpf.compile``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oko_py import elf


def inv(root: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "oko_build", *arguments],
        cwd=root, env={**os.environ, "OKO_CWD": str(folder)}, capture_output=True, text=True,
        check=False,
    )


def test_a_program_is_compiled_where_the_user_is(root: Path, tmp_path: Path) -> None:
    source = root / "examples/bpf/accept-all/accept-all.c"
    (tmp_path / "mine.c").write_text(source.read_text())
    done = inv(root, tmp_path, "bpf.compile", "mine.c")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mine.o").read_bytes()[:4] == b"\x7fELF"


def test_a_mistake_is_shown_as_the_compiler_shows_it(root: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.c").write_text("int entry(void) { return x; }\n")
    done = inv(root, tmp_path, "bpf.compile", "wrong.c", "--output=out.o")
    assert done.returncode == 1
    assert "use of undeclared identifier 'x'" in done.stderr
    assert not (tmp_path / "out.o").exists()


@pytest.mark.parametrize("abi", ["packet", "context"])
def test_a_new_program_compiles(root: Path, tmp_path: Path, abi: str) -> None:
    done = inv(root, tmp_path, "bpf.new", "my-filter", f"--abi={abi}")
    assert done.returncode == 0, done.stderr
    done = inv(root, tmp_path, "bpf.compile", "my-filter.c")
    assert done.returncode == 0, done.stderr
    assert list(elf.load(tmp_path / "my-filter.o").maps) == ["packets"]


def test_a_new_program_does_not_replace_one(root: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.c").write_text("mine")
    assert inv(root, tmp_path, "bpf.new", "mine").returncode == 1
    assert (tmp_path / "mine.c").read_text() == "mine"
    assert inv(root, tmp_path, "bpf.new", "../mine").returncode == 1
