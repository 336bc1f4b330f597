"""Takes BPF objects apart: from ELF bytes to plain sections, symbols and relocations.

The one place that touches pyelftools.  What pyelftools raises on a broken file, and whatever its
parsing trips over, leaves here as :class:`ObjectFileError`; content is cut out of the file by
offsets that are checked here, never inflated or padded.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import SymbolTableSection

from oko_py._errors import ObjectFileError

#: Objects are refused above this size, well over what the switch takes.
MAX_OBJECT_SIZE = 16 << 20

#: So that a forged count can't keep us busy.
_MAX_SECTIONS = 4096
_MAX_ENTRIES = 1 << 18

_EM_BPF = 247


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the file."""

    index: int
    name: str
    data: bytes  #: Empty for sections without content (``.bss``).
    size: int
    executable: bool
    allocated: bool


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol; *section* is None if it is undefined or absolute."""

    name: str
    kind: str  #: ``STT_FUNC``, ``STT_OBJECT``, ...
    is_global: bool
    section: int | None
    undefined: bool
    value: int
    size: int


@dataclass(frozen=True, slots=True)
class Relocation:
    """A relocation in the section it applies to."""

    offset: int
    kind: int
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class RawObject:
    """What a file holds."""

    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]
    relocations: dict[int, tuple[Relocation, ...]]  #: By index of the section.

    def section(self, name: str) -> Section | None:
        """Return the first section of that name."""
        return next((s for s in self.sections if s.name == name), None)


def read(data: bytes) -> RawObject:
    """Take the object in *data* apart, or raise :class:`ObjectFileError`."""
    _check_header(data)
    try:
        return _read(data)
    except ObjectFileError:
        raise
    except MemoryError:
        raise ObjectFileError("broken ELF file: needs more memory than there is") from None
    except Exception as error:
        # pyelftools documents ELFError, but forged files make it raise construct's errors,
        # KeyError, AttributeError, UnicodeDecodeError and more.
        raise ObjectFileError(f"broken ELF file: {error or type(error).__name__}") from error


def _check_header(data: bytes) -> None:
    if not data:
        raise ObjectFileError("empty file, expected a BPF object (ELF)")
    if len(data) > MAX_OBJECT_SIZE:
        raise ObjectFileError(f"{len(data)} bytes, expected at most {MAX_OBJECT_SIZE}")
    if data[:4] != b"\x7fELF":
        raise ObjectFileError("not an ELF file: compile it with 'oko compile' or clang -target bpf")
    if len(data) < 64:
        raise ObjectFileError(f"cut off: {len(data)} bytes, the header alone has 64")
    if data[4] != 2:
        raise ObjectFileError("32-bit ELF file, expected a 64-bit one for BPF")
    if data[5] != 1:
        raise ObjectFileError("big-endian ELF file, expected little-endian: use -target bpf")
    kind = int.from_bytes(data[16:18], "little")
    machine = int.from_bytes(data[18:20], "little")
    if machine != _EM_BPF:
        raise ObjectFileError(
            f"ELF file for machine {machine}, expected {_EM_BPF} (BPF): use clang -target bpf"
        )
    if kind != 1:
        raise ObjectFileError(f"ELF file of type {kind}, expected 1 (relocatable): use clang -c")


def _read(data: bytes) -> RawObject:
    elf = ELFFile(io.BytesIO(data))
    n_sections = elf.num_sections()
    if n_sections > _MAX_SECTIONS:
        raise ObjectFileError(f"broken ELF file: {n_sections} sections")
    tables = [elf.get_section(index) for index in range(n_sections)]
    sections = tuple(_section(data, index, table) for index, table in enumerate(tables))

    symbol_tables: dict[int, tuple[Symbol, ...]] = {}
    for index, table in enumerate(tables):
        if isinstance(table, SymbolTableSection) and table["sh_type"] == "SHT_SYMTAB":
            _check_count(table.num_symbols())
            symbol_tables[index] = tuple(
                _symbol(symbol, n_sections) for symbol in table.iter_symbols()
            )
    if len(symbol_tables) > 1:
        raise ObjectFileError(f"broken ELF file: {len(symbol_tables)} symbol tables")

    relocations: dict[int, tuple[Relocation, ...]] = {}
    for table in tables:
        if not isinstance(table, RelocationSection):
            continue
        target = table["sh_info"]
        if target >= n_sections or not sections[target].executable:
            continue  # Of debugging information.
        if target in relocations:
            raise ObjectFileError(
                f"broken ELF file: two relocation sections for {sections[target].name!r}"
            )
        symbols = symbol_tables.get(table["sh_link"], ())
        _check_count(table.num_relocations())
        found = []
        for relocation in table.iter_relocations():
            number = relocation["r_info_sym"]
            if number >= len(symbols):
                raise ObjectFileError(
                    f"broken ELF file: relocation refers to symbol {number} of {len(symbols)}"
                )
            found.append(
                Relocation(relocation["r_offset"], relocation["r_info_type"], symbols[number])
            )
        relocations[target] = tuple(found)

    every_symbol = tuple(symbol for table in symbol_tables.values() for symbol in table)
    return RawObject(sections, every_symbol, relocations)


def _check_count(n_entries: int) -> None:
    if n_entries > _MAX_ENTRIES:
        raise ObjectFileError(f"broken ELF file: a table of {n_entries} entries")


def _section(data: bytes, index: int, table: object) -> Section:
    header = table.header  # type: ignore[attr-defined]
    name = str(table.name)  # type: ignore[attr-defined]
    offset, size, flags = header["sh_offset"], header["sh_size"], header["sh_flags"]
    content = b""
    if header["sh_type"] not in ("SHT_NULL", "SHT_NOBITS"):
        if offset + size > len(data):
            raise ObjectFileError(
                f"cut off: section {name!r} ends at byte {offset + size} of {len(data)}"
            )
        content = data[offset : offset + size]
    return Section(
        index,
        name,
        content,
        size,
        executable=bool(flags & 4) and header["sh_type"] == "SHT_PROGBITS",
        allocated=bool(flags & 2),
    )


def _symbol(symbol: object, n_sections: int) -> Symbol:
    entry = symbol.entry  # type: ignore[attr-defined]
    where = entry["st_shndx"]
    section = where if isinstance(where, int) and where < n_sections else None
    return Symbol(
        name=str(symbol.name),  # type: ignore[attr-defined]
        kind=str(entry["st_info"]["type"]),
        is_global=entry["st_info"]["bind"] != "STB_LOCAL",
        section=section,
        undefined=where == "SHN_UNDEF",
        value=entry["st_value"],
        size=entry["st_size"],
    )
