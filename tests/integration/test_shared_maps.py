"""Maps that the programs of a bridge share by their names."""

from __future__ import annotations

from harness.programs import Programs, dump_map, load, try_load, update_map

from oko_build.lab import Bridge

ZERO = bytes(4)


def u64(number: int) -> bytes:
    return number.to_bytes(8, "little")


def test_programs_share_a_map(bridge: Bridge, programs: Programs) -> None:
    load(bridge, 1, programs.build("shared", RESULT=0, ENTRIES=1))
    load(bridge, 2, programs.build("shared", RESULT=1, ENTRIES=1))
    update_map(bridge, 1, "shared", ZERO, u64(77))
    assert dump_map(bridge, 2, "shared") == {ZERO: u64(77)}

    # It outlives the program that came first.
    bridge.ofctl("unload-filter-prog", "1")
    assert dump_map(bridge, 2, "shared") == {ZERO: u64(77)}


def test_another_definition_is_refused_with_both(bridge: Bridge, programs: Programs) -> None:
    load(bridge, 1, programs.build("shared", RESULT=0, ENTRIES=1))
    refused = try_load(bridge, 2, programs.build("shared", RESULT=0, ENTRIES=2))
    assert not refused.ok
    assert "defined here as array, key 4 bytes, value 8 bytes, 2 entries" in refused.output
    assert "1 other program has it as array, key 4 bytes, value 8 bytes, 1 entries" in (
        refused.output
    )
