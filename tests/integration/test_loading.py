"""The life of a program in a bridge: load, list, replace, unload."""

from __future__ import annotations

import re
from pathlib import Path

from harness import packets
from harness.network import Expectations, Net
from harness.programs import (
    Programs,
    dump_map,
    load,
    program_statistics,
    try_load,
    update_map,
)
from scapy.utils import wrpcap

from oko_build.lab import Bridge, Switch, wait_until


def numbers(bridge: Bridge) -> list[int]:
    """Return the numbers of the programs in *bridge*."""
    found = re.findall(r"^ filter_prog=(\d+),", bridge.ofctl("dump-filter-progs"), re.MULTILINE)
    return [int(number) for number in found]


def test_load_list_unload(bridge: Bridge, programs: Programs) -> None:
    assert numbers(bridge) == []
    load(bridge, 7, programs.example("stateless-firewall"))
    load(bridge, 4294967294, programs.build("long_packets", BYTES=100))
    load(bridge, 1, programs.example("accept-all"))
    assert numbers(bridge) == [1, 7, 4294967294]
    assert "lookup_table" in bridge.ofctl("dump-filter-progs", "7")
    assert "long_packets" in bridge.ofctl("dump-filter-progs", "4294967294")
    bridge.ofctl("unload-filter-prog", "7")
    assert numbers(bridge) == [1, 4294967294]
    bridge.ofctl("unload-filter-prog", "all")
    assert numbers(bridge) == []


def test_load_from_standard_input(bridge: Bridge, programs: Programs) -> None:
    program = programs.example("accept-all").read_bytes()
    bridge.ofctl("load-filter-prog", "1", "-", stdin=program)
    assert numbers(bridge) == [1]


def test_an_object_of_many_messages(net: Net, programs: Programs) -> None:
    """70 to 1,000 kB: the original's were limited to one message of 64 KiB."""
    for number, size in enumerate((70_000, 200_000, 1_000_000), 1):
        program = programs.build("bulky", BYTES=size)
        assert program.stat().st_size > size
        load(net.bridge, number, program)
    net.bridge.add_flows("in_port=1,filter_prog=3,actions=output:2")
    inbox = net.bob.wire()
    net.alice.wire().send([packets.udp()])
    assert inbox.receive(1) == [packets.udp()]


def test_a_program_is_loaded_twice(passers_by: Net, programs: Programs) -> None:
    """Without --replace the second is refused, and the first stays."""
    bridge = passers_by.bridge
    load(bridge, 1, programs.payload(5))
    before = bridge.ofctl("dump-filter-progs", "1")
    result = try_load(bridge, 1, programs.example("accept-all"))
    assert not result.ok
    assert "there is a filter program 1 already" in result.stderr, result
    assert "--replace" in result.stderr, result
    assert bridge.ofctl("dump-filter-progs", "1") == before


def test_a_program_in_use_is_not_unloaded(passers_by: Net, programs: Programs) -> None:
    bridge = passers_by.bridge
    load(bridge, 1, programs.example("accept-all"))
    bridge.add_flows("priority=5,in_port=1,filter_prog=1,actions=output:2")
    for which in ("1", "all"):
        result = bridge.try_ofctl("unload-filter-prog", which)
        assert not result.ok
        assert re.search(r"in.use", result.stderr, re.IGNORECASE), result
    assert numbers(bridge) == [1]
    inbox = passers_by.bob.wire()
    passers_by.alice.wire().send([packets.udp()])
    inbox.receive(1, wanted=lambda frame: frame == packets.udp())


def test_force_unloads_a_program_with_its_flows(passers_by: Net, programs: Programs) -> None:
    bridge = passers_by.bridge
    load(bridge, 1, programs.example("accept-all"))
    bridge.add_flows(
        "priority=5,in_port=1,udp,filter_prog=1,actions=output:2",
        "priority=4,in_port=1,udp,actions=drop",
    )
    bridge.ofctl("unload-filter-prog", "1", "--force")
    assert numbers(bridge) == []
    assert [flow for flow in bridge.flows() if "filter_prog" in flow] == []
    assert [flow for flow in bridge.flows() if "priority=4" in flow]


def test_unload_after_its_last_flow_is_gone(bridge: Bridge, programs: Programs) -> None:
    load(bridge, 1, programs.example("accept-all"))
    bridge.add_flows("filter_prog=1,actions=drop")
    bridge.ofctl("del-flows", "filter_prog=1")
    bridge.ofctl("unload-filter-prog", "1")
    load(bridge, 1, programs.payload(1))


def test_a_bridge_is_deleted_with_a_program_in_use(
    switch: Switch, passers_by: Net, programs: Programs
) -> None:
    """The original crashed."""
    second = switch.add_bridge("br1")
    carol, dave = second.add_host("carol"), second.add_host("dave")
    load(second, 1, programs.example("accept-all"))
    load(second, 2, programs.example("stateless-firewall"))
    second.add_flows("in_port=1,filter_prog=1,actions=output:2", "filter_prog=2,actions=output:1")
    inbox = dave.wire()
    carol.wire().send([packets.udp()] * 10)
    inbox.receive(10)
    switch.del_bridge(second)
    # Nothing of it is left: a bridge of the same name is a new one.
    again = switch.add_bridge("br1")
    assert numbers(again) == []
    load(again, 1, programs.payload(1))


def test_a_bridge_is_deleted_under_traffic(
    switch: Switch,
    passers_by: Net,
    programs: Programs,
    expected_warnings: Expectations,
) -> None:
    # Open vSwitch's own words when a bridge goes whose packets are being recirculated: it says the
    # same of connection tracking.
    expected_warnings.append("recirc_id [0-9]+ left allocated when ofproto .br1. is destructed")
    for _turn in range(5):
        second = switch.add_bridge("br1")
        source = second.add_dpdk_port("net_null")
        sink = second.add_dpdk_port("net_null", "no-rx=1")
        load(second, 1, programs.build("count", RESULT=1))
        second.add_flows(f"in_port={source},filter_prog=1,actions=output:{sink}")
        wait_until(lambda sink=sink: sink.statistics()["tx_pkts"] > 1000, "traffic")
        switch.del_bridge(second)


def test_replace_swaps_the_program_under_its_flows(net: Net, programs: Programs) -> None:
    net.bridge.add_flows("priority=0,actions=drop")
    load(net.bridge, 1, programs.payload(1, mask=1))
    net.bridge.add_flows("priority=5,in_port=1,filter_prog=1,actions=output:2")
    inbox, wire = net.bob.wire(), net.alice.wire()
    wire.send(packets.udp_stream(10))
    assert [packets.payload(frame) for frame in inbox.receive(5)] == [1, 3, 5, 7, 9]
    load(net.bridge, 1, programs.payload(0, mask=1), "--replace")
    wire.send(packets.udp_stream(10))
    assert [packets.payload(frame) for frame in inbox.receive(5)] == [0, 2, 4, 6, 8]


def test_a_bad_replacement_leaves_the_old_program(passers_by: Net, programs: Programs) -> None:
    bridge = passers_by.bridge
    load(bridge, 1, programs.payload(1, mask=1))
    bridge.add_flows("priority=5,in_port=1,udp,filter_prog=1,actions=output:2")
    assert not try_load(bridge, 1, programs.example("unsafe"), "--replace").ok
    inbox = passers_by.bob.wire()
    passers_by.alice.wire().send(packets.udp_stream(4))
    got = inbox.receive(2, wanted=lambda frame: frame[23] == 17)
    assert [packets.payload(frame) for frame in got] == [1, 3]


def test_replace_can_keep_the_maps(bridge: Bridge, programs: Programs) -> None:
    key, value = bytes(4), (9).to_bytes(8, "little")
    load(bridge, 1, programs.build("count", RESULT=0))
    update_map(bridge, 1, "packets", key, value)
    load(bridge, 1, programs.build("count", RESULT=1), "--replace", "--keep-maps")
    assert dump_map(bridge, 1, "packets") == {key: value}
    refused = try_load(bridge, 1, programs.example("stateless-firewall"), "--replace")
    assert not refused.ok
    assert 'map "packets" would lose' in refused.stderr
    assert dump_map(bridge, 1, "packets") == {key: value}
    load(bridge, 1, programs.build("count", RESULT=1), "--replace", "--lose-maps")
    assert dump_map(bridge, 1, "packets") == {key: bytes(8)}


def test_replace_under_traffic(bridge: Bridge, programs: Programs, tmp_path: Path) -> None:
    """Some million packets, each seen by the old or the new program, never by none.

    Both accept all packets and count them in a map that they share.
    """
    wrpcap(str(tmp_path / "in.pcap"), packets.udp_stream(100))
    source = bridge.add_dpdk_port("net_pcap", f"rx_pcap={tmp_path}/in.pcap,infinite_rx=1")
    sink = bridge.add_dpdk_port("net_null", "no-rx=1")
    variants = [programs.build("count", RESULT=result) for result in (1, 2)]
    load(bridge, 1, variants[0])
    bridge.add_flows(
        f"priority=2,in_port={source},filter_prog=1,actions=output:{sink}",
        f"priority=1,in_port={source},actions=drop",
    )
    wait_until(lambda: sink.statistics()["tx_pkts"] > 1000, "traffic")
    for turn in range(50):
        load(bridge, 1, variants[turn % 2], "--replace", "--keep-maps")
    before = sink.statistics()["tx_pkts"]
    wait_until(lambda: sink.statistics()["tx_pkts"] > before + 1000, "traffic after the last one")
    assert bridge.packets("actions=drop") == 0
    # The source ends here; what it sent has been counted.
    bridge.switch.vsctl("del-port", bridge.name, source.name)
    counted = int.from_bytes(dump_map(bridge, 1, "packets")[bytes(4)], "little")
    runs, matches = program_statistics(bridge, 1)
    assert runs == matches == counted == sink.statistics()["tx_pkts"]


def test_unload_and_load_under_traffic(bridge: Bridge, programs: Programs) -> None:
    source = bridge.add_dpdk_port("net_null")
    sink = bridge.add_dpdk_port("net_null", "no-rx=1")
    for _turn in range(20):
        load(bridge, 1, programs.example("stateless-firewall"))
        bridge.add_flows(f"in_port={source},filter_prog=1,actions=output:{sink}")
        before = sink.statistics()["tx_pkts"]
        wait_until(lambda before=before: sink.statistics()["tx_pkts"] > before, "traffic")
        bridge.ofctl("unload-filter-prog", "all", "--force")
    assert numbers(bridge) == []
