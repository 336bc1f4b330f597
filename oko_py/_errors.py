"""Exceptions of oko_py.

Everything that the library raises on purpose is an :class:`OkoError`::

    OkoError
    ├── CommandError              ovs-ofctl failed: argv, returncode, stdout, stderr
    │   ├── CommandNotFound       there is no such executable
    │   ├── CommandTimeout        it did not answer in time
    │   ├── Unreachable           no switch answers there, or we may not talk to it
    │   ├── BridgeNotFound        the switch has no such bridge
    │   ├── NotAnOko              the ovs-ofctl or the switch lacks Oko's extensions
    │   ├── ProgramRefused        the switch did not take it: reason, where, state, advice, log
    │   │   ├── ProgramRejected   the verifier found that it may do harm: insn, source_line
    │   │   ├── ProgramOverLimit  it needs more than the switch allows
    │   │   └── ProgramLosesMaps  what is in maps of the program that it replaces would be lost
    │   └── OpenFlowError         the switch answered with an error: name, type, code
    │       ├── ProgramNotFound   (also a KeyError)
    │       ├── ProgramExists
    │       └── ProgramInUse
    ├── MapError                  an operation on a map failed: map_name, n_done, index
    │   ├── MapNotFound           (also a KeyError)
    │   ├── KeyNotFound           (also a KeyError)
    │   ├── KeyExists
    │   ├── MapFull
    │   ├── MapIncompatible       this kind of map can't do that
    │   ├── BadKey                the key doesn't fit the map: expected, got
    │   └── BadValue              the value doesn't fit the map: expected, got
    ├── ObjectFileError           a file is not a usable BPF object: path, reason
    ├── CompileError              clang failed: argv, diagnostics
    │   └── CompilerNotFound
    ├── ProtocolError             a connection to a switch can't go on
    │   ├── BadMessage            a message is broken: expected, got, offset
    │   ├── VersionMismatch       there is no version of OpenFlow that both sides speak
    │   └── ConnectionLost        the other side went away in the middle of it
    ├── BadArgument               an argument can't be right (also a ValueError)
    └── ParseError                unexpected output of ovs-ofctl: line, position

All of them can be pickled, with what they tell, so that they pass from one process to another.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence


def _rebuild(kind: type[OkoError], args: tuple[object, ...]) -> OkoError:
    error = kind.__new__(kind, *args)
    error.args = args
    return error


class OkoError(Exception):
    """Base class of everything that oko_py raises on purpose."""

    def __reduce__(self) -> tuple[object, ...]:
        # Not by calling the class again, as for other exceptions: its arguments are not in "args".
        return _rebuild, (type(self), self.args), self.__dict__


class CommandError(OkoError):
    """An ``ovs-ofctl`` command failed."""

    def __init__(
        self,
        message: str,
        *,
        argv: Sequence[str] = (),
        returncode: int | None = None,
        stdout: str = "",
        stderr: str = "",
    ) -> None:
        super().__init__(message)
        self.argv = tuple(argv)
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr

    @property
    def command(self) -> str:
        """The command line, quoted for a shell."""
        return shlex.join(self.argv)


class CommandNotFound(CommandError):
    """There is no such executable as the given ``ovs-ofctl``."""


class CommandTimeout(CommandError):
    """The command did not end in time."""

    def __init__(self, message: str, *, argv: Sequence[str], timeout: float) -> None:
        super().__init__(message, argv=argv)
        self.timeout = timeout


class Unreachable(CommandError):
    """No switch answers at the target, or it may not be talked to: is it running, may you?"""


class BridgeNotFound(CommandError):
    """The switch has no such bridge."""


class NotAnOko(CommandError):
    """The ``ovs-ofctl`` executable, or the switch, is a stock Open vSwitch."""


class ProgramRefused(CommandError):
    """What the switch's refusals of programs have in common."""

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        where: str | None = None,
        state: str | None = None,
        advice: str | None = None,
        log: str | None = None,
        argv: Sequence[str] = (),
        returncode: int | None = None,
        stdout: str = "",
        stderr: str = "",
    ) -> None:
        super().__init__(message, argv=argv, returncode=returncode, stdout=stdout, stderr=stderr)
        self.reason = reason
        self.where = where
        self.state = state
        self.advice = advice
        self.log = log

    def __str__(self) -> str:
        parts = [super().__str__()]
        for name in ("reason", "where", "state", "advice"):
            text: str | None = getattr(self, name)
            if text:
                parts.append(f"{name}: " + text.replace("\n", "\n  "))
        return "\n".join(parts)


class ProgramRejected(ProgramRefused):
    """The verifier found that the program may do harm.

    ``reason``, ``where``, ``state`` and ``advice`` are its report, each None where it has nothing
    to say; ``insn`` and ``source_line`` are taken from ``where``.  ``log`` is the verifier's whole
    log if it was asked for.
    """

    insn: int | None = None
    source_line: str | None = None


class ProgramOverLimit(ProgramRefused):
    """The program needs more of something than the switch is configured to allow."""


class ProgramLosesMaps(ProgramRefused):
    """The program would replace another whose maps have entries that it can't take over.

    ``reason`` names each of the maps and says why.
    """


class OpenFlowError(CommandError):
    """The switch answered with an OpenFlow error.

    ``name`` is the error's name, such as ``OFPBMC_BAD_VALUE``; ``type`` and ``code`` are the parts
    before and after its first underscore.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str,
        argv: Sequence[str] = (),
        returncode: int | None = None,
        stdout: str = "",
        stderr: str = "",
    ) -> None:
        super().__init__(message, argv=argv, returncode=returncode, stdout=stdout, stderr=stderr)
        self.name = name
        self.type, _, self.code = name.partition("_")


class ProgramNotFound(OpenFlowError, KeyError):
    """The bridge has no program of that number."""

    __str__ = Exception.__str__  # KeyError's would quote the message.


class ProgramExists(OpenFlowError):
    """The bridge has a program of that number already."""


class ProgramInUse(OpenFlowError):
    """Rules refer to the program."""


class MapError(OkoError):
    """An operation on a map failed.

    Where several entries were to be written or deleted, ``n_done`` is how many were before one
    failed, at least, and ``index`` which one that was, counting from 0, if that is known.
    """

    n_done: int | None = None
    index: int | None = None

    def __init__(self, message: str, *, map_name: str = "") -> None:
        super().__init__(message)
        self.map_name = map_name


class MapNotFound(MapError, KeyError):
    """The program has no such map."""

    __str__ = Exception.__str__


class KeyNotFound(MapError, KeyError):
    """The map has no such key."""

    __str__ = Exception.__str__


class KeyExists(MapError):
    """The map has that key already, and the caller asked for a new one."""


class MapFull(MapError):
    """The map has no room for another entry."""


class MapIncompatible(MapError):
    """This kind of map can't do that."""


class BadKey(MapError):
    """The key can't be a key of this map."""

    def __init__(
        self, message: str, *, map_name: str = "", expected: str = "", got: str = ""
    ) -> None:
        super().__init__(message, map_name=map_name)
        self.expected = expected
        self.got = got


class BadValue(MapError):
    """The value can't be a value of this map."""

    def __init__(
        self, message: str, *, map_name: str = "", expected: str = "", got: str = ""
    ) -> None:
        super().__init__(message, map_name=map_name)
        self.expected = expected
        self.got = got


class ObjectFileError(OkoError):
    """A file is not a usable BPF object."""

    def __init__(self, reason: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class CompileError(OkoError):
    """clang could not compile a program; ``diagnostics`` is what it said."""

    def __init__(self, message: str, *, argv: Sequence[str] = (), diagnostics: str = "") -> None:
        super().__init__(f"{message}\n{diagnostics}".rstrip() if diagnostics else message)
        self.argv = tuple(argv)
        self.diagnostics = diagnostics


class CompilerNotFound(CompileError):
    """There is no clang on this machine."""


class ProtocolError(OkoError):
    """What came over a connection to a switch makes it impossible to go on."""


class BadMessage(ProtocolError):
    """A message of OpenFlow is broken, or what was to be sent doesn't fit into one.

    ``offset`` is where in the message it was found, in bytes, None if that has no place.
    """

    def __init__(
        self, name: str, *, expected: str, got: str, offset: int | None = None
    ) -> None:
        where = "" if offset is None else f", at byte {offset}"
        super().__init__(f"{name}: expected {expected}, got {got}{where}")
        self.name = name
        self.expected = expected
        self.got = got
        self.offset = offset


class VersionMismatch(ProtocolError):
    """There is no version of OpenFlow that both sides speak."""


class ConnectionLost(ProtocolError):
    """The other side went away; what was under way may have been done, or not."""


class BadArgument(OkoError, ValueError):
    """An argument can't be right, whatever the switch's state; nothing was done."""


class ParseError(OkoError):
    """``ovs-ofctl`` printed something that oko_py doesn't understand."""

    def __init__(self, reason: str, *, line: str, position: int = 0) -> None:
        super().__init__(f"{reason}, at column {position + 1} of: {line!r}")
        self.reason = reason
        self.line = line
        self.position = position
