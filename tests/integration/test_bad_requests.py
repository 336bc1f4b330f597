"""Commands that must be refused, with a reason, while the switch lives and forwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.network import Net
from harness.programs import Programs, load


@pytest.mark.parametrize("command", ["add-flow", "mod-flows", "del-flows"])
@pytest.mark.parametrize("number", ["0", "4294967295", "-1", "x", "1/1", ""])
def test_a_number_that_no_program_can_have(passers_by: Net, command: str, number: str) -> None:
    actions = "" if command == "del-flows" else ",actions=drop"
    before = len(passers_by.bridge.flows())
    result = passers_by.bridge.try_ofctl(command, f"filter_prog={number}{actions}")
    assert not result.ok
    assert "filter" in result.stderr, result
    assert len(passers_by.bridge.flows()) == before


def test_a_flow_with_an_unknown_program(passers_by: Net, programs: Programs) -> None:
    bridge = passers_by.bridge
    load(bridge, 1, programs.example("accept-all"))
    before = len(bridge.flows())
    for words in (["add-flow"], ["--bundle", "add-flow"], ["-O", "OpenFlow15", "add-flow"]):
        result = bridge.switch.run(
            "ovs-ofctl", *words[:-1], words[-1], bridge.name, "in_port=1,filter_prog=2,actions=drop"
        )
        assert not result.ok
        assert "UNKNOWN_PROG" in result.stderr, result
    assert len(bridge.flows()) == before


def test_a_file_with_one_unknown_program_among_good_flows(
    passers_by: Net, programs: Programs
) -> None:
    """In a bundle, it is all or nothing."""
    bridge = passers_by.bridge
    load(bridge, 1, programs.example("accept-all"))
    before = len(bridge.flows())
    flows = [f"priority={n},filter_prog={9 if n == 50 else 1},actions=drop" for n in range(1, 100)]
    result = bridge.switch.run(
        "ovs-ofctl", "--bundle", "add-flows", bridge.name, "-", stdin="\n".join(flows)
    )
    assert not result.ok
    assert len(bridge.flows()) == before


def test_conjunctions_do_not_go_with_programs(passers_by: Net, programs: Programs) -> None:
    bridge = passers_by.bridge
    load(bridge, 1, programs.example("accept-all"))
    assert not bridge.try_ofctl("add-flow", "filter_prog=1,ip,actions=conjunction(1,1/2)").ok


@pytest.mark.parametrize("number", ["0", "4294967295", "-1", "x", "1.5", ""])
def test_a_number_under_which_no_program_can_be_loaded(
    passers_by: Net, programs: Programs, number: str
) -> None:
    program = str(programs.example("accept-all"))
    result = passers_by.bridge.try_ofctl("load-filter-prog", number, program)
    assert not result.ok
    assert result.stderr.startswith("ovs-ofctl: "), result


def test_a_file_that_is_not_there(passers_by: Net, tmp_path: Path) -> None:
    path = tmp_path / "none.o"
    result = passers_by.bridge.try_ofctl("load-filter-prog", "1", str(path))
    assert not result.ok
    assert str(path) in result.stderr
    assert "No such file" in result.stderr


def test_a_folder_in_place_of_a_file(passers_by: Net, tmp_path: Path) -> None:
    result = passers_by.bridge.try_ofctl("load-filter-prog", "1", str(tmp_path))
    assert not result.ok
    assert str(tmp_path) in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["unload-filter-prog", "5"],
        ["unload-filter-prog", "5", "--force"],
        ["unload-filter-prog", "0"],
        ["dump-filter-progs", "5"],
    ],
    ids=" ".join,
)
def test_a_program_that_is_not_there(passers_by: Net, words: list[str]) -> None:
    result = passers_by.bridge.try_ofctl(*words)
    assert not result.ok
    assert result.stderr.strip(), result


def test_a_bridge_that_is_not_there(passers_by: Net, programs: Programs) -> None:
    program = str(programs.example("accept-all"))
    result = passers_by.switch.run("ovs-ofctl", "load-filter-prog", "br99", "1", program)
    assert not result.ok
    assert "br99" in result.stderr
