"""The work tree: pristine source, then the overlay, then one commit for each patch.

It lies in ``build/ovs-<base>/src``.  The history is made in a staging folder beside it, and the
work tree moves there only when all of it is there.
"""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from oko_build import console, overlay, series, stamps, upstream
from oko_build.config import Base, Upstream
from oko_build.errors import OkoError
from oko_build.git import Repository
from oko_build.layout import Layout
from oko_build.stamps import Stamp

APPLIED = "refs/oko/applied"
"""The last commit that the toolkit made of the checkout's overlay and patches."""

OVERLAY = "refs/oko/overlay"
BRANCH = "oko"
OVERLAY_MESSAGE = """Add the project's own files

They lie in the project's checkout as ordinary files, in the folders that upstream.toml names.
"""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What ``apply`` made."""

    pristine: str
    overlay: str
    head: str
    tree: str
    patches: int
    changed: bool
    reasons: tuple[str, ...] = ()


class WorkTree:
    """The work tree of one base."""

    def __init__(self, layout: Layout, config: Upstream, base: Base) -> None:
        self.layout = layout
        self.config = config
        self.base = base
        self.path = layout.base(base.name) / "src"
        self.staging = layout.base(base.name) / "staging"
        self.stamp = Stamp(layout.base(base.name) / "applied.json")

    @property
    def repo(self) -> Repository:
        """The repository of the work tree."""
        return Repository(self.path)

    def exists(self) -> bool:
        """Whether files have been put into the work tree."""
        return (self.path / ".git").is_dir() and self.repo.resolve(BRANCH) is not None

    # What it is made from.

    def inputs(self, source: upstream.Source) -> dict[str, str]:
        """Return the digests of all that the work tree is made from."""
        patches = series.load(self.layout, self.base)
        series.require_files(self.layout, patches)
        added = overlay.files(self.layout, self.config.overlays)
        found = {"upstream source": source.commit}
        found.update(
            stamps.digest_files((file.name, file.path) for file in added.values())
        )
        found.update(
            {f"mode of {file.name}": file.mode for file in added.values() if file.mode != "100644"}
        )
        found["order in series"] = stamps.digest("\n".join(patches.names).encode())
        found.update(
            stamps.digest_files(
                (self.layout.relative(path), path) for path in patches.paths()
            )
        )
        return found

    # What the user did in it.

    def unexported(self) -> list[str]:
        """Return what the user changed in the work tree and has not exported, as short lines."""
        if not self.exists():
            return []
        repo = self.repo
        applied = repo.resolve(APPLIED)
        if applied is None:
            return []
        head = repo.resolve("HEAD")
        assert head is not None
        lines = [
            f"commit {commit[:12]} {repo.subject(commit)}"
            for commit in (repo.commits(applied, head) if head != applied else [])
        ]
        tree = repo.work_tree_id()
        lines += [
            f"{_WORDS.get(letter, 'changed')} {path}"
            for path, letter in sorted(repo.changed(f"{head}^{{tree}}", tree).items())
        ]
        if not lines and head != applied and repo.tree_of(head) != repo.tree_of(applied):
            lines.append(f"the branch was moved to {head[:12]}")
        return lines

    def operation(self) -> str | None:
        """Return the git operation that the user has begun in the work tree and not ended."""
        git = self.path / ".git"
        for name, what in (
            ("rebase-merge", "rebase"),
            ("rebase-apply", "rebase or am"),
            ("MERGE_HEAD", "merge"),
            ("CHERRY_PICK_HEAD", "cherry-pick"),
        ):
            if (git / name).exists():
                return what
        return None

    # Making it.

    def apply(self, source: upstream.Source, *, force: bool = False) -> Applied:
        """Bring the work tree to what the checkout says; no more than that if it is there already.

        Refuses to lose work: changes that were not exported stop it, unless ``force``, which keeps
        them under refs/oko/saved/.  If a patch fails, the work tree stays as it was.
        """
        inputs = self.inputs(source)
        reasons = self.stamp.reasons(inputs)
        applied = self.repo.resolve(APPLIED)
        if not reasons and applied == self.stamp.result.get("head") and self.exists():
            head = self.repo.resolve("HEAD")
            if not force or (head == applied and not self.unexported()):
                return self._result(changed=False)
            reasons = ["--force"]
        if not reasons:
            reasons = ["the work tree is not as it was left"]
        self._make_history(source)
        staged = Repository(self.staging)
        head = staged.resolve("HEAD")
        assert head is not None
        overlay_commit = self.repo.resolve(OVERLAY)
        assert overlay_commit is not None
        self._move_to(head, force=force)
        self.repo.git("update-ref", APPLIED, head)
        self.stamp.write(
            inputs,
            {
                "pristine": source.commit,
                "overlay": overlay_commit,
                "head": head,
                "tree": self.repo.tree_of(head),
                "patches": str(len(self.repo.commits(overlay_commit, head))),
            },
        )
        return self._result(changed=True, reasons=tuple(reasons))

    def _result(self, *, changed: bool, reasons: tuple[str, ...] = ()) -> Applied:
        known = self.stamp.result
        return Applied(
            pristine=known["pristine"],
            overlay=known["overlay"],
            head=known["head"],
            tree=known["tree"],
            patches=int(known["patches"]),
            changed=changed,
            reasons=reasons,
        )

    def overlay_commit(self, source: upstream.Source) -> str:
        """Make the commit that adds the overlay to the pristine source, and return its id."""
        repo = self.repo
        added = overlay.files(self.layout, self.config.overlays)
        pristine = repo.entries(source.commit)
        for target, file in added.items():
            if target in pristine:
                raise OkoError(
                    f"{file.name} would replace {target}, which is upstream's",
                    f"changes to existing files are patches: edit it in "
                    f"{self.layout.relative(self.path)}, commit, and run "
                    "'./inv patches.export'",
                )
        index = repo.git_dir() / "oko-overlay-index"
        env = {"GIT_INDEX_FILE": str(index)}
        index.unlink(missing_ok=True)
        try:
            repo.git("read-tree", source.commit, env=env)
            paths = "".join(f"{file.path}\n" for file in added.values())
            blobs = repo.git(
                "hash-object", "-w", "--no-filters", "--stdin-paths", stdin=paths
            ).stdout.split()
            listing = "".join(
                f"{file.mode} {blob}\t{target}\0"
                for (target, file), blob in zip(added.items(), blobs, strict=True)
            )
            repo.git("update-index", "-z", "--index-info", stdin=listing, env=env)
            tree = repo.line("write-tree", env=env)
        finally:
            index.unlink(missing_ok=True)
        return repo.commit_tree(tree, OVERLAY_MESSAGE, source.commit)

    def _make_history(self, source: upstream.Source) -> None:
        """Make the whole history in the staging folder, ending with its HEAD."""
        repo = self.repo
        start = self.overlay_commit(source)
        repo.git("update-ref", OVERLAY, start)
        stage = self._stage_at(start)
        patches = series.load(self.layout, self.base)
        if not patches.names:
            return
        done = stage.git(
            "am", "-q", "--3way", "--keep-non-patch", "--keep-cr", "--no-gpg-sign",
            "--committer-date-is-author-date", *patches.paths(), check=False,
        )
        if done.code:
            raise self._patch_failed(stage, patches, start, done.stdout + done.stderr)

    def _stage_at(self, commit: str) -> Repository:
        """Return the staging folder with the files of ``commit``."""
        stage = Repository(self.staging)
        if (self.staging / ".git").is_file():
            stage.git("am", "--abort", check=False)
            clean = stage.git("reset", "-q", "--hard", commit, check=False)
            if clean.code == 0:
                stage.git("clean", "-q", "-d", "-f", "-x")
                return stage
        shutil.rmtree(self.staging, ignore_errors=True)
        self.repo.git("worktree", "prune")
        self.repo.git("worktree", "add", "-q", "--force", "--detach", self.staging, commit)
        return stage

    def _patch_failed(
        self, stage: Repository, patches: series.Series, start: str, output: str
    ) -> OkoError:
        number = len(stage.commits(start, "HEAD")) + 1
        name = patches.names[min(number, len(patches.names)) - 1]
        patch = series.parse(patches.folder / name)
        where = failed_hunks(output, patches.folder / name)
        place = self.layout.relative(self.staging)
        lines = [
            f"patch {number}/{len(patches.names)} does not apply: "
            f"{self.layout.relative(patches.folder / name)}",
            f"  subject: {patch.subject}",
            *(f"  {line}" for line in where),
            "  why the patch exists:",
            *(f"    {line}" for line in patch.body.splitlines()),
            "  git says:",
            *(f"    {line}" for line in output.strip().splitlines()[-20:]),
        ]
        return OkoError(
            "\n".join(lines),
            f"nothing was changed in the work tree {self.layout.relative(self.path)}",
            f"to mend it: cd {place}; resolve the conflicts (git status, git diff); git add FILES; "
            "git am --continue; then './inv patches.export --staging'",
            "to leave it: git checkout the patch as it was, and './inv patches.apply'",
        )

    # Moving the work tree there.

    def _move_to(self, head: str, *, force: bool) -> None:
        repo = self.repo
        if not self.exists():
            repo.git("update-ref", f"refs/heads/{BRANCH}", head)
            repo.git("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
            repo.git("reset", "-q", "--hard", head)
            return
        old = repo.resolve("HEAD")
        assert old is not None
        now = repo.work_tree_id()
        if now != repo.tree_of(head):
            self._guard(old, now, force=force)
        # Into the index first what the files are now; then the two-tree merge touches only files
        # that differ, and all others keep their times, for make.
        repo.git("add", "-A", ".")
        repo.git("read-tree", "-m", "-u", "--reset", now, head)
        repo.git("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
        repo.git("update-ref", f"refs/heads/{BRANCH}", head)

    def _guard(self, old: str, now: str, *, force: bool) -> None:
        """Stop if moving on would lose the user's work; with 'force', save it."""
        repo = self.repo
        changes = self.unexported()
        operation = self.operation()
        if operation is not None:
            raise OkoError(
                f"a {operation} is under way in {self.layout.relative(self.path)}",
                "end it first (git status there says how)",
            )
        if not changes:
            return
        if not force:
            shown = changes[:15] + ([f"… {len(changes) - 15} more"] if len(changes) > 15 else [])
            raise OkoError(
                f"the work tree {self.layout.relative(self.path)} has changes that are not in the "
                "overlay or in a patch:\n" + "\n".join(f"  {line}" for line in shown),
                "'./inv patches.export' writes them back (commit changes to upstream's files first)",
                "'./inv patches.apply --force' puts them aside and takes the checkout's state",
            )
        name = f"refs/oko/saved/{time.strftime('%Y%m%d-%H%M%S')}"
        saved = repo.commit_tree(now, "Work that 'patches.apply --force' put aside\n", old)
        repo.git("update-ref", name, saved)
        console.note(
            f"the changes of {self.layout.relative(self.path)} were put aside: git show {name}"
        )


_WORDS = {"A": "new", "D": "deleted", "M": "changed", "T": "changed kind of"}


def failed_hunks(output: str, patch: Path) -> list[str]:
    """Return lines that say which file and hunk of ``patch`` git's ``output`` complains of."""
    found = []
    for match in re.finditer(r"^error: patch failed: (.+):(\d+)$", output, re.MULTILINE):
        line = f"file {match[1]}, at line {match[2]}"
        header = _hunk_header(patch, match[1], int(match[2]))
        found.append(f"{line}, hunk: {header}" if header else line)
    for match in re.finditer(r"^error: (.+): (does not exist in index|No such file.*)$", output,
                             re.MULTILINE):
        found.append(f"file {match[1]}: upstream has no such file")
    for match in re.finditer(r"^CONFLICT \(.*\): (.+)$", output, re.MULTILINE):
        found.append(f"conflict: {match[1]}")
    if re.search(r"corrupt patch|Patch is empty|patch fragment without header", output):
        found.append("the patch file itself is damaged")
    return list(dict.fromkeys(found))


def _hunk_header(patch: Path, file: str, line: int) -> str | None:
    inside = False
    for text in patch.read_text(encoding="utf-8", errors="replace").splitlines():
        if text.startswith("diff --git "):
            inside = text.endswith(f" b/{file}")
        elif inside and text.startswith(f"@@ -{line},"):
            return text
    return None
