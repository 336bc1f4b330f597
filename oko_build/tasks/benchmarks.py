"""Tasks that measure."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from invoke.context import Context

from oko_build import bench_bpf as benchmark
from oko_build import bench_report, console, doctor, layout, lock
from oko_build.errors import OkoError
from oko_build.tasks._task import BASE_HELP, task, use_base, user_folder


@task(
    help={
        "rounds": "samples of each engine (default 400)",
        "output": "folder for bench-bpf.json and bench-bpf.svg (default build/bench)",
        "quick": "few rounds: whether all engines agree, rather than how fast they are",
        "cpu": "CPU to run on (default: the last one)",
        "deadline": "seconds that librte_bpf may take for one load (default 20)",
        "base": BASE_HELP,
    },
)
def bench_bpf(
    _c: Context, rounds: str = "", output: str = "", quick: bool = False, cpu: str = "",
    deadline: str = "", base: str = "",
) -> None:
    """Compare JIT and interpreter with native C and librte_bpf.

    Five programs (trivial, stateless firewall, token bucket, count-min sketch in BPF and behind a
    helper) run in all engines by turns, on the same packets, with the same maps.  It fails if
    any engine yields another result than the interpreter.  Then examples and large programs are
    loaded: what that takes the verifier, and librte_bpf's.  Hash tables of 1,000,000 entries are
    compared with DPDK's rte_hash.

    Ratios are taken within each round; tables show their medians, quartiles and extremes.
    docs/benchmarks.md says what the figures mean.
    """
    use_base(base)
    here = layout.here()
    settings = benchmark.QUICK if quick else benchmark.Settings()
    changes = {
        name: _number(flag, text)
        for name, flag, text in (
            ("rounds", "--rounds", rounds), ("cpu", "--cpu", cpu),
            ("deadline_ms", "--deadline", deadline),
        )
        if text
    }
    if "deadline_ms" in changes:
        changes["deadline_ms"] *= 1000
    if changes.get("rounds") == 0 or changes.get("deadline_ms") == 0:
        raise OkoError("--rounds and --deadline: expected a number from 1 up, got 0")
    folder = Path(user_folder()) / output if output else here.build / "bench"
    doctor.require(here)
    with lock.hold(here):
        report = benchmark.measure(here, dataclasses.replace(settings, **changes))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("bench-bpf.json", report.to_json()), ("bench-bpf.svg", bench_report.picture(report)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    for line in bench_report.tables(report):
        console.say(line)
    console.say(f"wrote {here.relative(folder)}/bench-bpf.json and bench-bpf.svg")


def _number(flag: str, text: str) -> int:
    if not text.isdigit() or int(text) > 1_000_000:
        raise OkoError(f"{flag}: expected a number up to 1000000, got {text!r}")
    return int(text)
