"""What all tests share."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def _stop(number: int, _frame: FrameType | None) -> None:
    # As ctrl-C: fixtures are torn down, and nothing stays behind.
    raise KeyboardInterrupt(signal.Signals(number).name)


def pytest_configure(config: pytest.Config) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    # A shell starts what runs in its background with SIGINT ignored, and children inherit that:
    # then a test that interrupts a build would wait in vain.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def as_root() -> None:
    """Let a test run as root only, and say so where it cannot."""
    if os.geteuid() != 0:
        pytest.skip("needs root, for network namespaces: run it as root or in the container")
