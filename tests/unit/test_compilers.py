"""Objects of many compilers: clang 14 to 22, each version of the instruction set, with and without
debug information, at several levels of optimization.

The clangs that './inv doctor' installs on this Debian are tried by the names of their packages.
Newer ones come with PyPI's ziglang, whose ``zig clang`` is LLVM's own clang: the extra "compilers"
of pyproject.toml names the version, and ``OKO_CLANGS`` may name more compilers, as commands with a
colon in between.

The programs in tests/fixtures/compilers say in comments what has to come out:

    packet 01 ff: 2 + 3     this packet, filled up with zeros to 64 bytes, gives 5
    prints TEXT             a line that the first packet makes it print
    section NAME            the program to load
    needs -g                cannot do without debug information
    needs clang 22 v4       cannot do with an older compiler or instruction set
    expect: TEXT            stands in the message with which the object is refused
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import json
import os
import re
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

import oko_py
from oko_build import config, doctor
from oko_build.layout import Layout

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "okobpf"
FIXTURES = ROOT / "tests" / "fixtures" / "compilers"
LENGTH = 64     # Bytes in a packet.



@dataclass(frozen=True)
class Compiler:
    """A clang that may or may not be there."""

    name: str
    command: tuple[str, ...]    # Empty if it is not there.
    how: str                    # How it is had.

    @property
    def version(self) -> int:
        """LLVM's major version."""
        return _version(self.command)

    def cpus(self) -> list[str]:
        """The versions of the instruction set that it compiles for."""
        return ["v1", "v2", "v3", "v4"] if not self.command or self.version >= 18 else [
            "v1", "v2", "v3"
        ]


@functools.cache
def _version(command: tuple[str, ...]) -> int:
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"clang version (\d+)\.", done.stdout)
    assert found, done.stdout
    return int(found[1])


def _ziglang() -> tuple[str, ...]:
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        return ()
    folder = Path(spec.origin).parent
    # Its clang does not find its own headers when it is called in this manner.
    return (str(folder / "zig"), "clang", "-isystem", str(folder / "lib" / "include"))


def _compilers() -> list[Compiler]:
    debian = [
        Compiler(name, (name,) if shutil.which(name) else (), f"apt-get install {name}")
        for name in doctor.clangs(config.load(Layout(ROOT)).base())
    ]
    zig = Compiler("ziglang", _ziglang(), ".venv/bin/pip install -e '.[compilers]'")
    more = [
        Compiler(Path(command.split()[0]).name + str(i), tuple(command.split()), "OKO_CLANGS")
        for i, command in enumerate(filter(None, os.environ.get("OKO_CLANGS", "").split(":")))
    ]
    return [*debian, zig, *more]


COMPILERS = _compilers()

# Optimization and debug information, in the combinations that differ most.
VARIANTS = (("-O2", "-g"), ("-O1",), ("-Os", "-g"), ("-O2",))


def _cases(*, cpus: slice = slice(None)) -> list[object]:
    """Compilers with each of their versions of the instruction set, or a skip with its reason."""
    cases: list[object] = []
    for compiler in COMPILERS:
        if not compiler.command:
            reason = f"no {compiler.name} here: {compiler.how}"
            mark = pytest.mark.skip(reason=reason)
            cases.append(pytest.param(compiler, "v3", id=compiler.name, marks=mark))
            continue
        cases += [
            pytest.param(compiler, cpu, id=f"{compiler.name}-{cpu}")
            for cpu in compiler.cpus()[cpus]
        ]
    return cases


NEWEST_CPU = _cases(cpus=slice(-1, None))


def build(compiler: Compiler, cpu: str, source: Path, out: Path, *flags: str) -> Path:
    """Compile 'source', as users would, without a warning."""
    command = [
        *compiler.command, "-target", "bpf", f"-mcpu={cpu}", f"-DCPU={cpu[1:]}", *flags,
        *(["-DDEBUG_INFO"] if "-g" in flags else []),
        "-ffreestanding", "-nostdlibinc", "-fno-stack-protector", "-Wall", "-Wno-pass-failed",
        f"-I{ROOT / 'oko_py' / 'include'}", f"-I{SOURCE / 'tests' / 'progs'}",
        "-c", str(source), "-o", str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), f"{command}\n{done.stderr}"
    return out


def verify(okobpf: Path, program: Path, *options: str) -> tuple[int, str]:
    done = subprocess.run(
        [okobpf, "verify", *options, program], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def pcap(path: Path, packets: list[bytes]) -> Path:
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    path.write_bytes(
        header + b"".join(struct.pack("<IIII", 0, 0, len(p), len(p)) + p for p in packets)
    )
    return path


def run(okobpf: Path, engine: str, program: Path, packets: list[bytes], *options: str) -> str:
    """Return what okobpf prints when it runs 'program' on 'packets'."""
    capture = pcap(program.with_suffix(".pcap"), packets)
    done = subprocess.run(
        [okobpf, "run", engine, "--json", "--maps", "--now=5000000000", *options, "--pcap", capture,
         program],
        capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def outcome(okobpf: Path, engine: str, program: Path) -> tuple[object, ...]:
    """Return what 'program' makes of _packets(), and of its maps."""
    told = json.loads(run(okobpf, engine, program, _packets()).splitlines()[0])
    # Maps hash with seeds of their own, so that entries are in any order, and the cells of a
    # sketch anywhere.
    maps = {
        each["name"]: sorted((entry["key"], entry["value"]) for entry in each["entries"])
        for each in told["maps"]
        if each["type"] not in ("bloom", "countmin")
    }
    return told["results"], maps


ENGINES = ("--interp", "--jit") if os.uname().machine == "x86_64" else ("--interp",)


@pytest.mark.skipif(not os.environ.get("CI"), reason="demanded in CI only")
def test_all_compilers_are_here() -> None:
    assert [compiler.name for compiler in COMPILERS if not compiler.command] == []


# Programs made for this.


@dataclass(frozen=True)
class Fixture:
    """What the comments of a program say."""

    source: Path
    packets: list[bytes]
    expected: list[int]
    options: tuple[str, ...]
    prints: list[str]
    needs_g: bool
    needs_version: int

    @classmethod
    def read(cls, source: Path) -> Fixture:
        text = source.read_text()
        packets = re.findall(r"^/\* packet ([0-9a-f ]+): (.+) \*/$", text, re.M)
        assert packets, f"{source} does not say what to expect"
        section = re.search(r"^/\* section (\S+) \*/$", text, re.M)
        version = re.search(r"^/\* needs clang (\d+) v4 \*/$", text, re.M)
        return cls(
            source=source,
            packets=[bytes.fromhex(data).ljust(LENGTH, b"\0") for data, _ in packets],
            expected=[sum(int(n, 0) for n in terms.split("+")) for _, terms in packets],
            options=(f"--section={section[1]}",) if section else (),
            prints=re.findall(r"^/\* prints (.+) \*/$", text, re.M),
            needs_g=re.search(r"^/\* needs -g \*/$", text, re.M) is not None,
            needs_version=int(version[1]) if version else 0,
        )


@pytest.mark.parametrize(("compiler", "cpu"), _cases())
@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.c")))
def test_program(okobpf: Path, tmp_path: Path, name: str, compiler: Compiler, cpu: str) -> None:
    fixture = Fixture.read(FIXTURES / f"{name}.c")
    if fixture.needs_version and (compiler.version < fixture.needs_version or cpu != "v4"):
        pytest.skip(f"only clang {fixture.needs_version} and newer compile it, for v4")
    for flags in VARIANTS:
        if fixture.needs_g and "-g" not in flags:
            continue
        program = build(compiler, cpu, fixture.source, tmp_path / "x.o", *flags)
        status, text = verify(okobpf, program, *fixture.options)
        assert status == 0, f"{flags}: {text}"
        for engine in ENGINES:
            told = run(okobpf, engine, program, fixture.packets, *fixture.options)
            assert json.loads(told.splitlines()[0])["results"] == fixture.expected, (flags, engine)
            for line in fixture.prints:
                assert line in told


@pytest.mark.parametrize(("compiler", "cpu"), NEWEST_CPU)
@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("bad/*.c")))
def test_bad_program(okobpf: Path, tmp_path: Path, name: str, compiler: Compiler, cpu: str) -> None:
    """What cannot be resolved is named by symbol and section."""
    source = FIXTURES / "bad" / f"{name}.c"
    expected = re.findall(r"^/\* expect: (.+) \*/$", source.read_text(), re.M)
    assert expected
    version = re.search(r"^/\* needs clang (\d+) v4 \*/$", source.read_text(), re.M)
    if version and compiler.version < int(version[1]):
        pytest.skip(f"only clang {version[1]} and newer make such an object")
    for flags in VARIANTS:
        program = build(compiler, cpu, source, tmp_path / "x.o", *flags)
        status, text = verify(okobpf, program)
        assert status == 2, text
        for words in expected:
            assert words in text


def test_jump_tables_are_among_the_tests(tmp_path: Path) -> None:
    """The newest compiler does make of these programs what they are here for."""
    compiler = max((c for c in COMPILERS if c.command), key=lambda c: c.version)
    if compiler.version < 22:
        pytest.skip(f"clang {compiler.version} makes no jump tables")
    program = build(compiler, "v4", FIXTURES / "switch.c", tmp_path / "x.o", "-O2")
    assert b".jumptables" in program.read_bytes()


# Programs that are there for other reasons.


def _others() -> list[Path]:
    """The examples and the test programs that are to be accepted and need no -D."""
    return [
        *sorted(path for path in (ROOT / "examples" / "bpf").glob("*/*.c")
                if path.parent.name != "unsafe"),
        *sorted(path for path in (SOURCE / "tests" / "progs").glob("*.c")
                if not path.name.startswith(("bad-", "unsafe-"))),
        ROOT / "tests" / "fixtures" / "bpf" / "libbpf.c",
        ROOT / "tests" / "fixtures" / "bpf" / "original.c",
    ]


def _packets() -> list[bytes]:
    """Ethernet, IPv4 with TCP and UDP, VLANs, IPv6, and what is too short."""
    mac = bytes.fromhex("505400000002 505400000001")
    tcp = bytes.fromhex("0050 1f90 00000001 00000000 5002 ffff 0000 0000")
    udp = bytes.fromhex("0035 0035 0010 0000 0102030405060708")
    packets = [b"", mac, mac + b"\x08\x00", mac + bytes(50)]
    for protocol, payload in ((6, tcp), (17, udp), (1, bytes(8))):
        for last in (1, 2, 77):
            ip = bytes.fromhex("45000028 00010000 40") + bytes([protocol]) + bytes.fromhex(
                "0000 0a000001 0a0000"
            ) + bytes([last]) + payload
            packets += [
                mac + b"\x08\x00" + ip,
                mac + bytes.fromhex("8100 0064 0800") + ip,
                mac + b"\x08\x00" + ip[:19],
            ]
        ip6 = bytes.fromhex("60000000 0014") + bytes([protocol, 64]) + bytes(range(32)) + payload
        packets.append(mac + bytes.fromhex("86dd") + ip6)
    return packets


@pytest.fixture(scope="module")
def reference(
    okobpf: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[Path, tuple[object, ...]]:
    """What each of the other programs gives as plain clang compiles it, in the interpreter."""
    folder = tmp_path_factory.mktemp("reference")
    clang = Compiler("clang", (oko_py.find_clang(),), "")
    return {
        source: outcome(
            okobpf, "--interp", build(clang, "v2", source, folder / "x.o", "-O2", "-g")
        )
        for source in _others()
    }


@pytest.mark.parametrize(("compiler", "cpu"), _cases())
@pytest.mark.parametrize("source", _others(), ids=lambda path: path.stem)
def test_same_results_of_each_compiler(
    okobpf: Path, tmp_path: Path, reference: dict[Path, tuple[object, ...]], source: Path,
    compiler: Compiler, cpu: str,
) -> None:
    for flags in (("-O2", "-g"), ("-Os",)):
        if "-g" not in flags and source.stem in ("btfmaps", "libbpf"):
            continue            # They define maps by types.
        program = build(compiler, cpu, source, tmp_path / "x.o", *flags)
        status, text = verify(okobpf, program)
        assert status == 0, text
        for engine in ENGINES:
            got, expected = outcome(okobpf, engine, program), reference[source]
            if source.stem == "helpers":
                # It keeps a hash, which is another in each process.
                got, expected = got[:1], expected[:1]
            assert got == expected


@pytest.mark.parametrize(("compiler", "cpu"), NEWEST_CPU)
@pytest.mark.parametrize(
    ("kind", "status"), [("accept", 0), ("refuse", 1)], ids=["accept", "refuse"]
)
def test_corpus(
    okobpf: Path, tmp_path: Path, kind: str, status: int, compiler: Compiler, cpu: str
) -> None:
    """The verifier's corpus of C programs has the same verdicts without line information."""
    wrong = []
    sources = sorted((SOURCE / "tests" / "verifier" / kind).glob("*.c"))
    assert sources
    for source, optimize in itertools.product(sources, ("-O2", "-Os")):
        if f"/* not at {optimize}: " in source.read_text():
            continue
        program = build(compiler, cpu, source, tmp_path / "x.o", optimize, "-Wno-everything")
        got, text = verify(okobpf, program)
        if got != status:
            wrong.append(f"{source.name} {optimize}: {text}")
    assert not wrong, "\n".join(wrong)
