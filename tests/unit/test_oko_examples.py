"""The examples: they compile without a warning, and do what they say.

What they do in a switch is for tests/integration.
"""

import functools
import ipaddress
import json
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

import oko_py
from oko_py import elf
from oko_py.ofctl import Record

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "bpf"
SOURCES = sorted(EXAMPLES.glob("*/*.c"))
SAFE = [path for path in SOURCES if path.parent.name != "unsafe"]
UNSAFE = [path for path in SOURCES if path.parent.name == "unsafe"]
COMPILERS = [
    name
    for name in ("clang", *(f"clang-{version}" for version in range(14, 31)))
    if shutil.which(name)
]


@functools.cache
def okobpf() -> str:
    """Return the okobpf tool, from PATH or where the toolkit builds it."""
    found = shutil.which("okobpf") or next(
        (str(path) for path in sorted(ROOT.glob("build/okobpf*/**/okobpf")) if path.is_file()), None
    )
    if found is None:
        pytest.skip("there is no okobpf tool: make -C okobpf")
    return found


def run(*arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [okobpf(), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def name_of(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("clang", COMPILERS)
@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_compiles_without_warnings(source: Path, clang: str, tmp_path: Path) -> None:
    flags = ["-Wextra", "-Werror"]
    spec = elf.load(oko_py.compile(source, tmp_path / "x.o", clang=clang, flags=flags))
    assert spec.has_btf
    assert all(each.key_type and each.value_type for each in spec.maps.values())


@pytest.mark.parametrize("cpu", ["v1", "v2", "v3"])
@pytest.mark.parametrize("source", SAFE, ids=name_of)
def test_verifier_accepts(source: Path, cpu: str, tmp_path: Path) -> None:
    status, text = run("verify", oko_py.compile(source, tmp_path / "x.o", cpu=cpu))
    assert (status, "accepted" in text) == (0, True), text


@pytest.mark.parametrize(
    ("name", "reason", "line"),
    [
        ("unsafe", "of the packet", "return ip->dst == "),
        ("null-value", "may be NULL", "*counter += 1;"),
        ("endless-loop", "endless loop", "while (oko_time_get_ns() % 7 != pkt_len)"),
    ],
)
def test_verifier_refuses_and_says_where(name: str, reason: str, line: str, tmp_path: Path) -> None:
    source = EXAMPLES / "unsafe" / f"{name}.c"
    status, text = run("verify", oko_py.compile(source, tmp_path / "x.o"))
    assert status == 1, text
    assert reason in text.splitlines()[0]
    number = 1 + next(i for i, each in enumerate(source.read_text().splitlines()) if line in each)
    assert f"{name}.c:{number}: {line}" in text


def test_every_unsafe_example_is_tested() -> None:
    assert {path.stem for path in UNSAFE} == {"unsafe", "null-value", "endless-loop"}


def test_both_forms_of_programs_are_shown(tmp_path: Path) -> None:
    abis = {elf.load(oko_py.compile(each, tmp_path / "x.o")).program.abi for each in SAFE}
    assert abis == {"packet", "context"}


# Packets.

ETHERNET = bytes.fromhex("505400000002 505400000001")
VLAN = bytes.fromhex("8100 0064")


def ipv4(destination: str, source: str = "10.0.0.1") -> bytes:
    addresses = bytes(int(byte) for byte in f"{source}.{destination}".split("."))
    return bytes.fromhex("45000014 00000000 40110000") + addresses


def results(program: Path, packets: list[bytes], *options: str) -> tuple[list[int], Any]:
    capture = program.with_suffix(".pcap")
    records = b"".join(struct.pack("<IIII", 0, 0, len(each), len(each)) + each for each in packets)
    capture.write_bytes(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + records)
    status, text = run("run", "--json", "--maps", *options, "--pcap", capture, program)
    assert status == 0, text
    told = json.loads(text)
    return told["results"], told["maps"]


def test_accept_all(tmp_path: Path) -> None:
    program = oko_py.compile(EXAMPLES / "accept-all" / "accept-all.c", tmp_path / "x.o")
    verdicts, _ = results(program, [ETHERNET + b"\x08\x00" + ipv4("1.2.3.4"), ETHERNET, b"x"])
    assert verdicts == [1, 1, 1]


def test_firewall_with_an_empty_table(tmp_path: Path) -> None:
    program = oko_py.compile(
        EXAMPLES / "stateless-firewall" / "stateless-firewall.c", tmp_path / "x.o"
    )
    packet = ipv4("172.16.0.14")
    cases = [
        (ETHERNET + b"\x08\x00" + packet, 1),
        (ETHERNET + b"\x08\x00" + packet[:-1], 0),  # No whole address.
        (ETHERNET + b"\x08\x06" + packet, 1),  # ARP.
        (ETHERNET + VLAN + b"\x08\x00" + packet, 1),
        (ETHERNET + VLAN + b"\x08\x00" + packet[:-1], 0),
        (ETHERNET + VLAN + b"\x08", 0),
        (ETHERNET, 1),  # No whole Ethernet header.
    ]
    verdicts, _ = results(program, [packet for packet, _ in cases])
    assert verdicts == [verdict for _, verdict in cases]


def test_rate_limiter(tmp_path: Path) -> None:
    program = oko_py.compile(EXAMPLES / "rate-limiter" / "rate-limiter.c", tmp_path / "x.o")
    one, other = (
        ETHERNET + b"\x08\x00" + ipv4("1.2.3.4", source) for source in ("1.1.1.1", "2.2.2.2")
    )
    packets = [one] * 25 + [other] * 2 + [ETHERNET + b"\x08\x06"] * 3 + [one[:33]]
    verdicts, maps = results(program, packets, "--now", "5000000000")
    # A burst of 20, then nothing; the other source and ARP are not concerned.
    assert verdicts == [1] * 20 + [0] * 5 + [1] * 2 + [1] * 3 + [0]
    spec = elf.load(program).maps["buckets"]
    buckets = {
        spec.key.decode(bytes.fromhex(entry["key"])): spec.value.decode(
            bytes.fromhex(entry["value"])
        )
        for each in maps
        if each["name"] == "buckets"
        for entry in each["entries"]
    }
    assert buckets["1.1.1.1"] == Record({"credit_ns": 0, "last_ns": 5_000_000_000})
    assert buckets["2.2.2.2"] == Record({"credit_ns": 180_000_000, "last_ns": 5_000_000_000})


def ipv6(source: str) -> bytes:
    addresses = ipaddress.IPv6Address(source).packed + bytes(16)
    return bytes.fromhex("60000000 0000 11 40") + addresses


def test_prefix_blocklist_with_an_empty_list(tmp_path: Path) -> None:
    source = EXAMPLES / "prefix-blocklist" / "prefix-blocklist.c"
    program = oko_py.compile(source, tmp_path / "x.o")
    four, six = ipv4("1.2.3.4"), ipv6("2001:db8::1")
    qinq = bytes.fromhex("88a8 0001")
    cases = [
        (ETHERNET + b"\x08\x00" + four, 1),
        (ETHERNET + b"\x08\x00" + four[:-1], 0),
        (ETHERNET + b"\x86\xdd" + six, 1),
        (ETHERNET + b"\x86\xdd" + six[:-1], 0),
        (ETHERNET + qinq + VLAN + b"\x86\xdd" + six, 1),
        (ETHERNET + qinq + VLAN + b"\x86\xdd" + six[:-1], 0),
        (ETHERNET + qinq + VLAN + VLAN + b"\x08\x00" + four, 0),
        (ETHERNET + b"\x08\x06", 1),
        (ETHERNET, 1),  # No whole Ethernet header.
    ]
    verdicts, maps = results(program, [packet for packet, _ in cases])
    assert verdicts == [verdict for _, verdict in cases]
    assert [each["name"] for each in maps if each["entries"]] == []


# Documentation.


@pytest.mark.parametrize("directory", sorted({path.parent for path in SOURCES}), ids=name_of)
def test_readme_names_what_is_there(directory: Path) -> None:
    text = (directory / "README.md").read_text()
    assert text.startswith("# ")
    for source in directory.glob("*.c"):
        assert source.name in text
    for path in re.findall(r"examples/bpf/[\w./-]+\.c", text):
        assert (ROOT / path).is_file(), path
