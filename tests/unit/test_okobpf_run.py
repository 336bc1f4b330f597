"""Raw instructions through "okobpf run --insns", as suites of conformance tests run them.

Such a suite starts a command with the memory's bytes in hex as an argument and the program's on
standard input, and expects r0 in hex on standard output, or a failure.
"""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import okobpf_build
import pytest

HAS_JIT = os.uname().machine == "x86_64"
ENGINES = [(), ("--interp",), ("--jit",)] if HAS_JIT else [(), ("--interp",)]
engines = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: "".join(engine) or "auto")

EXIT = "9500000000000000"


def insn(opcode: int, dst: int = 0, src: int = 0, offset: int = 0, imm: int = 0) -> str:
    return struct.pack("<BBhi", opcode, src << 4 | dst, offset, imm).hex()


def run(okobpf: Path, *args: str, stdin: bytes = b"") -> tuple[int, str, str]:
    done = subprocess.run(
        [okobpf, "run", *args], input=stdin, capture_output=True, timeout=60, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@engines
def test_result(okobpf: Path, engine: tuple[str, ...]) -> None:
    # r0 = *(u8 *)(r1 + 2); r0 += r2; exit
    program = insn(0x71, 0, 1, 2) + insn(0x0F, 0, 2) + EXIT
    assert run(okobpf, *engine, "--insns", program, "--mem", "0a0bf00d") == (0, "0xf4\n", "")


@engines
def test_result_is_64_bits(okobpf: Path, engine: tuple[str, ...]) -> None:
    program = insn(0xB7, 0, imm=-1) + EXIT
    assert run(okobpf, *engine, "--insns", program) == (0, "0xffffffffffffffff\n", "")


@engines
def test_what_the_verifier_refuses(okobpf: Path, engine: tuple[str, ...]) -> None:
    """Suites divide by the constant 0 and shift by more than there are bits."""
    divide = insn(0xB7, 0, imm=5) + insn(0x37, 0, imm=0) + EXIT
    shift = insn(0xB7, 0, imm=5) + insn(0x67, 0, imm=65) + EXIT
    assert run(okobpf, *engine, "--insns", divide) == (0, "0x0\n", "")
    assert run(okobpf, *engine, "--insns", shift) == (0, "0xa\n", "")


@engines
def test_memory_is_writable(okobpf: Path, engine: tuple[str, ...]) -> None:
    # *(u8 *)(r1 + 3) = 0x7f; r0 = *(u32 *)(r1 + 0); exit
    program = insn(0x72, 1, offset=3, imm=0x7F) + insn(0x61, 0, 1) + EXIT
    assert run(okobpf, *engine, "--insns", program, "--mem=01020304")[1] == "0x7f030201\n"


def test_as_a_suite_runs_it(okobpf: Path, tmp_path: Path) -> None:
    """The script that the help shows: memory as the argument, the program as input."""
    plugin = tmp_path / "plugin"
    plugin.write_text(f'#!/bin/sh\nexec {okobpf} run --insns - --mem "$1"\n')
    plugin.chmod(0o755)
    program = insn(0x61, 0, 1) + EXIT
    spaced = " ".join(program[i : i + 2] for i in range(0, len(program), 2)) + "\n"
    done = subprocess.run(
        [plugin, "aa bb 11 cc"], input=spaced, capture_output=True, text=True, timeout=60
    )
    assert int(done.stdout, 16) == 0xCC11BBAA


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("--insns=",), "expected instructions of 8 bytes, got 0"),
        (("--insns= \n",), "expected instructions of 8 bytes, got 0"),
        (("--insns=9500",), "expected instructions of 8 bytes, got 2"),
        ((f"--insns={EXIT}00",), "expected instructions of 8 bytes, got 9"),
        (("--insns=950",), 'expected pairs of hex digits, got "0"'),
        (("--insns=95 0",), 'expected pairs of hex digits, got "0"'),
        (("--insns=9 5",), 'expected pairs of hex digits, got "9 5"'),
        (("--insns=0xzz",), 'expected pairs of hex digits, got "zz"'),
        ((f"--insns={EXIT}", "--mem=0"), '--mem: expected pairs of hex digits, got "0"'),
        ((f"--insns={EXIT}", "--mem=x"), "--mem: expected pairs of hex digits"),
        ((f"--insns={EXIT}", "a.o"), "--insns takes no FILE"),
        (("--insns=" + insn(0xFF) + EXIT,), "instruction 0 is none of RFC 9669: opcode 0xff"),
        (("--insns=" + insn(0xB7, 11) + EXIT,), "registers 0x0b"),
        (("--insns=" + insn(0xDC, imm=24) + EXIT,), "immediate 24"),
        (("--insns=" + insn(0x85, imm=99) + EXIT,), "immediate 99"),
        (("--insns=" + insn(0xB7),), "control leaves the instructions after the last"),
        (("--insns=" + insn(0x15) + insn(0x85, src=1, imm=-1),), "after the last, 1"),
        (("--insns=" + insn(0x05, offset=5) + EXIT,), "instruction 0 leads to 6"),
        (("--insns=" + insn(0x85, src=1, imm=-2) + EXIT,), "instruction 0 leads to -1"),
        (("--insns=" + insn(0x18) + EXIT,), "lacks the second half"),
        (("--insns=" + insn(0x05, offset=1) + insn(0x18) + insn(0) + EXIT,), "leads to 2"),
    ],
)
def test_unusable(okobpf: Path, args: tuple[str, ...], error: str) -> None:
    status, out, err = run(okobpf, *args)
    assert (status, out) == (2, "")
    assert err.startswith("okobpf: ")
    assert error in err


def test_binary_input(okobpf: Path) -> None:
    status, out, err = run(okobpf, "--insns=-", stdin=bytes.fromhex(EXIT))
    assert (status, out) == (2, "")
    assert "expected pairs of hex digits" in err
    assert run(okobpf, "--insns=-", stdin=b"")[0] == 2


@engines
def test_endless(okobpf: Path, engine: tuple[str, ...]) -> None:
    """A program that runs on and on is an error, not a suite that stands still."""
    status, out, err = run(okobpf, *engine, "--insns", insn(0x05, offset=-1))
    assert (status, out) == (2, "")
    assert "did not end within 2 seconds of processor time" in err


@engines
def test_wild_access(okobpf: Path, engine: tuple[str, ...]) -> None:
    # r0 = *(u32 *)(0 + 0)
    program = insn(0xB7, 1) + insn(0x61, 0, 1) + EXIT
    status, out, err = run(okobpf, *engine, "--insns", program)
    assert (status, out) == (2, "")
    assert "accessed memory that is not theirs" in err


def test_without_jit(tmp_path: Path) -> None:
    """Elsewhere the interpreter serves, and says so once."""
    okobpf_build.make(tmp_path, "JIT=no")
    okobpf = tmp_path / "okobpf"
    program = insn(0xB7, imm=7) + EXIT
    note = "okobpf: the interpreter runs this program, for lack of machine code: this build has"
    status, out, err = run(okobpf, "--insns", program)
    assert (status, out) == (0, "0x7\n")
    assert err.startswith(note)
    assert len(err.splitlines()) == 1
    assert run(okobpf, "--interp", "--insns", program) == (0, "0x7\n", "")
    status, out, err = run(okobpf, "--jit", "--insns", program)
    assert (status, out, err) == (2, "", "okobpf: no machine code: this build has no JIT\n")
