"""``inv demo``: from nothing to a filtered packet, every line of it real.

What is shown is the command that runs and what it prints.  The demo judges the outcome itself: if a
ping comes through that must not, or a counter is off by one, it ends with an error.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import sys
import textwrap
from pathlib import Path
from types import FrameType

from oko_build import (
    build,
    config,
    console,
    flavours,
    layout,
    lock,
    overlay,
    toolenv,
    upstream,
    worktree,
)
from oko_build.errors import OkoError
from oko_build.lab import Bridge, Host, LabError, Result, Switch, Tools, wait_until
from oko_build.layout import Layout

FIREWALL = Path("examples/bpf/stateless-firewall/stateless-firewall.c")
UNSAFE = Path("examples/bpf/unsafe/unsafe.c")
PINGS = 5

FLOWS = """\
priority=2,in_port=1,filter_prog=1,actions=output:2
priority=1,in_port=1,actions=drop
priority=1,in_port=2,actions=output:1
"""


def run() -> None:
    """Build what is not built, and show what it does.  Raises OkoError if anything is off."""
    if os.geteuid() != 0:
        raise OkoError(
            "the demo makes network namespaces and interfaces, which needs root",
            "sudo ./inv demo",
        )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    here = layout.here()
    with contextlib.chdir(here.root):
        _show_build(here)
        folder = Path("build/demo")
        folder.mkdir(parents=True, exist_ok=True)
        with Switch(Tools.find(toolenv.environment(here))) as switch:
            _Demo(switch, folder).run()


def _leave(number: int, _frame: FrameType | None) -> None:
    # Unwinds the stack, so that the switch is stopped and its folder removed.
    raise SystemExit(128 + number)


def _show_build(here: Layout) -> None:
    """Fetch, patch and build, as far as needed, and say from what."""
    upstream_config = config.load(here)
    base = upstream_config.base(None)
    with lock.hold(here):
        source = upstream.current(here, base) or upstream.fetch(here, base)
        tree = worktree.WorkTree(here, upstream_config, base)
        applied = tree.apply(source)
    commits = tree.repo.commits(applied.overlay, applied.head)
    added = overlay.files(here, upstream_config.overlays)

    _heading("What is built, from what")
    _fact("base version", f"Open vSwitch {source.version}, {source.what}")
    _fact("tree", f"{source.tree} (as upstream ships it)")
    _fact("", f"{applied.tree} (with our changes)")
    _fact("new files", str(len(added)))
    _fact("patches", f"{applied.patches} applied")
    for number, commit in enumerate(commits, 1):
        _fact("", f"{number:2}/{len(commits)}  {tree.repo.subject(commit)}")
    built = build.build(here, flavours.choose())
    how = "" if built.reasons else " (up to date)"
    _fact("build time", f"{console.duration(built.seconds)}{how}")


class _Demo:
    """The part of the demo that needs a running switch."""

    def __init__(self, switch: Switch, folder: Path) -> None:
        self.switch = switch
        self.folder = folder
        self.bridge: Bridge = switch.add_bridge("br0")
        self.alice: Host = self.bridge.add_host("alice", "10.0.0.1")
        self.bob: Host = self.bridge.add_host("bob", "10.0.0.2")
        self.bob.add_address("10.0.0.22")
        self.alice.add_neighbour("10.0.0.22", self.bob.mac)

    def run(self) -> None:
        self.show_network()
        self.load_programs()
        self.filter()
        self.show_counters()
        console.say()
        console.say(
            "All as it should be.  Everything the demo started is gone again; what it built is in "
            "build/."
        )

    # Steps.

    def show_network(self) -> None:
        _heading("Two hosts and the switch between them, before")
        _quote(
            "alice 10.0.0.1 ---- port 1 [ br0: ovs-vswitchd with DPDK ] port 2 ---- bob 10.0.0.2\n"
            "                                                                        and 10.0.0.22"
        )
        version = self.on_switch("ovs-vswitchd", "--version").check()
        _expect("DPDK" in version.stdout, "the switch is built with DPDK")
        self.on_switch("ovs-ofctl", "add-flow", "br0", "in_port=1,actions=output:2").check()
        self.on_switch("ovs-ofctl", "add-flow", "br0", "in_port=2,actions=output:1").check()
        for ip in ("10.0.0.2", "10.0.0.22"):
            self.ping(ip, answers=PINGS)

    def load_programs(self) -> None:
        _heading("A BPF program is accepted, an unsafe one is refused")
        firewall, unsafe = self.folder / "firewall.o", self.folder / "unsafe.o"
        self.compile(FIREWALL, firewall)
        self.on_switch("ovs-ofctl", "load-filter-prog", "br0", "1", str(firewall)).check()
        loaded = self.on_switch("ovs-ofctl", "dump-filter-progs", "br0").check()
        _expect("lookup_table" in loaded.stdout, "program 1 is loaded, with its map")

        self.compile(UNSAFE, unsafe)
        refusal = self.on_switch("ovs-ofctl", "load-filter-prog", "br0", "2", str(unsafe))
        refused = refusal.code == 1 and "refused by the verifier" in refusal.stderr
        _expect(refused and "reason:" in refusal.stderr, "program 2 is refused, with the reason")

    def filter(self) -> None:
        _heading("The program decides, after")
        flows = self.folder / "flows.txt"
        flows.write_text(FLOWS)
        self.on_switch("cat", str(flows)).check()
        self.on_switch("ovs-ofctl", "del-flows", "br0").check()
        self.on_switch("ovs-ofctl", "add-flows", "br0", str(flows)).check()
        self.switch.settle()  # as always, the datapath follows a little later
        words = ["key", "10", "0", "0", "22", "value", "1", "0", "0", "0"]
        self.on_switch("ovs-ofctl", "update-map", "br0", "1", "lookup_table", *words).check()
        content = self.on_switch("ovs-ofctl", "dump-map", "br0", "1", "lookup_table").check()
        _expect("contains 1 element" in content.stdout, "the map tells to drop 10.0.0.22")
        self.ping("10.0.0.2", answers=PINGS)
        self.ping("10.0.0.22", answers=0)

    def show_counters(self) -> None:
        _heading("What the switch counted")
        wanted = {
            "filter_prog=1": (PINGS, f"the {PINGS} pings to 10.0.0.2, which the program let pass"),
            "actions=drop": (PINGS, f"the {PINGS} pings to 10.0.0.22, which it did not"),
            "in_port=2": (PINGS, f"the {PINGS} answers of 10.0.0.2"),
        }
        # Counters follow the packets within a second.
        with contextlib.suppress(LabError):
            wait_until(
                lambda: all(self.bridge.packets(flow) == n for flow, (n, _) in wanted.items()),
                "the counters",
                timeout=5,
            )
        dump = self.on_switch("ovs-ofctl", "dump-flows", "br0").check()
        for flow, (number, what) in wanted.items():
            lines = [line for line in dump.stdout.splitlines() if flow in line]
            exact = len(lines) == 1 and re.search(rf"\bn_packets={number},", lines[0]) is not None
            _expect(exact, f"{flow}: n_packets={number}, {what}")
        state = self.on_switch("ovs-ofctl", "dump-filter-progs", "br0", "1").check()
        counts = f"runs={2 * PINGS}, matches={PINGS}"
        _expect(counts in state.stdout, f"the program saw {2 * PINGS} packets and passed {PINGS}")

    # Commands, shown.

    def on_switch(self, *argv: str) -> Result:
        return _shown("", self.switch.run(*argv))

    def compile(self, source: Path, target: Path) -> None:
        self.on_switch("oko", "compile", str(source), "-o", str(target)).check()

    def ping(self, ip: str, *, answers: int) -> None:
        argv = ("ping", "-q", "-c", str(PINGS), "-i", "0.1", "-W", "0.5", ip)
        result = _shown("alice", self.alice.run(*argv))
        found = re.search(r"(\d+) packets transmitted, (\d+) received", result.stdout)
        got = (int(found[1]), int(found[2])) if found else None
        _expect(got == (PINGS, answers), f"{answers} of {PINGS} pings to {ip} came back")


# Output.


def _style(text: str, code: str) -> str:
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        return f"\033[{code}m{text}\033[0m"
    return text


def _heading(text: str) -> None:
    console.say()
    console.say(_style(f"== {text}", "1"))


def _fact(name: str, value: str) -> None:
    console.say(f"   {name:14}{value}")


def _quote(text: str) -> None:
    if text.strip():
        console.say(textwrap.indent(text.rstrip("\n"), "   "))


def _shown(host: str, result: Result) -> Result:
    """Print a command of *host*, or of the switch, with all that it printed."""
    console.say(_style(f" {host}$ {shlex.join(result.argv)}", "36"))
    _quote(result.output)
    return result


def _expect(right: bool, what: str) -> None:
    """Say that *what* was to be seen just now, or raise OkoError because it was not."""
    if not right:
        raise OkoError(f"the demo expected otherwise: {what}")
    console.say(_style(f"   -> {what}", "32"))
