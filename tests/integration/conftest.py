"""Fixtures: a switch for the whole session, a clean bridge for each test.

After each test, whatever it did, the switch must be alive and its log must be free of warnings that
the test did not expect.  A switch that died is replaced, so that one failure stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.network import Expectations, Net
from harness.programs import Programs

from oko_build.lab import Bridge, LabError, Switch, Tools, ToolsMissing, wait_until


@pytest.fixture(scope="session")
def tools(as_root: None) -> Tools:
    """The build under test."""
    try:
        return Tools.find()
    except ToolsMissing as error:
        missing = str(error)
    pytest.fail(missing, pytrace=False)


class Switches:
    """Hands out the session's switch; starts another one if it has died."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._switch: Switch | None = None
        self._failure = ""

    def get(self) -> Switch:
        if self._failure:
            pytest.fail(f"no switch, see the first test: {self._failure}", pytrace=False)
        if self._switch is None:
            try:
                self._switch = Switch(self._tools, many_ports=True)
            except LabError as error:
                self._failure = str(error).splitlines()[0]
                raise
        return self._switch

    def discard(self) -> None:
        if self._switch is not None:
            switch, self._switch = self._switch, None
            switch.stop()


@pytest.fixture(scope="session")
def _switches(tools: Tools) -> Iterator[Switches]:
    switches = Switches(tools)
    yield switches
    switches.discard()


@pytest.fixture
def expected_warnings() -> Expectations:
    """A list to which a test adds patterns of warnings that it expects."""
    return Expectations()


@pytest.fixture
def switch(
    _switches: Switches, expected_warnings: Expectations
) -> Iterator[Switch]:
    """The running switch, without bridges."""
    switch = _switches.get()
    switch.mark_log()
    yield switch
    try:
        switch.check_alive()
        switch.del_bridges()
        switch.check_alive()
    except LabError as error:
        _switches.discard()
        pytest.fail(f"the switch did not survive the test:\n{error}", pytrace=False)
    complaints = switch.complaints(*expected_warnings)
    if complaints:
        lines = "\n".join(str(line) for line in complaints)
        pytest.fail(f"unexpected lines in the switch's log:\n{lines}", pytrace=False)


@pytest.fixture
def bridge(switch: Switch) -> Bridge:
    """The bridge ``br0``, without ports and flows."""
    return switch.add_bridge("br0")


@pytest.fixture
def net(bridge: Bridge) -> Net:
    """alice (10.0.0.1, port 1) and bob (10.0.0.2, port 2) on ``br0``, without flows."""
    return Net(bridge)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """Compiled filter programs."""
    return Programs(tmp_path_factory.mktemp("bpf"))


@pytest.fixture
def passers_by(net: Net, tmp_path: Path) -> Iterator[Net]:
    """alice pings bob all the while: whatever the test does, no ping may be lost."""
    net.bridge.add_flows(
        "priority=60000,icmp,in_port=1,actions=output:2",
        "priority=60000,icmp,in_port=2,actions=output:1",
    )
    output = tmp_path / "ping"
    with net.alice.start("ping", "-i", "0.02", net.bob.ip, output=output) as ping:

        def answered() -> list[int]:
            return [int(number) for number in re.findall(r"icmp_seq=(\d+)", output.read_text())]

        wait_until(answered, "the first ping to be answered")
        yield net
        seen = len(answered())
        wait_until(lambda: len(answered()) > seen, "a ping to be answered after the test")
        assert ping.poll() is None, output.read_text()
    numbers = answered()
    lost = set(range(1, max(numbers))) - set(numbers)
    assert not lost, f"{len(lost)} of {max(numbers)} pings were lost: the switch stopped forwarding"
