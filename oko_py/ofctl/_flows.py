"""OpenFlow rules of a bridge."""

from __future__ import annotations

from collections.abc import Iterator

from oko_py._errors import BadArgument
from oko_py._model import Flow, MatchValue
from oko_py._parse import parse_flows
from oko_py._process import Runner


def flow_text(fields: dict[str, MatchValue], actions: str | None = None) -> str:
    """Return *fields* and *actions* as ``ovs-ofctl`` takes them.

    A field that is True stands alone (``tcp=True``), one that is False is left out.
    """
    parts = []
    for name, value in fields.items():
        if value is True:
            parts.append(name)
        elif value is not False:
            parts.append(f"{name}={value}")
    if actions is not None:
        parts.append(f"actions={actions}")
    text = ",".join(parts)
    if "\n" in text or "\0" in text:
        raise BadArgument(f"expected a flow on one line, got {text!r}")
    return text


class Flows:
    """The rules of a bridge, with their statistics; iterate to dump them."""

    def __init__(self, bridge: str, runner: Runner) -> None:
        """Use ``Bridge.flows`` instead."""
        self._bridge = bridge
        self._runner = runner

    def __iter__(self) -> Iterator[Flow]:
        return iter(self.dump())

    def dump(self, flow: str = "", **fields: MatchValue) -> list[Flow]:
        """Return the rules, all or those that match *flow* (text) and *fields*."""
        criteria = _join(flow, flow_text(fields))
        return parse_flows(
            self._runner.run("dump-flows", self._bridge, *([criteria] if criteria else []))
        )

    def add(self, flow: str = "", *, actions: str | None = None, **fields: MatchValue) -> None:
        """Add a rule, given as text, as fields, or both.

        >>> flows.add("in_port=1,filter_prog=1,actions=output:2")
        >>> flows.add(priority=1, in_port=1, filter_prog=1, actions="output:2")

        Raises :class:`ProgramNotFound` if ``filter_prog`` names no program of the bridge.
        """
        if actions is None and "actions" not in flow:
            raise BadArgument("expected actions, such as actions='output:2' or actions='drop'")
        if "actions" in flow:
            text = _join(flow_text(fields), flow)
        else:
            text = _join(flow, flow_text(fields, actions))
        self._runner.run("add-flow", self._bridge, text)

    def delete(self, flow: str = "", *, strict: bool = False, **fields: MatchValue) -> None:
        """Delete the rules that match; with *strict*, only the one with exactly this match."""
        criteria = _join(flow, flow_text(fields))
        if not criteria:
            raise BadArgument("expected a match; to delete all flows, call clear()")
        options = ["--strict"] if strict else []
        self._runner.run("del-flows", self._bridge, criteria, options=options)

    def clear(self) -> None:
        """Delete all rules."""
        self._runner.run("del-flows", self._bridge)


def _join(*parts: str) -> str:
    return ",".join(part.strip(", ") for part in parts if part.strip(", "))
