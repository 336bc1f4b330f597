"""Tasks about testing."""

from __future__ import annotations

from invoke.context import Context

from oko_build import (
    build,
    console,
    doctor,
    flavours,
    layout,
    lock,
    ovs_suite,
    testing,
)
from oko_build import (
    lint as linting,
)
from oko_build.errors import OkoError
from oko_build.lab import Tools
from oko_build.pipelines.hunt import BATCH, Hunt, Tally
from oko_build.tasks._task import BASE_HELP, task, use_base
from oko_build.tasks.building import FLAVOUR_HELP


def _close(tallies: list[testing.Tally]) -> None:
    """Print the sum of 'tallies' as the last line, and fail if a test did."""
    total = testing.add_up(tallies)
    console.say()
    if len(tallies) > 1:
        for tally in tallies:
            console.say(f"{tally.name:24} {tally.line}, in {console.duration(tally.seconds)}")
    for failure in total.failures:
        console.say(f"FAILED {failure}")
    console.say(total.line)
    if total.failed:
        raise SystemExit(1)


@task(help={"base": BASE_HELP})
def test(_c: Context, base: str = "") -> None:
    """Set up, build and run all tests (as root)."""
    use_base(base)
    here = layout.here()
    doctor.require(here)
    _close(testing.everything(here))


@task(help={"keyword": "only the Python tests that pytest's -k takes", "base": BASE_HELP})
def test_unit(_c: Context, keyword: str = "", base: str = "") -> None:
    """Run the C and Python unit tests."""
    use_base(base)
    here = layout.here()
    _close(testing.unit(here, keyword=keyword))


@task(help={"keyword": "only the tests that pytest's -k takes", "base": BASE_HELP})
def test_integration(_c: Context, keyword: str = "", base: str = "") -> None:
    """Run the tests that start switches (as root)."""
    use_base(base)
    here = layout.here()
    _close([testing.integration(here, keyword=keyword)])


@task(
    iterable=["keyword"],
    help={
        "keyword": "only tests with this keyword, as autotest's -k; may be repeated",
        "short": f"only the tests that {ovs_suite.SHORT_LIST} names, as CI does",
        "stock": FLAVOUR_HELP["stock"],
        "sanitize": FLAVOUR_HELP["sanitize"],
        "jobs": "tests at a time (default 2)",
        "base": BASE_HELP,
    },
)
def test_ovs(
    _c: Context, keyword: list[str], short: bool = False, stock: bool = False,
    sanitize: str = "", jobs: str = "2", base: str = "",
) -> None:
    """Run Open vSwitch's own test suite, isolated."""
    use_base(base)
    here = layout.here()
    if not jobs.isdigit() or int(jobs) < 1:
        raise OkoError(f"--jobs: expected a number from 1 up, got {jobs!r}")
    if keyword and short:
        raise OkoError("--keyword and --short are two choices: take one")
    summary = ovs_suite.run_suite(
        here, flavours.choose(stock=stock, sanitize=sanitize or None),
        keywords=keyword, short=short, jobs=int(jobs),
    )
    ovs_suite.tell(summary, here)
    console.say(summary.line)
    if summary.failed:
        raise SystemExit(1)


@task(
    help={
        "seed": "chooses the programs, and with its number, each pipeline (default 1)",
        "count": "how many pipelines (default 10000)",
        "first": "the number of the first one (default 0)",
    },
)
def test_pipelines(_c: Context, seed: int = 1, count: int = 10000, first: int = 0) -> None:
    """Compare programs with matches in random pipelines."""
    here = layout.here()
    build.build(here, flavours.choose())
    hunt = Hunt(Tools.find(), seed)

    def tell(tally: Tally) -> None:
        done = tally.agreed + tally.too_deep + len(tally.disagreements)
        if done % (BATCH * 32) == 0:
            console.note(f"{done} of {count} pipelines")

    try:
        tally = hunt.search(range(first, first + count), tell)
    finally:
        hunt.close()
    for one in tally.disagreements:
        console.say(str(one))
    console.say(
        f"{tally.agreed} pipelines agree, {len(tally.disagreements)} disagree, {tally.too_deep} "
        f"recirculate too often; {tally.packets} packets sent, {tally.outputs} output, "
        f"{tally.messages} messages"
    )
    if tally.disagreements:
        raise SystemExit(1)


@task(help={"base": BASE_HELP})
def lint(_c: Context, base: str = "") -> None:
    """Run ruff, mypy and checkpatch.py."""
    use_base(base)
    here = layout.here()
    with lock.hold(here):
        findings = linting.lint(here)
    for finding in findings:
        console.say(f"== {finding.linter}")
        console.say(finding.output.rstrip())
    if findings:
        raise OkoError(f"{len(findings)} linters complain")
    console.say("nothing to complain about")


