"""The verifier's corpus through the okobpf command, one case a file.

Programs in okobpf/tests/verifier/accept must be accepted, those in refuse must be refused for the
reason in their comment "expect: ...".  Clangs newer than Debian 12's default, where there are any,
compile the C programs for the versions of the instruction set that only they know.  Programs that
a loop can write are cases like the others; okobpf/tests/gen/corpus.py writes them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import oko_py

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "okobpf"
CORPUS = SOURCE / "tests" / "verifier"

CLANG = oko_py.find_clang()


GENERATE = [sys.executable, SOURCE / "tests" / "gen" / "corpus.py"]


def _generated(*arguments: str) -> str:
    return subprocess.run(
        [*GENERATE, *arguments], capture_output=True, text=True, check=True
    ).stdout


def _files(kind: str, pattern: str = "*.[cs]") -> list[str]:
    written = [Path(name) for name in _generated().split()]
    return sorted(
        path.name
        for path in [*(CORPUS / kind).glob(pattern), *written]
        if path.match(f"{kind}/{pattern}")
    )


def _source(kind: str, name: str, directory: Path) -> Path:
    """The source of a case: one that is generated is written to 'directory'."""
    source = CORPUS / kind / name
    if not source.exists():
        source = directory / name
        source.write_text(_generated(f"{kind}/{name}"))
    return source


def _compilers() -> list[tuple[str, str]]:
    """Clangs and versions of the instruction set to compile the C programs for."""
    newer = [(f"clang-{n}", "v4") for n in (18, 19, 20, 21, 22)]
    found = [(clang, cpu) for clang, cpu in newer if shutil.which(clang)]
    return [(CLANG, "v3"), (CLANG, "v1"), *found[-1:]]


def _verify(
    okobpf: Path, source: Path, directory: Path, clang: str, cpu: str
) -> subprocess.CompletedProcess[str]:
    target = directory / "prog.o"
    flags = ["-target", "bpf", f"-mcpu={cpu}"]
    if source.suffix == ".c":
        flags += ["-O2", "-g", "-Wno-pass-failed", f"-I{ROOT / 'oko_py/include'}"]
    subprocess.run([clang, *flags, "-c", source, "-o", target], check=True)
    return subprocess.run([okobpf, "verify", target], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", _files("accept", "*.s"))
def test_accept(okobpf: Path, tmp_path: Path, name: str) -> None:
    done = _verify(okobpf, _source("accept", name, tmp_path), tmp_path, CLANG, "v3")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("compiler", _compilers(), ids="-".join)
@pytest.mark.parametrize("name", _files("accept", "*.c"))
def test_accept_c(okobpf: Path, tmp_path: Path, name: str, compiler: tuple[str, str]) -> None:
    done = _verify(okobpf, _source("accept", name, tmp_path), tmp_path, *compiler)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", _files("refuse"))
def test_refuse(okobpf: Path, tmp_path: Path, name: str) -> None:
    source = _source("refuse", name, tmp_path)
    expected = re.search(r"/\* expect: (.+) \*/", source.read_text())
    assert expected is not None, "the program doesn't say what to expect"
    done = _verify(okobpf, source, tmp_path, CLANG, "v3")
    assert done.returncode == 1, done.stdout + done.stderr
    reason = done.stdout.splitlines()[0]
    # How far the verifier gets with a loop in the time it has depends on the machine; that work
    # is the limit without, verifier-corpus-test shows.
    about_work = re.match("too much work|rounds of the loop", expected[1])
    late = about_work and "no end in sight" in reason
    assert late or expected[1] in reason
    assert "to do:" in done.stdout
    if source.suffix == ".c":
        # What a header has may have been put in line.
        assert re.search(rf"({re.escape(name)}|\w+\.h):\d+: ", done.stdout), "no source line"
