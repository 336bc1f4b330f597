"""Objects with several programs: which one is taken, and how to choose another."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import oko_py
from oko_py import elf

SEVERAL = """#include <oko/filter.h>
__noinline uint64_t twice(uint64_t n) { return n * 2; }
SEC("filter/a") uint64_t one(const struct oko_ctx *ctx) { return 1; }
SEC("filter/b") uint64_t two(const struct oko_ctx *ctx) { return twice(ctx->in_port); }
"""

#: The function that comes first is called by the program.
CALLED = """#include <oko/filter.h>
static SEC("filter") __noinline uint64_t helper(uint64_t n) { return n * 3; }
SEC("filter") uint64_t program(const struct oko_ctx *ctx) { return helper(ctx->in_port); }
"""

AMBIGUOUS = """#include <oko/filter.h>
SEC("filter") uint64_t seven(const struct oko_ctx *ctx) { return 7; }
SEC("filter") uint64_t eight(const struct oko_ctx *ctx) { return 8; }
"""

XDP = """#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("prog") int other(struct xdp_md *ctx) { return XDP_DROP; }
SEC("xdp/pass") int pass(struct xdp_md *ctx) { return XDP_PASS; }
SEC("xdp/drop") int drop(struct xdp_md *ctx) { return XDP_DROP; }
"""


def compile_c(folder: Path, source: str, *, debug: bool = True) -> Path:
    path = folder / "prog.c"
    path.write_text(source)
    return oko_py.compile(path, folder / "prog.o", debug=debug)


def okobpf_run(okobpf: Path, program: Path, *options: str) -> tuple[int, str]:
    """Return the result for an empty packet, or -1, and what was said."""
    done = subprocess.run(
        [okobpf, "run", "--json", "--packet", "00" * 60, *options, program],
        capture_output=True, text=True, timeout=60,
    )
    if done.returncode:
        return -1, done.stdout + done.stderr
    return int(json.loads(done.stdout)["results"][0]), ""


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("source", "choice", "result"),
    [
        (SEVERAL, None, 1), (SEVERAL, "filter/a", 1), (SEVERAL, "filter/b", 2),
        (SEVERAL, "one", 1), (SEVERAL, "two", 2),
        (CALLED, None, 3), (CALLED, "filter", 3), (CALLED, "program", 3),
        (AMBIGUOUS, "seven", 7), (AMBIGUOUS, "eight", 8),
        (XDP, None, 1), (XDP, "xdp/drop", 0), (XDP, "pass", 1), (XDP, "prog", 0), (XDP, "other", 0),
    ],
)
def test_choice(
    okobpf: Path, tmp_path: Path, source: str, choice: str | None, result: int, debug: bool
) -> None:
    program = compile_c(tmp_path, source, debug=debug)
    options = [f"--section={choice}"] if choice else []
    assert okobpf_run(okobpf, program, *options) == (result, "")


@pytest.mark.parametrize("choice", [None, "filter"])
def test_ambiguous(okobpf: Path, tmp_path: Path, choice: str | None) -> None:
    program = compile_c(tmp_path, AMBIGUOUS)
    result, text = okobpf_run(okobpf, program, *([f"--section={choice}"] if choice else []))
    assert result == -1
    assert 'section "filter" has 2 programs' in text
    assert '"seven" in section "filter", "eight" in section "filter"' in text
    assert "name of its function" in text


def test_no_such_program(okobpf: Path, tmp_path: Path) -> None:
    result, text = okobpf_run(okobpf, compile_c(tmp_path, SEVERAL), "--section=three")
    assert result == -1
    assert '"three": the object has "one" in section "filter/a", "two" in' in text


@pytest.mark.parametrize(("source", "names"), [
    (SEVERAL, ["one", "two"]), (CALLED, ["program"]), (XDP, ["other", "pass", "drop"]),
])
def test_list(okobpf: Path, tmp_path: Path, source: str, names: list[str]) -> None:
    program = compile_c(tmp_path, source)
    done = subprocess.run(
        [okobpf, "dump", "--json", program], capture_output=True, text=True, check=True
    )
    assert [each["name"] for each in json.loads(done.stdout)["programs"]] == names
    done = subprocess.run([okobpf, "dump", program], capture_output=True, text=True, check=True)
    for name in names:
        assert f'"{name}" in section' in done.stdout
    # The library agrees, but for which comes first.
    assert sorted(each.name for each in elf.load(program).programs) == sorted(names)
