"""Git as the toolkit uses it: deaf to the user's configuration, so that ids come out the same."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oko_build.run import Argument, Result, capture

IDENTITY = ("Oko toolkit", "toolkit@oko.invalid")
DATE = "2023-02-28T00:00:00+0000"
"""When the toolkit's own commits are said to be made: fixed, so that ids are too."""

_CONFIG = {
    "advice.detachedHead": "false",
    "am.keepcr": "true",
    "apply.whitespace": "nowarn",
    "commit.gpgsign": "false",
    "core.abbrev": "40",
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.fileMode": "true",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "true",
    "diff.noprefix": "false",
    "gc.auto": "0",
    "init.defaultBranch": "oko",
    "safe.directory": "*",
}


def environment() -> dict[str, str]:
    """Return what makes git ignore the configuration, identity and repository around it."""
    name, mail = IDENTITY
    env = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": mail,
        "GIT_AUTHOR_DATE": DATE,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": mail,
        "GIT_COMMITTER_DATE": DATE,
        "GIT_EDITOR": "true",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_CONFIG_COUNT": str(len(_CONFIG)),
    }
    for index, (key, value) in enumerate(_CONFIG.items()):
        env[f"GIT_CONFIG_KEY_{index}"] = key
        env[f"GIT_CONFIG_VALUE_{index}"] = value
    return env


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file of a tree."""

    mode: str
    blob: str
    path: str


@dataclass(frozen=True)
class Repository:
    """A repository that the toolkit owns, with its folder of files."""

    path: Path

    def git(
        self,
        *arguments: Argument,
        stdin: str | bytes | None = None,
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> Result:
        """Run one git command here."""
        return capture(
            ["git", *arguments],
            cwd=self.path,
            env={**environment(), **(env or {})},
            stdin=stdin,
            check=check,
        )

    def line(self, *arguments: Argument, env: Mapping[str, str] | None = None) -> str:
        """Return the one line that a git command prints."""
        return self.git(*arguments, env=env).stdout.strip()

    def resolve(self, name: str) -> str | None:
        """Return the id of the commit ``name``, or None if there is no such."""
        found = self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", check=False)
        return found.stdout.strip() if found.code == 0 else None

    def tree_of(self, name: str) -> str:
        """Return the id of the tree of the commit or tree ``name``."""
        return self.line("rev-parse", "--verify", f"{name}^{{tree}}")

    def entries(self, tree: str) -> dict[str, Entry]:
        """Return the files of ``tree`` by their paths."""
        listing = self.git("ls-tree", "-r", "-z", "--full-tree", tree).stdout
        return {entry.path: entry for entry in map(_entry, _records(listing))}

    def commits(self, since: str, until: str) -> list[str]:
        """Return the ids of the commits after ``since`` up to ``until``, oldest first."""
        return self.git("rev-list", "--reverse", f"{since}..{until}").stdout.split()

    def has(self, name: str) -> bool:
        """Whether there is an object ``name`` here."""
        return self.git("cat-file", "-e", name, check=False).code == 0

    def subject(self, commit: str) -> str:
        """Return the first line of the message of ``commit``."""
        return self.line("show", "-s", "--format=%s", commit)

    def changed(self, old: str, new: str) -> dict[str, str]:
        """Return the status letter (A, D, M, T) of each path that differs between two trees."""
        fields = _records(
            self.git("diff-tree", "-r", "-z", "--no-renames", "--name-status", old, new).stdout
        )
        return dict(zip(fields[1::2], fields[0::2], strict=True))

    def blobs(self, entries: Sequence[Entry]) -> dict[str, bytes]:
        """Return the contents of ``entries`` by path."""
        if not entries:
            return {}
        request = "".join(f"{entry.blob}\n" for entry in entries)
        output = self.git("cat-file", "--batch", stdin=request).stdout.encode(
            "utf-8", "surrogateescape"
        )
        contents: dict[str, bytes] = {}
        position = 0
        for entry in entries:
            end = output.index(b"\n", position)
            size = int(output[position:end].split()[2])
            contents[entry.path] = output[end + 1 : end + 1 + size]
            position = end + 1 + size + 1
        return contents

    def write_blob(self, data: bytes) -> str:
        """Store ``data`` and return its id."""
        return self.git("hash-object", "-w", "--stdin", stdin=data).stdout.strip()

    def commit_tree(self, tree: str, message: str, *parents: str) -> str:
        """Make a commit of the toolkit's own and return its id."""
        options = [option for parent in parents for option in ("-p", parent)]
        return self.git("commit-tree", tree, *options, "-F", "-", stdin=message).stdout.strip()

    def work_tree_id(self) -> str:
        """Return the id of the tree that the files here make up now, committed or not.

        Leaves the index as it is.  Files that git is told to ignore do not count.
        """
        index = self.git_dir() / "index"
        temporary = index.with_name("oko-index")
        if index.exists():
            temporary.write_bytes(index.read_bytes())
        else:
            temporary.unlink(missing_ok=True)
        env = {"GIT_INDEX_FILE": str(temporary)}
        try:
            self.git("add", "-A", ".", env=env)
            return self.line("write-tree", env=env)
        finally:
            temporary.unlink(missing_ok=True)

    def git_dir(self) -> Path:
        """Return the folder that holds the repository itself."""
        plain = self.path / ".git"
        return plain if plain.is_dir() else Path(self.line("rev-parse", "--absolute-git-dir"))


def _records(text: str) -> list[str]:
    return text.split("\0")[:-1]


def _entry(record: str) -> Entry:
    head, path = record.split("\t", 1)
    mode, _kind, blob = head.split(" ")
    return Entry(mode=mode, blob=blob, path=path)
