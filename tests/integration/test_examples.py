"""The examples: what their READMEs tell people to type, typed, and what they show, compared."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from harness import packets
from harness.network import Net
from harness.programs import Programs, load, program_statistics
from harness.transcript import Step, plain, steps
from scapy.utils import wrpcap

from oko_build.lab import wait_until

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted({path.parent.name for path in (ROOT / "examples" / "bpf").glob("*/*.c")})

# Packets that a README says have crossed the switch, sent before the command that shows them.
TRAFFIC: dict[str, dict[str, list[bytes]]] = {
    "accept-all": {"oko prog show br0": [packets.udp()] * 3},
    "stateless-firewall": {
        "oko flow dump br0": [
            packets.udp(dst="172.16.0.14", size=106),
            packets.udp(dst="172.16.0.15", size=106),
        ],
    },
    "prefix-blocklist": {
        "oko map dump br0 1 blocklist": [
            packets.udp(src=src)
            for src in ("198.51.100.7", "198.51.100.7", "198.51.100.70", "10.0.0.1")
        ],
    },
}


class Reader:
    """Somebody who follows a README, beside the examples."""

    def __init__(self, net: Net, folder: Path) -> None:
        self.net = net
        self.folder = folder
        (folder / "examples").symlink_to(ROOT / "examples")
        wrpcap(str(folder / "25-packets.pcap"), [packets.udp()] * 25)
        self._path = f"{Path(sys.executable).parent}{os.pathsep}{net.switch.env['PATH']}"

    def follow(self, step: Step) -> None:
        """Do what the README says, and check that what it shows comes out."""
        argv: Sequence[str]
        argv = ("sh", "-c", step.command) if step.kind == "console" else (sys.executable, "-")
        result = self.net.switch.run(
            *("env", "-C", str(self.folder), f"PATH={self._path}", *argv),
            stdin=None if step.kind == "console" else step.command,
        )
        assert result.ok != step.fails, result
        if step.output:
            assert plain(result.output) == plain(step.output), result

    def send(self, frames: list[bytes]) -> None:
        """Let alice send *frames*; return when the program has seen, and flows counted, them."""
        before, _ = program_statistics(self.net.bridge, 1)
        self.net.alice.wire().send(frames)
        wait_until(
            lambda: program_statistics(self.net.bridge, 1)[0] == before + len(frames),
            "the program to have seen all packets",
        )
        self.net.switch.settle()


@pytest.mark.parametrize("name", EXAMPLES)
def test_readme(net: Net, tmp_path: Path, name: str) -> None:
    reader = Reader(net, tmp_path)
    traffic = dict(TRAFFIC.get(name, {}))
    followed = 0
    for step in steps(ROOT / "examples" / "bpf" / name / "README.md"):
        if frames := traffic.pop(step.command, None):
            reader.send(frames)
        reader.follow(step)
        followed += 1
    assert followed >= 2, "expected commands in the README"
    assert not traffic, f"the README lacks the commands that traffic was to go before: {traffic}"


def test_accept_all_forwards_what_it_says(net: Net, programs: Programs) -> None:
    """The rule of the README: from port 1 to port 2, and nothing else."""
    load(net.bridge, 1, programs.example("accept-all"))
    net.bridge.add_flows("priority=1,in_port=1,filter_prog=1,actions=output:2")
    to_bob, to_alice = net.bob.wire(), net.alice.wire()
    net.alice.wire().send(packets.udp_stream(20))
    net.bob.wire().send(packets.udp_stream(20))
    assert to_bob.receive(20) == packets.udp_stream(20)
    wait_until(lambda: net.bob.port.statistics()["rx_pkts"] == 20, "bob's packets to arrive")
    net.switch.settle()
    assert to_alice.drain() == []
