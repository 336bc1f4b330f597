"""The ways in which Open vSwitch is built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from oko_build.errors import OkoError
from oko_build.layout import Layout

_SANITIZERS = {"address": "address,undefined"}


@dataclass(frozen=True, kw_only=True)
class Flavour:
    """One way to build; each has a build folder of its own."""

    name: str
    stock: bool = False
    cflags: str = "-O2 -g"
    sanitize: str = ""
    configure: tuple[str, ...] = ()

    @property
    def sanitizer_flag(self) -> str:
        """What compiler and linker are told of the sanitizers."""
        return f"-fsanitize={self.sanitize}" if self.sanitize else ""

    def folder(self, layout: Layout, base: str) -> Path:
        """Return where Open vSwitch is built."""
        return layout.base(base) / self.name

    def runtime_folder(self, layout: Layout) -> Path:
        """Return where the BPF runtime's own tools are built."""
        return layout.build / "okobpf" / self.name.removeprefix("stock-")


def choose(
    *,
    stock: bool = False,
    debug: bool = False,
    sanitize: str | None = None,
    native: bool = False,
) -> Flavour:
    """Return the flavour that these flags ask for."""
    words = []
    cflags = ["-O2", "-g"]
    configure: tuple[str, ...] = ()
    if debug and sanitize:
        raise OkoError("--debug and --sanitize are two builds: choose one")
    if native and (debug or sanitize):
        raise OkoError("--native is for speed: it does not go with --debug or --sanitize")
    if debug:
        words.append("debug")
        cflags = ["-O0", "-g3", "-fno-omit-frame-pointer"]
        configure = ("--enable-Werror",)
    if sanitize:
        if sanitize not in _SANITIZERS:
            raise OkoError(
                f"--sanitize: expected {' or '.join(_SANITIZERS)}, got {sanitize!r}"
            )
        words.append("asan")
        cflags = ["-O1", "-g", "-fno-omit-frame-pointer"]
    if native:
        words.append("native")
        cflags.append("-march=native")
    name = "-".join((["stock"] if stock else []) + words) or "default"
    return Flavour(
        name=name, stock=stock, cflags=" ".join(cflags), configure=configure,
        sanitize=_SANITIZERS[sanitize] if sanitize else "",
    )
