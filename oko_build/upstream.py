"""Brings the pinned Open vSwitch source here, and into the work tree's history."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from oko_build import console
from oko_build.config import Base
from oko_build.errors import CommandFailed, OkoError
from oko_build.git import Repository
from oko_build.layout import Layout
from oko_build.run import capture
from oko_build.stamps import Stamp

PRISTINE = "refs/oko/pristine"
"""The commit of the source that the work tree is based on now."""
_EXCLUDE = "*~\n.*.sw?\n*.orig\n*.rej\n*.o\n*.pyc\n/autom4te.cache/\n"


@dataclass(frozen=True, kw_only=True)
class Source:
    """An upstream source that was imported."""

    kind: str           # "pinned", "newer" or "tree"
    what: str           # for people: the package and its revision, or a path
    version: str
    tree: str
    commit: str


def repository(layout: Layout, base: Base) -> Repository:
    """Return the repository of the work tree of ``base``; made if it is not there."""
    path = layout.base(base.name) / "src"
    if not (path / ".git").is_dir():
        path.mkdir(parents=True, exist_ok=True)
        repo = Repository(path)
        repo.git("init", "-q")
    # Litter is no change; .rej files are looked for by name.
    exclude = path / ".git/info/exclude"
    if not exclude.is_file() or exclude.read_text(encoding="utf-8") != _EXCLUDE:
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text(_EXCLUDE, encoding="utf-8")
    return Repository(path)


def stamp(layout: Layout, base: Base) -> Stamp:
    """Return the stamp that says which source was imported."""
    return Stamp(layout.base(base.name) / "source.json")


def current(layout: Layout, base: Base) -> Source | None:
    """Return the source that was imported, or None if there is none."""
    known = stamp(layout, base)
    repo_path = layout.base(base.name) / "src"
    if not known.exists or not (repo_path / ".git").is_dir():
        return None
    if Repository(repo_path).resolve(PRISTINE) != known.result.get("commit"):
        return None
    if known.inputs.get("pin") != pin(base) and known.result.get("kind") == "pinned":
        return None
    return Source(**known.result)


def pin(base: Base) -> str:
    """Return the pin of ``base`` in one word."""
    return f"{base.package}={base.revision} {base.sha256} {base.tree}"


def fetch(
    layout: Layout,
    base: Base,
    *,
    offline: bool = False,
    newer: bool = False,
    mirror: str | None = None,
    tree: str | None = None,
) -> Source:
    """Make sure that the source of ``base`` is here, checked and imported, and return it.

    Looks in the cache, then in the folder ``mirror``, then asks apt unless ``offline``.  ``newer``
    takes a later Debian revision of the same upstream version; ``tree`` the user's own folder or
    tarball.
    """
    if tree is not None:
        if newer or mirror:
            raise OkoError("--tree brings the source itself: leave out --newer and --mirror")
        return _from_tree(layout, base, Path(tree).expanduser().absolute())
    if newer:
        return _newer(layout, base, offline=offline)
    known = current(layout, base)
    if known is not None and known.kind == "pinned":
        return known
    package = _pinned_package(layout, base, offline=offline, mirror=mirror)
    return _import_package(layout, base, package, kind="pinned", revision=base.revision)


# The package file.


def check_package(path: Path, base: Base) -> None:
    """Raise OkoError unless ``path`` is the very file that ``base`` pins."""
    size = path.stat().st_size
    with path.open("rb") as file:
        got = hashlib.file_digest(file, "sha256").hexdigest()
    if size == base.size and got == base.sha256:
        return
    aside = path.with_name(f"{path.name}.wrong-{got[:12]}")
    path.replace(aside)
    raise OkoError(
        f"{path.name} is not the file that upstream.toml pins:\n"
        f"  expected sha256 {base.sha256}, {base.size} bytes\n"
        f"  got      sha256 {got}, {size} bytes",
        f"it was not used, and lies in {aside} for you to look at",
        "run the command again: it downloads the file anew",
        "if the archive itself has another file under this name, do not trust it: compare with a "
        "second mirror before you change the pin",
    )


def _pinned_package(
    layout: Layout, base: Base, *, offline: bool, mirror: str | None
) -> Path:
    cached = layout.downloads / base.filename
    layout.downloads.mkdir(parents=True, exist_ok=True)
    if cached.is_file():
        check_package(cached, base)
        return cached
    tried = [f"{cached}: not there"]
    mirror = mirror or os.environ.get("OKO_MIRROR")
    if mirror:
        candidate = _mirror_folder(mirror) / base.filename
        if candidate.is_file():
            _copy(candidate, cached)
            check_package(cached, base)
            console.note(f"took {base.filename} from {candidate.parent}")
            return cached
        tried.append(f"{candidate}: not there")
    if offline:
        raise OkoError(
            f"the source of Open vSwitch {base.version} is not here, and --offline forbids to "
            "download it:\n" + "\n".join(f"  {line}" for line in tried),
            f"missing: {base.filename}, {base.size} bytes, sha256 {base.sha256}",
            "run './inv fetch' with a network, or put the file there by hand, or name a folder "
            "that has it with --mirror",
        )
    _download(layout, base.package, base.revision, cached, base)
    check_package(cached, base)
    return cached


def _mirror_folder(text: str) -> Path:
    url = urlparse(text)
    if url.scheme == "file":
        return Path(unquote(url.path))
    if url.scheme and "://" in text:
        raise OkoError(f"--mirror: expected a folder or a file:// URL, got {text!r}")
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise OkoError(f"--mirror: {folder} is not a folder")
    return folder


def _copy(source: Path, target: Path) -> None:
    # Under its name only when whole: an interruption leaves no half file in the cache.
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)


# apt.


def _apt_versions(package: str) -> list[str]:
    listing = capture(["apt-cache", "madison", package], check=False).stdout
    rows = [line.split("|") for line in listing.splitlines()]
    return [row[1].strip() for row in rows if len(row) > 2]


def _refresh_lists() -> None:
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    console.note("asking apt for fresh package lists")
    capture([*prefix, "apt-get", "update", "-q"], check=False, echo=True, timeout=300)


def _offered(package: str, wanted: str | None) -> list[str]:
    if shutil.which("apt-get") is None:
        raise OkoError(
            "no apt-get here, and the source comes from Debian's archive",
            "put the package into the cache by hand, or use --mirror or --tree",
            "or work in the container: docker/README.md",
        )
    versions = _apt_versions(package)
    if not versions or (wanted is not None and wanted not in versions):
        _refresh_lists()
        versions = _apt_versions(package)
    return versions


def _download(layout: Layout, package: str, revision: str, target: Path, base: Base) -> None:
    versions = _offered(package, revision)
    if revision not in versions:
        offered = ", ".join(versions) or "none"
        raise OkoError(
            f"Debian's archive does not offer the pinned source any more:\n"
            f"  pinned  {package} {revision}\n"
            f"  offered {offered}",
            "'./inv fetch --newer' takes the offered revision if it is of the same upstream "
            f"version ({base.version}); the patches then tell whether they still apply",
            f"or put {target.name} into {layout.downloads}, or name a folder that has it with "
            "--mirror",
        )
    with tempfile.TemporaryDirectory(dir=layout.downloads) as folder:
        # apt's own user may not write here; as ourselves it can.
        command = ["apt-get", "download", "-q", f"{package}={revision}"]
        if os.geteuid() == 0:
            command[1:1] = ["-o", "APT::Sandbox::User=root"]
        try:
            capture(command, cwd=Path(folder), echo=True, timeout=600)
        except CommandFailed as error:
            raise OkoError(
                f"cannot download {package} {revision}:\n{error}",
                "check the network, then run the command again",
                f"or put {target.name} into {layout.downloads} and use --offline",
            ) from error
        found = list(Path(folder).glob("*.deb"))
        if len(found) != 1:
            raise OkoError(f"apt-get download left {len(found)} files, expected 1: {found}")
        found[0].replace(target)


def _newer(layout: Layout, base: Base, *, offline: bool) -> Source:
    if offline:
        raise OkoError("--newer has to ask the archive: it does not go with --offline")
    same = [
        version
        for version in _offered(base.package, None)
        if _upstream_part(version) == base.version
    ]
    if not same:
        raise OkoError(
            f"the archive offers no revision of {base.package} {base.version}",
            "there must be a base for another version in upstream.toml before it can be used",
        )
    revision = same[0]      # apt lists the newest first
    console.note(f"pinned  {base.package} {base.revision}")
    console.note(f"offered {base.package} {revision}")
    if revision == base.revision:
        console.note("the archive's newest is the pinned one")
        return fetch(layout, base)
    target = layout.downloads / base.filename.replace(base.revision, revision)
    layout.downloads.mkdir(parents=True, exist_ok=True)
    if not target.is_file():
        _download(layout, base.package, revision, target, base)
    console.note("not pinned: trusted because apt checked the archive's signature")
    return _import_package(layout, base, target, kind="newer", revision=revision)


def _upstream_part(version: str) -> str:
    return version.split(":", 1)[-1].rsplit("-", 1)[0]


# Into the history.


def _import_package(
    layout: Layout, base: Base, package: Path, *, kind: str, revision: str
) -> Source:
    folder = layout.base(base.name)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="unpack-") as name:
        unpacked = Path(name)
        top = _unpack_package(package, base.member, unpacked)
        return import_folder(
            layout, base, top, kind=kind, what=f"{base.package} {revision}",
            expected_tree=base.tree if kind == "pinned" else None,
        )


def _unpack_package(package: Path, member: str, into: Path) -> Path:
    """Unpack the source ``member`` of a Debian package, a folder or tarball; return its folder."""
    try:
        capture(["dpkg-deb", "--extract", package, into / "package"], timeout=120)
    except CommandFailed as error:
        raise OkoError(f"{package} is not a sound Debian package:\n{error}") from error
    found = into / "package" / member
    if found.is_dir() and not found.is_symlink():
        return found
    if not found.is_file():
        raise OkoError(f"{package.name} holds no {member}: is it the right package?")
    return _unpack_tar(found, into / "tree")


def _unpack_tar(tarball: Path, into: Path) -> Path:
    into.mkdir()
    # Not tarfile: Debian 12's Python cannot yet be told to keep within the folder; GNU tar does so.
    options = ["--no-same-owner", "--no-same-permissions"]
    try:
        capture(["tar", *options, "-C", into, "-xf", tarball], timeout=300)
    except CommandFailed as error:
        raise OkoError(f"cannot unpack {tarball}:\n{error.tail}") from error
    tops = list(into.iterdir())
    if len(tops) != 1 or not tops[0].is_dir():
        raise OkoError(f"{tarball.name}: expected one top folder, got {len(tops)}")
    return tops[0]


def version_of(tree: Path) -> str:
    """Return the version that the Open vSwitch source in ``tree`` says it is."""
    try:
        text = (tree / "configure.ac").read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise OkoError(f"{tree} is no Open vSwitch source: it has no configure.ac") from error
    found = re.search(r"AC_INIT\(\s*\[?openvswitch\]?\s*,\s*\[?([^],\s)]+)", text)
    if not found:
        raise OkoError(f"{tree}/configure.ac is not Open vSwitch's: no AC_INIT(openvswitch, …)")
    return found[1]


def _from_tree(layout: Layout, base: Base, path: Path) -> Source:
    if not path.exists():
        raise OkoError(f"--tree: {path} does not exist")
    if path.is_dir():
        version_of(path)        # before a folder is copied that may be anything
        if layout.base(base.name).is_relative_to(path):
            raise OkoError(f"--tree: {path} holds this checkout's own build folder")
    folder = layout.base(base.name)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="unpack-") as name:
        if path.is_dir():
            top = Path(name) / "tree"
            _copy_tree(path, top)
        else:
            top = _unpack_tar(path, Path(name) / "tree")
        return import_folder(layout, base, top, kind="tree", what=str(path), expected_tree=None)


def _copy_tree(source: Path, to: Path) -> None:
    """Copy the user's source; of a clone only what git tracks, so no built file comes along."""
    if not (source / ".git").exists():
        shutil.copytree(source, to, symlinks=True)
        return
    for name in Repository(source).git("ls-files", "-z").stdout.split("\0")[:-1]:
        file = source / name
        if not os.path.lexists(file):       # deleted, and that not yet committed
            continue
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target, follow_symlinks=False)


def import_folder(
    layout: Layout, base: Base, top: Path, *, kind: str, what: str, expected_tree: str | None
) -> Source:
    """Make the files in ``top`` the pristine commit of the work tree's repository."""
    version = version_of(top)
    if version != base.version:
        raise OkoError(
            f"{what} is Open vSwitch {version}; the base {base.name!r} has patches for "
            f"{base.version}",
            f"there is a series for: {', '.join(_bases_with_series(layout))}",
        )
    repo = repository(layout, base)
    index = repo.git_dir() / "oko-import-index"
    index.unlink(missing_ok=True)
    env = {"GIT_INDEX_FILE": str(index), "GIT_DIR": str(repo.git_dir()), "GIT_WORK_TREE": str(top)}
    try:
        Repository(top).git("add", "-A", "-f", ".", env=env)
        tree = repo.line("write-tree", env={"GIT_INDEX_FILE": str(index)})
    finally:
        index.unlink(missing_ok=True)
    if expected_tree is not None and tree != expected_tree:
        raise OkoError(
            f"the unpacked source of {what} is not the one that upstream.toml pins:\n"
            f"  expected tree {expected_tree}\n"
            f"  got      tree {tree}",
            "the package's sha256 was right: the pins contradict each other, or unpacking lost "
            "something (links, file modes) on this file system",
        )
    commit = repo.commit_tree(
        tree,
        f"Import Open vSwitch {version}\n\nThe source as it came, from {_origin(kind, what)}.\n",
    )
    known = stamp(layout, base)
    known.remove()
    repo.git("update-ref", PRISTINE, commit)
    source = Source(kind=kind, what=what, version=version, tree=tree, commit=commit)
    known.write({"pin": pin(base)}, dict(vars(source)))
    return source


def _bases_with_series(layout: Layout) -> list[str]:
    folder = layout.root / "patches/ovs"
    return sorted(path.parent.name for path in folder.glob("*/series"))


def _origin(kind: str, what: str) -> str:
    # A path would make the commit's id differ from machine to machine.
    return "a folder or tarball of the user's" if kind == "tree" else f"Debian's {what}"
