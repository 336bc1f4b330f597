"""The runner: what it prints, returns, raises, logs and leaves behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from oko_build import console, run
from oko_build.errors import CommandFailed, OkoError

ROOT = Path(__file__).resolve().parents[3]


def wait_for(condition: object, *, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        # A zombie that nobody has waited for yet is as good as gone.
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_capture_keeps_both_streams_apart() -> None:
    result = run.capture(["sh", "-c", "echo out; echo err >&2"])
    assert (result.stdout, result.stderr, result.code) == ("out\n", "err\n", 0)


def test_capture_failure_tells_command_status_and_last_lines() -> None:
    with pytest.raises(CommandFailed) as caught:
        run.capture(["sh", "-c", "seq 100; echo 'no good' >&2; exit 3"])
    error = caught.value
    assert error.command == """sh -c 'seq 100; echo '"'"'no good'"'"' >&2; exit 3'"""
    assert error.status == 3
    assert error.tail.splitlines()[-1] == "no good"
    assert len(error.tail.splitlines()) == run.TAIL_LINES
    assert error.log is None


def test_unknown_command_is_told() -> None:
    with pytest.raises(CommandFailed, match="exited with status 127") as caught:
        run.capture(["no-such-command-at-all"])
    assert "No such file" in caught.value.tail


def test_bytes_that_are_no_text_survive() -> None:
    result = run.capture(["cat"], stdin=b"\xff\x00\n")
    assert result.stdout.encode("utf-8", "surrogateescape") == b"\xff\x00\n"


def test_no_standard_input_unless_given() -> None:
    assert run.capture(["cat"]).stdout == ""


def test_printed_command_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    run.capture(["echo", "a b", "$HOME", "'", ""], echo=True)
    line = capsys.readouterr().err.strip().removeprefix("$ ")
    pasted = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert pasted.stdout == "a b $HOME ' \n"


def test_step_logs_all_and_tells_the_end_on_failure(tmp_path: Path) -> None:
    log = tmp_path / "log" / "step.log"
    with pytest.raises(CommandFailed) as caught:
        run.step(
            ["sh", "-c", "seq 1000; echo '[br0] [/x]' >&2; exit 7"], title="a step", log=log,
        )
    assert caught.value.status == 7
    assert caught.value.log == log
    assert str(log) in str(caught.value)
    assert "[br0] [/x]" in str(caught.value)
    lines = log.read_text().splitlines()
    assert lines[0].startswith("$ sh -c")
    assert len(lines) == 1002


def test_step_ended_by_a_signal_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="was ended by signal 9"):
        run.step(["sh", "-c", "kill -9 $$"], title="a step", log=tmp_path / "log")


def test_step_without_check_returns_the_status(tmp_path: Path) -> None:
    assert run.step(["false"], title="a step", log=tmp_path / "log", check=False).code == 1


def test_step_rewrites_lines_and_hides_noise_from_the_error(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed) as caught:
        run.step(
            ["sh", "-c", "echo noise 1; echo copy/a.c:1: error; exit 1"], title="a step",
            log=tmp_path / "log", rewrite=lambda line: line.replace("copy/", "overlay/"),
            noise=re.compile("^noise"),
        )
    assert caught.value.tail == "overlay/a.c:1: error"
    assert "noise 1\noverlay/a.c:1: error\n" in (tmp_path / "log").read_text()


def test_step_streams(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run.step(["echo", "as it comes"], title="a step", log=tmp_path / "log", stream=True)
    assert capfd.readouterr().out == "as it comes\n"


def test_step_does_not_wait_for_a_daemon_that_holds_the_pipe(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    start = time.monotonic()
    run.step(
        ["sh", "-c", f"setsid sleep 60 & echo $! >{pid_file}"], title="a step",
        log=tmp_path / "log",
    )
    try:
        assert time.monotonic() - start < 30
    finally:
        os.kill(int(pid_file.read_text()), signal.SIGKILL)


def test_plain_progress_gives_signs_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "PLAIN_HEARTBEAT", 0.2)
    run.step(
        ["sh", "-c", "echo CC a.o; sleep 1.5"], title="make [br0]", log=tmp_path / "log",
        counts=re.compile("^CC"), total=2, live=False,
    )
    said = capsys.readouterr().err
    assert "… make [br0]  1/2" in said


def test_live_progress_keeps_brackets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")      # rich draws as if on a terminal
    monkeypatch.setenv("COLUMNS", "200")
    with console.Progress("make [br0] [/x]", live=True) as progress:
        progress.tick()
        assert "make [br0] [/x]" in progress.text()
    assert "[br0] [/x]" in capsys.readouterr().err


SCRIPT = """
import sys
from pathlib import Path
from oko_build import run
run.step(
    ["sh", "-c", "sleep 300 & echo $! $$ >{pids}; trap '' INT; wait; wait"],
    title="a step", log=Path({log!r}),
)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interruption_ends_the_whole_group(tmp_path: Path, number: signal.Signals) -> None:
    pids = tmp_path / "pids"
    script = textwrap.dedent(SCRIPT).format(pids=pids, log=str(tmp_path / "log"))
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        children = [int(word) for word in pids.read_text().split()]
        assert all(alive(pid) for pid in children)
        process.send_signal(number)
        process.communicate(timeout=30)
        assert process.returncode != 0
        wait_for(lambda: not any(alive(pid) for pid in children))
    finally:
        process.kill()


def test_exec_of_an_unknown_command_is_told() -> None:
    with pytest.raises(OkoError, match="no command 'no-such-tool'"):
        run.replace(["no-such-tool"], env={"PATH": "/nowhere"})
