"""A switch without devices, in which each bridge has a twin."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from oko_build.lab import LabError, Result, Tools, run, wait_until
from oko_build.lab.folder import private_folder
from oko_build.pipelines import control
from oko_build.pipelines.actions import METERS, PATCH, PORTS
from oko_build.pipelines.control import Control, Controller
from oko_build.pipelines.predicates import Objects, Program

SIDES = ("left", "right")
CONTROLLER = 7


def bridge_name(right: bool, bridge: int) -> str:
    """Return the name of a bridge."""
    return f"{SIDES[right]}{bridge}"


def port_name(right: bool, port: int) -> str:
    """Return the name of a port."""
    return f"{SIDES[right][0]}p{port}"


class Twins:
    """ovs-vswitchd with dummy devices: two bridges on the left, and their twins on the right."""

    def __init__(self, tools: Tools, pool: Sequence[Program]) -> None:
        """Start the switch and load the programs *pool* into the bridges of the right."""
        self._cleanup = contextlib.ExitStack()
        self.folder = self._cleanup.enter_context(private_folder())
        self._env = tools.environment(self.folder)
        self.processes: list[subprocess.Popen[bytes]] = []
        try:
            self._start(tools)
            self._configure()
            # They would race with "revalidator/purge", and put back what it deletes.
            self.control("revalidator/pause")
            self._load(pool)
        except BaseException:
            self.stop()
            raise

    def run(self, *argv: str, **options: Any) -> Result:
        """Run a command that talks to the switch."""
        return run(argv, env=self._env, **options)

    def _spawn(self, name: str, *argv: str) -> None:
        with (self.folder / f"{name}.out").open("wb") as output:
            self.processes.append(subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", name, *argv, "-vsyslog:off",
                 "-vconsole:off", "-vfile:info", f"--log-file={self.folder / f'{name}.log'}",
                 "--pidfile"],
                env=self._env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                cwd=self.folder, start_new_session=True,
            ))
        wait_until(lambda: (self.folder / f"{name}.pid").exists(), f"{name} to start")

    def _start(self, tools: Tools) -> None:
        self.run("ovsdb-tool", "create", str(self.folder / "conf.db"), str(tools.schema)).check()
        self._spawn("ovsdb-server", str(self.folder / "conf.db"),
                    f"--remote=punix:{self.folder / 'db.sock'}")
        wait_until((self.folder / "db.sock").exists, "the socket of ovsdb-server")
        self.run("ovs-vsctl", "--no-wait", "--timeout=10", "init").check()
        self._spawn("ovs-vswitchd", f"unix:{self.folder / 'db.sock'}", "--enable-dummy=override",
                    "--disable-system", "--disable-system-route")
        pid = (self.folder / "ovs-vswitchd.pid").read_text().strip()
        path = self.folder / f"ovs-vswitchd.{pid}.ctl"
        wait_until(path.exists, "the control socket")
        self.control = Control(path)

    def _configure(self) -> None:
        words = ["--", "set", "Open_vSwitch", ".", "other_config:max-revalidator=200"]
        for right in (False, True):
            for bridge, ports in enumerate(PORTS):
                name = bridge_name(right, bridge)
                words += ["--", "add-br", name, "--", "set", "Bridge", name,
                          "datapath_type=dummy", "fail-mode=secure",
                          f"other-config:hwaddr=aa:55:00:00:00:0{bridge + 1}",
                          f"other-config:datapath-id=000000000000000{bridge + 1}",
                          "other-config:disable-in-band=true"]
                for port in ports:
                    this = port_name(right, port)
                    words += ["--", "add-port", name, this, "--", "set", "Interface", this,
                              "type=dummy", f"ofport_request={port}",
                              f"options:tx_pcap={self.pcap(right, port)}"]
                this = f"{name}-patch"
                peer = f"{bridge_name(right, 1 - bridge)}-patch"
                words += ["--", "add-port", name, this, "--", "set", "Interface", this,
                          "type=patch", f"ofport_request={PATCH}", f"options:peer={peer}"]
        result = self.run("ovs-vsctl", "--timeout=30", *words[1:]).check()
        if result.stderr:
            raise LabError(str(result))
        self.controllers = []
        for right in (False, True):
            pair = []
            for bridge in range(len(PORTS)):
                name = bridge_name(right, bridge)
                for meter in range(1, METERS + 1):
                    # Never exceeded: what is exceeded depends on time.
                    self.run("ovs-ofctl", "-O", "OpenFlow14", "add-meter", name,
                             f"meter={meter},pktps,stats,band=type=drop,rate=100000000").check()
                path = self.folder / f"{name}.mgmt"
                pair.append(Controller(path, CONTROLLER))
            self.controllers.append(pair)

    def _load(self, pool: Sequence[Program]) -> None:
        objects = Objects(self.folder)
        for program in pool:
            path = objects.write(program)
            for bridge in range(len(PORTS)):
                self.run("ovs-ofctl", "load-filter-prog", bridge_name(True, bridge),
                         str(program.number), str(path)).check()

    def pcap(self, right: bool, port: int) -> Path:
        """Return the file to which a port's output goes."""
        return self.folder / f"{port_name(right, port)}.pcap"

    def last_words(self) -> str:
        """Return what the switch printed, and how it ended."""
        try:
            code: int | None = self.processes[-1].wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = None
        said = (self.folder / "ovs-vswitchd.out").read_text(errors="replace").strip()
        return f"{said} (status {code})" if said else f"status {code}"

    def stop(self) -> None:
        """Stop the switch and remove everything; harmless if done twice."""
        for pair in getattr(self, "controllers", []):
            for controller in pair:
                controller.close()
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self._cleanup.close()

    def __enter__(self) -> Twins:
        """Return the twins."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the switch."""
        self.stop()


class Capture:
    """What a port sends, as the switch writes it to a file."""

    def __init__(self, path: Path) -> None:
        """Begin with what will be sent from now on."""
        self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._offset = os.fstat(self._fd).st_size

    def take(self) -> list[bytes]:
        """Return the packets that were sent since the last call."""
        data = b""
        while True:
            more = os.pread(self._fd, 1 << 20, self._offset + len(data))
            if not more:
                break
            data += more
        found, at = [], 0
        while at + 16 <= len(data):
            length = struct.unpack_from("=I", data, at + 8)[0]
            found.append(data[at + 16:at + 16 + length])
            at += 16 + length
        self._offset += len(data)
        if self._offset > 1 << 24:
            # The switch goes on to write at its own position: what was before takes no space.
            os.truncate(self._fd, self._offset)
            _punch(self._fd, self._offset)
        return found

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def _punch(fd: int, end: int) -> None:
    os.truncate(fd, 0)
    os.truncate(fd, end)


DELETE = (
    control.message(14, struct.pack("!QQBBHHHIIIHHHHI", 0, 0, 0xFF, 3, 0, 0, 0, 0xFFFFFFFF,
                                    0xFFFFFFFF, 0xFFFFFFFF, 0, 0, 1, 4, 0))
    + control.message(15, struct.pack("!HBBI", 2, 0, 0, 0xFFFFFFFC))
)
"""Messages that delete all flows and groups."""
