"""Our messages for maps."""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from oko_py._errors import BadMessage
from oko_py.wire._base import OkoMessage, OkoReply, OkoRequest, Reader, pad
from oko_py.wire._names import MAX_ENTRIES_LEN, Version
from oko_py.wire._openflow import check_u
from oko_py.wire._programs import check_prog_id


class MapOp(enum.IntEnum):
    """What to do with a map."""

    SET = 0
    DELETE = 1
    CLEAR = 2
    RESTORE = 3


class SetMode(enum.IntEnum):
    """Whether entries may be new, or there already."""

    ANY = 0
    NOEXIST = 1
    EXIST = 2


class DumpFlags(enum.IntFlag):
    """How to dump a map."""

    NONE = 0
    STATE = 1


class DumpReplyFlags(enum.IntFlag):
    """What a part of a dump says about those after it."""

    MORE = 1


_UPDATE: Final = struct.Struct("!IIHHIII")
_DUMP: Final = struct.Struct("!IIQIH2x")
_GET: Final = struct.Struct("!IIII")
_DUMP_REPLY: Final = struct.Struct("!IIIIIIQ")


def max_entries(key_size: int, value_size: int) -> int:
    """Return how many entries fit into a message, 0 if not even one does."""
    size = key_size + value_size
    return MAX_ENTRIES_LEN // size if size else 0


def _entries(reader: Reader, n: int, key_size: int, value_size: int) -> bytes:
    data = reader.padded(_length(reader, n, key_size, value_size))
    reader.end()
    return data


def _length(reader: Reader, n: int, key_size: int, value_size: int) -> int:
    size = key_size + value_size
    if n and not size:
        raise reader.bad("entries of at least a byte", f"{n} entries of 0 bytes")
    return n * size


@dataclass(frozen=True, slots=True)
class MapUpdate(OkoMessage):
    """OKOT_MAP_UPDATE: change a map.

    ``entries`` are ``n_entries`` keys, each followed by its value.  They are handled in order, up
    to the first that fails.
    """

    subtype: ClassVar[int] = 3
    prog_id: int
    map_id: int
    op: MapOp
    mode: SetMode = SetMode.ANY
    n_entries: int = 0
    key_size: int = 0
    value_size: int = 0
    entries: bytes = field(default=b"", repr=False)

    def body(self, version: Version) -> bytes:
        """Return the fixed part and the entries."""
        name = "OKOT_MAP_UPDATE"
        check_u(name, 32, prog_id=self.prog_id, map_id=self.map_id, n_entries=self.n_entries)
        check_u(name, 32, key_size=self.key_size, value_size=self.value_size)
        wanted = self.n_entries * (self.key_size + self.value_size)
        if len(self.entries) != wanted:
            raise BadMessage(
                name, expected=f"{wanted} bytes of entries", got=str(len(self.entries)), offset=None
            )
        fixed = _UPDATE.pack(
            self.prog_id,
            self.map_id,
            self.op,
            self.mode,
            self.n_entries,
            self.key_size,
            self.value_size,
        )
        return fixed + pad(self.entries)

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read it; whatever a switch would refuse without knowing the map is BadMessage."""
        prog_id, map_id, op, mode, n, key_size, value_size = reader.integers(_UPDATE)
        entries = _entries(reader, n, key_size, value_size)
        if op not in MapOp.__members__.values():
            raise reader.bad("a known operation", f"{op}")
        if mode > (SetMode.EXIST if op == MapOp.SET else SetMode.ANY):
            raise reader.bad("a known mode, and one only to set entries", f"{mode}")
        if op == MapOp.CLEAR and (n or key_size):
            raise reader.bad("no entries to clear a map", f"{n} of {key_size} bytes")
        if op in (MapOp.DELETE, MapOp.CLEAR) and value_size:
            raise reader.bad("no values", f"values of {value_size} bytes")
        check_prog_id(reader, prog_id)
        return cls(prog_id, map_id, MapOp(op), SetMode(mode), n, key_size, value_size, entries)


@dataclass(frozen=True, slots=True)
class MapDumpRequest(OkoRequest):
    """OKOST_MAP_DUMP request: return entries, from ``cursor`` on.

    At most ``max_entries`` of them if that is not 0, and not more than the switch is ready to look
    up at once.
    """

    subtype: ClassVar[int] = 3
    prog_id: int
    map_id: int
    cursor: int = 0
    max_entries: int = 0
    flags: DumpFlags = DumpFlags.NONE

    def body(self, version: Version) -> bytes:
        """Return the fixed part."""
        name = "OKOST_MAP_DUMP request"
        check_u(name, 32, prog_id=self.prog_id, map_id=self.map_id, max_entries=self.max_entries)
        check_u(name, 64, cursor=self.cursor)
        check_u(name, 16, flags=self.flags)
        return _DUMP.pack(self.prog_id, self.map_id, self.cursor, self.max_entries, self.flags)

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read it."""
        prog_id, map_id, cursor, most, flags = reader.integers(_DUMP)
        reader.end()
        if flags & ~int(DumpFlags.STATE):
            raise reader.bad("known flags", f"{flags:#06x}")
        check_prog_id(reader, prog_id)
        return cls(prog_id, map_id, cursor, most, DumpFlags(flags))


@dataclass(frozen=True, slots=True)
class MapGetRequest(OkoRequest):
    """OKOST_MAP_GET request: return the entries with these keys, those that are there.

    ``keys`` are ``n_keys`` of them, without padding.
    """

    subtype: ClassVar[int] = 5
    prog_id: int
    map_id: int
    n_keys: int
    key_size: int
    keys: bytes = field(repr=False)

    def body(self, version: Version) -> bytes:
        """Return the fixed part and the keys."""
        name = "OKOST_MAP_GET request"
        check_u(name, 32, prog_id=self.prog_id, map_id=self.map_id)
        check_u(name, 32, n_keys=self.n_keys, key_size=self.key_size)
        wanted = self.n_keys * self.key_size
        if len(self.keys) != wanted:
            raise BadMessage(
                name, expected=f"{wanted} bytes of keys", got=str(len(self.keys)), offset=None
            )
        return _GET.pack(self.prog_id, self.map_id, self.n_keys, self.key_size) + pad(self.keys)

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read it."""
        prog_id, map_id, n, key_size = reader.integers(_GET)
        keys = _entries(reader, n, key_size, 0)
        check_prog_id(reader, prog_id)
        return cls(prog_id, map_id, n, key_size, keys)


@dataclass(frozen=True, slots=True)
class MapDumpReply(OkoReply):
    """OKOST_MAP_DUMP reply: entries.

    If ``flags`` of the last part has MORE, another request with its ``cursor`` gets those after
    them.
    """

    subtype: ClassVar[int] = 3
    prog_id: int
    map_id: int
    key_size: int
    value_size: int
    n_entries: int
    flags: int = 0
    cursor: int = 0
    entries: bytes = field(default=b"", repr=False)
    more: bool = False

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """Iterate over keys and values."""
        if not self.n_entries:
            return iter(())
        layout = struct.Struct(f"{self.key_size}s{self.value_size}s")
        return layout.iter_unpack(self.entries)

    def body(self, version: Version) -> bytes:
        """Return the fixed part and the entries."""
        fixed = _DUMP_REPLY.pack(
            self.prog_id,
            self.map_id,
            self.key_size,
            self.value_size,
            self.n_entries,
            self.flags,
            self.cursor,
        )
        return fixed + pad(self.entries)

    @classmethod
    def from_part(cls, reader: Reader, more: bool) -> Self:
        """Read it."""
        prog_id, map_id, key_size, value_size, n, flags, cursor = reader.integers(_DUMP_REPLY)
        entries = _entries(reader, n, key_size, value_size)
        return cls(prog_id, map_id, key_size, value_size, n, flags, cursor, entries, more)


@dataclass(frozen=True, slots=True)
class MapGetReply(MapDumpReply):
    """OKOST_MAP_GET reply: entries, in the order of the keys in the request."""

    subtype: ClassVar[int] = 5
