"""Compiles filter programs with clang."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from oko_py._errors import CompileError, CompilerNotFound

#: Directory with ``oko/filter.h`` and its kin, for use with other build systems.
INCLUDE_DIR = Path(__file__).resolve().parent / "include"

#: Versions of clang to look for, besides plain ``clang``.
_CLANG_VERSIONS = range(14, 31)


def find_clang(clang: str | os.PathLike[str] | None = None) -> str:
    """Return the path of clang: *clang* itself if given, else the first one on ``PATH``.

    Plain ``clang`` goes before ``clang-14``, ``clang-15`` and so on.  Raises
    :class:`CompilerNotFound`.
    """
    names = [os.fspath(clang)] if clang else ["clang", *(f"clang-{v}" for v in _CLANG_VERSIONS)]
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    if clang:
        raise CompilerNotFound(f"{names[0]}: no such compiler")
    raise CompilerNotFound(
        "found no clang on PATH (looked for clang and"
        f" clang-{_CLANG_VERSIONS.start} to clang-{_CLANG_VERSIONS.stop - 1}):"
        " install it, on Debian with 'apt-get install clang'"
    )


def compile_argv(
    source: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    clang: str,
    cpu: str = "v3",
    include_dirs: Iterable[str | os.PathLike[str]] = (),
    defines: Mapping[str, str | int | None] | None = None,
    flags: Sequence[str] = (),
    debug: bool = True,
) -> list[str]:
    """Return the command that :func:`compile` runs."""
    argv = [clang, "-target", "bpf", f"-mcpu={cpu}", "-O2"]
    if debug:
        argv.append("-g")  # BTF and source lines; costs the switch nothing at run time.
    argv += [
        # Paths in the object, which stand in the verifier's refusals, are relative, and the object
        # is the same wherever the sources lie.
        "-fdebug-compilation-dir=.",
        f"-ffile-prefix-map={INCLUDE_DIR}/=",
        f"-ffile-prefix-map={Path.cwd()}/=",
        "-std=gnu11",
        "-Wall",
        # The C library's headers of this machine are for this machine, not for BPF.  clang's own
        # (<stdint.h>, <stddef.h>, <stdbool.h>) need none of them when freestanding.
        "-ffreestanding",
        "-nostdlibinc",
        # Of no use in BPF, and on by default in some distributions' clang.
        "-fno-stack-protector",
        "-fno-jump-tables",
    ]
    for name, value in (defines or {}).items():
        argv.append(f"-D{name}" if value is None else f"-D{name}={value}")
    for directory in include_dirs:
        argv += ["-I", os.fspath(directory)]
    argv += ["-I", str(INCLUDE_DIR)]
    # What stands in for Linux's headers, for programs written for XDP.
    argv += ["-I", str(INCLUDE_DIR / "oko-xdp")]
    argv += flags
    argv += ["-c", os.fspath(source), "-o", os.fspath(out)]
    return argv


def compile(  # noqa: A001 - callers say oko_py.compile()
    source: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    cpu: str = "v3",
    include_dirs: Iterable[str | os.PathLike[str]] = (),
    defines: Mapping[str, str | int | None] | None = None,
    flags: Sequence[str] = (),
    debug: bool = True,
    clang: str | os.PathLike[str] | None = None,
    timeout: float = 120,
) -> Path:
    """Compile the C program *source* to a BPF object and return the object's path.

    *out* is the object to write, by default the source's name with ``.o`` in the current
    directory, as clang does.  It is replaced only if compilation succeeds.  *cpu* is the BPF
    instruction set (``v1`` to ``v4``): from ``v3`` on, atomic operations return what was there.
    *flags* go to clang after all others.

    Raises :class:`CompileError` with clang's diagnostics, or :class:`CompilerNotFound`.
    """
    source = Path(source)
    target = Path(out) if out is not None else Path(source.with_suffix(".o").name)
    path = find_clang(clang)

    def argv_for(output: str | os.PathLike[str]) -> list[str]:
        return compile_argv(
            source,
            output,
            clang=path,
            cpu=cpu,
            include_dirs=include_dirs,
            defines=defines,
            flags=flags,
            debug=debug,
        )

    include_dirs = list(include_dirs)
    shown = argv_for(target)
    if not source.is_file():
        raise CompileError(f"{source}: no such file", argv=shown)
    if not target.parent.is_dir():
        raise CompileError(f"{target.parent}: no such directory for {target.name}", argv=shown)

    with tempfile.TemporaryDirectory(prefix=".oko-compile-", dir=target.parent) as scratch:
        result = Path(scratch) / target.name
        argv = argv_for(result)
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CompileError(
                f"{source}: {path} did not end within {timeout:g} s", argv=shown
            ) from None
        except OSError as error:
            raise CompileError(f"{path}: can't run it: {error.strerror}", argv=shown) from error
        if done.returncode != 0:
            reason = f"{source}: {Path(path).name} failed"
            if "Invalid usage of the XADD return value" in done.stdout:
                # Older clangs add a dump of their stack, and ask for a bug report.
                reason += (
                    f": the instruction set {cpu} has no atomic operation that returns the old"
                    " value, which the program uses; v3 has"
                )
            raise CompileError(reason, argv=shown, diagnostics=done.stdout.rstrip())
        result.replace(target)
    return target
