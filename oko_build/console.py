"""The one printer: colours and live lines on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

PLAIN_HEARTBEAT = 30.0
"""Seconds between two signs of life of a long step where there is no terminal."""


def is_live() -> bool:
    """Whether somebody watches: standard error is a terminal and this is not CI."""
    return sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


def say(text: str = "") -> None:
    """Print what a task has to tell on standard output."""
    print(text, flush=True)


def note(text: str, *, style: str = "") -> None:
    """Print what goes on, on standard error, so that output can be piped."""
    if style and sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        codes = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
        text = f"\033[{codes[style]}m{text}\033[0m"
    print(text, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return ``seconds`` for people: ``3.2 s``, ``2 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


class Progress:
    """One line about a step that takes long.

    On a terminal it is redrawn in place; elsewhere a plain line comes at least every
    ``PLAIN_HEARTBEAT`` seconds, so that CI can tell slow from dead.
    """

    def __init__(self, title: str, *, live: bool | None = None) -> None:
        self.title = title
        self.done = 0
        self.total = 0
        self.detail = ""
        self._live = is_live() if live is None else live
        self._start = time.monotonic()
        self._last = self._start
        self._status: object = None

    def text(self) -> str:
        """Return the line as it stands now."""
        parts = [self.title]
        if self.total:
            parts.append(f"{min(self.done, self.total)}/{self.total}")
        elif self.done:
            parts.append(str(self.done))
        parts.append(duration(time.monotonic() - self._start))
        if self.detail:
            parts.append(self.detail)
        return "  ".join(parts)

    def __enter__(self) -> Progress:
        if self._live:
            from rich.console import Console
            from rich.status import Status
            from rich.text import Text

            # Text, not str: rich would read "[br0]" in a str as markup and drop it.
            status = Status(Text(self.text()), console=Console(stderr=True, markup=False))
            status.start()
            self._status = status
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            from rich.status import Status

            assert isinstance(self._status, Status)
            self._status.stop()

    def tick(self) -> None:
        """Show how things stand; called at least once a second."""
        if self._live:
            from rich.status import Status
            from rich.text import Text

            assert isinstance(self._status, Status)
            self._status.update(Text(self.text(), overflow="ellipsis", no_wrap=True))
        elif time.monotonic() - self._last >= PLAIN_HEARTBEAT:
            self._last = time.monotonic()
            note(f"    … {self.text()}")
