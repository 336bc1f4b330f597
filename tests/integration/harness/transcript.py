"""Documents as tests: the commands in a README, run, and their output compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<kind>console|python)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

# What differs from run to run, or with the version of the compiler.
_VARIABLE = (
    (re.compile(r"\btag [0-9a-f]{16}\b"), "tag TAG"),
    (re.compile(r"\bloaded_at \S+"), "loaded_at TIME"),
    (re.compile(r"\b\d+B\b"), "NB"),
    (re.compile(r"\bxid=0x[0-9a-f]+"), "xid=XID"),
    (re.compile(r"\bduration=[0-9.]+s"), "duration=TIME"),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a document, and the output that the document shows for it, if any."""

    kind: str  # "console" or "python"
    command: str
    output: str

    @property
    def fails(self) -> bool:
        """Whether the document shows that the command fails."""
        return re.match(r"(oko|ovs-ofctl): ", self.output) is not None


def steps(document: Path) -> Iterator[Step]:
    """Return the steps in the fenced blocks of *document*, in order."""
    for block in _BLOCK.finditer(document.read_text(encoding="utf-8")):
        if block["kind"] == "python":
            yield Step("python", block["text"], "")
            continue
        for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield Step("console", command, output)


def plain(output: str) -> str:
    """Return *output* without what differs from run to run."""
    for pattern, replacement in _VARIABLE:
        output = pattern.sub(replacement, output)
    return output.strip()
