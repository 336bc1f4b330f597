"""Runs a pipeline on both sides and compares what comes of it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from oko_build.errors import OkoError
from oko_build.pipelines import control
from oko_build.pipelines.actions import PATCH, PORTS
from oko_build.pipelines.control import Controller, Message
from oko_build.pipelines.generate import Packet, Pipeline
from oko_build.pipelines.twins import DELETE, Capture, Twins, port_name

# What differs by design: the switch translates both branches of check_pkt_larger before it knows
# the packet's length, and exact the rules of both.  With a program, it translates the branch that
# a packet takes.
_CREDITS_BOTH = "larger"
# What else differs in a datapath that recirculates: how long packets were when counted.
_RESIZES = frozenset({"vlan", "mpls", "trunc", "ct"})
_PROPERTIES = {0: "packet", 1: "full_len", 2: "buffer", 3: "table", 4: "cookie", 5: "reason",
               6: "metadata", 7: "userdata", 8: "continuation"}


@dataclass
class Outcome:
    """What one side did: a list of lines for each kind of thing."""

    parts: dict[str, list[str]] = field(default_factory=dict)
    too_deep: bool = False

    def add(self, part: str, line: str) -> None:
        """Add a line."""
        self.parts.setdefault(part, []).append(line)


Messages = list[list[bytes]]
"""The messages that make up a side: a list for each bridge."""


def differences(left: Outcome, right: Outcome) -> list[str]:
    """Return what differs, in lines for people."""
    found = []
    for part in sorted(left.parts.keys() | right.parts.keys()):
        ours, theirs = left.parts.get(part, []), right.parts.get(part, [])
        if ours == theirs:
            continue
        found.append(f"{part}:")
        common = [line for line in ours if line in theirs]
        found += [f"    matches:  {line}" for line in ours if line not in common]
        found += [f"    programs: {line}" for line in theirs if line not in common]
        if len(found) and found[-1] == f"{part}:":
            found += [f"    matches:  {line}" for line in ours]
            found += [f"    programs: {line}" for line in theirs]
    return found


class Comparison:
    """Runs pipelines in a pair of twins."""

    def __init__(self, twins: Twins) -> None:
        """Use *twins*, which nobody else uses."""
        self._twins = twins
        self._captures = [
            {port: Capture(twins.pcap(right, port)) for ports in PORTS for port in ports}
            for right in (False, True)
        ]

    def run(self, pipeline: Pipeline, messages: Sequence[Messages]) -> tuple[Outcome, Outcome]:
        """Return what the left and the right side make of *pipeline*."""
        left = self._side(False, pipeline, messages[0])
        return left, self._side(True, pipeline, messages[1])

    def _deep(self) -> int:
        # Of packets that recirculate too often.
        return int(self._twins.control("coverage/read-counter", "datapath_drop_recirc_error"))

    def _side(self, right: bool, pipeline: Pipeline, messages: Messages) -> Outcome:
        outcome = Outcome()
        switch = self._twins.control
        pair = self._twins.controllers[right]
        for controller, parts in zip(pair, messages, strict=True):
            controller.send(DELETE + b"".join(parts))
        for bridge, controller in enumerate(pair):
            controller.barrier()
            for error in controller.errors:
                outcome.add(f"errors of bridge {bridge}", error.body[:4].hex())
            controller.errors.clear()
            controller.events.clear()
        switch("revalidator/purge")
        if "ct" in pipeline.features:
            switch("dpctl/flush-conntrack")
        if "normal" in pipeline.features:
            switch("fdb/flush")
        before = [(controller.ports(), controller.tables(), controller.meters())
                  for controller in pair]
        deep = self._deep()
        for capture in self._captures[right].values():
            capture.take()

        serial = bool(pipeline.features & {"learn", "normal"})
        for number, packet in enumerate(pipeline.packets):
            self._send(right, number, packet, outcome)
            if serial:
                # So that the datapath has what was learned.
                switch("revalidator/purge")
        switch("revalidator/purge")
        for controller in pair:
            controller.barrier()
        outcome.too_deep = self._deep() != deep
        self._count(pipeline, pair, before, outcome)
        return outcome

    def _send(self, right: bool, number: int, packet: Packet, outcome: Outcome) -> None:
        self._twins.control("netdev-dummy/receive", port_name(right, packet.port),
                            packet.data.hex())
        pair = self._twins.controllers[right]
        for _ in range(64):
            paused = False
            for _ in range(2):
                for controller in pair:
                    controller.barrier()
            for bridge, controller in enumerate(pair):
                events, controller.events = controller.events, []
                for event in events:
                    paused |= self._event(number, bridge, controller, event, outcome)
            if not paused:
                break
        else:
            raise OkoError("a packet is paused without end")
        for port, capture in self._captures[right].items():
            for data in capture.take():
                outcome.add(f"output of packet {number} to port {port}", data.hex())

    @staticmethod
    def _event(
        number: int, bridge: int, controller: Controller, event: Message, outcome: Outcome
    ) -> bool:
        """Note a message to the controller; resume the packet and return True if it is paused."""
        part = f"messages of packet {number} from bridge {bridge}"
        if event.type != control.EXPERIMENTER \
                or struct.unpack_from("!II", event.body) != (control.NX_VENDOR,
                                                             control.NXT_PACKET_IN2):
            outcome.add(part, f"type {event.type}, {event.body.hex()}")
            return False
        words: list[str] = []
        at, paused = 8, False
        while at + 4 <= len(event.body):
            kind, length = struct.unpack_from("!HH", event.body, at)
            if kind == 8:
                paused = True
                words.append("continuation")    # of the switch, which says how it goes on
            else:
                name = _PROPERTIES.get(kind, str(kind))
                words.append(f"{name}={event.body[at + 4:at + length].hex()}")
            at += (length + 7) // 8 * 8
        if paused:
            # The switch says whose message this is when all that led here has frozen.  That is the
            # first rule that the packet met, or after a lookup with programs, none.
            words = [word for word in words if not word.startswith("cookie=")]
        outcome.add(part, " ".join(words))
        if paused:
            controller.send(control.experimenter(control.NXT_RESUME, event.body[8:]))
        return paused

    @staticmethod
    def _count(
        pipeline: Pipeline,
        pair: Sequence[Controller],
        before: Sequence[tuple[dict[int, tuple[int, ...]], dict[int, tuple[int, int, int]],
                               dict[int, tuple[int, int]]]],
        outcome: Outcome,
    ) -> None:
        exact = _CREDITS_BOTH not in pipeline.features
        octets = not pipeline.features & _RESIZES
        learned = {0x900 + table for table in range(16)}

        def shown(packets: int, size: int) -> str:
            return f"{packets} packets" + (f", {size} bytes" if octets else "")

        for bridge, controller in enumerate(pair):
            name = f"of bridge {bridge}"
            for flow in sorted(controller.flows()):
                cookie, table, priority, match, does, packets, size = flow
                line = f"cookie {cookie:#x}, table {table}, priority {priority}"
                if exact:
                    line += f": {shown(packets, size)}"
                if cookie in learned:
                    line += f", match {match.hex()}, actions {does.hex()}"
                outcome.add(f"rules {name}", line)
            for group, counts in sorted(controller.groups().items()) if exact else ():
                outcome.add(f"groups {name}", f"group {group}: "
                            + "; ".join(shown(*count) for count in counts))
            ports, tables, meters = before[bridge]
            for port, values in sorted(controller.ports().items()):
                if port == PATCH and not exact:
                    continue
                now = [a - b for a, b in zip(values, ports[port], strict=True)]
                if port == PATCH and not octets:
                    now[2] = now[3] = 0
                outcome.add(f"ports {name}", f"port {port}: rx {now[0]} ({now[2]} bytes), "
                            f"tx {now[1]} ({now[3]} bytes), dropped {now[4]}, {now[5]}")
            for table, (active, lookups, matches) in sorted(controller.tables().items()):
                old = tables.get(table, (0, 0, 0))
                if table < 253 and exact:
                    outcome.add(f"tables {name}", f"table {table}: {active} active, "
                                f"{lookups - old[1]} lookups, {matches - old[2]} matches")
            metered = exact and "meter" in pipeline.features and "pause" not in pipeline.features
            for meter, (packets, size) in sorted(controller.meters().items()) if metered else ():
                outcome.add(f"meters {name}", f"meter {meter}: "
                            + shown(packets - meters[meter][0], size - meters[meter][1]))

    def close(self) -> None:
        """Close the captures."""
        for captures in self._captures:
            for capture in captures.values():
                capture.close()
