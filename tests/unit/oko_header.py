"""Reads openflow/oko-ext.h: the structures and enumerations of our messages, as they are in C."""

import re
from dataclasses import dataclass
from pathlib import Path

HEADER = Path(__file__).parents[2] / "overlay" / "ovs" / "include" / "openflow" / "oko-ext.h"

_SIZES = {
    "uint8_t": 1,
    "char": 1,
    "ovs_be16": 2,
    "ovs_be32": 4,
    "ovs_be64": 8,
}


@dataclass(frozen=True)
class Field:
    """A member of a structure, with its place in bytes."""

    offset: int
    size: int
    name: str


def structures() -> dict[str, list[Field]]:
    """Return the members of all structures; the header asserts that there are no gaps."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    names = dict(re.findall(r"#define (\w+) (\d+)", text))
    found: dict[str, list[Field]] = {}
    for name, body in re.findall(r"struct (\w+) \{(.*?)\};", text, re.S):
        offset, fields = 0, []
        for kind, member, count in re.findall(r"(\w+) (\w+)(?:\[(\w+)\])?;", body):
            size = _SIZES[kind] * int(names.get(count, count) or 1)
            fields.append(Field(offset, size, member))
            offset += size
        (asserted,) = re.findall(rf"sizeof\(struct {name}\) == (\d+)\)", text)
        assert offset == int(asserted), name
        found[name] = fields
    return found


def constants() -> dict[str, int]:
    """Return the values of all enumerations."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    found = {}
    for body in re.findall(r"enum \w+ \{(.*?)\};", text, re.S):
        for name, value, shift in re.findall(r"(\w+) = (\d+)(?: << (\d+))?", body):
            found[name] = int(value) << int(shift or 0)
    return found
