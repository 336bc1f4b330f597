"""What a BPF object file holds, read offline: programs, maps and their types.

>>> from oko_py import elf
>>> spec = elf.load("stateless-firewall.o")
>>> spec.program.name, spec.program.abi
('entry', 'packet')
>>> spec.maps["lookup_table"].key_type
'ipv4_addr'

Nothing here decides whether a program may run: the switch's verifier does.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from oko_py import _elf
from oko_py._btf import Btf, Kind, Type
from oko_py._elf import RawObject, Relocation, Section, Symbol
from oko_py._errors import ObjectFileError
from oko_py._values import Codec, codec_for, prefix_codec

__all__ = ["HELPERS", "MAP_TYPES", "MapSpec", "ProgramSpec", "Spec", "load", "loads", "read_file"]

#: Names of helper functions by number.
HELPERS: Mapping[int, str] = MappingProxyType(
    {
        1: "map_lookup",
        2: "map_update",
        3: "map_delete",
        4: "map_add",
        5: "time_get_ns",
        6: "hash",
        7: "printf",
        8: "get_slot",
        9: "load_bytes",
        10: "random",
        11: "csum_diff",
        12: "map_update_flags",
        13: "ring_output",
    }
)

#: Names of the kinds of maps by number.
MAP_TYPES: Mapping[int, str] = MappingProxyType(
    {
        1: "array",
        2: "bloom",
        3: "countmin",
        4: "hash",
        5: "percpu_array",
        6: "percpu_hash",
        7: "lru_hash",
        8: "lpm_trie",
        9: "ring",
    }
)

_MAP_DEF = struct.Struct("<IIIII")
_INSN = struct.Struct("<BBhi")

_R_BPF_64_64 = 1  # Reference to data, in a 16-byte load.
_OP_CALL = 0x85
_CALL_HELPER = 0
_CALL_LOCAL = 1


@dataclass(frozen=True, slots=True)
class MapSpec:
    """A map that a program declares."""

    name: str
    type: str  #: ``hash``, ``array``, ... or the number if it isn't known.
    key_size: int
    value_size: int
    max_entries: int
    n_hash_functions: int
    section: str
    key: Codec = field(repr=False, compare=False)
    value: Codec = field(repr=False, compare=False)

    @property
    def key_type(self) -> str | None:
        """The key's type in C, None if the object has no BTF for it."""
        return self.key.name if self.key.typed else None

    @property
    def value_type(self) -> str | None:
        """The value's type in C, None if the object has no BTF for it."""
        return self.value.name if self.value.typed else None

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {
            "name": self.name,
            "type": self.type,
            "bytes_key": self.key_size,
            "bytes_value": self.value_size,
            "max_entries": self.max_entries,
            "n_hash_functions": self.n_hash_functions,
            "section": self.section,
            "key_type": self.key_type,
            "value_type": self.value_type,
        }


@dataclass(frozen=True, slots=True)
class ProgramSpec:
    """A program: what an executable section begins with, or its function ``entry``."""

    name: str
    section: str
    abi: str  #: ``packet`` (packet and length) or ``context`` (``struct oko_ctx``).
    n_insns: int  #: 8-byte slots in the section.
    helpers: tuple[str, ...]
    maps: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {
            "name": self.name,
            "section": self.section,
            "abi": self.abi,
            "insns": self.n_insns,
            "helpers": list(self.helpers),
            "maps": list(self.maps),
        }


@dataclass(frozen=True, slots=True)
class Spec:
    """What an object file holds.  ``programs[0]`` is the one that a switch loads."""

    path: str  #: Empty if it was not read from a file.
    data: bytes = field(repr=False)
    programs: tuple[ProgramSpec, ...]
    maps: Mapping[str, MapSpec]
    license: str | None
    has_btf: bool

    @property
    def program(self) -> ProgramSpec:
        """The program that a switch loads."""
        return self.programs[0]

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {
            "path": self.path,
            "bytes": len(self.data),
            "btf": self.has_btf,
            "license": self.license,
            "programs": [program.to_dict() for program in self.programs],
            "maps": [each.to_dict() for each in self.maps.values()],
        }


def load(path: str | os.PathLike[str]) -> Spec:
    """Read the object file at *path*, or raise :class:`ObjectFileError`."""
    return loads(read_file(path), path=os.fspath(path))


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of the file at *path*, whatever they are."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(_elf.MAX_OBJECT_SIZE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ObjectFileError(reason, path=os.fspath(path)) from error
    if len(data) > _elf.MAX_OBJECT_SIZE:
        raise ObjectFileError(f"larger than {_elf.MAX_OBJECT_SIZE} bytes", path=os.fspath(path))
    return data


def loads(data: bytes, *, path: str = "") -> Spec:
    """Read an object file from memory; *path* is for messages."""
    try:
        return _build(data, path)
    except ObjectFileError as error:
        if error.path or not path:
            raise
        raise ObjectFileError(error.reason, path=path) from error


def _build(data: bytes, path: str) -> Spec:
    raw = _elf.read(data)
    btf_section = raw.section(".BTF")
    btf = Btf(btf_section.data) if btf_section is not None else None
    maps = {each.name: each for each in _maps(raw, btf)}
    license_section = raw.section("license")
    return Spec(
        path=path,
        data=data,
        programs=_programs(raw, maps),
        maps=MappingProxyType(maps),
        license=(
            license_section.data.rstrip(b"\0").decode("utf-8", "replace")
            if license_section is not None
            else None
        ),
        has_btf=btf is not None,
    )


# Programs.


def _is_filter_section(name: str) -> bool:
    return name == "filter" or name.startswith("filter/")


def _is_xdp(raw: RawObject) -> bool:
    """Whether the object was compiled with ``oko/xdp.h``, which leaves a mark."""
    mark = raw.section(".oko")
    return mark is not None and mark.data == b"xdp\0"


def _programs(raw: RawObject, maps: Mapping[str, MapSpec]) -> tuple[ProgramSpec, ...]:
    """Return the programs, first the one that a switch chooses.

    These are the sections ``filter`` and ``filter/NAME`` and, if ``oko/xdp.h`` was included, all
    others but ``.text``.  If there are none, it is the first section with code.
    """
    sections = [section for section in raw.sections if section.executable and section.size]
    if not sections:
        raise ObjectFileError("no program: no code in the object")
    chosen = [section for section in sections if _is_filter_section(section.name)]
    if _is_xdp(raw):
        others = [s for s in sections if s.name != ".text" and s not in chosen]
        chosen += sorted(others, key=lambda section: not section.name.startswith("xdp"))
    return tuple(_program(raw, section, maps) for section in chosen or sections[:1])


def _program(raw: RawObject, section: Section, maps: Mapping[str, MapSpec]) -> ProgramSpec:
    if section.size % _INSN.size:
        raise ObjectFileError(
            f"section {section.name!r} has {section.size} bytes, expected a multiple of"
            f" {_INSN.size}"
        )
    is_context = _is_filter_section(section.name) or (_is_xdp(raw) and section.name != ".text")
    functions = [
        symbol
        for symbol in raw.symbols
        if symbol.section == section.index and symbol.kind == "STT_FUNC"
    ]
    if is_context:
        called = _called(raw, section)
        names = sorted(
            (symbol for symbol in functions if symbol.value not in called),
            key=lambda symbol: (symbol.value, not symbol.is_global),
        )
    else:
        names = [symbol for symbol in functions if symbol.name == "entry"]
    names += sorted(
        (symbol for symbol in functions if symbol.value == 0),
        key=lambda symbol: not symbol.is_global,
    )
    numbers, used = _references(raw, section)
    text = raw.section(".text")
    if text is not None and text.index != section.index and _calls_local(section.data):
        more_numbers, more_used = _references(raw, text)
        numbers |= more_numbers
        used |= more_used
    return ProgramSpec(
        name=(names[0].name if names else "") or "entry",
        section=section.name,
        abi="context" if is_context else "packet",
        n_insns=section.size // _INSN.size,
        helpers=tuple(HELPERS.get(number, str(number)) for number in sorted(numbers)),
        maps=tuple(name for name in maps if name in used),
    )


def _called(raw: RawObject, section: Section) -> set[int]:
    """Return where the functions begin in *section* that others of it call."""
    relocations = {r.offset: r for r in raw.relocations.get(section.index, ())}
    places: set[int] = set()
    for offset in range(0, len(section.data) - _INSN.size + 1, _INSN.size):
        opcode, regs, _offset, imm = _INSN.unpack_from(section.data, offset)
        if opcode != _OP_CALL:
            continue
        relocation = relocations.get(offset)
        if relocation is not None:
            if relocation.symbol.section == section.index:
                places.add(relocation.symbol.value + (imm + 1) * _INSN.size)
        elif regs >> 4 == _CALL_LOCAL:
            places.add(offset + (imm + 1) * _INSN.size)
    return places


def _references(raw: RawObject, section: Section) -> tuple[set[int], set[str]]:
    """Return the numbers of helpers that *section* calls and the names of data it refers to."""
    relocations: dict[int, Relocation] = {}
    for relocation in raw.relocations.get(section.index, ()):
        relocations[relocation.offset] = relocation
    numbers: set[int] = set()
    for offset in range(0, len(section.data) - _INSN.size + 1, _INSN.size):
        opcode, regs, _offset, imm = _INSN.unpack_from(section.data, offset)
        if opcode != _OP_CALL:
            continue
        called = relocations.get(offset)
        if called is not None and called.symbol.undefined:
            number = _helper_number(called.symbol.name)
            if number is not None:
                numbers.add(number)
        elif regs >> 4 == _CALL_HELPER:
            numbers.add(imm)
    return numbers, {r.symbol.name for r in relocations.values() if r.kind == _R_BPF_64_64}


def _helper_number(name: str) -> int | None:
    """Return the number of the helper that an undefined function's name stands for."""
    for number, helper in HELPERS.items():
        if name == helper or name.endswith(f"_{helper}"):
            return number
    return None


def _calls_local(code: bytes) -> bool:
    return any(
        opcode == _OP_CALL and regs >> 4 == _CALL_LOCAL
        for opcode, regs, _, _ in _INSN.iter_unpack(code[: len(code) // 8 * 8])
    )


# Maps.


def _maps(raw: RawObject, btf: Btf | None) -> list[MapSpec]:
    referred = {
        relocation.symbol
        for relocations in raw.relocations.values()
        for relocation in relocations
        if relocation.kind == _R_BPF_64_64
    }
    found = []
    for symbol in sorted(
        (s for s in raw.symbols if s.kind == "STT_OBJECT" and s.section is not None),
        key=lambda s: (s.section or 0, s.value),
    ):
        section = raw.sections[symbol.section or 0]
        if section.name == ".maps":
            found.append(_btf_map(symbol, section, btf))
        elif section.name == "maps" or (
            section.name == ".data" and symbol in referred and _looks_like_map(symbol, section)
        ):
            found.append(_plain_map(symbol, section, btf))
    return found


def _definition(symbol: Symbol, section: Section) -> bytes:
    return section.data[symbol.value : symbol.value + _MAP_DEF.size]


def _looks_like_map(symbol: Symbol, section: Section) -> bool:
    """Tell a map among ordinary global variables."""
    definition = _definition(symbol, section)
    return (
        symbol.size == len(definition) == _MAP_DEF.size
        and int.from_bytes(definition[:4], "little") in MAP_TYPES
    )


def _plain_map(symbol: Symbol, section: Section, btf: Btf | None) -> MapSpec:
    definition = _definition(symbol, section)
    if len(definition) < _MAP_DEF.size or symbol.size < _MAP_DEF.size:
        raise ObjectFileError(
            f"map {symbol.name!r}: definition of {min(len(definition), symbol.size)} bytes,"
            f" expected {_MAP_DEF.size}"
        )
    number, key_size, value_size, max_entries, n_hash = _MAP_DEF.unpack(definition)
    key, value = Codec(key_size), Codec(value_size)
    if btf is not None:
        # By convention, a structure of this name carries the types.
        types = btf.find(Kind.STRUCT, f"____btf_map_{symbol.name}")
        for member in types.members if types is not None else ():
            if member.name == "key":
                key = codec_for(btf, member.type_id, key_size)
            elif member.name == "value":
                value = codec_for(btf, member.type_id, value_size)
    return _map_spec(symbol, section, number, key, value, max_entries, n_hash)


def _btf_map(symbol: Symbol, section: Section, btf: Btf | None) -> MapSpec:
    """Read a definition as libbpf has them: all in the types of the members of a variable."""
    variable = btf.find(Kind.VAR, symbol.name) if btf is not None else None
    if btf is None or variable is None:
        raise ObjectFileError(
            f"map {symbol.name!r} in section .maps has no BTF: compile with clang -g"
        )
    declared, _ = btf.resolve(variable.type_id)
    numbers = {"type": 0, "key_size": 0, "value_size": 0, "max_entries": 0, "nb_hash_functions": 0}
    types: dict[str, int] = {}
    for member in declared.members:
        pointer, _ = btf.resolve(member.type_id)
        if pointer.kind is not Kind.PTR:
            raise ObjectFileError(
                f"map {symbol.name!r}: member {member.name!r} is not a pointer as __uint() and"
                " __type() make it"
            )
        if member.name in numbers:
            numbers[member.name] = _array_length(btf, pointer)
        elif member.name in ("key", "value"):
            types[member.name] = pointer.type_id
            numbers[f"{member.name}_size"] = btf.size_of(pointer.type_id)
    codecs = [
        codec_for(btf, types[name], numbers[f"{name}_size"])
        if name in types
        else Codec(numbers[f"{name}_size"])
        for name in ("key", "value")
    ]
    return _map_spec(
        symbol,
        section,
        numbers["type"],
        codecs[0],
        codecs[1],
        numbers["max_entries"],
        numbers["nb_hash_functions"],
    )


def _array_length(btf: Btf, pointer: Type) -> int:
    array, _ = btf.resolve(pointer.type_id)
    return array.count


def _map_spec(
    symbol: Symbol,
    section: Section,
    number: int,
    key: Codec,
    value: Codec,
    max_entries: int,
    n_hash_functions: int,
) -> MapSpec:
    kind = MAP_TYPES.get(number, str(number))
    if kind == "lpm_trie":
        key = prefix_codec(key)
    return MapSpec(
        name=symbol.name,
        type=kind,
        key_size=key.size,
        value_size=value.size,
        max_entries=max_entries,
        n_hash_functions=n_hash_functions,
        section=section.name,
        key=key,
        value=value,
    )
