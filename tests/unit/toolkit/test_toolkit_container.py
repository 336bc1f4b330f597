"""The container's tasks: what goes into the image, and what is said when there is no engine."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from oko_build import config, container
from oko_build.errors import OkoError
from oko_build.layout import Layout

ROOT = Path(__file__).resolve().parents[3]
BASE = config.load(Layout(ROOT)).base()


def test_no_engine_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    with pytest.raises(OkoError, match="no container engine answers"):
        container.build(Layout(tmp_path), BASE)
    with pytest.raises(OkoError, match="DOCKER_HOST"):
        container.test(Layout(tmp_path), BASE, ["test-unit"])


def test_context_has_the_tracked_files_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "inv").write_text("#!/bin/sh\n")
    (tmp_path / "inv").chmod(0o755)
    (tmp_path / "loose").write_text("x")
    (tmp_path / "gone").write_text("x")
    for command in (["init", "-q"], ["add", "inv", "gone"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "gone").unlink()
    with tarfile.open(fileobj=container.context(Layout(tmp_path))) as archive:
        assert archive.getnames() == ["inv"]
        member = archive.getmember("inv")
        assert member.mode & 0o111 and (member.uid, member.uname) == (0, "root")


def test_failed_build_names_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    messages = [{"stream": "Step 1/2 : FROM x\n"}, {"error": "no space left"}]
    with pytest.raises(OkoError, match="no space left") as caught:
        container._follow(messages, log)
    assert str(log) in str(caught.value)
    assert log.read_text() == "Step 1/2 : FROM x\nno space left\n"
