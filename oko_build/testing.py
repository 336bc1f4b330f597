"""Runs the tests, cheapest tier first, and adds up how they ended."""

from __future__ import annotations

import os
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from oko_build import build, console, doctor, flavours, ovs_suite, run
from oko_build.errors import OkoError
from oko_build.layout import Layout

NOTHING_COLLECTED = 5
"""pytest's status when no test is what it was asked for."""


@dataclass
class Tally:
    """How many tests ended how."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def line(self) -> str:
        """What the run comes to, in the words of test runners."""
        text = f"{self.passed} passed, {self.failed} failed"
        return f"{text}, {self.skipped} skipped" if self.skipped else text


def add_up(tallies: list[Tally]) -> Tally:
    """Return the sum of 'tallies'."""
    return Tally(
        name="all",
        passed=sum(tally.passed for tally in tallies),
        failed=sum(tally.failed for tally in tallies),
        skipped=sum(tally.skipped for tally in tallies),
        failures=[f"{tally.name}: {failure}" for tally in tallies for failure in tally.failures],
        seconds=sum(tally.seconds for tally in tallies),
    )


def run_pytest(
    layout: Layout, name: str, folder: str, *, keyword: str = "", may_be_none: bool = False
) -> Tally:
    """Run the tests in 'folder' with pytest, whose output is shown as it comes.

    Raises OkoError if there is no test of that keyword, unless there 'may_be_none'.
    """
    report = layout.logs / f"pytest-{name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [
        sys.executable, "-m", "pytest", folder, f"--junitxml={report}", "-p", "no:cacheprovider",
        *(["--color=yes"] if console.is_live() else []),
        *(["-k", keyword] if keyword else []),
    ]
    done = run.step(
        command, cwd=layout.root, title=name, log=layout.log(f"pytest-{name}"), stream=True,
        check=False,
        env={"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    if not report.is_file():
        raise OkoError(
            f"pytest ended with status {done.code} and left no report", f"full log: {done.log}"
        )
    tally = read_junit(name, report)
    if done.code == NOTHING_COLLECTED and may_be_none:
        return Tally(name=name, seconds=done.seconds)
    if done.code not in (0, 1) or (done.code == 1 and not tally.failed):
        # No test was collected, or pytest has troubles of its own.
        raise OkoError(f"pytest ended with status {done.code}", f"full log: {done.log}")
    tally.seconds = done.seconds
    return tally


def read_junit(name: str, report: Path) -> Tally:
    """Add up a report of pytest's."""
    tally = Tally(name=name)
    for case in ET.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            tally.failed += 1
            tally.failures.append(f"{case.get('classname')}::{case.get('name')}")
        elif case.find("skipped") is not None:
            tally.skipped += 1
        else:
            tally.passed += 1
    return tally


def c_units(layout: Layout, keyword: str) -> list[str]:
    """Return the names of the BPF runtime's own tests that contain 'keyword'."""
    command = build.runtime_command(layout, flavours.choose(), "list-checks")
    done = run.capture([*command, "-s", "--no-print-directory"], check=True)
    return [name for name in done.stdout.split() if keyword in name]


def run_c_units(
    layout: Layout, *, sanitize: str | None = None, only: list[str] | None = None
) -> Tally:
    """Run the BPF runtime's own tests: all, or the programs 'only'."""
    doctor.demand("gcc", "libc6-dev", "make", "libcmocka-dev", "clang")
    flavour = flavours.choose(sanitize=sanitize)
    name = f"C units ({flavour.name})" if sanitize else "C units"
    done = run.step(
        [
            *build.runtime_command(layout, flavour, "check"),
            *([f"CHECKS={' '.join(only)}"] if only is not None else []),
        ], env=build.environment(layout),
        title=name, log=layout.log(f"c-units-{flavour.name}"), check=False,
        counts=re.compile(r"^\[ +OK \]"),
    )
    assert done.log is not None
    text = done.log.read_text(encoding="utf-8", errors="replace")
    tally = read_checks(name, text)
    tally.seconds = done.seconds
    if done.code and not tally.failed:
        # What did not compile has no line of its own.
        tally.failed = 1
        tally.failures.append(f"make check ended with status {done.code}, log: {done.log}")
        console.note(done.stdout)
    elif tally.failed:
        console.note(done.stdout)
    if tally.passed + tally.failed == 0:
        raise OkoError("okobpf's 'make check' ran no test", f"full log: {done.log}")
    return tally


def read_checks(name: str, text: str) -> Tally:
    """Add up what "make check" prints: "== PROGRAM", and what the program prints.

    A program that is none of cmocka's, or that fails without saying in which test, is one test.
    """
    tally = Tally(name=name)
    parts = re.split(r"^== (\S+)$", text, flags=re.MULTILINE)
    for program, output in zip(parts[1::2], parts[2::2], strict=True):
        of = read_cmocka(name, output)
        ended = re.search(rf"^== {re.escape(program)}: (failed|skipped)", output, re.MULTILINE)
        if ended and ended[1] == "failed" and not of.failed:
            of.failed = 1
            of.failures = [""]
        elif ended and ended[1] == "skipped":
            of.skipped += 1
        elif not of.passed + of.failed + of.skipped:
            of.passed = 1
        tally.passed += of.passed
        tally.failed += of.failed
        tally.skipped += of.skipped
        tally.failures += [f"{program}: {test}" if test else program for test in of.failures]
    return tally


def read_cmocka(name: str, text: str) -> Tally:
    """Add up what a program of cmocka's prints."""
    tally = Tally(name=name)
    for found in re.finditer(r"^\[ +(OK|FAILED|SKIPPED) +\] (\S+)$", text, re.MULTILINE):
        if found[1] == "OK":
            tally.passed += 1
        elif found[1] == "SKIPPED":
            tally.skipped += 1
        elif not found[2].isdigit():
            tally.failures.append(found[2])
    # Each failure is told twice: when it happens, and in the list at the end.
    tally.failures = list(dict.fromkeys(tally.failures))
    tally.failed = len(tally.failures)
    return tally


def unit(layout: Layout, *, keyword: str = "") -> list[Tally]:
    """Run what needs neither Open vSwitch nor root.

    With a keyword, runs the programs of the runtime's own tests whose names contain it, and what
    pytest selects by it.
    """
    if not keyword:
        return [run_c_units(layout), run_pytest(layout, "unit", "tests/unit")]
    only = c_units(layout, keyword)
    return [
        *([run_c_units(layout, only=only)] if only else []),
        run_pytest(layout, "unit", "tests/unit", keyword=keyword, may_be_none=bool(only)),
    ]


def integration(layout: Layout, *, keyword: str = "") -> Tally:
    """Build, and run the tests that start switches."""
    require_root("the integration tests make network namespaces and devices")
    build.build(layout, flavours.choose())
    return run_pytest(layout, "integration", "tests/integration", keyword=keyword)


def ovs_short(layout: Layout) -> Tally:
    """Run those of Open vSwitch's own tests that concern the project."""
    summary = ovs_suite.run_suite(layout, flavours.choose(), short=True)
    ovs_suite.tell(summary, layout)
    return Tally(
        name="Open vSwitch's own", passed=summary.passed, failed=len(summary.failed),
        skipped=summary.skipped, failures=summary.failed, seconds=summary.seconds,
    )


def everything(layout: Layout) -> list[Tally]:
    """Run all tiers; one that fails does not keep the next from running."""
    require_root("the tests make network namespaces and devices")
    tallies: list[Tally] = []
    _tier(tallies, "unit", lambda: unit(layout))
    build.build(layout, flavours.choose())
    _tier(tallies, "integration", lambda: [integration(layout)])
    _tier(tallies, "Open vSwitch's own", lambda: [ovs_short(layout)])
    return tallies


def _tier(tallies: list[Tally], name: str, action: Callable[[], list[Tally]]) -> None:
    console.note(f"== {name} ==", style="bold")
    try:
        tallies += action()
    except OkoError as error:
        console.note(f"error: {error}", style="red")
        tallies.append(Tally(name=name, failed=1, failures=[error.message.splitlines()[0]]))


def require_root(why: str) -> None:
    """Raise OkoError unless this is root."""
    if os.geteuid() != 0:
        raise OkoError(f"needs root: {why}", "sudo ./inv …")
