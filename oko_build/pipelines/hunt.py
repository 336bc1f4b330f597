"""Looks for pipelines on which the two sides disagree, and makes them small."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from oko_build.errors import OkoError
from oko_build.lab import Tools
from oko_build.pipelines.compare import Comparison, Messages, Outcome, differences
from oko_build.pipelines.control import Disconnected
from oko_build.pipelines.encode import Encoder
from oko_build.pipelines.generate import Pipeline, generate
from oko_build.pipelines.predicates import Program, random_pool
from oko_build.pipelines.twins import Twins, bridge_name, port_name

T = TypeVar("T")

POOL = 80
BATCH = 32


@dataclass
class Disagreement:
    """A pipeline on which the sides disagree, made small."""

    pipeline: Pipeline
    differences: list[str]

    def __str__(self) -> str:
        """Return it as commands that one can follow, and what differs."""
        lines = [f"pipeline {self.pipeline.seed}:"]
        for group in self.pipeline.groups:
            lines.append(f"  {bridge_name(False, group.bridge)[-1]}: group {group.text()}")
        for rule in self.pipeline.rules:
            lines.append(f"  {rule.bridge}: matches:  {rule.text(False)}")
            if rule.program is not None:
                lines.append(f"  {rule.bridge}: programs: {rule.text(True)}")
                lines.append(f"       program {rule.program.number}: "
                             + ",".join(term.text for term in rule.program.terms))
        for packet in self.pipeline.packets:
            lines.append(f"  into {port_name(False, packet.port)}: {packet.data.hex()}")
        return "\n".join([*lines, *(f"  {line}" for line in self.differences)])


@dataclass
class Tally:
    """How many pipelines went how."""

    agreed: int = 0
    too_deep: int = 0
    packets: int = 0
    outputs: int = 0
    messages: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)


class Hunt:
    """A switch with programs, and pipelines by seed."""

    def __init__(self, tools: Tools, seed: int) -> None:
        """Start the switch.  *seed* chooses its programs, and with a number, each pipeline."""
        self._seed = seed
        self._pool: list[Program] = random_pool(random.Random(f"programs {seed}"), POOL)
        self._tools = tools
        self._start()

    def _start(self) -> None:
        self._twins = Twins(self._tools, self._pool)
        self._comparison = Comparison(self._twins)
        self._encoder = Encoder(self._twins.folder, self._twins.run)

    def _last_words(self) -> str:
        """Return what the switch said when it died, and start another one."""
        said = self._twins.last_words()
        self.close()
        self._start()
        return said

    def pipeline(self, number: int) -> Pipeline:
        """Return the pipeline *number*."""
        return generate(f"{self._seed}:{number}", self._pool)

    def _encode(self, pipelines: Sequence[Pipeline]) -> Iterator[list[Messages]]:
        """Yield the messages of each of *pipelines*, for both sides."""
        lines = [line for pipeline in pipelines for right in (False, True)
                 for line in pipeline.lines(right)]
        encoded = iter(self._encoder.encode([text for _, text in lines]))
        for pipeline in pipelines:
            sides: list[Messages] = []
            for right in (False, True):
                bridges: Messages = [[], []]
                for bridge, _ in pipeline.lines(right):
                    bridges[bridge].append(next(encoded))
                sides.append(bridges)
            yield sides

    def check(self, pipeline: Pipeline) -> tuple[Outcome, Outcome]:
        """Run one pipeline."""
        return self._comparison.run(pipeline, next(self._encode([pipeline])))

    def search(
        self, numbers: range, tell: Callable[[Tally], None] = lambda _: None, *, most: int = 5
    ) -> Tally:
        """Run the pipelines *numbers*; stop after *most* disagreements."""
        tally = Tally()
        for start in range(0, len(numbers), BATCH):
            batch = [self.pipeline(number) for number in numbers[start:start + BATCH]]
            for pipeline, messages in zip(batch, self._encode(batch), strict=True):
                try:
                    left, right = self._comparison.run(pipeline, messages)
                except Disconnected:
                    said = [f"the switch died: {self._last_words()}"]
                    tally.disagreements.append(self.minimize(pipeline, said))
                except OkoError as error:
                    raise OkoError(f"pipeline {pipeline.seed}: {error}") from error
                else:
                    self._note(tally, pipeline, left, right)
                if len(tally.disagreements) >= most:
                    return tally
            tell(tally)
        return tally

    def _note(self, tally: Tally, pipeline: Pipeline, left: Outcome, right: Outcome) -> None:
        tally.packets += len(pipeline.packets)
        for part, lines in left.parts.items():
            tally.outputs += len(lines) if part.startswith("output") else 0
            tally.messages += len(lines) if part.startswith("messages") else 0
        if left.too_deep or right.too_deep:
            tally.too_deep += 1
        elif left.parts == right.parts:
            tally.agreed += 1
        else:
            tally.disagreements.append(self.minimize(pipeline, differences(left, right)))

    def _disagrees(self, pipeline: Pipeline) -> list[str]:
        try:
            left, right = self.check(pipeline)
        except Disconnected:
            return [f"the switch died: {self._last_words()}"]
        except OkoError:
            return []       # not valid without what was left out
        if left.too_deep or right.too_deep:
            return []
        return differences(left, right)

    def minimize(self, pipeline: Pipeline, first: list[str]) -> Disagreement:
        """Return the smallest part of *pipeline* found on which the sides still disagree."""
        found = self._disagrees(pipeline)
        if not found:
            return Disagreement(pipeline, ["(it did not happen again)", *first])

        def still(candidate: Pipeline) -> bool:
            nonlocal found
            new = self._disagrees(candidate)
            found = new or found
            return bool(new)

        for _ in range(3):
            size = len(pipeline.rules), len(pipeline.packets), len(pipeline.groups)
            pipeline.packets = _fewer(
                pipeline.packets, lambda packets: still(replace(pipeline, packets=packets)))
            pipeline.rules = _fewer(
                pipeline.rules, lambda rules: still(replace(pipeline, rules=rules)))
            pipeline.groups = _fewer(
                pipeline.groups, lambda groups: still(replace(pipeline, groups=groups)))
            for i, rule in enumerate(pipeline.rules):
                if rule.program is not None:
                    plain = replace(rule, program=None,
                                    kept=(*rule.kept, *(term for term in rule.program.terms
                                                        if term not in rule.kept)))
                    rules = [*pipeline.rules[:i], plain, *pipeline.rules[i + 1:]]
                    if still(replace(pipeline, rules=rules)):
                        pipeline.rules = rules
            if size == (len(pipeline.rules), len(pipeline.packets), len(pipeline.groups)):
                break
        still(pipeline)
        return Disagreement(pipeline, found)

    def close(self) -> None:
        """Stop the switch."""
        self._encoder.close()
        self._comparison.close()
        self._twins.stop()


def _fewer(items: list[T], still: Callable[[list[T]], bool]) -> list[T]:
    """Return as few of *items* as found for which *still* holds."""
    step = max(1, len(items) // 2)
    while step:
        at = 0
        while at < len(items):
            rest = items[:at] + items[at + step:]
            if rest and still(rest):
                items = rest
            else:
                at += step
        step //= 2
    return items
