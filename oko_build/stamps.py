"""Stamps hold what a result was made from, and can say why it has to be made anew."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path


def digest(data: bytes) -> str:
    """Return the digest that stamps use for ``data``."""
    return hashlib.sha256(data).hexdigest()[:32]


def digest_files(files: Iterable[tuple[str, Path]]) -> dict[str, str]:
    """Return the digests of the contents of ``files``, by the names given."""
    return {name: digest(path.read_bytes()) for name, path in files}


class Stamp:
    """A file that says from which inputs a result was made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.inputs: dict[str, str] = {}
        self.result: dict[str, str] = {}
        self.exists = False
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            self.inputs = {str(k): str(v) for k, v in data["inputs"].items()}
            self.result = {str(k): str(v) for k, v in data["result"].items()}
            self.exists = True
        except (FileNotFoundError, ValueError, KeyError, AttributeError, TypeError):
            # A stamp that cannot be read vouches for nothing.
            self.inputs, self.result = {}, {}

    def reasons(self, inputs: Mapping[str, str]) -> list[str]:
        """Return why the result must be made anew from ``inputs``; nothing if it need not."""
        if not self.exists:
            return ["not made before"]
        return (
            [f"{name} is new" for name in inputs if name not in self.inputs]
            + [f"{name} is gone" for name in self.inputs if name not in inputs]
            + [
                f"{name} changed"
                for name, value in inputs.items()
                if name in self.inputs and self.inputs[name] != value
            ]
        )

    def write(self, inputs: Mapping[str, str], result: Mapping[str, str] | None = None) -> None:
        """Record that the result was made from ``inputs``."""
        self.inputs, self.result, self.exists = dict(inputs), dict(result or {}), True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, even if we are interrupted here.
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        text = json.dumps({"inputs": self.inputs, "result": self.result}, indent=1, sort_keys=True)
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(self.path)

    def remove(self) -> None:
        """Forget: the result is about to change."""
        self.path.unlink(missing_ok=True)
        self.inputs, self.result, self.exists = {}, {}, False


def summary(reasons: list[str], *, most: int = 4) -> str:
    """Return ``reasons`` on one line."""
    shown = ", ".join(reasons[:most])
    return shown if len(reasons) <= most else f"{shown} and {len(reasons) - most} more"
