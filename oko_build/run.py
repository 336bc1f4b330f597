"""The one runner of processes.

``capture`` is for short commands whose output is wanted, ``step`` for long ones whose output goes
to a log, ``replace`` turns this process into another.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import shlex
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from oko_build import console
from oko_build.errors import CommandFailed, OkoError

Argument = str | Path

TAIL_LINES = 25
_STOP_GRACE = 5.0       # seconds between asking a process group to stop and making it
_CSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a finished command left."""

    command: str
    code: int
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0
    log: Path | None = None


def quote(argv: Sequence[Argument]) -> str:
    """Return ``argv`` as a line that a shell reads back as the same arguments."""
    return shlex.join(str(argument) for argument in argv)


def _environment(env: Mapping[str, str] | None) -> dict[str, str]:
    # Run from a git hook, we inherit variables that point every git at the hook's repository.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    }
    return {**inherited, **(env or {})}


def _not_started(command: str, error: OSError) -> CommandFailed:
    return CommandFailed(command, 127, tail=f"cannot start it: {error.strerror}: {error.filename}")


def capture(
    argv: Sequence[Argument],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    check: bool = True,
    echo: bool = False,
    timeout: float | None = None,
) -> Result:
    """Run a short command and return what it printed.

    ``env`` adds to the environment.  Bytes that are not UTF-8 survive in the result as surrogates.
    With ``check``, raises CommandFailed on any status but 0.
    """
    command = quote(argv)
    if echo:
        console.note(f"$ {command}", style="dim")
    data = stdin.encode("utf-8", "surrogateescape") if isinstance(stdin, str) else stdin
    start = time.monotonic()
    try:
        done = subprocess.run(
            [str(argument) for argument in argv],
            cwd=cwd,
            env=_environment(env),
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except OSError as error:
        raise _not_started(command, error) from error
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(command, -signal.SIGKILL, tail=f"no end after {timeout} s") from error
    result = Result(
        command=command,
        code=done.returncode,
        stdout=done.stdout.decode("utf-8", "surrogateescape"),
        stderr=done.stderr.decode("utf-8", "surrogateescape"),
        seconds=time.monotonic() - start,
    )
    if check and result.code:
        lines = (result.stdout + result.stderr).rstrip("\n").split("\n")
        raise CommandFailed(command, result.code, tail="\n".join(lines[-TAIL_LINES:]))
    return result


@contextlib.contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack, so that children are ended on the way."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    try:
        old = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    except ValueError:      # not the main thread: its handlers are not ours to set
        yield
        return
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    """End the process group that 'process' leads, make's own way first.

    make deletes a half-written target on SIGINT; what does not listen is killed.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(_STOP_GRACE)
        except subprocess.TimeoutExpired:
            continue
        break
    # The leader is gone; what it left behind goes too.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _lines(process: subprocess.Popen[bytes], tick: Callable[[], None]) -> Iterator[bytes]:
    """Yield the output of 'process' line by line, and call 'tick' every second or so."""
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    os.set_blocking(descriptor, False)
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if selector.select(0.5):
                chunk = os.read(descriptor, 1 << 16)
                if not chunk:
                    break
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
            elif process.poll() is not None:
                # A daemon that inherited the pipe must not keep us.
                break
            tick()
    if rest:
        yield rest


def step(
    argv: Sequence[Argument],
    *,
    title: str,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
    echo: bool = True,
    stream: bool = False,
    append: bool = False,
    counts: re.Pattern[str] | None = None,
    total: int = 0,
    rewrite: Callable[[str], str] | None = None,
    noise: re.Pattern[str] | None = None,
    live: bool | None = None,
) -> Result:
    """Run a long command; its whole output goes to the file 'log'.

    Shows a progress line under 'title' that counts the lines matching 'counts', out of 'total' if
    known; with 'stream' it prints the output as it comes instead.  'rewrite' changes each line
    before it is logged or shown.  Lines that match 'noise' are left out of those that an error
    shows.  The command runs without standard input in a process group of its own, which is ended
    whole when this is interrupted.  With 'check', raises CommandFailed on any status but 0.
    """
    command = quote(argv)
    log.parent.mkdir(parents=True, exist_ok=True)
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    if echo:
        where = f"(cd {shlex.quote(str(cwd))} && {command})" if cwd else command
        console.note(f"$ {where}", style="dim")
    start = time.monotonic()
    with log.open("ab" if append else "wb") as sink, _signals_as_exceptions():
        sink.write(f"$ {command}\n".encode("utf-8", "surrogateescape"))
        sink.flush()
        try:
            process = subprocess.Popen(
                [str(argument) for argument in argv],
                cwd=cwd,
                env=_environment(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        except OSError as error:
            raise _not_started(command, error) from error
        try:
            with console.Progress(title, live=False if stream else live) as progress:
                progress.total = total
                for raw in _lines(process, progress.tick if not stream else _nothing):
                    line = raw.decode("utf-8", "surrogateescape")
                    if rewrite is not None:
                        line = rewrite(line)
                    sink.write(line.encode("utf-8", "surrogateescape") + b"\n")
                    if stream:
                        os.write(1, line.encode("utf-8", "surrogateescape") + b"\n")
                    if noise is None or not noise.search(line):
                        tail.append(_plain(line))
                    if counts is not None and counts.search(line):
                        progress.done += 1
                code = process.wait()
        except BaseException:
            _stop_group(process)
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()
    result = Result(
        command=command, code=code, seconds=time.monotonic() - start, log=log,
        stdout="\n".join(tail),
    )
    if check and code:
        raise CommandFailed(
            command, code, tail="" if stream else "\n".join(tail), log=log
        )
    return result


def _plain(line: str) -> str:
    """Return 'line' without colours and without what is not UTF-8."""
    return _CSI.sub("", line.encode("utf-8", "replace").decode("utf-8")).rstrip("\r")


def _nothing() -> None:
    pass


def replace(
    argv: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None
) -> NoReturn:
    """Become the command 'argv', found on the PATH of the whole environment 'env'."""
    if cwd is not None:
        os.chdir(cwd)
    try:
        os.execvpe(argv[0], list(argv), dict(env))
    except FileNotFoundError as error:
        raise OkoError(
            f"no command {argv[0]!r} among the built tools or on PATH",
            "./inv build makes them",
        ) from error
    except PermissionError as error:
        raise OkoError(f"{argv[0]!r} is not executable") from error
