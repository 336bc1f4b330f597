"""What the toolkit raises."""

from __future__ import annotations

from pathlib import Path


class OkoError(Exception):
    """Something the user can act on.

    ``message`` says what was expected and what came; ``hints`` say what to do about it.
    """

    code = 1

    def __init__(self, message: str, *hints: str) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hints

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  - {hint}" for hint in self.hints)])


class CommandFailed(OkoError):
    """A command that exited with another status than zero, or could not be started."""

    def __init__(
        self, command: str, code: int, *, tail: str = "", log: Path | None = None
    ) -> None:
        how = f"was ended by signal {-code}" if code < 0 else f"exited with status {code}"
        super().__init__(f"command {how}: {command}")
        self.command = command
        self.status = code
        self.tail = tail
        self.log = log

    def __str__(self) -> str:
        lines = [self.message]
        if self.tail:
            lines.append("its last lines:")
            lines += [f"    {line}" for line in self.tail.rstrip("\n").split("\n")]
        if self.log is not None:
            lines.append(f"full log: {self.log}")
        return "\n".join(lines)
