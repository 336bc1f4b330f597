"""Plain forwarding: the switch does what Open vSwitch does when no program is about."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import packets
from harness.network import Net
from scapy.utils import rdpcap, wrpcap

from oko_build.lab import Bridge, wait_until


def test_ping_crosses_the_switch(net: Net) -> None:
    net.connect()
    ping = net.alice.run("ping", "-c", "3", "-i", "0.05", net.bob.ip)
    assert "3 received" in ping.stdout, ping


def test_nothing_crosses_without_a_flow(net: Net) -> None:
    inbox = net.bob.wire()
    net.alice.wire().send([packets.udp()])
    wait_until(lambda: net.alice.port.statistics()["rx_pkts"] == 1, "the packet to arrive")
    net.bridge.switch.settle()
    assert inbox.drain() == []


def test_frames_come_out_as_they_went_in(net: Net) -> None:
    net.bridge.add_flows("in_port=1,actions=output:2")
    sent = [packets.udp(data=bytes([n]) * n, size=60 + n) for n in range(100)]
    inbox = net.bob.wire()
    net.alice.wire().send(sent)
    assert inbox.receive(len(sent)) == sent


def test_flow_counters_are_exact(net: Net) -> None:
    net.bridge.add_flows(
        "priority=2,in_port=1,udp,tp_dst=7,actions=output:2", "priority=1,in_port=1,actions=drop"
    )
    wire, inbox = net.alice.wire(), net.bob.wire()
    wire.send([packets.udp(dport=7)] * 30 + [packets.udp(dport=8)] * 12)
    inbox.receive(30)
    wait_until(lambda: net.bridge.packets("actions=drop") == 12, "12 dropped packets")
    assert net.bridge.packets("tp_dst=7") == 30


def test_null_ports_receive_and_send(bridge: Bridge) -> None:
    source, sink = bridge.add_dpdk_port("net_null"), bridge.add_dpdk_port("net_null", "no-rx=1")
    bridge.add_flows(f"in_port={source},actions=output:{sink}")
    wait_until(lambda: sink.statistics()["tx_pkts"] > 1000, "1,000 packets to be sent")
    assert source.statistics()["rx_pkts"] > 1000


@pytest.fixture
def pcaps() -> Iterator[Path]:
    """A folder with a short name: DPDK cuts a device's arguments at 128 characters."""
    with tempfile.TemporaryDirectory(prefix="oko-") as name:
        yield Path(name)


def test_packets_of_a_pcap_file_go_round_and_round(bridge: Bridge, pcaps: Path) -> None:
    frames = packets.udp_stream(8)
    wrpcap(str(pcaps / "in.pcap"), frames)
    source = bridge.add_dpdk_port("net_pcap", f"rx_pcap={pcaps}/in.pcap,infinite_rx=1")
    sink = bridge.add_dpdk_port("net_null", "no-rx=1")
    bridge.add_flows(f"in_port={source},actions=output:{sink}")
    wait_until(lambda: sink.statistics()["tx_pkts"] > 1000, "1,000 packets to be sent")


def test_what_is_sent_can_be_read_from_a_pcap_file(net: Net, pcaps: Path) -> None:
    wrpcap(str(pcaps / "in.pcap"), [packets.udp()])
    tap = net.bridge.add_dpdk_port(
        "net_pcap", f"rx_pcap={pcaps}/in.pcap,tx_pcap={pcaps}/out.pcap"
    )
    net.bridge.add_flows(f"in_port=1,actions=output:{tap}")
    frames = packets.udp_stream(20)
    net.alice.wire().send(frames)
    wait_until(lambda: tap.statistics()["tx_pkts"] == 20, "20 packets to be written")
    net.bridge.switch.vsctl("del-port", net.bridge.name, tap.name)
    assert [bytes(frame) for frame in rdpcap(str(pcaps / "out.pcap"))] == frames
