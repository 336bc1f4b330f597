"""The network that most tests use."""

from __future__ import annotations

from oko_build.lab import Bridge, Host, Switch


class Expectations(list[str]):
    """Patterns of warnings that a test expects in the switch's log."""


class Net:
    """A bridge with hosts: alice on port 1, bob on port 2, then whoever a test adds.

    A host's address is 10.0.0.PORT.
    """

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.alice = bridge.add_host("alice")
        self.bob = bridge.add_host("bob")

    @property
    def switch(self) -> Switch:
        return self.bridge.switch

    def add_host(self, name: str, ip: str | None = None) -> Host:
        """Add a host on the next port."""
        return self.bridge.add_host(name, ip)

    def connect(self) -> None:
        """Let alice and bob talk to each other."""
        self.bridge.add_flows("in_port=1,actions=output:2", "in_port=2,actions=output:1")
