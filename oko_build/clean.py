"""Deletes what the toolkit made."""

from __future__ import annotations

import shutil
from pathlib import Path

from oko_build import config
from oko_build.errors import OkoError
from oko_build.layout import Layout
from oko_build.worktree import WorkTree

KEPT = ("dl", "ccache", "lock", "venv.lock")
"""What 'clean' leaves in build/ unless all is to go: it costs most and is checked when used."""


def clean(layout: Layout, *, everything: bool = False, force: bool = False) -> list[Path]:
    """Delete build/, all but the caches unless 'everything'.  Returns what was deleted.

    Refuses while a work tree has changes that are not exported, unless 'force'.
    """
    if not force:
        _require_exported(layout)
    if not layout.build.is_dir():
        return []
    gone = []
    for path in sorted(layout.build.iterdir()):
        # The lock is held while we are at it.
        if path.name in (("lock",) if everything else KEPT):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        gone.append(path)
    return gone


def _require_exported(layout: Layout) -> None:
    upstream_config = config.load(layout)
    for base in upstream_config.bases.values():
        tree = WorkTree(layout, upstream_config, base)
        changes = tree.unexported()
        if changes:
            raise OkoError(
                f"{layout.relative(tree.path)} has changes that would be lost:\n"
                + "\n".join(f"  {change}" for change in changes),
                "./inv patches.export",
                "./inv clean --force deletes them",
            )
