"""The source comes from the cache, a mirror or apt, and only if it is the pinned one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from toolkit_project import UPSTREAM, FakeApt, Project, make_package, make_tarball

from oko_build.errors import OkoError


def cached(project: Project) -> Path:
    return project.layout.downloads / project.base().filename


def test_pinned_source_has_the_pinned_tree(project: Project, pristine_tree: str) -> None:
    source = project.fetch(offline=True)
    assert (source.kind, source.tree, source.version) == ("pinned", pristine_tree, "3.1.0")


def test_second_fetch_needs_nothing_at_all(project: Project) -> None:
    first = project.fetch(offline=True)
    shutil.rmtree(project.layout.downloads)
    assert project.fetch(offline=True) == first


def test_commit_is_the_same_after_everything_is_deleted(project: Project) -> None:
    first = project.fetch()
    shutil.rmtree(project.layout.base("3.1"))
    assert project.fetch().commit == first.commit


def test_wrong_hash_is_told_and_the_file_is_never_used(project: Project) -> None:
    data = bytearray(cached(project).read_bytes())
    data[len(data) // 2] ^= 1
    cached(project).write_bytes(data)
    with pytest.raises(OkoError) as caught:
        project.fetch(offline=True)
    text = str(caught.value)
    assert f"expected sha256 {project.base().sha256}" in text
    assert "got      sha256" in text
    assert not cached(project).exists()
    assert len(list(project.layout.downloads.glob("*.wrong-*"))) == 1
    assert not (project.src / ".git").exists()


def test_wrong_hash_of_a_download_is_refused(
    project: Project, fake_apt: FakeApt, tmp_path: Path
) -> None:
    cached(project).unlink()
    fake_apt.offer(
        make_package(tmp_path, tmp_path / "evil", revision="3.1.0-1",
                     files={**UPSTREAM, "lib/flow.c": "evil\n"})
    )
    with pytest.raises(OkoError, match="is not the file that"):
        project.fetch()
    assert not cached(project).exists()


def test_truncated_file_is_refused(project: Project) -> None:
    cached(project).write_bytes(cached(project).read_bytes()[:100])
    with pytest.raises(OkoError, match="100 bytes"):
        project.fetch(offline=True)


def test_offline_says_what_is_missing_and_asks_nobody(
    project: Project, fake_apt: FakeApt
) -> None:
    cached(project).unlink()
    with pytest.raises(OkoError) as caught:
        project.fetch(offline=True)
    assert project.base().filename in str(caught.value)
    assert project.base().sha256 in str(caught.value)
    assert fake_apt.calls == []


def test_apt_brings_what_the_cache_lacks(
    project: Project, fake_apt: FakeApt, pristine_tree: str
) -> None:
    cached(project).unlink()
    fake_apt.offer(next(project.archive.glob("*.deb")))
    assert project.fetch().tree == pristine_tree
    assert cached(project).is_file()
    assert any("download" in call for call in fake_apt.calls)


@pytest.mark.parametrize("as_url", [False, True])
def test_mirror_is_asked_before_apt(project: Project, fake_apt: FakeApt, as_url: bool) -> None:
    cached(project).unlink()
    mirror = project.archive.as_uri() if as_url else str(project.archive)
    assert project.fetch(mirror=mirror, offline=True).kind == "pinned"
    assert fake_apt.calls == []


def test_mirror_must_be_a_folder(project: Project) -> None:
    cached(project).unlink()
    with pytest.raises(OkoError, match="file:// URL"):
        project.fetch(mirror="https://example.invalid/x")


def test_superseded_pin_names_both_revisions(
    project: Project, fake_apt: FakeApt, tmp_path: Path
) -> None:
    cached(project).unlink()
    fake_apt.offer(
        make_package(tmp_path, tmp_path / "new", revision="3.1.0-2", files=UPSTREAM)
    )
    with pytest.raises(OkoError) as caught:
        project.fetch()
    assert "pinned  openvswitch-source 3.1.0-1" in str(caught.value)
    assert "offered 3.1.0-2" in str(caught.value)
    assert "--newer" in str(caught.value)


def test_newer_takes_the_offered_revision(
    project: Project, fake_apt: FakeApt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {**UPSTREAM, "lib/flow.c": "mended\n"}
    fake_apt.offer(make_package(tmp_path, tmp_path / "new", revision="3.1.0-2", files=files))
    source = project.fetch(newer=True)
    assert (source.kind, source.what) == ("newer", "openvswitch-source 3.1.0-2")
    said = capsys.readouterr().err
    assert "pinned  openvswitch-source 3.1.0-1" in said
    assert "offered openvswitch-source 3.1.0-2" in said
    # It stays in use until a fetch without the flag goes back to the pin.
    assert project.fetch().kind == "pinned"


def test_newer_refuses_another_upstream_version(
    project: Project, fake_apt: FakeApt, tmp_path: Path
) -> None:
    fake_apt.offer(
        make_package(tmp_path, tmp_path / "new", revision="3.2.0-1", files=UPSTREAM)
    )
    with pytest.raises(OkoError, match=r"no revision of openvswitch-source 3\.1\.0"):
        project.fetch(newer=True)


def test_right_package_with_another_tree_is_refused(project: Project) -> None:
    text = project.read("upstream.toml")
    project.write("upstream.toml", text.replace(project.base().tree, "0" * 40))
    with pytest.raises(OkoError, match=f"expected tree {'0' * 40}"):
        project.fetch()


def test_own_tree_as_a_folder_a_clone_and_a_tarball(
    project: Project, tmp_path: Path, pristine_tree: str
) -> None:
    folder = tmp_path / "mine"
    for name, text in UPSTREAM.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    tarball = tmp_path / "mine.tar.gz"
    make_tarball(tarball, UPSTREAM)
    assert project.fetch(tree=str(folder)).tree == pristine_tree
    assert project.fetch(tree=str(tarball)).tree == pristine_tree
    project.git("init", "-q", cwd=folder)
    project.git("add", "-A", "-f", cwd=folder)
    (folder / "lib/flow.o").write_bytes(b"\x7fELF")
    assert project.fetch(tree=str(folder)).tree == pristine_tree


def test_own_tree_of_another_version_names_the_series_there_are(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/configure.ac").write_text("AC_INIT([openvswitch], [3.5.0], [x])\n")
    with pytest.raises(OkoError) as caught:
        project.fetch(tree=str(tmp_path / "other"))
    assert "is Open vSwitch 3.5.0" in str(caught.value)
    assert "there is a series for: 3.1" in str(caught.value)


def test_own_tree_that_is_no_open_vswitch(project: Project, tmp_path: Path) -> None:
    with pytest.raises(OkoError, match=r"no configure\.ac"):
        project.fetch(tree=str(tmp_path))
    with pytest.raises(OkoError, match="does not exist"):
        project.fetch(tree=str(tmp_path / "nowhere"))


def test_tarball_cannot_write_outside(project: Project, tmp_path: Path) -> None:
    make_tarball(tmp_path / "evil.tar.gz", {"../../escaped": "x", **UPSTREAM})
    with pytest.raises(OkoError, match=r"cannot unpack|expected one top folder"):
        project.fetch(tree=str(tmp_path / "evil.tar.gz"))
    assert not list(tmp_path.rglob("escaped"))


def test_damaged_tarball_is_told(project: Project, tmp_path: Path) -> None:
    make_tarball(tmp_path / "cut.tar.gz", UPSTREAM)
    data = (tmp_path / "cut.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(data[: len(data) // 2])
    with pytest.raises(OkoError, match="cannot unpack"):
        project.fetch(tree=str(tmp_path / "cut.tar.gz"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('sha256 = "', 'sha256 = "x', "expected 64 hexadecimal digits"),
        ("size = ", 'size = "1" #', "size: expected int"),
        ('series = "', 'series = "/etc/', "expected a path below the root"),
        ('to = "."', 'to = "../.."', "expected a path below the root"),
        ('default = "3.1"', 'default = "2.5"', "no base '2.5'"),
        ('member = "', 'members = "', "unknown key 'members'"),
        ("[[overlay]]", "[[overlay]", "upstream.toml"),
    ],
)
def test_bad_pins_are_told(project: Project, old: str, new: str, message: str) -> None:
    text = project.read("upstream.toml")
    assert old in text
    project.write("upstream.toml", text.replace(old, new, 1))
    with pytest.raises(OkoError, match=message):
        project.base()
