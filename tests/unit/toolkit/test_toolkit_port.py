"""A port is a run of cherry-picks that stops at conflicts, goes on, and loses nothing."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from toolkit_project import LINES, MEMBER, UPSTREAM, USER, Project, make_package, tree_id

from oko_build import export, port, upstream, worktree
from oko_build.errors import OkoError

NEWER = {
    **UPSTREAM,
    "configure.ac": "AC_INIT(openvswitch, 3.5.0, bugs@example.invalid)\n",
    "lib/classifier.c": "new line\n" + LINES,
    "lib/flow.c": LINES.replace("line 20\n", "line 20 of 3.5\n").replace("line 5\n", "five\n"),
}


@pytest.fixture
def two(project: Project, tmp_path: Path) -> Project:
    """A checkout with a second base; three patches on the first, one of which upstream took."""
    package = make_package(
        tmp_path / "p", project.layout.downloads, revision="3.5.0-1", files=NEWER
    )
    data = package.read_bytes()
    text = project.read("upstream.toml")
    base = text[text.index('[base."3.1"]'):text.index("[[overlay]]")]
    for old, new in (
        ('"3.1"', '"3.5"'), ("3.1.0", "3.5.0"), ("ovs/3.1", "ovs/3.5"),
    ):
        base = base.replace(old, new)
    lines = [
        f"size = {len(data)}" if line.startswith("size")
        else f'sha256 = "{hashlib.sha256(data).hexdigest()}"' if line.startswith("sha256")
        else f'tree = "{tree_id(tmp_path / "t", NEWER)}"' if line.startswith("tree")
        else line
        for line in base.splitlines()
    ]
    project.write("upstream.toml", text.replace("[[overlay]]", "\n".join(lines) + "\n\n[[overlay]]",
                                                1))
    assert MEMBER in text
    project.apply()
    for name, old, new, subject in (
        ("lib/classifier.c", "line 11\n", "line eleven\n", "classifier: Eleven"),
        ("lib/flow.c", "line 5\n", "five\n", "flow: Five"),
        ("lib/flow.c", "line 20\n", "line twenty\n", "flow: Twenty"),
    ):
        project.edit(name, old, new)
        project.commit(f"{subject}\n\nBecause.\n")
    export.export(project.tree(), project.fetch())
    return project


def trees(project: Project) -> tuple[worktree.WorkTree, worktree.WorkTree]:
    config = project.config()
    old, new = (worktree.WorkTree(project.layout, config, config.bases[n]) for n in ("3.1", "3.5"))
    return old, new


def begin(project: Project, since: str | None = None) -> list[str]:
    old, new = trees(project)
    return port.begin(
        old, new, upstream.fetch(project.layout, old.base, offline=True),
        upstream.fetch(project.layout, new.base, offline=True), since=since,
    )


def finish(project: Project) -> None:
    """Resolve the one conflict that there is, go on, and write the series."""
    _, new = trees(project)
    file = new.staging / "lib/flow.c"
    ours = LINES.replace("line 5\n", "five\n").replace("line 20\n", "line twenty of 3.5\n")
    file.write_text(ours)
    project.git("add", "lib/flow.c", cwd=new.staging)
    assert port.resume(new) == ["flow: Five"]
    project.write("patches/ovs/3.5/series", "")
    export.export(new, upstream.fetch(project.layout, new.base, offline=True), staging=True)


def test_port_stops_at_a_conflict_and_goes_on(two: Project) -> None:
    _, new = trees(two)
    with pytest.raises(OkoError, match=r"'flow: Twenty' of 3.1 conflicts with 3.5 in:\n  lib/flow"):
        begin(two)
    with pytest.raises(OkoError, match=r"a port to 3.5 is under way"):
        begin(two)
    with pytest.raises(OkoError, match="conflicts with"):
        port.resume(new)        # nothing was resolved
    with pytest.raises(OkoError, match="is not at its end"):
        new.finished_staging()
    finish(two)
    folder = two.layout.root / "patches/ovs/3.5"
    assert sorted(path.name for path in folder.iterdir()) == [
        "classifier-Eleven.patch", "flow-Twenty.patch", "series",
    ]
    assert "+line twenty of 3.5\n" in (folder / "flow-Twenty.patch").read_text()
    assert "Author: A User" in two.git("log", "-1", cwd=new.path)
    with pytest.raises(OkoError, match=r"no port to 3.5 is under way"):
        port.resume(new)


def test_port_that_is_aborted_leaves_all_as_it_was(two: Project) -> None:
    _, new = trees(two)
    before = two.state()
    with pytest.raises(OkoError):
        begin(two)
    port.abort(new)
    assert two.state() == before
    with pytest.raises(OkoError, match=r"no port to 3.5 is under way"):
        port.abort(new)
    with pytest.raises(OkoError, match="conflicts"):
        begin(two)


def test_later_changes_are_carried_over(two: Project) -> None:
    with pytest.raises(OkoError):
        begin(two)
    finish(two)
    root = two.layout.root
    for command in (["init", "-q"], ["add", "patches"], ["commit", "-q", "-m", "x"]):
        subprocess.run(["git", *command], cwd=root, check=True, env={**os.environ, **USER})
    two.apply()
    two.edit("lib/classifier.c", "line 25\n", "line 25, of a new patch\n")
    two.commit("classifier: New\n\nBecause.\n")
    export.export(two.tree(), two.fetch())
    name = "patches/ovs/3.1/classifier-Eleven.patch"
    two.write(name, two.read(name).replace("+line eleven", "+line ELEVEN"))
    _, new = trees(two)
    assert begin(two, since="HEAD") == []
    export.export(new, upstream.fetch(two.layout, new.base, offline=True), staging=True)
    assert "+line ELEVEN\n" in two.read("patches/ovs/3.5/classifier-Eleven.patch")
    assert "+line twenty of 3.5\n" in two.read("patches/ovs/3.5/flow-Twenty.patch")
    assert two.read("patches/ovs/3.5/series").splitlines()[2:] == [
        "classifier-Eleven.patch", "flow-Twenty.patch", "classifier-New.patch",
    ]
