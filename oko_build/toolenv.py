"""The environment in which the built tools are found and find each other.

Kept small: ``inv exec`` starts with it before anything else is imported.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from oko_build import config
from oko_build.errors import OkoError
from oko_build.layout import Layout

_TOOL_FOLDERS = ("utilities", "vswitchd", "ovsdb", "vtep")


def environment(
    layout: Layout,
    *,
    flavour: str = "default",
    base: str | None = None,
    inherited: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the whole environment for commands that use the tools of 'flavour'.

    Raises OkoError if they are not built; whether they are up to date is not asked.
    """
    env = dict(os.environ if inherited is None else inherited)
    name = base or config.load(layout).base().name
    folder = layout.base(name) / flavour
    # Written when make has come to its end.
    if not (folder / "oko-make.json").is_file():
        flag = {"default": "", "asan": " --sanitize=address"}.get(flavour, f" --{flavour}")
        raise OkoError(
            f"Open vSwitch ({flavour}) is not built: no {layout.relative(folder)}/oko-make.json",
            f"./inv build{flag}",
        )
    stock = flavour.startswith("stock")
    copy = layout.base(name) / "copy" / ("stock" if stock else "patched")
    paths = [str(folder / inner) for inner in _TOOL_FOLDERS]
    if not stock:
        paths.insert(0, str(layout.build / "okobpf" / flavour))
    paths += [str(copy / "utilities"), str(layout.root / ".venv/bin"), env.get("PATH", os.defpath)]
    env["PATH"] = os.pathsep.join(paths)
    env["OVS_PKGDATADIR"] = str(folder / "oko-share")
    env["OKO_BASE"] = name
    env["OKO_ROOT"] = str(layout.root)
    env["OKO_OVS_SRC"] = str(copy)
    env["OKO_OVS_BUILD"] = str(folder)
    env["PYTHONPATH"] = os.pathsep.join(
        part for part in (str(copy / "python"), env.get("PYTHONPATH", "")) if part
    )
    return env
