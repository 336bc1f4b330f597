"""Programs and maps whose operations are awaited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oko_py import elf
from oko_py._described import DescribedProgram, NamedMaps
from oko_py._errors import KeyNotFound
from oko_py._model import MapInfo, ProgramInfo
from oko_py._net.work import Entries, MapRefused
from oko_py._typed import TypedMap, UpdateFlag, collect, mode_of
from oko_py._values import Value, to_text
from oko_py.wire import MapOp, SetMode

if TYPE_CHECKING:
    from oko_py.aio._bridge import Bridge


class Map(TypedMap):
    """A map in a switch, with the types of :class:`oko_py.ofctl.Map`.

    ``async for key, value in table`` iterates over its entries.
    """

    def __init__(
        self, bridge: Bridge, program: int, info: MapInfo, spec: elf.Spec | None
    ) -> None:
        """Use ``Program.maps`` instead."""
        super().__init__(bridge.name, program, info, lambda: spec)
        self._owner = bridge

    async def lookup(self, key: object) -> Value:
        """Return the value of *key*, or raise :class:`KeyNotFound`."""
        self.need_entries("look up a key")
        wanted = self.encode_key(key)
        try:
            value = await self._owner.find_entry(self.program, self.info, wanted)
        except MapRefused as refused:
            self.raise_refused(refused)
        if value is None:
            shown = to_text(self.key_codec.decode(wanted))
            raise KeyNotFound(f"map {self.name} has no key {shown}", map_name=self.name)
        self.check_sizes(wanted, value)
        return self.value_codec.decode(value)

    async def get(self, key: object, default: Value | None = None) -> Value | None:
        """Return the value of *key*, or *default* if it is not there."""
        try:
            return await self.lookup(key)
        except KeyNotFound:
            return default

    async def contains(self, key: object) -> bool:
        """Return whether *key* is there."""
        return await self.get(key) is not None

    async def count(self) -> int:
        """Return the number of entries."""
        return (await self._owner.map_now(self.program, self.info)).n_entries

    async def raw_entries(self) -> AsyncIterator[tuple[bytes, bytes]]:
        """Iterate over all entries as bytes, as they come.  Those of a sketch are its cells."""
        try:
            async for portion in self._owner.portions(self.program, self.info):
                if portion and not self.is_sketch:
                    self.check_sizes(*portion[0])
                    self.check_sizes(*portion[-1])
                for entry in portion:
                    yield entry
        except MapRefused as refused:
            self.raise_refused(refused)

    async def __aiter__(self) -> AsyncIterator[tuple[Value, Value]]:
        typed = not self.is_sketch
        decode_key, decode_value = self.key_codec.decode, self.value_codec.decode
        async for key, value in self.raw_entries():
            yield (decode_key(key), decode_value(value)) if typed else (key, value)

    async def dump(self) -> list[tuple[Value, Value]]:
        """Return all entries; a sketch's are its cells, as bytes."""
        return [entry async for entry in self]

    async def update(self, *args: object, flag: UpdateFlag = "any") -> None:
        """Write one entry, ``update(key, value)``, or several, as ``dict.update`` takes them."""
        if len(args) == 2:
            await self.update_many([(args[0], args[1])], flag)
        else:
            await self.update_many(collect(*args).items(), flag)

    async def update_many(
        self, entries: Iterable[tuple[object, object]], flag: UpdateFlag = "any"
    ) -> None:
        """Write entries in order; stops at the first that fails, as in :mod:`oko_py.ofctl`."""
        mode, data = mode_of(flag), self.encode_entries(entries)
        await self._change(MapOp.SET, mode, data)

    async def delete(self, key: object) -> None:
        """Remove *key*, or raise :class:`KeyNotFound`."""
        await self.delete_many([key])

    async def delete_many(self, keys: Iterable[object]) -> None:
        """Remove keys in order; stops at the first that is not there."""
        await self._change(MapOp.DELETE, SetMode.ANY, self.encode_keys(keys))

    async def clear(self) -> None:
        """Remove all entries; an array's and a sketch's become zero."""
        await self._change(MapOp.CLEAR, SetMode.ANY, Entries(b"", 0, 0))

    async def _change(self, op: MapOp, mode: SetMode, entries: Entries) -> None:
        if not entries.data and op is not MapOp.CLEAR:
            return
        try:
            await self._owner.change(self.program, self.info, op, mode, entries)
        except MapRefused as refused:
            self.raise_refused(refused, entries)


class Maps(NamedMaps[Map]):
    """The maps of a program, by name or index."""

    def __init__(
        self, bridge: Bridge, program: int, infos: Iterable[MapInfo], spec: elf.Spec | None
    ) -> None:
        """Use ``Program.maps`` instead."""
        super().__init__(program, [Map(bridge, program, info, spec) for info in infos])


@dataclass(frozen=True, slots=True)
class Program(DescribedProgram):
    """A program in a switch, as it was when asked for; its maps are live."""

    info: ProgramInfo
    maps: Maps = field(repr=False, compare=False)
    spec: elf.Spec | None = field(repr=False, compare=False)
