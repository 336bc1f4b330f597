"""A small network laboratory: one switch, hosts around it, nothing left behind.

The integration tests and ``inv demo`` drive the same real thing with it: an
``ovs-vswitchd`` with DPDK in a network namespace of its own, bridges on it, and
hosts (further namespaces) that hang on the bridges by veth pairs and DPDK
``net_af_packet`` ports::

    with Switch(Tools.find()) as switch:
        bridge = switch.add_bridge("br0")
        alice, bob = bridge.add_host("alice"), bridge.add_host("bob")
        bridge.ofctl("add-flow", "actions=NORMAL")
        alice.run("ping", "-c", "1", bob.ip)

Namespaces have no names: they are held open by file descriptors of this
process, and the switch's processes are told to die with it.  When this process
ends, in whatever way, the kernel removes all of it.
"""

from oko_build.lab.bridge import Bridge, Host, Port
from oko_build.lab.command import LabError, Result, run
from oko_build.lab.log import LogLine
from oko_build.lab.netns import Namespace
from oko_build.lab.poll import wait_until
from oko_build.lab.switch import Switch
from oko_build.lab.tools import Tools, ToolsMissing
from oko_build.lab.wire import Wire

__all__ = [
    "Bridge",
    "Host",
    "LabError",
    "LogLine",
    "Namespace",
    "Port",
    "Result",
    "Switch",
    "Tools",
    "ToolsMissing",
    "Wire",
    "run",
    "wait_until",
]
