"""Programs written for Linux's XDP, compiled for the switch as they are.

The programs in tests/fixtures/xdp say in comments what has to come out:

    packet 01 ff: match     this packet, filled up with zeros to 64 bytes, matches
    prints TEXT             a line that the packets make it print
    counts MAP: 0=1 1=2     what the map holds afterward
    no types                it is compiled without -g
    expect: TEXT            stands in what the compiler says of a program in bad/
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from test_compilers import COMPILERS, ENGINES, ROOT, Compiler, pcap, verify

import oko_py

FIXTURES = ROOT / "tests" / "fixtures" / "xdp"
INCLUDE = oko_py.INCLUDE_DIR
SYSTEM = Path("/usr/include")

#: How users call the compiler.
MODES = {
    # The header alone, on a machine that has Linux's headers and libbpf's.
    "include": ["-include", "oko/xdp.h", *(f"-I{path}" for path in SYSTEM.glob("*-linux-gnu"))],
    # The headers that stand in for Linux's alone.
    "headers": ["-nostdlibinc", "-ffreestanding", f"-I{INCLUDE / 'oko-xdp'}"],
    "both": ["-nostdlibinc", "-ffreestanding", f"-I{INCLUDE / 'oko-xdp'}", "-include", "oko/xdp.h"],
}


def _cases() -> list[object]:
    cases: list[object] = []
    for compiler in COMPILERS:
        skip = pytest.mark.skip(reason=f"no {compiler.name} here: {compiler.how}")
        cases.append(
            pytest.param(compiler, id=compiler.name, marks=[] if compiler.command else [skip])
        )
    return cases


def _argv(compiler: Compiler, mode: str, cpu: str, source: Path, out: Path) -> list[str]:
    debug = [] if "/* no types */" in source.read_text() else ["-g"]
    return [
        *compiler.command, "-target", "bpf", f"-mcpu={cpu}", "-O2", *debug, "-Wall",
        "-fno-stack-protector", "-Wno-macro-redefined", "-Wno-pass-failed", f"-I{INCLUDE}",
        *MODES[mode], "-c", str(source), "-o", str(out),
    ]


def _has_headers(source: Path) -> bool:
    """Whether the headers that the program includes are on this machine."""
    return all((SYSTEM / name).exists() for name in
               re.findall(r"^#include <((?:linux|bpf|arpa)/\S+)>", source.read_text(), re.M))


def _expect(okobpf: Path, program: Path, source: Path, engine: str) -> None:
    text = source.read_text()
    packets = re.findall(r"^/\* packet ([0-9a-f ]+): (match|no match) \*/$", text, re.M)
    assert packets, f"{source} does not say what to expect"
    capture = pcap(program.with_suffix(".pcap"),
                   [bytes.fromhex(data).ljust(64, b"\0") for data, _ in packets])
    done = subprocess.run(
        [okobpf, "run", engine, "--json", "--maps", "--now=5000000000", "--pcap", capture, program],
        capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[0])
    assert told["results"] == [int(expected == "match") for _, expected in packets], engine
    for line in re.findall(r"^/\* prints (.+) \*/$", text, re.M):
        assert line in done.stdout + done.stderr
    for name, counts in re.findall(r"^/\* counts (\S+): (.+) \*/$", text, re.M):
        entries = next(each["entries"] for each in told["maps"] if each["name"] == name)
        found = {int.from_bytes(bytes.fromhex(entry["key"]), "little"):
                 int.from_bytes(bytes.fromhex(entry["value"]), "little") for entry in entries}
        for key, value in re.findall(r"(\d+)=(\d+)", counts):
            assert found[int(key)] == int(value)


@pytest.mark.parametrize("compiler", _cases())
@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.c")))
def test_program(okobpf: Path, tmp_path: Path, name: str, compiler: Compiler) -> None:
    source = FIXTURES / f"{name}.c"
    out = tmp_path / "x.o"
    for mode in MODES:
        if mode == "include" and (not _has_headers(source) or '"vmlinux.h"' in source.read_text()):
            continue
        for cpu in compiler.cpus():
            done = subprocess.run(_argv(compiler, mode, cpu, source, out),
                                  capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), f"{mode} {cpu}: {done.stderr}"
            status, text = verify(okobpf, out)
            assert status == 0, f"{mode} {cpu}: {text}"
            for engine in ENGINES:
                _expect(okobpf, out, source, engine)


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.c")))
def test_oko_compile(okobpf: Path, tmp_path: Path, name: str) -> None:
    """"oko compile" takes them without an option."""
    source = FIXTURES / f"{name}.c"
    program = oko_py.compile(source, tmp_path / "x.o", debug="/* no types */" not in
                             source.read_text(), flags=["-Wno-macro-redefined"])
    _expect(okobpf, program, source, "--interp")


def test_local_vmlinux(okobpf: Path, tmp_path: Path) -> None:
    """With the header first, the kernel's types beside the source are not looked at."""
    (tmp_path / "vmlinux.h").write_text(
        "#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n"
        "struct xdp_md { unsigned int data, data_end; };\nenum xdp_action { XDP_DROP = 7 };\n"
        "#endif\n"
    )
    source = tmp_path / "prog.c"
    source.write_text((FIXTURES / "vmlinux.c").read_text())
    program = oko_py.compile(source, tmp_path / "x.o",
                             flags=["-include", "oko/xdp.h", "-Wno-macro-redefined"])
    _expect(okobpf, program, source, "--interp")


@pytest.mark.parametrize("compiler", _cases())
@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("bad/*.c")))
def test_what_cannot_be_had(tmp_path: Path, name: str, compiler: Compiler) -> None:
    source = FIXTURES / "bad" / f"{name}.c"
    expected = re.findall(r"^/\* expect: (.+) \*/$", source.read_text(), re.M)
    assert expected
    done = subprocess.run(_argv(compiler, "both", "v2", source, tmp_path / "x.o"),
                          capture_output=True, text=True, check=False)
    assert done.returncode != 0
    for words in expected:
        assert words in done.stderr


def test_writes_to_the_packet(okobpf: Path, tmp_path: Path) -> None:
    """No compiler sees them: the verifier refuses them by the source line."""
    source = tmp_path / "prog.c"
    source.write_text("""#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int swap(struct xdp_md *ctx)
{
    unsigned char *data = (void *)(long)ctx->data;

    if (data + 14 > (unsigned char *)(long)ctx->data_end)
        return XDP_DROP;
    data[0] = 1;
    return XDP_TX;
}
""")
    status, text = verify(okobpf, oko_py.compile(source, tmp_path / "x.o"))
    assert status == 1
    assert "packet" in text and "prog.c:9" in text


def test_filter_header_first(tmp_path: Path) -> None:
    source = tmp_path / "prog.c"
    source.write_text("#include <oko/filter.h>\n#include <linux/bpf.h>\n")
    with pytest.raises(oko_py.CompileError) as caught:
        oko_py.compile(source, tmp_path / "x.o")
    assert "include <oko/xdp.h> before <oko/filter.h>" in str(caught.value.diagnostics)


def test_section_filter_without_types(okobpf: Path, tmp_path: Path) -> None:
    """Nothing tells which results a program has that is in a section of ours."""
    source = tmp_path / "prog.c"
    source.write_text("""#include <oko/xdp.h>
SEC("filter") int program(struct xdp_md *ctx) { return XDP_DROP; }
SEC("filter/x") uint64_t own(const struct oko_ctx *ctx) { return 1; }
""")
    assert run(okobpf, oko_py.compile(source, tmp_path / "x.o")) == 0
    assert run(okobpf, oko_py.compile(source, tmp_path / "x.o"), "--section=own") == 1
    status, text = verify(okobpf, oko_py.compile(source, tmp_path / "x.o", debug=False))
    assert status == 2
    assert 'name the section "xdp"' in text


def run(okobpf: Path, program: Path, *options: str) -> int:
    done = subprocess.run([okobpf, "run", "--json", "--packet", "00" * 60, *options, program],
                          capture_output=True, text=True, timeout=60, check=True)
    return int(json.loads(done.stdout)["results"][0])
