"""The files that the project adds to the Open vSwitch tree."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from oko_build.config import Overlay
from oko_build.errors import OkoError
from oko_build.layout import Layout

_LITTER = ("*~", "*.o", "*.lo", "*.d", "*.orig", "*.rej", "*.pyc", ".*", "__pycache__")


@dataclass(frozen=True, kw_only=True)
class Added:
    """One added file: where it lies in the checkout, and where in the tree."""

    target: str
    path: Path
    name: str       # relative to the root of the checkout

    @property
    def mode(self) -> str:
        """The mode that git records."""
        return "100755" if self.path.stat().st_mode & 0o100 else "100644"


def files(layout: Layout, overlays: tuple[Overlay, ...]) -> dict[str, Added]:
    """Return all added files by their paths in the tree."""
    found: dict[str, Added] = {}
    for overlay in overlays:
        folder = layout.root / overlay.source
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if any(fnmatch(part, pattern) for part in inside.parts for pattern in _LITTER):
                continue
            if path.is_symlink():
                raise OkoError(f"{layout.relative(path)}: links cannot be added to the tree")
            if not path.is_file():
                continue
            target = str(overlay.to / PurePosixPath(*inside.parts))
            name = layout.relative(path)
            if target in found:
                raise OkoError(f"{name} and {found[target].name} are both for {target}")
            found[target] = Added(target=target, path=path, name=name)
    return found


def home(layout: Layout, overlays: tuple[Overlay, ...], target: str) -> Path:
    """Return where the added file ``target`` of the tree belongs in the checkout."""
    path = PurePosixPath(target)
    fitting = [overlay for overlay in overlays if path.is_relative_to(overlay.to)]
    if not fitting:
        raise OkoError(f"upstream.toml: no overlay is for {target}")
    best = max(fitting, key=lambda overlay: len(overlay.to.parts))
    return layout.root / best.source / path.relative_to(best.to)
