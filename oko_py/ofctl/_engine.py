"""What programs and maps need of a switch, and who does it.

A connection of our own does (:mod:`oko_py.ofctl._speaker`), or else ``ovs-ofctl``
(:mod:`oko_py.ofctl._caller`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from oko_py._model import MapInfo, ProgramInfo
from oko_py._net.work import Entries, Load
from oko_py.wire import MapOp, SetMode


class Engine(Protocol):
    """Does it."""

    def describe(self, program_id: int | None) -> list[ProgramInfo]:
        """Describe a program, or all of them."""

    def load(self, load: Load) -> None:
        """Load a program."""

    def image(self, program_id: int) -> bytes:
        """Return the object that a program was loaded from."""

    def unload(self, program_id: int | None, *, force: bool) -> None:
        """Unload a program, or all of them."""

    def change(
        self, program_id: int, info: MapInfo, op: MapOp, mode: SetMode, entries: Entries
    ) -> None:
        """Change a map in order, up to the first entry that fails, or raise MapRefused."""

    def count(self, program_id: int, info: MapInfo) -> int:
        """Return how many entries are in a map."""

    def lookup(self, program_id: int, info: MapInfo, key: bytes) -> bytes | None:
        """Return the value of a key, None if it is not there."""

    def entries(self, program_id: int, info: MapInfo) -> Iterator[list[tuple[bytes, bytes]]]:
        """Return what is in a map, in portions, or raise MapRefused."""
