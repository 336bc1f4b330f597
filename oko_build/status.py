"""What ``inv patches.status`` says."""

from __future__ import annotations

from oko_build import series, upstream
from oko_build.worktree import OVERLAY, WorkTree


def lines(tree: WorkTree, source: upstream.Source | None) -> list[str]:
    """Return the state of the work tree, the series and the overlay, for people."""
    layout = tree.layout
    patches = series.load(layout, tree.base)
    if source is None:
        return [
            f"base {tree.base.name}: Open vSwitch {tree.base.version}, not fetched "
            "(./inv fetch)",
            f"series: {len(patches.names)} patches",
        ]
    found = [
        f"base {tree.base.name}: Open vSwitch {source.version}, {source.what} ({source.kind})",
        f"pristine tree {source.tree}",
    ]
    if not tree.exists() or not tree.stamp.exists:
        return [*found, "work tree: not made (./inv patches.apply)"]
    known = tree.stamp.result
    found += [
        f"patched tree  {known['tree']}",
        f"work tree     {layout.relative(tree.path)}",
        f"series: {len(patches.names)} patches",
    ]
    repo = tree.repo
    commits = repo.commits(OVERLAY, known["head"])
    subjects = {series.slug(repo.subject(commit)): commit for commit in commits}
    for number, name in enumerate(patches.names, 1):
        commit = subjects.get(name)
        state = commit[:12] if commit else "not applied"
        found.append(f"  {number:3} {state:12} {name}")
    stale = tree.stamp.reasons(tree.inputs(source))
    if stale:
        found.append("the checkout changed since (./inv patches.apply):")
        found += [f"  {reason}" for reason in stale]
    changes = tree.unexported()
    if changes:
        found.append("not exported (./inv patches.export):")
        found += [f"  {change}" for change in changes]
    if not stale and not changes:
        found.append("work tree and checkout say the same")
    return found
