"""Running a command and keeping what it said."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class LabError(Exception):
    """Something in the laboratory did not do what it was told."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished command left: exit status and output, as text."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        """Whether the exit status was 0."""
        return self.returncode == 0

    @property
    def output(self) -> str:
        """Standard output, then standard error."""
        return self.stdout + self.stderr

    def check(self) -> Result:
        """Return the result itself, or raise LabError if the command failed."""
        if not self.ok:
            raise LabError(str(self))
        return self

    def __str__(self) -> str:
        text = self.output.rstrip()
        return f"$ {shlex.join(self.argv)}\n" + (f"{text}\n" if text else "") + (
            f"(exit status {self.returncode})"
        )


def run(
    argv: Sequence[str],
    *,
    prefix: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    cwd: str | None = None,
    timeout: float = 30,
) -> Result:
    """Run *argv* to its end, whatever its exit status.

    *prefix* goes before it, but does not show in the result: how a command gets
    into its namespace is of no interest to the reader.  Raises LabError if the
    command cannot be started or does not end in *timeout* seconds.
    """
    data = stdin.encode() if isinstance(stdin, str) else stdin
    try:
        done = subprocess.run(
            [*prefix, *argv],
            env=env,
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = b"".join(part for part in (error.stdout, error.stderr) if part)
        raise LabError(
            f"$ {shlex.join(argv)}\n{said.decode(errors='replace')}"
            f"(did not end within {timeout:g} s)"
        ) from None
    except OSError as error:
        raise LabError(f"$ {shlex.join(argv)}\ncannot be started: {error}") from None
    return Result(
        tuple(argv),
        done.returncode,
        done.stdout.decode(errors="replace"),
        done.stderr.decode(errors="replace"),
    )
