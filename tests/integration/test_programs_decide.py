"""Programs decide: which packets a rule with filter_prog matches, and what is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from harness import packets
from harness.network import Net
from harness.programs import Programs, load, program_statistics
from scapy.utils import wrpcap

from oko_build.lab import Bridge, Switch, wait_until

# More than a batch, and few enough for any queue on the way.
BURST = 256


def test_a_program_that_accepts_all_packets(net: Net, programs: Programs) -> None:
    load(net.bridge, 1, programs.example("accept-all"))
    net.bridge.add_flows("priority=1,in_port=1,filter_prog=1,actions=output:2")
    sent, inbox = packets.udp_stream(BURST), net.bob.wire()
    net.alice.wire().send(sent)
    assert inbox.receive(BURST) == sent
    assert program_statistics(net.bridge, 1) == (BURST, BURST)


def test_a_program_that_accepts_no_packet(net: Net, programs: Programs) -> None:
    load(net.bridge, 1, programs.build("count", RESULT=0))
    net.bridge.add_flows("priority=1,in_port=1,filter_prog=1,actions=output:2")
    inbox = net.bob.wire()
    net.alice.wire().send(packets.udp_stream(BURST))
    wait_until(lambda: program_statistics(net.bridge, 1) == (BURST, 0), "the program to run")
    net.switch.settle()
    assert inbox.drain() == []


def test_any_result_but_zero_is_a_match(net: Net, programs: Programs) -> None:
    load(net.bridge, 1, programs.build("count", RESULT="(1ULL << 63)"))
    net.bridge.add_flows("in_port=1,filter_prog=1,actions=output:2")
    inbox = net.bob.wire()
    net.alice.wire().send([packets.udp()])
    assert inbox.receive(1) == [packets.udp()]


def test_programs_get_the_length_of_the_packet(net: Net, programs: Programs) -> None:
    """The original passed 8 whatever the packet."""
    load(net.bridge, 1, programs.build("long_packets", BYTES=200))
    net.bridge.add_flows("in_port=1,filter_prog=1,actions=output:2")
    inbox = net.bob.wire()
    sizes = [60, 199, 200, 201, 1514]
    net.alice.wire().send([packets.udp(size=size) for size in sizes])
    assert [len(frame) for frame in inbox.receive(3)] == [200, 201, 1514]
    assert program_statistics(net.bridge, 1) == (5, 3)
    assert inbox.drain() == []


def test_rule_counters_match_the_packets_sent(net: Net, programs: Programs) -> None:
    load(net.bridge, 1, programs.payload(1, mask=1))
    net.add_host("carol")
    net.bridge.add_flows(
        "priority=2,in_port=1,filter_prog=1,actions=output:2",
        "priority=1,in_port=1,actions=output:3",
    )
    inbox, others = net.bob.wire(), net.bridge.hosts[2].wire()
    wire = net.alice.wire()
    for first in range(0, 3 * BURST, BURST):
        wire.send(packets.udp_stream(BURST, first=first))
        inbox.receive(BURST // 2)
        others.receive(BURST // 2)
    wire.send([packets.udp(data=b"\0\0\0\0")] * 7)
    others.receive(7)

    odd, even = 3 * BURST // 2, 3 * BURST // 2 + 7

    def counted() -> bool:
        return (net.bridge.packets("filter_prog=1"), net.bridge.packets("output:3")) == (odd, even)

    wait_until(counted, lambda: f"{odd} and {even} packets, got:\n" + "\n".join(net.bridge.flows()))
    assert program_statistics(net.bridge, 1) == (odd + even, odd)


def test_several_programs_in_a_table_by_priority(net: Net, programs: Programs) -> None:
    """Numbers 3, 7, 11, ... match both programs: the rule of higher priority gets them."""
    carol, dave = net.add_host("carol"), net.add_host("dave")
    load(net.bridge, 1, programs.payload(3, mask=3))
    load(net.bridge, 2, programs.payload(1, mask=1))
    net.bridge.add_flows(
        "priority=30,in_port=1,filter_prog=1,actions=output:2",
        "priority=20,in_port=1,filter_prog=2,actions=output:3",
        "priority=10,in_port=1,actions=output:4",
    )
    inboxes = [host.wire() for host in (net.bob, carol, dave)]
    net.alice.wire().send(packets.udp_stream(BURST))
    fourth = BURST // 4
    to_bob, to_carol, to_dave = (
        [packets.payload(frame) for frame in inbox.receive(count)]
        for inbox, count in zip(inboxes, (fourth, fourth, 2 * fourth), strict=True)
    )
    assert sorted(to_bob) == list(range(3, BURST, 4))
    assert sorted(to_carol) == list(range(1, BURST, 4))
    assert sorted(to_dave) == list(range(0, BURST, 2))
    # Who was decided by the first program was not seen by the second.
    assert program_statistics(net.bridge, 1) == (BURST, fourth)
    assert program_statistics(net.bridge, 2) == (BURST - fourth, fourth)


def test_same_match_and_priority_with_different_programs(net: Net, programs: Programs) -> None:
    """They are rules of their own: the original let one overwrite the other."""
    carol, dave = net.add_host("carol"), net.add_host("dave")
    load(net.bridge, 1, programs.payload(0, mask=3))
    load(net.bridge, 2, programs.payload(1, mask=3))
    net.bridge.add_flows(
        "priority=5,in_port=1,filter_prog=1,actions=output:2",
        "priority=5,in_port=1,filter_prog=2,actions=output:3",
        "priority=5,in_port=1,actions=output:4",
    )
    assert len(net.bridge.flows()) == 3
    inboxes = [host.wire() for host in (net.bob, carol, dave)]
    net.alice.wire().send(packets.udp_stream(BURST))
    fourth = BURST // 4
    counts = (fourth, fourth, 2 * fourth)
    for inbox, count, rest in zip(inboxes, counts, ({0}, {1}, {2, 3}), strict=True):
        assert {packets.payload(frame) % 4 for frame in inbox.receive(count)} == rest
    net.bridge.ofctl("del-flows", "priority=5,in_port=1,filter_prog=1", "--strict")
    assert [f for f in net.bridge.flows() if "filter_prog=1" in f] == []
    assert len(net.bridge.flows()) == 2


def test_a_program_in_a_later_table(net: Net, programs: Programs) -> None:
    """It sees what the tables before it have made of the packet."""
    load(net.bridge, 1, programs.build("long_packets", BYTES=64))
    net.bridge.add_flows(
        "table=0,in_port=1,udp,tp_src=1,actions=mod_vlan_vid:5,resubmit(,1)",
        "table=0,in_port=1,udp,tp_src=2,actions=resubmit(,1)",
        "table=1,priority=2,filter_prog=1,actions=output:2",
        "table=1,priority=1,actions=drop",
    )
    inbox = net.bob.wire()
    # With a VLAN tag, 60 bytes become 64.
    net.alice.wire().send([packets.udp(sport=2), packets.udp(sport=1)])
    (frame,) = inbox.receive(1)
    assert packets.Ether(frame)[packets.UDP].sport == 1
    wait_until(lambda: net.bridge.packets("priority=1 actions=drop") == 1, "a dropped packet")


def test_goto_table_then_a_program(net: Net, programs: Programs) -> None:
    load(net.bridge, 1, programs.payload(1, mask=1))
    for flow in (
        "table=0,in_port=1,actions=goto_table:7",
        "table=7,priority=2,filter_prog=1,actions=output:2",
        "table=7,priority=1,actions=drop",
    ):
        net.bridge.ofctl("add-flow", flow, "-O", "OpenFlow13")
    inbox = net.bob.wire()
    net.alice.wire().send(packets.udp_stream(BURST))
    assert [packets.payload(frame) for frame in inbox.receive(BURST // 2)] == list(
        range(1, BURST, 2)
    )
    wait_until(lambda: net.bridge.packets("actions=drop") == BURST // 2, "the rest to be dropped")


def test_a_thousand_rules_with_programs(net: Net, programs: Programs) -> None:
    """The original had room for 255 in a bridge."""
    count = 1000
    load(net.bridge, 1, programs.payload(1, mask=1))
    load(net.bridge, 2, programs.payload(0, mask=1))
    net.bridge.add_flows(
        # Half of them name the program that matches the one packet that they are for.
        *(
            f"in_port=1,udp,tp_src={1024 + n},filter_prog={1 + (n >> 1) % 2},actions=output:2"
            for n in range(count)
        )
    )
    inbox, wire = net.bob.wire(), net.alice.wire()
    wanted = [n for n in range(count) if n % 2 == 1 - (n >> 1) % 2]
    got: list[int] = []
    for first in range(0, count, 100):
        wire.send(packets.udp_stream(100, first=first))
        got += map(packets.payload, inbox.receive(sum(first <= n < first + 100 for n in wanted)))
    assert sorted(got) == wanted
    assert net.bridge.packets("tp_src=1025 ") == 1
    assert net.bridge.packets("tp_src=1024 ") == 0


def test_bridges_have_programs_of_their_own(
    switch: Switch, net: Net, programs: Programs
) -> None:
    """Program 1 of br0 and program 1 of br1 differ, though one datapath serves both bridges."""
    second = switch.add_bridge("br1")
    carol = second.add_host("carol", "10.0.0.3")
    near, far = net.bridge.add_patch(second)
    load(net.bridge, 1, programs.payload(0, mask=1))
    load(second, 1, programs.payload(0, mask=2))
    net.bridge.add_flows(
        f"priority=2,in_port=1,filter_prog=1,actions=output:{near}",
        "priority=1,in_port=1,actions=output:2",
    )
    second.add_flows(
        f"priority=2,in_port={far},filter_prog=1,actions=output:{carol.port}",
        f"priority=1,in_port={far},actions=drop",
    )
    to_bob, to_carol = net.bob.wire(), carol.wire()
    net.alice.wire().send(packets.udp_stream(BURST))
    assert {packets.payload(f) % 2 for f in to_bob.receive(BURST // 2)} == {1}
    assert {packets.payload(f) % 4 for f in to_carol.receive(BURST // 4)} == {0}
    assert program_statistics(net.bridge, 1) == (BURST, BURST // 2)
    assert program_statistics(second, 1) == (BURST // 2, BURST // 4)


def test_no_verdict_is_swapped_between_packets_of_many_flows(
    net: Net, programs: Programs
) -> None:
    """8,192 flows at once, far more than the caches hold entries for in a batch.

    In the original, 12 of 100 packets got the verdict of another one.
    """
    _send_many_flows(net, programs, "in_port=1")


def test_no_verdict_is_swapped_while_megaflows_are_set_up(net: Net, programs: Programs) -> None:
    """As above, but each flow needs megaflows of its own, that is, goes to the slow path first.

    4,096 flows, because the datapath keeps no more than 10,000 megaflows.
    """
    net.bridge.add_flows(
        "in_port=1,udp,actions=move:NXM_OF_UDP_SRC[]->NXM_NX_REG0[0..15],resubmit(,1)"
    )
    _send_many_flows(net, programs, "table=1,in_port=1,udp", count=4096)


def test_no_verdict_is_swapped_while_megaflows_are_flushed(net: Net, programs: Programs) -> None:
    """A datapath flow that is gone must leave no verdict behind."""
    flushes = 0

    def flush() -> None:
        nonlocal flushes
        net.switch.appctl("revalidator/purge")
        flushes += 1

    _send_many_flows(net, programs, "in_port=1", count=4096, between=flush)
    assert flushes == 2 * 4096 // BURST


def _send_many_flows(
    net: Net,
    programs: Programs,
    match: str,
    *,
    count: int = 8192,
    between: Callable[[], None] = lambda: None,
) -> None:
    carol = net.add_host("carol")
    load(net.bridge, 1, programs.payload(1, mask=1))
    net.bridge.add_flows(
        f"priority=2,{match},filter_prog=1,actions=output:2",
        f"priority=1,{match},actions=output:3",
    )
    odd, even, wire = net.bob.wire(), carol.wire(), net.alice.wire()
    frames = packets.udp_stream(count)
    for _round in range(2):  # first with cold caches, then with what they hold
        got_odd: list[int] = []
        got_even: list[int] = []
        for first in range(0, count, BURST):
            wire.send(frames[first : first + BURST])
            between()
            got_odd += map(packets.payload, odd.receive(BURST // 2))
            got_even += map(packets.payload, even.receive(BURST // 2))
        assert Counter(got_odd) == Counter(range(1, count, 2))
        assert Counter(got_even) == Counter(range(0, count, 2))
    assert program_statistics(net.bridge, 1) == (2 * count, count)


def test_traffic_from_a_pcap_source_is_split_by_a_program(
    bridge: Bridge, programs: Programs, tmp_path: Path
) -> None:
    """At full speed: 1,000 flows from a file; one packet in four matches."""
    frames = packets.udp_stream(1000)
    wrpcap(str(tmp_path / "in.pcap"), frames)
    source = bridge.add_dpdk_port("net_pcap", f"rx_pcap={tmp_path}/in.pcap,infinite_rx=1")
    matched, rest = (bridge.add_dpdk_port("net_null", "no-rx=1") for _ in range(2))
    load(bridge, 1, programs.payload(0, mask=3))
    bridge.add_flows(
        f"priority=2,in_port={source},filter_prog=1,actions=output:{matched}",
        f"priority=1,in_port={source},actions=output:{rest}",
    )
    wait_until(lambda: matched.statistics()["tx_pkts"] > 100_000, "100,000 packets", timeout=60)
    bridge.switch.vsctl("del-port", bridge.name, source.name)
    to_matched, to_rest = (port.statistics()["tx_pkts"] for port in (matched, rest))
    # Whole rounds of the file, but for the one that the end cut off.
    assert abs(3 * to_matched - to_rest) <= len(frames)
