"""What every message has in common: how it is framed, read and written."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from oko_py._errors import BadMessage
from oko_py.wire._names import NAME_LEN, OKO_EXPERIMENTER, Version

HEADER: Final = struct.Struct("!BBHI")
MAX_MESSAGE: Final = 65535

TYPE_EXPERIMENTER: Final = 4
_EXPERIMENTER: Final = struct.Struct("!II")
#: Behind the header of a multipart message of an experimenter.  In OpenFlow 1.0, four bytes of
#: zeros stand at the end, in later versions in the middle.
_MULTIPART: Final = struct.Struct("!HHIII")
_MULTIPART_EXPERIMENTER: Final = 0xFFFF
_MORE: Final = 1


class Reader:
    """Takes a message's body apart; never reads what is not there."""

    __slots__ = ("_data", "_end", "_name", "_position")

    def __init__(self, name: str, data: bytes, position: int = 0) -> None:
        """Read *data* from *position* on; *name* is the message's, for errors."""
        self._name = name
        self._data = data
        self._position = position
        self._end = len(data)

    @property
    def left(self) -> int:
        """Bytes that were not read yet."""
        return self._end - self._position

    def bad(self, expected: str, got: str) -> BadMessage:
        """Return the error that something is wrong at the current position."""
        return BadMessage(self._name, expected=expected, got=got, offset=self._position)

    def fixed(self, layout: struct.Struct) -> tuple[Any, ...]:
        """Read *layout*."""
        self._need(layout.size)
        values: tuple[Any, ...] = layout.unpack_from(self._data, self._position)
        self._position += layout.size
        return values

    def integers(self, layout: struct.Struct) -> tuple[int, ...]:
        """Read *layout*, which has integers only."""
        self._need(layout.size)
        values: tuple[int, ...] = layout.unpack_from(self._data, self._position)
        self._position += layout.size
        return values

    def take(self, length: int) -> bytes:
        """Read *length* bytes."""
        self._need(length)
        start = self._position
        self._position += length
        return self._data[start : self._position]

    def padded(self, length: int) -> bytes:
        """Read *length* bytes and what pads them to a multiple of 8."""
        self._need(-(-length // 8) * 8)
        data = self.take(length)
        self._position += -length % 8
        return data

    def rest(self) -> bytes:
        """Read all that is left."""
        return self.take(self.left)

    def end(self) -> None:
        """Check that nothing is left."""
        if self.left:
            raise self.bad("the end of the message", f"{self.left} more bytes")

    def _need(self, length: int) -> None:
        if length > self.left:
            raise self.bad(f"{length} bytes", f"{self.left}")


def pad(data: bytes) -> bytes:
    """Return *data* with zeros up to a multiple of 8 bytes."""
    return data + bytes(-len(data) % 8)


def put_name(name: str) -> bytes:
    """Return *name* as a message has it: cut off if it is too long, and null-terminated."""
    data = name.encode("utf-8", "surrogateescape").partition(b"\0")[0][: NAME_LEN - 1]
    return data + bytes(NAME_LEN - len(data))


def get_name(data: bytes) -> str:
    """Return the name in *data*, whether or not it ends in a null byte."""
    return data.partition(b"\0")[0][: NAME_LEN - 1].decode("utf-8", "surrogateescape")


class Message:
    """A message; the subclasses are frozen dataclasses of what is in it."""

    __slots__ = ()

    def body(self, version: Version) -> bytes:
        """Return the bytes behind the message's headers, or raise BadMessage."""
        raise NotImplementedError

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Return the message that *reader* is at, or raise BadMessage."""
        raise NotImplementedError

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the message's type, and what stands between header and body."""
        raise NotImplementedError


class OkoMessage(Message):
    """An experimenter message of ours: a command, answered only if it fails."""

    __slots__ = ()
    subtype: ClassVar[int]

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type, and experimenter and subtype."""
        return TYPE_EXPERIMENTER, _EXPERIMENTER.pack(OKO_EXPERIMENTER, self.subtype)


class OkoRequest(Message):
    """A multipart request of ours, answered by one or more parts, or an error."""

    __slots__ = ()
    subtype: ClassVar[int]

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type and the headers of a multipart message."""
        return multipart_types(version)[0], _multipart(version, 0, self.subtype)


class OkoReply(Message):
    """A part of a reply to such a request.  More parts follow if ``more`` is set."""

    __slots__ = ()
    subtype: ClassVar[int]
    more: bool

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type and the headers of a multipart message."""
        flags = _MORE if self.more else 0
        return multipart_types(version)[1], _multipart(version, flags, self.subtype)

    @classmethod
    def from_part(cls, reader: Reader, more: bool) -> Self:
        """Return the part that *reader* is at, or raise BadMessage."""
        raise NotImplementedError


def _multipart(version: Version, flags: int, subtype: int) -> bytes:
    if version == Version.OF10:
        return _MULTIPART.pack(_MULTIPART_EXPERIMENTER, flags, OKO_EXPERIMENTER, subtype, 0)
    return _MULTIPART.pack(_MULTIPART_EXPERIMENTER, flags, 0, OKO_EXPERIMENTER, subtype)


def multipart_types(version: Version) -> tuple[int, int]:
    """Return the types of multipart requests and replies."""
    return (16, 17) if version == Version.OF10 else (18, 19)


def barrier_types(version: Version) -> tuple[int, int]:
    """Return the types of barrier requests and replies."""
    return (18, 19) if version == Version.OF10 else (20, 21)


@dataclass(frozen=True, slots=True)
class Extension:
    """The headers of an experimenter's message: whose, which, and of which multipart."""

    experimenter: int
    subtype: int
    more: bool = False


def read_experimenter(reader: Reader) -> Extension | None:
    """Read the headers of an experimenter message; None if it is too short to have them.

    Experimenters lay out what follows their id as they like, so a short one is not broken.
    """
    if reader.left < _EXPERIMENTER.size:
        return None
    experimenter, subtype = reader.integers(_EXPERIMENTER)
    return Extension(experimenter, subtype)


def read_multipart(reader: Reader, version: Version) -> Extension | None:
    """Read the headers of a multipart message; None if it is not an experimenter's."""
    if reader.left < _MULTIPART.size:
        return None
    if version == Version.OF10:
        kind, flags, experimenter, subtype, _ = reader.integers(_MULTIPART)
    else:
        kind, flags, _, experimenter, subtype = reader.integers(_MULTIPART)
    if kind != _MULTIPART_EXPERIMENTER:
        return None
    return Extension(experimenter, subtype, bool(flags & _MORE))


def split(buffer: bytearray) -> Iterator[bytes]:
    """Take whole messages from the front of *buffer*.

    Raises BadMessage where a length can't be one: what follows can't be told apart any more.
    """
    position = 0
    try:
        while len(buffer) - position >= HEADER.size:
            version, kind, length, _ = HEADER.unpack_from(buffer, position)
            if length < HEADER.size:
                raise BadMessage(
                    f"message of type {kind} (version {version})",
                    expected=f"a length of at least {HEADER.size}",
                    got=str(length),
                    offset=2,
                )
            if len(buffer) - position < length:
                break
            yield bytes(memoryview(buffer)[position : position + length])
            position += length
    finally:
        del buffer[:position]
