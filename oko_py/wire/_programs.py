"""Our messages for programs."""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from oko_py.wire._base import (
    OkoMessage,
    OkoReply,
    OkoRequest,
    Reader,
    get_name,
    pad,
    put_name,
)
from oko_py.wire._names import PROG_ALL, PROG_MAX, PROG_MIN, Version
from oko_py.wire._openflow import Empty, check_u


class LoadFlags(enum.IntFlag):
    """How to load a program."""

    NONE = 0
    REPLACE = 1
    KEEP_MAPS = 2
    WANT_LOG = 4
    LOSE_MAPS = 8


class UnloadFlags(enum.IntFlag):
    """How to unload programs."""

    NONE = 0
    FORCE = 1


class Abi(enum.IntEnum):
    """How a program is called."""

    PACKET = 1
    CONTEXT = 2


class MapFlags(enum.IntFlag):
    """What is special about a map."""

    READ_ONLY = 1


class LogType(enum.IntEnum):
    """Which part of a report a text belongs to."""

    REASON = 1
    WHERE = 2
    STATE = 3
    ADVICE = 4
    LOG = 5
    MAPS = 6
    APPLIED = 7


#: Numbers, since the complement of an enumeration of flags has only bits that it knows.
_LOAD_FLAGS: Final = sum(LoadFlags)

_LOAD: Final = struct.Struct("!IIIHH")
_UNLOAD: Final = struct.Struct("!IH2x")
_REQUEST: Final = struct.Struct("!I4x")
_MAP: Final = struct.Struct("!IIIIIIQQ64s")
_DESC: Final = struct.Struct("!HHIIIIIIB3xQQQQ8s64s64s")
_IMAGE: Final = struct.Struct("!IIIH2x")
_LOG: Final = struct.Struct("!IHH")


def check_prog_id(reader: Reader, prog_id: int, *, all_too: bool = False) -> None:
    """Check the number of a program in a request."""
    if not PROG_MIN <= prog_id <= PROG_MAX and not (all_too and prog_id == PROG_ALL):
        raise reader.bad(f"the number of a program, {PROG_MIN} to {PROG_MAX}", str(prog_id))


@dataclass(frozen=True, slots=True)
class ProgLoad(OkoMessage):
    """OKOT_PROG_LOAD: a part of the object of a program that is to be loaded.

    ``offset`` is where ``chunk`` belongs in the object of ``total_len`` bytes.  The part that ends
    there completes it, and only then the switch verifies the program.
    """

    subtype: ClassVar[int] = 1
    prog_id: int
    total_len: int
    offset: int = 0
    flags: LoadFlags = LoadFlags.NONE
    chunk: bytes = field(default=b"", repr=False)

    def body(self, version: Version) -> bytes:
        """Return the fixed part and the chunk."""
        check_u("OKOT_PROG_LOAD", 32, prog_id=self.prog_id, total_len=self.total_len)
        check_u("OKOT_PROG_LOAD", 32, offset=self.offset)
        check_u("OKOT_PROG_LOAD", 16, flags=self.flags, chunk_len=len(self.chunk))
        fixed = _LOAD.pack(
            self.prog_id, self.total_len, self.offset, self.flags, len(self.chunk)
        )
        return fixed + pad(self.chunk)

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read it; whatever a switch would refuse without knowing more is BadMessage."""
        prog_id, total_len, offset, flags, chunk_len = reader.integers(_LOAD)
        chunk = reader.padded(chunk_len)
        reader.end()
        needs_replace = LoadFlags.KEEP_MAPS | LoadFlags.LOSE_MAPS
        if flags & ~_LOAD_FLAGS or (flags & needs_replace and not flags & LoadFlags.REPLACE):
            raise reader.bad("known flags that fit together", f"{flags:#06x}")
        if offset + chunk_len > total_len or (not chunk_len and total_len):
            raise reader.bad(
                "a chunk within the object", f"{chunk_len} bytes at {offset} of {total_len}"
            )
        check_prog_id(reader, prog_id)
        return cls(prog_id, total_len, offset, LoadFlags(flags), chunk)


@dataclass(frozen=True, slots=True)
class ProgUnload(OkoMessage):
    """OKOT_PROG_UNLOAD: unload a program, or all of them (``PROG_ALL``)."""

    subtype: ClassVar[int] = 2
    prog_id: int
    flags: UnloadFlags = UnloadFlags.NONE

    def body(self, version: Version) -> bytes:
        """Return the fixed part."""
        check_u("OKOT_PROG_UNLOAD", 32, prog_id=self.prog_id)
        check_u("OKOT_PROG_UNLOAD", 16, flags=self.flags)
        return _UNLOAD.pack(self.prog_id, self.flags)

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read it."""
        prog_id, flags = reader.integers(_UNLOAD)
        reader.end()
        if flags & ~int(UnloadFlags.FORCE):
            raise reader.bad("known flags", f"{flags:#06x}")
        check_prog_id(reader, prog_id, all_too=True)
        return cls(prog_id, UnloadFlags(flags))


@dataclass(frozen=True, slots=True)
class ProgDescRequest(OkoRequest):
    """OKOST_PROG_DESC request: describe a program, or all of them (``PROG_ALL``)."""

    subtype: ClassVar[int] = 1
    prog_id: int = PROG_ALL

    def body(self, version: Version) -> bytes:
        """Return the number."""
        check_u("OKOST_PROG_DESC request", 32, prog_id=self.prog_id)
        return _REQUEST.pack(self.prog_id)

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read it."""
        (prog_id,) = reader.integers(_REQUEST)
        reader.end()
        check_prog_id(reader, prog_id, all_too=True)
        return cls(prog_id)


@dataclass(frozen=True, slots=True)
class MapDesc:
    """Description of a map, in one of a program."""

    type: int
    key_size: int
    value_size: int
    max_entries: int
    n_hash_functions: int
    flags: int
    n_entries: int
    memory: int
    name: str

    def pack(self) -> bytes:
        """Return the bytes."""
        return _MAP.pack(
            self.type,
            self.key_size,
            self.value_size,
            self.max_entries,
            self.n_hash_functions,
            self.flags,
            self.n_entries,
            self.memory,
            put_name(self.name),
        )


@dataclass(frozen=True, slots=True)
class ProgDesc:
    """Description of a program."""

    prog_id: int
    handle: int
    elf_len: int
    n_insns: int
    jited_len: int
    n_rules: int
    abi: int
    load_time: int  #: Milliseconds since the epoch.
    map_memory: int
    n_runs: int
    n_matches: int
    tag: bytes
    name: str
    section: str
    maps: tuple[MapDesc, ...] = ()

    def pack(self) -> bytes:
        """Return the bytes."""
        length = _DESC.size + len(self.maps) * _MAP.size
        check_u("OKOST_PROG_DESC reply", 16, length=length)
        fixed = _DESC.pack(
            length,
            len(self.maps),
            self.prog_id,
            self.handle,
            self.elf_len,
            self.n_insns,
            self.jited_len,
            self.n_rules,
            self.abi,
            self.load_time,
            self.map_memory,
            self.n_runs,
            self.n_matches,
            self.tag,
            put_name(self.name),
            put_name(self.section),
        )
        return fixed + b"".join(each.pack() for each in self.maps)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """Read one description."""
        if reader.left < _DESC.size:
            raise reader.bad(f"a description of {_DESC.size} bytes", f"{reader.left}")
        found = reader.fixed(_DESC)
        length, n_maps = found[:2]
        if length != _DESC.size + n_maps * _MAP.size:
            raise reader.bad(
                f"a length of {_DESC.size + n_maps * _MAP.size} with {n_maps} maps", f"{length}"
            )
        maps = []
        for _ in range(n_maps):
            desc = reader.fixed(_MAP)
            maps.append(MapDesc(*(*desc[:-1], get_name(desc[-1]))))
        fields = (*found[2:-2], *map(get_name, found[-2:]), tuple(maps))
        return cls(*fields)


@dataclass(frozen=True, slots=True)
class ProgDescReply(OkoReply):
    """OKOST_PROG_DESC reply: descriptions, in order of their numbers."""

    subtype: ClassVar[int] = 1
    programs: tuple[ProgDesc, ...] = ()
    more: bool = False

    def body(self, version: Version) -> bytes:
        """Return the descriptions."""
        return b"".join(each.pack() for each in self.programs)

    @classmethod
    def from_part(cls, reader: Reader, more: bool) -> Self:
        """Read the descriptions."""
        programs = []
        while reader.left:
            programs.append(ProgDesc.read(reader))
        return cls(tuple(programs), more)


@dataclass(frozen=True, slots=True)
class ProgImageRequest(OkoRequest):
    """OKOST_PROG_IMAGE request: return the object that a program was loaded from."""

    subtype: ClassVar[int] = 2
    prog_id: int

    def body(self, version: Version) -> bytes:
        """Return the number."""
        check_u("OKOST_PROG_IMAGE request", 32, prog_id=self.prog_id)
        return _REQUEST.pack(self.prog_id)

    @classmethod
    def from_body(cls, reader: Reader, version: Version) -> Self:
        """Read it."""
        (prog_id,) = reader.integers(_REQUEST)
        reader.end()
        check_prog_id(reader, prog_id)
        return cls(prog_id)


@dataclass(frozen=True, slots=True)
class ProgImageReply(OkoReply):
    """OKOST_PROG_IMAGE reply: a part of the object, which begins at ``offset``."""

    subtype: ClassVar[int] = 2
    prog_id: int
    total_len: int
    offset: int
    chunk: bytes = field(repr=False)
    more: bool = False

    def body(self, version: Version) -> bytes:
        """Return the fixed part and the chunk."""
        check_u("OKOST_PROG_IMAGE reply", 16, chunk_len=len(self.chunk))
        fixed = _IMAGE.pack(self.prog_id, self.total_len, self.offset, len(self.chunk))
        return fixed + pad(self.chunk)

    @classmethod
    def from_part(cls, reader: Reader, more: bool) -> Self:
        """Read it."""
        prog_id, total_len, offset, chunk_len = reader.integers(_IMAGE)
        chunk = reader.padded(chunk_len)
        reader.end()
        if offset + chunk_len > total_len:
            raise reader.bad(
                "a chunk within the object", f"{chunk_len} bytes at {offset} of {total_len}"
            )
        return cls(prog_id, total_len, offset, chunk, more)


@dataclass(frozen=True, slots=True)
class ProgLogRequest(Empty, OkoRequest):
    """OKOST_PROG_LOG request: what did the last load, or MapUpdate that failed, lead to?"""

    subtype: ClassVar[int] = 4


@dataclass(frozen=True, slots=True)
class LogText:
    """A text about a load, or a part of it: others of the same type continue it."""

    prog_id: int
    type: int  #: A :class:`LogType`, or a number that is not known.
    text: bytes


@dataclass(frozen=True, slots=True)
class ProgLogReply(OkoReply):
    """OKOST_PROG_LOG reply: texts, for people."""

    subtype: ClassVar[int] = 4
    texts: tuple[LogText, ...] = ()
    more: bool = False

    def body(self, version: Version) -> bytes:
        """Return the texts."""
        parts = []
        for each in self.texts:
            check_u("OKOST_PROG_LOG reply", 16, type=each.type, text_len=len(each.text))
            parts.append(_LOG.pack(each.prog_id, each.type, len(each.text)) + pad(each.text))
        return b"".join(parts)

    @classmethod
    def from_part(cls, reader: Reader, more: bool) -> Self:
        """Read the texts."""
        texts = []
        while reader.left:
            prog_id, kind, length = reader.integers(_LOG)
            texts.append(LogText(prog_id, kind, reader.padded(length)))
        return cls(tuple(texts), more)
