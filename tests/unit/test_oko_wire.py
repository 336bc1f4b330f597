"""oko_py.wire: bytes and messages, against the C code and against those who mean ill."""

import random
import re
import struct
from pathlib import Path

import pytest
from wire_samples import OURS, STANDARD

from oko_py import BadArgument, BadMessage, OkoError, VersionMismatch, wire
from oko_py.wire import Error, Hello, Message, Session, Version

ROOT = Path(__file__).parents[2]
EVERY = OURS + STANDARD


def encode(message: Message, version: Version, xid: int = 7) -> bytes:
    return wire.encode(message, version=version, xid=xid)


def show(message: Message) -> str:
    return type(message).__name__


@pytest.mark.parametrize("version", list(Version), ids=str)
@pytest.mark.parametrize("message", EVERY, ids=show)
def test_there_and_back(message: Message, version: Version) -> None:
    data = encode(message, version, 0xFFFFFFFF)
    assert wire.decode(data) == wire.Frame(version, 0xFFFFFFFF, message)
    if message in OURS:
        assert len(data) % 8 == 0


def test_the_samples_have_all_messages_of_ours() -> None:
    known = {*wire.COMMANDS.values(), *wire.REQUESTS.values(), *wire.REPLIES.values()}
    assert {type(message) for message in OURS} == known


def test_bytes_as_documented() -> None:
    update = wire.MapUpdate(1, 2, wire.MapOp.SET, wire.SetMode.EXIST, 1, 2, 1, b"\xaa\xbb\xcc")
    assert encode(update, Version.OF13).hex(" ", 4) == (
        "04040030 00000007 00024f4b 00000003 00000001 00000002 00000002"
        " 00000001 00000002 00000001 aabbcc00 00000000"
    )
    request = wire.ProgDescRequest(3)
    assert encode(request, Version.OF13).hex(" ", 4) == (
        "04120020 00000007 ffff0000 00000000 00024f4b 00000001 00000003 00000000"
    )
    assert encode(request, Version.OF10).hex(" ", 4) == (
        "01100020 00000007 ffff0000 00024f4b 00000001 00000000 00000003 00000000"
    )


@pytest.mark.parametrize(
    "patch",
    sorted((ROOT / "patches" / "ovs").glob("*/openflow-Add-messages-and-errors*.patch")),
    ids=lambda patch: patch.parent.name,
)
def test_our_table_is_that_of_the_series(patch: Path) -> None:
    found = re.findall(
        r"NX1\.0-1\.1\(1,(\d+)\), OKO1\.2\+\((\d+)\).*?OFPERR_(OKO_\w+),", patch.read_text(), re.S
    )
    assert {name: int(number) for _, number, name in found} == {
        name: number for name, (number, _) in wire.OKO_ERRORS.items()
    }
    for code, _, name in found:
        assert Error.named(name, Version.OF11) == Error(1, int(code), 0x2320)


@pytest.mark.parametrize("version", list(Version), ids=str)
@pytest.mark.parametrize("message", EVERY, ids=show)
def test_cut_off_anywhere(message: Message, version: Version) -> None:
    """What is too short is broken or unknown, and never anything else."""
    data = encode(message, version)
    for length in range(len(data)):
        with pytest.raises(BadMessage):
            wire.decode(data[:length])
        if length >= 8:
            short = bytearray(data[:length])
            short[2:4] = struct.pack("!H", length)
            try:
                found = wire.decode(bytes(short)).message
            except BadMessage:
                continue
            # Descriptions and texts are lists, and the data of an error has any length.
            assert found != message


@pytest.mark.parametrize("seed", range(40))
def test_noise(seed: int) -> None:
    """Changed bytes lead to a message or to BadMessage: whatever is read is there to be read."""
    noise = random.Random(seed)
    for message in EVERY:
        for version in Version:
            data = bytearray(encode(message, version))
            for _ in range(noise.randint(1, 8)):
                data[noise.randrange(len(data))] = noise.randrange(256)
            if noise.random() < 0.5:
                data[2:4] = struct.pack("!H", len(data))
            try:
                frame = wire.decode(bytes(data))
            except BadMessage:
                continue
            if isinstance(frame.message, wire.MapDumpReply):
                assert len(list(frame.message)) == frame.message.n_entries


@pytest.mark.parametrize("n", [1, 2**16, 2**31, 2**32 - 1])
@pytest.mark.parametrize("key_size", [0, 1, 2**31, 2**32 - 1])
def test_sizes_that_promise_too_much(n: int, key_size: int) -> None:
    for message in (
        wire.MapDumpReply(1, 0, 1, 0, 1, 0, 0, b"x"),
        wire.MapUpdate(1, 0, wire.MapOp.SET, n_entries=1, key_size=1, entries=b"x"),
    ):
        data = bytearray(encode(message, Version.OF13))
        at = 24 + 8 if isinstance(message, wire.MapDumpReply) else 16 + 16
        where = (at + 8, at) if isinstance(message, wire.MapDumpReply) else (16 + 12, 16 + 16)
        data[where[0] : where[0] + 4] = struct.pack("!I", n)
        data[where[1] : where[1] + 4] = struct.pack("!I", key_size)
        if (n, key_size) == (1, 1):
            assert wire.decode(bytes(data)).message == message
        elif n * key_size > 8 or not key_size:
            with pytest.raises(BadMessage):
                wire.decode(bytes(data))


def test_what_does_not_fit_is_not_sent() -> None:
    for message in (
        wire.ProgLoad(-1, 0),
        wire.ProgLoad(1, 2**32),
        wire.ProgLoad(1, 70000, 0, wire.LoadFlags.NONE, bytes(65536)),
        wire.ProgLoad(1, 65500, 0, wire.LoadFlags.NONE, bytes(65534)),
        wire.MapUpdate(1, 0, wire.MapOp.SET, n_entries=2, key_size=4, entries=b"1234"),
        wire.MapDumpRequest(1, 0, 2**64),
        wire.EchoRequest(bytes(65535)),
    ):
        with pytest.raises(BadMessage, match="expected"):
            encode(message, Version.OF13)
    with pytest.raises(BadMessage):
        encode(Hello(), Version.OF13, 2**32)


def test_names_are_cut_off_and_end() -> None:
    long = wire.MapDesc(4, 4, 4, 1, 0, 0, 0, 0, "n" * 100)
    data = bytearray(long.pack())
    assert data[-1] == 0
    program = wire.ProgDesc(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, bytes(8), "p", "s", (long,))
    whole = bytearray(encode(wire.ProgDescReply((program,)), Version.OF13))
    whole[-64:] = b"m" * 64         # A switch that doesn't end names.
    (found,) = wire.decode(bytes(whole)).message.programs  # type: ignore[attr-defined]
    assert found.maps[0].name == "m" * 63


# Sessions.


def hello(*versions: int, header: int = 6) -> bytes:
    return wire.encode(Hello(frozenset(versions)), version=Version(header))


def test_a_session_agrees_on_the_highest_version() -> None:
    session = Session()
    assert wire.decode(session.take()).message == Hello(frozenset(range(1, 7)))
    assert not session.ready
    with pytest.raises(BadArgument, match="hello"):
        session.send(wire.BarrierRequest())
    assert session.receive(hello(1, 4, 5)) == []
    assert session.version == Version.OF14


def test_without_a_list_the_lower_header_counts() -> None:
    session = Session([4, 5])
    session.receive(wire.encode(Hello(), version=Version.OF15))
    assert session.version == Version.OF14


@pytest.mark.parametrize("data", [hello(1, header=1), hello(9, header=6), b"\x0a\0\0\x08\0\0\0\0"])
def test_nothing_in_common(data: bytes) -> None:
    session = Session([4])
    if data[0] == 10:               # A version to come, which speaks ours too, as far as it says.
        session.receive(data)
        assert session.version == Version.OF13
        return
    with pytest.raises(VersionMismatch, match="OpenFlow13"):
        session.receive(data)
    with pytest.raises(VersionMismatch):
        session.receive(hello(4))


def test_the_switch_may_say_that_nothing_is_in_common() -> None:
    with pytest.raises(VersionMismatch, match="we want 9"):
        Session().receive(wire.encode(Error(0, 0, 0, b"we want 9"), version=Version.OF10))


@pytest.mark.parametrize("size", [1, 3, 8, 1000])
def test_a_stream_in_pieces(size: int) -> None:
    session = Session()
    session.receive(hello(4))
    data = b"".join(encode(message, Version.OF13) for message in OURS)
    frames = []
    for start in range(0, len(data), size):
        frames += session.receive(data[start : start + size])
    assert [frame.message for frame in frames] == OURS


def test_echo_requests_are_answered() -> None:
    session = Session()
    session.take()
    session.receive(hello(4) + encode(wire.EchoRequest(b"there?"), Version.OF13, 99))
    assert wire.decode(session.take()) == wire.Frame(4, 99, wire.EchoReply(b"there?"))


@pytest.mark.parametrize(
    "data",
    [
        hello(4)[:2] + b"\0\x07" + hello(4)[4:],                # a length less than a header's
        encode(wire.BarrierReply(), Version.OF13),              # before the hello
        hello(4) + hello(4),
        hello(4) + encode(wire.BarrierReply(), Version.OF14),   # another version than agreed
    ],
)
def test_a_broken_stream_stays_broken(data: bytes) -> None:
    session = Session()
    with pytest.raises(BadMessage) as first:
        session.receive(data)
    with pytest.raises(BadMessage) as second:
        session.receive(encode(wire.BarrierReply(), Version.OF13))
    assert first.value is second.value


def test_numbers_of_requests_never_are_zero() -> None:
    session = Session(first_xid=0xFFFFFFFE)
    session.receive(hello(4))
    xids = [session.barrier() for _ in range(3)]
    assert xids == [0xFFFFFFFF, 1, 2]


def test_what_is_not_known_comes_as_it_is() -> None:
    for data in (
        struct.pack("!BBHI", 4, 10, 12, 0) + b"pkin",
        struct.pack("!BBHIII", 4, 4, 16, 0, 0x2320, 1),
        struct.pack("!BBHIII", 4, 4, 16, 0, wire.OKO_EXPERIMENTER, 999),
        struct.pack("!BBHI", 4, 4, 8, 0),
        struct.pack("!BBHIHHI", 4, 19, 16, 0, 1, 0, 0),
    ):
        message = wire.decode(data).message
        assert isinstance(message, wire.Other)
        assert encode(message, Version.OF13, 0) == data


def test_everything_is_exported() -> None:
    assert wire.__all__ == sorted(wire.__all__, key=lambda name: (not name.isupper(), not
        name[0].isupper(), name))
    assert all(hasattr(wire, name) for name in wire.__all__)
    assert issubclass(BadMessage, OkoError)
