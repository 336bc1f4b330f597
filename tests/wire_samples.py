"""One message of each kind, and more of those with a choice."""

from oko_py.wire import PROG_ALL as ALL
from oko_py.wire import (
    BarrierReply,
    BarrierRequest,
    DumpFlags,
    EchoReply,
    EchoRequest,
    Error,
    FeaturesReply,
    FeaturesRequest,
    Hello,
    LoadFlags,
    LogText,
    LogType,
    MapDesc,
    MapDumpReply,
    MapDumpRequest,
    MapGetReply,
    MapGetRequest,
    MapOp,
    MapUpdate,
    Message,
    ProgDesc,
    ProgDescReply,
    ProgDescRequest,
    ProgImageReply,
    ProgImageRequest,
    ProgLoad,
    ProgLogReply,
    ProgLogRequest,
    ProgUnload,
    SetMode,
    UnloadFlags,
)

MAPS = (
    MapDesc(4, 4, 8, 1024, 0, 0, 3, 65536, "lookup_table"),
    MapDesc(3, 4, 4, 100, 5, 1, 2**40, 2**41, 'a "name"'),
)
PROGRAM = ProgDesc(
    7, 12, 5000, 130, 800, 2, 1, 1_700_000_000_123, 65540, 2**33, 5, bytes(range(8)), "entry",
    ".text", MAPS,
)

OURS: list[Message] = [
    ProgLoad(1, 5, 0, LoadFlags.REPLACE | LoadFlags.KEEP_MAPS | LoadFlags.WANT_LOG, b"12345"),
    ProgLoad(0xFFFFFFFE, 40000, 32768, LoadFlags.NONE, bytes(7232)),
    ProgLoad(1, 0),
    ProgUnload(7),
    ProgUnload(ALL, UnloadFlags.FORCE),
    MapUpdate(1, 2, MapOp.SET, SetMode.EXIST, 2, 4, 1, b"abcd1efgh2"),
    MapUpdate(1, 2, MapOp.SET, SetMode.ANY, 1, 3, 0, b"abc"),
    MapUpdate(1, 2, MapOp.DELETE, SetMode.ANY, 2, 4, 0, b"abcdefgh"),
    MapUpdate(1, 2, MapOp.CLEAR),
    MapUpdate(1, 2, MapOp.RESTORE, SetMode.ANY, 1, 4, 4, b"abcdefgh"),
    ProgDescRequest(),
    ProgDescRequest(3),
    ProgDescReply((PROGRAM, PROGRAM)),
    ProgDescReply((), more=True),
    ProgImageRequest(9),
    ProgImageReply(9, 12, 5, b"1234567", more=True),
    MapDumpRequest(1, 2),
    MapDumpRequest(1, 2, 2**63, 5, DumpFlags.STATE),
    MapDumpReply(1, 2, 2, 1, 3, 1, 77, b"aa1bb2cc3"),
    MapDumpReply(1, 2, 4, 4, 0),
    MapGetRequest(1, 2, 3, 4, b"abcdefghijkl"),
    MapGetReply(1, 2, 4, 1, 2, 0, 0, b"abcd1efgh2", more=True),
    ProgLogRequest(),
    ProgLogReply(
        (LogText(1, LogType.REASON, b"out of bounds"), LogText(1, LogType.LOG, b"0: r0 = 0")),
        more=True,
    ),
]

STANDARD: list[Message] = [
    Hello(frozenset({1, 4, 6})),
    Hello(),
    EchoRequest(b"hello"),
    EchoReply(),
    BarrierRequest(),
    BarrierReply(),
    FeaturesRequest(),
    FeaturesReply(0x1234, 0, 254, 0, 0x4F),
    Error(1, 6, 0, b"\1\2\3\4"),
]
