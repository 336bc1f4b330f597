"""elf.load() on objects that clang made, and on what nobody should have made."""

import random
import struct
from pathlib import Path

import pytest

import oko_py
from oko_py import ObjectFileError, elf
from oko_py.ofctl import Record

PROGRAMS = Path(__file__).parents[1] / "fixtures" / "bpf"
EXAMPLES = Path(__file__).parents[2] / "examples" / "bpf"


def compiled(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Path:
    return oko_py.compile(source, tmp_path_factory.mktemp("obj") / f"{source.stem}.o")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory, PROGRAMS / "original.c")


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory, PROGRAMS / "types.c")


@pytest.fixture(scope="module")
def libbpf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory, PROGRAMS / "libbpf.c")


def test_original_program(original: Path) -> None:
    spec = elf.load(original)
    assert spec.path == str(original)
    assert spec.data == original.read_bytes()
    (program,) = spec.programs
    assert (program.name, program.section, program.abi) == ("entry", ".text", "packet")
    assert program.helpers == ("map_lookup", "map_add", "time_get_ns")
    assert set(program.maps) == {"lookup_table", "sketch"}
    assert set(spec.maps) == {"lookup_table", "sketch"}  # And not "numbers".
    table = spec.maps["lookup_table"]
    assert (table.type, table.key_size, table.value_size, table.max_entries) == ("hash", 4, 4, 16)
    assert table.section == ".data"
    assert table.key_type is None
    sketch = spec.maps["sketch"]
    assert (sketch.type, sketch.max_entries, sketch.n_hash_functions) == ("countmin", 1024, 4)


def test_context_program_with_types(types: Path) -> None:
    spec = elf.load(types)
    assert (spec.program.name, spec.program.section, spec.program.abi) == (
        "all",
        "filter",
        "context",
    )
    assert spec.program.helpers == ("map_lookup", "printf")
    assert spec.program.maps == ("connections",)
    assert list(spec.maps) == ["connections", "bitfields", "colors", "seen"]
    connections = spec.maps["connections"]
    assert connections.key_type == "struct connection"
    assert connections.value_type == "struct everything"
    assert spec.maps["colors"].value_type == "enum color"
    assert spec.maps["seen"].key_type == "ipv4_addr"
    assert spec.maps["seen"].n_hash_functions == 4
    # Bit-fields are numbers.  A union alone cannot be taken apart.
    assert spec.maps["bitfields"].key_type == "struct bits"
    assert spec.maps["bitfields"].value_type is None


def test_maps_in_the_manner_of_libbpf(libbpf: Path) -> None:
    spec = elf.load(libbpf)
    assert [program.section for program in spec.programs] == ["filter/first", "filter/second"]
    assert spec.program.name == "first"
    assert spec.program.maps == ("counters",)  # By way of a function in .text.
    assert spec.license == "Apache-2.0"
    counters, sized = spec.maps["counters"], spec.maps["sized"]
    assert (counters.type, counters.key_size, counters.value_size) == ("hash", 4, 16)
    assert (counters.max_entries, counters.key_type) == (64, "uint32_t")
    assert counters.value.decode(struct.pack("<QQ", 3, 300)) == Record({"packets": 3, "bytes": 300})
    assert (sized.type, sized.key_size, sized.value_size) == ("lru_hash", 12, 8)


def test_without_debug_information(tmp_path: Path) -> None:
    source = EXAMPLES / "stateless-firewall" / "stateless-firewall.c"
    spec = elf.load(oko_py.compile(source, tmp_path / "out.o", debug=False))
    assert not spec.has_btf
    assert spec.maps["lookup_table"].key_size == 4
    assert spec.maps["lookup_table"].key_type is None


def test_libbpf_maps_need_debug_information(tmp_path: Path) -> None:
    oko_py.compile(PROGRAMS / "libbpf.c", tmp_path / "out.o", debug=False)
    with pytest.raises(ObjectFileError, match="compile with clang -g"):
        elf.load(tmp_path / "out.o")


def test_to_dict_is_for_json(types: Path) -> None:
    shown = elf.load(types).to_dict()
    assert shown["btf"] is True
    assert shown["programs"] == [
        {
            "name": "all",
            "section": "filter",
            "abi": "context",
            "insns": elf.load(types).program.n_insns,
            "helpers": ["map_lookup", "printf"],
            "maps": ["connections"],
        }
    ]


# What isn't a BPF object.


def patched(data: bytes, offset: int, replacement: bytes) -> bytes:
    return data[:offset] + replacement + data[offset + len(replacement) :]


@pytest.mark.parametrize(
    ("offset", "replacement", "message"),
    [
        (0, b"\x7fELL", "not an ELF file"),
        (4, b"\x01", "32-bit"),
        (5, b"\x02", "big-endian"),
        (16, b"\x02\x00", "expected 1 \\(relocatable\\)"),
        (18, b"\x3e\x00", "machine 62, expected 247 \\(BPF\\)"),
        (40, b"\xff" * 8, "broken ELF file|cut off"),
        (60, b"\xff\xff", "broken ELF file|cut off"),
    ],
)
def test_wrong_header(original: Path, offset: int, replacement: bytes, message: str) -> None:
    with pytest.raises(ObjectFileError, match=message):
        elf.loads(patched(original.read_bytes(), offset, replacement))


def test_empty_missing_and_huge(tmp_path: Path) -> None:
    with pytest.raises(ObjectFileError, match="empty file"):
        elf.loads(b"")
    with pytest.raises(ObjectFileError, match=r"none\.o: No such file") as caught:
        elf.load(tmp_path / "none.o")
    assert caught.value.path == str(tmp_path / "none.o")
    with pytest.raises(ObjectFileError, match="directory"):
        elf.load(tmp_path)
    huge = tmp_path / "huge.o"
    with huge.open("wb") as file:
        file.truncate(17 << 20)
    with pytest.raises(ObjectFileError, match=r"huge\.o: larger than"):
        elf.load(huge)


def test_path_stands_in_the_message(tmp_path: Path) -> None:
    path = tmp_path / "text.o"
    path.write_text("hello")
    with pytest.raises(ObjectFileError, match=r"text\.o: not an ELF file"):
        elf.load(path)


def survives(data: bytes) -> bool:
    """Whether *data* is read; anything but ObjectFileError propagates and fails the test."""
    try:
        elf.loads(data)
    except ObjectFileError:
        return False
    return True


@pytest.mark.parametrize("name", ["original", "types", "libbpf"])
def test_truncated_everywhere(name: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(name).read_bytes()
    # The table of sections stands last: nothing shorter is whole.
    step = max(1, len(data) // 400)
    for size in [*range(0, 200), *range(200, len(data), step), len(data) - 1]:
        assert not survives(data[:size]), size


@pytest.mark.parametrize("name", ["original", "types", "libbpf"])
def test_flipped_bits(name: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(name).read_bytes()
    rng = random.Random(f"flip {name}")
    read = 0
    for _ in range(300):
        broken = bytearray(data)
        for _ in range(rng.choice([1, 1, 2, 8, 64])):
            broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        read += survives(bytes(broken))
    assert read  # Else the flips would all have hit the header.


def test_extreme_numbers_in_the_section_table(types: Path) -> None:
    data = types.read_bytes()
    start, (count,) = struct.unpack_from("<Q", data, 40)[0], struct.unpack_from("<H", data, 60)
    for section in range(count):
        for field, size in ((0, 4), (4, 4), (8, 8), (24, 8), (32, 8), (40, 4), (44, 4), (56, 8)):
            for value in (0, 1, 0x7F, 1 << size * 8 - 1, (1 << size * 8) - 1):
                place = start + section * 64 + field
                survives(patched(data, place, value.to_bytes(size, "little")))


def test_flipped_bits_in_btf(types: Path) -> None:
    data = types.read_bytes()
    section = elf._elf.read(data).section(".BTF")  # type: ignore[attr-defined]
    start = data.index(section.data)
    rng = random.Random("btf")
    for _ in range(1000):
        broken = bytearray(data)
        for _ in range(rng.choice([1, 2, 16])):
            place = start + rng.randrange(len(section.data))
            broken[place] = rng.choice([0, 1, 0xFF, rng.randrange(256)])
        survives(bytes(broken))
