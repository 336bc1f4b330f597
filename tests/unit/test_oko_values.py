"""Keys and values: Python objects and text to bytes in the map, and back."""

import ipaddress
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import oko_py
from oko_py import elf
from oko_py._values import Codec, Mismatch, Record, to_json, to_text

PROGRAMS = Path(__file__).parents[1] / "fixtures" / "bpf"
EXAMPLES = Path(__file__).parents[2] / "examples" / "bpf"

EVERYTHING: dict[str, object] = {
    "u8": 1,
    "s8": -1,
    "u16": 0x1234,
    "s16": -2,
    "u32": 0x12345678,
    "s32": -3,
    "u64": 1 << 63,
    "s64": -4,
    "flag": True,
    "name": "a name",
    "color": "MINUS",
    "ip_addr": "172.16.0.14",
    "saddr": "172.16.0.14",
    "mac": "50:54:00:00:00:01",
    "port": 443,
    "v6": "fd00::1",
    "inner": {"a": ((1, 2), (3, 4))},
    "pointer": 0,
}


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> elf.Spec:
    out = tmp_path_factory.mktemp("obj") / "types.o"
    return elf.load(oko_py.compile(PROGRAMS / "types.c", out))


@pytest.fixture(scope="module")
def everything(spec: elf.Spec) -> Codec:
    return spec.maps["connections"].value


@pytest.fixture(scope="module")
def connection(spec: elf.Spec) -> Codec:
    return spec.maps["connections"].key


@pytest.fixture(scope="module")
def color(spec: elf.Spec) -> Codec:
    return spec.maps["colors"].value


def test_structure_there_and_back(everything: Codec) -> None:
    data = everything.encode(EVERYTHING)
    assert len(data) == everything.size
    decoded = everything.decode(data)
    assert isinstance(decoded, Record)
    assert decoded == EVERYTHING
    assert decoded["inner"] == Record({"a": ((1, 2), (3, 4))})
    assert everything.encode(decoded) == data


def test_structure_from_text(everything: Codec, connection: Codec) -> None:
    data = everything.encode(EVERYTHING)
    assert everything.encode(json.dumps(EVERYTHING)) == data
    assert everything.encode(to_text(everything.decode(data))) == data
    text = "src=10.0.0.1,dst=10.0.0.2,sport=0x50,dport=443,proto=6,pad=[0, 0, 0]"
    with pytest.raises(Mismatch):  # A comma in an array: JSON is the way.
        connection.encode(text)
    key = {
        "src": "10.0.0.1",
        "dst": "10.0.0.2",
        "sport": 80,
        "dport": 443,
        "proto": 6,
        "pad": [0, 0, 0],
    }
    assert connection.encode(key) == bytes([10, 0, 0, 1, 10, 0, 0, 2, 0, 80, 1, 187, 6, 0, 0, 0])


def test_record_is_a_key_of_a_dict(connection: Codec) -> None:
    one, same = connection.decode(bytes(16)), connection.decode(bytes(16))
    assert {one: 1}[same] == 1
    other = connection.decode(b"\1" + bytes(15))
    assert one != other
    assert "src" in repr(one)


def test_address_in_the_order_that_its_type_says(everything: Codec) -> None:
    data = everything.encode(EVERYTHING)
    # Network order for __be32, the machine's (14 0 16 172) for a plain integer.
    assert bytes([172, 16, 0, 14]) in data
    assert bytes([14, 0, 16, 172]) in data


@pytest.mark.parametrize(
    "value",
    ["172.16.0.14", ipaddress.IPv4Address("172.16.0.14"), 0xAC10000E, bytes([172, 16, 0, 14])],
)
def test_ipv4_key_of_the_firewall(value: object, tmp_path: Path) -> None:
    source = EXAMPLES / "stateless-firewall" / "stateless-firewall.c"
    table = elf.load(oko_py.compile(source, tmp_path / "fw.o")).maps["lookup_table"]
    assert table.key.encode(value) == bytes([172, 16, 0, 14])
    assert table.key.decode(bytes([172, 16, 0, 14])) == "172.16.0.14"
    assert table.value.encode("DROP") == bytes([1, 0, 0, 0])
    assert table.value.decode(bytes([0, 0, 0, 0])) == "PASS"


@pytest.fixture(scope="module")
def prefixes(tmp_path_factory: pytest.TempPathFactory) -> elf.Spec:
    out = tmp_path_factory.mktemp("obj") / "prefixes.o"
    return elf.load(oko_py.compile(PROGRAMS / "prefixes.c", out))


@pytest.mark.parametrize("name", ["v4", "libbpf_v4", "plain_v4", "bytes_v4"])
def test_ipv4_prefix(prefixes: elf.Spec, name: str) -> None:
    key = prefixes.maps[name].key
    assert key.encode("10.0.0.0/8") == bytes([8, 0, 0, 0, 10, 0, 0, 0])
    assert key.decode(bytes([8, 0, 0, 0, 10, 0, 0, 0])) == "10.0.0.0/8"
    for same in ("10.1.2.3/8", "10.0.0.0/255.0.0.0", ipaddress.ip_network("10.0.0.0/8")):
        assert key.encode(same) == key.encode("10.0.0.0/8")
    for host in ("10.1.2.3", "10.1.2.3/32", ipaddress.ip_address("10.1.2.3")):
        assert key.decode(key.encode(host)) == "10.1.2.3/32"
    assert key.decode(key.encode("0.0.0.0/0")) == "0.0.0.0/0"
    assert key.encode(bytes(range(8))) == bytes(range(8))
    assert key.decode(b"\x21" + bytes(7)) == b"\x21" + bytes(7)  # 33 bits: not an IPv4 prefix.
    for wrong in ("10.0.0.0/33", "10.0.0", "2001:db8::/32", "", 8, ipaddress.ip_address("::1")):
        with pytest.raises(Mismatch, match=r"expected an IPv4 prefix such as 10\.0\.0\.0/8"):
            key.encode(wrong)


@pytest.mark.parametrize("name", ["v6", "libbpf_v6"])
def test_ipv6_prefix(prefixes: elf.Spec, name: str) -> None:
    key = prefixes.maps[name].key
    data = bytes([32, 0, 0, 0, 0x20, 1, 0x0D, 0xB8]) + bytes(12)
    assert key.encode("2001:db8::/32") == key.encode("2001:db8::1/32") == data
    assert key.decode(data) == "2001:db8::/32"
    assert key.decode(key.encode("fd00::1")) == "fd00::1/128"
    with pytest.raises(Mismatch, match=r"expected an IPv6 prefix such as 2001:db8::/32"):
        key.encode("10.0.0.0/8")


def test_other_keys_of_longest_prefix_maps(prefixes: elf.Spec) -> None:
    port = prefixes.maps["ports"].key
    assert port.encode({"prefixlen": 16, "port": 80}) == bytes([16, 0, 0, 0, 0, 80])
    # The same structure is no prefix in another kind of map.
    pair = prefixes.maps["not_lpm"].key
    shown = pair.decode(bytes([8, 0, 0, 0, 10, 0, 0, 1]))
    assert shown == Record({"prefixlen": 8, "addr": "10.0.0.1"})


def test_enum(color: Codec) -> None:
    assert color.encode("GREEN") == color.encode(2) == color.encode("2") == b"\2\0\0\0"
    assert color.decode(b"\2\0\0\0") == "GREEN"  # The first of two names.
    assert color.encode("MINUS") == color.encode(-1) == b"\xff\xff\xff\xff"
    assert color.decode(b"\xff\xff\xff\xff") == "MINUS"
    assert color.decode(b"\7\0\0\0") == 7
    with pytest.raises(Mismatch, match=r"expected one of RED, GREEN, LIME, MINUS .*got 'BLUE'"):
        color.encode("BLUE")


def changed(name: str, value: object) -> dict[str, object]:
    return {**EVERYTHING, name: value}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (changed("u8", 256), "a number from 0 to 255 .* for 'u8', got 256"),
        (changed("s8", -129), "-128 to 127"),
        (changed("u64", -1), "from 0 to 18446744073709551615"),
        (changed("u16", "x"), "a number .* for 'u16', got 'x'"),
        (changed("u16", 1.5), "got float 1.5"),
        (changed("flag", 2), "from 0 to 1"),
        (changed("name", "too long a name"), "at most 7 bytes of text"),
        (changed("saddr", "10.0.0"), "an IPv4 address such as"),
        (changed("v6", "10.0.0.1"), "an IPv6 address such as"),
        (changed("mac", "50:54"), "an Ethernet address such as"),
        (changed("inner", {"a": ((1, 2), (3,))}), r"2 elements .*'\[1\]' for 'a' for 'inner'"),
        (changed("inner", {"b": 1}), "members a .* for 'inner', got b"),
        (changed("more", 1), "members u8, s8, .*more"),
        ({}, "got none"),
        ("a=1,b", "member=value,member=value"),
        ("a=1,a=2", "member=value,member=value"),
        ("{]", "expected JSON"),
        (5, "got int 5"),
        (b"123", "expected 104 bytes, got 3"),
    ],
)
def test_mismatch_says_expected_and_got(everything: Codec, value: object, message: str) -> None:
    with pytest.raises(Mismatch, match=message):
        everything.encode(value)


def test_bytes_are_taken_as_they_are(everything: Codec) -> None:
    for kind in (bytes, bytearray, memoryview):
        assert everything.encode(kind(bytes(range(104)))) == bytes(range(104))


def test_unknown_type_takes_and_gives_bytes_only() -> None:
    codec = Codec(4)
    assert not codec.typed
    assert codec.decode(b"abcd") == b"abcd"
    with pytest.raises(Mismatch, match="the type is not known"):
        codec.encode("172.16.0.14")


def test_text_that_is_none(everything: Codec) -> None:
    data = bytearray(everything.encode(EVERYTHING))
    start = data.index(b"a name")
    for raw in (b"\xff\xfe\0\0\0\0\0", b"a\0b\0\0\0\0"):
        data[start : start + 7] = raw
        decoded = everything.decode(bytes(data))
        assert isinstance(decoded, Record)
        assert decoded["name"] == raw
        assert everything.encode(decoded) == bytes(data)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"\x0e\x00", ["0x0e", "0x00"]),
        (Record({"a": (1, b"\xff")}), {"a": [1, ["0xff"]]}),
        ("x", "x"),
        (3, 3),
    ],
)
def test_to_json(value: int | str | bytes | Record, expected: object) -> None:
    assert to_json(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("DROP", "DROP"),
        (7, "7"),
        (b"\x0e\x00", "0e 00"),
        (Record({"rate": 1, "burst": 2}), "rate=1,burst=2"),
        (Record({"a": (1, 2)}), '{"a": [1, 2]}'),
        ((1, 2), "[1, 2]"),
    ],
)
def test_to_text(value: int | str | bytes | Record, expected: str) -> None:
    assert to_text(value) == expected


def builder(declarations: str) -> Callable[[Path], Codec]:
    def build(directory: Path) -> Codec:
        source = directory / "x.c"
        source.write_text(
            "#include <oko/filter.h>\n"
            "#include <oko/net.h>\n"
            f"{declarations}\n"
            "OKO_MAP(m, OKO_MAP_HASH, __u32, key_type, 1);\n"
            "uint64_t entry(void *p, uint64_t n) { (void) p; (void) n; __u32 k = 0;\n"
            "    return oko_map_lookup(&m, &k) != NULL; }\n"
        )
        return elf.load(oko_py.compile(source, directory / "x.o")).maps["m"].value

    return build


@pytest.mark.parametrize(
    ("declarations", "value", "data"),
    [
        ("typedef struct in_addr { __be32 s_addr; } key_type;", "1.2.3.4", b"\1\2\3\4"),
        ("typedef __u32 src_ip; typedef src_ip key_type;", "1.2.3.4", b"\4\3\2\1"),
        ("typedef const volatile ipv4_addr key_type;", "1.2.3.4", b"\1\2\3\4"),
        ("typedef __s32 ip; typedef ip key_type;", 5, b"\5\0\0\0"),
        ("typedef __be64 key_type;", 5, b"\0\0\0\0\0\0\0\5"),
        ("typedef __u8 key_type[3];", (1, 2, 3), b"\1\2\3"),
        (
            "typedef struct { __u8 chip; __u8 zip; } key_type;",
            Record({"chip": 1, "zip": 2}),
            b"\1\2",
        ),
        ("typedef struct { __u32 chip; } key_type;", Record({"chip": 1}), b"\1\0\0\0"),
        ("typedef bool key_type;", True, b"\1"),
        # One odd member leaves the others what they are.
        (
            "typedef struct { __u32 x; union { __u32 u; ipv4_addr ip; }; __u8 end[2]; } key_type;",
            Record({"x": 1, "u": 2, "end": (3, 4)}),
            b"\1\0\0\0\2\0\0\0\3\4\0\0",
        ),
        (
            "typedef struct { __u8 flag; struct { __u8 x; struct { __u8 y; }; }; } key_type;",
            Record({"flag": 1, "x": 2, "y": 3}),
            b"\1\2\3",
        ),
        (
            "typedef struct { __u32 a : 3, b : 29; __s8 c : 4, : 2, d : 2; } key_type;",
            Record({"a": 5, "b": 1 << 28, "c": -1, "d": -2}),
            b"\5\0\0\x80\x8f\0\0\0",
        ),
        (
            "typedef struct { __u8 a; union { __u16 n; __u8 bytes[2]; } u; __u8 b; } key_type;",
            Record({"a": 1, "u": b"\2\3", "b": 4}),
            b"\1\0\2\3\4\0",
        ),
        (
            "typedef struct { __u64 n; double f; } key_type;",
            Record({"n": 1, "f": b"12345678"}),
            b"\1\0\0\0\0\0\0\x0012345678",
        ),
        ("typedef double key_type;", b"12345678", b"12345678"),
        ("typedef struct { __u8 all[5000]; } key_type;", b"5" * 5000, b"5" * 5000),
    ],
)
def test_rules_for_types(
    declarations: str, value: int | str | bytes | Record, data: bytes, tmp_path: Path
) -> None:
    codec = builder(declarations)(tmp_path)
    assert codec.encode(value) == data
    assert codec.decode(data) == value


@pytest.mark.parametrize(
    ("members", "value", "expected"),
    [
        ("__u32 a : 3, b : 29;", {"a": 8, "b": 0}, "a number from 0 to 7"),
        ("__s32 a : 3, b : 29;", {"a": -5, "b": 0}, "a number from -4 to 3"),
        ("union { __u16 n; __u8 b[2]; } u;", {"u": 5}, "2 bytes (union has several meanings)"),
    ],
)
def test_odd_members_say_what_they_take(
    members: str, value: dict[str, int], expected: str, tmp_path: Path
) -> None:
    codec = builder(f"typedef struct {{ {members} }} key_type;")(tmp_path)
    with pytest.raises(Mismatch, match=re.escape(expected)):
        codec.encode(value)
