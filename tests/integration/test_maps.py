"""Maps from outside: update, dump, delete, clear, and what is refused."""

from __future__ import annotations

import re
import socket

import pytest
from harness import packets
from harness.network import Net
from harness.programs import Programs, dump_map, entry, load, update_map

from oko_build.lab import Bridge, wait_until


def u32(number: int) -> bytes:
    return number.to_bytes(4, "little")


def u64(number: int) -> bytes:
    return number.to_bytes(8, "little")


@pytest.fixture
def table(bridge: Bridge, programs: Programs) -> Bridge:
    """A bridge whose program 1 has an empty hash table of 16 entries, 4 to 8 bytes."""
    load(bridge, 1, programs.build("table", ENTRIES=16))
    return bridge


def test_an_entry_as_the_original_showed_it(table: Bridge) -> None:
    table.ofctl("update-map", "1", "0", *entry(bytes((14, 0, 16, 172)), u64(1)))
    text = table.ofctl("dump-map", "1", "0")
    assert text.splitlines()[0] == "The map contains 1 element(s)"
    assert re.search(r"^\s*Key:\s*14 0 16 172\s*$", text, re.MULTILINE), text
    assert re.search(r"^\s*Value:\s*1 0 0 0 0 0 0 0\s*$", text, re.MULTILINE), text


def test_an_empty_map(table: Bridge) -> None:
    assert table.ofctl("dump-map", "1", "0").strip() == "The map contains 0 element(s)"


def test_a_map_by_name_and_by_number(table: Bridge) -> None:
    update_map(table, 1, "lengths", u32(60), u64(1))
    assert dump_map(table, 1, 0) == dump_map(table, 1, "lengths") == {u32(60): u64(1)}


def test_bytes_in_hexadecimal(table: Bridge) -> None:
    words = ["key", "0x0e", "0x00", "0x10", "0xac", "value", "0xff", *"000000", "0x80"]
    table.ofctl("update-map", "1", "lengths", *words)
    assert dump_map(table, 1, "lengths") == {
        bytes((0x0E, 0, 0x10, 0xAC)): bytes((255, 0, 0, 0, 0, 0, 0, 128))
    }


def test_several_entries_in_one_command(table: Bridge) -> None:
    words = [word for n in (1, 2, 3) for word in entry(u32(n), u64(n * n))]
    table.ofctl("update-map", "1", "lengths", *words)
    assert dump_map(table, 1, "lengths") == {u32(n): u64(n * n) for n in (1, 2, 3)}


def test_update_delete_clear(table: Bridge) -> None:
    for n in range(5):
        update_map(table, 1, "lengths", u32(n), u64(n))
    update_map(table, 1, "lengths", u32(3), u64(33))
    assert dump_map(table, 1, "lengths") == {u32(n): u64(33 if n == 3 else n) for n in range(5)}
    table.ofctl("del-map-entry", "1", "lengths", *entry(u32(3)))
    assert set(dump_map(table, 1, "lengths")) == {u32(n) for n in (0, 1, 2, 4)}
    table.ofctl("clear-map", "1", "lengths")
    assert dump_map(table, 1, "lengths") == {}


def test_the_program_sees_the_change_at_once(net: Net, programs: Programs) -> None:
    load(net.bridge, 1, programs.build("table", ENTRIES=16))
    net.bridge.add_flows("in_port=1,filter_prog=1,actions=output:2")
    inbox, wire = net.bob.wire(), net.alice.wire()
    for size in range(100, 110):
        update_map(net.bridge, 1, "lengths", u32(size), u64(0))
        wire.send(packets.udp(size=other) for other in range(100, 110))
        assert [len(frame) for frame in inbox.receive(1)] == [size]
        net.bridge.ofctl("del-map-entry", "1", "lengths", *entry(u32(size)))


def test_what_a_program_writes_can_be_read(net: Net, programs: Programs) -> None:
    load(net.bridge, 1, programs.build("count", RESULT=1))
    net.bridge.add_flows("in_port=1,filter_prog=1,actions=output:2")
    net.alice.wire().send([packets.udp()] * 300)
    wait_until(
        lambda: dump_map(net.bridge, 1, "packets") == {u32(0): u64(300)},
        "the program to have counted 300 packets",
    )
    net.bridge.ofctl("clear-map", "1", "packets")
    assert dump_map(net.bridge, 1, "packets") == {u32(0): u64(0)}


def test_a_dump_of_many_messages(bridge: Bridge, programs: Programs) -> None:
    """20,000 entries need 240 kB: the original crashed past 64 KiB."""
    count = 20_000
    load(bridge, 1, programs.build("table", ENTRIES=count))
    for first in range(0, count, 1000):
        words = [w for n in range(first, first + 1000) for w in entry(u32(n), u64(n * 7))]
        bridge.ofctl("update-map", "1", "lengths", *words)
    assert dump_map(bridge, 1, "lengths") == {u32(n): u64(n * 7) for n in range(count)}


def test_a_full_map_says_so_and_keeps_what_it_has(bridge: Bridge, programs: Programs) -> None:
    load(bridge, 1, programs.build("table", ENTRIES=4))
    accepted = 0
    refusal = None
    for n in range(64):
        result = bridge.try_ofctl("update-map", "1", "lengths", *entry(u32(n), u64(n)))
        if not result.ok:
            refusal = result
            break
        accepted += 1
    assert accepted >= 4
    assert refusal is not None, "64 entries went into a map of 4"
    assert "full" in refusal.stderr.lower(), refusal
    assert dump_map(bridge, 1, "lengths") == {u32(n): u64(n) for n in range(accepted)}


@pytest.mark.parametrize(
    ("key", "value", "expected", "got"),
    [
        (b"\1\2\3", u64(1), "4", "3"),
        (b"\1\2\3\4\5", u64(1), "4", "5"),
        (u32(1), b"\1", "8", "1"),
        (u32(1), u64(1) + b"\0", "8", "9"),
    ],
    ids=["short key", "long key", "short value", "long value"],
)
def test_wrong_sizes_are_refused(
    passers_by: Net, programs: Programs, key: bytes, value: bytes, expected: str, got: str
) -> None:
    bridge = passers_by.bridge
    load(bridge, 1, programs.build("table", ENTRIES=16))
    result = bridge.try_ofctl("update-map", "1", "lengths", *entry(key, value))
    assert not result.ok
    what = "key" if len(key) != 4 else "value"
    assert what in result.stderr, result
    assert {expected, got} <= set(re.findall(r"\d+", result.stderr)), result
    assert dump_map(bridge, 1, "lengths") == {}


def test_a_wrong_key_to_delete_is_refused(table: Bridge) -> None:
    update_map(table, 1, "lengths", u32(1), u64(1))
    assert not table.try_ofctl("del-map-entry", "1", "lengths", *entry(b"\1")).ok
    missing = table.try_ofctl("del-map-entry", "1", "lengths", *entry(u32(2)))
    assert not missing.ok
    assert dump_map(table, 1, "lengths") == {u32(1): u64(1)}


def test_an_index_beyond_the_array_is_refused(bridge: Bridge, programs: Programs) -> None:
    load(bridge, 1, programs.build("count", RESULT=1))
    result = bridge.try_ofctl("update-map", "1", "packets", *entry(u32(1), u64(1)))
    assert not result.ok
    assert result.stderr.strip()
    assert dump_map(bridge, 1, "packets") == {u32(0): u64(0)}


@pytest.mark.parametrize(
    "words",
    [
        ["dump-map", "1", "no_such_map"],
        ["dump-map", "1", "1"],
        ["dump-map", "2", "0"],
        ["update-map", "2", "0", *entry(u32(1), u64(1))],
        ["update-map", "1", "lengths", "key", "256", "0", "0", "0", "value", *"00000000"],
        ["update-map", "1", "lengths", "key", "-1", "0", "0", "0", "value", *"00000000"],
        ["update-map", "1", "lengths", "key", "x", "0", "0", "0", "value", *"00000000"],
        ["update-map", "1", "lengths", "value", *"00000000"],
        ["update-map", "1", "lengths", "key", "1", "0", "0", "0"],
        ["update-map", "1", "lengths"],
        ["clear-map", "1", "no_such_map"],
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_nonsense_is_refused_with_a_reason(table: Bridge, words: list[str]) -> None:
    update_map(table, 1, "lengths", u32(1), u64(1))
    result = table.try_ofctl(*words)
    assert not result.ok
    assert result.stderr.startswith("ovs-ofctl: ") or "OFPT_ERROR" in result.stderr, result
    assert dump_map(table, 1, "lengths") == {u32(1): u64(1)}


# Kinds of maps.


@pytest.fixture
def kinds(net: Net, programs: Programs) -> Net:
    """alice's packets pass if their source is in "nets"; others are put into "strangers"."""
    load(net.bridge, 1, programs.build("kinds"))
    net.bridge.add_flows("in_port=1,filter_prog=1,actions=output:2")
    return net


def prefix(length: int, address: str) -> bytes:
    return u32(length) + socket.inet_aton(address)


def test_a_dump_names_the_kinds(kinds: Net) -> None:
    text = kinds.bridge.ofctl("dump-filter-progs")
    assert re.search(r'name="nets", type=lpm_trie, key_size=8, value_size=4', text), text
    assert re.search(r'name="strangers", type=lru_hash, key_size=4, value_size=4', text), text


def test_prefixes(kinds: Net) -> None:
    bridge = kinds.bridge
    inbox, wire = kinds.bob.wire(), kinds.alice.wire()
    update_map(bridge, 1, "nets", prefix(8, "10.0.0.0"), u32(8))
    update_map(bridge, 1, "nets", prefix(30, "192.0.2.77"), u32(30))
    # Host bits don't count, and are cleared.
    assert dump_map(bridge, 1, "nets") == {
        prefix(8, "10.0.0.0"): u32(8),
        prefix(30, "192.0.2.76"): u32(30),
    }
    sources = ["10.255.0.1", "11.0.0.1", "192.0.2.75", "192.0.2.76", "192.0.2.79", "192.0.2.80"]
    frames = {source: packets.udp(src=source) for source in sources}
    wire.send(frames.values())
    passed = ["10.255.0.1", "192.0.2.76", "192.0.2.79"]
    assert inbox.receive(3) == [frames[source] for source in passed]
    wait_until(lambda: len(dump_map(bridge, 1, "strangers")) == 3, "three strangers")
    assert inbox.drain() == []

    bridge.ofctl("del-map-entry", "1", "nets", *entry(prefix(30, "192.0.2.79")))
    update_map(bridge, 1, "nets", prefix(0, "0.0.0.0"), u32(0))
    assert set(dump_map(bridge, 1, "nets")) == {prefix(8, "10.0.0.0"), prefix(0, "0.0.0.0")}
    wire.send([frames["192.0.2.75"]])
    assert inbox.receive(1) == [frames["192.0.2.75"]]


def test_prefixes_that_are_refused(kinds: Net) -> None:
    bridge = kinds.bridge
    for length in (33, 2**32 - 1):
        words = entry(prefix(length, "10.0.0.0"), u32(1))
        result = bridge.try_ofctl("update-map", "1", "nets", *words)
        assert not result.ok
        assert "no entry can have that key" in result.stderr
    for number in range(4):
        update_map(bridge, 1, "nets", prefix(32, f"10.0.0.{number}"), u32(number))
    words = entry(prefix(31, "10.0.0.0"), u32(1))
    result = bridge.try_ofctl("update-map", "1", "nets", *words)
    assert not result.ok
    assert "map is full, it has room for 4 entries" in result.stderr


def test_an_lru_map_keeps_who_comes_again(kinds: Net) -> None:
    """Hundreds of strangers pass by; the one who comes between all of them stays."""
    bridge, wire = kinds.bridge, kinds.alice.wire()
    regular = packets.udp(src="192.0.2.1")
    others = [packets.udp(src=f"203.0.113.{number}") for number in range(200)]
    frames = [regular] + [frame for other in others for frame in (other, regular)]
    wire.send(frames)
    wait_until(
        lambda: dump_map(bridge, 1, "strangers").get(socket.inet_aton("192.0.2.1")) == u32(201),
        "all packets of the regular to be counted",
    )
    dump = dump_map(bridge, 1, "strangers")
    assert len(dump) == 8
    assert socket.inet_aton("203.0.113.199") in dump
    assert socket.inet_aton("203.0.113.0") not in dump

    # From outside, too, there is always room.
    for number in range(20):
        update_map(bridge, 1, "strangers", socket.inet_aton(f"198.51.100.{number}"), u32(0))
    assert len(dump_map(bridge, 1, "strangers")) == 8
