"""Where things are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders of one checkout; everything that the toolkit makes lies in ``build``."""

    root: Path

    @property
    def build(self) -> Path:
        """All that the toolkit makes."""
        return self.root / "build"

    @property
    def downloads(self) -> Path:
        """The cache of downloads; OKO_DL_DIR puts it elsewhere."""
        named = os.environ.get("OKO_DL_DIR")
        return Path(named).expanduser().absolute() if named else self.build / "dl"

    @property
    def ccache(self) -> Path:
        """The compiler's cache; CCACHE_DIR puts it elsewhere."""
        named = os.environ.get("CCACHE_DIR")
        return Path(named).expanduser().absolute() if named else self.build / "ccache"

    @property
    def logs(self) -> Path:
        """Full output of every long step."""
        return self.build / "log"

    def log(self, name: str) -> Path:
        """Return the log file of the step ``name``."""
        return self.logs / f"{name}.log"

    def base(self, name: str) -> Path:
        """Return the folder of what is made of the base ``name``."""
        return self.build / f"ovs-{name}"

    def relative(self, path: Path) -> str:
        """Return ``path`` as people write it: from the root if it is below."""
        try:
            return str(path.relative_to(self.root))
        except ValueError:
            return str(path)


def here() -> Layout:
    """Return the layout of the checkout that this package lies in."""
    return Layout(Path(__file__).resolve().parent.parent)
