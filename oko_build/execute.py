"""Runs a command with the built tools."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from oko_build import toolenv
from oko_build.errors import OkoError
from oko_build.flavours import Flavour
from oko_build.layout import Layout
from oko_build.run import replace


def execute(
    layout: Layout,
    argv: list[str],
    *,
    flavour: Flavour,
    base: str | None = None,
    folder: str | None = None,
) -> NoReturn:
    """Become the command 'argv', in 'folder', with the tools of 'flavour' first on PATH."""
    if not argv:
        raise OkoError("no command: expected for example './inv exec -- ovs-vsctl --version'")
    env = toolenv.environment(layout, flavour=flavour.name, base=base)
    replace(argv, env=env, cwd=Path(folder) if folder else None)
