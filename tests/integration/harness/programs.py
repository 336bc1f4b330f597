"""Filter programs for tests: compiled once a session, loaded by number."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import oko_py
from oko_build.lab import Bridge, LabError, Result

_ROOT = Path(__file__).resolve().parents[3]
_TESTS = _ROOT / "tests" / "integration" / "bpf"
_EXAMPLES = _ROOT / "examples" / "bpf"


class Programs:
    """Compiles programs into a folder, each variant once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(
        self, name: str, *, flags: tuple[str, ...] = (), **defines: str | int
    ) -> Path:
        """Return the object of tests/integration/bpf/NAME.c, compiled with *defines*."""
        return self._compile(_TESTS / f"{name}.c", flags, defines)

    def example(self, name: str, source: str | None = None) -> Path:
        """Return the object of examples/bpf/NAME/SOURCE.c, by default NAME.c."""
        return self._compile(_EXAMPLES / name / f"{source or name}.c", (), {})

    def payload(self, wanted: int, mask: int = 0xFF) -> Path:
        """Return a program that matches packets with *wanted* in their payload's number."""
        return self.build("payload", WANTED=wanted, MASK=mask)

    def _compile(
        self, source: Path, flags: tuple[str, ...], defines: dict[str, str | int]
    ) -> Path:
        variant = hashlib.sha256(repr((str(source), flags, sorted(defines.items()))).encode())
        target = self._folder / f"{source.stem}-{variant.hexdigest()[:12]}.o"
        if not target.exists():
            oko_py.compile(source, target, flags=flags, defines=defines)
        return target


def load(bridge: Bridge, number: int, program: Path, *options: str) -> None:
    """Load *program* as filter program *number*; it must be accepted."""
    bridge.ofctl("load-filter-prog", str(number), str(program), *options)


def try_load(bridge: Bridge, number: int, program: Path, *options: str) -> Result:
    """Load *program* as filter program *number*, whatever comes of it."""
    return bridge.try_ofctl("load-filter-prog", str(number), str(program), *options)


def dump_map(bridge: Bridge, program: int, map_name: str | int) -> dict[bytes, bytes]:
    """Return the content of a map; check that dump-map counts what it prints."""
    text = bridge.ofctl("dump-map", str(program), str(map_name), "hex")
    head = re.match(r"The map contains (\d+) element\(s\)\n", text)
    if head is None:
        raise LabError(f"expected 'The map contains N element(s)', got {text[:200]!r}")

    def read(word: str) -> list[bytes]:
        found = re.findall(rf"^\s*{word}:(.*)$", text, re.MULTILINE)
        return [bytes(int(byte, 16) for byte in line.split()) for line in found]

    keys, values = read("Key"), read("Value")
    if not len(keys) == len(values) == int(head[1]):
        raise LabError(f"{head[1]} elements, but {len(keys)} keys and {len(values)} values")
    content = dict(zip(keys, values, strict=True))
    if len(content) != len(keys):
        raise LabError(f"dump-map printed a key twice:\n{text}")
    return content


def update_map(
    bridge: Bridge, program: int, map_name: str | int, key: bytes, value: bytes
) -> None:
    """Set an entry of a map."""
    bridge.ofctl("update-map", str(program), str(map_name), *entry(key, value))


def entry(key: bytes, value: bytes | None = None) -> list[str]:
    """Return a key, or a key and a value, as the commands take them."""
    words = ["key", *map(str, key)]
    if value is not None:
        words += ["value", *map(str, value)]
    return words


def program_statistics(bridge: Bridge, program: int) -> tuple[int, int]:
    """Return how often a program was run, and how often it matched."""
    text = bridge.ofctl("dump-filter-progs", str(program))
    found = re.search(r"\bruns=(\d+), matches=(\d+)", text)
    if found is None:
        raise LabError(f"expected runs=N, matches=N in:\n{text}")
    return int(found[1]), int(found[2])
