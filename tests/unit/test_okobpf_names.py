"""Names that come from an object: whatever they are, they do nothing to a terminal."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import oko_py

SOURCE = """#include <oko/filter.h>
OKO_MAP(MAP_NAME_, OKO_MAP_HASH, uint32_t, uint64_t, 8);
SEC("filter/SECTION_") uint64_t
FUNCTION_(const struct oko_ctx *ctx)
{
    uint32_t key = ctx->in_port; /* COMMENT_ */
    return oko_map_lookup(&MAP_NAME_, &key) != NULL;
}
"""

#: What stands in each name instead of the underscore and what comes before it.
BAD = [b"\x1b[2J", b"\x07", b"\r\n", b"\xff\xfe", b"\xc2\x9b", b"\x7f\x01", b"\xe2\x82"]


def objects(folder: Path, old: str, bad: bytes) -> Path:
    """Write the object with *bad* in place of the end of *old*."""
    source = folder / "prog.c"
    source.write_text(SOURCE)
    program = oko_py.compile(source, folder / "prog.o")
    data = program.read_bytes()
    assert old.encode() in data
    program.write_bytes(data.replace(old.encode(), old.encode()[: -len(bad)] + bad))
    return program


@pytest.mark.parametrize("bad", BAD, ids=ascii)
@pytest.mark.parametrize("name", ["MAP_NAME_", "SECTION_", "FUNCTION_", "COMMENT_"])
def test_output_is_printable(okobpf: Path, tmp_path: Path, name: str, bad: bytes) -> None:
    program = objects(tmp_path, name, bad)
    for command in (
        ["dump"], ["disasm"], ["verify", "--log"], ["verify", "--section=none"], ["dump", "--json"],
        ["run", "--maps", "--packet", "00" * 60],
    ):
        done = subprocess.run([okobpf, *command, program], capture_output=True, timeout=60)
        output = done.stdout + done.stderr
        text = output.decode()      # It is UTF-8.
        assert all(each.isprintable() for line in text.split("\n") for each in line), output


def test_other_letters_stay(okobpf: Path, tmp_path: Path) -> None:
    program = objects(tmp_path, "MAP_NAME_", "gr\u00f6\u00dfe".encode())
    done = subprocess.run([okobpf, "dump", program], capture_output=True, timeout=60, check=True)
    assert "gr\u00f6\u00dfe" in done.stdout.decode()
