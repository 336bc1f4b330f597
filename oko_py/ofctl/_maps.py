"""Maps of filter programs."""

from __future__ import annotations

import functools
from collections.abc import (
    Callable,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    ValuesView,
)
from typing import Literal, NoReturn

from oko_py._errors import (
    BadArgument,
    BadKey,
    BadValue,
    KeyExists,
    KeyNotFound,
    MapError,
    MapFull,
    MapIncompatible,
    MapNotFound,
    ParseError,
    ProgramNotFound,
)
from oko_py._model import MapInfo
from oko_py._net.work import Entries, MapRefused
from oko_py._values import INDEX, Codec, Mismatch, Value, to_text
from oko_py.elf import MapSpec, Spec
from oko_py.ofctl._engine import Engine
from oko_py.wire import MapOp, SetMode

#: Finds the object that a program was loaded from, when its types are needed; None if it can't.
SpecSource = Callable[[], Spec | None]

#: Whether an update may create an entry, change one, or both.
UpdateFlag = Literal["any", "noexist", "exist"]

#: Kinds of maps whose entries are cells of a sketch rather than what was put in.
_SKETCHES = frozenset({"bloom", "countmin"})

#: Kinds of maps in which all entries always exist.
_ARRAYS = frozenset({"array", "percpu_array"})

_MODES: Mapping[str, SetMode] = {
    "any": SetMode.ANY,
    "noexist": SetMode.NOEXIST,
    "exist": SetMode.EXIST,
}

_ERRORS: Mapping[str, type[MapError]] = {
    "OKO_UNKNOWN_MAP": MapNotFound,
    "OKO_NO_ENTRY": KeyNotFound,
    "OKO_ENTRY_EXISTS": KeyExists,
    "OKO_MAP_FULL": MapFull,
    "OKO_READ_ONLY": MapIncompatible,
    "OKO_UNSUPPORTED_MAP_OP": MapIncompatible,
    "OKO_BAD_KEY": BadKey,
    "OKO_BAD_KEY_SIZE": BadKey,
    "OKO_BAD_VALUE_SIZE": BadValue,
}


class Map(MutableMapping[object, Value]):
    """A map in a switch: a mapping whose every operation asks the switch.

    Keys and values have the types that the program's source declares, where they are known (see
    :mod:`oko_py._values`), and are bytes where they are not; bytes are always taken.  The switch
    has no way to ask for a single key: looking one up goes through the map until it is found, so
    prefer ``dict(m.items())``, one transfer, to ``dict(m)``, which looks up every key.

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
        self.info = info
        self.program = program
        self._bridge = bridge
        self._engine = engine
        self._spec = spec

    @functools.cached_property
    def _codecs(self) -> tuple[Codec, Codec]:
        info = self.info
        if info.type not in _SKETCHES:
            declared = _matching(info, self._spec())
            if declared is not None:
                return declared.key, declared.value
            if info.type in _ARRAYS and info.key_size == INDEX.size:
                return INDEX, Codec(info.value_size)
        return Codec(info.key_size), Codec(info.value_size)

    @property
    def key_codec(self) -> Codec:
        """Converts keys from and to bytes."""
        return self._codecs[0]

    @property
    def value_codec(self) -> Codec:
        """Converts values from and to bytes."""
        return self._codecs[1]

    def __repr__(self) -> str:
        return f"<Map {self.name!r} of program {self.program} on {self._bridge}>"

    @property
    def name(self) -> str:
        """The variable's name in the program."""
        return self.info.name

    @property
    def typed(self) -> bool:
        """Whether the types of keys or values are known."""
        return self.key_codec.typed or self.value_codec.typed

    # Keys and values.

    def encode_key(self, key: object) -> bytes:
        """Return the bytes of *key*, or raise :class:`BadKey`."""
        try:
            return self.key_codec.encode(key)
        except Mismatch as error:
            raise BadKey(
                f"key of map {self.name}: {error}",
                map_name=self.name,
                expected=error.expected,
                got=error.got,
            ) from None

    def encode_value(self, value: object) -> bytes:
        """Return the bytes of *value*, or raise :class:`BadValue`."""
        try:
            return self.value_codec.encode(value)
        except Mismatch as error:
            raise BadValue(
                f"value of map {self.name}: {error}",
                map_name=self.name,
                expected=error.expected,
                got=error.got,
            ) from None

    def _raise(self, refused: MapRefused, entries: Entries | None = None) -> NoReturn:
        """Raise what *refused* is for those who use the map."""
        if refused.name == "OKO_UNKNOWN_PROG":
            raise ProgramNotFound(refused.text, name=refused.name) from refused
        kind = _ERRORS.get(refused.name, MapError)
        message = refused.text
        error = kind(message, map_name=self.name)
        if entries is not None and len(entries) > 1:
            first, last = refused.first, refused.last
            if first == last:
                key = to_text(self.key_codec.decode(entries.key(first)))
                which = f"entry {first + 1} of {len(entries)}, key {key}"
            else:
                which = f"one of the entries {first + 1} to {last + 1} of {len(entries)}"
            error = kind(f"{message}: {which}; {first} before it were done", map_name=self.name)
        if entries is not None:
            error.n_done = refused.first
            error.index = refused.first if refused.first == refused.last else None
        raise error from refused

    # Reading.

    def raw_entries(self) -> Iterator[tuple[bytes, bytes]]:
        """Iterate over all entries as bytes, as they come.  Those of a sketch are its cells.

        What is written meanwhile may be among them, or not.
        """
        sketch = self.info.type in _SKETCHES
        try:
            for portion in self._engine().entries(self.program, self.info):
                if portion and not sketch:
                    self._check_sizes(*portion[0])
                    self._check_sizes(*portion[-1])
                yield from portion
        except MapRefused as refused:
            self._raise(refused)

    def raw_items(self) -> list[tuple[bytes, bytes]]:
        """Return all entries as bytes.  Those of a sketch are its cells."""
        return list(self.raw_entries())

    def _check_sizes(self, key: bytes, value: bytes) -> None:
        if len(key) != self.info.key_size or len(value) != self.info.value_size:
            raise ParseError(
                f"expected {self.info.key_size} + {self.info.value_size} bytes an entry"
                f" of map {self.name}",
                line=f"Key: {key.hex(' ')} Value: {value.hex(' ')}",
            )

    def entries(self) -> Iterator[tuple[Value, Value]]:
        """Iterate over all entries as they come: a map of any size takes little memory here."""
        if self.info.type in _SKETCHES:
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
        self._need_entries("look up a key")
        wanted = self.encode_key(key)
        try:
            value = self._engine().lookup(self.program, self.info, wanted)
        except MapRefused as refused:
            self._raise(refused)
        if value is not None:
            self._check_sizes(wanted, value)
            return self.value_codec.decode(value)
        shown = to_text(self.key_codec.decode(wanted))
        raise KeyNotFound(f"map {self.name} has no key {shown}", map_name=self.name)

    def __getitem__(self, key: object) -> Value:
        return self.lookup(key)

    def __iter__(self) -> Iterator[Value]:
        return (key for key, _ in self.entries())

    def __len__(self) -> int:
        if self.info.type in _SKETCHES:
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

    def _need_entries(self, what: str) -> None:
        if self.info.type in _SKETCHES:
            raise MapIncompatible(
                f"map {self.name} is of type {self.info.type}: can't {what}", map_name=self.name
            )

    # Writing.

    def update_many(
        self, entries: Iterable[tuple[object, object]], flag: UpdateFlag = "any"
    ) -> None:
        """Write entries in order; stops at the first that fails.

        All keys and values are checked before the first is written.  The exception's ``n_done``
        says how many were written before one failed, at least, and ``index`` which one it was,
        counting from 0, or None if the switch doesn't tell.
        """
        mode = _MODES.get(flag) if isinstance(flag, str) else None
        if mode is None:
            raise BadArgument(f"expected flag 'any', 'noexist' or 'exist', got {flag!r}")
        encode_key, encode_value = self.encode_key, self.encode_value
        data = bytearray()
        for index, entry in enumerate(entries):
            try:
                key, value = entry
            except (TypeError, ValueError):
                raise BadArgument(
                    f"entry {index + 1}: expected a key and a value, got {entry!r}"
                ) from None
            data += encode_key(key)
            data += encode_value(value)
        self._change(MapOp.SET, mode, Entries(data, self.info.key_size, self.info.value_size))

    def delete_many(self, keys: Iterable[object]) -> None:
        """Remove keys in order; stops at the first that is not there (:class:`KeyNotFound`).

        All are checked before the first is removed.
        """
        data = b"".join(map(self.encode_key, keys))
        self._change(MapOp.DELETE, SetMode.ANY, Entries(data, self.info.key_size, 0))

    def _change(self, op: MapOp, mode: SetMode, entries: Entries) -> None:
        if not entries.data and op is not MapOp.CLEAR:
            return
        try:
            self._engine().change(self.program, self.info, op, mode, entries)
        except MapRefused as refused:
            self._raise(refused, entries)

    def update(self, *args: object, flag: UpdateFlag = "any", **kwargs: object) -> None:  # type: ignore[override]
        """Write one entry, ``update(key, value)``, or several, as ``dict.update`` takes them.

        With the flag ``noexist`` the key must be new (else :class:`KeyExists`), with ``exist`` it
        must be there (else :class:`KeyNotFound`).
        """
        if len(args) == 2 and not kwargs:
            self.update_many([(args[0], args[1])], flag)
            return
        entries: dict[object, object] = {}
        for more in (*args, kwargs):
            try:
                entries.update(more)  # type: ignore[call-overload]
            except (TypeError, ValueError) as error:
                raise BadArgument(
                    f"expected a mapping, or pairs of keys and values: {error}"
                ) from None
        self.update_many(entries.items(), flag)

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

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {
            **self.info.to_dict(),
            "key_type": self.key_codec.name if self.key_codec.typed else None,
            "value_type": self.value_codec.name if self.value_codec.typed else None,
        }


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


class Maps(Mapping[str, Map]):
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
        self._program = program
        self._maps = [Map(bridge, engine, program, info, spec) for info in infos]

    def __getitem__(self, name: str | int) -> Map:
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


def _matching(info: MapInfo, spec: Spec | None) -> MapSpec | None:
    """Return the map of *spec* that *info* describes, None if it isn't the same."""
    found = spec.maps.get(info.name) if spec is not None else None
    if found is None or (found.type, found.key_size, found.value_size, found.max_entries) != (
        info.type,
        info.key_size,
        info.value_size,
        info.max_entries,
    ):
        return None
    return found
