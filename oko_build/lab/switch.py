"""A private Open vSwitch with DPDK."""

from __future__ import annotations

import contextlib
import itertools
import re
import subprocess
from collections.abc import Callable, Mapping
from types import TracebackType

from oko_build.lab.bridge import Bridge
from oko_build.lab.command import LabError, Result, run
from oko_build.lab.folder import private_folder
from oko_build.lab.log import EXPECTED_WARNINGS, LogLine, parse_log
from oko_build.lab.netns import Namespace
from oko_build.lab.poll import wait_until
from oko_build.lab.tools import Tools

# DPDK without huge pages and without touching any device of the machine.  One PMD thread, on the
# second core; it may doze off when there is nothing to do, so that several switches can share a
# machine.
_SETTINGS = {
    "dpdk-init": "true",
    "dpdk-extra": '"--no-huge --legacy-mem --no-shconf --no-pci -m 512"',
    "dpdk-lcore-mask": "0x1",
    "pmd-cpu-mask": "0x2",
    "pmd-maxsleep": "100",
}

_TIMEOUT = 30


class Switch:
    """ovsdb-server and ovs-vswitchd, running in a network namespace and a folder of their own."""

    def __init__(
        self,
        tools: Tools,
        *,
        many_ports: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Start the switch.  *settings* are added to, or override, its ``other_config``.

        The first few ports come up sooner if each has a pool of buffers of its own.  A switch with
        *many_ports* keeps one pool for all of them instead, on a bridge that is not listed here.
        """
        self.tools = tools
        self._cleanup = contextlib.ExitStack()
        self.rundir = self._cleanup.enter_context(private_folder())
        self.env = tools.environment(self.rundir)
        self.log_file = self.rundir / "ovs-vswitchd.log"
        self._settings = {
            **_SETTINGS,
            "per-port-memory": "false" if many_ports else "true",
            **(settings or {}),
        }
        self._numbers = itertools.count(1)
        self._log_mark = 0
        self._bridges: dict[str, Bridge] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        try:
            self.namespace = self._cleanup.enter_context(Namespace("switch"))
            self._start()
            if many_ports:
                self._keep_pool()
        except BaseException:
            self.stop()
            raise

    # Processes.

    def _spawn(self, name: str, *argv: str) -> None:
        # In a session of its own, a process is not reached by a ctrl-C that is meant for us, and is
        # stopped in order.  If we die without stopping it, the kernel ends it.
        with (self.rundir / f"{name}.out").open("wb") as output:
            self._processes[name] = subprocess.Popen(
                [*self.namespace.prefix, "setpriv", "--pdeathsig", "KILL", "--", name, *argv],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.rundir,
                start_new_session=True,
            )

    def _start(self) -> None:
        database = self.rundir / "conf.db"
        socket = self.rundir / "db.sock"
        common = ("--pidfile", "-vsyslog:off", "-vconsole:off", "-vfile:info")
        self.run("ovsdb-tool", "create", str(database), str(self.tools.schema)).check()
        self._spawn(
            "ovsdb-server",
            str(database),
            f"--remote=punix:{socket}",
            f"--log-file={self.rundir / 'ovsdb-server.log'}",
            *common,
        )
        self._wait_for("ovsdb-server", socket.exists, "its socket")
        self.run("ovs-vsctl", "--no-wait", "--timeout=10", "init").check()
        self.run(
            "ovs-vsctl",
            "--no-wait",
            "--timeout=10",
            "set",
            "Open_vSwitch",
            ".",
            *(f"other_config:{key}={value}" for key, value in self._settings.items()),
        ).check()
        self._spawn("ovs-vswitchd", f"unix:{socket}", f"--log-file={self.log_file}", *common)
        self._wait_for("ovs-vswitchd", self._is_initialized, "DPDK to be ready")

    def _keep_pool(self) -> None:
        # Buffers are shared by ports of the same MTU, and freed with the last of them.
        Bridge(self, "br-pool").create().add_dpdk_port("net_null", "no-rx=1")

    def _wait_for(self, name: str, ready: Callable[[], bool], what: str) -> None:
        process = self._processes[name]

        def ended_or_ready() -> bool:
            return process.poll() is not None or ready()

        def report() -> str:
            return f"{name} to start, {what}\n{self.tail(name)}"

        wait_until(ended_or_ready, report, timeout=_TIMEOUT)
        if process.poll() is not None:
            raise LabError(f"{name} {_how(process.returncode)} at start\n{self.tail(name)}")

    def _is_initialized(self) -> bool:
        if self.log_file.is_file():
            mine = [line for line in self.log() if line.module == "dpdk"]
            errors = [line.text for line in mine if line.level == "ERR"]
            if errors:
                raise LabError("DPDK cannot start in ovs-vswitchd: " + "; ".join(errors))
        answer = self.run(
            "ovs-vsctl", "--timeout=5", "--no-wait", "get", "Open_vSwitch", ".", "dpdk_initialized"
        )
        return answer.stdout.strip() == "true"

    def tail(self, name: str, lines: int = 15) -> str:
        """Return the last lines of what the process *name* printed and logged."""
        text = ""
        for path in (self.rundir / f"{name}.out", self.rundir / f"{name}.log"):
            if path.is_file():
                text += path.read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    @property
    def pid(self) -> int:
        """Process id of ovs-vswitchd."""
        return self._processes["ovs-vswitchd"].pid

    def check_alive(self) -> None:
        """Raise LabError unless ovs-vswitchd runs, and answers."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise LabError(f"{name} {_how(process.returncode)}\n{self.tail(name)}")
        self.appctl("version")

    def stop(self) -> None:
        """Stop the processes and remove everything; harmless if done twice."""
        with contextlib.ExitStack() as after:
            after.callback(self._cleanup.close)
            for bridge in list(self._bridges.values()):
                bridge.forget()
            for name in ("ovs-vswitchd", "ovsdb-server"):
                process = self._processes.pop(name, None)
                if process is not None:
                    after.callback(self._stop_process, name, process)

    def _stop_process(self, name: str, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            argv = ["ovs-appctl", "--timeout=5", "-t", name, "exit"]
            if name == "ovs-vswitchd":
                argv.append("--cleanup")
            with contextlib.suppress(LabError):
                self.run(*argv)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Switch:
        """Return the switch."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the switch."""
        self.stop()

    # Commands.

    def run(self, *argv: str, stdin: str | bytes | None = None, timeout: float = 30) -> Result:
        """Run a command that talks to this switch, whatever its exit status."""
        return run(
            argv, prefix=self.namespace.prefix, env=self.env, stdin=stdin, timeout=timeout
        )

    def vsctl(self, *argv: str) -> str:
        """Run ovs-vsctl; return its output, raise LabError if it fails or warns."""
        result = self.run("ovs-vsctl", "--timeout=10", *argv).check()
        if result.stderr:  # a port that could not be added shows only here
            raise LabError(str(result))
        return result.stdout

    def appctl(self, *argv: str) -> str:
        """Run ovs-appctl; return its output or raise LabError."""
        return self.run("ovs-appctl", "--timeout=10", *argv).check().stdout

    def settle(self) -> None:
        """Wait until datapath and OpenFlow tables agree.

        Changes of flows reach the datapath, and its statistics OpenFlow's counters, a little later
        than the commands return.
        """
        self.appctl("revalidator/wait")

    # Log.

    def log(self) -> list[LogLine]:
        """Return the log since the last call of mark_log()."""
        with self.log_file.open("rb") as file:
            file.seek(self._log_mark)
            return parse_log(file.read().decode(errors="replace"))

    def mark_log(self) -> None:
        """Let log() begin here."""
        self._log_mark = self.log_file.stat().st_size

    def complaints(self, *expected: str) -> list[LogLine]:
        """Return what log() has of warnings and worse, without those that match *expected*."""
        patterns = re.compile("|".join((*EXPECTED_WARNINGS, *expected)))
        return [
            line
            for line in self.log()
            if line.level in ("WARN", "ERR", "EMER") and not patterns.search(str(line))
        ]

    # Bridges.

    def add_bridge(self, name: str = "br0") -> Bridge:
        """Add a bridge that forwards nothing until it is told to."""
        bridge = Bridge(self, name).create()
        self._bridges[name] = bridge
        return bridge

    def del_bridge(self, bridge: Bridge) -> None:
        """Delete *bridge* with its hosts."""
        self._bridges.pop(bridge.name, None)
        self.vsctl("--if-exists", "del-br", bridge.name)
        bridge.forget()

    def del_bridges(self) -> None:
        """Delete all bridges with their hosts."""
        for bridge in list(self._bridges.values()):
            self.del_bridge(bridge)

    def number(self) -> int:
        """Return a number that this switch has not used yet."""
        return next(self._numbers)


def _how(code: int | None) -> str:
    if code is None:
        return "runs"
    return f"was ended by signal {-code}" if code < 0 else f"exited with status {code}"
