"""Writes the work tree back: added files to the overlay, commits on upstream's files to patches.

New files are files and changed files are patches, whichever commit they come in: a file that
upstream does not have goes to the overlay, and what a commit changes in upstream's files becomes
its patch.  Files that autotools generate are neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from oko_build import overlay, series, upstream
from oko_build.errors import OkoError
from oko_build.git import Entry, Repository
from oko_build.layout import Layout
from oko_build.source import is_generated
from oko_build.worktree import OVERLAY, STAGED, WorkTree

SERIES_HEAD = """\
# The patches on Open vSwitch {version}, in the order in which they apply; one file name a line.
# './inv patches.export' writes this file.
"""

_FORMAT = (
    "format-patch", "-1", "--stdout", "-N", "--zero-commit", "--no-signature", "--full-index",
    "--no-stat", "--no-renames", "--no-ext-diff", "--no-color", "--diff-algorithm=myers", "-U3",
    "--src-prefix=a/", "--dst-prefix=b/", "--no-base", "--no-thread", "--no-attach", "--binary",
)


@dataclass
class Contents:
    """What the checkout's overlay and series should hold, by path."""

    added: dict[Path, tuple[bytes, str]] = field(default_factory=dict)
    patches: dict[str, bytes] = field(default_factory=dict)
    series: bytes = b""
    empty: list[str] = field(default_factory=list)


def format_patch(repo: Repository, commit: str, paths: list[str]) -> bytes:
    """Return what 'commit' changes in 'paths' as a patch, the same bytes on every machine."""
    text = repo.git(*_FORMAT, commit, "--", *paths).stdout
    data = text.encode("utf-8", "surrogateescape")
    # format-patch ends with the empty line that would part it from a signature.
    return data.rstrip(b"\n") + b"\n" if data else b""


def patch_of(repo: Repository, commit: str, pristine: set[str]) -> bytes:
    """Return the patch of 'commit': what it changes in upstream's own files."""
    parent = f"{commit}^"
    changed = repo.changed(f"{parent}^{{tree}}", f"{commit}^{{tree}}")
    paths = sorted(path for path in changed if path in pristine and not is_generated(path))
    return format_patch(repo, commit, paths) if paths else b""


def contents(
    tree: WorkTree, source: upstream.Source, *, repo: Repository, start_ref: str, work: str
) -> Contents:
    """Return what to write for the commits from 'start_ref' to HEAD of 'repo' and the tree 'work'.

    'start_ref' names the overlay's commit.
    """
    start = tree.repo.resolve(start_ref)
    head = repo.resolve("HEAD")
    if start is None or head is None:
        raise OkoError("there is nothing to export: no patches were applied yet",
                       "./inv patches.apply")
    if repo.git("merge-base", "--is-ancestor", start, head, check=False).code:
        raise OkoError(
            f"the commits in {tree.layout.relative(repo.path)} are not based on the overlay's "
            f"commit {start[:12]} any more",
            f"rebase them: git rebase --onto {start[:12]} BASE, where BASE is the last commit "
            "that is not a patch",
        )
    pristine = repo.entries(source.commit)
    result = Contents()
    for commit in repo.commits(start, head):
        if len(repo.line("rev-list", "--parents", "-1", commit).split()) != 2:
            raise OkoError(
                f"commit {commit[:12]} ({repo.subject(commit)}) is a merge: a series has none",
                "rebase instead of merging",
            )
        _require_plain_message(repo, commit)
        data = patch_of(repo, commit, set(pristine))
        subject = repo.subject(commit)
        if not data:
            result.empty.append(subject)
            continue
        name = series.slug(subject)
        if name in result.patches:
            raise OkoError(
                f"two commits would become {name}: {subject!r}",
                "give them different subjects, or squash them",
            )
        result.patches[name] = data
    files = repo.entries(work)
    _require_committed(tree, repo, head, files, pristine)
    added = [
        entry for path, entry in files.items() if path not in pristine and not is_generated(path)
    ]
    for path, data in repo.blobs(added).items():
        if files[path].mode not in ("100644", "100755"):
            raise OkoError(f"{path}: expected a plain file, got git mode {files[path].mode}")
        home = overlay.home(tree.layout, tree.config.overlays, path)
        result.added[home] = (data, files[path].mode)
    result.series = (
        SERIES_HEAD.format(version=tree.base.version) + "".join(f"{n}\n" for n in result.patches)
    ).encode()
    return result


def _require_plain_message(repo: Repository, commit: str) -> None:
    """Raise OkoError if git am would take a line of the message for the end of it."""
    for line in repo.git("show", "-s", "--format=%B", commit).stdout.splitlines():
        if re.match(r"---$|--- |diff -|Index: |>?From ", line):
            raise OkoError(
                f"commit {commit[:12]} ({repo.subject(commit)}): git would take the line {line!r} "
                "of its message for the start of the patch",
                "git commit --amend: indent or reword the line",
            )


def _require_committed(
    tree: WorkTree, repo: Repository, head: str, files: dict[str, Entry],
    pristine: dict[str, Entry],
) -> None:
    committed = repo.entries(head)
    loose = sorted(
        path
        for path in pristine
        if files.get(path) != committed.get(path) and not is_generated(path)
    )
    if loose:
        place = tree.layout.relative(repo.path)
        raise OkoError(
            f"{place} has changes of upstream's files that are in no commit:\n"
            + "\n".join(f"  {path}" for path in loose),
            f"a new patch: cd {place}; git add FILES; git commit (the message says why)",
            "into a patch that there is: git commit --fixup=COMMIT; "
            "git rebase -i --autosquash refs/oko/overlay",
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """One file of the checkout that differs from the work tree."""

    what: str       # "new", "changed" or "gone", seen from the checkout
    path: Path
    data: bytes | None
    mode: str = "100644"


def differences(layout: Layout, tree: WorkTree, wanted: Contents) -> list[Change]:
    """Return what has to be written to the checkout so that it says 'wanted'."""
    found = []
    present = {
        file.path: file for file in overlay.files(layout, tree.config.overlays).values()
    }
    folder = layout.root / tree.base.series
    for path, (data, mode) in sorted(wanted.added.items()):
        old = present.pop(path, None)
        if old is None:
            found.append(Change(what="new", path=path, data=data, mode=mode))
        elif path.read_bytes() != data or old.mode != mode:
            found.append(Change(what="changed", path=path, data=data, mode=mode))
    found += [Change(what="gone", path=path, data=None) for path in sorted(present)]
    for name, data in wanted.patches.items():
        path = folder / name
        if not path.is_file():
            found.append(Change(what="new", path=path, data=data))
        elif path.read_bytes() != data:
            found.append(Change(what="changed", path=path, data=data))
    found += [
        Change(what="gone", path=path, data=None)
        for path in sorted(folder.glob("*.patch"))
        if path.name not in wanted.patches
    ]
    # Only the order counts: comments in the file are people's.
    listed = series.load(layout, tree.base)
    if list(listed.names) != list(wanted.patches):
        found.append(Change(what="changed", path=listed.file, data=wanted.series))
    return found


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export wrote, and the subjects of the commits that make no patch."""

    changes: list[Change]
    empty: list[str]


def export(
    tree: WorkTree, source: upstream.Source, *, staging: bool = False, dry_run: bool = False
) -> Exported:
    """Write the work tree (or the staging folder's finished series) back to the checkout.

    Afterwards the work tree stands as 'apply' would make it, so nothing counts as unexported.
    With 'dry_run', writes nothing.
    """
    layout = tree.layout
    if staging:
        repo = tree.finished_staging()
        work = repo.tree_of("HEAD")
    else:
        if not tree.exists():
            raise OkoError("there is no work tree yet", "./inv patches.apply")
        tree.require_no_operation()
        _require_fresh(tree, source)
        repo = tree.repo
        work = repo.work_tree_id()
    wanted = contents(
        tree, source, repo=repo, start_ref=STAGED if staging else OVERLAY, work=work
    )
    changes = differences(layout, tree, wanted)
    if not dry_run:
        for change in changes:
            _write(change)
        if staging:
            tree.apply(source)
        else:
            tree.adopt(source, work)
    return Exported(changes=changes, empty=wanted.empty)


def _require_fresh(tree: WorkTree, source: upstream.Source) -> None:
    """Stop if the checkout changed after the work tree was made: exporting would undo that."""
    stale = tree.stamp.reasons(tree.inputs(source))
    if stale:
        raise OkoError(
            "the checkout changed since the work tree was made from it:\n"
            + "\n".join(f"  {reason}" for reason in stale),
            "if there is nothing of yours in the work tree: ./inv patches.apply",
            "else './inv patches.apply --force' puts your changes aside under refs/oko/saved/; "
            "git cherry-pick or merge them from there, then export",
        )


def _write(change: Change) -> None:
    if change.data is None:
        change.path.unlink()
        return
    change.path.parent.mkdir(parents=True, exist_ok=True)
    temporary = change.path.with_name(f".{change.path.name}.new")
    temporary.write_bytes(change.data)
    temporary.chmod(0o755 if change.mode == "100755" else 0o644)
    temporary.replace(change.path)
