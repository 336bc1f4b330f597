"""Objects that must be refused, with a reason, while the switch lives and forwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import packets
from harness.network import Net
from harness.programs import Programs, load, try_load

from oko_build.lab import Result


@pytest.fixture
def refused(
    passers_by: Net, programs: Programs, tmp_path: Path
) -> Callable[[Path | bytes], Result]:
    """Load an object that must be refused; afterwards a good one must work all the same."""

    def try_it(program: Path | bytes) -> Result:
        bridge = passers_by.bridge
        if isinstance(program, bytes):
            path = tmp_path / "bad.o"
            path.write_bytes(program)
            program = path
        result = try_load(bridge, 1, program)
        assert result.code == 1, result
        assert re.search(r"^\s*reason: ", result.stderr, re.MULTILINE), result

        load(bridge, 1, programs.example("accept-all"))
        bridge.add_flows("priority=5,in_port=1,udp,filter_prog=1,actions=output:2")
        inbox = passers_by.bob.wire()
        passers_by.alice.wire().send([packets.udp()])
        inbox.receive(1, wanted=lambda frame: frame == packets.udp())
        return result

    return try_it


Refused = Callable[[Path | bytes], Result]


def assert_bad_object(result: Result) -> None:
    assert "br0: " in result.stderr, result
    assert "is not a usable BPF object" in result.stderr, result


def assert_rejected(result: Result) -> str:
    """Check the four parts of a refusal; return the standard error."""
    text = result.stderr
    assert text.startswith("ovs-ofctl: br0: filter program 1 was refused by the verifier"), result
    for part in ("reason:", "where:", "advice:"):
        assert part in text, result
    return text


# Not programs at all.


def test_an_empty_file(refused: Refused) -> None:
    assert_bad_object(refused(b""))


def test_a_text_file(refused: Refused) -> None:
    assert_bad_object(refused(b"#!/bin/sh\necho I am not a program\n" * 100))


def test_an_object_for_another_machine(refused: Refused) -> None:
    """A shared library of this machine's: good ELF, but not BPF."""
    library = next(Path("/usr/lib").rglob("libc.so.6"))
    assert_bad_object(refused(library.read_bytes()[:500_000]))


def test_an_object_of_the_other_byte_order(refused: Refused, programs: Programs) -> None:
    program = programs.build("payload", WANTED=1, MASK=1, flags=("-target", "bpfeb"))
    assert program.read_bytes()[5] == 2, "expected a big-endian object"
    assert_bad_object(refused(program))


def test_objects_cut_off_anywhere(passers_by: Net, programs: Programs, tmp_path: Path) -> None:
    """At every 97th byte: each must be refused, as what is cut off is the section headers."""
    whole = programs.example("stateless-firewall").read_bytes()
    path = tmp_path / "cut.o"
    for size in range(1, len(whole) - 1, 97):
        path.write_bytes(whole[:size])
        result = try_load(passers_by.bridge, 1, path)
        assert result.code == 1, f"{size} of {len(whole)} bytes: {result}"
        assert_bad_object(result)


def test_objects_with_wrong_bytes(passers_by: Net, programs: Programs, tmp_path: Path) -> None:
    """Every byte of the ELF header and of the section headers is set to 0xff in turn.

    Some of these do no harm; none may harm the switch.
    """
    good = programs.example("stateless-firewall").read_bytes()
    headers = int.from_bytes(good[40:48], "little")
    path = tmp_path / "bent.o"
    for offset in [*range(0, 64, 3), *range(headers, len(good), 7)]:
        bent = bytearray(good)
        bent[offset] = 0xFF
        path.write_bytes(bent)
        result = try_load(passers_by.bridge, 1, path, "--replace")
        assert result.code in (0, 1), f"byte {offset}: {result}"


# Too much of something.


def test_a_file_of_two_megabytes(refused: Refused, programs: Programs) -> None:
    result = refused(programs.build("bulky", BYTES=2_000_000))
    assert "1048576" in result.stderr, result


def test_an_unknown_kind_of_map(refused: Refused, programs: Programs) -> None:
    result = refused(programs.build("odd_map", TYPE=99, KEY_SIZE=4, VALUE_SIZE=4, ENTRIES=4))
    assert "99" in result.stderr, result
    assert "table" in result.stderr, result


def test_65_maps(refused: Refused, passers_by: Net, programs: Programs) -> None:
    def with_maps(count: int) -> Path:
        return programs.build("many_maps", LIST=" ".join(f"M({n})" for n in range(count)))

    result = refused(with_maps(65))
    assert "64" in result.stderr, result
    load(passers_by.bridge, 64, with_maps(64))


def test_a_map_of_4g_times_4g(refused: Refused, programs: Programs) -> None:
    huge = "0xffffffff"
    refused(programs.build("odd_map", TYPE=1, KEY_SIZE=4, VALUE_SIZE=huge, ENTRIES=huge))


def test_a_map_whose_size_wraps_around(refused: Refused, programs: Programs) -> None:
    """65,536 times 65,536 is 0 in 32 bits."""
    refused(programs.build("odd_map", TYPE=4, KEY_SIZE=4, VALUE_SIZE=65532, ENTRIES=65536))


def test_a_map_of_entries_that_no_message_can_carry(refused: Refused, programs: Programs) -> None:
    refused(programs.build("odd_map", TYPE=1, KEY_SIZE=4, VALUE_SIZE=70_000, ENTRIES=4))


@pytest.mark.parametrize("sizes", [(0, 8, 4), (4, 0, 4), (4, 8, 0)], ids=str)
def test_a_map_without_keys_values_or_entries(
    refused: Refused, programs: Programs, sizes: tuple[int, int, int]
) -> None:
    key, value, entries = sizes
    refused(
        programs.build("odd_map", TYPE=4, KEY_SIZE=key, VALUE_SIZE=value, ENTRIES=entries)
    )


# Unsafe programs.


def test_a_program_that_reads_past_the_packet(refused: Refused, programs: Programs) -> None:
    text = assert_rejected(refused(programs.example("unsafe")))
    assert "packet" in text
    assert "unsafe.c:" in text, "expected the source line"


def test_a_program_that_takes_a_null_map_value(refused: Refused, programs: Programs) -> None:
    text = assert_rejected(refused(programs.example("unsafe", "null-value")))
    assert "null" in text.lower()
    assert "null-value.c:" in text, "expected the source line"


def test_a_program_that_loops_for_ever(refused: Refused, programs: Programs) -> None:
    text = assert_rejected(refused(programs.example("unsafe", "endless-loop")))
    assert "loop" in text.lower()


def test_the_whole_log_of_a_refusal(passers_by: Net, programs: Programs, tmp_path: Path) -> None:
    log = tmp_path / "verifier.log"
    result = try_load(passers_by.bridge, 1, programs.example("unsafe"), f"--verifier-log={log}")
    assert result.code == 1, result
    assert len(log.read_text().splitlines()) > 3
