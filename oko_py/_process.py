"""Runs ``ovs-ofctl`` and turns its failures into exceptions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from oko_py._errors import (
    BridgeNotFound,
    CommandError,
    CommandNotFound,
    CommandTimeout,
    NotAnOko,
    ObjectFileError,
    OpenFlowError,
    ProgramExists,
    ProgramInUse,
    ProgramLosesMaps,
    ProgramNotFound,
    ProgramOverLimit,
    ProgramRejected,
    Unreachable,
)
from oko_py._parse import error_name, parse_report
from oko_py.wire import OKO_ERRORS

#: Errors that ovs-ofctl puts into words of its own instead of naming them.
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"there is no filter program \d+$"), "OKO_UNKNOWN_PROG"),
    (re.compile(r"there is a filter program \d+ already"), "OKO_PROG_EXISTS"),
    (re.compile(r"(is|are) in use by (\d+ )?flow"), "OKO_PROG_IN_USE"),
    (re.compile(r"has not enough memory for filter program"), "OKO_NO_MEMORY"),
    (re.compile(r'filter program \d+ has no map "'), "OKO_UNKNOWN_MAP"),
    (re.compile(r"map is full, it has room for"), "OKO_MAP_FULL"),
)
_NAME_AT_END = re.compile(r"\((?P<name>(?:OKO|OFP|NX|ONF)\w+)\)$")

_OPENFLOW_ERRORS: dict[str, type[OpenFlowError]] = {
    "OKO_UNKNOWN_PROG": ProgramNotFound,
    "OKO_PROG_EXISTS": ProgramExists,
    "OKO_PROG_IN_USE": ProgramInUse,
}

#: Errors of a switch that doesn't know our messages.
FOREIGN_ERRORS = frozenset({"OFPBRC_BAD_VENDOR", "OFPBRC_BAD_SUBTYPE", "OFPBRC_BAD_TYPE"})

#: The commands that a stock ovs-ofctl lacks.
_OWN_COMMANDS = frozenset(
    {
        "load-filter-prog",
        "unload-filter-prog",
        "dump-filter-progs",
        "save-filter-prog",
        "update-map",
        "dump-map",
        "del-map-entry",
        "clear-map",
    }
)

_REFUSED = re.compile(r"filter program \S+ was refused by the verifier")
_OVER_LIMIT = re.compile(r"filter program \S+ is over a limit")
_LOSES_MAPS = re.compile(r"filter program \S+ was not replaced, for what is in its maps")
_BAD_OBJECT = re.compile(r"is not a usable BPF object")
_NO_BRIDGE = re.compile(r"is not a bridge or a socket")
_UNREACHABLE = re.compile(r"failed to (?:connect to|open) socket|connecting to ")
_STOCK = re.compile(
    r"unknown command '(?P<command>[^']+)'"
    r"|unrecognized option '--(?:replace|keep-maps|lose-maps|force)'"
    r"|(?:unknown keyword|unknown field|bad field) '?filter_prog\b|filter_prog: unknown"
)
_INSN = re.compile(r"\binsn (\d+)\b")
_SOURCE = re.compile(r"^(?!section )(.+?:\d+(?:: .*)?)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Runner:
    """How to run ``ovs-ofctl``: the one place that starts a process for it."""

    executable: str = "ovs-ofctl"
    timeout: float | None = 10.0
    protocol: str | None = None  #: OpenFlow version, for ``--protocols``.
    options: tuple[str, ...] = ()  #: For every command, such as keys for TLS.

    def run(
        self,
        command: str,
        *args: str,
        options: Sequence[str] = (),
        stdin: bytes | None = None,
    ) -> str:
        """Run *command* with *args*; return what it printed or raise :class:`CommandError`."""
        argv = [self.executable]
        if self.protocol is not None:
            argv.append(f"--protocols={self.protocol}")
        # "--" so that nothing in an argument is taken for an option.
        argv += [*self.options, *options, "--", command, *args]
        return self._run(command, argv, stdin)

    def version(self) -> str:
        """Return the line in which the executable tells its version."""
        lines = self._run("--version", [self.executable, "--version"], None).splitlines()
        return lines[0] if lines else "unknown"

    def _run(self, command: str, argv: list[str], stdin: bytes | None) -> str:
        if shutil.which(self.executable) is None:
            raise CommandNotFound(
                f"{self.executable}: no such program: build Open vSwitch with 'inv build' and use"
                " 'inv exec', or give the path of ovs-ofctl",
                argv=argv,
            )
        try:
            done = subprocess.run(
                argv,
                input=b"" if stdin is None else stdin,
                capture_output=True,
                timeout=self.timeout,
                env={**os.environ, "LC_ALL": "C"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            timeout = self.timeout or 0.0
            raise CommandTimeout(
                f"ovs-ofctl {command} did not end within {timeout:g} s", argv=argv, timeout=timeout
            ) from None
        except (OSError, ValueError) as error:
            raise CommandNotFound(f"{self.executable}: can't run it: {error}", argv=argv) from error
        stdout = done.stdout.decode("utf-8", "replace")
        stderr = done.stderr.decode("utf-8", "replace")
        # ovs-ofctl prints an error that answers a request for statistics like any other answer.
        if done.returncode != 0 or stdout.startswith("OFPT_ERROR"):
            raise failure(command, argv, done.returncode, stdout, stderr)
        return stdout


def failure(
    command: str, argv: Sequence[str], returncode: int, stdout: str, stderr: str
) -> CommandError | ObjectFileError:
    """Return the exception for a command that failed."""
    message = _message(command, returncode, stderr)

    def error(kind: type[CommandError], text: str, **more: str) -> CommandError:
        return kind(text, argv=argv, returncode=returncode, stdout=stdout, stderr=stderr, **more)

    report = parse_report(stderr)
    if _REFUSED.search(message):
        rejected = error(ProgramRejected, message, **_report(report))
        assert isinstance(rejected, ProgramRejected)
        rejected.insn, rejected.source_line = locate_refusal(rejected.where or "")
        return rejected
    if _OVER_LIMIT.search(message):
        return error(ProgramOverLimit, message, **_report(report))
    if _LOSES_MAPS.search(message):
        return error(ProgramLosesMaps, message, **_report(report))
    if _BAD_OBJECT.search(message):
        return ObjectFileError(report.get("reason") or message)
    stock = _STOCK.search(stderr)
    if stock and (stock["command"] is None or stock["command"] in _OWN_COMMANDS):
        return error(
            NotAnOko,
            f"{argv[0]} is that of a stock Open vSwitch, without filter programs: use the one that"
            " 'inv build' makes",
        )

    name, text = _openflow_error(message, stdout, stderr)
    if name is not None:
        if name in FOREIGN_ERRORS and command in _OWN_COMMANDS:
            return error(
                NotAnOko, f"the switch is a stock Open vSwitch, without filter programs ({name})"
            )
        return error(_OPENFLOW_ERRORS.get(name, OpenFlowError), text, name=name)
    if _NO_BRIDGE.search(message):
        return error(
            BridgeNotFound, f"{message}: is ovs-vswitchd running, and is the bridge there?"
        )
    if _UNREACHABLE.search(message):
        return error(
            Unreachable, f"{message}: is the switch running, and may you connect to it?"
        )
    return error(CommandError, message)


def locate_refusal(where: str) -> tuple[int | None, str | None]:
    """Return the instruction and the line of source in the part *where* of a refusal."""
    insn, source = _INSN.search(where), _SOURCE.search(where)
    return int(insn[1]) if insn else None, source[1] if source else None


def _openflow_error(message: str, stdout: str, stderr: str) -> tuple[str | None, str]:
    """Return the name of the error that the switch answered with, and what it means."""
    name = error_name(stdout if stdout.startswith("OFPT_ERROR") else stderr)
    if name is not None:  # An error message as it came, for programs rather than for people.
        if name in OKO_ERRORS:
            return name, f"{OKO_ERRORS[name][1]} ({name})"
        return name, f"the switch answered {name}"
    named = _NAME_AT_END.search(message)
    if named is not None:
        return named["name"], message
    for pattern, name in _WORDS:
        if pattern.search(message):
            return name, message
    return None, message


def _report(parts: dict[str, str]) -> dict[str, str]:
    return {"reason": "not told", **parts}


def _message(command: str, returncode: int, stderr: str) -> str:
    """Return the line that says what went wrong, among lines of log and detail."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for line in lines:
        if line.startswith("ovs-ofctl: "):
            return line.removeprefix("ovs-ofctl: ")
    if lines:
        return lines[-1]
    if returncode < 0:
        return f"ovs-ofctl {command} was killed by signal {-returncode}"
    return f"ovs-ofctl {command} failed with exit status {returncode} and said nothing"
