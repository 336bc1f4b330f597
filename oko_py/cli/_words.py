"""Keys and values on the command line: ``key 172 16 0 14 value DROP``.

What follows ``key`` or ``value`` is one of

- bytes, as many words as the type has bytes: decimal, or hexadecimal with ``0x``;
- ``hex`` and two-digit hexadecimal bytes;
- a single word in the type's own notation, where the type is known: ``172.16.0.14``, ``DROP``,
  ``rate=100,burst=10``.
"""

from __future__ import annotations

from collections.abc import Sequence

from oko_py._errors import BadArgument
from oko_py.ofctl import Map

_FLAGS = ("any", "noexist", "exist")


def split_flag(words: Sequence[str]) -> tuple[list[str], str]:
    """Take the optional flag from the end of *words*."""
    if words and words[-1] in _FLAGS:
        return list(words[:-1]), words[-1]
    return list(words), "any"


def entries(owner: Map, words: Sequence[str]) -> list[tuple[bytes, bytes]]:
    """Read ``key … value … [key … value …]…``; there is no value where it has no bytes."""
    if not owner.info.value_size:
        return [(each, b"") for each in keys(owner, words)]
    groups = _groups(words, ("key", "value"))
    if not groups or [name for name, _ in groups] != ["key", "value"] * (len(groups) // 2):
        raise BadArgument("expected: key KEY value VALUE [key KEY value VALUE]...")
    return [
        (key(owner, groups[i][1]), value(owner, groups[i + 1][1])) for i in range(0, len(groups), 2)
    ]


def keys(owner: Map, words: Sequence[str]) -> list[bytes]:
    """Read ``key … [key …]…``."""
    groups = _groups(words, ("key",))
    if not groups:
        raise BadArgument("expected: key KEY [key KEY]...")
    return [key(owner, group) for _, group in groups]


def _groups(words: Sequence[str], names: Sequence[str]) -> list[tuple[str, list[str]]]:
    groups: list[tuple[str, list[str]]] = []
    for word in words:
        if word in names:
            groups.append((word, []))
        elif not groups:
            raise BadArgument(f"expected 'key', got {word!r}")
        else:
            groups[-1][1].append(word)
    return groups


def key(owner: Map, words: Sequence[str]) -> bytes:
    """Read the words of a key."""
    if len(words) == 1 and owner.key_codec.typed:
        return owner.encode_key(words[0])
    return owner.encode_key(_bytes("key", words, owner.info.key_size))


def value(owner: Map, words: Sequence[str]) -> bytes:
    """Read the words of a value."""
    if len(words) == 1 and owner.value_codec.typed:
        return owner.encode_value(words[0])
    return owner.encode_value(_bytes("value", words, owner.info.value_size))


def _bytes(what: str, words: Sequence[str], size: int) -> bytes:
    base = 0
    if words and words[0] == "hex":
        words, base = words[1:], 16
    data = bytearray()
    for word in words:
        try:
            number = int(word, base or (16 if word.lower().startswith("0x") else 10))
        except ValueError:
            number = -1
        if not 0 <= number <= 255:
            hint = " (its type is not known)" if len(words) == 1 else ""
            raise BadArgument(f"{what}: expected bytes from 0 to 255, got {word!r}{hint}")
        data.append(number)
    if len(data) != size:
        raise BadArgument(f"{what}: expected {size} bytes, got {len(data)}")
    return bytes(data)
