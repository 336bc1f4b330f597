"""The checkout that the toolkit itself is in: its commit, and the files that belong to it."""

from __future__ import annotations

import os

# A machine that still has to get git runs the toolkit, too: say so when git is asked for.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

import git

from oko_build.errors import OkoError
from oko_build.layout import Layout

_ABBREV = 12    # hex digits: as many as the kernel's developers ask for


def commit(layout: Layout, *paths: str) -> str:
    """Return the commit that is checked out, '-dirty' if ``paths`` differ from it.

    That is 'unknown' outside of a repository, such as in files from an archive.
    """
    try:
        with git.Repo(layout.root) as repo:
            name = repo.head.commit.hexsha[:_ABBREV]
            changed = repo.git.status("--porcelain", "--", *paths)
    except (git.GitError, ValueError):      # ValueError: there is no commit yet
        return "unknown"
    return f"{name}-dirty" if changed else name


def tracked(layout: Layout) -> list[str]:
    """Return the paths of the files that git knows, relative to the root; raises OkoError."""
    try:
        with git.Repo(layout.root) as repo:
            listed: str = repo.git.ls_files("-z")
    except git.GitError as error:
        raise OkoError(
            f"expected a git repository in {layout.root}, whose files go into the image: {error}",
            "clone the project, rather than unpacking an archive of it",
        ) from error
    return listed.split("\0")[:-1]
