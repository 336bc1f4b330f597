"""What the toolkit knows of the checkout that it is in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from oko_build import checkout
from oko_build.errors import OkoError
from oko_build.layout import Layout

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    for folder in ("okobpf", "docs"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").write_text("one\n")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return Layout(tmp_path)


def _commit(layout: Layout) -> str:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    git = ["git", "-C", str(layout.root)]
    subprocess.run([*git, *author, "commit", "-qm", "first"], check=True)
    asked = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return asked.stdout.strip()


def test_commit_is_dirty_if_what_was_measured_differs(layout: Layout) -> None:
    assert checkout.commit(layout, "okobpf") == "unknown"
    head = _commit(layout)
    assert checkout.commit(layout, "okobpf") == head[:12]
    (layout.root / "docs/file").write_text("two\n")
    assert checkout.commit(layout, "okobpf") == head[:12]
    (layout.root / "okobpf/new").write_text("two\n")
    assert checkout.commit(layout, "okobpf") == f"{head[:12]}-dirty"


def test_files_without_a_repository(tmp_path: Path) -> None:
    assert checkout.commit(Layout(tmp_path)) == "unknown"
    with pytest.raises(OkoError, match="clone the project"):
        checkout.tracked(Layout(tmp_path))


def test_a_machine_without_git_can_still_list_the_tasks(tmp_path: Path) -> None:
    code = (
        "from oko_build import checkout; from oko_build.layout import Layout; import pathlib\n"
        f"try: checkout.tracked(Layout(pathlib.Path({str(ROOT)!r})))\n"
        "except checkout.OkoError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )
    assert "git" in done.stdout
