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
from oko_build.source import is_generated
from oko_build.stamps import Stamp

APPLIED = "refs/oko/applied"
"""The last commit that the toolkit made of the checkout's overlay and patches."""

OVERLAY = "refs/oko/overlay"
"""The commit that adds the overlay, in the work tree's history."""

STAGED = "refs/oko/staged"
"""The same in the staging folder's, which may be ahead."""

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

    def require_no_operation(self) -> None:
        """Raise OkoError if a git operation is under way in the work tree."""
        operation = self.operation()
        if operation is not None:
            raise OkoError(
                f"a {operation} is under way in {self.layout.relative(self.path)}",
                "end it first (git status there says how)",
            )

    # Making it.

    def apply(
        self, source: upstream.Source, *, force: bool = False, adopting: str | None = None
    ) -> Applied:
        """Bring the work tree to what the checkout says; no more than that if it is there already.

        Refuses to lose work: changes that were not exported stop it, unless ``force``, which keeps
        them under refs/oko/saved/.  If a patch fails, the work tree stays as it was.  'adopting' is
        the tree that was just exported: it counts as not changed.
        """
        inputs = self.inputs(source)
        reasons = self.stamp.reasons(inputs)
        applied = self.repo.resolve(APPLIED)
        if not reasons and applied == self.stamp.result.get("head") and self.exists():
            head = self.repo.resolve("HEAD")
            if (not force and adopting is None) or (head == applied and not self.unexported()):
                return self._result(changed=False)
            reasons = ["--force"]
        if not reasons:
            reasons = ["the work tree is not as it was left"]
        overlay_commit = self.overlay_commit(source)
        # Also if a patch fails: the mended series is exported as what comes after this commit.
        self.repo.git("update-ref", STAGED, overlay_commit)
        self._apply_series(overlay_commit, series.load(self.layout, self.base))
        head = Repository(self.staging).line("rev-parse", "HEAD")
        self._move_to(head, force=force or adopting is not None)
        self.repo.git("update-ref", OVERLAY, overlay_commit)
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

    def adopt(self, source: upstream.Source, work: str) -> Applied:
        """After an export: rename the work tree's state to what 'apply' makes of the checkout.

        'work' is the tree that was exported.  Raises OkoError if what was written does not give it.
        """
        done = self.apply(source, adopting=work)
        if any(not is_generated(path) for path in self.repo.changed(work, done.tree)):
            raise OkoError(
                "what was written to the checkout does not give the work tree back:\n"
                f"  work tree         {work}\n"
                f"  from the checkout {done.tree}",
                f"git diff {work} {done.tree} in {self.layout.relative(self.path)} shows how they "
                "differ; the work tree's state is kept in refs/oko/saved/",
            )
        return done

    def finished_staging(self) -> Repository:
        """Return the staging folder, if the series was applied in it to the end."""
        if not (self.staging / ".git").is_file():
            raise OkoError("there is no staging folder: no patch has failed",
                           "./inv patches.export writes the work tree back")
        stage = Repository(self.staging)
        if (self.layout.base(self.base.name) / "port.json").exists():
            raise OkoError(
                f"a port to {self.base.name} is not at its end",
                f"./inv patches.port --to {self.base.name} --resume",
            )
        if (Path(stage.line("rev-parse", "--absolute-git-dir")) / "rebase-apply").exists():
            raise OkoError(
                f"the series is not applied to its end in {self.layout.relative(self.staging)}",
                "resolve the conflicts there, git add FILES, git am --continue",
            )
        return stage

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

    def history(self, start: str, patches: series.Series) -> list[str]:
        """Apply 'patches' on top of the commit 'start', and return the commits."""
        self._apply_series(start, patches)
        return self.repo.commits(start, Repository(self.staging).line("rev-parse", "HEAD"))

    def _apply_series(self, start: str, patches: series.Series) -> None:
        """Apply 'patches' on top of 'start' in the staging folder, whose HEAD it ends with."""
        stage = self.stage_at(start)
        if not patches.names:
            return
        done = stage.git(
            "am", "-q", "--3way", "--keep-non-patch", "--keep-cr", "--no-gpg-sign",
            "--committer-date-is-author-date", *patches.paths(), check=False,
        )
        if done.code:
            raise self._patch_failed(stage, patches, start, done.stdout + done.stderr)

    def stage_at(self, commit: str) -> Repository:
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
        where = failed_hunks(
            self._plain_reasons(stage, patches.folder / name) + output, patches.folder / name
        )
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

    def _plain_reasons(self, stage: Repository, patch: Path) -> str:
        """Return what git says of 'patch' without --3way, whose own errors name no hunk."""
        index = stage.git_dir() / "oko-reason-index"
        env = {"GIT_INDEX_FILE": str(index)}
        try:
            stage.git("read-tree", "HEAD", env=env)
            return stage.git("apply", "--cached", "--check", patch, env=env, check=False).stderr
        finally:
            index.unlink(missing_ok=True)

    # Moving the work tree there.

    def _move_to(self, head: str, *, force: bool) -> None:
        repo = self.repo
        if not self.exists():
            repo.git("update-ref", f"refs/heads/{BRANCH}", head)
            repo.git("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
            repo.git("reset", "-q", "--hard", head)
            return
        old = repo.line("rev-parse", "HEAD")
        now = repo.work_tree_id()
        branch, tree = head, repo.tree_of(head)
        if now != tree:
            self.require_no_operation()
            changes = self.unexported()
            if changes and force:
                self._save(old, now)
            elif changes:
                branch, tree = self._carry(old, now, head, changes)
        # Into the index first what the files are now; then the two-tree merge touches only files
        # that differ, and all others keep their times, for make.
        repo.git("add", "-A", ".")
        repo.git("read-tree", "-m", "-u", now, tree)
        repo.git("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
        repo.git("update-ref", f"refs/heads/{BRANCH}", branch)
        if tree != repo.tree_of(branch):
            repo.git("reset", "-q", "--mixed", check=False)

    def _save(self, old: str, now: str) -> None:
        """Keep the tree 'now', on top of 'old', under a name of its own."""
        name = f"refs/oko/saved/{time.strftime('%Y%m%d-%H%M%S')}"
        saved = self.repo.commit_tree(now, "Work that 'patches.apply --force' put aside\n", old)
        self.repo.git("update-ref", name, saved)
        console.note(
            f"the changes of {self.layout.relative(self.path)} were put aside: git show {name}"
        )

    def _carry(self, old: str, now: str, head: str, changes: list[str]) -> tuple[str, str]:
        """Bring the user's commits and loose changes over to 'head'.

        Returns the commit for the branch and the tree for the files.  Raises OkoError, with nothing
        changed, if they conflict with what is new in the checkout.
        """
        repo = self.repo
        applied = repo.resolve(APPLIED)
        conflict = OkoError(
            f"the work tree {self.layout.relative(self.path)} has changes that are not in the "
            "overlay or in a patch, and that do not go together with what is new in the "
            "checkout:\n"
            + "\n".join(f"  {line}" for line in changes[:15])
            + (f"\n  … {len(changes) - 15} more" if len(changes) > 15 else ""),
            "take the checkout back to where it was, './inv patches.export' the changes, and merge "
            "with ordinary git",
            "or './inv patches.apply --force': it puts the changes aside under refs/oko/saved/ and "
            "takes the checkout's state",
        )
        if applied is None or repo.git(
            "merge-base", "--is-ancestor", applied, old, check=False
        ).code:
            raise conflict      # patches were rewritten: there is no telling which is newer
        branch = head
        if applied != old:
            stage = Repository(self.staging)
            picked = stage.git("cherry-pick", "--allow-empty", f"{applied}..{old}", check=False)
            if picked.code:
                stage.git("cherry-pick", "--abort", check=False)
                raise conflict
            branch = stage.line("rev-parse", "HEAD")
        tree = repo.tree_of(branch)
        if now != repo.tree_of(old):
            # Both as children of 'old', so that this is what git merges from.
            ours = repo.commit_tree(tree, "new\n", old)
            theirs = repo.commit_tree(now, "loose\n", old)
            merged = repo.git("merge-tree", "--write-tree", ours, theirs, check=False)
            if merged.code:
                raise conflict
            tree = merged.stdout.split()[0]
        console.note(f"carried {len(changes)} changes that are not exported over", style="yellow")
        return branch, tree


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
