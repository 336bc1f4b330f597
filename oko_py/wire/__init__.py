"""The messages of OpenFlow for filter programs, as bytes: no input, no output, no waiting.

For controllers and tools with a connection of their own.  :mod:`oko_py.ofctl` and
:mod:`oko_py.aio` are built on it.

>>> from oko_py import wire
>>> data = wire.encode(wire.ProgUnload(prog_id=7), version=wire.Version.OF13, xid=1)
>>> data.hex()
'0404001800000001''00024f4b00000002''0000000700000000'
>>> wire.decode(data).message
ProgUnload(prog_id=7, flags=<UnloadFlags.NONE: 0>)

:func:`encode` and :func:`decode` are for single messages; a :class:`Session` takes a stream of
bytes apart, agrees with the other side on a version and answers its echo requests.  Commands
(:class:`ProgLoad`, :class:`ProgUnload`, :class:`MapUpdate`) are answered only if they fail: a
barrier tells when they are done.  Requests have a reply of one or more parts, or an error.

Whatever comes from the other side is checked before it is used.  What is broken is
:class:`oko_py.BadMessage`; what is not known is :class:`Other`.

``docs/openflow-messages.md`` describes the messages byte by byte.
"""

from oko_py.wire._base import Message, OkoMessage, OkoReply, OkoRequest
from oko_py.wire._codec import COMMANDS, REPLIES, REQUESTS, Frame, decode, encode, filter_prog_field
from oko_py.wire._maps import (
    DumpFlags,
    DumpReplyFlags,
    MapDumpReply,
    MapDumpRequest,
    MapGetReply,
    MapGetRequest,
    MapOp,
    MapUpdate,
    SetMode,
    max_entries,
)
from oko_py.wire._names import (
    CHUNK,
    MAX_OBJECT,
    OKO_ERRORS,
    OKO_EXPERIMENTER,
    PROG_ALL,
    PROG_MAX,
    PROG_MIN,
    Version,
)
from oko_py.wire._openflow import (
    BarrierReply,
    BarrierRequest,
    EchoReply,
    EchoRequest,
    Error,
    FeaturesReply,
    FeaturesRequest,
    Hello,
    Other,
)
from oko_py.wire._programs import (
    Abi,
    LoadFlags,
    LogText,
    LogType,
    MapDesc,
    MapFlags,
    ProgDesc,
    ProgDescReply,
    ProgDescRequest,
    ProgImageReply,
    ProgImageRequest,
    ProgLoad,
    ProgLogReply,
    ProgLogRequest,
    ProgUnload,
    UnloadFlags,
)
from oko_py.wire._session import VERSIONS, Session

__all__ = [
    "CHUNK",
    "COMMANDS",
    "MAX_OBJECT",
    "OKO_ERRORS",
    "OKO_EXPERIMENTER",
    "PROG_ALL",
    "PROG_MAX",
    "PROG_MIN",
    "REPLIES",
    "REQUESTS",
    "VERSIONS",
    "Abi",
    "BarrierReply",
    "BarrierRequest",
    "DumpFlags",
    "DumpReplyFlags",
    "EchoReply",
    "EchoRequest",
    "Error",
    "FeaturesReply",
    "FeaturesRequest",
    "Frame",
    "Hello",
    "LoadFlags",
    "LogText",
    "LogType",
    "MapDesc",
    "MapDumpReply",
    "MapDumpRequest",
    "MapFlags",
    "MapGetReply",
    "MapGetRequest",
    "MapOp",
    "MapUpdate",
    "Message",
    "OkoMessage",
    "OkoReply",
    "OkoRequest",
    "Other",
    "ProgDesc",
    "ProgDescReply",
    "ProgDescRequest",
    "ProgImageReply",
    "ProgImageRequest",
    "ProgLoad",
    "ProgLogReply",
    "ProgLogRequest",
    "ProgUnload",
    "Session",
    "SetMode",
    "UnloadFlags",
    "Version",
    "decode",
    "encode",
    "filter_prog_field",
    "max_entries",
]
