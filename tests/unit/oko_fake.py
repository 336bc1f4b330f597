"""A stand-in for the ovs-ofctl executable, at the process seam and nowhere else."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[1] / "fixtures"
EXECUTABLE = FIXTURES / "fake-ovs-ofctl"


@dataclass(frozen=True)
class FakeOfctl:
    """The directory that fixtures/fake-ovs-ofctl reads answers from and records calls in."""

    home: Path

    def answer(self, command: str, **answer: Any) -> None:
        """Prepare the answer to *command*: stdout, stderr, status, sleep, log, file."""
        if "file" in answer:
            answer["file"] = base64.b64encode(answer["file"]).decode()
        (self.home / f"{command}.json").write_text(json.dumps(answer))

    def fixture(self, command: str, case: str) -> None:
        """Prepare the output of a golden file as the answer to *command*."""
        text = (FIXTURES / command / f"{case}.txt").read_text()
        if command.startswith("dump-"):
            self.answer(command, stdout=text)
        else:
            self.answer(command, stderr=text, status=1)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """All calls so far: options, command, args, stdin (hexadecimal)."""
        path = self.home / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def commands(self, name: str) -> list[list[str]]:
        """The arguments of all calls of one command."""
        return [call["args"] for call in self.calls if call["command"] == name]

    def lines(self, name: str) -> list[str]:
        """The same, each as one text: for arguments without blanks."""
        return [" ".join(args) for args in self.commands(name)]
