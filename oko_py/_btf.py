"""Reads BTF, the type information that ``clang -g`` puts into BPF objects.

The format is that of the Linux kernel's documentation (btf.rst): a header, a table of types that
refer to each other by number, and a table of strings.  Only what is needed for the keys and values
of maps is kept of each type.  Input may be hostile: every reference and size is checked, and all
errors are :class:`ObjectFileError`.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

from oko_py._errors import ObjectFileError

_MAGIC = 0xEB9F
_HEADER = struct.Struct("<HBBIIIII")
_TYPE = struct.Struct("<III")  # Name, info (vlen, kind, flag), size or type.

#: The longest chain of typedefs, arrays and the like that makes sense.
MAX_DEPTH = 32


class Kind(enum.IntEnum):
    """Kinds of types, by their numbers in BTF."""

    VOID = 0
    INT = 1
    PTR = 2
    ARRAY = 3
    STRUCT = 4
    UNION = 5
    ENUM = 6
    FWD = 7
    TYPEDEF = 8
    VOLATILE = 9
    CONST = 10
    RESTRICT = 11
    FUNC = 12
    FUNC_PROTO = 13
    VAR = 14
    DATASEC = 15
    FLOAT = 16
    DECL_TAG = 17
    TYPE_TAG = 18
    ENUM64 = 19


#: Kinds that only give another type a name or a property.
_TRANSPARENT = frozenset(
    {Kind.TYPEDEF, Kind.VOLATILE, Kind.CONST, Kind.RESTRICT, Kind.TYPE_TAG, Kind.VAR}
)

#: Bytes of each of the 'vlen' items that follow a type.
_ITEM_SIZE = {
    Kind.STRUCT: 12,
    Kind.UNION: 12,
    Kind.ENUM: 8,
    Kind.FUNC_PROTO: 8,
    Kind.DATASEC: 12,
    Kind.ENUM64: 12,
}

#: Bytes that follow a type of other kinds.
_TAIL_SIZE = {Kind.INT: 4, Kind.ARRAY: 12, Kind.VAR: 4, Kind.DECL_TAG: 4}

#: Kinds whose third word is a size in bytes; in all others it is a type or unused.
_SIZED = frozenset({Kind.INT, Kind.STRUCT, Kind.UNION, Kind.ENUM, Kind.ENUM64, Kind.FLOAT})


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a struct or union."""

    name: str
    type_id: int
    bit_offset: int
    bit_size: int  #: 0 if it isn't a bit-field.


@dataclass(frozen=True, slots=True)
class Type:
    """A type.  Fields that a kind doesn't have are 0, False or empty."""

    kind: Kind
    name: str = ""
    size: int = 0
    type_id: int = 0  #: What a pointer, typedef, array, variable, ... is of.
    count: int = 0  #: Elements of an array.
    signed: bool = False
    is_bool: bool = False
    is_char: bool = False
    members: tuple[Member, ...] = ()
    enumerators: tuple[tuple[str, int], ...] = ()


_VOID = Type(Kind.VOID, "void")


class Btf:
    """The types of an object; ``types[0]`` is void."""

    def __init__(self, data: bytes) -> None:
        """Parse the content of a ``.BTF`` section."""
        types, self._strings = _split(data)
        self.types: list[Type] = [_VOID]
        offset = 0
        while offset < len(types):
            offset = self._parse_type(types, offset)

    def _fail(self, reason: str) -> ObjectFileError:
        return ObjectFileError(f"broken BTF: type {len(self.types)}: {reason}")

    def _string(self, offset: int) -> str:
        end = self._strings.find(b"\0", offset) if offset < len(self._strings) else -1
        if end < 0:
            raise self._fail(f"name at {offset} is outside of the strings")
        return self._strings[offset:end].decode("utf-8", "replace")

    def _parse_type(self, data: bytes, offset: int) -> int:
        """Append the type at *offset* to ``types`` and return the offset of the next."""
        if offset + _TYPE.size > len(data):
            raise self._fail("cut off")
        name_offset, info, word = _TYPE.unpack_from(data, offset)
        offset += _TYPE.size
        n_items, flag = info & 0xFFFF, bool(info >> 31)
        try:
            kind = Kind(info >> 24 & 0x1F)
        except ValueError as error:
            raise self._fail(f"unknown kind {info >> 24 & 0x1F}") from error
        end: int = offset + _ITEM_SIZE.get(kind, 0) * n_items + _TAIL_SIZE.get(kind, 0)
        if end > len(data):
            raise self._fail("cut off")
        tail = data[offset:end]
        name = self._string(name_offset)
        size, type_id = (word, 0) if kind in _SIZED else (0, word)

        if kind is Kind.VOID:
            raise self._fail("void among the types")
        if kind is Kind.INT:
            (encoding,) = struct.unpack("<I", tail)
            how = encoding >> 24 & 0xF
            new = Type(
                kind,
                name,
                size,
                signed=bool(how & 1),
                is_char=bool(how & 2),
                is_bool=bool(how & 4),
            )
        elif kind is Kind.ARRAY:
            element, _index, count = struct.unpack("<III", tail)
            new = Type(kind, name, type_id=element, count=count)
        elif kind in (Kind.STRUCT, Kind.UNION):
            new = Type(kind, name, size, members=self._members(tail, flag))
        elif kind is Kind.ENUM:
            code = "<Ii" if flag else "<II"
            new = Type(kind, name, size, signed=flag, enumerators=self._enumerators(tail, code))
        elif kind is Kind.ENUM64:
            code = "<Iq" if flag else "<IQ"
            new = Type(kind, name, size, signed=flag, enumerators=self._enumerators(tail, code))
        elif kind in (Kind.DATASEC, Kind.FUNC_PROTO, Kind.FWD):
            new = Type(kind, name)
        else:
            new = Type(kind, name, size, type_id)
        self.types.append(new)
        return end

    def _members(self, data: bytes, has_bit_fields: bool) -> tuple[Member, ...]:
        members = []
        for name, type_id, offset in struct.iter_unpack("<III", data):
            if has_bit_fields:
                members.append(Member(self._string(name), type_id, offset & 0xFFFFFF, offset >> 24))
            else:
                members.append(Member(self._string(name), type_id, offset, 0))
        return tuple(members)

    def _enumerators(self, data: bytes, code: str) -> tuple[tuple[str, int], ...]:
        return tuple((self._string(name), value) for name, value in struct.iter_unpack(code, data))

    def get(self, type_id: int) -> Type:
        """Return the type of that number."""
        if type_id >= len(self.types):
            raise ObjectFileError(f"broken BTF: refers to type {type_id} of {len(self.types) - 1}")
        return self.types[type_id]

    def find(self, kind: Kind, name: str) -> Type | None:
        """Return the first type of that kind and name."""
        for candidate in self.types:
            if candidate.kind is kind and candidate.name == name:
                return candidate
        return None

    def resolve(self, type_id: int) -> tuple[Type, tuple[str, ...]]:
        """Strip typedefs and qualifiers; return the type and the typedefs' names, outer first."""
        typedefs: list[str] = []
        for _ in range(MAX_DEPTH):
            found = self.get(type_id)
            if found.kind not in _TRANSPARENT:
                return found, tuple(typedefs)
            if found.kind is Kind.TYPEDEF:
                typedefs.append(found.name)
            type_id = found.type_id
        raise ObjectFileError(f"broken BTF: type {type_id} is a typedef without end")

    def size_of(self, type_id: int) -> int:
        """Return the size of a type in bytes, 0 for functions and the like."""
        factor = 1
        for _ in range(MAX_DEPTH):
            found, _names = self.resolve(type_id)
            if found.kind is Kind.PTR:
                return factor * 8
            if found.kind is not Kind.ARRAY:
                return factor * found.size
            factor *= found.count
            type_id = found.type_id
        raise ObjectFileError(f"broken BTF: type {type_id} is an array without end")


def _split(data: bytes) -> tuple[bytes, bytes]:
    """Check the header and return the types and the strings."""
    if len(data) < _HEADER.size:
        raise ObjectFileError(f"broken BTF: {len(data)} bytes, expected a header of {_HEADER.size}")
    magic, version, _flags, header_len, type_offset, type_len, string_offset, string_len = (
        _HEADER.unpack_from(data)
    )
    if magic != _MAGIC:
        raise ObjectFileError(f"broken BTF: magic number {magic:#06x}, expected {_MAGIC:#06x}")
    if version != 1:
        raise ObjectFileError(f"unsupported BTF: version {version}, expected 1")
    if header_len < _HEADER.size or header_len > len(data):
        raise ObjectFileError(f"broken BTF: header of {header_len} bytes")
    body = data[header_len:]
    for what, offset, size in (
        ("types", type_offset, type_len),
        ("strings", string_offset, string_len),
    ):
        if offset + size > len(body):
            raise ObjectFileError(f"broken BTF: {what} end at {offset + size} of {len(body)} bytes")
    return (
        body[type_offset : type_offset + type_len],
        body[string_offset : string_offset + string_len],
    )
