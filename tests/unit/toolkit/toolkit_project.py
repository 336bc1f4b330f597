"""A small upstream and a small project on it, with real git, tar and dpkg-deb."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from oko_build import config, host, upstream, worktree
from oko_build.layout import Layout

LINES = "".join(f"line {number}\n" for number in range(1, 31))
UPSTREAM = {
    "configure.ac": "AC_INIT(openvswitch, 3.1.0, bugs@example.invalid)\n",
    "configure": "#!/bin/sh\nexit 0\n",
    "lib/classifier.c": LINES,
    "lib/flow.c": LINES,
    "lib/automake.mk": "SOURCES = lib/classifier.c lib/flow.c\n",
    "debian/rules": "#!/usr/bin/make -f\n",
}
MEMBER = "usr/src/openvswitch/openvswitch.tar.gz"


@dataclass
class Project:
    """A checkout in a temporary folder."""

    layout: Layout
    archive: Path

    def config(self) -> config.Upstream:
        return config.load(self.layout)

    def base(self) -> config.Base:
        return self.config().base()

    def fetch(self, **options: object) -> upstream.Source:
        return upstream.fetch(self.layout, self.base(), **options)  # type: ignore[arg-type]

    def tree(self) -> worktree.WorkTree:
        return worktree.WorkTree(self.layout, self.config(), self.base())

    def apply(self, **options: bool) -> worktree.Applied:
        return self.tree().apply(self.fetch(), **options)

    def write(self, name: str, text: str) -> Path:
        path = self.layout.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def read(self, name: str) -> str:
        return (self.layout.root / name).read_text()

    @property
    def src(self) -> Path:
        return self.layout.base("3.1") / "src"

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the work tree."""
        path = self.src / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        """Run git as the user would in the work tree."""
        done = subprocess.run(
            ["git", *arguments], cwd=cwd or self.src, check=True, capture_output=True, text=True,
            env={**os.environ, **USER},
        )
        return done.stdout.strip()

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def add_patch(self, name: str, text: str, *, listed: bool = True) -> None:
        self.write(f"patches/ovs/3.1/{name}", text)
        if listed:
            series = self.layout.root / "patches/ovs/3.1/series"
            series.write_text(series.read_text() + f"{name}\n")

    def state(self) -> dict[str, bytes]:
        """Return all files that people keep: overlay, runtime and patches."""
        return {
            str(path.relative_to(self.layout.root)): path.read_bytes()
            for folder in ("patches", "overlay", "okobpf")
            for path in sorted((self.layout.root / folder).rglob("*"))
            if path.is_file()
        }

    def files(self) -> dict[str, bytes]:
        """Return the files of the work tree."""
        return {
            str(path.relative_to(self.src)): path.read_bytes()
            for path in sorted(self.src.rglob("*"))
            if path.is_file() and ".git" not in path.relative_to(self.src).parts
        }


USER = {
    "GIT_AUTHOR_NAME": "A User",
    "GIT_AUTHOR_EMAIL": "user@example.invalid",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+0000",
    "GIT_COMMITTER_NAME": "A User",
    "GIT_COMMITTER_EMAIL": "user@example.invalid",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}

PATCH = """\
From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
From: A User <user@example.invalid>
Date: Fri, 2 Jan 2026 03:04:05 +0000
Subject: [PATCH] classifier: Ask the program

A flow may name a program that has the last word.

diff --git a/lib/classifier.c b/lib/classifier.c
index 0dc0df5ffb39ae86cf75e2d9bd68e1a8c7d5d5f4..1111111111111111111111111111111111111111 100644
--- a/lib/classifier.c
+++ b/lib/classifier.c
@@ -8,7 +8,7 @@ line 7
 line 8
 line 9
 line 10
-line 11
+line eleven
 line 12
 line 13
 line 14
"""


def make_tarball(path: Path, files: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(f"openvswitch/{name}")
            info.size = len(text)
            info.mode = 0o755 if text.startswith("#!") else 0o644
            archive.addfile(info, io.BytesIO(text.encode()))


def make_package(folder: Path, into: Path, *, revision: str, files: dict[str, str]) -> Path:
    """Make a Debian package as openvswitch-source is one."""
    top = folder / f"package-{revision}"
    make_tarball(top / MEMBER, files)
    (top / "DEBIAN").mkdir()
    (top / "DEBIAN/control").write_text(
        f"Package: openvswitch-source\nVersion: {revision}\nArchitecture: all\n"
        "Maintainer: Nobody <nobody@example.invalid>\nDescription: a test\n"
    )
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"openvswitch-source_{revision}_all.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--build", str(top), str(target)], check=True,
        capture_output=True,
    )
    return target


def tree_id(folder: Path, files: dict[str, str]) -> str:
    """Return the git tree id of 'files', made by plain git."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    env = {**os.environ, **USER}
    for command in (["init", "-q"], ["add", "-A", "-f"]):
        subprocess.run(["git", *command], cwd=folder, env=env, check=True, capture_output=True)
    return subprocess.run(
        ["git", "write-tree"], cwd=folder, env=env, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pinned package, as a mirror would have it."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("no dpkg-deb: the pinned source is a Debian package")
    folder = tmp_path_factory.mktemp("archive")
    make_package(folder, folder / "mirror", revision="3.1.0-1", files=UPSTREAM)
    return folder


@pytest.fixture(scope="session")
def pristine_tree(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tree_id(tmp_path_factory.mktemp("tree"), UPSTREAM)


@pytest.fixture
def project(
    tmp_path: Path, archive: Path, pristine_tree: str, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A checkout with an overlay file, a runtime file and an empty series; the cache is filled."""
    for name in ("OKO_BASE", "OKO_DL_DIR", "OKO_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    package = next((archive / "mirror").glob("*.deb"))
    data = package.read_bytes()
    made = Project(Layout(tmp_path / "checkout"), archive / "mirror")
    made.write("upstream.toml", f"""\
default = "3.1"

[base."3.1"]
version = "3.1.0"
package = "openvswitch-source"
revision = "3.1.0-1"
architecture = "all"
size = {len(data)}
sha256 = "{hashlib.sha256(data).hexdigest()}"
member = "{MEMBER}"
tree = "{pristine_tree}"
series = "patches/ovs/3.1"
system = "{host.system()}"
suite = "bookworm"
dpdk = "22.11"
clang = "14"

[[overlay]]
from = "overlay/ovs"
to = "."

[[overlay]]
from = "okobpf/lib"
to = "lib/okobpf"
""")
    made.write("patches/ovs/3.1/series", "# in order\n")
    made.write("overlay/ovs/lib/filter-prog.c", "int filter_prog;\n")
    made.write("okobpf/lib/okobpf.h", "#define OKOBPF 1\n")
    made.layout.downloads.mkdir(parents=True)
    shutil.copy(package, made.layout.downloads)
    return made


@dataclass
class FakeApt:
    """apt-get and apt-cache of our own making, first on PATH."""

    folder: Path

    @property
    def calls(self) -> list[str]:
        log = self.folder / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def offer(self, *packages: Path) -> None:
        """Let these files be what the archive has."""
        rows = []
        for package in packages:
            name, revision, _ = package.name.split("_")
            rows.append(f"{name} | {revision} | file:/archive all Packages")
            shutil.copy(package, self.folder / "offered" / package.name)
        (self.folder / "rows").write_text("".join(f"{row}\n" for row in rows))


@pytest.fixture
def fake_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeApt:
    folder = tmp_path / "fake-apt"
    (folder / "offered").mkdir(parents=True)
    (folder / "rows").write_text("")
    scripts = {
        "apt-cache": f'echo "apt-cache $*" >>{folder}/calls\ncat {folder}/rows\n',
        "sudo": 'while [ "${1#-}" != "$1" ]; do shift; done\nexec "$@"\n',
        "apt-get": f"""\
echo "apt-get $*" >>{folder}/calls
for last; do :; done
case " $* " in
*" download "*) cp {folder}/offered/"$(echo "$last" | tr = _)"_all.deb . ;;
esac
""",
    }
    for name, text in scripts.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{text}")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return FakeApt(folder)
