"""Which system this is: it decides which base is built here."""

from __future__ import annotations

import platform
from pathlib import Path

OS_RELEASE = Path("/etc/os-release")


def system() -> str:
    """Return this system as bases name it, such as "debian-12"; unstable has no number."""
    fields = _os_release()
    return "-".join(part for part in (fields.get("ID", ""), fields.get("VERSION_ID", "")) if part)


def name() -> str:
    """Return this system's name for people."""
    return _os_release().get("PRETTY_NAME") or platform.platform()


def _os_release() -> dict[str, str]:
    try:
        text = OS_RELEASE.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    found = {}
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator and not key.startswith("#"):
            found[key.strip()] = value.strip().strip("\"'")
    return found
