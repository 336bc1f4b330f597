"""Bases: which one a host gets, and what another host is told."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest
from toolkit_project import UPSTREAM, tree_id

from oko_build import config, doctor, host, layout, root, upstream
from oko_build.errors import OkoError


@pytest.fixture
def bases(monkeypatch: pytest.MonkeyPatch) -> config.Upstream:
    """The project's own bases, with nothing chosen in the environment."""
    monkeypatch.delenv("OKO_BASE", raising=False)
    return config.load(layout.here())


def _be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    release = tmp_path / "os-release"
    release.write_text(text)
    monkeypatch.setattr(host, "OS_RELEASE", release)


DEBIAN_12 = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'
DEBIAN_13 = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nID=debian\n'
OTHER = 'NAME=Other\nPRETTY_NAME="Other Linux 7"\nID="other"\nVERSION_ID=7\n'


@pytest.mark.parametrize(
    ("text", "name", "clang"), [(DEBIAN_12, "3.1", "clang-14"), (DEBIAN_13, "3.5", "clang-19")]
)
def test_host_chooses_base_and_compiler(
    bases: config.Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, name: str,
    clang: str,
) -> None:
    _be(monkeypatch, tmp_path, text)
    base = bases.base()
    assert base.name == name
    bases.require_host(base)
    assert clang in [need.package for need in doctor.here()]


def test_named_base_goes_before_the_host_s(
    bases: config.Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _be(monkeypatch, tmp_path, DEBIAN_13)
    assert bases.base("3.1").name == "3.1"
    monkeypatch.setenv("OKO_BASE", "3.1")
    assert bases.base().name == "3.1"
    assert bases.base("3.5").name == "3.5"
    monkeypatch.setenv("OKO_BASE", "2.5")
    with pytest.raises(OkoError, match=r"no base '2.5' in upstream.toml: there are 3.1, 3.5"):
        bases.base()


def test_base_of_another_debian_is_not_built(
    bases: config.Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _be(monkeypatch, tmp_path, DEBIAN_13)
    with pytest.raises(OkoError) as caught:
        bases.require_host(bases.base("3.1"))
    assert "the base 3.1 is built on Debian 12, and this is Debian GNU/Linux 13" in str(
        caught.value
    )
    assert "./inv root 3.1 -- CMD" in str(caught.value)


@pytest.mark.parametrize("text", [OTHER, "ID=debian\n", "", "no line of it has the form\n"])
def test_other_system_is_told_the_way_on(
    bases: config.Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    _be(monkeypatch, tmp_path, text)
    base = bases.base()
    with pytest.raises(OkoError) as caught:
        bases.require_host(base)
    assert "bases are for Debian 12 (3.1), Debian 13 (3.5)" in str(caught.value)
    assert "docker/README.md" in str(caught.value)
    # Who names one takes the risk.
    monkeypatch.setenv("OKO_BASE", base.name)
    bases.require_host(base)


def test_no_os_release(
    bases: config.Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(host, "OS_RELEASE", tmp_path / "gone")
    assert host.system() == ""
    assert bases.base().name == bases.default


def test_source_is_a_folder_in_some_packages(tmp_path: Path) -> None:
    """As in Open vSwitch 3.5's package; a link to a folder is no source."""
    top = tmp_path / "package"
    tree_id(top / "usr/src/openvswitch", UPSTREAM)
    subprocess.run(["rm", "-r", top / "usr/src/openvswitch/.git"], check=True)
    (top / "DEBIAN").mkdir()
    (top / "DEBIAN/control").write_text(
        "Package: openvswitch-source\nVersion: 3.1.0-9\nArchitecture: all\n"
        "Maintainer: Nobody <nobody@example.invalid>\nDescription: a test\n"
    )
    package = tmp_path / "source.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--build", top, package], check=True,
        capture_output=True,
    )
    for name in ("out", "again"):
        (tmp_path / name).mkdir()
    found = upstream._unpack_package(package, "usr/src/openvswitch", tmp_path / "out")
    assert (found / "configure.ac").read_text() == UPSTREAM["configure.ac"]
    with pytest.raises(OkoError, match=r"holds no usr/src/other: is it the right package\?"):
        upstream._unpack_package(package, "usr/src/other", tmp_path / "again")


def test_each_base_has_folders_and_a_series_of_its_own(bases: config.Upstream) -> None:
    here = layout.here()
    folders = {here.base(name) for name in bases.bases}
    assert len(folders) == len(bases.bases)
    for base in bases.bases.values():
        assert base.series == f"patches/ovs/{base.name}"
        assert (here.root / base.series / "series").is_file()
    assert len({base.system for base in bases.bases.values()}) == len(bases.bases)


# Roots.


@pytest.fixture
def as_superuser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let making a root find a mmdebstrap that does as its own file 'how' says."""
    monkeypatch.setattr(root.os, "geteuid", lambda: 0)
    tool = tmp_path / "bin/mmdebstrap"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/calls\n. {tmp_path}/how\n')
    tool.chmod(0o755)
    (tmp_path / "how").write_text(
        'for a; do case $a in */root) mkdir "$a"; touch "$a/made";; esac; done\n'
    )
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/sbin:/usr/bin:/sbin:/bin")
    return tmp_path


def test_root_is_kept_and_made_anew_when_its_recipe_changes(
    bases: config.Upstream, as_superuser: Path
) -> None:
    here, base = layout.Layout(as_superuser / "checkout"), bases.bases["3.5"]
    calls = as_superuser / "calls"
    made = root.make(here, base)
    assert (made / "made").is_file()
    root.make(here, base)
    assert len(calls.read_text().splitlines()) == 1
    root.make(here, base, fresh=True)
    assert len(calls.read_text().splitlines()) == 2
    root.make(here, dataclasses.replace(base, suite="sid"))
    assert len(calls.read_text().splitlines()) == 3
    assert " sid " in calls.read_text().splitlines()[2]


def test_root_that_cannot_be_made_is_told_and_leaves_nothing(
    bases: config.Upstream, as_superuser: Path
) -> None:
    here, base = layout.Layout(as_superuser / "checkout"), bases.bases["3.5"]
    good = (as_superuser / "how").read_text()
    (as_superuser / "how").write_text(good + 'echo "E: no space left" >&2; exit 25\n')
    with pytest.raises(OkoError, match=r"cannot make a Debian 13 in .*: no space left"):
        root.make(here, base)
    assert not (root.folder(here, base) / "root").exists()
    (as_superuser / "how").write_text(good)
    assert (root.make(here, base) / "made").is_file()


def test_root_needs_mmdebstrap_and_root(
    bases: config.Upstream, as_superuser: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, base = layout.Layout(as_superuser / "checkout"), bases.bases["3.5"]
    with pytest.raises(OkoError, match=r"no command: expected for example './inv root 3.5 --"):
        root.enter(here, base, [])
    monkeypatch.setenv("PATH", str(as_superuser))
    with pytest.raises(OkoError, match="no mmdebstrap here"):
        root.make(here, base)
    monkeypatch.setattr(root.os, "geteuid", lambda: 1000)
    with pytest.raises(OkoError, match="needs root"):
        root.make(here, base)
