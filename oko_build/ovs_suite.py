"""Runs Open vSwitch's own test suite, in a network of its own."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from oko_build import build, console, run
from oko_build.errors import OkoError
from oko_build.flavours import Flavour
from oko_build.layout import Layout

SHORT_LIST = "tests/ovs-short-list.txt"
_PROGRESS = re.compile(r"^\s*\d+: .*(ok|FAILED|skipped)")
_RESULT = re.compile(r"^\s*(\d+): (.*?)\s+(ok|FAILED|skipped)\b")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How a run of the suite ended."""

    passed: int
    failed: list[str]
    skipped: int
    log: Path
    details: Path
    seconds: float

    @property
    def line(self) -> str:
        """The closing line."""
        return f"{self.passed} passed, {len(self.failed)} failed, {self.skipped} skipped"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A line of the short list: the tests of one file, or some of them."""

    file: str
    title: re.Pattern[str] | None
    line: int


@dataclass(frozen=True, kw_only=True)
class Test:
    """A test as the suite lists it."""

    number: int
    file: str
    title: str


def short_list(path: Path) -> list[Choice]:
    """Read the list of tests that concern the project."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise OkoError(f"no {path}: this is not a whole checkout") from error
    choices = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        file, _, title = line.strip().partition(" ")
        try:
            pattern = re.compile(title.strip()) if title.strip() else None
        except re.error as error:
            raise OkoError(f"{path}:{number}: not a regular expression: {error}") from error
        choices.append(Choice(file=file, title=pattern, line=number))
    return choices


def read_tests(listing: str) -> list[Test]:
    """Take apart what the suite prints for --list."""
    return [
        Test(number=int(found[1]), file=found[2], title=found[3].strip())
        for found in re.finditer(r"^ *(\d+): (\S+):\d+\s+(.*)$", listing, re.MULTILINE)
    ]


def select(choices: list[Choice], tests: list[Test], *, source: str) -> list[Test]:
    """Return the tests that 'choices' name; a choice that names none is an error of 'source'."""
    chosen: dict[int, Test] = {}
    for choice in choices:
        fitting = [
            test
            for test in tests
            if test.file == choice.file
            and (choice.title is None or choice.title.search(test.title))
        ]
        if not fitting:
            raise OkoError(f"{source}:{choice.line}: no test of {choice.file} fits")
        chosen.update((test.number, test) for test in fitting)
    return [chosen[number] for number in sorted(chosen)]


def read_results(text: str) -> tuple[int, list[str], int]:
    """Return how many tests passed, which failed and how many were skipped."""
    passed, skipped = 0, 0
    failed = []
    for line in text.splitlines():
        found = _RESULT.match(line)
        if not found:
            continue
        if found[3] == "ok":
            passed += 1
        elif found[3] == "skipped":
            skipped += 1
        else:
            failed.append(f"{found[1]}: {found[2]}")
    return passed, failed, skipped


def isolate() -> list[str]:
    """Return what to put before a command so that it has a network and processes of its own.

    One of the tests makes the switch connect to an address outside; in the namespace only
    loopback is there.  And each test waits for its daemons to be gone, that is, for process 1 to
    reap them: a shell does so at once where some init lets two seconds pass, which makes the suite
    several times as fast.
    """
    for tool in ("unshare", "ip"):
        if shutil.which(tool) is None:
            raise OkoError(f"{tool} is not here", "./inv doctor --install")
    how = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        how = ["--user", "--map-root-user", *how]
    probe = run.capture(["unshare", *how, "true"], check=False)
    if probe.code:
        raise OkoError(
            f"cannot make a namespace: {probe.stderr.strip()}",
            "run it as root",
        )
    # No exec: the shell has to stay, as the process 1 that reaps.
    script = 'ip link set lo up && "$@"; exit $?'
    return ["unshare", *how, "--", "sh", "-c", script, "isolated"]


def run_suite(
    layout: Layout,
    flavour: Flavour,
    *,
    keywords: list[str] | None = None,
    short: bool = False,
    jobs: int = 2,
    base_name: str | None = None,
) -> Summary:
    """Build 'flavour' and run its test suite: all, those with a keyword, or the short list."""
    made = build.build(layout, flavour, base_name=base_name)
    folder = made.folder
    env = build.environment(layout)
    name = f"ovs-tests-{flavour.name}"
    listing = run.step(
        ["make", f"-j{jobs}", "check", "TESTSUITEFLAGS=--list"], cwd=folder, env=env,
        title="make the test programs", log=layout.log(f"{name}-programs"),
    )
    assert listing.log is not None
    tests = read_tests(listing.log.read_text(encoding="utf-8", errors="replace"))
    numbers: list[str] = []
    total = len(tests)
    if short:
        choices = short_list(layout.root / SHORT_LIST)
        if flavour.stock:
            # Tests of what the project adds are not in the stock suite.
            known = {test.file for test in tests}
            choices = [choice for choice in choices if choice.file in known]
        chosen = select(choices, tests, source=SHORT_LIST)
        numbers = ranges([test.number for test in chosen])
        total = len(chosen)
    flags = [f"-j{jobs}", *(part for word in keywords or [] for part in ("-k", word)), *numbers]

    def check(flags: list[str], title: str, log: str, total: int) -> run.Result:
        return run.step(
            [*isolate(), "make", "check", f"TESTSUITEFLAGS={' '.join(flags)}"],
            cwd=folder, env=env, title=title, log=layout.log(log), counts=_PROGRESS, total=total,
            check=False,
        )

    done = check(
        flags, f"Open vSwitch's tests ({flavour.name})", name, 0 if keywords else total
    )
    assert done.log is not None
    passed, failed, skipped = read_results(
        done.log.read_text(encoding="utf-8", errors="replace")
    )
    seconds = done.seconds
    if failed:
        # Some of the tests race with the switch that they test, and lose on a busy machine.  So
        # what fails gets a second chance with the machine to itself, as in upstream's own CI.
        console.say(f"{len(failed)} failed; once more, one at a time: {'; '.join(failed)}")
        alone = [failure.partition(":")[0] for failure in failed]
        again = check(["-j1", *alone], "the failed tests, alone", f"{name}-again", len(alone))
        assert again.log is not None
        recovered, failed, _ = read_results(
            again.log.read_text(encoding="utf-8", errors="replace")
        )
        passed += recovered
        seconds += again.seconds
        done = again
    if passed + len(failed) + skipped == 0:
        raise OkoError(
            f"no test ran (make ended with status {done.code})", f"full log: {done.log}"
        )
    if done.code and not failed:
        raise OkoError(
            f"make check ended with status {done.code}, though no test failed",
            f"full log: {done.log}",
        )
    return Summary(
        passed=passed, failed=failed, skipped=skipped, log=layout.log(name),
        details=folder / "tests" / "testsuite.log", seconds=seconds,
    )


def ranges(numbers: list[int]) -> list[str]:
    """Return 'numbers', which are in order, as the suite takes them: 1-3 5 7-9."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return [str(low) if low == high else f"{low}-{high}" for low, high in parts]


def tell(summary: Summary, layout: Layout) -> None:
    """Print the failures and where to read on."""
    for name in summary.failed:
        console.say(f"FAILED {name}")
    if summary.failed:
        console.say(f"details: {layout.relative(summary.details)} and the folders beside it")
    console.say(f"took {console.duration(summary.seconds)}, log: {layout.relative(summary.log)}")
