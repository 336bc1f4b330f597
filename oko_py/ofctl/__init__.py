"""Filter programs, their maps, and flows of a switch, by way of ``ovs-ofctl``.

>>> from oko_py import ofctl
>>> bridge = ofctl.Bridge("br0")            # nothing happens yet
>>> program = bridge.programs.load(1, "stateless-firewall.o")
>>> table = program.maps["lookup_table"]
>>> table["172.16.0.14"] = "DROP"
>>> dict(table.items())
{'172.16.0.14': 'DROP'}
>>> bridge.flows.add(priority=1, in_port=1, filter_prog=1, actions="output:2")
>>> [flow.n_packets for flow in bridge.flows if flow.match.get("filter_prog") == 1]
[0]

Programs and maps are reached by OpenFlow, over the bridge's management socket or over ``tcp:`` and
``ssl:`` targets; ``with bridge:`` keeps one connection for many calls.  Flows, and everything where
no socket can be had, are left to ``ovs-ofctl``.  Every call returns when it is done.
``python -m oko_py.ofctl`` offers the same on the command line, under the names that ``ovs-ofctl``
has for it.
"""

from oko_py._model import Flow, MapInfo, MatchValue, ProgramInfo
from oko_py._net.target import TLS
from oko_py._typed import UpdateFlag
from oko_py._values import Record, Value
from oko_py.ofctl._bridge import Bridge, Features
from oko_py.ofctl._flows import Flows
from oko_py.ofctl._maps import Map, Maps
from oko_py.ofctl._programs import Program, Programs

__all__ = [
    "TLS",
    "Bridge",
    "Features",
    "Flow",
    "Flows",
    "Map",
    "MapInfo",
    "Maps",
    "MatchValue",
    "Program",
    "ProgramInfo",
    "Programs",
    "Record",
    "UpdateFlag",
    "Value",
]
