"""The series of patches as it lies in the checkout."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from oko_build.config import Base
from oko_build.errors import OkoError
from oko_build.layout import Layout


@dataclass
class Patch:
    """One patch file, taken apart as far as the checks need it."""

    name: str
    path: Path
    subject: str = ""
    body: str = ""
    files: list[str] = field(default_factory=list)
    trailing_space: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Series:
    """The patches of one base, in order."""

    folder: Path
    names: tuple[str, ...]

    @property
    def file(self) -> Path:
        """The file that lists them."""
        return self.folder / "series"

    def paths(self) -> list[Path]:
        """Return the files of the patches, in order."""
        return [self.folder / name for name in self.names]


def load(layout: Layout, base: Base) -> Series:
    """Read the series of ``base``."""
    folder = layout.root / base.series
    file = folder / "series"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise OkoError(
            f"no {layout.relative(file)}: the base {base.name!r} has no series of patches"
        ) from error
    names = []
    for number, line in enumerate(text.splitlines(), 1):
        name = line.split("#", 1)[0].strip()
        if not name:
            continue
        if "/" in name or name.startswith("."):
            raise OkoError(
                f"{layout.relative(file)}:{number}: expected the name of a file beside it, "
                f"got {name!r}"
            )
        names.append(name)
    return Series(folder, tuple(names))


def require_files(layout: Layout, series: Series) -> None:
    """Raise OkoError if a patch that the series names is not there, or is named twice."""
    seen: set[str] = set()
    for name in series.names:
        if name in seen:
            raise OkoError(f"{layout.relative(series.file)}: {name} is listed twice")
        seen.add(name)
        if not (series.folder / name).is_file():
            raise OkoError(
                f"{layout.relative(series.file)}: {name} is listed, but there is no such file"
            )


def slug(subject: str) -> str:
    """Return the file name of the patch whose commit has this ``subject``.

    It is git format-patch's, without the number.
    """
    words = re.sub(r"[^A-Za-z0-9._]+", "-", re.sub(r"\.+", ".", subject)).strip("-")
    return f"{words.rstrip('-.')[:52] or 'patch'}.patch"


_HEADER = re.compile(r"^([A-Za-z-]+): (.*)$")


def parse(path: Path) -> Patch:
    """Take apart the patch in the file ``path``."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    patch = Patch(name=path.name, path=path)
    head, separator, diff = text.partition("\ndiff --git ")
    lines = head.split("\n")
    index = 0
    # Headers, with continuation lines, end at the first empty line.
    last = ""
    while index < len(lines) and lines[index]:
        line = lines[index]
        header = _HEADER.match(line)
        if line[0] in " \t" and last == "subject":
            patch.subject += " " + line.strip()
        elif header:
            last = header[1].lower()
            if last == "subject":
                patch.subject = re.sub(r"^\[PATCH[^]]*\]\s*", "", header[2])
        index += 1
    patch.body = "\n".join(lines[index + 1 :]).strip().removesuffix("---").strip()
    if separator:
        _parse_diff(patch, "diff --git " + diff)
    return patch


_DIFF_START = re.compile(r"^diff --git a/(.*) b/(.*)$")
_HUNK_START = re.compile(r"^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")


def _parse_diff(patch: Patch, diff: str) -> None:
    old = new = 0       # lines that the current hunk still has, on each side
    for line in diff.split("\n"):
        if old <= 0 and new <= 0:
            start = _DIFF_START.match(line)
            hunk = _HUNK_START.match(line)
            if start:
                patch.files.append(start[2])
            elif hunk:
                old, new = int(hunk[1] or 1), int(hunk[2] or 1)
            continue
        kind = line[:1]
        if kind == "\\":
            continue
        if kind != "+":
            old -= 1
        if kind != "-":
            new -= 1
        if kind == "+" and line != line.rstrip():
            patch.trailing_space.append((patch.files[-1] if patch.files else "?", line[1:]))


def tags_only(body: str) -> bool:
    """Whether ``body`` has nothing but lines like ``Signed-off-by: …``, so no reason."""
    return all(
        re.match(r"^[A-Z][A-Za-z-]+: \S", line) for line in body.splitlines() if line.strip()
    )
