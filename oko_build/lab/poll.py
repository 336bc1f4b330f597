"""Waiting for something to become true, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from oko_build.lab.command import LabError

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T],
    what: str | Callable[[], str],
    *,
    timeout: float = 20,
    interval: float = 0.01,
) -> T:
    """Call *condition* until it returns something true, and return that.

    Raises LabError after *timeout* seconds; *what* says what was waited for (as
    a function, it may also say how far it got).
    """
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            text = what if isinstance(what, str) else what()
            raise LabError(f"waited {timeout:g} s in vain: {text}")
        time.sleep(interval)
