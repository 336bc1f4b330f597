"""What the unit tests share: one build of the BPF runtime."""

from __future__ import annotations

from pathlib import Path

import okobpf_build
import pytest


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private folder with the library and the tool; more may be made in it."""
    out = tmp_path_factory.mktemp("okobpf")
    okobpf_build.make(out)
    return out


@pytest.fixture(scope="session")
def okobpf(build: Path) -> Path:
    """The okobpf command."""
    return build / "okobpf"
