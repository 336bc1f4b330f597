"""Reads ``upstream.toml``: what the project is built on."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from oko_build import host
from oko_build.errors import OkoError
from oko_build.layout import Layout


@dataclass(frozen=True, kw_only=True)
class Base:
    """A pinned upstream version and the series of patches for it."""

    name: str
    version: str
    package: str
    revision: str
    architecture: str
    size: int
    sha256: str
    member: str
    tree: str
    series: str
    system: str         # the host that builds it: ID and VERSION_ID of its /etc/os-release
    suite: str          # what Debian's archive calls that system
    dpdk: str
    clang: str          # version of the package that './inv doctor' installs there

    @property
    def system_name(self) -> str:
        """The system that builds it, for people."""
        name, _, version = self.system.partition("-")
        return f"{name.capitalize()} {version}".rstrip()

    @property
    def filename(self) -> str:
        """The name that Debian's archive gives the package file."""
        return f"{self.package}_{self.revision.replace(':', '%3a')}_{self.architecture}.deb"


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """Files of ``source`` (in the checkout) are added to the tree below ``to``."""

    source: PurePosixPath
    to: PurePosixPath


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """All of ``upstream.toml``."""

    bases: dict[str, Base]
    default: str
    overlays: tuple[Overlay, ...]

    def base(self, name: str | None = None) -> Base:
        """Return the base ``name``, or else the one for this host, or else the default one.

        OKO_BASE in the environment goes before the host's.
        """
        wanted = name or os.environ.get("OKO_BASE") or self._of_host() or self.default
        if wanted not in self.bases:
            raise OkoError(
                f"no base {wanted!r} in upstream.toml: there are {', '.join(sorted(self.bases))}"
            )
        return self.bases[wanted]

    def _of_host(self) -> str | None:
        system = host.system()
        return next((base.name for base in self.bases.values() if base.system == system), None)

    def require_host(self, base: Base) -> None:
        """Raise OkoError, with the way on, if ``base`` cannot be built on this host.

        A system that no base is for may try the base that its user names.
        """
        system = host.system()
        if system == base.system:
            return
        known = ", ".join(
            f"{each.system_name} ({each.name})" for each in self.bases.values()
        )
        if any(each.system == system for each in self.bases.values()):
            raise OkoError(
                f"the base {base.name} is built on {base.system_name}, and this is {host.name()}",
                f"./inv root {base.name} -- CMD runs CMD in a {base.system_name} of its own",
                f"or leave the base out: this host has one (bases are for {known})",
            )
        if os.environ.get("OKO_BASE") != base.name:
            raise OkoError(
                f"no base is for this system, {host.name()}: bases are for {known}",
                "work in the container: docker/README.md",
                f"or try one of them here, with all it needs installed: OKO_BASE={base.name}",
            )


def _relative(text: str, where: str) -> PurePosixPath:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts:
        raise OkoError(f"upstream.toml: {where}: expected a path below the root, got {text!r}")
    return path


def _base(name: str, table: dict[str, Any]) -> Base:
    expected = {
        field: kind
        for field, kind in Base.__annotations__.items()
        if field != "name"
    }
    where = f"upstream.toml: base.{name!r}"
    for key in table:
        if key not in expected:
            raise OkoError(f"{where}: unknown key {key!r}")
    for key, kind in expected.items():
        if key not in table:
            raise OkoError(f"{where}: key {key!r} is missing")
        wanted = int if kind == "int" else str
        if type(table[key]) is not wanted:
            raise OkoError(f"{where}: {key}: expected {kind}, got {table[key]!r}")
    for key, digits in (("sha256", 64), ("tree", 40)):
        value = table[key]
        if len(value) != digits or set(value) - set("0123456789abcdef"):
            raise OkoError(f"{where}: {key}: expected {digits} hexadecimal digits, got {value!r}")
    _relative(table["series"], f"base.{name!r}.series")
    return Base(name=name, **table)


def load(layout: Layout) -> Upstream:
    """Read and check ``upstream.toml``."""
    path = layout.root / "upstream.toml"
    return parse(path)


def parse(path: Path) -> Upstream:
    """Read and check the pins in the file ``path``."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise OkoError(f"no {path}: this is not a whole checkout") from error
    except tomllib.TOMLDecodeError as error:
        raise OkoError(f"{path}: {error}") from error
    bases = {name: _base(name, table) for name, table in data.get("base", {}).items()}
    overlays = tuple(
        Overlay(
            source=_relative(entry["from"], "overlay.from"),
            to=_relative(entry["to"], "overlay.to"),
        )
        for entry in data.get("overlay", [])
    )
    upstream = Upstream(bases=bases, default=data.get("default", ""), overlays=overlays)
    if upstream.default not in bases:
        raise OkoError(
            f"{path}: default: no base {upstream.default!r}: there are {', '.join(sorted(bases))}"
        )
    return upstream
