"""From messages to bytes and back."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, TypeVar

from oko_py._errors import BadMessage
from oko_py.wire._base import (
    HEADER,
    MAX_MESSAGE,
    TYPE_EXPERIMENTER,
    Extension,
    Message,
    OkoMessage,
    OkoReply,
    OkoRequest,
    Reader,
    barrier_types,
    multipart_types,
    read_experimenter,
    read_multipart,
)
from oko_py.wire._maps import (
    MapDumpReply,
    MapDumpRequest,
    MapGetReply,
    MapGetRequest,
    MapUpdate,
)
from oko_py.wire._names import OKO_EXPERIMENTER, PROG_MAX, PROG_MIN, Version
from oko_py.wire._openflow import (
    TYPE_ECHO_REPLY,
    TYPE_ECHO_REQUEST,
    TYPE_ERROR,
    TYPE_FEATURES_REPLY,
    TYPE_FEATURES_REQUEST,
    TYPE_HELLO,
    BarrierReply,
    BarrierRequest,
    EchoReply,
    EchoRequest,
    Error,
    FeaturesReply,
    FeaturesRequest,
    Hello,
    Other,
    check_u,
)
from oko_py.wire._programs import (
    ProgDescReply,
    ProgDescRequest,
    ProgImageReply,
    ProgImageRequest,
    ProgLoad,
    ProgLogReply,
    ProgLogRequest,
    ProgUnload,
)

_PLAIN: Final[dict[int, type[Message]]] = {
    TYPE_HELLO: Hello,
    TYPE_ERROR: Error,
    TYPE_ECHO_REQUEST: EchoRequest,
    TYPE_ECHO_REPLY: EchoReply,
    TYPE_FEATURES_REQUEST: FeaturesRequest,
    TYPE_FEATURES_REPLY: FeaturesReply,
}

#: Our messages by their subtypes.
COMMANDS: Final[dict[int, type[OkoMessage]]] = {
    each.subtype: each for each in (ProgLoad, ProgUnload, MapUpdate)
}
REQUESTS: Final[dict[int, type[OkoRequest]]] = {
    each.subtype: each
    for each in (
        ProgDescRequest,
        ProgImageRequest,
        MapDumpRequest,
        ProgLogRequest,
        MapGetRequest,
    )
}
REPLIES: Final[dict[int, type[OkoReply]]] = {
    each.subtype: each
    for each in (ProgDescReply, ProgImageReply, MapDumpReply, ProgLogReply, MapGetReply)
}


_T = TypeVar("_T", OkoMessage, OkoRequest, OkoReply)


@dataclass(frozen=True, slots=True)
class Frame:
    """A message with what its header says."""

    version: int
    xid: int
    message: Message


def encode(message: Message, *, version: Version, xid: int = 0) -> bytes:
    """Return the bytes of *message* in *version*, as the answer or question number *xid*.

    Raises :class:`BadMessage` for what has no room in a message, or in one of its fields.
    """
    kind, headers = message.headers(version)
    try:
        body = message.body(version)
    except struct.error as error:
        raise BadMessage(
            type(message).__name__, expected="numbers that fit", got=str(error), offset=None
        ) from None
    length = HEADER.size + len(headers) + len(body)
    if length > MAX_MESSAGE:
        raise BadMessage(
            type(message).__name__,
            expected=f"at most {MAX_MESSAGE} bytes",
            got=str(length),
            offset=None,
        )
    check_u(type(message).__name__, 32, xid=xid)
    return b"".join((HEADER.pack(version, kind, length, xid), headers, body))


def decode(data: bytes) -> Frame:
    """Return the message that *data* is, exactly one.

    Messages that are not known become :class:`Other`.  Raises :class:`BadMessage` for messages
    that are known, and broken.
    """
    if len(data) < HEADER.size:
        raise BadMessage(
            "message", expected=f"at least {HEADER.size} bytes", got=str(len(data)), offset=0
        )
    number, kind, length, xid = HEADER.unpack_from(data)
    if length != len(data):
        raise BadMessage(
            f"message of type {kind}",
            expected=f"a length of {len(data)}",
            got=str(length),
            offset=2,
        )
    if kind == TYPE_HELLO:      # Its version is what it offers, and may be one to come.
        return Frame(number, xid, Hello.from_body(Reader("hello", data, HEADER.size), Version.OF10))
    try:
        version = Version(number)
    except ValueError:
        raise BadMessage(
            f"message of type {kind}",
            expected=f"version {min(Version):d} to {max(Version):d}",
            got=str(number),
            offset=0,
        ) from None
    return Frame(number, xid, _decode(version, kind, data))


def _decode(version: Version, kind: int, data: bytes) -> Message:
    plain = _PLAIN.get(kind)
    if plain is None and kind in barrier_types(version):
        plain = BarrierRequest if kind == barrier_types(version)[0] else BarrierReply
    if plain is not None:
        return plain.from_body(Reader(plain.__name__, data, HEADER.size), version)

    reader = Reader(f"message of type {kind}", data, HEADER.size)
    if kind == TYPE_EXPERIMENTER:
        command = _ours(read_experimenter(reader), COMMANDS)
        if command is not None:
            return command[1].from_body(_named(reader, command[1], data), version)
    elif kind == multipart_types(version)[0]:
        request = _ours(read_multipart(reader, version), REQUESTS)
        if request is not None:
            if request[0].more:
                raise reader.bad("a request in one part", "one with more to come")
            return request[1].from_body(_named(reader, request[1], data), version)
    elif kind == multipart_types(version)[1]:
        reply = _ours(read_multipart(reader, version), REPLIES)
        if reply is not None:
            return reply[1].from_part(_named(reader, reply[1], data), reply[0].more)
    return Other(kind, data[HEADER.size :])


def _ours(
    extension: Extension | None, known: dict[int, type[_T]]
) -> tuple[Extension, type[_T]] | None:
    if extension is None or extension.experimenter != OKO_EXPERIMENTER:
        return None
    found = known.get(extension.subtype)
    return None if found is None else (extension, found)


def _named(reader: Reader, kind: type[Message], data: bytes) -> Reader:
    return Reader(kind.__name__, data, len(data) - reader.left)


#: Experimenter field: class 0xffff, field 1 without a mask, 8 bytes, experimenter, number.
_FILTER_PROG: Final = struct.Struct("!HBBII")


def filter_prog_field(prog_id: int) -> bytes:
    """Return the field ``filter_prog=prog_id`` as it stands in a match (OXM, OpenFlow 1.2 on)."""
    if not PROG_MIN <= prog_id <= PROG_MAX:
        raise BadMessage(
            "filter_prog",
            expected=f"the number of a program, {PROG_MIN} to {PROG_MAX}",
            got=str(prog_id),
            offset=None,
        )
    return _FILTER_PROG.pack(0xFFFF, 1 << 1, 8, OKO_EXPERIMENTER, prog_id)
