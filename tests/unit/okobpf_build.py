"""Builds the BPF runtime by its own Makefile, for tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "okobpf"


def make(out: Path, *arguments: str) -> None:
    """Run make with 'out' as the folder of what it builds; no compiler may warn."""
    done = subprocess.run(
        ["make", "-C", SOURCE, f"O={out}", "-j2", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "MAKEFLAGS": ""},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert "warning:" not in done.stderr
