"""One list a number: copies of okobpf/lib/numbers.h say what it says.

Programs' headers, oko_py and the headers of the runtime's own tests know kinds of maps, helpers and
the context by numbers and names of their own; each is compared with the runtime's list, whole.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import oko_py
from oko_py import elf

ROOT = Path(__file__).resolve().parents[2]
LIB = ROOT / "okobpf/lib"
FILTER = ROOT / "oko_py/include/oko/filter.h"
XDP = ROOT / "oko_py/include/oko/xdp.h"
PROG = ROOT / "okobpf/tests/progs/prog.h"


def _list(name: str) -> str:
    """The X-macro 'name', without comments and backslashes."""
    text = re.sub(r"/\*.*?\*/", "", (LIB / "numbers.h").read_text(), flags=re.DOTALL)
    found = re.search(rf"#define {name}\(\w+\)((?:.*\\\n)*.*\n)", text)
    assert found, name
    return found[1]


def _numbered(name: str) -> dict[int, tuple[str, str]]:
    entries = re.findall(r"\w+\((\w+), (\d+), (\w+)\)", _list(name))
    assert [int(number) for _, number, _ in entries] == list(range(1, len(entries) + 1))
    return {int(number): (id_, name) for id_, number, name in entries}


KINDS = _numbered("OKOBPF_MAP_KINDS")
HELPERS = _numbered("OKOBPF_HELPERS")
FIELDS = re.findall(r"FIELD\((\w+)\)", _list("OKOBPF_CTX_FIELDS"))


def _code(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)


def _members(path: Path, struct: str) -> list[tuple[int, str]]:
    """Size and name of each member; of a union, of its first."""
    found = re.search(rf"struct {struct} \{{(.*?)\n\}};", _code(path), re.DOTALL)
    assert found, path
    text = re.sub(r"union \{\s*([^;]*;).*?\};", r"\1", found[1], flags=re.DOTALL)
    return [
        (int(bits) // 8, name)
        for bits, names in re.findall(r"\b(?:__)?u(?:int)?(\d+)(?:_t)? ([\w, ]+);", text)
        for name in names.split(", ")
    ]


def test_ids_are_names_in_capitals() -> None:
    for id_, name in [*KINDS.values(), *HELPERS.values()]:
        assert id_ == name.upper()


def test_oko_py() -> None:
    assert dict(elf.MAP_TYPES) == {number: name for number, (_, name) in KINDS.items()}
    assert dict(elf.HELPERS) == {number: name for number, (_, name) in HELPERS.items()}


def test_kinds_in_the_header() -> None:
    told = re.findall(r"\bOKO_MAP_(\w+) = (\d+)", _code(FILTER))
    assert {int(number): id_ for id_, number in told} == {n: id_ for n, (id_, _) in KINDS.items()}


def test_kinds_in_headers_of_tests() -> None:
    found = re.search(r"enum \{ (ARRAY = 1.*?) \};", PROG.read_text(), re.DOTALL)
    assert found
    told = re.findall(r"(\w+) = (\d+)", found[1])
    assert {int(number): id_ for id_, number in told} == {n: id_ for n, (id_, _) in KINDS.items()}


def _pointers(path: Path) -> dict[int, str]:
    """Functions by number, of those that a header has pointers to."""
    pattern = r"\(\*(?:const )?(\w+)\)\([^;=]*\)\s*=\s*\(void \*\) (\d+);"
    told = re.findall(pattern, _code(path))
    assert len(told) == len({number for _, number in told})
    return {int(number): name for name, number in told}


def test_helpers_in_the_header() -> None:
    assert _pointers(FILTER) == {
        number: f"oko_{name}" + ("_" if name == "printf" else "")
        for number, (_, name) in HELPERS.items()
    }


def test_helpers_in_headers_of_tests() -> None:
    told = _pointers(PROG)
    assert len(told) > 9
    for number, name in told.items():
        assert HELPERS[number][1] == {"print": "printf"}.get(name, name)


@pytest.mark.parametrize("path", [LIB / "okobpf.h", FILTER], ids=lambda path: path.name)
def test_context(path: Path) -> None:
    members = _members(path, "oko_ctx")
    assert [name for _, name in members] == FIELDS
    assert members == _members(LIB / "okobpf.h", "oko_ctx")


def test_context_by_other_names() -> None:
    sizes = [size for size, _ in _members(LIB / "okobpf.h", "oko_ctx")]
    assert _members(PROG, "ctx") == _members(FILTER, "oko_ctx")
    linux = _members(XDP, "xdp_md")
    assert [size for size, _ in linux] == sizes
    for (_, name), field in zip(linux, FIELDS, strict=True):
        if name.startswith("oko_"):
            assert name == f"oko_{field}"


def test_program_that_calls_each_helper(okobpf: Path, tmp_path: Path) -> None:
    """okobpf, the command, has the names, too: what is disassembled calls what was written."""
    calls = "\n".join(f"        call {number}" for number in HELPERS)
    source = tmp_path / "calls.s"
    source.write_text(
        "        .text\n        .globl entry\n        .type entry, @function\n"
        f"entry:\n{calls}\n        exit\n"
    )
    told = _disassembled(okobpf, source, tmp_path / "calls.o")
    assert re.findall(r"call (\w+)#(\d+)", told) == [
        (name, str(number)) for number, (_, name) in HELPERS.items()
    ]


def _disassembled(okobpf: Path, source: Path, target: Path) -> str:
    subprocess.run(
        [oko_py.find_clang(), "-target", "bpf", "-c", source, "-o", target], check=True
    )
    return subprocess.run(
        [okobpf, "disasm", target], capture_output=True, text=True, check=True
    ).stdout
