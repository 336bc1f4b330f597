"""The copy of the source that ``make`` reads.

Open vSwitch's build regenerates files that upstream ships (configure, Makefile.in) and runs checks
over a git repository when it finds one.  So it gets a copy without git, kept like the work tree by
content: a file is written only when it differs, and ``make`` rebuilds only what it must.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from oko_build import run
from oko_build.errors import OkoError
from oko_build.git import Entry, Repository
from oko_build.layout import Layout
from oko_build.stamps import Stamp, digest

GENERATED = (
    "configure", "configure~", "Makefile.in", "config.h.in", "config.h.in~", "aclocal.m4",
    "autom4te.cache/*", "build-aux/compile", "build-aux/config.guess", "build-aux/config.sub",
    "build-aux/depcomp", "build-aux/install-sh", "build-aux/ltmain.sh", "build-aux/missing",
    "build-aux/py-compile", "build-aux/test-driver", "m4/libtool.m4", "m4/lt*.m4",
    "tests/testsuite", "tests/*-testsuite",
)
"""What autotools make of other files.  Never part of a patch: each build makes its own."""

_AUTOTOOLS = ("configure.ac", "*.am", "*.mk", "acinclude.m4", "m4/*.m4", "package.m4")
_GENERATED_MK = ("manpages.mk",)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A synced copy."""

    path: Path
    tree: str
    written: int


def sync(repo: Repository, tree: str, pristine: str, to: Path) -> Copy:
    """Make the folder 'to' hold the files of 'tree', and leave alone those that it has already.

    'pristine' is upstream's tree or commit.  A copy made from nothing has its changed files newer
    than all others, so that make regenerates what upstream ships ready-made from them.
    """
    stamp = Stamp(to.with_name(f"{to.name}.json"))
    old = stamp.result.get("tree")
    if old == tree and to.is_dir():
        return Copy(path=to, tree=tree, written=0)
    now = time.time()
    # While it is between two states, no stamp vouches for it.
    stamp.remove()
    if old is not None and to.is_dir() and repo.has(old):
        changes = repo.changed(old, tree)
        for path, letter in changes.items():
            if letter == "D":
                (to / path).unlink(missing_ok=True)
        target = repo.entries(tree)
        _write(repo, [target[path] for path in changes if path in target], to, now)
        written = len(changes)
    else:
        shutil.rmtree(to, ignore_errors=True)
        autotools_stamp(to).remove()
        target, shipped = repo.entries(tree), repo.entries(pristine)
        same = [entry for path, entry in target.items() if shipped.get(path) == entry]
        other = [entry for path, entry in target.items() if shipped.get(path) != entry]
        _write(repo, same, to, now - 60)
        _write(repo, other, to, now)
        written = len(target)
    stamp.write({}, {"tree": tree})
    return Copy(path=to, tree=tree, written=written)


def _write(repo: Repository, entries: list[Entry], to: Path, mtime: float) -> None:
    """Write 'entries', all with one time, so that none of them is newer than another."""
    contents = repo.blobs(entries)
    for entry in entries:
        data = contents[entry.path]
        file = to / entry.path
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file)
        else:
            file.unlink(missing_ok=True)
        if entry.mode == "120000":
            file.symlink_to(os.fsdecode(data))
        else:
            file.write_bytes(data)
            file.chmod(0o755 if entry.mode == "100755" else 0o644)
            os.utime(file, (mtime, mtime))


def is_generated(path: str) -> bool:
    """Whether 'path' of the tree is made by autotools."""
    return any(fnmatch(path, pattern) for pattern in GENERATED)


def autotools_stamp(copy: Path) -> Stamp:
    """Return the stamp that says from what the configure in 'copy' was made, if not by upstream."""
    return Stamp(copy.with_name(f"{copy.name}.autotools.json"))


def autotools_key(entries: dict[str, Entry]) -> str:
    """Return the digest of what configure and the Makefile.in are generated from."""
    relevant = sorted(
        f"{entry.path} {entry.blob}"
        for entry in entries.values()
        if any(fnmatch(entry.path, pattern) for pattern in _AUTOTOOLS)
        and entry.path not in _GENERATED_MK
        and not is_generated(entry.path)
    )
    return digest("\n".join(relevant).encode())


def regenerate(layout: Layout, repo: Repository, copy: Copy, pristine: str) -> bool:
    """Run autoreconf in 'copy' if what configure is made from is not as upstream shipped it.

    Files that come out as they were keep their times.  Returns whether it ran.
    """
    entries = repo.entries(copy.tree)
    shipped = repo.entries(pristine)
    key = autotools_key(entries)
    stamp = autotools_stamp(copy.path)
    if "configure" in shipped and key == autotools_key(shipped) and not stamp.exists:
        return False
    if stamp.result.get("key") == key and (copy.path / "configure").is_file():
        return False
    if shutil.which("autoreconf") is None:
        raise OkoError(
            "a change to a *.am, *.mk or *.ac file needs autoconf, automake and libtool, and "
            "autoreconf is not here",
            "./inv doctor --install",
        )
    before = {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in _generated(copy.path)
    }
    # Half-done, it has to be done again.
    stamp.write({}, {"key": "under way"})
    run.step(
        ["autoreconf", "--install", "--force"],
        cwd=copy.path, title="autoreconf", log=layout.log("autoreconf"),
        env={"GIT_DIR": os.devnull},
    )
    for path, (data, mtime) in before.items():
        if path.is_file() and path.read_bytes() == data:
            os.utime(path, ns=(mtime, mtime))
    stamp.write({}, {"key": key})
    return True


def _generated(folder: Path) -> list[Path]:
    names = ("configure", "aclocal.m4", "config.h.in", "Makefile.in", "*/Makefile.in",
             "build-aux/*", "m4/*.m4")
    return [path for name in names for path in folder.glob(name) if path.is_file()]
