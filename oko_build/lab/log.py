"""The log of an Open vSwitch process."""

from __future__ import annotations

from dataclasses import dataclass

# Warnings that a healthy switch gives with the devices that there are here.
EXPECTED_WARNINGS = (
    r"Rx checksum offload is not supported",
    r"failed to enumerate system datapaths",
    r"does not support MTU configuration, max packet size supported is 1500",
    r"TELEMETRY: No legacy callbacks",
    # The machine was busy with something else.
    r"^timeval\|",
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the switch's log."""

    module: str
    level: str
    text: str

    def __str__(self) -> str:
        """Return the line without its date and number."""
        return f"{self.module}|{self.level}|{self.text}"


def parse_log(text: str) -> list[LogLine]:
    """Return the lines of a log of Open vSwitch; further lines of a message stay with it."""
    lines: list[LogLine] = []
    for line in text.splitlines():
        parts = line.split("|", 4)
        if len(parts) == 5 and parts[1].isdigit():
            lines.append(LogLine(parts[2].split("(", 1)[0], parts[3], parts[4]))
        elif lines:
            last = lines[-1]
            lines[-1] = LogLine(last.module, last.level, f"{last.text}\n{line}")
    return lines
