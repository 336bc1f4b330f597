"""How the results of pytest, cmocka and autotest are read, and what needs what."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from oko_build import config, doctor, layout, lint, ovs_suite, testing
from oko_build.errors import OkoError
from oko_build.layout import Layout

ROOT = Path(__file__).resolve().parents[3]

LISTING = """\
Open vSwitch 3.1.0 test suite test groups:

 NUM: FILE-NAME:LINE     TEST-GROUP-NAME
      KEYWORDS

   1: library.at:3       SHA-1 unit test
      sha1
   2: classifier.at:3    flow classifier - lookup segmentation
 125: ofproto-dpif.at:9  ofproto-dpif - resubmit
      actions
 126: ofproto-dpif.at:30 ofproto-dpif - balance-slb bonding
"""

OUTPUT = """\
## ------------------------------ ##
## Open vSwitch 3.1.0 test suite. ##
  1: SHA-1 unit test                                 ok
  2: flow classifier - lookup segmentation           FAILED (classifier.at:9)
125: ofproto-dpif - resubmit                         skipped (ofproto-dpif.at:9)
126: ofproto-dpif - balance-slb bonding              ok
"""

CMOCKA = """\
[==========] tests: Running 3 test(s).
[ RUN      ] test_good
[       OK ] test_good
[ RUN      ] test_bad
[  ERROR   ] --- 0x1 != 0
[  FAILED  ] test_bad
[ RUN      ] test_other
[  SKIPPED ] test_other
[==========] tests: 3 test(s) run.
[  PASSED  ] 1 test(s).
[  FAILED  ] tests: 1 test(s), listed below:
[  FAILED  ] test_bad

 1 FAILED TEST(S)
"""


def test_autotest_results() -> None:
    passed, failed, skipped = ovs_suite.read_results(OUTPUT)
    assert (passed, failed, skipped) == (2, ["2: flow classifier - lookup segmentation"], 1)


def test_cmocka_results() -> None:
    tally = testing.read_cmocka("c", CMOCKA)
    assert (tally.passed, tally.failed, tally.skipped) == (1, 1, 1)
    assert tally.failures == ["test_bad"]
    assert tally.line == "1 passed, 1 failed, 1 skipped"


def test_results_of_make_check() -> None:
    """No failure is lost: neither a program's without tests, nor one that crashes on its way."""
    told = (
        "gcc -c ...\n== first-test\n" + CMOCKA + "== first-test: failed with status 1\n"
        "== engines-test\nengines-test: 5 checks, 0 failures\n"
        "== other-test\nengines-test: 5 checks, 1 failures\n"
        "== other-test: failed with status 1\n"
        "== crash-test\n[       OK ] test_good\n== crash-test: failed with status 139\n"
        "== kernel-test\nskipped: no kernel\n== kernel-test: skipped\n"
        "make: *** [Makefile:255: check] Error 1\n"
    )
    tally = testing.read_checks("c", told)
    assert tally.failures == ["first-test: test_bad", "other-test", "crash-test"]
    assert (tally.passed, tally.failed, tally.skipped) == (3, 3, 2)


def test_c_units_by_keyword() -> None:
    names = testing.c_units(Layout(ROOT), "map-")
    assert "map-test" in names
    assert "elf-test" not in names
    assert {"replay-elf", "replay-verifier", "fuzz-jit"} <= set(testing.c_units(Layout(ROOT), ""))
    tests = {path.stem for path in (ROOT / "okobpf/tests").glob("*-test.c")}
    assert tests <= set(testing.c_units(Layout(ROOT), ""))


def test_pytest_results(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert 0\n"
        "def test_skipped(): pytest.skip('why')\n"
        "@pytest.fixture\n"
        "def broken(): raise OSError\n"
        "def test_error(broken): pass\n"
    )
    tally = testing.run_pytest(Layout(tmp_path), "some", ".")
    assert (tally.passed, tally.failed, tally.skipped) == (1, 2, 1)
    assert tally.failures == ["test_some::test_bad", "test_some::test_error"]


def test_pytest_that_collects_nothing_or_cannot_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OkoError, match="status 5"):
        testing.run_pytest(Layout(tmp_path), "none", ".")
    assert testing.run_pytest(Layout(tmp_path), "none", ".", may_be_none=True).failed == 0
    (tmp_path / "test_broken.py").write_text("import nothing_of_this_name\n")
    with pytest.raises(OkoError, match="status 2"):
        testing.run_pytest(Layout(tmp_path), "broken", ".")


CHECKPATCH = """\
WARNING: Line lacks whitespace around operator
WARNING: Line lacks whitespace around operator
overlay/a.c:34:
"usage: okobpf verify [--log[=FILE]]\\n"

WARNING: Line lacks whitespace around operator
overlay/a.c:36:
    x = a-b;

ERROR: Use ovs_abort() in place of abort()
overlay/a.c:94:

Lines checked: 290, Warnings: 3, Errors: 1
"""


def test_checkpatch_results() -> None:
    operator = (
        "Line lacks whitespace around operator\n    overlay/a.c:36:\n        x = a-b;"
    )
    abort = "Use ovs_abort() in place of abort()\n    overlay/a.c:94:"
    assert lint.read_checkpatch(CHECKPATCH) == [operator, abort]
    assert lint.read_checkpatch(CHECKPATCH, ovs=False) == [operator]
    index = "WARNING: Line lacks whitespace around operator\na.c:1:\n    data[*size] = 0;\n"
    assert lint.read_checkpatch(index) == []
    xmalloc = "ERROR: Use xmalloc() in place of malloc()\na.c:1:\n    p = malloc(n);\n"
    assert lint.read_checkpatch(xmalloc) and not lint.read_checkpatch(xmalloc, ovs=False)
    assert lint.read_checkpatch("Lines checked: 9, no obvious problems found\n") == []


def test_sum_of_all_tiers() -> None:
    total = testing.add_up([
        testing.Tally(name="a", passed=2, failed=1, failures=["x"]),
        testing.Tally(name="b", passed=3, skipped=4),
    ])
    assert total.line == "5 passed, 1 failed, 4 skipped"
    assert total.failures == ["a: x"]


def choices(tmp_path: Path, text: str) -> list[ovs_suite.Choice]:
    (tmp_path / "list.txt").write_text(text)
    return ovs_suite.short_list(tmp_path / "list.txt")


def test_short_list_selects_by_file_and_title(tmp_path: Path) -> None:
    tests = ovs_suite.read_tests(LISTING)
    assert [test.number for test in tests] == [1, 2, 125, 126]
    chosen = ovs_suite.select(
        choices(tmp_path, "# why\nofproto-dpif.at  ^ofproto-dpif - (resub|goto)\n\nlibrary.at\n"),
        tests, source="list.txt",
    )
    assert [test.number for test in chosen] == [1, 125]


def test_short_list_that_names_nothing_is_an_error(tmp_path: Path) -> None:
    tests = ovs_suite.read_tests(LISTING)
    with pytest.raises(OkoError, match=r"list\.txt:2: no test of gone\.at fits"):
        ovs_suite.select(choices(tmp_path, "library.at\ngone.at\n"), tests, source="list.txt")
    with pytest.raises(OkoError, match=r"list\.txt:1: not a regular expression"):
        choices(tmp_path, "library.at (\n")


def test_numbers_are_given_as_ranges() -> None:
    assert ovs_suite.ranges([1, 2, 3, 7, 9, 10]) == ["1-3", "7", "9-10"]
    assert ovs_suite.ranges([]) == []


def test_the_projects_own_short_list_is_sound() -> None:
    assert ovs_suite.short_list(ROOT / ovs_suite.SHORT_LIST)


def test_suite_has_only_loopback() -> None:
    try:
        prefix = ovs_suite.isolate()
    except OkoError as error:
        pytest.skip(str(error))
    done = subprocess.run([*prefix, "ip", "-o", "link"], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 1 and " lo: " in lines[0] and "UP" in lines[0]


def test_suite_sees_its_daemons_go_at_once_and_its_status_comes_through() -> None:
    try:
        prefix = ovs_suite.isolate()
    except OkoError as error:
        pytest.skip(str(error))
    # A daemon whose parent has gone is a zombie until process 1 waits for it.
    script = "pid=$(sh -c 'sleep 0.1 >&- & echo $!'); sleep 0.6; kill -0 $pid && exit 1; exit 7"
    assert subprocess.run([*prefix, "sh", "-c", script], check=False).returncode == 7


# Doctor.


def need(**options: object) -> doctor.Need:
    return doctor.Need(package="p", why="w", **options)  # type: ignore[arg-type]


def test_needs_are_met_by_command_module_or_file(tmp_path: Path) -> None:
    assert need(command="sh").met()
    assert not need(command="no-such-command").met()
    assert not need(module="no-such-module").met()
    assert need(file=str(tmp_path)).met()
    assert not need(file=str(tmp_path / "gone")).met()


def test_every_need_says_how_to_tell() -> None:
    for base in config.load(layout.here()).bases.values():
        for entry in doctor.needs(base):
            ways = (entry.command, entry.oneof, entry.module, entry.file, entry.pattern)
            assert [bool(way) for way in ways].count(True) == 1
            assert entry.why


def test_missing_needs_are_listed_without_the_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = need(command="no-such-command")
    optional = need(command="no-such-command", optional=True)
    monkeypatch.setattr(doctor, "here", lambda: (gone, optional, need(command="sh")))
    assert doctor.missing() == [gone]
    assert doctor.missing(optional=True) == [gone, optional]


def test_demanding_what_is_missing_tells_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "here", lambda: (need(command="no-such-command"),))
    monkeypatch.setattr(doctor, "is_debian", lambda: True)
    doctor.demand("other")
    with pytest.raises(OkoError, match="apt-get install -y --no-install-recommends p"):
        doctor.demand("p")


def test_other_hosts_are_offered_the_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "is_debian", lambda: False)
    with pytest.raises(OkoError) as caught:
        doctor.install(Layout(tmp_path), [need(command="no-such-command")])
    assert "not Debian" in str(caught.value) and "docker/README.md" in str(caught.value)


def test_plain_user_without_sudo_is_told_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "is_debian", lambda: True)
    monkeypatch.setattr(doctor.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(doctor.shutil, "which", lambda *_a, **_k: None)
    with pytest.raises(OkoError) as caught:
        doctor.install(Layout(tmp_path), [need(command="no-such-command")])
    assert "as root: apt-get install -y --no-install-recommends p" in str(caught.value)


def test_tests_that_need_root_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing.os, "geteuid", lambda: 1000)
    with pytest.raises(OkoError, match="needs root"):
        testing.require_root("why")


# The tasks.


def inv(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "oko_build", *arguments], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )


def test_list_reads_like_a_table_of_contents() -> None:
    done = inv("--list")
    assert done.returncode == 0
    rows = re.findall(r"^  (\S+)   *(\S.*)$", done.stdout, re.MULTILINE)
    names = {name for name, _ in rows}
    assert names >= {
        "build", "clean", "demo", "doctor", "exec", "fetch", "lint", "test", "test-integration",
        "test-ovs", "test-unit", "patches.apply", "patches.check", "patches.export",
        "patches.status",
    }
    # One line each: none wraps.
    assert len(rows) == len([line for line in done.stdout.splitlines() if line.startswith("  ")])


def test_invoke_itself_finds_the_same_tasks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "invoke", "--list"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )
    assert "test-integration" in done.stdout and "patches.apply" in done.stdout


def test_every_flag_has_help_and_none_a_short_form() -> None:
    from oko_build.tasks import namespace

    for name in namespace.task_names:
        task = namespace[name]
        assert task.__doc__, name
        for argument in task.get_arguments():
            assert argument.help, f"{name} --{argument.name}"
            assert all(len(flag) > 1 for flag in argument.names), name


@pytest.mark.parametrize("arguments", [("build", "--nonsense"), ("no-such-task",)])
def test_wrong_usage_fails(arguments: tuple[str, ...]) -> None:
    assert inv(*arguments).returncode != 0


def test_bad_flag_value_is_told_without_a_trace() -> None:
    done = inv("build", "--sanitize=thread")
    assert done.returncode == 1
    assert "--sanitize: expected address, got 'thread'" in done.stderr
    assert "Traceback" not in done.stderr


def test_exec_without_a_command_is_told() -> None:
    done = inv("exec", "--")
    assert done.returncode == 1 and "no command" in done.stderr
