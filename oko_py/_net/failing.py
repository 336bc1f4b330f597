"""Which entry of a message failed, as far as that can be told from outside."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from oko_py._model import MapInfo
from oko_py._net.work import Entries
from oko_py.wire import MapOp, SetMode

#: Kinds of maps whose keys are in a dump as they were written.
_HASHES = frozenset({"hash", "percpu_hash"})

#: Kinds of maps whose keys are indexes.
ARRAYS = frozenset({"array", "percpu_array"})


class FirstBad:
    """Finds the first of some entries that failed.

    Where an entry failed because it is not there, nor could be put there, it is the first whose
    key is not there now, since those before it are.
    """

    def __init__(
        self, info: MapInfo, op: MapOp, mode: SetMode, name: str, entries: Entries, where: range
    ) -> None:
        """Look for the entry among those in *where* that failed with error *name*."""
        self._entries = entries
        self._where = where
        self._bad: int | None = where[0] if len(where) == 1 else None
        self._missing: set[bytes] = set()
        if self._bad is None and name == "OKO_BAD_KEY" and info.type in ARRAYS:
            self._bad = self._first(
                i
                for i in where
                if int.from_bytes(entries.key(i), sys.byteorder) >= info.max_entries
            )
        not_there = name == "OKO_MAP_FULL" or (name == "OKO_NO_ENTRY" and mode is SetMode.EXIST)
        self.needs_dump = (
            self._bad is None and info.type in _HASHES and op is MapOp.SET and not_there
        )
        if self.needs_dump:
            self._missing = {entries.key(i) for i in where}

    def seen(self, portion: Iterable[tuple[bytes, bytes]]) -> None:
        """Take entries that are in the map now; all of them, if ``needs_dump`` is set."""
        self._missing.difference_update(key for key, _ in portion)

    def result(self) -> tuple[int, int]:
        """Return the first and the last of the entries that may be the one."""
        if self._bad is None and self.needs_dump:
            self._bad = self._first(
                i for i in self._where if self._entries.key(i) in self._missing
            )
        if self._bad is None:
            return self._where[0], self._where[-1]
        return self._bad, self._bad

    @staticmethod
    def _first(indexes: Iterable[int]) -> int | None:
        return next(iter(indexes), None)


def failed(index: int, batch: int, n: int) -> range:
    """Return the entries of the message number *index*, of *n* with *batch* to a message."""
    first = index * batch
    return range(first, max(first, min(first + batch, n) - 1) + 1)
