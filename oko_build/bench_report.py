"""What the benchmark of the BPF runtime has found, as tables and as a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import jinja2

from oko_build.bench_bpf import (
    ENGINES,
    NATIVE,
    TABLES,
    Load,
    Program,
    Ratio,
    Report,
    Spread,
    Table,
    Tables,
    Timing,
)

_MIB = 1024 * 1024


def tables(report: Report) -> list[str]:
    """Return the lines that the terminal shows."""
    lines = [f"{name:12} {value}" for name, value in _head(report)]
    for program in report.programs:
        lines += ["", *_program(program)]
    for tables_ in report.tables:
        lines += ["", *_tables(tables_)]
    lines += ["", *_loads(report.loads)]
    lines += ["", *_summary(report)]
    return lines


def _head(report: Report) -> list[tuple[str, str]]:
    facts = report.facts
    machine, versions, settings = facts["machine"], facts["versions"], facts["settings"]
    return [
        ("commit", f"{facts['commit']}, {facts['date']}"),
        ("machine", f"{machine['cpu']}, {machine['architecture']}, {machine['system']}, "
                    f"load {machine['load_average']:.1f}"),
        ("versions", f"{versions['compiler']}; {versions['clang']}; "
                     f"{versions['librte_bpf'] or 'no librte_bpf'}"),
        ("rounds", f"{settings['rounds']} on CPU {settings['cpu']}; median [quartiles] min..max"),
    ]


def _program(program: Program) -> list[str]:
    lines = [
        f"{program.name}: {program.insns} instructions, {program.jited_bytes} bytes of machine "
        "code",
        f"  {'':26} {'ns/packet':>10} {'cycles':>8} {'spread (ns)':>32} {'ratio':>7}",
    ]
    lines += [_timing(timing) for timing in program.timings]
    lines += [_ratio(ratio) for ratio in program.ratios]
    return lines


def _timing(timing: Timing) -> str:
    name = ENGINES[timing.engine]
    if timing.ns is None or timing.ratio is None:
        return f"  {name:26} refused: {timing.refusal}"
    cycles = "-" if timing.cycles is None else f"{timing.cycles.median:.1f}"
    return (
        f"  {name:26} {timing.ns.median:10.2f} {cycles:>8} {_spread(timing.ns):>32} "
        f"{timing.ratio.median:7.2f}"
    )


def _spread(spread: Spread) -> str:
    return f"[{spread.q1:.2f} {spread.q3:.2f}] {spread.min:.2f}..{spread.max:.2f}"


def _ratio(ratio: Ratio) -> str:
    if ratio.spread is None:
        return f"  {ratio.goal:36} not comparable"
    return (
        f"  {ratio.goal:36} {ratio.spread.median:.3f} "
        f"[{ratio.spread.q1:.3f} {ratio.spread.q3:.3f}] "
        f"{ratio.spread.min:.2f}..{ratio.spread.max:.2f}  "
        f"goal <= {ratio.at_most:.2f}: {'met' if ratio.met else 'MISSED'}"
    )


def _tables(tables: Tables) -> list[str]:
    lines = [
        tables.name,
        f"  {'':32} {'insert ns':>10} {'spread':>32} {'lookup ns':>10} {'spread':>32} "
        f"{'bytes':>6} {'goal':>5}",
    ]
    lines += [_table(table) for table in tables.tables]
    lines += [_ratio(ratio) for ratio in tables.ratios]
    return lines


def _table(table: Table) -> str:
    name = TABLES[table.name]
    if table.insert_ns is None or table.lookup_ns is None:
        return f"  {name:32} not measured: {table.refusal}"
    goal = "-" if table.max_entry_bytes is None else f"{table.max_entry_bytes:g}"
    return (
        f"  {name:32} {table.insert_ns.median:10.1f} {_spread(table.insert_ns):>32} "
        f"{table.lookup_ns.median:10.1f} {_spread(table.lookup_ns):>32} "
        f"{table.entry_bytes:6.1f} {goal:>5}{'   MISSED' if table.met is False else ''}"
    )


def _loads(loads: list[Load]) -> list[str]:
    lines = [
        "loading",
        f"  {'':20} {'insns':>6} {'visited':>8} {'verify ms':>10} {'max':>8} {'goal':>6} "
        f"{'MiB':>6} {'load ms':>8}   librte_bpf",
    ]
    for load in loads:
        goal = "-" if load.target_ms is None else f"{load.target_ms:g}"
        memory = max(load.memory, load.memory_growth) / _MIB
        lines.append(
            f"  {load.name:20} {load.insns:6} {load.insns_visited:8} "
            f"{load.verify_ms.median:10.3f} {load.verify_ms.max:8.3f} {goal:>6} {memory:6.1f} "
            f"{load.load_ms.median:8.3f}   {_peer(load)}{'' if load.met else '   MISSED'}"
        )
    return lines


def _peer(load: Load) -> str:
    if load.peer_ms is not None:
        return f"{load.peer_ms.median:.3f} ms"
    if load.peer == "timeout":
        return "no answer in time"
    return load.peer if load.peer_reason is None else f"{load.peer}: {load.peer_reason}"


def _summary(report: Report) -> list[str]:
    ratios = [
        (f"{program.name}: {ratio.goal}", ratio.met)
        for program in report.programs for ratio in program.ratios
    ]
    ratios += [
        (f"{tables_.name}: {ratio.goal}", ratio.met)
        for tables_ in report.tables for ratio in tables_.ratios
    ]
    ratios += [
        (f"{tables_.name}: {TABLES[table.name]}, bytes", table.met)
        for tables_ in report.tables for table in tables_.tables
        if table.max_entry_bytes is not None
    ]
    goals = ratios + [(f"{load.name}: load", load.met) for load in report.loads]
    missed = [name for name, met in goals if met is False]
    incomparable = sum(met is None for _, met in goals)
    lines = [
        f"{len(goals) - len(missed) - incomparable} goals met, {len(missed)} missed"
        + (f", {incomparable} not comparable" if incomparable else "")
    ]
    return lines + [f"missed: {name}" for name in missed]


# The picture.

_LEFT, _TOP, _WIDTH, _BAR, _GAP = 190, 64, 640, 13, 16
_COLOURS = {
    NATIVE: "#b8c4ce",
    "native-called": "#8395a7",
    "okobpf-jit": "#1f6fb2",
    "librte-bpf-jit": "#e39b3b",
    "okobpf-interpreter": "#74aede",
    "librte-bpf-interpreter": "#f0cd9a",
}


@dataclass(frozen=True, kw_only=True)
class _Bar:
    y: float
    colour: str
    label: str
    width: float
    low: float
    high: float
    text: str


@dataclass(frozen=True, kw_only=True)
class _Group:
    name: str
    y: float
    bars: list[_Bar]


def picture(report: Report) -> str:
    """Return a bar chart of the ratios to native code, as SVG.

    The axis is logarithmic: from the JIT to an interpreter there are two orders of magnitude.
    Whiskers show the quartiles.
    """
    ratios = [
        timing.ratio for program in report.programs for timing in program.timings
        if timing.ratio is not None and timing.engine in _COLOURS
    ]
    top = max(ratio.q3 for ratio in ratios)
    decades = math.log10(top) * 1.08 or 1.0
    bottom = min(0.0, math.log10(min(ratio.q1 for ratio in ratios)))

    def place(ratio: float) -> float:
        return round(_LEFT + (math.log10(ratio) - bottom) / (decades - bottom) * _WIDTH, 1)

    groups = []
    y = float(_TOP)
    for program in report.programs:
        bars = []
        start = y
        for timing in program.timings:
            if timing.engine not in _COLOURS:
                continue
            ratio = timing.ratio
            bars.append(_Bar(
                y=y, colour=_COLOURS[timing.engine], label=ENGINES[timing.engine],
                width=0 if ratio is None else round(place(ratio.median) - _LEFT, 1),
                low=_LEFT if ratio is None else place(ratio.q1),
                high=_LEFT if ratio is None else place(ratio.q3),
                text="refused" if ratio is None or timing.ns is None
                else f"{ratio.median:.2f}  ({timing.ns.median:.1f} ns)",
            ))
            y += _BAR + 2
        groups.append(_Group(name=program.name, y=(start + y) / 2, bars=bars))
        y += _GAP
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200) if tick <= 10**decades]
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("oko_build"), undefined=jinja2.StrictUndefined,
        autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )
    return environment.get_template("bench-bpf.svg.j2").render(
        width=_LEFT + _WIDTH + 130, height=round(y + 24), left=_LEFT, right=_LEFT + _WIDTH,
        top=_TOP - 8, bottom=round(y - _GAP + 4), bar=_BAR, groups=groups,
        ticks=[(tick, place(tick)) for tick in ticks],
        legend=[(ENGINES[engine], colour) for engine, colour in _COLOURS.items()],
        machine=report.facts["machine"]["cpu"], commit=report.facts["commit"],
    )
