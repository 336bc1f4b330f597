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

_AUTOTOOLS = ("configure.ac", "*.am", "*.mk", "acinclude.m4", "m4/*.m4", "package.m4")
_GENERATED_MK = ("manpages.mk",)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A synced copy."""

    path: Path
    tree: str
    written: int


def sync(repo: Repository, tree: str, to: Path) -> Copy:
    """Make the folder 'to' hold the files of 'tree', and leave alone those that it has already."""
    stamp = Stamp(to.with_name(f"{to.name}.json"))
    target = repo.entries(tree)
    old = stamp.result.get("tree")
    if old == tree and to.is_dir():
        return Copy(path=to, tree=tree, written=0)
    trusted = stamp.exists and to.is_dir()
    gone: list[str] = []
    # While it is between two states, no stamp vouches for it.
    stamp.remove()
    if trusted and old is not None:
        changes = repo.changed(old, tree)
        gone = [path for path, letter in changes.items() if letter == "D"]
        wanted = [target[path] for path in changes if path in target]
    else:
        wanted = list(target.values())
        gone = _strangers(to, target)
    for path in gone:
        (to / path).unlink(missing_ok=True)
    written = _write(repo, wanted, to)
    stamp.write({}, {"tree": tree})
    return Copy(path=to, tree=tree, written=written + len(gone))


def _strangers(folder: Path, target: dict[str, Entry]) -> list[str]:
    """Return the files below 'folder' that 'target' does not have."""
    found = []
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if name not in target and (path.is_symlink() or not path.is_dir()):
            found.append(name)
    return found


def _write(repo: Repository, entries: list[Entry], to: Path) -> int:
    """Write those of 'entries' that differ; all get one time, so that none is 'newer'."""
    now = time.time()
    written = 0
    contents = repo.blobs(entries)
    for entry in entries:
        data = contents[entry.path]
        file = to / entry.path
        if _same(file, data, entry.mode):
            continue
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
            os.utime(file, (now, now))
        written += 1
    return written


def _same(file: Path, data: bytes, mode: str) -> bool:
    if mode == "120000":
        return file.is_symlink() and os.fsencode(os.readlink(file)) == data
    if file.is_symlink() or not file.is_file():
        return False
    executable = bool(file.stat().st_mode & 0o100)
    return executable == (mode == "100755") and file.read_bytes() == data


def autotools_key(entries: dict[str, Entry]) -> str:
    """Return the digest of what configure and the Makefile.in are generated from."""
    relevant = sorted(
        f"{entry.path} {entry.blob}"
        for entry in entries.values()
        if any(fnmatch(entry.path, pattern) for pattern in _AUTOTOOLS)
        and entry.path not in _GENERATED_MK
    )
    return digest("\n".join(relevant).encode())


def regenerate(layout: Layout, repo: Repository, copy: Copy, pristine: str) -> bool:
    """Run autoreconf in 'copy' if what configure is made from is not as upstream shipped it.

    Files that come out as they were keep their times.  Returns whether it ran.
    """
    entries = repo.entries(copy.tree)
    shipped = repo.entries(pristine)
    key = autotools_key(entries)
    stamp = Stamp(copy.path.with_name(f"{copy.path.name}.autotools.json"))
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
