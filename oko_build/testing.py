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


def run_pytest(layout: Layout, name: str, folder: str, *, keyword: str = "") -> Tally:
    """Run the tests in 'folder' with pytest, whose output is shown as it comes."""
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
    if done.code not in (0, 1) or (done.code == 1 and not tally.failed):
        # 5 is "no test was collected", the others are pytest's own troubles.
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


def run_c_units(layout: Layout, *, sanitize: str | None = None) -> Tally:
    """Run the BPF runtime's own tests."""
    doctor.demand("gcc", "libc6-dev", "make", "libcmocka-dev", "clang-14")
    flavour = flavours.choose(sanitize=sanitize)
    name = f"C units ({flavour.name})" if sanitize else "C units"
    done = run.step(
        build.runtime_command(layout, flavour, "check"), env=build.environment(layout),
        title=name, log=layout.log(f"c-units-{flavour.name}"), check=False,
        counts=re.compile(r"^\[ +OK \]"),
    )
    assert done.log is not None
    text = done.log.read_text(encoding="utf-8", errors="replace")
    tally = read_cmocka(name, text)
    tally.seconds = done.seconds
    if done.code and not tally.failed:
        # A program that crashed, or did not compile, has no line of its own.
        tally.failed = 1
        tally.failures.append(f"make check ended with status {done.code}, log: {done.log}")
        console.note(done.stdout)
    elif tally.failed:
        console.note(done.stdout)
    if tally.passed + tally.failed == 0:
        raise OkoError("okobpf's 'make check' ran no test", f"full log: {done.log}")
    return tally


def read_cmocka(name: str, text: str) -> Tally:
    """Add up what cmocka's programs print."""
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
    """Run what needs neither Open vSwitch nor root."""
    return [
        *([] if keyword else [run_c_units(layout)]),
        run_pytest(layout, "unit", "tests/unit", keyword=keyword),
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
