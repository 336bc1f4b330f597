"""One toolkit at a time works in ``build``."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from oko_build import console
from oko_build.layout import Layout

_held: dict[str, int] = {}


@contextlib.contextmanager
def hold(layout: Layout) -> Iterator[None]:
    """Keep other processes from changing ``build``; waits for one that does.

    May be nested.  The lock goes with the process, however that ends.
    """
    path = layout.build / "lock"
    key = str(path)
    if key in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not inherited by children (Python opens close-on-exec), so no daemon can keep it.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            console.note(f"waiting for another ./inv (process {owner or '?'}) to finish")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        _held[key] = descriptor
        try:
            yield
        finally:
            del _held[key]
    finally:
        os.close(descriptor)
