"""A bridge of the switch, its ports, and the hosts that hang on it."""

from __future__ import annotations

import contextlib
import itertools
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oko_build.lab.command import LabError, Result
from oko_build.lab.netns import Namespace
from oko_build.lab.wire import Wire

if TYPE_CHECKING:
    from oko_build.lab.switch import Switch


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a bridge: its name and OpenFlow number."""

    bridge: Bridge
    name: str
    number: int

    def statistics(self) -> dict[str, int]:
        """Return the interface's counters, as in the database's ``statistics``, but current."""
        text = self.bridge.ofctl("dump-ports", str(self.number))
        counters: dict[str, int] = {}
        for direction, line in re.findall(r"\b(rx|tx) (pkts=.*)", text):
            for key, value in re.findall(r"(\w+)=(\d+)", line):
                counters[f"{direction}_{key}"] = int(value)
        return counters

    def __str__(self) -> str:
        """Return the number, as flows name the port."""
        return str(self.number)


class Bridge:
    """A bridge of a switch."""

    def __init__(self, switch: Switch, name: str) -> None:
        """Describe the bridge; Switch.add_bridge() makes it."""
        self.switch = switch
        self.name = name
        self.hosts: list[Host] = []
        self._numbers = itertools.count(1)

    def create(self) -> Bridge:
        """Make the bridge, and return it."""
        self.switch.vsctl(
            *("add-br", self.name, "--", "set", "Bridge", self.name),
            *("datapath_type=netdev", "fail-mode=secure"),
        )
        return self

    def ofctl(self, command: str, *argv: str, stdin: str | bytes | None = None) -> str:
        """Run an ovs-ofctl command on this bridge; return its output or raise LabError."""
        return self.try_ofctl(command, *argv, stdin=stdin).check().stdout

    def try_ofctl(self, command: str, *argv: str, stdin: str | bytes | None = None) -> Result:
        """Run an ovs-ofctl command on this bridge, whatever its exit status."""
        return self.switch.run(
            "ovs-ofctl", "--timeout=20", command, self.name, *argv, stdin=stdin
        )

    def add_flows(self, *flows: str) -> None:
        """Add flows, all at once or none."""
        self.ofctl("add-flows", "-", "--bundle", stdin="".join(f"{flow}\n" for flow in flows))

    def flows(self) -> list[str]:
        """Return the flows as dump-flows prints them."""
        return [line.strip() for line in self.ofctl("dump-flows").splitlines() if "cookie=" in line]

    def packets(self, text: str) -> int:
        """Return ``n_packets`` of the one flow that has *text* in its dump, up to date."""
        self.switch.settle()
        flows = [flow for flow in self.flows() if text in flow]
        if len(flows) != 1:
            raise LabError(f"expected one flow with {text!r}, got {len(flows)}: {flows}")
        found = re.search(r"\bn_packets=(\d+)", flows[0])
        if found is None:
            raise LabError(f"expected n_packets in {flows[0]!r}")
        return int(found[1])

    def add_port(self, name: str, **options: str) -> Port:
        """Add a port, with ``type`` and ``options:...`` of the Interface as given."""
        number = next(self._numbers)
        kind = options.pop("type", "")
        self.switch.vsctl(
            *("add-port", self.name, name, "--", "set", "Interface", name),
            *([f"type={kind}"] if kind else []),
            f"ofport_request={number}",
            *(f'options:{key.replace("_", "-")}="{value}"' for key, value in options.items()),
        )
        got = self.switch.vsctl("get", "Interface", name, "ofport", "error").split()
        if got[0] != str(number):
            raise LabError(f"expected port {name} to get number {number}, got {' '.join(got)}")
        return Port(self, name, number)

    def add_dpdk_port(self, driver: str, arguments: str = "") -> Port:
        """Add a DPDK device of *driver*, as ``net_null``, with its *arguments*."""
        name = f"p{self.switch.number()}"
        device = f"{driver}{self.switch.number()}"
        devargs = f"{device},{arguments}" if arguments else device
        return self.add_port(name, type="dpdk", dpdk_devargs=devargs)

    def add_patch(self, other: Bridge) -> tuple[Port, Port]:
        """Connect this bridge with *other*; return the ports at both ends."""
        near = f"patch{self.switch.number()}"
        far = f"patch{self.switch.number()}"
        with contextlib.suppress(LabError):  # the peer of the first is not there yet
            self.add_port(near, type="patch", peer=far)
        there = other.add_port(far, type="patch", peer=near)
        number = int(self.switch.vsctl("get", "Interface", near, "ofport"))
        return Port(self, near, number), there

    def add_host(self, name: str, ip: str | None = None) -> Host:
        """Add a host that hangs on this bridge by a veth pair and a net_af_packet port."""
        host = Host(self, name, ip)
        self.hosts.append(host)
        for other in self.hosts[:-1]:
            host.learn(other)
            other.learn(host)
        return host

    def forget(self) -> None:
        """Let go of the hosts, after the bridge has been deleted."""
        for host in self.hosts:
            host.close()
        self.hosts.clear()


class Host:
    """A namespace with one interface, ``eth0``, that hangs on a bridge.

    Its neighbours' Ethernet addresses are written into its table, so that it never sends ARP.
    """

    def __init__(self, bridge: Bridge, name: str, ip: str | None = None) -> None:
        """Make the host and its port; Bridge.add_host() does so in the right order."""
        self.bridge = bridge
        self.name = name
        switch = bridge.switch
        number = switch.number()
        self.ip = ip if ip is not None else f"10.0.0.{len(bridge.hosts) + 1}"
        self.mac = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"
        self._near = f"veth{number}"
        self._wires: list[Wire] = []
        self.namespace = Namespace(name)
        try:
            ip_link = ("ip", "link")
            switch.run(
                *(*ip_link, "add", self._near, "type", "veth"),
                *("peer", "name", "eth0", "address", self.mac, "netns", self.namespace.path),
            ).check()
            switch.run(*ip_link, "set", self._near, "up").check()
            # af_packet does not fill in checksums that the kernel left to the device.
            for run_in, interface in ((switch.run, self._near), (self.run, "eth0")):
                run_in("ethtool", "-K", interface, "tx", "off").check()
            self.run("ip", "addr", "add", f"{self.ip}/24", "dev", "eth0").check()
            self.run(*ip_link, "set", "eth0", "arp", "off", "up").check()
            self.port = bridge.add_dpdk_port(
                "net_af_packet", f"iface={self._near},framecnt=2048,qdisc_bypass=0"
            )
        except BaseException:
            self.close()
            raise

    def run(self, *argv: str, stdin: str | bytes | None = None, timeout: float = 30) -> Result:
        """Run a command on the host, whatever its exit status."""
        return self.namespace.run(*argv, stdin=stdin, timeout=timeout)

    @contextlib.contextmanager
    def start(self, *argv: str, output: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command on the host in the background; it is ended with the block.

        What it prints goes to the file *output*.
        """
        with output.open("wb") as file:
            process = subprocess.Popen(
                [*self.namespace.prefix, *argv],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def learn(self, other: Host) -> None:
        """Write *other*'s addresses into this host's tables."""
        self.add_neighbour(other.ip, other.mac)

    def add_neighbour(self, ip: str, mac: str) -> None:
        """Write that *ip* is at the Ethernet address *mac*, on the host's own link."""
        argv = ("nud", "permanent", "dev", "eth0")
        self.run("ip", "neigh", "replace", ip, "lladdr", mac, *argv).check()
        self.run("ip", "route", "replace", f"{ip}/32", "dev", "eth0").check()

    def add_address(self, ip: str) -> None:
        """Give the host a further address."""
        self.run("ip", "addr", "add", f"{ip}/24", "dev", "eth0").check()

    def wire(self) -> Wire:
        """Return a new raw socket on the host's interface."""
        wire = Wire(self.namespace, "eth0")
        self._wires.append(wire)
        return wire

    def close(self) -> None:
        """Let go of the host; its interface vanishes with it."""
        for wire in self._wires:
            wire.close()
        self._wires.clear()
        self.namespace.close()
