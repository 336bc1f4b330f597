"""Running a command of the laboratory and keeping what it said."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oko_build.errors import CommandFailed, OkoError
from oko_build.run import capture


class LabError(OkoError):
    """Something in the laboratory did not do what it was told."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished command left: exit status and output, as text."""

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        """Whether the exit status was 0."""
        return self.code == 0

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
        """Return the command, what it printed and its exit status, for people."""
        text = self.output.rstrip()
        said = f"{text}\n" if text else ""
        return f"$ {shlex.join(self.argv)}\n{said}(exit status {self.code})"


def run(
    argv: Sequence[str],
    *,
    prefix: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    timeout: float = 30,
) -> Result:
    """Run *argv* to its end, whatever its exit status.

    *prefix* goes before it, but does not show in the result: how a command gets into its namespace
    is of no interest to the reader.  Raises LabError if the command cannot be started or does not
    end in *timeout* seconds.
    """
    try:
        done = capture([*prefix, *argv], env=env, stdin=stdin, timeout=timeout, check=False)
    except CommandFailed as error:
        raise LabError(f"$ {shlex.join(argv)}\n{error}") from error
    return Result(tuple(argv), done.code, done.stdout, done.stderr)
