"""Maps of filter programs."""

from __future__ import annotations

from collections.abc import (
    Callable,
    ItemsView,
    Iterable,
    Iterator,
    MutableMapping,
    ValuesView,
)

from oko_py._described import NamedMaps
from oko_py._errors import KeyNotFound
from oko_py._model import MapInfo
from oko_py._net.work import Entries, MapRefused
from oko_py._typed import SpecSource, TypedMap, UpdateFlag, collect, mode_of
from oko_py._values import Value, to_text
from oko_py.ofctl._engine import Engine
from oko_py.wire import MapOp, SetMode


class Map(TypedMap, MutableMapping[object, Value]):
    """A map in a switch: a mapping whose every operation asks the switch.

    Keys and values have the types that the program's source declares, where they are known (see
    :mod:`oko_py._values`), and are bytes where they are not; bytes are always taken.  Prefer
    ``dict(m.items())``, one transfer, to ``dict(m)``, which looks up every key.

    A map is known by its name.  If the program is replaced, operations go to the map of that name
    in the new one, or raise :class:`MapNotFound` or :class:`MapIncompatible` if it has none that
    is laid out the same.
    """

    def __init__(
        self,
        bridge: str,
        engine: Callable[[], Engine],
        program: int,
        info: MapInfo,
        spec: SpecSource,
    ) -> None:
        """Use ``Program.maps`` instead."""
        super().__init__(bridge, program, info, spec)
        self._engine = engine

    # Reading.

    def raw_entries(self) -> Iterator[tuple[bytes, bytes]]:
        """Iterate over all entries as bytes, as they come.  Those of a sketch are its cells.

        What is written meanwhile may be among them, or not.
        """
        sketch = self.is_sketch
        try:
            for portion in self._engine().entries(self.program, self.info):
                if portion and not sketch:
                    self.check_sizes(*portion[0])
                    self.check_sizes(*portion[-1])
                yield from portion
        except MapRefused as refused:
            self.raise_refused(refused)

    def raw_items(self) -> list[tuple[bytes, bytes]]:
        """Return all entries as bytes.  Those of a sketch are its cells."""
        return list(self.raw_entries())

    def entries(self) -> Iterator[tuple[Value, Value]]:
        """Iterate over all entries as they come: a map of any size takes little memory here."""
        if self.is_sketch:
            yield from self.raw_entries()
            return
        key, value = self.key_codec.decode, self.value_codec.decode
        for key_bytes, value_bytes in self.raw_entries():
            yield key(key_bytes), value(value_bytes)

    def dump(self) -> list[tuple[Value, Value]]:
        """Return all entries; a sketch's are its cells, as bytes."""
        return list(self.entries())

    def lookup(self, key: object) -> Value:
        """Return the value of *key*, or raise :class:`KeyNotFound`."""
        self.need_entries("look up a key")
        wanted = self.encode_key(key)
        try:
            value = self._engine().lookup(self.program, self.info, wanted)
        except MapRefused as refused:
            self.raise_refused(refused)
        if value is not None:
            self.check_sizes(wanted, value)
            return self.value_codec.decode(value)
        shown = to_text(self.key_codec.decode(wanted))
        raise KeyNotFound(f"map {self.name} has no key {shown}", map_name=self.name)

    def __getitem__(self, key: object) -> Value:
        return self.lookup(key)

    def __iter__(self) -> Iterator[Value]:
        return (key for key, _ in self.entries())

    def __len__(self) -> int:
        if self.is_sketch:
            return sum(1 for _ in self.raw_entries())
        return self._engine().count(self.program, self.info)

    def __contains__(self, key: object) -> bool:
        try:
            self.lookup(key)
        except KeyNotFound:
            return False
        return True

    def items(self) -> ItemsView[object, Value]:
        """Return all keys and values, in a single transfer."""
        return _Items(self)

    def values(self) -> ValuesView[Value]:
        """Return all values, in a single transfer."""
        return _Values(self)

    # Writing.

    def update_many(
        self, entries: Iterable[tuple[object, object]], flag: UpdateFlag = "any"
    ) -> None:
        """Write entries in order; stops at the first that fails.

        All keys and values are checked before the first is written.  The exception's ``n_done``
        says how many were written before one failed, at least, and ``index`` which one it was,
        counting from 0, or None if the switch doesn't tell.
        """
        mode, data = mode_of(flag), self.encode_entries(entries)
        self._change(MapOp.SET, mode, data)

    def delete_many(self, keys: Iterable[object]) -> None:
        """Remove keys in order; stops at the first that is not there (:class:`KeyNotFound`).

        All are checked before the first is removed.
        """
        self._change(MapOp.DELETE, SetMode.ANY, self.encode_keys(keys))

    def _change(self, op: MapOp, mode: SetMode, entries: Entries) -> None:
        if not entries.data and op is not MapOp.CLEAR:
            return
        try:
            self._engine().change(self.program, self.info, op, mode, entries)
        except MapRefused as refused:
            self.raise_refused(refused, entries)

    def update(self, *args: object, flag: UpdateFlag = "any", **kwargs: object) -> None:  # type: ignore[override]
        """Write one entry, ``update(key, value)``, or several, as ``dict.update`` takes them.

        With the flag ``noexist`` the key must be new (else :class:`KeyExists`), with ``exist`` it
        must be there (else :class:`KeyNotFound`).
        """
        if len(args) == 2 and not kwargs:
            self.update_many([(args[0], args[1])], flag)
            return
        self.update_many(collect(*args, kwargs).items(), flag)

    def __setitem__(self, key: object, value: object) -> None:
        self.update_many([(key, value)])

    def delete(self, key: object) -> None:
        """Remove *key*, or raise :class:`KeyNotFound`."""
        self.delete_many([key])

    def __delitem__(self, key: object) -> None:
        self.delete(key)

    def clear(self) -> None:
        """Remove all entries; an array's and a sketch's become zero."""
        self._change(MapOp.CLEAR, SetMode.ANY, Entries(b"", 0, 0))

class _Items(ItemsView[object, Value]):
    """Fetched anew by each iteration, in one go rather than key by key."""

    def __init__(self, owner: Map) -> None:
        super().__init__(owner)
        self._owner = owner

    def __iter__(self) -> Iterator[tuple[Value, Value]]:
        return self._owner.entries()


class _Values(ValuesView[Value]):
    def __init__(self, owner: Map) -> None:
        super().__init__(owner)
        self._owner = owner

    def __iter__(self) -> Iterator[Value]:
        return (value for _, value in self._owner.entries())


class Maps(NamedMaps[Map]):
    """The maps of a program, by name or index."""

    def __init__(
        self,
        bridge: str,
        engine: Callable[[], Engine],
        program: int,
        infos: Iterable[MapInfo],
        spec: SpecSource,
    ) -> None:
        """Use ``Program.maps`` instead."""
        super().__init__(program, [Map(bridge, engine, program, info, spec) for info in infos])
