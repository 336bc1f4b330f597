"""Our reading of BTF, held against bpftool's, and hostile BTF."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

import oko_py
from oko_py import ObjectFileError
from oko_py._btf import Btf, Kind, Type
from oko_py._elf import read

SOURCES = [
    *sorted((Path(__file__).parents[1] / "fixtures" / "bpf").glob("*.c")),
    *sorted((Path(__file__).parents[2] / "examples" / "bpf").glob("*/*.c")),
]

needs_bpftool = pytest.mark.skipif(
    shutil.which("bpftool") is None, reason="there is no bpftool to compare with"
)


def btf_of(path: Path) -> Btf:
    section = read(path.read_bytes()).section(".BTF")
    assert section is not None
    return Btf(section.data)


def as_bpftool(number: int, ours: Type) -> dict[str, object]:
    """Show a type as ``bpftool -j btf dump`` does, as far as we keep it."""
    shown: dict[str, object] = {
        "id": number,
        "kind": ours.kind.name,
        "name": ours.name or "(anon)",
    }
    match ours.kind:
        case Kind.INT:
            shown["size"] = ours.size
            shown["encoding"] = (
                "SIGNED"
                if ours.signed
                else "CHAR"
                if ours.is_char
                else "BOOL"
                if ours.is_bool
                else "(none)"
            )
        case Kind.ARRAY:
            shown["type_id"], shown["nr_elems"] = ours.type_id, ours.count
        case Kind.STRUCT | Kind.UNION:
            shown["size"] = ours.size
            shown["members"] = [
                {
                    "name": member.name or "(anon)",
                    "type_id": member.type_id,
                    "bits_offset": member.bit_offset,
                    **({"bitfield_size": member.bit_size} if member.bit_size else {}),
                }
                for member in ours.members
            ]
        case Kind.ENUM | Kind.ENUM64:
            shown["size"] = ours.size
            # bpftool extends the sign to 64 bits, whether or not clang told that there is one.
            mask = (1 << ours.size * 8) - 1
            shown["values"] = [
                {"name": name, "val": value & mask} for name, value in ours.enumerators
            ]
        case Kind.PTR | Kind.TYPEDEF | Kind.CONST | Kind.VOLATILE | Kind.VAR | Kind.FUNC:
            shown["type_id"] = ours.type_id
    return shown


@needs_bpftool
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_same_as_bpftool(source: Path, tmp_path: Path) -> None:
    out = oko_py.compile(source, tmp_path / "out.o")
    done = subprocess.run(
        ["bpftool", "-j", "btf", "dump", "file", out], check=True, capture_output=True, timeout=60
    )
    theirs = json.loads(done.stdout)["types"]
    for each in theirs:
        for value in each.get("values", ()):
            value["val"] &= (1 << each["size"] * 8) - 1
    ours = [as_bpftool(number, each) for number, each in enumerate(btf_of(out).types)][1:]
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine == {name: other.get(name) for name in mine}


# Hostile BTF, made by hand.


def btf(types: bytes, strings: bytes = b"\0") -> bytes:
    header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings))
    return header + types + strings


def typ(kind: int, word: int, *, n: int = 0, name: int = 0, tail: bytes = b"") -> bytes:
    return struct.pack("<III", name, kind << 24 | n, word) + tail


def test_minimal_btf_is_read() -> None:
    integer = typ(1, 4, tail=struct.pack("<I", 32))
    assert Btf(btf(integer)).types[1].size == 4
    assert Btf(btf(b"")).types == [Type(Kind.VOID, "void")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected a header"),
        (b"\x9f\xeb" + bytes(30), "version 0, expected 1"),
        (bytes(32), "magic number 0x0000, expected 0xeb9f"),
        (struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 23, 0, 0, 0, 0), "header of 23 bytes"),
        (struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 1 << 31, 0, 0, 0, 0), "header of"),
        (struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 1, 0, 0), "types end at 1 of 0"),
        (struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 0, 0xFFFFFFFF, 1), "strings end at"),
        (btf(typ(1, 4)), "type 1: cut off"),
        (btf(b"12345"), "type 1: cut off"),
        (btf(typ(4, 4, n=0xFFFF)), "type 1: cut off"),
        (btf(typ(0, 4)), "void among the types"),
        (btf(typ(31, 4)), "unknown kind 31"),
        (btf(typ(8, 0, name=1)), "name at 1 is outside of the strings"),
        (btf(typ(8, 0), strings=b"x"), "name at 0 is outside of the strings"),
    ],
)
def test_broken_btf(data: bytes, message: str) -> None:
    with pytest.raises(ObjectFileError, match=message):
        Btf(data)


def test_references_without_end() -> None:
    loop = Btf(btf(typ(8, 2) + typ(8, 1)))
    with pytest.raises(ObjectFileError, match="typedef without end"):
        loop.resolve(1)
    array = Btf(btf(typ(3, 0, tail=struct.pack("<III", 1, 0, 2))))
    with pytest.raises(ObjectFileError, match="array without end"):
        array.size_of(1)
    with pytest.raises(ObjectFileError, match="refers to type 99 of 1"):
        array.get(99)
