"""What rules match: OpenFlow's words for it, and programs that compare the same bits."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import oko_py
from oko_build.errors import OkoError

SOURCE = Path(__file__).with_name("predicate.c")
MAX_CONDITIONS = 3

VLAN_CFI = 0x1000
IPV4, ARP, MPLS = 0x0800, 0x0806, 0x8847
ICMP, TCP, UDP = 1, 6, 17


@dataclass(frozen=True, slots=True)
class Term:
    """A condition on a header field."""

    field: str
    value: int
    mask: int

    @property
    def text(self) -> str:
        """The condition as ``ovs-ofctl`` takes it."""
        return _FIELDS[self.field].text(self.value, self.mask)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field: its number in predicate.c, its name, width in bits and what it needs."""

    number: int
    name: str
    bits: int
    needs: str = ""
    shift: int = 0              # in the word that the program reads
    width: int = 0              # of the text's number, if it isn't plain

    def text(self, value: int, mask: int) -> str:
        full = (1 << self.bits) - 1
        if self.width == 48:
            if mask == full:
                return f"{self.name}=50:54:{_colons(value)}"
            return f"{self.name}=00:00:{_colons(value)}/00:00:{_colons(mask)}"
        if self.width == 32:
            return f"{self.name}={_dots(value)}" + ("" if mask == full else f"/{_dots(mask)}")
        shown = f"{self.name}={value:#x}"
        return shown if mask == full else f"{shown}/{mask:#x}"


def _colons(value: int) -> str:
    return ":".join(f"{byte:02x}" for byte in value.to_bytes(4, "big"))


def _dots(value: int) -> str:
    return ".".join(str(byte) for byte in value.to_bytes(4, "big"))


_FIELDS = {
    "eth_dst": _Field(1, "dl_dst", 32, width=48),
    "eth_src": _Field(2, "dl_src", 32, width=48),
    "vlan_tci": _Field(3, "vlan_tci", 16),
    "eth_type": _Field(4, "dl_type", 16),
    "ip_src": _Field(5, "nw_src", 32, "ip", width=32),
    "ip_dst": _Field(6, "nw_dst", 32, "ip", width=32),
    "ip_proto": _Field(7, "nw_proto", 8, "ip"),
    "ip_tos": _Field(8, "nw_tos", 8, "ip"),
    "ip_ttl": _Field(9, "nw_ttl", 8, "ip"),
    "tp_src": _Field(10, "tp_src", 16, "tp"),
    "tp_dst": _Field(11, "tp_dst", 16, "tp"),
    "tcp_flags": _Field(12, "tcp_flags", 12, "tcp"),
    "icmp_type": _Field(13, "icmp_type", 8, "icmp"),
    "mpls_label": _Field(14, "mpls_label", 20, "mpls", shift=12),
    "mpls_tc": _Field(14, "mpls_tc", 3, "mpls", shift=9),
    "mpls_bos": _Field(14, "mpls_bos", 1, "mpls", shift=8),
    "arp_op": _Field(15, "arp_op", 16, "arp"),
}

ORDER = ("eth_type", "ip_proto", *sorted(_FIELDS.keys() - {"eth_type", "ip_proto"}))
"""The names of fields, those that others need first."""


def exact(field: str, value: int) -> Term:
    """Return the condition that *field* is *value*."""
    return Term(field, value, (1 << _FIELDS[field].bits) - 1)


def _under(field: str, value: int, mask: int) -> Term:
    return Term(field, value & mask, mask)


def prerequisites(terms: Sequence[Term]) -> list[Term]:
    """Return the conditions that OpenFlow demands beside *terms*, without those."""
    have = {term.field for term in terms}
    needs = {_FIELDS[term.field].needs for term in terms}
    found: list[Term] = []
    if needs & {"tcp", "icmp", "tp"} and "ip_proto" not in have:
        found.append(exact("ip_proto", TCP if "tcp" in needs else ICMP if "icmp" in needs else UDP))
    if "eth_type" not in have:
        if needs & {"ip", "tp", "tcp", "icmp"}:
            found.append(exact("eth_type", IPV4))
        elif "mpls" in needs:
            found.append(exact("eth_type", MPLS))
        elif "arp" in needs:
            found.append(exact("eth_type", ARP))
    return found


def condition(term: Term) -> tuple[int, int, int]:
    """Return the field's number, mask and value as predicate.c has them."""
    field = _FIELDS[term.field]
    return field.number, term.mask << field.shift, term.value << field.shift


def random_term(rng: random.Random, layer: str) -> Term:
    """Return a condition of *layer*: ``eth``, ``ip``, ``tp``, ``tcp``, ``icmp``, ``mpls``, ``arp``.

    Values are few, so that packets meet them.
    """
    pick = rng.choice
    if layer == "eth":
        kind = rng.randrange(6)
        if kind < 2:
            return exact(pick(("eth_src", "eth_dst")), rng.randrange(1, 5))
        if kind == 2:
            mask = pick((1, 2, 3))
            return _under(pick(("eth_src", "eth_dst")), rng.randrange(4), mask)
        return pick((
            _under("vlan_tci", 0, VLAN_CFI),
            _under("vlan_tci", VLAN_CFI, VLAN_CFI),
            _under("vlan_tci", VLAN_CFI | pick((10, 11)), 0x1fff),
            _under("vlan_tci", VLAN_CFI | pick((0, 3)) << 13, 0xf000),
            exact("eth_type", pick((IPV4, IPV4, ARP, MPLS, 0x1234))),
        ))
    if layer == "ip":
        kind = rng.randrange(6)
        if kind == 0:
            return exact("ip_proto", pick((ICMP, TCP, UDP)))
        if kind == 1:
            return exact("ip_tos", pick((0, 32)))
        if kind == 2:
            return exact("ip_ttl", pick((1, 2, 63, 64)))
        field, net = pick((("ip_src", 0x0A000000), ("ip_dst", 0x0A000100)))
        mask = pick((0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFF00, 1, 2))
        return _under(field, net | rng.randrange(1, 5), mask)
    if layer == "tp":
        field, values = pick((("tp_src", (1000, 1001, 1002)), ("tp_dst", (53, 80, 443))))
        return _under(field, pick(values), pick((0xFFFF, 0xFFFF, 0xFFFF, 1, 2, 0xFFFE)))
    if layer == "tcp":
        return _under("tcp_flags", pick((2, 16)), pick((2, 16, 0xFFF)))
    if layer == "icmp":
        return exact("icmp_type", pick((0, 8)))
    if layer == "mpls":
        return pick((exact("mpls_label", pick((100, 101))), exact("mpls_tc", pick((0, 3))),
                     exact("mpls_bos", pick((0, 1)))))
    return exact("arp_op", pick((1, 2)))


_LAYERS = ("eth", "eth", "eth", "ip", "ip", "ip", "tp", "tp", "tcp", "icmp", "mpls", "arp")


def random_terms(rng: random.Random, most: int = MAX_CONDITIONS) -> tuple[Term, ...]:
    """Return from 1 up to *most* conditions that can hold together, prerequisites included."""
    while True:
        terms: dict[str, Term] = {}
        for _ in range(rng.choice((1, 1, 1, 2, 2))):
            term = random_term(rng, rng.choice(_LAYERS))
            terms.setdefault(term.field, term)
        chosen = list(terms.values())
        try:
            whole = (*prerequisites(chosen), *chosen)
            check(whole)
        except ValueError:
            continue
        if len(whole) <= most:
            return whole


def check(terms: Sequence[Term]) -> None:
    """Raise ValueError if the prerequisites of *terms* contradict each other."""
    needs = {_FIELDS[term.field].needs for term in terms} - {""}
    by_field = {term.field: term.value for term in terms}
    kind = by_field.get("eth_type")
    proto = by_field.get("ip_proto")
    for need in needs:
        if {"ip": IPV4, "tp": IPV4, "tcp": IPV4, "icmp": IPV4, "mpls": MPLS, "arp": ARP}[need] \
                != kind:
            raise ValueError(f"{need} and eth_type {kind}")
        if proto not in {"tp": (TCP, UDP), "tcp": (TCP,), "icmp": (ICMP,)}.get(need, (proto,)):
            raise ValueError(f"{need} and ip_proto {proto}")


@dataclass(frozen=True, slots=True)
class Program:
    """A filter program: its number in the bridges, and what it compares."""

    number: int
    terms: tuple[Term, ...]
    context: bool               # of the second form, which takes a context


def random_pool(rng: random.Random, size: int) -> list[Program]:
    """Return *size* programs, numbered from 1."""
    return [
        Program(number, random_terms(rng), rng.random() < 0.4) for number in range(1, size + 1)
    ]


class Objects:
    """Makes objects of programs."""

    def __init__(self, folder: Path) -> None:
        """Compile predicate.c in both forms, into *folder*."""
        self._folder = folder
        self._templates = {
            context: oko_py.compile(
                SOURCE, folder / f"predicate-{context}.o",
                defines={"CONTEXT": None} if context else {},
            ).read_bytes()
            for context in (False, True)
        }

    def write(self, program: Program) -> Path:
        """Write the object of *program*; return its path."""
        data = self._templates[program.context]
        for i in range(MAX_CONDITIONS):
            mark = struct.pack("<3I", 0x0BADC0DE, 0x0BADC0D0 + i, 0x0BADC0D0 + i)
            if data.count(mark) != 1:
                raise OkoError(f"expected condition {i} once in the object of {SOURCE.name}, "
                               f"found it {data.count(mark)} times")
            new = condition(program.terms[i]) if i < len(program.terms) else (0, 0, 0)
            data = data.replace(mark, struct.pack("<3I", *new))
        path = self._folder / f"{program.number}.o"
        path.write_bytes(data)
        return path
