"""What is to be done with programs and maps, and how it can fail."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from oko_py._errors import CommandError


@dataclass(frozen=True, slots=True)
class Entries:
    """Keys, each followed by its value, without padding; no values in a deletion."""

    data: bytes | bytearray
    key_size: int
    value_size: int

    @property
    def size(self) -> int:
        """Bytes of an entry."""
        return self.key_size + self.value_size

    def __len__(self) -> int:
        return len(self.data) // self.size if self.size else 0

    def key(self, index: int) -> bytes:
        """Return the key of an entry."""
        start = index * self.size
        return bytes(self.data[start : start + self.key_size])

    def value(self, index: int) -> bytes:
        """Return the value of an entry."""
        start = index * self.size + self.key_size
        return bytes(self.data[start : start + self.value_size])


class MapRefused(Exception):
    """The switch refused to do something with a map.

    ``name`` is the error's, ``text`` a message.  If it was about entries, the first that
    failed is one of those from ``first`` to ``last``, and those before ``first`` were done.
    """

    def __init__(self, name: str, text: str, first: int = 0, last: int = 0) -> None:
        super().__init__(name)
        self.name = name
        self.text = text
        self.first = first
        self.last = last


@dataclass(frozen=True, slots=True)
class Load:
    """A program that is to be loaded."""

    id: int
    path: str       #: For messages; empty if it doesn't come from a file.
    data: bytes
    from_path: bool     #: Whether *data* is what is in the file *path*.
    replace: bool = False
    keep_maps: bool = False
    lose_maps: bool = False
    log_file: str | os.PathLike[str] | None = None

    def write_log(self, text: str) -> None:
        """Write the verifier's log to where it is wanted."""
        if self.log_file is not None:
            try:
                Path(self.log_file).write_text(text, "utf-8", "replace")
            except OSError as error:
                raise CommandError(
                    f"{os.fspath(self.log_file)}: can't write the log: {error.strerror or error}"
                ) from error
