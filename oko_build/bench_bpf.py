"""The benchmark of the BPF runtime: builds it, runs it, and calculates what its samples say.

Samples come in rounds: in each, every engine runs once.  So a ratio of two engines is taken within
each round, where both found the machine in the same state, and its median over all rounds counts.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import oko_py
from oko_build import bench_objects, build, checkout, doctor, flavours, run
from oko_build.errors import OkoError
from oko_build.layout import Layout

NATIVE = "native-inlined"
PROGRAMS = ("trivial", "stateless-firewall", "token-bucket", "count-min", "sketch-helper")
"""As the tables list them; okobpf/bench/programs has their sources."""

ENGINES = {
    NATIVE: "C, helpers inlined",
    "native-called": "C, helpers called",
    "okobpf-jit": "JIT",
    "librte-bpf-jit": "librte_bpf's JIT",
    "okobpf-interpreter": "interpreter",
    "librte-bpf-interpreter": "librte_bpf's interpreter",
    "okobpf-run": "JIT, by okobpf_run()",
}
"""What to call the engines, in the order of the tables."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A ratio of two engines that shall not be exceeded."""

    name: str
    engine: str
    baseline: str
    at_most: float


GOALS = (
    Goal(name="jit/native-called", engine="okobpf-jit", baseline="native-called", at_most=1.10),
    Goal(name="jit/librte-bpf-jit", engine="okobpf-jit", baseline="librte-bpf-jit",
         at_most=1.02),
    Goal(name="interpreter/librte-bpf-interpreter", engine="okobpf-interpreter",
         baseline="librte-bpf-interpreter", at_most=0.9),
)


TABLES = {
    "hash": "hash",
    "rte-hash": "rte_hash",
    "rte-hash-lf": "rte_hash, readers without locks",
    "lru-hash": "LRU hash",
}
"""What to call the hash tables, in the order of the tables."""

TABLE_GOALS = {"insert": 1.0, "lookup": 1.0, "memory": 1.0}
"""What our hash table may take, at most, of what rte_hash takes."""

MAX_ENTRY_BYTES = {"hash": {12: 32.0, 48: 64.0}, "lru-hash": {12: 41.6, 48: 83.2}}
"""Bytes that an entry may take, all in, in each table: by the bytes of its key and value."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How samples are distributed."""

    median: float
    q1: float
    q3: float
    min: float
    max: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> Spread:
        """Return the spread of one or more samples."""
        if len(samples) == 1:
            return cls(median=samples[0], q1=samples[0], q3=samples[0], min=samples[0],
                       max=samples[0])
        q1, median, q3 = statistics.quantiles(samples, n=4, method="inclusive")
        return cls(median=median, q1=q1, q3=q3, min=min(samples), max=max(samples))


@dataclass(frozen=True, kw_only=True)
class Timing:
    """A program in an engine: what it costs, or why it does not run there."""

    engine: str
    ns: Spread | None = None
    """Of a packet."""
    cycles: Spread | None = None
    """Of the time stamp counter, for a packet; None where the machine has none."""
    ratio: Spread | None = None
    """To native code with helpers inlined."""
    refusal: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """How a goal was met.  'spread' is None if one of the engines does not run the program."""

    goal: str
    at_most: float
    spread: Spread | None

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the goal."""
        return None if self.spread is None else self.spread.median <= self.at_most


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program of the benchmark."""

    name: str
    insns: int
    jited_bytes: int
    timings: list[Timing]
    ratios: list[Ratio]


@dataclass(frozen=True, kw_only=True)
class Load:
    """What it took to load a program."""

    name: str
    insns: int
    insns_visited: int
    peak_states: int
    verify_ms: Spread
    load_ms: Spread
    """Of all of okobpf_load(): ELF, maps, verifier, JIT."""
    memory: int
    """Bytes that the verifier took at most, by its own account."""
    memory_growth: int
    """Bytes by which all of the load made the process grow."""
    target_ms: float | None
    target_memory: int
    peer: str
    """What librte_bpf made of it: 'accepted', 'refused', 'timeout', 'crash', 'absent'."""
    peer_reason: str | None
    peer_ms: Spread | None

    @property
    def met(self) -> bool:
        """Whether time and memory are below their targets."""
        fast = self.target_ms is None or self.verify_ms.median < self.target_ms
        return fast and max(self.memory, self.memory_growth) < self.target_memory


@dataclass(frozen=True, kw_only=True)
class Table:
    """A hash table: what it costs, or why it was not measured."""

    name: str
    insert_ns: Spread | None = None
    """Of an entry, CPU time."""
    lookup_ns: Spread | None = None
    """Of an entry, CPU time."""
    entry_bytes: float | None = None
    """Of memory, all in."""
    max_entry_bytes: float | None = None
    """What that shall not exceed."""
    refusal: str | None = None

    @property
    def met(self) -> bool | None:
        """Whether it takes no more memory than it may."""
        if self.entry_bytes is None or self.max_entry_bytes is None:
            return None
        return self.entry_bytes <= self.max_entry_bytes


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Hash tables with keys and values of the same sizes, filled to the last entry."""

    key_size: int
    value_size: int
    entries: int
    tables: list[Table]
    ratios: list[Ratio]

    @property
    def name(self) -> str:
        """What to call them."""
        return f"{self.entries:,} entries of {self.key_size} + {self.value_size} bytes"


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that a run has found out."""

    facts: dict[str, Any]
    programs: list[Program]
    tables: list[Tables]
    loads: list[Load]
    samples: dict[str, dict[str, list[float]]] = field(repr=False)
    """By program and engine: ns of a packet, round by round."""

    def to_json(self) -> str:
        """Return all of it as JSON."""
        return json.dumps(
            {
                **self.facts,
                "programs": [
                    {**asdict(program),
                     "ratios": [{**asdict(ratio), "met": ratio.met} for ratio in program.ratios]}
                    for program in self.programs
                ],
                "tables": [
                    {**asdict(tables),
                     "tables": [{**asdict(table), "met": table.met} for table in tables.tables],
                     "ratios": [{**asdict(ratio), "met": ratio.met} for ratio in tables.ratios]}
                    for tables in self.tables
                ],
                "loads": [{**asdict(load), "met": load.met} for load in self.loads],
                "samples_ns": self.samples,
            },
            indent=1,
        ) + "\n"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How thoroughly to measure."""

    rounds: int = 400
    load_rounds: int = 21
    table_rounds: int = 15
    table_entries: int = 1_000_000
    deadline_ms: int = 20_000
    """For each load by the peer, which takes exponential time."""
    cpu: int | None = None


QUICK = Settings(
    rounds=5, load_rounds=2, table_rounds=2, table_entries=50_000, deadline_ms=300
)


def measure(layout: Layout, settings: Settings) -> Report:
    """Build what is needed and measure all."""
    tool, objects = build_tool(layout)
    folder = layout.build / "bench" / "load"
    subjects = bench_objects.write(layout, folder)
    loaded = bench_objects.compile_all(subjects, folder)
    ran = _run(
        layout, [tool, "run", f"--rounds={settings.rounds}", *_cpu(settings), *objects],
        "bench-bpf run",
    )
    maps = _run(
        layout,
        [tool, "maps", f"--rounds={settings.table_rounds}",
         f"--entries={settings.table_entries}", *_cpu(settings)],
        "bench-bpf maps",
    )
    loads = _run(
        layout,
        [tool, "load", f"--rounds={settings.load_rounds}",
         f"--deadline={settings.deadline_ms}", *_cpu(settings), *loaded],
        "bench-bpf load",
    )
    return digest(layout, settings, ran, maps, loads, subjects)


def build_tool(layout: Layout) -> tuple[Path, list[Path]]:
    """Build the benchmark; return its command and the programs' objects."""
    doctor.demand("gcc", "libc6-dev", "make", "clang", "pkg-config", "libdpdk-dev")
    flavour = flavours.choose()
    run.step(
        build.runtime_command(layout, flavour, "bench"), env=build.environment(layout),
        title="make okobpf-bench", log=layout.log("okobpf-bench"),
    )
    folder = flavour.runtime_folder(layout)
    return folder / "okobpf-bench", [folder / f"bench/{name}.bpf.o" for name in PROGRAMS]


def _cpu(settings: Settings) -> list[str]:
    return [] if settings.cpu is None else [f"--cpu={settings.cpu}"]


def _run(layout: Layout, command: list[str | Path], title: str) -> dict[str, Any]:
    """Run the benchmark's command and return what it printed."""
    output = layout.build / "bench" / f"{title.split()[-1]}.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    done = run.step(
        [*command, f"--output={output}"], title=title, log=layout.log(title.replace(" ", "-")),
    )
    try:
        parsed: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OkoError(f"{done.command} left no JSON in {output}: {error}") from error
    return parsed


def digest(
    layout: Layout, settings: Settings, ran: dict[str, Any], maps: dict[str, Any],
    loads: dict[str, Any], subjects: Sequence[bench_objects.Subject],
) -> Report:
    """Calculate what the raw samples of the commands say."""
    hertz = ran["ticks_per_second"]
    samples = {
        program["name"]: {
            engine["name"]: [ticks / engine["packets"] * 1e9 / hertz for ticks in engine["ticks"]]
            for engine in program["engines"] if "ticks" in engine
        }
        for program in ran["programs"]
    }
    by_name = {subject.name: subject for subject in subjects}
    return Report(
        facts=_facts(layout, settings, ran),
        programs=[
            _program(raw, samples[raw["name"]], hertz if ran["ticks"] == "tsc" else None)
            for raw in ran["programs"]
        ],
        tables=[_tables(raw) for raw in maps["maps"]],
        loads=[_load(raw, by_name[raw["name"]]) for raw in loads["objects"]],
        samples=samples,
    )


def _program(
    raw: dict[str, Any], samples: dict[str, list[float]], hertz: int | None
) -> Program:
    timings = []
    for engine in raw["engines"]:
        name = engine["name"]
        if name not in samples:
            timings.append(Timing(engine=name, refusal=engine["refusal"]))
            continue
        timings.append(Timing(
            engine=name,
            ns=Spread.of(samples[name]),
            cycles=None if hertz is None else Spread.of([ns * hertz / 1e9 for ns in samples[name]]),
            ratio=_ratio(samples[name], samples[NATIVE]),
        ))
    return Program(
        name=raw["name"], insns=raw["insns"], jited_bytes=raw["jited_bytes"], timings=timings,
        ratios=[
            Ratio(
                goal=goal.name, at_most=goal.at_most,
                spread=_ratio(samples[goal.engine], samples[goal.baseline])
                if goal.engine in samples and goal.baseline in samples else None,
            )
            for goal in GOALS
        ],
    )


def _ratio(samples: list[float], baseline: list[float]) -> Spread:
    """Return how the ratio is distributed, each taken within a round."""
    return Spread.of([a / b for a, b in zip(samples, baseline, strict=True)])


def _tables(raw: dict[str, Any]) -> Tables:
    entries: int = raw["entries"]
    samples = {table["name"]: table for table in raw["tables"]}
    own, peer = samples["hash"], samples["rte-hash"]
    return Tables(
        key_size=raw["key_size"], value_size=raw["value_size"], entries=entries,
        tables=[_table(raw, table) for table in raw["tables"]],
        ratios=[
            Ratio(
                goal=f"hash/rte_hash, {name}", at_most=at_most,
                spread=None if "refusal" in peer else _ratio(
                    own[_TABLE_SAMPLES[name]], peer[_TABLE_SAMPLES[name]]
                ),
            )
            for name, at_most in TABLE_GOALS.items()
        ],
    )


_TABLE_SAMPLES = {"insert": "insert_ns", "lookup": "lookup_ns", "memory": "memory"}


def _table(raw: dict[str, Any], table: dict[str, Any]) -> Table:
    if "refusal" in table:
        return Table(name=table["name"], refusal=table["refusal"])
    entries = raw["entries"]
    # What a table takes whatever it is for, 1 MiB of spare entries, counts little when it is large.
    bounds = MAX_ENTRY_BYTES.get(table["name"], {}) if entries >= 1_000_000 else {}
    return Table(
        name=table["name"],
        insert_ns=Spread.of([ns / entries for ns in table["insert_ns"]]),
        lookup_ns=Spread.of([ns / entries for ns in table["lookup_ns"]]),
        entry_bytes=max(table["memory"]) / entries,
        max_entry_bytes=bounds.get(raw["key_size"] + raw["value_size"]),
    )


def _load(raw: dict[str, Any], subject: bench_objects.Subject) -> Load:
    own = raw["okobpf"]
    if own["verdict"] != "accepted":
        raise OkoError(
            f"{subject.source}: the verifier must accept it, but the verdict is "
            f"{own['verdict']}: {own.get('reason', '')}"
        )
    peer = raw.get("librte-bpf", {"verdict": "absent"})
    return Load(
        name=subject.name, insns=own["insns"], insns_visited=own["insns_visited"],
        peak_states=own["peak_states"], verify_ms=_milliseconds(own["verify_ns"]),
        load_ms=_milliseconds(own["load_ns"]), memory=own["peak_memory"],
        memory_growth=max(own["memory_growth"]), target_ms=subject.target_ms,
        target_memory=bench_objects.MEMORY_TARGET, peer=peer["verdict"],
        peer_reason=peer.get("reason"),
        peer_ms=_milliseconds(peer["load_ns"]) if peer["verdict"] == "accepted" else None,
    )


def _milliseconds(ns: list[int]) -> Spread:
    return Spread.of([sample / 1e6 for sample in ns])


def _facts(layout: Layout, settings: Settings, ran: dict[str, Any]) -> dict[str, Any]:
    return {
        "benchmark": "bpf",
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": checkout.commit(layout, "okobpf"),
        "machine": {
            "cpu": _cpu_model(),
            "cpus": os.cpu_count(),
            "architecture": platform.machine(),
            "system": f"{platform.system()} {platform.release()}",
            "load_average": os.getloadavg()[0],
        },
        "versions": {
            "compiler": _first_line([os.environ.get("CC", "gcc").split()[-1], "--version"]),
            "clang": _first_line([oko_py.find_clang(), "--version"]),
            "librte_bpf": ran["peer"],
            "python": platform.python_version(),
        },
        "settings": {**asdict(settings), "cpu": ran["cpu"]},
        "ticks": ran["ticks"],
        "ticks_per_second": ran["ticks_per_second"],
    }


def _cpu_model() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    for line in text.splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _first_line(command: list[str]) -> str:
    try:
        return run.capture(command).stdout.splitlines()[0]
    except (OkoError, IndexError):
        return "unknown"
