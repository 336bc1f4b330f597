"""The library over ovs-ofctl: what it runs, what it makes of the answers.

A fake executable records the command lines; that the real one takes them is for tests/integration.
"""

import os
import stat
from pathlib import Path

import pytest
from oko_fake import EXECUTABLE, FIXTURES, FakeOfctl

import oko_py
from oko_py import (
    BadArgument,
    BadKey,
    BadValue,
    BridgeNotFound,
    CommandError,
    CommandNotFound,
    CommandTimeout,
    KeyExists,
    KeyNotFound,
    MapFull,
    MapIncompatible,
    MapNotFound,
    NotAnOko,
    ObjectFileError,
    ParseError,
    ProgramExists,
    ProgramInUse,
    ProgramLosesMaps,
    ProgramNotFound,
    ProgramOverLimit,
    ProgramRejected,
    elf,
)
from oko_py.ofctl import Bridge

EXAMPLES = Path(__file__).parents[2] / "examples" / "bpf"
KEY = bytes([172, 16, 0, 14])


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeOfctl:
    home = tmp_path / "fake"
    home.mkdir()
    monkeypatch.setenv("FAKE_OFCTL", str(home))
    return FakeOfctl(home)


@pytest.fixture
def bridge(fake: FakeOfctl) -> Bridge:
    return Bridge("br0", ovs_ofctl=EXECUTABLE)


@pytest.fixture(scope="module")
def firewall(tmp_path_factory: pytest.TempPathFactory) -> elf.Spec:
    source = EXAMPLES / "stateless-firewall" / "stateless-firewall.c"
    return elf.load(oko_py.compile(source, tmp_path_factory.mktemp("obj") / "fw.o"))


# Programs.


def test_nothing_runs_before_it_is_needed(fake: FakeOfctl, bridge: Bridge) -> None:
    assert repr(bridge) == "Bridge('br0')"
    assert fake.calls == []


def test_load_a_spec(fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec) -> None:
    fake.fixture("dump-filter-progs", "two")
    program = bridge.programs.load(1, firewall)
    assert fake.calls[0] == {
        "options": [],
        "command": "load-filter-prog",
        "args": ["br0", "1", "-"],
        "stdin": firewall.data.hex(),
    }
    assert fake.commands("dump-filter-progs") == [["br0", "1"]]
    assert (program.id, program.name, program.tag) == (1, "entry", "a0b1c2d3e4f50617")
    assert program.spec is firewall
    assert program.maps["lookup_table"].typed
    assert fake.commands("save-filter-prog") == []  # Knows the object already.


def test_load_a_path_and_bytes(
    fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec, tmp_path: Path
) -> None:
    fake.fixture("dump-filter-progs", "two")
    bridge.programs.load(1, firewall.path, replace=True, keep_maps=True)
    bridge.programs.load(1, firewall.data, log_file=tmp_path / "log")
    first, second = (call for call in fake.calls if call["command"] == "load-filter-prog")
    assert first["options"] == ["--replace", "--keep-maps"]
    assert first["args"] == ["br0", "1", firewall.path]
    assert first["stdin"] == ""
    assert second["options"] == [f"--verifier-log={tmp_path / 'log'}"]
    assert second["args"] == ["br0", "1", "-"]
    assert second["stdin"] == firewall.data.hex()


def test_the_switch_judges_what_we_cannot_read(fake: FakeOfctl, bridge: Bridge) -> None:
    fake.fixture("dump-filter-progs", "two")
    assert bridge.programs.load(1, b"not ELF").name == "entry"
    fake.fixture("load-filter-prog", "bad-object")
    with pytest.raises(ObjectFileError, match="file is empty"):
        bridge.programs.load(1, b"not ELF")


def test_missing_file(fake: FakeOfctl, bridge: Bridge, tmp_path: Path) -> None:
    with pytest.raises(ObjectFileError, match=r"none\.o: No such file"):
        bridge.programs.load(1, tmp_path / "none.o")
    assert fake.calls == []


def test_refusal_in_four_parts_with_log(
    fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec, tmp_path: Path
) -> None:
    text = (FIXTURES / "load-filter-prog" / "refused.txt").read_text()
    fake.answer("load-filter-prog", stderr=text, status=1, log="0: r0 = 0\n1: ...\n")
    with pytest.raises(ProgramRejected) as caught:
        bridge.programs.load(1, firewall, log_file=tmp_path / "log")
    error = caught.value
    assert error.reason == (
        "read of 4 bytes at offset 30 of the packet, of which 0 bytes are known to exist here"
    )
    assert error.insn == 2
    assert error.source_line == (
        "./examples/bpf/unsafe/unsafe.c:31: return ip->dst == IPV4_ADDR(172, 16, 0, 14);"
    )
    assert error.log == "0: r0 = 0\n1: ...\n"
    assert error.returncode == 1
    assert error.argv[-4:] == ("load-filter-prog", "br0", "1", "-")
    assert "load-filter-prog br0 1 -" in error.command
    lines = str(error).splitlines()
    assert [line.split(":")[0] for line in lines if not line.startswith("  ")] == [
        "br0",
        "reason",
        "where",
        "state",
        "advice",
    ]


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("over-limit", ProgramOverLimit),
        ("loses-maps", ProgramLosesMaps),
        ("exists", ProgramExists),
        ("no-bridge", BridgeNotFound),
        ("stock-ofctl", NotAnOko),
        ("stock-switch", NotAnOko),
    ],
)
def test_other_refusals(
    fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec, case: str, kind: type[CommandError]
) -> None:
    fake.fixture("load-filter-prog", case)
    with pytest.raises(kind) as caught:
        bridge.programs.load(1, firewall)
    assert caught.value.stderr


def test_programs_are_a_mapping(fake: FakeOfctl, bridge: Bridge) -> None:
    fake.fixture("dump-filter-progs", "two")
    assert list(bridge.programs) == [1, 4294967294]
    assert len(bridge.programs) == 2
    assert bridge.programs[4294967294].info.jited_size == 412
    assert 1 in bridge.programs
    assert 5 not in bridge.programs
    with pytest.raises(ProgramNotFound, match="no filter program 5"):
        bridge.programs[5]
    shown = bridge.programs[1].to_dict()
    assert shown["run_cnt"] == 10
    assert shown["map_ids"] == [0]


@pytest.mark.parametrize("number", [0, -1, 0xFFFFFFFF])
def test_numbers_that_no_program_can_have(
    fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec, number: int
) -> None:
    for call in (
        lambda: bridge.programs.load(number, firewall),
        lambda: bridge.programs.unload(number),
        lambda: bridge.programs[number],
        lambda: bridge.programs.save(number),
    ):
        with pytest.raises(BadArgument, match="1 to 4294967294"):
            call()
    assert fake.calls == []


def test_replace_needs_a_program(fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec) -> None:
    fake.fixture("dump-filter-progs", "two")
    with pytest.raises(ProgramNotFound):
        bridge.programs.replace(2, firewall)
    assert fake.commands("load-filter-prog") == []
    bridge.programs.replace(1, firewall)
    (call,) = (call for call in fake.calls if call["command"] == "load-filter-prog")
    assert call["options"] == ["--replace", "--keep-maps"]
    with pytest.raises(BadArgument, match="only with replace"):
        bridge.programs.load(1, firewall, keep_maps=True)
    with pytest.raises(BadArgument, match="only with replace"):
        bridge.programs.load(1, firewall, lose_maps=True)


def test_unload(fake: FakeOfctl, bridge: Bridge) -> None:
    bridge.programs.unload(1)
    bridge.programs.unload(2, force=True)
    bridge.programs.unload_all()
    assert [(call["options"], call["args"]) for call in fake.calls] == [
        ([], ["br0", "1"]),
        (["--force"], ["br0", "2"]),
        ([], ["br0", "all"]),
    ]
    fake.fixture("unload-filter-prog", "in-use")
    with pytest.raises(ProgramInUse, match=r"2 flow\(s\)"):
        bridge.programs.unload(1)
    fake.fixture("unload-filter-prog", "unknown")
    with pytest.raises(KeyError):
        bridge.programs.unload(7)


# Maps.


def dump(*entries: tuple[bytes, bytes]) -> str:
    lines = [f"The map contains {len(entries)} element(s)"]
    for key, value in entries:
        lines += [f"Key: {key.hex(' ')}", f"Value: {value.hex(' ')}"]
    return "\n".join(lines) + "\n"


def test_types_come_from_the_switch(fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec) -> None:
    fake.fixture("dump-filter-progs", "two")
    fake.answer("save-filter-prog", file=firewall.data)
    fake.answer("dump-map", stdout=dump((KEY, b"\1\0\0\0"), (b"\1\2\3\4", b"\7\0\0\0")))
    table = bridge.programs[1].maps["lookup_table"]
    assert dict(table.items()) == {"172.16.0.14": "DROP", "1.2.3.4": 7}
    assert fake.commands("dump-map") == [["br0", "1", "0", "hex"]]
    assert dict(table) == dict(table.items())
    assert list(table) == ["172.16.0.14", "1.2.3.4"]
    assert list(table.values()) == ["DROP", 7]
    assert table["172.16.0.14"] == table.lookup(KEY) == "DROP"
    assert "1.2.3.4" in table
    assert "1.2.3.5" not in table
    n_dumps = len(fake.commands("dump-map"))
    assert len(table) == 1      # As the description of the map says.
    assert len(fake.commands("dump-map")) == n_dumps
    with pytest.raises(KeyNotFound, match=r"no key 1\.2\.3\.5"):
        table["1.2.3.5"]
    bridge.programs[1].maps["lookup_table"].lookup(KEY)
    assert len(fake.commands("save-filter-prog")) == 1  # Once for a load.
    assert table.to_dict()["key_type"] == "ipv4_addr"


@pytest.mark.parametrize("answer", [{"file": b"broken"}, {"status": 1, "stderr": "x"}])
def test_without_types_there_are_bytes(
    fake: FakeOfctl, bridge: Bridge, answer: dict[str, object]
) -> None:
    fake.fixture("dump-filter-progs", "two")
    if "status" in answer:
        answer["stderr"] = "ovs-ofctl: unknown command 'save-filter-prog'; use --help for help"
    fake.answer("save-filter-prog", **answer)
    fake.answer("dump-map", stdout=dump((KEY, b"\1\0\0\0")))
    table = bridge.programs[1].maps["lookup_table"]
    assert not table.typed
    assert dict(table.items()) == {KEY: b"\1\0\0\0"}
    with pytest.raises(BadKey, match="the type is not known") as caught:
        table["172.16.0.14"] = b"\1\0\0\0"
    assert caught.value.expected.startswith("4 bytes")
    assert fake.commands("update-map") == []


def test_types_of_another_map_are_not_taken(
    fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec
) -> None:
    text = (FIXTURES / "dump-filter-progs" / "two.txt").read_text()
    fake.answer("dump-filter-progs", stdout=text.replace("value_size=4", "value_size=8", 1))
    fake.answer("save-filter-prog", file=firewall.data)
    assert not bridge.programs[1].maps["lookup_table"].typed


def test_update(fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec) -> None:
    fake.fixture("dump-filter-progs", "two")
    table = bridge.programs.load(1, firewall).maps["lookup_table"]
    table["172.16.0.14"] = "DROP"
    table.update(KEY, 0, flag="noexist")
    table.update({"1.2.3.4": "PASS", "1.2.3.5": "DROP"})
    assert fake.lines("update-map") == [
        "br0 1 0 key 172 16 0 14 value 1 0 0 0",
        "br0 1 0 key 172 16 0 14 value 0 0 0 0 noexist",
        "br0 1 0 key 1 2 3 4 value 0 0 0 0 key 1 2 3 5 value 1 0 0 0",
    ]


def test_update_of_many_is_split_and_checked_first(
    fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec
) -> None:
    fake.fixture("dump-filter-progs", "two")
    table = bridge.programs.load(1, firewall).maps["lookup_table"]
    table.update_many((number, "DROP") for number in range(5000))
    sizes = [args.count("key") for args in fake.commands("update-map")]
    assert sizes == [2048, 2048, 904]
    with pytest.raises(BadValue, match="expected one of PASS, DROP"):
        table.update_many([("1.2.3.4", "DROP"), ("1.2.3.5", "drop")])
    with pytest.raises(BadArgument, match="noexist"):
        table.update("1.2.3.4", "DROP", flag="maybe")  # type: ignore[arg-type]
    assert len(fake.commands("update-map")) == 3


def test_delete_and_clear(fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec) -> None:
    fake.fixture("dump-filter-progs", "two")
    table = bridge.programs.load(1, firewall).maps["lookup_table"]
    del table["172.16.0.14"]
    table.clear()
    assert fake.lines("del-map-entry") == ["br0 1 0 key 172 16 0 14"]
    assert fake.commands("clear-map") == [["br0", "1", "0"]]


@pytest.mark.parametrize(
    ("stderr", "kind"),
    [
        ('map "t" of filter program 1: map is full, it has room for 128 entries', MapFull),
        ('map "t" of filter program 1: Text. (OKO_ENTRY_EXISTS)', KeyExists),
        ('map "t" of filter program 1: Text. (OKO_NO_ENTRY)', KeyNotFound),
        ('map "t" of filter program 1: Text. (OKO_READ_ONLY)', MapIncompatible),
        ('map "t" of filter program 1: Text. (OKO_UNSUPPORTED_MAP_OP)', MapIncompatible),
        ('map "t" of filter program 1: Text. (OKO_BAD_KEY)', BadKey),
        ('map "t" of filter program 1: value is 3 bytes, expected 4', CommandError),
        ('br0: filter program 1 has no map "9": it has 1 map(s)', MapNotFound),
        ("br0: there is no filter program 1", ProgramNotFound),
    ],
)
def test_errors_of_maps(
    fake: FakeOfctl,
    bridge: Bridge,
    firewall: elf.Spec,
    stderr: str,
    kind: type[oko_py.OkoError],
) -> None:
    fake.fixture("dump-filter-progs", "two")
    table = bridge.programs.load(1, firewall).maps["lookup_table"]
    fake.answer("update-map", stderr=f"ovs-ofctl: {stderr}\n", status=1)
    with pytest.raises(kind) as caught:
        table["172.16.0.14"] = "DROP"
    assert type(caught.value) is kind
    assert str(caught.value) == stderr


def test_maps_by_name_and_index(fake: FakeOfctl, bridge: Bridge) -> None:
    fake.fixture("dump-filter-progs", "two")
    maps = bridge.programs[4294967294].maps
    assert list(maps) == ["limits", "seen", ".rodata"]
    assert maps[1].name == "seen"
    assert maps[".rodata"].info.read_only
    for missing in ("lookup_table", 3):
        with pytest.raises(MapNotFound, match=r"it has: limits, seen, \.rodata"):
            maps[missing]


def test_array_and_sketch(fake: FakeOfctl, bridge: Bridge) -> None:
    fake.fixture("dump-filter-progs", "two")
    fake.answer("save-filter-prog", file=b"")
    maps = bridge.programs[4294967294].maps
    fake.answer("dump-map", stdout=dump((bytes(4), bytes(8))))
    assert dict(maps["limits"].items()) == {0: bytes(8)}  # An index needs no BTF.
    fake.answer("dump-map", stdout=dump((bytes(4), bytes(2)), (b"\1\0\0\0", bytes(2))))
    assert maps["seen"].dump() == [(bytes(4), bytes(2)), (b"\1\0\0\0", bytes(2))]
    with pytest.raises(MapIncompatible, match="bloom"):
        maps["seen"].lookup(bytes(4))
    maps["seen"].update(b"abcd", b"")  # No value, no word for it.
    assert fake.lines("update-map") == ["br0 4294967294 1 key 97 98 99 100"]


def test_sizes_that_do_not_fit(fake: FakeOfctl, bridge: Bridge, firewall: elf.Spec) -> None:
    fake.fixture("dump-filter-progs", "two")
    fake.answer("dump-map", stdout=dump((KEY, b"\1")))
    table = bridge.programs.load(1, firewall).maps["lookup_table"]
    with pytest.raises(ParseError, match=r"expected 4 \+ 4 bytes"):
        table.dump()


# Flows.


def test_add_flow(fake: FakeOfctl, bridge: Bridge) -> None:
    bridge.flows.add(priority=1, in_port=1, filter_prog=1, actions="output:2")
    bridge.flows.add("in_port=1,filter_prog=1,actions=output:2", priority=7)
    bridge.flows.add("in_port=2,", tcp=True, udp=False, actions="drop")
    assert fake.commands("add-flow") == [
        ["br0", "priority=1,in_port=1,filter_prog=1,actions=output:2"],
        ["br0", "priority=7,in_port=1,filter_prog=1,actions=output:2"],
        ["br0", "in_port=2,tcp,actions=drop"],
    ]
    fake.fixture("add-flow", "unknown-program")
    with pytest.raises(ProgramNotFound) as caught:
        bridge.flows.add(filter_prog=9, actions="drop")
    assert caught.value.name == "OKO_UNKNOWN_PROG"
    assert (caught.value.type, caught.value.code) == ("OKO", "UNKNOWN_PROG")


def test_flows_that_are_wrong_beforehand(fake: FakeOfctl, bridge: Bridge) -> None:
    with pytest.raises(BadArgument, match="expected actions"):
        bridge.flows.add(in_port=1)
    with pytest.raises(BadArgument, match="on one line"):
        bridge.flows.add(in_port="1\nin_port=2", actions="drop")
    with pytest.raises(BadArgument, match="call clear"):
        bridge.flows.delete()
    assert fake.calls == []


def test_delete_flows(fake: FakeOfctl, bridge: Bridge) -> None:
    bridge.flows.delete(filter_prog=1)
    bridge.flows.delete("in_port=1,priority=2", strict=True)
    bridge.flows.clear()
    assert [(call["options"], call["args"]) for call in fake.calls] == [
        ([], ["br0", "filter_prog=1"]),
        (["--strict"], ["br0", "in_port=1,priority=2"]),
        ([], ["br0"]),
    ]


def test_dump_flows(fake: FakeOfctl, bridge: Bridge) -> None:
    fake.fixture("dump-flows", "filter-prog")
    first, second = bridge.flows
    assert (first.match["filter_prog"], first.n_packets, first.actions) == (1, 3, "output:2")
    assert second.flags == ("send_flow_rem",)
    bridge.flows.dump(filter_prog=1)
    assert fake.commands("dump-flows") == [["br0"], ["br0", "filter_prog=1"]]


# The process.


def test_error_in_place_of_statistics(fake: FakeOfctl, bridge: Bridge) -> None:
    fake.answer("dump-flows", stdout="OFPT_ERROR (xid=0x2): OFPBRC_EPERM\n")
    with pytest.raises(oko_py.OpenFlowError) as caught:
        bridge.flows.dump()
    assert caught.value.name == "OFPBRC_EPERM"


def test_protocol_and_strange_names(fake: FakeOfctl) -> None:
    strange = Bridge("--help", ovs_ofctl=EXECUTABLE, protocol="OpenFlow13")
    fake.fixture("dump-flows", "none")
    assert strange.flows.dump() == []
    (call,) = fake.calls
    assert call["options"] == ["--protocols=OpenFlow13"]
    assert call["args"] == ["--help"]  # Behind "--": no option.
    with pytest.raises(BadArgument):
        Bridge("")


def test_timeout(fake: FakeOfctl) -> None:
    fake.answer("dump-flows", sleep=30)
    with pytest.raises(CommandTimeout, match=r"did not end within 0\.3 s") as caught:
        Bridge("br0", ovs_ofctl=EXECUTABLE, timeout=0.3).flows.dump()
    assert caught.value.timeout == 0.3


def test_no_such_executable(tmp_path: Path) -> None:
    with pytest.raises(CommandNotFound, match="inv build"):
        Bridge("br0", ovs_ofctl=tmp_path / "none").flows.dump()
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF")
    broken.chmod(stat.S_IRWXU)
    with pytest.raises(CommandNotFound, match="can't run it"):
        Bridge("br0", ovs_ofctl=broken).flows.dump()


def test_output_that_is_no_text(fake: FakeOfctl, bridge: Bridge, tmp_path: Path) -> None:
    script = tmp_path / "ofctl"
    script.write_text("#!/bin/sh\nprintf 'ovs-ofctl: \\377 bad\\n' >&2\nexit 1\n")
    script.chmod(stat.S_IRWXU)
    with pytest.raises(CommandError, match="bad"):
        Bridge("br0", ovs_ofctl=os.fspath(script)).flows.dump()


def test_features(fake: FakeOfctl, bridge: Bridge) -> None:
    fake.answer("version", stdout="ovs-ofctl (Open vSwitch) 3.1.0\nOpenFlow versions 0x1:0x6\n")
    fake.fixture("dump-filter-progs", "none")
    features = bridge.features()
    assert features.ofctl_version == "ovs-ofctl (Open vSwitch) 3.1.0"
    assert features.filter_programs
    fake.answer(
        "dump-filter-progs",
        stderr="ovs-ofctl: unknown command 'dump-filter-progs'; use --help for help\n",
        status=1,
    )
    features = bridge.features()
    assert not features.filter_programs
    assert features.reason is not None
    assert "stock Open vSwitch" in features.reason
