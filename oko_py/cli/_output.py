"""Prints results and errors, as text or JSON: nothing else in the package prints."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from oko_py._errors import OkoError


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints in the form that the user asked for."""

    program: str
    as_json: bool = False
    pretty: bool = False

    def result(self, data: object, lines: Iterable[str] = ()) -> None:
        """Print *data* as JSON, or else *lines*."""
        if self.as_json:
            self._json(data)
        else:
            for line in lines:
                print(line)

    def error(self, error: OkoError) -> None:
        """Print an error: to standard error or, like bpftool, as ``{"error": …}``."""
        if self.as_json:
            details: dict[str, object] = {"error": str(error), "kind": type(error).__name__}
            for name in ("reason", "where", "state", "advice", "insn", "source_line", "name"):
                value = getattr(error, name, None)
                if value is not None:
                    details[name] = value
            self._json(details)
        else:
            print(f"{self.program}: {error}", file=sys.stderr)

    def _json(self, data: object) -> None:
        print(json.dumps(data, indent=2 if self.pretty else None, ensure_ascii=False))


def run(printer: Printer, action: Callable[[], None]) -> int:
    """Run *action* and return the exit status: 0, 1 after an error, 130 after an interrupt."""
    try:
        action()
        sys.stdout.flush()
    except OkoError as error:
        printer.error(error)
        return 1
    except BrokenPipeError:
        # The reader has gone ("| head"): keep Python from complaining when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
