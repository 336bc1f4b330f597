"""How a function becomes a task."""

from __future__ import annotations

import functools
import os
import shlex
import sys
import time
from collections.abc import Callable
from typing import Any

from invoke.exceptions import Exit
from invoke.tasks import task as invoke_task

from oko_build import config, console, layout
from oko_build.errors import CommandFailed, OkoError


def task(
    name: str | None = None, *, help: dict[str, str] | None = None, **options: Any  # noqa: A002
) -> Callable[[Callable[..., None]], Any]:
    """Make a function an Invoke task: long flags only, and errors in plain words."""

    def decorate(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def body(*arguments: Any, **flags: Any) -> None:
            try:
                function(*arguments, **flags)
            except OkoError as error:
                sys.stdout.flush()
                console.note(f"error: {error}", style="red")
                raise Exit(code=exit_status(error)) from error
            except KeyboardInterrupt:
                console.note("interrupted; the next run goes on from here")
                raise Exit(code=130) from None

        return invoke_task(
            body, name=name, help=help or {}, auto_shortflags=False, **options
        )

    return decorate


def exit_status(error: OkoError) -> int:
    """Return the status with which to end after 'error'."""
    if isinstance(error, CommandFailed):
        return error.status if 0 < error.status < 256 else 1
    return error.code


class Timer:
    """Tells how long a task has taken."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __str__(self) -> str:
        return console.duration(time.monotonic() - self._start)


BASE_HELP = "base in upstream.toml (default: the one for this host)"


def use_base(name: str) -> None:
    """Let the base 'name', if there is one, be the one of this task and of all that it starts."""
    if name:
        config.load(layout.here()).base(name)
        os.environ["OKO_BASE"] = name


def user_folder() -> str:
    """Return the folder in which the user called ./inv."""
    return os.environ.get("OKO_CWD") or os.getcwd()  # noqa: PTH109

def words(remainder: str) -> list[str]:
    """Return the words after '--' as the user's shell passed them.

    Invoke joins them with blanks, which loses where one ends.
    """
    words = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    return words if " ".join(words) == remainder else shlex.split(remainder)
