"""The messages of OpenFlow itself that it takes to hold a connection."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Self

from oko_py._errors import BadMessage
from oko_py.wire._base import MAX_MESSAGE, Message, Reader, barrier_types, pad
from oko_py.wire._names import (
    NICIRA_EXPERIMENTER,
    NICIRA_FIRST,
    OKO_ERRORS,
    OKO_EXPERIMENTER,
    Version,
    error_name,
)

TYPE_HELLO: Final = 0
TYPE_ERROR: Final = 1
TYPE_ECHO_REQUEST: Final = 2
TYPE_ECHO_REPLY: Final = 3
TYPE_FEATURES_REQUEST: Final = 5
TYPE_FEATURES_REPLY: Final = 6

_ELEMENT: Final = struct.Struct("!HH")
_VERSION_BITMAP: Final = 1
_WORD: Final = struct.Struct("!I")
_ERROR: Final = struct.Struct("!HH")
_NICIRA_ERROR: Final = struct.Struct("!IHH")
_NICIRA_TYPE: Final = 0xB0C2
_NICIRA_CODE: Final = 0
_EXPERIMENTER_TYPE: Final = 0xFFFF
_FEATURES: Final = struct.Struct("!QIBBHII")


@dataclass(frozen=True, slots=True)
class Hello(Message):
    """The first message of both sides.

    ``versions`` are the numbers of the versions that the sender speaks, or None if it doesn't
    list them: then it speaks the version in the header and, it is to be supposed, older ones.
    """

    versions: frozenset[int] | None = None

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type."""
        return TYPE_HELLO, b""

    def body(self, version: Version) -> bytes:
        """Return the list of versions."""
        if self.versions is None:
            return b""
        words = [0] * (max(self.versions, default=0) // 32 + 1)
        for number in self.versions:
            words[number // 32] |= 1 << number % 32
        bitmap = b"".join(map(_WORD.pack, words))
        return pad(_ELEMENT.pack(_VERSION_BITMAP, _ELEMENT.size + len(bitmap)) + bitmap)

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read the elements, of which we know one; some old switches send other things."""
        versions: frozenset[int] | None = None
        while reader.left >= _ELEMENT.size:
            kind, length = reader.integers(_ELEMENT)
            if length < _ELEMENT.size:
                raise reader.bad(
                    f"a length of at least {_ELEMENT.size} of element {kind}", str(length)
                )
            data = reader.take(length - _ELEMENT.size)
            reader.take(min(-length % 8, reader.left))
            if kind == _VERSION_BITMAP and versions is None:
                versions = frozenset(
                    32 * index + bit
                    for index in range(len(data) // 4)
                    for bit in range(32)
                    if _WORD.unpack_from(data, 4 * index)[0] >> bit & 1
                )
        return cls(versions)


@dataclass(frozen=True, slots=True)
class Error(Message):
    """A request failed; ``xid`` of the frame says which.

    ``experimenter`` is 0 for the errors of OpenFlow itself.  ``data`` is the beginning of the
    request or, if the two sides have no version in common, a text.
    """

    type: int
    code: int
    experimenter: int = 0
    data: bytes = b""

    @classmethod
    def named(cls, name: str, version: Version, data: bytes = b"") -> Self:
        """Return one of our errors, ``OKO_...``, as *version* has it."""
        number, _ = OKO_ERRORS[name]
        if version <= Version.OF11:
            return cls(1, NICIRA_FIRST + number - 1, NICIRA_EXPERIMENTER, data)
        return cls(number, 0, OKO_EXPERIMENTER, data)

    @property
    def name(self) -> str:
        """The name, such as ``OKO_NO_ENTRY`` or ``OFPBRC_BAD_VENDOR``."""
        return error_name(self.experimenter, self.type, self.code)

    @property
    def meaning(self) -> str:
        """What it means, for people; empty if that is not known."""
        return OKO_ERRORS[self.name][1] if self.name in OKO_ERRORS else ""

    @property
    def text(self) -> str:
        """What the other side says about hellos that don't fit together."""
        return self.data.decode("utf-8", "replace") if (self.experimenter, self.type) == (
            0,
            0,
        ) else ""

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type."""
        return TYPE_ERROR, b""

    def body(self, version: Version) -> bytes:
        """Return type, code and as much of the request as there is room for."""
        if not self.experimenter:
            head = _ERROR.pack(self.type, self.code)
        elif version <= Version.OF11:
            head = _ERROR.pack(_NICIRA_TYPE, _NICIRA_CODE) + _NICIRA_ERROR.pack(
                self.experimenter, self.type, self.code
            )
        else:
            head = _ERROR.pack(_EXPERIMENTER_TYPE, self.type) + _WORD.pack(self.experimenter)
        return head + self.data[: MAX_MESSAGE - 8 - len(head)]

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read type and code in any of their forms."""
        kind, code = reader.integers(_ERROR)
        experimenter = 0
        if kind == _NICIRA_TYPE and code == _NICIRA_CODE:
            experimenter, kind, code = reader.integers(_NICIRA_ERROR)
        elif kind == _EXPERIMENTER_TYPE:
            kind, code = code, 0
            (experimenter,) = reader.integers(_WORD)
        return cls(kind, code, experimenter, reader.rest())


@dataclass(frozen=True, slots=True)
class EchoRequest(Message):
    """Asks whether the other side is there; answered by the same data."""

    data: bytes = b""

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type."""
        return TYPE_ECHO_REQUEST, b""

    def body(self, version: Version) -> bytes:
        """Return the data."""
        return self.data

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read the data."""
        return cls(reader.rest())


@dataclass(frozen=True, slots=True)
class EchoReply(Message):
    """The answer to :class:`EchoRequest`."""

    data: bytes = b""

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type."""
        return TYPE_ECHO_REPLY, b""

    def body(self, version: Version) -> bytes:
        """Return the data."""
        return self.data

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read the data."""
        return cls(reader.rest())


class Empty(Message):
    """A message of headers alone."""

    __slots__ = ()

    def body(self, version: Version) -> bytes:
        """Return nothing."""
        return b""

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Check that there is nothing."""
        reader.end()
        return cls()


@dataclass(frozen=True, slots=True)
class BarrierRequest(Empty):
    """Answered when all that was asked for before is done."""

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type."""
        return barrier_types(version)[0], b""


@dataclass(frozen=True, slots=True)
class BarrierReply(Empty):
    """The answer to :class:`BarrierRequest`."""

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type."""
        return barrier_types(version)[1], b""


@dataclass(frozen=True, slots=True)
class FeaturesRequest(Empty):
    """Asks which switch this is."""

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type."""
        return TYPE_FEATURES_REQUEST, b""


@dataclass(frozen=True, slots=True)
class FeaturesReply(Message):
    """Which switch this is.  ``ports`` is the list of ports that OpenFlow before 1.3 has here."""

    datapath_id: int
    n_buffers: int = 0
    n_tables: int = 0
    auxiliary_id: int = 0
    capabilities: int = 0
    actions: int = 0  #: Only in OpenFlow 1.0.
    ports: bytes = b""

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type."""
        return TYPE_FEATURES_REPLY, b""

    def body(self, version: Version) -> bytes:
        """Return the fixed part and the ports."""
        fixed = _FEATURES.pack(
            self.datapath_id,
            self.n_buffers,
            self.n_tables,
            self.auxiliary_id,
            0,
            self.capabilities,
            self.actions,
        )
        return fixed + self.ports

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read the fixed part and the ports."""
        dpid, buffers, tables, auxiliary, _, capabilities, actions = reader.integers(_FEATURES)
        return cls(dpid, buffers, tables, auxiliary, capabilities, actions, reader.rest())


@dataclass(frozen=True, slots=True)
class Other(Message):
    """A message that we don't know, as it came."""

    type: int
    data: bytes = b""

    def headers(self, version: Version) -> tuple[int, bytes]:
        """Return the type."""
        return self.type, b""

    def body(self, version: Version) -> bytes:
        """Return the data."""
        return self.data


def common_version(ours: frozenset[int], hello: Hello, header_version: int) -> Version | None:
    """Return the version in which both sides can go on, None if there is none."""
    if hello.versions is not None:
        both = ours & hello.versions
    else:
        # By the standard, the lower of the two headers' versions.
        both = ours & {min(header_version, max(ours))}
    known = both & frozenset(Version)
    return Version(max(known)) if known else None


def check_u(name: str, bits: int, **values: int) -> None:
    """Check that *values* fit into fields of *bits* bits of message *name*."""
    for field, value in values.items():
        if not 0 <= value < 1 << bits:
            raise BadMessage(
                name, expected=f"{field} from 0 to {(1 << bits) - 1}", got=str(value), offset=None
            )
