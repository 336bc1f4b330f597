"""Random pipelines."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from oko_build.pipelines import actions, predicates
from oko_build.pipelines.actions import BRIDGES, Place
from oko_build.pipelines.packets import random_packet
from oko_build.pipelines.predicates import Program, Term


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in both its forms."""

    bridge: int
    table: int
    priority: int
    cookie: int
    plain: tuple[str, ...]      # what only ordinary matches can look at
    kept: tuple[Term, ...]      # what is matched ordinarily in both forms
    program: Program | None     # what else it compares, on the right
    actions: str

    def text(self, right: bool) -> str:
        """Return the rule as ``ovs-ofctl`` takes it, of the left or right form."""
        terms = {term.field: term for term in self.kept}
        words = [f"cookie={self.cookie:#x}", f"table={self.table}", f"priority={self.priority}",
                 *self.plain]
        if self.program is not None and not right:
            for term in self.program.terms:
                terms.setdefault(term.field, term)
        words += [terms[name].text for name in predicates.ORDER if name in terms]
        if self.program is not None and right:
            words.append(f"filter_prog={self.program.number}")
        return ",".join([*words, f"actions={self.actions}"])


@dataclass(frozen=True, slots=True)
class Group:
    """A group, which is the same on both sides."""

    bridge: int
    number: int
    body: str

    def text(self) -> str:
        """Return the group as ``ovs-ofctl`` takes it."""
        return f"group_id={self.number},{self.body}"


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet to send into a port; the ports' numbers are OpenFlow's, those of both bridges."""

    port: int
    data: bytes


@dataclass
class Pipeline:
    """Rules, groups, and what to send through them."""

    seed: str
    rules: list[Rule]
    groups: list[Group]
    packets: list[Packet]
    features: set[str] = field(default_factory=set)

    def lines(self, right: bool) -> list[tuple[int, str]]:
        """Return (bridge, line of a bundle) of all groups and rules."""
        return [
            *((group.bridge, f"group add {group.text()}") for group in self.groups),
            *((rule.bridge, f"flow add {rule.text(right)}") for rule in self.rules),
        ]


def _rule(
    rng: random.Random, place: Place, priority: int, cookie: int, programs: Sequence[Program]
) -> Rule:
    program: Program | None = None
    kept: list[Term] = []
    if programs and rng.random() < 0.7:
        program = rng.choice(programs)
        terms = program.terms
        if rng.random() < 0.25:
            kept = _compatible(rng, terms)
    else:
        terms = ()
        if rng.random() < 0.85:
            kept = list(predicates.random_terms(rng))
    plain = list(actions.random_plain(rng, place))
    known = {term.field: term for term in (*kept, *terms)}
    text, needed = actions.random_actions(rng, place, known)
    for term in needed:
        if term.field not in {one.field for one in kept}:
            kept.append(term)
    return Rule(place.bridge, place.table, priority, cookie, tuple(plain), tuple(kept), program,
                text)


def _compatible(rng: random.Random, terms: Sequence[Term]) -> list[Term]:
    """Return conditions to match beside *terms*, of other fields or the same ones."""
    known = {term.field: term for term in terms}
    for _ in range(4):
        more = predicates.random_terms(rng)
        together = {**known, **{term.field: term for term in more}}
        if any(known.get(term.field, term) != term for term in more):
            continue
        try:
            predicates.check(list(together.values()))
        except ValueError:
            continue
        return list(more)
    return []


def generate(seed: str, pool: Sequence[Program]) -> Pipeline:
    """Return the pipeline of *seed*."""
    rng = random.Random(seed)
    features = {name for name, chance in actions.FEATURES.items() if rng.random() < chance}
    pipeline = Pipeline(seed, [], [], [], features)
    cookie = 1
    for bridge, shape in enumerate(BRIDGES):
        tables = range(shape.tables)
        programmed = set(rng.sample(tables, rng.choice((1, 1, 2, 2, 3) if bridge == 0 else (0, 1))))
        few = rng.sample(list(pool), 8)
        for table in tables:
            place = Place(bridge, table, features=frozenset(features))
            rules = [
                (place, priority)
                for priority in rng.sample(range(1, 100), rng.choice((1, 2, 3, 4, 6)))
            ]
            if rng.random() < 0.7:
                rules.append((place, 0))
            for where, priority in rules:
                rule = _rule(rng, where, priority, cookie, few if table in programmed else ())
                if priority == 0:
                    rule = _miss(rng, place, cookie)
                pipeline.rules.append(rule)
                cookie += 1
        pipeline.rules += actions.fixed_rules(bridge, Rule)
        for number, body in actions.random_groups(rng, Place(bridge, 0, frozenset(features))):
            pipeline.groups.append(Group(bridge, number, body))
    if "conjunction" in features:
        pipeline.rules += _conjunctions(rng, pool, frozenset(features), cookie)
    for _ in range(rng.choice((3, 5, 8))):
        # Connection tracking keeps fragments until it has all, or some time has passed.
        data = random_packet(rng, fragments="ct" not in features)
        if "learn" in features and data[:6] == data[6:12]:
            continue            # It would meet the rule that it makes.
        port = rng.choice(actions.PORTS[0] * 3 + actions.PORTS[1])
        pipeline.packets += [Packet(port, data)] * rng.choice((1, 1, 2))
    return pipeline


def _miss(rng: random.Random, place: Place, cookie: int) -> Rule:
    text, needed = actions.random_actions(rng, place, {})
    return Rule(place.bridge, place.table, 0, cookie, (), tuple(needed), None, text)


def _conjunctions(
    rng: random.Random, pool: Sequence[Program], features: frozenset[str], cookie: int
) -> list[Rule]:
    """Return the rules of a conjunction or two: clauses have no programs, what they lead to may."""
    rules = []
    place = Place(0, rng.randrange(1, 5), features=features)
    for number in range(1, rng.choice((2, 3))):
        priority = rng.choice((20, 50, 80)) * 10 + number
        for clause, name, values in (
            (1, "ip_src", (0x0A000001, 0x0A000002, 0x0A000003)),
            (2, "ip_dst", (0x0A000101, 0x0A000102, 0x0A000103)),
        ):
            for value in rng.sample(values, 2):
                kept = (predicates.exact("eth_type", predicates.IPV4),
                        predicates.exact(name, value))
                rules.append(Rule(0, place.table, priority, cookie, (), kept, None,
                                  f"conjunction({number},{clause}/2)"))
                cookie += 1
        program = rng.choice([*rng.sample(list(pool), 3), None])
        known = {term.field: term for term in program.terms} if program else {}
        text, needed = actions.random_actions(rng, place, known)
        rules.append(Rule(0, place.table, priority, cookie, (f"conj_id={number}",),
                          tuple(needed), program, text))
        cookie += 1
    return rules
