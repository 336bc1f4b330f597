"""Keys and values of maps: from Python objects and text to the bytes in the map, and back.

A :class:`Codec` does this for one type.  :func:`codec_for` derives it from BTF:

============================================  =================================================
C                                             Python
============================================  =================================================
integers, pointers, ``bool``                  ``int``, ``bool``; text: ``"10"``, ``"0x0a"``
``__be16``, ``__be32``, ``__be64``            the same, in network byte order
``enum``                                      the name (or ``int`` if it has none)
``ipv4_addr``, ``struct in_addr``             ``"172.16.0.14"``
4-byte unsigned integer, an address' name     ``"172.16.0.14"``
``struct ipv6_addr``, ``struct in6_addr``     ``"fd00::1"``
``struct mac_addr``                           ``"50:54:00:00:00:01"``
``struct``                                    :class:`Record`, a hashable ``dict``; takes any
                                              mapping, or text: ``"a=1,b=2"`` or JSON
bit-fields                                    ``int``
arrays                                        ``tuple``; takes any sequence
``char[N]``                                   ``str``, if the bytes are text
key of a longest-prefix map, with 4 or 16     ``"10.0.0.0/8"``, ``"2001:db8::/32"``; takes
bytes after the prefix length                 addresses and :mod:`ipaddress` networks, too
anything else, or no BTF                      ``bytes``
============================================  =================================================

*A name of an address* is ``ip``, ``ipaddr``, ``ip_addr``, ``saddr``, ``daddr``, ``nw_src``,
``nw_dst``, or a name that begins with ``ip_`` or ``ipv4_`` or ends in ``_ip`` or ``_ipv4``, of a
structure's member or a typedef.  The type says in which order its bytes are: ``__be32`` is in
network order, while a plain ``uint32_t`` is a number of the machine, as ``bpf_ntohl()`` returns
it, so that 172.16.0.14 is ``14 0 16 172`` there.

``bytes`` of exactly the type's size are taken everywhere, as they are.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from operator import or_
from typing import TypeAlias

from oko_py._btf import MAX_DEPTH, Btf, Kind, Member
from oko_py._errors import ObjectFileError, OkoError

#: What a codec decodes to.
Value: TypeAlias = "int | str | bytes | tuple[Value, ...] | Record"

#: Structures with more members than this, nested ones included, are left as bytes.
_MAX_LEAVES = 4096

_ADDRESS_NAME = re.compile(
    r"ip|ip_?addr|[sd]addr|nw_src|nw_dst|ip_.*|ipv4_.*|.*_ip|.*_ipv4", re.IGNORECASE
)


class Mismatch(OkoError):
    """A Python object can't be made a value of the type: expected, got."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got

    def within(self, name: str) -> Mismatch:
        """Return the same for a member of a structure."""
        return Mismatch(f"{self.expected} for {name!r}", self.got)


class Record(Mapping[str, Value]):
    """The members of a C structure: a mapping that can be a key of a ``dict``."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Value]) -> None:
        """Take a copy of *items*."""
        self._items = dict(items)

    def __getitem__(self, name: str) -> Value:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Record({self._items!r})"


def to_json(value: Value) -> object:
    """Return *value* as what JSON can hold; bytes become ``["0x0e", …]`` as in bpftool."""
    if isinstance(value, Record):
        return {name: to_json(member) for name, member in value.items()}
    if isinstance(value, tuple):
        return [to_json(member) for member in value]
    if isinstance(value, bytes):
        return bytes_to_json(value)
    return value


def bytes_to_json(data: bytes) -> list[str]:
    """Return *data* as bpftool's JSON has it: ``["0x0e", "0x00"]``."""
    return [f"{byte:#04x}" for byte in data]


def to_text(value: Value) -> str:
    """Return *value* as text that :meth:`Codec.encode` takes."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex(" ")
    if isinstance(value, Record) and not any(
        isinstance(member, (Record, tuple)) for member in value.values()
    ):
        return ",".join(f"{name}={to_text(member)}" for name, member in value.items())
    if isinstance(value, (Record, tuple)):
        return json.dumps(to_json(value))
    return str(value)


class Codec:
    """Converts between Python objects and *size* bytes.  This one leaves them bytes."""

    def __init__(self, size: int, name: str = "", *, why: str = "") -> None:
        """Make a codec for a type of *size* bytes, which people know as *name*.

        *why* says why values are bytes only, if they are.
        """
        self.size = size
        self.name = name or f"{size} bytes"
        self.why = why or "the type is not known: no BTF"

    @property
    def typed(self) -> bool:
        """Whether the type is known, so that values are more than bytes."""
        return type(self) is not Codec

    def encode(self, value: object) -> bytes:
        """Return the bytes of *value*, or raise :class:`Mismatch`."""
        if isinstance(value, (bytes, bytearray, memoryview)):
            data = bytes(value)
            if len(data) != self.size:
                raise Mismatch(f"{self.size} bytes", f"{len(data)}")
            return data
        return self._encode(value)

    def decode(self, data: bytes) -> Value:
        """Return the value of *data*, which has the codec's size."""
        return data

    def _encode(self, value: object) -> bytes:
        raise Mismatch(
            f"{self.size} bytes ({self.why})",
            f"{type(value).__name__} {value!r}",
        )


def _describe(value: object) -> str:
    return repr(value) if isinstance(value, str) else f"{type(value).__name__} {value!r}"


class _Integer(Codec):
    def __init__(self, size: int, name: str, *, signed: bool, big: bool, boolean: bool) -> None:
        super().__init__(size, name)
        self.signed = signed
        self.big = big
        self.boolean = boolean

    def number(self, value: object) -> int:
        if isinstance(value, int):
            return value
        if isinstance(value, str):
            if self.boolean and value in ("true", "false"):
                return int(value == "true")
            try:
                return int(value, 0)
            except ValueError:
                pass
        raise Mismatch(f"a number ({self.name})", _describe(value))

    def _encode(self, value: object) -> bytes:
        number = self.number(value)
        bits = self.size * 8
        low = -(1 << bits - 1) if self.signed else 0
        high = (1 << bits - self.signed) - 1
        if self.boolean:
            high = 1
        if not low <= number <= high:
            raise Mismatch(f"a number from {low} to {high} ({self.name})", str(number))
        return number.to_bytes(self.size, "big" if self.big else "little", signed=self.signed)

    def decode(self, data: bytes) -> Value:
        number = int.from_bytes(data, "big" if self.big else "little", signed=self.signed)
        return number == 1 if self.boolean and number < 2 else number


class _Bits(_Integer):
    """A bit-field: some of the bits of the *size* bytes that it lies in."""

    def __init__(self, size: int, name: str, *, shift: int, bits: int, signed: bool) -> None:
        super().__init__(size, f"{name}:{bits}", signed=signed, big=False, boolean=False)
        self.shift = shift
        self.bits = bits

    def _encode(self, value: object) -> bytes:
        number = self.number(value)
        low = -(1 << self.bits - 1) if self.signed else 0
        high = (1 << self.bits - self.signed) - 1
        if not low <= number <= high:
            raise Mismatch(f"a number from {low} to {high} ({self.name})", str(number))
        return ((number & (1 << self.bits) - 1) << self.shift).to_bytes(self.size, "little")

    def decode(self, data: bytes) -> Value:
        number = int.from_bytes(data, "little") >> self.shift & (1 << self.bits) - 1
        return number - (1 << self.bits) if self.signed and number >> self.bits - 1 else number


#: An array's index, whose type is known without BTF.
INDEX = _Integer(4, "index", signed=False, big=False, boolean=False)


class _Enum(_Integer):
    def __init__(
        self, size: int, name: str, *, signed: bool, enumerators: Sequence[tuple[str, int]]
    ) -> None:
        super().__init__(size, name, signed=False, big=False, boolean=False)
        self.numbers = dict(enumerators)
        mask = (1 << size * 8) - 1
        self.names = {number & mask: name for name, number in reversed(enumerators)}
        self.shown_signed = signed

    def number(self, value: object) -> int:
        if isinstance(value, str) and value in self.numbers:
            return self.numbers[value]
        try:
            return super().number(value)
        except Mismatch:
            names = ", ".join(list(self.numbers)[:8]) + (" ..." if len(self.numbers) > 8 else "")
            raise Mismatch(f"one of {names} ({self.name})", _describe(value)) from None

    def _encode(self, value: object) -> bytes:
        number = self.number(value)
        # clang before 15 doesn't tell signed enumerations from unsigned ones.
        bits = self.size * 8
        return super()._encode(number + (1 << bits) if -(1 << bits - 1) <= number < 0 else number)

    def decode(self, data: bytes) -> Value:
        name = self.names.get(int.from_bytes(data, "little"))
        return name or int.from_bytes(data, "little", signed=self.shown_signed)


class _IPv4(_Integer):
    def __init__(self, name: str, *, big: bool) -> None:
        super().__init__(4, name, signed=False, big=big, boolean=False)

    def number(self, value: object) -> int:
        if isinstance(value, ipaddress.IPv4Address):
            return int(value)
        if isinstance(value, str):
            try:
                return int(ipaddress.IPv4Address(value))
            except ValueError:
                pass
        try:
            return super().number(value)
        except Mismatch:
            raise Mismatch(
                f"an IPv4 address such as 172.16.0.14 ({self.name})", _describe(value)
            ) from None

    def decode(self, data: bytes) -> Value:
        return str(ipaddress.IPv4Address(data if self.big else data[::-1]))


class _IPv6(Codec):
    def _encode(self, value: object) -> bytes:
        if isinstance(value, (str, ipaddress.IPv6Address)):
            try:
                return ipaddress.IPv6Address(value).packed
            except ValueError:
                pass
        raise Mismatch(f"an IPv6 address such as fd00::1 ({self.name})", _describe(value))

    def decode(self, data: bytes) -> Value:
        return str(ipaddress.IPv6Address(data))


class _Prefix(Codec):
    """A number of bits, in the machine's order, and the address that they are of."""

    def __init__(self, size: int, name: str) -> None:
        super().__init__(size, name)
        self.network: type[ipaddress.IPv4Network] | type[ipaddress.IPv6Network]
        self.address: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address]
        if size == _PREFIX_SIZES[4]:
            self.network, self.address = ipaddress.IPv4Network, ipaddress.IPv4Address
            self.example = "an IPv4 prefix such as 10.0.0.0/8"
        else:
            self.network, self.address = ipaddress.IPv6Network, ipaddress.IPv6Address
            self.example = "an IPv6 prefix such as 2001:db8::/32"

    def _encode(self, value: object) -> bytes:
        if isinstance(value, (str, self.network, self.address)):
            try:
                # Bits of the host don't count in the map, either.
                network = self.network(str(value), strict=False)
            except ValueError:
                pass
            else:
                return network.prefixlen.to_bytes(4, "little") + network.network_address.packed
        raise Mismatch(f"{self.example} ({self.name})", _describe(value))

    def decode(self, data: bytes) -> Value:
        length = int.from_bytes(data[:4], "little")
        if length > 8 * (self.size - 4):
            return data
        return f"{self.address(data[4:])}/{length}"


#: Sizes of the keys of prefixes by IP version.
_PREFIX_SIZES = {4: 8, 6: 20}


def prefix_codec(codec: Codec) -> Codec:
    """Return the codec for keys of a longest-prefix map, whose type is that of *codec*.

    If the type is known, and has one member of the size of an IPv4 or IPv6 address after the
    prefix length, that is one, whatever its type: bytes of a prefix are in network order.
    """
    if (
        isinstance(codec, _Struct)
        and codec.size in _PREFIX_SIZES.values()
        and [(offset, field.size) for _, offset, field in codec.fields]
        == [(0, 4), (4, codec.size - 4)]
    ):
        return _Prefix(codec.size, codec.name)
    return codec


class _Mac(Codec):
    def _encode(self, value: object) -> bytes:
        if isinstance(value, str) and re.fullmatch(
            r"([0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}", value
        ):
            return bytes(int(byte, 16) for byte in value.split(":"))
        raise Mismatch(
            f"an Ethernet address such as 50:54:00:00:00:01 ({self.name})", _describe(value)
        )

    def decode(self, data: bytes) -> Value:
        return data.hex(":")


class _Text(Codec):
    def _encode(self, value: object) -> bytes:
        if not isinstance(value, str):
            raise Mismatch(f"text ({self.name})", _describe(value))
        data = value.encode()
        if len(data) > self.size:
            raise Mismatch(f"at most {self.size} bytes of text ({self.name})", f"{len(data)}")
        return data.ljust(self.size, b"\0")

    def decode(self, data: bytes) -> Value:
        text = data.rstrip(b"\0")
        try:
            return data if b"\0" in text else text.decode()
        except UnicodeDecodeError:
            return data


class _Array(Codec):
    def __init__(self, element: Codec, count: int) -> None:
        super().__init__(element.size * count, f"{element.name}[{count}]")
        self.element = element
        self.count = count

    def _encode(self, value: object) -> bytes:
        if isinstance(value, str) and value.startswith("["):
            value = _from_json(value, self.name)
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise Mismatch(f"{self.count} elements ({self.name})", _describe(value))
        if len(value) != self.count:
            raise Mismatch(f"{self.count} elements ({self.name})", str(len(value)))
        parts = []
        for index, element in enumerate(value):
            try:
                parts.append(self.element.encode(element))
            except Mismatch as error:
                raise error.within(f"[{index}]") from None
        return b"".join(parts)

    def decode(self, data: bytes) -> Value:
        size = self.element.size
        return tuple(
            self.element.decode(data[start : start + size]) for start in range(0, self.size, size)
        )


class _Struct(Codec):
    def __init__(self, size: int, name: str, fields: Sequence[tuple[str, int, Codec]]) -> None:
        super().__init__(size, name)
        self.fields = tuple(fields)  # Name, offset in bytes, codec.

    def _encode(self, value: object) -> bytes:
        if isinstance(value, str):
            if value.lstrip().startswith("{"):
                value = _from_json(value, self.name)
            else:
                value = _pairs(value, self.name)
        names = ", ".join(name for name, _, _ in self.fields)
        if not isinstance(value, Mapping):
            raise Mismatch(f"members {names} ({self.name})", _describe(value))
        given = {str(name) for name in value}
        wanted = {name for name, _, _ in self.fields}
        if given != wanted:
            raise Mismatch(
                f"members {names} ({self.name})",
                ", ".join(sorted(given)) if given else "none",
            )
        data = bytearray(self.size)
        for name, offset, codec in self.fields:
            try:
                part = codec.encode(value[name])
                if isinstance(codec, _Bits):    # Its bytes may hold others, too.
                    part = bytes(map(or_, data[offset : offset + codec.size], part))
                data[offset : offset + codec.size] = part
            except Mismatch as error:
                raise error.within(name) from None
        return bytes(data)

    def decode(self, data: bytes) -> Value:
        return Record(
            {
                name: codec.decode(data[offset : offset + codec.size])
                for name, offset, codec in self.fields
            }
        )


def _from_json(text: str, name: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Mismatch(f"JSON ({name})", f"{text!r}: {error}") from None
    return value


def _pairs(text: str, name: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in text.split(","):
        member, equals, value = part.partition("=")
        if not equals or member.strip() in pairs:
            raise Mismatch(f"member=value,member=value ({name})", repr(text))
        pairs[member.strip()] = value.strip()
    return pairs


_TOO_COMPLEX = "the type can't be taken apart"


class _TooComplex(Exception):
    """The type can't be, or isn't worth being, taken apart."""


def codec_for(btf: Btf, type_id: int, size: int, *, name: str = "") -> Codec:
    """Return the codec for a type of *btf* that has to have *size* bytes.

    *name* is that of the member or variable, for the rule on addresses.  Types that don't fit the
    size or can't be taken apart (unions) are left as bytes; so are members of such types, but not
    the structures that they are in.  Of a union without a name, the first member of its size
    stands for it.  Raises :class:`ObjectFileError` if the BTF is broken.
    """
    if btf.size_of(type_id) != size or not size:
        return Codec(size, why=f"the BTF tells of a type of {btf.size_of(type_id)} bytes")
    try:
        return _Builder(btf).build(type_id, name, 0)
    except _TooComplex:
        return Codec(size, why=_TOO_COMPLEX)


class _Builder:
    def __init__(self, btf: Btf) -> None:
        self.btf = btf
        self.n_leaves = 0

    def build(self, type_id: int, name: str, depth: int) -> Codec:
        self.n_leaves += 1
        if depth > MAX_DEPTH or self.n_leaves > _MAX_LEAVES:
            raise _TooComplex
        found, typedefs = self.btf.resolve(type_id)
        shown = typedefs[0] if typedefs else found.name

        if found.kind in (Kind.STRUCT, Kind.UNION):
            shown = typedefs[0] if typedefs else f"{found.kind.name.lower()} {found.name}".strip()
            names = {found.name, *typedefs}
            if found.size == 4 and "in_addr" in names:
                return _IPv4(shown, big=True)
            if found.size == 16 and names & {"ipv6_addr", "in6_addr"}:
                return _IPv6(16, shown)
            if found.size == 6 and names & {"mac_addr", "eth_addr"}:
                return _Mac(6, shown)
            if found.kind is Kind.UNION:
                return Codec(found.size, shown, why=f"{shown} has several meanings")
            return self._struct(found.size, shown, type_id, depth)
        if found.kind is Kind.ARRAY:
            return self._array(found.type_id, found.count, name, depth)
        if found.kind in (Kind.ENUM, Kind.ENUM64) and found.size in (1, 2, 4, 8):
            shown = shown if typedefs else f"enum {found.name}".strip()
            return _Enum(found.size, shown, signed=found.signed, enumerators=found.enumerators)
        if found.kind is Kind.PTR:
            return _Integer(8, "pointer", signed=False, big=False, boolean=False)
        if found.kind is Kind.INT and found.size in (1, 2, 4, 8, 16):
            big = any(alias in _BIG_ENDIAN for alias in typedefs)
            if (
                found.size == 4
                and not found.signed
                and any(_ADDRESS_NAME.fullmatch(word) for word in (name, *typedefs) if word)
            ):
                return _IPv4(shown, big=big)
            return _Integer(found.size, shown, signed=found.signed, big=big, boolean=found.is_bool)
        if 0 < found.size <= 16:
            return Codec(found.size, shown, why=f"{shown} is known as bytes only")
        raise _TooComplex

    def _array(self, element_id: int, count: int, name: str, depth: int) -> Codec:
        element_type, _ = self.btf.resolve(element_id)
        if element_type.kind is Kind.INT and element_type.size == 1 and count:
            names = self.btf.resolve(element_id)[1]
            if not names and element_type.name == "char":
                return _Text(count, f"char[{count}]")
        element = self.build(element_id, name, depth + 1)
        self.n_leaves += count
        if not element.size or not count or self.n_leaves > _MAX_LEAVES:
            raise _TooComplex
        return _Array(element, count)

    def _struct(self, size: int, shown: str, type_id: int, depth: int) -> Codec:
        fields = self._fields(size, shown, type_id, depth)
        if not fields or len({name for name, _, _ in fields}) != len(fields):
            raise _TooComplex
        return _Struct(size, shown, fields)

    def _fields(
        self, size: int, shown: str, type_id: int, depth: int
    ) -> list[tuple[str, int, Codec]]:
        """Return names, offsets and codecs of the members of a structure."""
        found, _ = self.btf.resolve(type_id)
        fields: list[tuple[str, int, Codec]] = []
        for member in found.members:
            start = member.bit_offset // 8
            if member.bit_size or member.bit_offset % 8:
                new = self._bit_field(member)
            elif not self.btf.size_of(member.type_id):
                new = []    # An array without a length, behind the structure.
            elif member.name:
                new = [(member.name, start, self._member(member, depth))]
            else:
                new = [
                    (name, start + offset, codec)
                    for name, offset, codec in self._nameless(member, shown, depth)
                ]
            for name, offset, codec in new:
                if offset + codec.size > size:
                    raise ObjectFileError(
                        f"broken BTF: member {name!r} of {shown} ends at byte"
                        f" {offset + codec.size} of {size}"
                    )
            fields += new
        return fields

    def _member(self, member: Member, depth: int) -> Codec:
        """Return the codec of a member, which is left as bytes if it is odd."""
        try:
            return self.build(member.type_id, member.name, depth + 1)
        except _TooComplex:
            if self.n_leaves > _MAX_LEAVES:
                raise           # It is all too much.
            return Codec(self.btf.size_of(member.type_id), why=_TOO_COMPLEX)

    def _nameless(
        self, member: Member, shown: str, depth: int
    ) -> list[tuple[str, int, Codec]]:
        """Return the fields of a structure or union whose members count as the outer one's."""
        found, _ = self.btf.resolve(member.type_id)
        if depth >= MAX_DEPTH or found.kind not in (Kind.STRUCT, Kind.UNION):
            raise _TooComplex
        if found.kind is Kind.STRUCT:
            return self._fields(found.size, shown, member.type_id, depth + 1)
        for each in found.members:
            if self.btf.size_of(each.type_id) == found.size and not each.bit_size:
                if not each.name:
                    return self._nameless(each, shown, depth + 1)
                return [(each.name, 0, self._member(each, depth))]
        names = [each.name for each in found.members if each.name]
        if not names:
            raise _TooComplex
        return [(names[0], 0, Codec(found.size, why="a union has several meanings"))]

    def _bit_field(self, member: Member) -> list[tuple[str, int, Codec]]:
        found, typedefs = self.btf.resolve(member.type_id)
        bits = member.bit_size
        if not bits or bits > 64 or found.kind not in (Kind.INT, Kind.ENUM, Kind.ENUM64):
            raise _TooComplex
        if not member.name:
            return []           # Padding.
        self.n_leaves += 1
        start, shift = divmod(member.bit_offset, 8)
        shown = typedefs[0] if typedefs else found.name
        size = (shift + bits + 7) // 8
        codec = _Bits(size, shown, shift=shift, bits=bits, signed=found.signed)
        return [(member.name, start, codec)]


_BIG_ENDIAN = frozenset(
    {"__be16", "__be32", "__be64", "ovs_be16", "ovs_be32", "ovs_be64", "be16", "be32", "be64"}
)
