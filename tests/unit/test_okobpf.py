"""The okobpf command, on the programs of the BPF runtime's own tests in C (make check)."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
from pathlib import Path

import okobpf_build
import pytest

import oko_py

SOURCE = Path(__file__).resolve().parents[2] / "okobpf"


@pytest.fixture(scope="module")
def build(build: Path) -> Path:
    """With the tests' BPF programs, too."""
    okobpf_build.make(build, "progs")
    return build


def test_automake_lists_all_sources() -> None:
    """Open vSwitch compiles what lib/automake.mk lists: nothing may be missing there."""
    lib = SOURCE / "lib"
    listed = re.findall(r"lib/okobpf/(\S+\.[ch])", (lib / "automake.mk").read_text())
    assert listed == sorted(listed)
    assert listed == sorted(path.relative_to(lib).as_posix() for path in lib.rglob("*.[ch]"))


def test_names_that_a_linker_sees_are_ours(build: Path) -> None:
    """They end up in libopenvswitch, beside thousands of others."""
    symbols = subprocess.run(
        ["nm", "--defined-only", "--extern-only", "--format=posix", build / "libokobpf.a"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = re.findall(r"^(\w+) [A-Z] ", symbols, re.M)
    assert len(names) > 200
    assert [name for name in names if not name.startswith("okobpf_")] == []


# The command.


@pytest.fixture(scope="module")
def okobpf(build: Path) -> Command:
    return Command(build)


class Command:
    """Runs okobpf."""

    def __init__(self, build: Path) -> None:
        self.path = build / "okobpf"
        self.progs = build / "progs"

    def __call__(
        self, *args: str | Path, status: int = 0, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self.path, *args], input=stdin, capture_output=True, timeout=60, check=False
        )
        text = subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )
        assert text.returncode == status, text.stdout + text.stderr
        return text


def test_help(okobpf: Command) -> None:
    text = okobpf("--help").stdout
    for word in ("verify", "run", "disasm", "dump", "--packet", "--insns", "Exit status"):
        assert word in text
    assert okobpf("verify", "--help").stdout == text
    assert okobpf(status=2).stderr == text


def test_verify_accepted(okobpf: Command) -> None:
    text = okobpf("verify", okobpf.progs / "original.o").stdout
    assert "accepted" in text
    assert '"entry" in section ".text"' in text


def test_verify_refused(okobpf: Command) -> None:
    text = okobpf("verify", okobpf.progs / "unsafe-length.o", status=1).stdout
    assert "program refused" in text
    assert "unsafe-length.c:" in text


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bad-kind", "unknown kind of map 99"),
        ("bad-many", "expected at most 64 maps, got 65"),
        ("bad-huge", "got 4 + 4294967295"),
        ("bad-call", '"nowhere_to_be_found"'),
    ],
)
def test_verify_unusable(okobpf: Command, name: str, reason: str) -> None:
    assert reason in okobpf("verify", okobpf.progs / f"{name}.o", status=2).stdout


def test_kinds_of_maps_as_libbpf_defines_them(okobpf: Command, tmp_path: Path) -> None:
    source = SOURCE.parent / "tests" / "fixtures" / "bpf" / "prefixes.c"
    program = oko_py.compile(source, tmp_path / "prefixes.o")
    packet = "00" * 60
    told = json.loads(okobpf("run", "--json", "--maps", "--packet", packet, program).stdout)
    kinds = {each["name"]: each["type"] for each in told["maps"]}
    assert kinds["libbpf_v4"] == kinds["libbpf_v6"] == kinds["v4"] == "lpm_trie"


def test_run_with_values_that_are_gone(okobpf: Command) -> None:
    """A program deletes and evicts what it holds, and goes on with it."""
    program = okobpf.progs / "gone.o"
    told = json.loads(okobpf("run", "--json", "--maps", "--packet", "00" * 60, program).stdout)
    assert told["results"] == [160 << 16 | 101 << 8 | 102]
    entries = {each["name"]: len(each["entries"]) for each in told["maps"]}
    assert entries == {"flows": 16, "hosts": 0, "routes": 0}


def test_verify_bad_files(okobpf: Command, tmp_path: Path) -> None:
    good = (okobpf.progs / "original.o").read_bytes()
    files = {
        "empty": (b"", "empty"),
        "text": (b"int main(void) { return 0; }\n", "not an ELF"),
        "truncated": (good[: len(good) // 2], "truncated"),
        "big-endian": (good[:5] + b"\2" + good[6:], "big-endian"),
        "too large": (good + bytes(1024 * 1024), "at most 1048576 bytes"),
    }
    for name, (content, reason) in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert reason in okobpf("verify", path, status=2).stdout
    assert "No such file" in okobpf("verify", tmp_path / "nowhere", status=2).stderr


def test_verify_json(okobpf: Command) -> None:
    accepted = json.loads(okobpf("verify", "--json", okobpf.progs / "context.o").stdout)
    assert accepted["verdict"] == "accepted"
    assert accepted["program"]["section"] == "filter"
    assert [m["name"] for m in accepted["maps"]] == ["ports", "config"]
    assert accepted["verifier"]["insns_visited"] > 0
    assert accepted["verifier"]["wall_time_ns"] > 0
    assert 0 < accepted["program"]["work"] < 1_000_000
    text = okobpf("verify", okobpf.progs / "context.o").stdout
    assert f"at most {accepted['program']['work']} units in a run" in text

    refused = json.loads(
        okobpf("verify", "--json", "--log", okobpf.progs / "unsafe-null.o", status=1).stdout
    )
    assert refused["verdict"] == "refused"
    assert refused["reason"]
    assert "unsafe-null.c:" in refused["where"]
    assert refused["log"]

    unusable = json.loads(okobpf("verify", "--json", "/dev/null", status=2).stdout)
    assert unusable["verdict"] == "unusable"


def test_verify_log(okobpf: Command, tmp_path: Path) -> None:
    log = tmp_path / "log"
    okobpf("verify", f"--log={log}", okobpf.progs / "original.o")
    assert "r0" in log.read_text()
    assert okobpf("verify", "--log", okobpf.progs / "original.o").stderr == log.read_text()


def test_log_in_json(okobpf: Command) -> None:
    answer = json.loads(
        okobpf("verify", "--json", "--log", okobpf.progs / "original.o").stdout
    )
    assert "r0" in answer["log"]
    assert answer["log_truncated"] is False


def test_log_that_cannot_be_written(okobpf: Command, tmp_path: Path) -> None:
    log = tmp_path / "nowhere" / "log"
    done = okobpf("verify", f"--log={log}", okobpf.progs / "original.o", status=2)
    assert done.stdout == ""
    assert f"{log}: No such file or directory" in done.stderr


@pytest.mark.parametrize("command", [["verify"], ["disasm"], ["dump"], ["run", "--packet=00"]])
def test_stdin(okobpf: Command, command: list[str]) -> None:
    path = okobpf.progs / "original.o"
    from_stdin = okobpf(*command, "-", stdin=path.read_bytes()).stdout
    from_file = okobpf(*command, path).stdout

    def no_times(text: str) -> str:
        return re.sub(r"\d+ us", "", text.replace(f"{path}: ", "-: "))

    assert no_times(from_stdin) == no_times(from_file)
    assert "empty" in okobpf(*command, "-", status=2, stdin=b"").stdout + okobpf(
        *command, "-", status=2, stdin=b""
    ).stderr


@pytest.mark.parametrize("command", [["verify"], ["disasm"], ["dump"], ["run", "--packet=00"]])
def test_files_that_cannot_be_read(
    okobpf: Command, tmp_path: Path, command: list[str]
) -> None:
    missing = tmp_path / "nowhere.o"
    for path, reason in ((missing, "No such file or directory"), (tmp_path, "Is a directory")):
        done = okobpf(*command, path, status=2)
        assert done.stdout == ""
        assert done.stderr == f"okobpf: {path}: {reason}\n"
    answer = json.loads(okobpf("verify", "--json", missing, status=2).stdout)
    assert answer["verdict"] == "unusable"
    assert "cannot be read" in answer["reason"]


def test_capture_that_cannot_be_read(okobpf: Command, tmp_path: Path) -> None:
    done = okobpf("run", "--pcap", tmp_path / "none", okobpf.progs / "original.o", status=2)
    assert "none: No such file or directory" in done.stderr


@pytest.mark.parametrize("command", [["verify"], ["disasm"], ["dump"], ["run", "--packet=00"]])
def test_every_command_takes_a_section(okobpf: Command, command: list[str]) -> None:
    path = okobpf.progs / "context.o"
    first, second = (okobpf(*command, *options, path).stdout
                     for options in ([], ["--section", "filter/second"]))
    if command[0] != "run":
        assert first != second
    done = okobpf(*command, "--section=nonsense", path, status=2)
    text = done.stdout + done.stderr
    assert 'no code in a section, and no function, called "nonsense"' in text
    assert '"by_port" in section "filter", "by_config" in section "filter/second"' in text


@pytest.mark.parametrize("command", [["verify"], ["disasm"], ["dump"]])
def test_json_of_one_line_that_parses(okobpf: Command, command: list[str]) -> None:
    for path in sorted(okobpf.progs.glob("*.o")):
        done = subprocess.run(
            [okobpf.path, *command, "--json", path], capture_output=True, text=True, timeout=60
        )
        if command == ["verify"] or done.returncode == 0:
            assert done.stdout.count("\n") == 1
            json.loads(done.stdout)


def test_names_in_an_object_are_escaped_in_json(okobpf: Command, tmp_path: Path) -> None:
    path = tmp_path / 'quote " and \\ and \n.o'
    path.write_bytes((okobpf.progs / "original.o").read_bytes().replace(b"counts", b'"\xff\n\\xy'))
    answer = json.loads(okobpf("dump", "--json", path).stdout)
    assert answer["file"] == str(path)
    # No control characters, and nothing that is not UTF-8.
    assert answer["maps"][0]["name"] == '"??\\xy'


def test_section(okobpf: Command) -> None:
    done = okobpf("dump", "--section", "filter/second", okobpf.progs / "context.o")
    assert '"by_config" in section "filter/second"' in done.stdout
    done = okobpf("dump", "--section=nonsense", okobpf.progs / "context.o", status=2)
    assert '"nonsense"' in done.stderr


def test_run_packet(okobpf: Command) -> None:
    packet = "150203040506 0a0b0c0d0e0f 0809" + "00" * 50
    for engine in ("--interp", "--jit") if os.uname().machine == "x86_64" else ("--interp",):
        done = okobpf("run", engine, f"--packet={packet}", "--maps", okobpf.progs / "original.o")
        lines = done.stdout.splitlines()
        assert lines[0] == "42"
        assert "  key 0a 0b 0c 0d 0e 0f  value 01 00 00 00 00 00 00 00" in lines


def test_run_trace(okobpf: Command) -> None:
    """The trace shows what is asked of maps; the run itself has its effect."""
    packet = "150203040506 0a0b0c0d0e0f 0809" + "00" * 50
    program = okobpf.progs / "original.o"
    text = okobpf("run", "--trace", "--maps", f"--packet={packet}", program).stdout.splitlines()
    assert text[0] == "42"
    assert '  lookup in "seen", key 0a 0b 0c 0d 0e 0f: miss' in text
    assert "  key 0a 0b 0c 0d 0e 0f  value 01 00 00 00 00 00 00 00" in text
    told = json.loads(okobpf("run", "--json", "--trace", f"--packet={packet}", program).stdout)
    (run,) = told["results"]
    assert (run["result"], run["left_out"]) == (42, 0)
    assert {"op": "lookup", "map": "seen", "key": "0a0b0c0d0e0f", "result": "miss"} in run["calls"]


def test_run_pcap(okobpf: Command, tmp_path: Path) -> None:
    pcap = tmp_path / "capture.pcap"
    packets = [bytes([n] * 6) + bytes(6) + b"\x08\x00" + bytes(46) for n in (1, 2, 3)]
    for order in "<", ">":
        with pcap.open("wb") as stream:
            stream.write(struct.pack(order + "IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for packet in packets:
                stream.write(struct.pack(order + "IIII", 0, 0, len(packet), len(packet)))
                stream.write(packet)
        done = okobpf("run", "--json", "--maps", "--pcap", pcap, okobpf.progs / "original.o")
        answer = json.loads(done.stdout)
        assert answer["results"] == [2, 4, 6]
        seen = next(m for m in answer["maps"] if m["name"] == "seen")
        assert seen["entries"] == [{"key": "00" * 6, "value": "03" + "00" * 7}]

    pcap.write_bytes(pcap.read_bytes()[:-1])
    done = okobpf("run", "--pcap", pcap, okobpf.progs / "original.o", status=2)
    assert "truncated after 2 packets" in done.stderr
    pcap.write_bytes(b"nothing")
    done = okobpf("run", "--pcap", pcap, okobpf.progs / "original.o", status=2)
    assert "not a pcap file" in done.stderr


def test_run_refused(okobpf: Command) -> None:
    done = okobpf("run", "--packet=00", okobpf.progs / "unsafe-null.o", status=1)
    assert "program refused" in done.stderr
    assert done.stdout == ""


def test_run_insns(okobpf: Command) -> None:
    # r0 = *(u8 *)(r1 + 2); r0 += r2; exit
    insns = "7110020000000000 0f20000000000000 9500000000000000"
    for engine in ("--interp", "--jit") if os.uname().machine == "x86_64" else ("--interp",):
        done = okobpf("run", engine, "--insns", insns, "--mem", "0a 0b f0 0d")
        assert done.stdout == "0xf4\n"
    assert okobpf("run", "--insns=-", "--mem=000040", stdin=insns.encode()).stdout == "0x43\n"
    assert okobpf("run", "--insns=b7000000 ffffffff 95000000 00000000").stdout == (
        "0xffffffffffffffff\n"
    )


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (["frobnicate"], "unknown command"),
        (["verify"], "expected the name of an object file"),
        (["verify", "a.o", "b.o"], "expected one file"),
        (["verify", "--maps", "a.o"], 'for "okobpf run" only'),
        (["run", "a.o"], "either --packet=HEX or --pcap=FILE"),
        (["run", "--packet=00", "--pcap=x", "a.o"], "either --packet=HEX or --pcap=FILE"),
        (["run", "--in-port=x", "--packet=00", "a.o"], "expected a number"),
        (["run", "--in-port=4294967296", "--packet=00", "a.o"], "expected a number"),
        (["run", "--insns=9500"], "instructions of 8 bytes, got 2"),
        (["run", "--insns=95zz"], "expected pairs of hex digits"),
        (["run", "--insns="], "instructions of 8 bytes, got 0"),
        (["verify", "--nonsense", "a.o"], "--nonsense"),
    ],
)
def test_bad_command_line(okobpf: Command, args: list[str], error: str) -> None:
    assert error in okobpf(*args, status=2).stderr


def test_disasm(okobpf: Command) -> None:
    text = okobpf("disasm", okobpf.progs / "original.o").stdout
    assert "call map_lookup#1" in text
    assert "exit" in text
    assert "original.c:" in text
    insns = json.loads(okobpf("disasm", "--json", okobpf.progs / "original.o").stdout)
    assert insns[0]["insn"] == 0
    assert any(insn["text"] == "exit" for insn in insns)


def test_dump(okobpf: Command) -> None:
    answer = json.loads(okobpf("dump", "--json", okobpf.progs / "original.o").stdout)
    assert [m["name"] for m in answer["maps"]] == ["counts", "seen", ".data"]
    assert [m["globals"] for m in answer["maps"]] == [False, False, True]
    text = okobpf("dump", okobpf.progs / "btfmaps.o").stdout
    assert 'map 0: "flows", hash (4), key 12 bytes, value 8 bytes, 100 entries' in text
