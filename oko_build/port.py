"""Ports a base's series of patches to another base, as cherry-picks that ordinary git can resolve.

Both upstream trees lie in one repository, so that git merges with all versions of a file at hand.
What is left to do is kept in ``build/ovs-<base>/port.json``: a port that stops goes on from there.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from oko_build import series, upstream
from oko_build.errors import OkoError
from oko_build.git import Repository
from oko_build.run import capture
from oko_build.worktree import STAGED, WorkTree


@dataclass
class State:
    """A port under way: what is still to be picked, and what has been said so far."""

    source: str
    steps: list[list[str]] = field(default_factory=list)    # "pick" or "amend", commit, subject
    dropped: list[str] = field(default_factory=list)


def _file(tree: WorkTree) -> Path:
    return tree.layout.base(tree.base.name) / "port.json"


def begin(
    old: WorkTree, new: WorkTree, old_source: upstream.Source, new_source: upstream.Source,
    *, since: str | None = None,
) -> list[str]:
    """Port the series of 'old' to 'new' in the staging folder of 'new'.

    A patch that 'new' has already stays as it is there.  With 'since', a commit of the checkout,
    what changed after it in a patch of 'old' is carried over, too.  Returns the subjects of the
    patches that upstream has already.  Raises OkoError at a conflict; resume() goes on from there.
    """
    if _file(new).exists():
        raise OkoError(
            f"a port to {new.base.name} is under way",
            "./inv patches.port --resume or --abort",
        )
    applied = old.apply(old_source)
    repo = new.repo
    repo.git("fetch", "-q", "--no-tags", old.path, f"+{applied.head}:refs/oko/port/head")
    mine = [(series.slug(repo.subject(c)), c) for c in repo.commits(applied.overlay, applied.head)]
    before = _history_at(old, applied.overlay, since) if since else {}
    for commit in list(before.values())[-1:]:
        repo.git("fetch", "-q", "--no-tags", old.path, f"+{commit}:refs/oko/port/before")

    start = new.overlay_commit(new_source)
    there: dict[str, str] = {}
    if (new.layout.root / new.base.series / "series").is_file():
        commits = new.history(start, series.load(new.layout, new.base))
        there = {series.slug(repo.subject(c)): c for c in commits}
    repo.git("update-ref", STAGED, start)
    state = State(source=old.base.name, steps=_plan(repo, mine, there, before))
    stage = new.stage_at(start)
    stage.git("checkout", "-q", "--detach", start)
    _save(new, state)
    return _go(new, state)


def _plan(
    repo: Repository, mine: list[tuple[str, str]], there: dict[str, str], before: dict[str, str]
) -> list[list[str]]:
    """Return the steps: in the order of the old series, then what only the new one has."""
    steps = []
    for name, commit in mine:
        subject = repo.subject(commit)
        if name in there:
            steps.append(["pick", there[name], subject])
            was = before.get(name)
            if was is not None and _change(repo, was) != _change(repo, commit):
                change = repo.commit_tree(repo.tree_of(commit), f"{subject}\n", was)
                steps.append(["amend", change, subject])
        elif not there or name not in before:
            steps.append(["pick", commit, subject])
    own = [(name, commit) for name, commit in there.items() if name not in dict(mine)]
    steps += [["pick", commit, repo.subject(commit)] for _, commit in own]
    return steps


def _change(repo: Repository, commit: str) -> str:
    """Return what 'commit' changes, whatever lines it is at."""
    diff = repo.git("show", "--format=%B", commit).stdout
    return repo.git("patch-id", "--stable", stdin=diff).stdout.partition(" ")[0]


def _history_at(tree: WorkTree, start: str, commit: str) -> dict[str, str]:
    """Return the commits of the series as it was at 'commit' of the checkout, by their names."""
    root = tree.layout.root
    with tempfile.TemporaryDirectory() as name:
        listed = [
            line.split("#", 1)[0].strip()
            for line in _shown(root, commit, f"{tree.base.series}/series").splitlines()
        ]
        patches = series.Series(Path(name), tuple(line for line in listed if line))
        for path in patches.paths():
            text = _shown(root, commit, f"{tree.base.series}/{path.name}")
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        commits = tree.history(start, patches)
        return {series.slug(tree.repo.subject(each)): each for each in commits}


def _shown(root: Path, commit: str, path: str) -> str:
    done = capture(["git", "show", f"{commit}:{path}"], cwd=root, check=False)
    if done.code:
        raise OkoError(f"--since: the checkout's commit {commit!r} has no {path}")
    return done.stdout


def resume(new: WorkTree) -> list[str]:
    """Go on with a port whose conflict was resolved.  Returns and raises as begin()."""
    state = _load(new)
    stage = Repository(new.staging)
    subject = state.steps[0][2]
    unmerged = stage.git("diff", "--name-only", "--diff-filter=U").stdout.split()
    if unmerged:
        raise _stopped(new, state, subject, unmerged)
    _settle(new, stage, state)
    stage.git("cherry-pick", "--quit", check=False)
    return _go(new, state)


def abort(new: WorkTree) -> None:
    """Forget the port that is under way; work tree and checkout are as they were."""
    _load(new)
    stage = Repository(new.staging)
    stage.git("cherry-pick", "--quit", check=False)
    stage.git("reset", "-q", "--hard", check=False)
    _file(new).unlink()


def _go(new: WorkTree, state: State) -> list[str]:
    stage = Repository(new.staging)
    while state.steps:
        _, commit, subject = state.steps[0]
        done = stage.git("cherry-pick", "--no-commit", commit, check=False)
        unmerged = stage.git("diff", "--name-only", "--diff-filter=U").stdout.split()
        if unmerged:
            raise _stopped(new, state, subject, unmerged)
        if done.code:
            raise OkoError(f"cannot pick {subject!r}:\n{done.stderr}", "./inv patches.port --abort")
        _settle(new, stage, state)
    _file(new).unlink()
    return state.dropped


def _settle(new: WorkTree, stage: Repository, state: State) -> None:
    """Commit what the first of the steps has staged, and count the step as done."""
    kind, commit, subject = state.steps[0]
    if stage.git("diff", "--cached", "--quiet", "HEAD", check=False).code:
        if kind == "amend":
            stage.git("commit", "-q", "--amend", "--no-edit")
        else:
            stage.git("commit", "-q", "--allow-empty-message", "-C", commit)
    elif kind == "pick" and stage.subject("HEAD") != subject:
        # Nothing is left of it, and nobody has committed it either.
        state.dropped.append(subject)
    state.steps.pop(0)
    _save(new, state)


def _stopped(new: WorkTree, state: State, subject: str, files: list[str]) -> OkoError:
    place = new.layout.relative(new.staging)
    return OkoError(
        f"{subject!r} of {state.source} conflicts with {new.base.name} in:\n"
        + "\n".join(f"  {path}" for path in files),
        f"cd {place}; resolve the conflicts (git diff); git add FILES; then "
        f"'./inv patches.port --to {new.base.name} --resume'",
        "if upstream has it already: git checkout HEAD -- . and go on: it is dropped",
        f"to leave it: './inv patches.port --to {new.base.name} --abort'; {len(state.steps)} "
        "steps are left",
    )


def _save(new: WorkTree, state: State) -> None:
    file = _file(new)
    temporary = file.with_name(f"{file.name}.new")
    temporary.write_text(json.dumps(vars(state), indent=1) + "\n", encoding="utf-8")
    temporary.replace(file)


def _load(new: WorkTree) -> State:
    try:
        return State(**json.loads(_file(new).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise OkoError(
            f"no port to {new.base.name} is under way", "./inv patches.port --from BASE --to BASE"
        ) from error
