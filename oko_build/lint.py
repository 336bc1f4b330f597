"""Runs the linters: ruff and mypy on Python, Open vSwitch's own checkpatch.py on C and patches."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from oko_build import config, overlay, run, series, upstream, worktree
from oko_build.layout import Layout


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one linter said, if it was not content."""

    linter: str
    output: str


_C_SOURCE = (".c", ".h")


def lint(layout: Layout) -> list[Finding]:
    """Run all linters, and return those that complain."""
    return [*_python(layout), *_checkpatch(layout)]


def _python(layout: Layout) -> list[Finding]:
    targets = [
        name
        for name in ("tasks.py", "oko_build", "oko_py", "tests")
        if (layout.root / name).exists()
    ]
    typed = [name for name in targets if name != "tests"]
    found = []
    for linter, command in (
        ("ruff", [sys.executable, "-m", "ruff", "check", *targets]),
        ("mypy", [sys.executable, "-m", "mypy", *typed]),
    ):
        done = run.capture(command, cwd=layout.root, echo=True, check=False)
        if done.code:
            found.append(Finding(linter=linter, output=done.stdout + done.stderr))
    return found


def _checkpatch(layout: Layout) -> list[Finding]:
    upstream_config = config.load(layout)
    base = upstream_config.base()
    tree = worktree.WorkTree(layout, upstream_config, base)
    source = upstream.current(layout, base) or upstream.fetch(layout, base)
    script = checkpatch_script(layout, tree, source)
    found = []
    added = [
        file.path
        for file in overlay.files(layout, upstream_config.overlays).values()
        if file.path.suffix in _C_SOURCE
    ]
    # Only sources that are ours and C: -f on others applies rules that are not for them.
    own = [
        path
        for folder in ("okobpf/tool", "okobpf/tests", "okobpf/fuzz")
        for path in sorted((layout.root / folder).glob("*"))
        if path.suffix in _C_SOURCE
    ]
    for path in [*added, *own]:
        found += _run_checkpatch(layout, script, ["-f", path], layout.relative(path))
    for path in series.load(layout, base).paths():
        # -S: the patches are not submitted to Open vSwitch, so need not be signed off.
        found += _run_checkpatch(layout, script, ["-S", path], layout.relative(path))
    return found


def checkpatch_script(
    layout: Layout, tree: worktree.WorkTree, source: upstream.Source
) -> Path:
    """Return upstream's checkpatch.py, as a file of its own."""
    entry = tree.repo.entries(source.commit)["utilities/checkpatch.py"]
    data = tree.repo.blobs([entry])[entry.path]
    script = layout.build / "lint" / "checkpatch.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_bytes(data)
    return script


def _run_checkpatch(
    layout: Layout, script: Path, arguments: list[str | Path], what: str
) -> list[Finding]:
    done = run.capture(
        [sys.executable, script, *arguments], cwd=layout.root, check=False
    )
    text = done.stdout + done.stderr
    # It exits with 0 on mere warnings; we want none of those either.
    if done.code or re.search(r"^(WARNING|ERROR):", text, re.MULTILINE):
        return [Finding(linter=f"checkpatch {what}", output=text)]
    return []
