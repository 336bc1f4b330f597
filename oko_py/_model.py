"""What a switch tells about its programs, maps and flows, as plain data.

Each class has ``to_dict()``: what JSON output shows, with the names of ``bpftool -j`` where it has
the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MapInfo:
    """Description of a map in a switch."""

    index: int
    name: str
    type: str  #: ``hash``, ``array``, ...
    key_size: int
    value_size: int
    max_entries: int
    n_entries: int
    memory: int  #: Bytes.
    n_hash_functions: int = 0  #: Of a sketch.
    read_only: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {
            "id": self.index,
            "name": self.name,
            "type": self.type,
            "bytes_key": self.key_size,
            "bytes_value": self.value_size,
            "max_entries": self.max_entries,
            "n_entries": self.n_entries,
            "n_hash_functions": self.n_hash_functions,
            "read_only": self.read_only,
            "bytes_memlock": self.memory,
        }


@dataclass(frozen=True, slots=True)
class ProgramInfo:
    """Description of a program in a switch."""

    id: int
    name: str
    section: str
    abi: str  #: ``packet`` or ``context``.
    tag: str  #: Digest of the instructions.
    handle: int  #: Name of the program in datapath flows.
    loaded_at: float  #: Seconds since the epoch.
    elf_size: int  #: Bytes.
    n_insns: int
    jited_size: int  #: Bytes of machine code, 0 if the program is interpreted.
    map_memory: int  #: Bytes.
    n_rules: int  #: OpenFlow rules that use the program.
    n_runs: int  #: Packets that it was run on.
    n_matches: int  #: Packets that matched.
    maps: tuple[MapInfo, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {
            "id": self.id,
            "name": self.name,
            "tag": self.tag,
            "section": self.section,
            "abi": self.abi,
            "loaded_at": int(self.loaded_at),
            "bytes_elf": self.elf_size,
            "bytes_xlated": self.n_insns * 8,
            "jited": self.jited_size > 0,
            "bytes_jited": self.jited_size,
            "bytes_memlock": self.map_memory,
            "handle": self.handle,
            "rules": self.n_rules,
            "run_cnt": self.n_runs,
            "match_cnt": self.n_matches,
            "map_ids": [each.index for each in self.maps],
            "maps": [each.to_dict() for each in self.maps],
        }


#: Value of a match field: a number, text such as ``10.0.0.0/8``, or True for ``tcp`` and the like.
MatchValue = int | str | bool


@dataclass(frozen=True, slots=True)
class Flow:
    """An OpenFlow rule with its statistics; None where the switch doesn't tell."""

    match: Mapping[str, MatchValue]
    actions: str
    priority: int = 32768
    table: int | str = 0
    cookie: int = 0
    duration: float | None = None  #: Seconds.
    n_packets: int | None = None
    n_bytes: int | None = None
    idle_timeout: int = 0  #: Seconds, 0 for none.
    hard_timeout: int = 0
    importance: int = 0
    idle_age: int | None = None  #: Seconds.
    hard_age: int | None = None
    flags: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {
            "table": self.table,
            "priority": self.priority,
            "match": dict(self.match),
            "actions": self.actions,
            "cookie": self.cookie,
            "duration": self.duration,
            "n_packets": self.n_packets,
            "n_bytes": self.n_bytes,
            "idle_timeout": self.idle_timeout,
            "hard_timeout": self.hard_timeout,
            "importance": self.importance,
            "idle_age": self.idle_age,
            "hard_age": self.hard_age,
            "flags": list(self.flags),
        }
