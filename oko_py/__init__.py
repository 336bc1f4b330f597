"""Python library for Oko: Open vSwitch with BPF filter programs.

>>> import oko_py
>>> from oko_py import elf, ofctl
>>> path = oko_py.compile("filter.c")
>>> spec = elf.load(path)                   # offline: what the object holds
>>> bridge = ofctl.Bridge("br0")
>>> program = bridge.programs.load(1, spec)

The library never prints and never exits.  What it raises on purpose is an :class:`OkoError`; the
whole tree stands in the documentation of :mod:`oko_py._errors`.
"""

from oko_py._compile import INCLUDE_DIR, compile, find_clang  # noqa: A004 - oko_py.compile()
from oko_py._errors import (
    BadArgument,
    BadKey,
    BadMessage,
    BadValue,
    BridgeNotFound,
    CommandError,
    CommandNotFound,
    CommandTimeout,
    CompileError,
    CompilerNotFound,
    ConnectionLost,
    KeyExists,
    KeyNotFound,
    MapError,
    MapFull,
    MapIncompatible,
    MapNotFound,
    NotAnOko,
    ObjectFileError,
    OkoError,
    OpenFlowError,
    ParseError,
    ProgramExists,
    ProgramInUse,
    ProgramLosesMaps,
    ProgramNotFound,
    ProgramOverLimit,
    ProgramRefused,
    ProgramRejected,
    ProtocolError,
    Unreachable,
    VersionMismatch,
)

__all__ = [
    "INCLUDE_DIR",
    "BadArgument",
    "BadKey",
    "BadMessage",
    "BadValue",
    "BridgeNotFound",
    "CommandError",
    "CommandNotFound",
    "CommandTimeout",
    "CompileError",
    "CompilerNotFound",
    "ConnectionLost",
    "KeyExists",
    "KeyNotFound",
    "MapError",
    "MapFull",
    "MapIncompatible",
    "MapNotFound",
    "NotAnOko",
    "ObjectFileError",
    "OkoError",
    "OpenFlowError",
    "ParseError",
    "ProgramExists",
    "ProgramInUse",
    "ProgramLosesMaps",
    "ProgramNotFound",
    "ProgramOverLimit",
    "ProgramRefused",
    "ProgramRejected",
    "ProtocolError",
    "Unreachable",
    "VersionMismatch",
    "compile",
    "find_clang",
]
