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
        for name in ("tasks.py", "oko_build", "oko_py", "tests", "okobpf/tests/gen")
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
    # The runtime's own tool and tests are C of the same style, but no part of Open vSwitch.
    own = [
        path
        for folder in ("okobpf/tool", "okobpf/tests", "okobpf/tests/lib", "okobpf/tests/gen",
                       "okobpf/tests/fuzz")
        for path in sorted((layout.root / folder).glob("*"))
        if path.suffix in _C_SOURCE
    ]
    for path in added:
        found += _run_checkpatch(layout, script, ["-f", path], layout.relative(path))
    for path in own:
        found += _run_checkpatch(layout, script, ["-f", path], layout.relative(path), ovs=False)
    for path in series.load(layout, base).paths():
        # -s: they are not submitted to Open vSwitch, so nobody has to sign them off.
        found += _run_checkpatch(layout, script, ["-s", path], layout.relative(path))
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
    layout: Layout, script: Path, arguments: list[str | Path], what: str, *, ovs: bool = True
) -> list[Finding]:
    done = run.capture(
        [sys.executable, script, "-q", *arguments], cwd=layout.root, check=False
    )
    text = done.stdout + done.stderr
    complaints = read_checkpatch(text, ovs=ovs)
    if "Traceback" in text or (done.code and not _COMPLAINT.search(text)):
        complaints = [text]     # it failed itself
    if complaints:
        return [Finding(linter=f"checkpatch {what}", output="\n".join(complaints))]
    return []


_COMPLAINT = re.compile(r"^(?:WARNING|ERROR): (.*)$", re.MULTILINE)


def read_checkpatch(text: str, *, ovs: bool = True) -> list[str]:
    """Return the complaints in the output of checkpatch.py, warnings too, less two kinds.

    It takes a dash in a line that is all string or comment ("--log FILE", "half-open"), and the
    star of an index ("[*n]"), for an operator.  And its rule to call Open vSwitch's own functions
    is for code with 'ovs' alone.
    """
    found = []
    for block in re.split(r"\n\s*\n", text):
        # What is complained of (once for each place in the line), where, and the line itself.
        complaints = list(dict.fromkeys(_COMPLAINT.findall(block)))
        rest = [line for line in block.splitlines() if line and not _COMPLAINT.match(line)]
        source = rest[-1].lstrip("+ \t") if len(rest) > 1 else ""
        words = source.startswith(('"', "*", "/*"))
        kept = [
            complaint
            for complaint in complaints
            if not (complaint == "Line lacks whitespace around operator"
                    and (words or "[*" in source))
            and (ovs or not re.match(r"Use (ovs_|x)\w+\(\) in place of", complaint))
        ]
        if kept:
            found.append("\n".join([*kept, *(f"    {line}" for line in rest)]))
    return found
