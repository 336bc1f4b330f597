"""Checks the series, and that checkout and work tree say the same."""

from __future__ import annotations

from pathlib import Path

from oko_build import export, overlay, series, upstream
from oko_build.errors import OkoError
from oko_build.git import Repository
from oko_build.layout import Layout
from oko_build.source import is_generated
from oko_build.worktree import OVERLAY, WorkTree

_SHOWN = 5      # lines with trailing white space that are told, of each patch


def files(tree: WorkTree) -> list[str]:
    """Return what is wrong with the files of the series, taken by themselves."""
    layout = tree.layout
    patches = series.load(layout, tree.base)
    problems = _listing(layout, patches)
    subjects: dict[str, str] = {}
    for path in sorted(patches.folder.glob("*.patch")):
        patch = series.parse(path)
        where = layout.relative(path)
        if not patch.subject:
            problems.append(f"{where}: it has no subject")
        elif patch.name != series.slug(patch.subject):
            problems.append(
                f"{where}: expected the name {series.slug(patch.subject)}, from its subject"
            )
        if series.tags_only(patch.body):
            problems.append(f"{where}: its body is empty: it must say why the patch exists")
        if not patch.files:
            problems.append(f"{where}: it changes no file")
        if patch.subject in subjects:
            problems.append(f"{where}: same subject as {subjects[patch.subject]}")
        subjects[patch.subject] = patch.name
        problems += [
            f"{where}: trailing white space in a line added to {file}: {text!r}"
            for file, text in patch.trailing_space[:_SHOWN]
        ]
        if len(patch.trailing_space) > _SHOWN:
            problems.append(
                f"{where}: and in {len(patch.trailing_space) - _SHOWN} more added lines"
            )
    return problems + _litter(layout, tree)


def _listing(layout: Layout, patches: series.Series) -> list[str]:
    where = layout.relative(patches.file)
    problems = []
    for name in dict.fromkeys(patches.names):
        if patches.names.count(name) > 1:
            problems.append(f"{where}: {name} is listed {patches.names.count(name)} times")
        if not (patches.folder / name).is_file():
            problems.append(f"{where}: {name} is listed, but there is no such file")
    for path in sorted(patches.folder.iterdir()):
        if path.name not in (*patches.names, "series", "README.md"):
            problems.append(f"{layout.relative(path)}: not in {where}")
    return problems


def _litter(layout: Layout, tree: WorkTree) -> list[str]:
    folders = [layout.root / entry.source for entry in tree.config.overlays]
    folders += [layout.root / tree.base.series, tree.path]
    return [
        f"{layout.relative(path)}: left over from a patch that failed"
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.rglob("*.rej"))
    ]


def applies_exactly(repo: Repository, start: str, patches: list[Path]) -> list[str]:
    """Return which of 'patches' apply only with fuzz, or not at all, on top of 'start'.

    The patches after one that does not apply are judged without it.
    """
    index = repo.git_dir() / "oko-check-index"
    env = {"GIT_INDEX_FILE": str(index)}
    problems = []
    try:
        repo.git("read-tree", start, env=env)
        for path in patches:
            # git apply wants every line of the context: what it takes has no fuzz.
            done = repo.git(
                "apply", "--cached", "-p1", "--whitespace=nowarn", path, env=env, check=False
            )
            if done.code:
                first = done.stderr.strip().splitlines()[:2]
                problems.append(
                    f"{path.name}: does not apply without fuzz: {'; '.join(first)}"
                )
    finally:
        index.unlink(missing_ok=True)
    return problems


def against_source(tree: WorkTree, source: upstream.Source) -> list[str]:
    """Return how the series fails to be just what an export of it would write.

    Raises OkoError if a patch does not apply at all.  Does not touch the work tree.
    """
    layout = tree.layout
    patches = series.load(layout, tree.base)
    series.require_files(layout, patches)
    start = tree.overlay_commit(source)
    problems = applies_exactly(tree.repo, start, patches.paths())
    if problems:
        return [f"{tree.base.series}/{problem}" for problem in problems]
    pristine = tree.repo.entries(source.commit)
    commits = tree.history(start, patches)
    if len(commits) != len(patches.names):
        return [
            f"{tree.base.series}: {len(patches.names)} files make {len(commits)} commits: one "
            "file holds several patches"
        ]
    for name, commit in zip(patches.names, commits, strict=True):
        where = f"{tree.base.series}/{name}"
        changed = tree.repo.changed(f"{commit}^^{{tree}}", f"{commit}^{{tree}}")
        new = sorted(path for path in changed if path not in pristine)
        made = sorted(path for path in changed if is_generated(path))
        if made:
            problems.append(
                f"{where}: it changes files that autotools generate, which each build makes "
                f"itself: {', '.join(made)}"
            )
        elif new:
            homes = [
                layout.relative(overlay.home(layout, tree.config.overlays, path)) for path in new
            ]
            problems.append(
                f"{where}: it changes files that upstream does not have: they belong to the "
                f"overlay, as {', '.join(homes)}"
            )
        elif export.patch_of(tree.repo, commit, set(pristine)) != (
            layout.root / tree.base.series / name
        ).read_bytes():
            problems.append(f"{where}: not as './inv patches.export' writes it")
    return problems


def against_work_tree(tree: WorkTree, source: upstream.Source) -> list[str]:
    """Return how the work tree and the checkout differ."""
    if not tree.exists() or tree.repo.resolve(OVERLAY) is None:
        return []
    inputs = tree.inputs(source)
    stale = tree.stamp.reasons(inputs)
    problems = [f"work tree: {line}" for line in tree.unexported()]
    if problems and not stale:
        problems.append("work tree: './inv patches.export' writes these changes back")
    elif problems:
        problems += [f"checkout: {reason} since the work tree was made" for reason in stale]
    return problems


def check(tree: WorkTree, source: upstream.Source | None) -> list[str]:
    """Return all that is wrong; with no 'source', only what the files alone tell."""
    problems = files(tree)
    if source is None or any("no such file" in p or "listed" in p for p in problems):
        return problems
    try:
        problems += against_source(tree, source)
    except OkoError as error:
        problems.append(error.message)
    return problems + against_work_tree(tree, source)
