"""Reads what ``ovs-ofctl`` prints.

Pure functions from text to data, the only place that knows the text.  What they don't understand
is a :class:`ParseError` that says where.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

from oko_py._errors import ParseError
from oko_py._model import Flow, MapInfo, MatchValue, ProgramInfo

#: First line of an answer, one for each OpenFlow message that it came in.
_HEADING = re.compile(r"\w+ reply \(.*\):(?P<rest>.*)")
_ERROR = re.compile(r"^OFPT_ERROR\b[^\n]*?\): (?P<name>\w+)", re.MULTILINE)


def error_name(text: str) -> str | None:
    """Return the name of the OpenFlow error that *text* begins with or holds on a line."""
    match = _ERROR.search(text)
    return match["name"] if match else None


# Scanning.


@dataclass(frozen=True, slots=True)
class _Token:
    """``name`` or ``name=value``; *value* keeps its quotes and parentheses."""

    name: str
    value: str | None
    start: int


_OPENING = {"(": ")", "[": "]", "{": "}"}


def _skip_value(line: str, position: int, stop: str) -> int:
    """Return where the value at *position* ends: at a character of *stop* outside of brackets."""
    start = position
    closing: list[str] = []
    while position < len(line):
        char = line[position]
        if char == '"':
            end = position + 1
            while end < len(line) and line[end] != '"':
                end += 2 if line[end] == "\\" else 1
            if end >= len(line):
                raise ParseError("unterminated string", line=line, position=position)
            position = end
        elif char in _OPENING:
            closing.append(_OPENING[char])
        elif closing and char == closing[-1]:
            closing.pop()
        elif not closing and char in stop:
            return position
        position += 1
    if closing:
        raise ParseError(f"missing {closing[-1]!r}", line=line, position=start)
    return position


def _tokens(line: str) -> Iterator[_Token]:
    """Split *line* at commas and blanks outside of quotes and brackets."""
    position = 0
    while position < len(line):
        if line[position] in ", ":
            position += 1
            continue
        if line.startswith("actions=", position):  # May contain anything, and is the last.
            yield _Token("actions", line[position + len("actions=") :], position)
            return
        stop = _skip_value(line, position, ", ")
        name, equals, value = line[position:stop].partition("=")
        if not name:
            raise ParseError("expected a name", line=line, position=position)
        yield _Token(name, value if equals else None, position)
        position = stop


class _Fields:
    """The ``name=value`` pairs of a line, to be taken one by one."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.tokens: dict[str, _Token] = {}
        for token in _tokens(line):
            if token.name in self.tokens:
                raise ParseError(f"{token.name} twice", line=line, position=token.start)
            self.tokens[token.name] = token

    def text(self, name: str, default: str | None = None) -> str:
        token = self.tokens.get(name)
        if token is None or token.value is None:
            if default is not None and token is None:
                return default
            raise ParseError(
                f"expected {name}=...",
                line=self.line,
                position=token.start if token else len(self.line),
            )
        return _unquote(token.value, self.line, token.start)

    def _convert(
        self, name: str, default: str | None, function: Callable[[str], int | float]
    ) -> int | float:
        text = self.text(name, default)
        try:
            number = function(text)
        except ValueError:
            number = -1
        if not 0 <= number < float("inf"):
            raise ParseError(
                f"expected a number for {name}, got {text!r}",
                line=self.line,
                position=self.tokens[name].start,
            )
        return number

    def integer(self, name: str, default: str | None = None) -> int:
        return int(self._convert(name, default, lambda text: int(text, 0)))

    def real(self, name: str) -> float:
        return float(self._convert(name, None, float))

    def flag(self, name: str) -> bool:
        return name in self.tokens


def _unquote(text: str, line: str, position: int) -> str:
    if not text.startswith('"'):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, str):
        raise ParseError("broken string", line=line, position=position)
    return value


def _body(text: str) -> Iterator[str]:
    """Yield the lines of an answer without headings and empty lines."""
    for line in text.splitlines():
        heading = _HEADING.fullmatch(line)
        if heading is None and line.strip():
            yield line
        elif heading is not None and heading["rest"].strip() not in ("", "flags=[more]"):
            yield heading["rest"]


# Programs.


def parse_programs(text: str) -> list[ProgramInfo]:
    """Read the output of ``dump-filter-progs``."""
    blocks: list[tuple[str, list[str]]] = []
    for line in _body(text):
        stripped = line.lstrip()
        if stripped.startswith("filter_prog="):
            blocks.append((stripped, []))
        elif stripped.startswith("map="):
            if not blocks:
                raise ParseError("a map without a program", line=line)
            blocks[-1][1].append(stripped)
        else:
            raise ParseError("expected filter_prog=... or map=...", line=line)
    return [_program(head, maps) for head, maps in blocks]


def _program(line: str, maps: list[str]) -> ProgramInfo:
    fields = _Fields(line)
    return ProgramInfo(
        id=fields.integer("filter_prog"),
        name=fields.text("name"),
        section=fields.text("section"),
        abi=fields.text("abi"),
        tag=fields.text("tag"),
        handle=fields.integer("handle"),
        loaded_at=fields.real("loaded_at"),
        elf_size=fields.integer("elf_bytes"),
        n_insns=fields.integer("insns"),
        jited_size=fields.integer("jited_bytes"),
        map_memory=fields.integer("map_bytes"),
        n_rules=fields.integer("rules"),
        n_runs=fields.integer("runs"),
        n_matches=fields.integer("matches"),
        maps=tuple(_map(each) for each in maps),
    )


def _map(line: str) -> MapInfo:
    fields = _Fields(line)
    return MapInfo(
        index=fields.integer("map"),
        name=fields.text("name"),
        type=fields.text("type"),
        key_size=fields.integer("key_size"),
        value_size=fields.integer("value_size"),
        max_entries=fields.integer("max_entries"),
        n_entries=fields.integer("entries"),
        memory=fields.integer("bytes"),
        n_hash_functions=fields.integer("hash_functions", "0"),
        read_only=fields.flag("read_only"),
    )


# Maps.

_COUNT = re.compile(r"The map contains (\d+) element\(s\)")


def parse_map_dump(text: str) -> list[tuple[bytes, bytes]]:
    """Read the output of ``dump-map BR PROG MAP hex``."""
    lines = [line for line in text.splitlines() if line.strip()]
    heading = _COUNT.fullmatch(lines[0].strip()) if lines else None
    if heading is None:
        raise ParseError("expected 'The map contains N element(s)'", line=lines[0] if lines else "")
    parts: list[tuple[str, bytearray]] = []
    for line in lines[1:]:
        for word in re.finditer(r"\S+", line):
            if word[0] in ("Key:", "Value:"):
                parts.append((word[0], bytearray()))
            elif not parts or not re.fullmatch(r"[0-9a-fA-F]{2}", word[0]):
                raise ParseError(
                    "expected 'Key:', 'Value:' or a byte of two hexadecimal digits",
                    line=line,
                    position=word.start(),
                )
            else:
                parts[-1][1].append(int(word[0], 16))
    expected = int(heading[1])
    names = [name for name, _ in parts]
    if names != ["Key:", "Value:"] * (len(parts) // 2) or len(parts) % 2:
        raise ParseError("keys and values do not alternate", line=lines[-1])
    if len(parts) != 2 * expected:
        raise ParseError(f"expected {expected} entries, got {len(parts) // 2}", line=lines[0])
    return [(bytes(parts[i][1]), bytes(parts[i + 1][1])) for i in range(0, len(parts), 2)]


# Flows.

_FLAGS = frozenset(
    {
        "send_flow_rem",
        "check_overlap",
        "reset_counts",
        "no_packet_counts",
        "no_byte_counts",
        "allow_hidden_fields",
        "no_readonly_table",
    }
)

_STATISTICS = frozenset(
    {
        "cookie",
        "duration",
        "table",
        "n_packets",
        "n_bytes",
        "idle_timeout",
        "hard_timeout",
        "importance",
        "idle_age",
        "hard_age",
        "priority",
    }
)


def parse_flows(text: str) -> list[Flow]:
    """Read the output of ``dump-flows``."""
    return [parse_flow(line) for line in _body(text)]


def parse_flow(line: str) -> Flow:
    """Read a line of the output of ``dump-flows``.

    Statistics come first, separated by comma and blank; then the match, separated by commas only;
    then the actions, which may contain anything.  Either may be missing.
    """
    stats: dict[str, _Token] = {}
    flags: list[str] = []
    match: dict[str, MatchValue] = {}
    actions: str | None = None
    for token in _tokens(line):
        if token.name == "actions":
            actions = token.value
        elif token.name in _STATISTICS and token.value is not None:
            stats[token.name] = token
        elif token.name in _FLAGS and token.value is None:
            flags.append(token.name)
        elif token.name in match:
            raise ParseError(f"{token.name} twice", line=line, position=token.start)
        else:
            match[token.name] = _match_value(token, line)
    if actions is None:
        raise ParseError("expected actions=...", line=line, position=len(line))

    def number(name: str) -> int | None:
        token = stats.get(name)
        if token is None or token.value == "?":
            return None
        try:
            return int(token.value or "", 0)
        except ValueError:
            raise ParseError(
                f"expected a number for {name}", line=line, position=token.start
            ) from None

    table: int | str = 0
    if "table" in stats:
        raw = stats["table"].value or ""
        table = int(raw) if raw.isdecimal() else _unquote(raw, line, stats["table"].start)
    priority = number("priority")
    return Flow(
        match=MappingProxyType(match),
        actions=actions,
        priority=32768 if priority is None else priority,
        table=table,
        cookie=number("cookie") or 0,
        duration=_duration(stats.get("duration"), line),
        n_packets=number("n_packets"),
        n_bytes=number("n_bytes"),
        idle_timeout=number("idle_timeout") or 0,
        hard_timeout=number("hard_timeout") or 0,
        importance=number("importance") or 0,
        idle_age=number("idle_age"),
        hard_age=number("hard_age"),
        flags=tuple(flags),
    )


def _match_value(token: _Token, line: str) -> MatchValue:
    if token.value is None:
        return True
    if re.fullmatch(r"\d+|0x[0-9a-fA-F]+", token.value):
        return int(token.value, 16 if token.value.startswith("0x") else 10)
    return _unquote(token.value, line, token.start)


def _duration(token: _Token | None, line: str) -> float | None:
    if token is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)s", token.value or "")
    if found is None:
        raise ParseError("expected a duration such as 1.5s", line=line, position=token.start)
    return float(found[1])


# Refusals.

_PART = re.compile(r"(reason|where|state|advice): ?(.*)")


def parse_report(text: str) -> dict[str, str]:
    """Read the parts of a refusal; a part's further lines are indented by two blanks or more."""
    parts: dict[str, str] = {}
    further: dict[str, list[str]] = {}
    current: str | None = None
    for line in text.splitlines():
        part = _PART.fullmatch(line)
        if part is not None and part[1] not in parts:
            current = part[1]
            parts[current] = part[2]
            further[current] = []
        elif current is not None and line.startswith("  "):
            further[current].append(line)
        else:
            current = None
    return {
        name: "\n".join([first, textwrap.dedent("\n".join(further[name]))]).strip("\n")
        for name, first in parts.items()
    }
