"""Random actions, and where what may stand.

Tables lead to later tables only, and the last ones of a bridge are leaves, which lead nowhere: so a
pipeline ends.  What the left and the right side do differently by design, as
Documentation/topics/filter-programs.rst lists it, is left out:

- write_actions in what a bucket of a group leads to;
- exit together with check_pkt_larger;
- fin_timeout together with exit.

So is connection tracking with NAT in what a clone or a bucket looks up: without a program, the
switch does not put it into a clone, and the packet that follows has the new addresses.

A packet does not meet a rule that it made the switch learn: a translation goes on with the tables
as they were when it began, but the next lookup with programs begins another one.

Nor do packets get a second VLAN tag: in front of a lookup with programs, as after connection
tracking, the switch parses the packet anew, up to the tags that ``vlan-limit`` allows, while before
that it remembers what was beyond them.  And nothing pushes a fourth MPLS label: an error of
translation drops the whole packet without a program, and with one, what comes after it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from oko_build.pipelines import predicates
from oko_build.pipelines.predicates import IPV4, MPLS, TCP, UDP, VLAN_CFI, Term

T = TypeVar("T")

PORTS = [[1, 2, 3, 4], [5, 6]]
PATCH = 9
GROUPS = 3
METERS = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """A bridge's tables, of which those from 'leaves' on lead nowhere."""

    tables: int
    leaves: int


BRIDGES = (Shape(7, 5), Shape(3, 2))

FEATURES = {
    "vlan": 0.5, "mpls": 0.2, "group": 0.5, "controller": 0.5, "pause": 0.15, "ct": 0.25,
    "nat": 0.6, "larger": 0.3, "exit": 0.3, "learn": 0.12, "normal": 0.12, "conjunction": 0.2,
    "meter": 0.2, "queue": 0.2, "fin": 0.1, "set": 0.6, "write": 0.5, "trunc": 0.3,
    "clone": 0.5, "stack": 0.2,
}
"""What a pipeline may have besides outputs and lookups, and how often."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where actions stand."""

    bridge: int
    table: int
    features: frozenset[str]
    depth: int = 0              # in clones
    bucket: bool = False
    set: bool = False           # in write_actions

    @property
    def leaf(self) -> bool:
        """Whether the table is a leaf."""
        return self.table >= BRIDGES[self.bridge].leaves

    def has(self, feature: str) -> bool:
        """Whether the pipeline has a feature, and not one that it doesn't go with."""
        if feature == "exit" and self.features & {"larger", "fin"}:
            return False
        if feature == "set" and "learn" in self.features:
            return False
        if feature == "nat" and self.features & {"clone", "group"}:
            return False
        return feature in self.features


class _Known:
    """What a rule's match says of the packet, as actions change it."""

    def __init__(self, terms: Mapping[str, Term]) -> None:
        self._terms = terms
        self.needed: dict[str, Term] = {}
        self._type: int | None = None
        self.fresh = True

    def _exact(self, name: str) -> int | None:
        term = self._terms.get(name)
        return term.value if term is not None and term == predicates.exact(name, term.value) \
            else None

    @property
    def type(self) -> int | None:
        return self._type if self._type is not None else self._exact("eth_type")

    @property
    def proto(self) -> int | None:
        return self._exact("ip_proto") if self.type == IPV4 and self._type is None else None

    @property
    def tagged(self) -> bool:
        term = self._terms.get("vlan_tci")
        return term is not None and bool(term.mask & term.value & VLAN_CFI)

    @property
    def untagged(self) -> bool:
        """Whether there is no tag, and no action has changed that yet."""
        term = self._terms.get("vlan_tci")
        return self.fresh and term is not None and term.mask & ~term.value & VLAN_CFI != 0

    def become(self, kind: int) -> None:
        """Note that an action changed the type."""
        self._type = kind

    def need(self, *names: str) -> None:
        """Note that an action is valid only after a match on these."""
        for name in names:
            if self._type is None or name == "vlan_tci":
                self.needed[name] = self._terms[name]


def random_plain(rng: random.Random, place: Place) -> Iterator[str]:
    """Yield conditions that only ordinary matches have."""
    if rng.random() < (0.3 if place.table == 0 else 0.1):
        yield f"in_port={rng.choice([*PORTS[place.bridge], PATCH])}"
    if place.table and rng.random() < 0.15:
        yield rng.choice(("reg0=0x1/0x1", "reg0=0/0x1", "reg1=1", "metadata=0x1/0x1"))
    if place.table and place.has("ct") and rng.random() < 0.4:
        yield rng.choice(("ct_state=+trk", "ct_state=+trk+new", "ct_state=+est", "ct_state=-trk",
                          "ct_mark=1", "ct_zone=1"))


def fixed_rules(bridge: int, make: Callable[..., T]) -> list[T]:
    """Return the rules that end loops between the bridges."""
    if bridge == 1:
        return []
    leaf = BRIDGES[0].leaves
    return [make(0, 0, 1000, 0xF00, (f"in_port={PATCH}",), (), None, f"resubmit(,{leaf})")]


def _later(rng: random.Random, place: Place) -> int | None:
    shape = BRIDGES[place.bridge]
    if place.leaf:
        return None
    if place.bucket:
        return rng.randrange(shape.leaves, shape.tables)
    return rng.randrange(place.table + 1, shape.tables)


def _port(rng: random.Random, place: Place) -> str:
    ports = [str(port) for port in PORTS[place.bridge]] * 2
    if not place.leaf and not place.bucket:
        ports += [str(PATCH)] * (2 if place.bridge == 0 else 1)
    return rng.choice(ports)


def _output(rng: random.Random, place: Place, _: _Known) -> str:
    if not place.leaf and not place.bucket and rng.random() < 0.1:
        return rng.choice(("in_port", "FLOOD", "ALL", "LOCAL"))
    return f"output:{_port(rng, place)}"


def _trunc(rng: random.Random, place: Place, _: _Known) -> str:
    return f"output(port={_port(rng, place)},max_len={rng.choice((14, 40, 64, 100))})"


def _resubmit(rng: random.Random, place: Place, _: _Known) -> str | None:
    table = _later(rng, place)
    if table is None:
        return None
    port = rng.choice(("", "", "", str(rng.choice(PORTS[place.bridge]))))
    return f"resubmit({port},{table})"


def _group(rng: random.Random, place: Place, _: _Known) -> str | None:
    return None if place.leaf or place.bucket else f"group:{rng.randrange(1, GROUPS + 1)}"


def _clone(rng: random.Random, place: Place, known: _Known) -> str | None:
    if place.depth >= 2:
        return None
    inner = _sequence(rng, replace(place, depth=place.depth + 1), known, rng.choice((1, 2, 3)))
    known.become(0)
    return f"clone({inner})"


def _set(rng: random.Random, place: Place, known: _Known) -> str:
    pick = rng.choice
    choices: list[Callable[[], str]] = [
        lambda: f"set_field:{pick((0, 1, 3))}->reg0",
        lambda: "load:1->NXM_NX_REG0[0]",
        lambda: "set_field:1->reg1",
        lambda: f"set_field:50:54:00:00:00:{rng.randrange(1, 5):02x}->eth_{pick(('src', 'dst'))}",
        lambda: "move:NXM_OF_ETH_SRC[0..7]->NXM_NX_REG0[0..7]",
        lambda: "move:NXM_OF_IN_PORT[]->NXM_NX_REG1[0..15]",
        lambda: "load:0x1->OXM_OF_METADATA[]",
    ]
    if known.type == IPV4:
        def ip() -> str:
            known.need("eth_type")
            return pick(("dec_ttl", f"set_field:10.0.1.{rng.randrange(1, 5)}->ip_dst",
                         f"set_field:10.0.0.{rng.randrange(1, 5)}->ip_src", "mod_nw_tos:32"))

        choices += [ip] * 4
    if known.proto in (TCP, UDP):
        def tp() -> str:
            known.need("eth_type", "ip_proto")
            name = "tcp" if known.proto == TCP else "udp"
            return pick((f"set_field:{pick((53, 80))}->{name}_dst",
                         f"set_field:{pick((1000, 1001))}->{name}_src"))

        choices += [tp] * 4
    return pick(choices)()


def _vlan(rng: random.Random, place: Place, known: _Known) -> str | None:
    pick = rng.choice
    vid = pick((4106, 4107))
    if known.fresh and known.tagged:
        known.need("vlan_tci")
        return pick(("strip_vlan", f"set_field:{vid}->vlan_vid", f"mod_vlan_pcp:{pick((0, 3))}"))
    if known.untagged:
        known.need("vlan_tci")
        return pick((f"push_vlan:0x8100,set_field:{vid}->vlan_vid", "mod_vlan_vid:10"))
    return None


def _mpls(rng: random.Random, place: Place, known: _Known) -> str | None:
    pick = rng.choice
    if known.type == MPLS and rng.random() < 0.7:
        known.need("eth_type")
        choice = pick((f"set_field:{pick((100, 101))}->mpls_label", "dec_mpls_ttl", "pop"))
        if choice != "pop":
            return str(choice)
        known.become(IPV4)
        return "pop_mpls:0x0800"
    if known.type != IPV4 or not known.fresh:
        return None
    known.need("eth_type")
    known.become(MPLS)
    return "push_mpls:0x8847" + pick(("", f",set_field:{pick((100, 101))}->mpls_label"))


def _controller(rng: random.Random, place: Place, _: _Known) -> str:
    options = [rng.choice(("", "max_len=40", "reason=no_match", "userdata=01.02.03"))]
    options.append("id=7")
    if place.has("pause") and not place.bucket and not place.depth and rng.random() < 0.4:
        options.append("pause")
    return f"controller({','.join(option for option in options if option)})"


def _ct(rng: random.Random, place: Place, known: _Known) -> str | None:
    if known.type != IPV4:
        return None
    known.need("eth_type")
    if rng.random() < 0.15:
        return "ct_clear"
    options = [rng.choice(("zone=1", "zone=2"))]
    if rng.random() < 0.6:
        options.insert(0, "commit")
        if place.has("nat") and rng.random() < 0.6:
            options.append(rng.choice(("nat(src=10.0.0.9)", "nat(dst=10.0.1.3)", "nat")))
        if rng.random() < 0.4:
            options.append("exec(set_field:1->ct_mark)")
    elif place.has("nat") and rng.random() < 0.5:
        options.append("nat")
    table = _later(rng, place)
    if table is not None and rng.random() < 0.8:
        options.append(f"table={table}")
    return f"ct({','.join(options)})"


def _larger(rng: random.Random, place: Place, _: _Known) -> str:
    return f"check_pkt_larger({rng.choice((60, 100, 180))})->NXM_NX_REG0[{rng.choice((0, 1))}]"


def _learn(rng: random.Random, place: Place, _: _Known) -> str | None:
    table = _later(rng, place)
    if table is None:
        return None
    return (f"learn(table={table},priority={rng.randrange(200, 204)},cookie=0x{900 + table},"
            "NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],"
            f"{rng.choice(('output:NXM_OF_IN_PORT[]', 'load:1->NXM_NX_REG0[0]'))})")


def _queue(rng: random.Random, place: Place, _: _Known) -> str:
    if rng.random() < 0.2:
        return f"enqueue:{rng.choice(PORTS[place.bridge])}:2"
    return rng.choice(("set_queue:1", "set_queue:2", "pop_queue"))


def _stack(rng: random.Random, place: Place, _: _Known) -> str:
    return rng.choice(("push:NXM_NX_REG0[]", "pop:NXM_NX_REG0[]", "push:NXM_OF_ETH_DST[]",
                       "pop:NXM_NX_REG1[]", "output:NXM_NX_REG1[]", "note:01.02",
                       f"bundle(eth_src,0,hrw,ofport,members:{PORTS[place.bridge][0]},"
                       f"{PORTS[place.bridge][1]})",
                       "multipath(symmetric_l4,1024,modulo_n,2,0,NXM_NX_REG0[0])"))


def _fin(rng: random.Random, place: Place, known: _Known) -> str | None:
    if known.proto != TCP:
        return None
    known.need("eth_type", "ip_proto")
    return "fin_timeout(idle_timeout=1000)"


_Maker = Callable[[random.Random, Place, _Known], str | None]


def _choices(place: Place) -> list[tuple[_Maker, int]]:
    """Return what may stand at a place, with weights."""
    if place.set:
        found: list[tuple[_Maker, int, str]] = [(_output, 6, ""), (_group, 2, "group"),
                                                (_set, 3, "set")]
    else:
        found = [
            (_output, 8, ""), (_resubmit, 8, ""), (_trunc, 3, "trunc"), (_group, 5, "group"),
            (_clone, 4, "clone"), (_set, 6, "set"), (_vlan, 5, "vlan"), (_mpls, 4, "mpls"),
            (_controller, 3, "controller"), (_ct, 8, "ct"), (_larger, 4, "larger"),
            (_learn, 6, "learn"), (_queue, 3, "queue"), (_stack, 4, "stack"), (_fin, 6, "fin"),
        ]
        if not place.leaf and not place.bucket:
            found += [(lambda *_: "NORMAL", 5, "normal")]
        if not place.bucket:
            found += [(lambda *_: "exit", 2, "exit")]
    return [(make, weight) for make, weight, feature in found
            if not feature or place.has(feature)]


def _sequence(rng: random.Random, place: Place, known: _Known, length: int) -> str:
    choices = _choices(place)
    makers, weights = [one[0] for one in choices], [one[1] for one in choices]
    words: list[str] = []
    for _ in range(length):
        word = rng.choices(makers, weights)[0](rng, place, known)
        known.fresh = False
        if word is not None:
            words.append(word)
    return ",".join(words or [_output(rng, place, known)])


def random_actions(
    rng: random.Random, place: Place, terms: Mapping[str, Term]
) -> tuple[str, list[Term]]:
    """Return actions for a rule, and which of the conditions they need to be valid.

    *terms* is what the rule matches.
    """
    known = _Known(terms)
    words = [_sequence(rng, place, known, rng.choice((1, 1, 2, 2, 3, 4)))]
    if place.has("meter") and rng.random() < 0.15:
        words.insert(0, f"meter:{rng.randrange(1, METERS + 1)}")
    if not place.leaf:
        # Instructions, in their order.
        if place.has("write") and rng.random() < 0.1:
            words.append("clear_actions")
        if place.has("write") and rng.random() < 0.3:
            inner = _set_of_actions(rng, replace(place, set=True), terms, known)
            words.append(f"write_actions({inner})")
        if rng.random() < 0.1:
            words.append("write_metadata:0x1/0x1")
        if rng.random() < 0.35:
            words.append(f"goto_table:{_later(rng, place)}")
    return ",".join(words), list(known.needed.values())


def _set_of_actions(
    rng: random.Random, place: Place, terms: Mapping[str, Term], known: _Known
) -> str:
    fresh = _Known(terms)
    fresh.fresh = False
    if known.type != IPV4:
        fresh.become(0)
    inner = _sequence(rng, place, fresh, rng.choice((1, 2)))
    known.needed.update(fresh.needed)
    return inner


def random_groups(rng: random.Random, place: Place) -> Iterator[tuple[int, str]]:
    """Yield the number of each group of a bridge and what is in it."""
    if not place.has("group"):
        return
    for number in range(1, GROUPS + 1):
        kind = rng.choice(("all", "select", "select", "indirect", "ff"))
        words = [f"type={kind}"]
        if kind == "select" and rng.random() < 0.5:
            words.append("selection_method=hash,fields(eth_src,eth_dst)")
        features = place.features - {"ct", "learn", "queue", "larger"}
        inside = replace(place, bucket=True, features=features)
        for _ in range(1 if kind == "indirect" else rng.choice((1, 2, 3))):
            watch = f"watch_port:{rng.choice(PORTS[place.bridge])}," if kind == "ff" else ""
            body = _sequence(rng, inside, _Known({}), rng.choice((1, 2)))
            words.append(f"bucket={watch}actions={body}")
        yield number, ",".join(words)
