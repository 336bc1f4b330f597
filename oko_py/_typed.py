"""What maps have in common, whoever asks the switch: names, types, errors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
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
from oko_py._values import INDEX, Codec, Mismatch, to_text
from oko_py.elf import MapSpec, Spec
from oko_py.wire import SetMode

#: Finds the object that a program was loaded from, when its types are needed; None if it can't.
SpecSource = Callable[[], Spec | None]

#: Whether an update may create an entry, change one, or both.
UpdateFlag = Literal["any", "noexist", "exist"]

#: Kinds of maps whose entries are cells of a sketch rather than what was put in.
SKETCHES = frozenset({"bloom", "countmin"})

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


class TypedMap:
    """A map with its types, which converts keys and values and puts errors into words."""

    def __init__(self, bridge: str, program: int, info: MapInfo, spec: SpecSource) -> None:
        """Name the map that *info* describes; *spec* finds its types when they are needed."""
        self.info = info
        self.program = program
        self._bridge = bridge
        self._spec = spec

    @functools.cached_property
    def _codecs(self) -> tuple[Codec, Codec]:
        info = self.info
        if info.type not in SKETCHES:
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

    def raise_refused(self, refused: MapRefused, entries: Entries | None = None) -> NoReturn:
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

    def encode_keys(self, keys: Iterable[object]) -> Entries:
        """Return the bytes of *keys*, or raise :class:`BadKey`."""
        try:
            each = iter(keys)
        except TypeError:
            raise BadArgument(f"expected keys, got {type(keys).__name__}") from None
        return Entries(b"".join(map(self.encode_key, each)), self.info.key_size, 0)

    def encode_entries(self, entries: Iterable[tuple[object, object]]) -> Entries:
        """Return the bytes of *entries*, or raise :class:`BadKey` or :class:`BadValue`."""
        encode_key, encode_value = self.encode_key, self.encode_value
        try:
            each = iter(entries)
        except TypeError:
            raise BadArgument(
                f"expected pairs of keys and values, got {type(entries).__name__}"
            ) from None
        data = bytearray()
        for index, entry in enumerate(each):
            try:
                key, value = entry
            except (TypeError, ValueError):
                raise BadArgument(
                    f"entry {index + 1}: expected a key and a value, got {entry!r}"
                ) from None
            data += encode_key(key)
            data += encode_value(value)
        return Entries(data, self.info.key_size, self.info.value_size)

    @property
    def is_sketch(self) -> bool:
        """Whether it has cells rather than entries."""
        return self.info.type in SKETCHES

    def check_sizes(self, key: bytes, value: bytes) -> None:
        """Check the sizes of an entry that the switch sent."""
        if len(key) != self.info.key_size or len(value) != self.info.value_size:
            raise ParseError(
                f"expected {self.info.key_size} + {self.info.value_size} bytes an entry"
                f" of map {self.name}",
                line=f"Key: {key.hex(' ')} Value: {value.hex(' ')}",
            )

    def need_entries(self, what: str) -> None:
        """Check that the map has entries that can be looked up."""
        if self.info.type in SKETCHES:
            raise MapIncompatible(
                f"map {self.name} is of type {self.info.type}: can't {what}", map_name=self.name
            )

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {
            **self.info.to_dict(),
            "key_type": self.key_codec.name if self.key_codec.typed else None,
            "value_type": self.value_codec.name if self.value_codec.typed else None,
        }


def mode_of(flag: object) -> SetMode:
    """Return the mode that *flag* stands for, or raise :class:`BadArgument`."""
    mode = _MODES.get(flag) if isinstance(flag, str) else None
    if mode is None:
        raise BadArgument(f"expected flag 'any', 'noexist' or 'exist', got {flag!r}")
    return mode


def collect(*parts: object) -> dict[object, object]:
    """Return the entries in *parts*, each what ``dict.update`` takes."""
    entries: dict[object, object] = {}
    for part in parts:
        try:
            entries.update(part)  # type: ignore[call-overload]
        except (TypeError, ValueError) as error:
            raise BadArgument(
                f"expected a mapping, or pairs of keys and values: {error}"
            ) from None
    return entries


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
