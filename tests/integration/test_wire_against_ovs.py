"""oko_py.wire's messages, with Open vSwitch's own C code as the judge."""

from __future__ import annotations

import random
import re
import struct
import subprocess

import pytest
from wire_samples import OURS

from oko_build.lab import Tools
from oko_py import BadMessage, wire
from oko_py.wire import Error, Message, Version


def encode(message: Message, version: Version, xid: int = 7) -> bytes:
    return wire.encode(message, version=version, xid=xid)


@pytest.fixture(scope="session")
def ovs_ofctl(tools: Tools) -> str:
    """What prints, of messages, what it takes them for."""
    return str(tools.builddir / "utilities" / "ovs-ofctl")


def ofp_print(executable: str, *messages: bytes) -> str:
    """Return what the C code makes of *messages*, with the bytes of what is broken."""
    text = ""
    for data in messages:
        done = subprocess.run(
            [executable, "ofp-print", data.hex(), "2"],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        text += done.stdout
    return text


@pytest.mark.parametrize("version", [Version.OF10, Version.OF13, Version.OF15], ids=str)
def test_open_vswitch_reads_the_same(ovs_ofctl: str, version: Version) -> None:
    text = ofp_print(ovs_ofctl, *(encode(message, version) for message in OURS))
    assert "***decode error" not in text
    for expected in (
        "filter_prog=1,total_len=5,offset=0,chunk_len=5,replace,keep_maps,want_log",
        "filter_prog=4294967294,total_len=40000,offset=32768,chunk_len=7232",
        "filter_prog=all,force",
        "filter_prog=1,map=2,op=set,mode=exist,n=2\n  key 61 62 63 64 value 31\n",
        "filter_prog=1,map=2,op=delete,n=2\n  key 61 62 63 64\n  key 65 66 67 68",
        "filter_prog=1,map=2,op=clear",
        "filter_prog=1,map=2,op=restore,n=1",
        'filter_prog=7, name="entry", section=".text", abi=packet, tag=0001020304050607,'
        " handle=12, loaded_at=1700000000.123, elf_bytes=5000, insns=130, jited_bytes=800,"
        " map_bytes=65540, rules=2, runs=8589934592, matches=5\n"
        '  map=0, name="lookup_table", type=hash, key_size=4, value_size=8, max_entries=1024,'
        " entries=3, bytes=65536\n"
        '  map=1, name="a \\"name\\"", type=countmin, key_size=4, value_size=4, max_entries=100,'
        " entries=1099511627776, bytes=2199023255552, hash_functions=5, read_only",
        "filter_prog=9,total_len=12,offset=5,chunk_len=7",
        "filter_prog=1,map=2,cursor=0x8000000000000000,max_entries=5,state",
        "filter_prog=1,map=2,n=3,more,cursor=0x4d\n  key 61 61 value 31\n",
        "filter_prog=1,map=2,n=3\n  key 61 62 63 64\n  key 65 66 67 68\n  key 69 6a 6b 6c\n",
        "filter_prog=1,map=2,n=2\n  key 61 62 63 64 value 31\n  key 65 66 67 68 value 32\n",
        'filter_prog=1, reason="out of bounds"\n filter_prog=1, log="0: r0 = 0"',
    ):
        assert expected in text


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_open_vswitch_knows_all_errors_by_the_same_names(
    ovs_ofctl: str, version: Version
) -> None:
    names = list(wire.OKO_ERRORS)
    errors = [Error.named(name, version) for name in names]
    assert [error.name for error in errors] == names
    assert all(error.meaning for error in errors)
    text = ofp_print(ovs_ofctl, *(encode(error, version) for error in errors))
    assert re.findall(r"^OFPT_ERROR .*\): (\w+)$", text, re.M) == names


def test_open_vswitch_agrees_on_standard_errors(ovs_ofctl: str) -> None:
    errors = [Error(1, code) for code in range(9)] + [Error(0, 0), Error(0, 1)]
    text = ofp_print(ovs_ofctl, *(encode(error, Version.OF10) for error in errors))
    assert re.findall(r"^OFPT_ERROR .*\): (\w+)$", text, re.M) == [each.name for each in errors]


def test_field_in_a_match(ovs_ofctl: str) -> None:
    data = wire.filter_prog_field(0x01020304)
    assert data.hex() == "ffff020800024f4b01020304"
    flow = struct.pack("!BBHI", 4, 14, 0, 9) + bytes(22) + struct.pack("!HIIIHH", 32768,
        0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0)
    match = struct.pack("!HH", 1, 4 + len(data)) + data
    flow = bytearray(flow + match + bytes(-len(match) % 8))
    flow[2:4] = struct.pack("!H", len(flow))
    assert "filter_prog=16909060" in ofp_print(ovs_ofctl, bytes(flow))
    for number in (0, 0xFFFFFFFF, -1):
        with pytest.raises(BadMessage, match="the number of a program"):
            wire.filter_prog_field(number)


@pytest.mark.parametrize("version", [Version.OF10, Version.OF15], ids=str)
def test_open_vswitch_refuses_what_we_refuse(ovs_ofctl: str, version: Version) -> None:
    """Messages with some bytes changed: we never take what the C code finds broken."""
    noise = random.Random(20261128 + version)
    judged = 0
    for message in OURS:
        good = encode(message, version)
        for _ in range(6):
            bad = bytearray(good)
            for _ in range(noise.randint(1, 3)):
                bad[noise.randrange(16, len(bad))] = noise.choice((0, 1, 255, noise.randrange(256)))
            theirs = ofp_print(ovs_ofctl, bytes(bad))
            try:
                ours = wire.decode(bytes(bad)).message
            except BadMessage:
                refused = True
            else:
                refused = isinstance(ours, wire.Other)
            if "***decode error" in theirs:
                judged += 1
                assert refused, f"{bad.hex()}\n{theirs}"
            elif not refused:
                assert encode(ours, version)
    assert judged > 10


# Hostile input.
