"""The Python library and ``python -m oko_py.ofctl`` on a real switch."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from harness import packets
from harness.network import Net
from harness.programs import Programs

import oko_py
from oko_build.lab import Bridge, Result, Switch, wait_until
from oko_py import elf, ofctl

# The library.


@pytest.fixture(params=["openflow", "ovs-ofctl"])
def br0(
    net: Net, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> ofctl.Bridge:
    """The bridge of *net*, as the library's users have it: by itself, and by ovs-ofctl."""
    for name, value in net.switch.env.items():
        monkeypatch.setenv(name, value)
    executable = None if request.param == "openflow" else request.param
    return ofctl.Bridge("br0", timeout=20, ovs_ofctl=executable)


def test_the_example_of_the_documentation(
    net: Net, br0: ofctl.Bridge, programs: Programs
) -> None:
    spec = elf.load(programs.example("stateless-firewall"))
    program = br0.programs.load(1, spec)
    table = program.maps["lookup_table"]
    table["10.0.0.22"] = "DROP"
    assert table["10.0.0.22"] == "DROP"
    br0.flows.add(priority=1, in_port=1, filter_prog=1, actions="output:2")

    inbox = net.bob.wire()
    net.alice.wire().send([packets.udp(dst="10.0.0.22"), packets.udp(dst="10.0.0.2")])
    assert inbox.receive(1) == [packets.udp(dst="10.0.0.2")]

    net.switch.settle()
    (flow,) = br0.flows
    assert (flow.match["filter_prog"], flow.n_packets) == (1, 1)
    assert (br0.programs[1].info.n_runs, br0.programs[1].info.n_matches) == (2, 1)


def test_a_map_is_a_mapping(br0: ofctl.Bridge, programs: Programs) -> None:
    table = br0.programs.load(1, programs.example("stateless-firewall")).maps[0]
    table.update({"10.0.0.1": "PASS", "10.0.0.2": "DROP"})
    table.update("10.0.0.3", "DROP", flag="noexist")
    assert dict(table.items()) == {"10.0.0.1": "PASS", "10.0.0.2": "DROP", "10.0.0.3": "DROP"}
    assert len(table) == 3
    assert "10.0.0.3" in table
    del table["10.0.0.3"]
    assert "10.0.0.3" not in table
    with pytest.raises(oko_py.KeyNotFound):
        del table["10.0.0.3"]
    with pytest.raises(oko_py.KeyExists):
        table.update("10.0.0.1", "DROP", flag="noexist")
    with pytest.raises(oko_py.KeyNotFound):
        table.update("10.0.0.9", "DROP", flag="exist")
    with pytest.raises(oko_py.BadKey):
        table["10.0.0"] = "DROP"
    table.clear()
    assert list(table) == []


def test_types_come_from_the_program_in_the_switch(
    br0: ofctl.Bridge, programs: Programs
) -> None:
    """Whoever loaded it: the switch keeps the object, and gives it back."""
    path = programs.example("stateless-firewall")
    br0.programs.load(1, path)
    stranger = ofctl.Bridge("br0", timeout=20)
    stranger.programs[1].maps["lookup_table"]["10.0.0.2"] = "DROP"
    assert dict(br0.programs[1].maps["lookup_table"].items()) == {"10.0.0.2": "DROP"}
    assert stranger.programs.save(1) == path.read_bytes()


def test_an_unsafe_program_raises_what_the_verifier_says(
    br0: ofctl.Bridge, programs: Programs, tmp_path: Path
) -> None:
    with pytest.raises(oko_py.ProgramRejected) as caught:
        br0.programs.load(1, programs.example("unsafe"), log_file=tmp_path / "log")
    error = caught.value
    assert "packet" in error.reason
    assert error.insn is not None
    assert error.source_line is not None and "unsafe.c:" in error.source_line
    assert error.advice
    assert error.log
    assert list(br0.programs) == []


def test_errors_have_types(br0: ofctl.Bridge, programs: Programs, tmp_path: Path) -> None:
    good = programs.example("accept-all")
    empty = tmp_path / "empty.o"
    empty.write_bytes(b"")
    with pytest.raises(oko_py.ObjectFileError):
        br0.programs.load(1, empty)
    with pytest.raises(oko_py.ProgramOverLimit):
        br0.programs.load(1, programs.build("bulky", BYTES=2_000_000))
    br0.programs.load(1, good)
    with pytest.raises(oko_py.ProgramExists):
        br0.programs.load(1, good)
    br0.flows.add("filter_prog=1,actions=drop")
    with pytest.raises(oko_py.ProgramInUse):
        br0.programs.unload(1)
    with pytest.raises(oko_py.ProgramNotFound):
        br0.programs.unload(2)
    with pytest.raises(oko_py.ProgramNotFound):
        br0.flows.add("filter_prog=2,actions=drop")
    with pytest.raises(oko_py.MapNotFound):
        br0.programs[1].maps["nothing"]
    with pytest.raises(oko_py.BridgeNotFound):
        ofctl.Bridge("br99", timeout=20).programs.dump()
    br0.programs.unload(1, force=True)
    assert (list(br0.programs), list(br0.flows)) == ([], [])


def test_a_full_map_raises(br0: ofctl.Bridge, programs: Programs) -> None:
    table = br0.programs.load(1, programs.build("table", ENTRIES=4)).maps["lengths"]
    with pytest.raises(oko_py.MapFull):
        table.update(dict.fromkeys(range(64), 1))
    assert len(table) >= 4


def test_thousands_of_entries(br0: ofctl.Bridge, programs: Programs) -> None:
    table = br0.programs.load(1, programs.build("table", ENTRIES=5000)).maps["lengths"]
    wanted = {length: length * length for length in range(5000)}
    table.update(wanted)
    assert dict(table.items()) == wanted


def test_replace_keeps_maps_and_flows(br0: ofctl.Bridge, programs: Programs) -> None:
    br0.programs.load(1, programs.build("count", RESULT=1)).maps["packets"][0] = 77
    br0.flows.add("filter_prog=1,actions=drop")
    replaced = br0.programs.replace(1, programs.build("count", RESULT=0))
    assert replaced.maps["packets"][0] == 77
    assert replaced.info.n_rules == 1


def test_a_stock_ovs_ofctl_is_told_from_an_oko(
    net: Net, br0: ofctl.Bridge, tmp_path: Path
) -> None:
    """With an ovs-ofctl that lacks the commands, the error says what is missing."""
    stock = tmp_path / "ovs-ofctl"
    stock.write_text(
        "#!/bin/sh\n"
        "echo \"ovs-ofctl: unknown command 'dump-filter-progs'; use --help for help\" >&2\n"
        "exit 1\n"
    )
    stock.chmod(0o755)
    with pytest.raises(oko_py.NotAnOko):
        ofctl.Bridge("br0", ovs_ofctl=stock).programs.dump()
    assert br0.features().filter_programs


# The command line.


def command(switch: Switch, *argv: str) -> Result:
    return switch.run(sys.executable, "-m", "oko_py.ofctl", *argv)


def as_json(switch: Switch, *argv: str) -> object:
    return json.loads(command(switch, "--json", *argv).check().stdout)


def test_every_verb_of_the_command_line(net: Net, programs: Programs) -> None:
    switch = net.switch
    firewall, accept_all = programs.example("stateless-firewall"), programs.example("accept-all")

    def run(*argv: str) -> str:
        return command(switch, *argv).check().stdout

    run("load-filter-prog", "br0", "1", str(firewall))
    run("load-filter-prog", "br0", "2", str(accept_all))
    assert "lookup_table" in run("dump-filter-progs", "br0")
    assert "lookup_table" not in run("dump-filter-progs", "br0", "2")

    run("add-flow", "br0", "priority=2,in_port=1,filter_prog=1,actions=output:2")
    run("add-flow", "br0", "priority=1,in_port=1,filter_prog=2,actions=drop")
    run("update-map", "br0", "1", "lookup_table", "key", "10.0.0.22", "value", "DROP")
    net.alice.wire().send(
        [packets.udp(dst=ip) for ip in ("10.0.0.22", "10.0.0.2", "10.0.0.2")]
    )
    wait_until(lambda: net.bridge.packets("filter_prog=1") == 2, "two packets to pass")
    dump = run("dump-flows", "br0")
    assert "n_packets=2" in next(line for line in dump.splitlines() if "filter_prog=1" in line)
    assert "n_packets=1" in next(line for line in dump.splitlines() if "filter_prog=2" in line)

    content = run("dump-map", "br0", "1", "lookup_table")
    assert "The map contains 1 element(s)" in content
    assert "10.0.0.22" in content and "DROP" in content
    assert "0a 00 00 16" in run("dump-map", "br0", "1", "lookup_table", "hex")
    run("del-map-entry", "br0", "1", "lookup_table", "key", "10.0.0.22")
    run("update-map", "br0", "1", "lookup_table", "key", "10.0.0.3", "value", "PASS")
    run("clear-map", "br0", "1", "lookup_table")
    assert "contains 0 element(s)" in run("dump-map", "br0", "1", "lookup_table")

    refused = command(switch, "unload-filter-prog", "br0", "1")
    assert refused.code == 1 and "in use" in refused.stderr, refused
    run("del-flows", "br0", "filter_prog=1")
    run("unload-filter-prog", "br0", "1")
    run("unload-filter-prog", "br0", "all", "--force")
    assert run("dump-filter-progs", "br0").strip() == ""


def test_the_original_bytes_go_on_working(bridge: Bridge, programs: Programs) -> None:
    switch = bridge.switch
    path = str(programs.example("stateless-firewall"))
    command(switch, "load-filter-prog", "br0", "1", path).check()
    words = ["key", "10", "0", "0", "22", "value", "1", "0", "0", "0"]
    command(switch, "update-map", "br0", "1", "0", *words).check()
    assert "10.0.0.22" in command(switch, "dump-map", "br0", "1", "0").stdout


def test_json_of_the_command_line(bridge: Bridge, programs: Programs) -> None:
    switch = bridge.switch
    path = str(programs.example("stateless-firewall"))
    loaded = as_json(switch, "load-filter-prog", "br0", "1", path)
    shown = as_json(switch, "dump-filter-progs", "br0")
    assert isinstance(loaded, dict) and shown == [loaded]
    assert (loaded["id"], loaded["run_cnt"], loaded["jited"]) == (1, 0, True)
    command(switch, "update-map", "br0", "1", "0", "key", "10.0.0.22", "value", "DROP").check()
    assert as_json(switch, "dump-map", "br0", "1", "0") == [
        {
            "key": ["0x0a", "0x00", "0x00", "0x16"],
            "value": ["0x01", "0x00", "0x00", "0x00"],
            "formatted": {"key": "10.0.0.22", "value": "DROP"},
        }
    ]
    failed = command(switch, "--json", "dump-filter-progs", "br99")
    assert failed.code == 1
    assert "br99" in json.loads(failed.stdout)["error"]


def test_the_command_line_shows_a_refusal(bridge: Bridge, programs: Programs) -> None:
    refused = command(
        bridge.switch, "load-filter-prog", "br0", "1", str(programs.example("unsafe"))
    )
    assert refused.code == 1
    for part in ("reason:", "where:", "state:", "advice:", "unsafe.c:"):
        assert part in refused.stderr, refused
    assert "Traceback" not in refused.stderr
