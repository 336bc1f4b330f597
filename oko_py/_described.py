"""Programs and their maps as a switch describes them, whoever asks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from oko_py._errors import MapNotFound
from oko_py._model import ProgramInfo
from oko_py._typed import TypedMap

AnyMap = TypeVar("AnyMap", bound=TypedMap)


class NamedMaps(Mapping[str, AnyMap]):
    """The maps of a program, by name or index."""

    def __init__(self, program: int, maps: Iterable[AnyMap]) -> None:
        """Hold *maps* of the program of that number, in the order of their indexes."""
        self._program = program
        self._maps = list(maps)

    def __getitem__(self, name: str | int) -> AnyMap:
        for each in self._maps:
            if name in (each.name, each.info.index):
                return each
        names = ", ".join(each.name for each in self._maps) or "none"
        raise MapNotFound(
            f"program {self._program} has no map {name!r} (it has: {names})", map_name=str(name)
        )

    def __iter__(self) -> Iterator[str]:
        return iter([each.name for each in self._maps])

    def __len__(self) -> int:
        return len(self._maps)


class DescribedProgram:
    """What is said of a program first."""

    __slots__ = ()
    info: ProgramInfo

    @property
    def id(self) -> int:
        """The number that flows name it by: ``filter_prog=ID``."""
        return self.info.id

    @property
    def name(self) -> str:
        """The function's name."""
        return self.info.name

    @property
    def tag(self) -> str:
        """Digest of the instructions."""
        return self.info.tag
