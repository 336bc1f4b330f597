"""What is asked over a connection, and when it is answered: without input and output.

The same for those who wait for the answer and for those who await it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from oko_py._errors import BadMessage
from oko_py.wire import (
    REPLIES,
    BarrierReply,
    DumpReplyFlags,
    Error,
    Frame,
    MapDumpReply,
    MapDumpRequest,
    MapGetRequest,
    Message,
    OkoReply,
    OkoRequest,
    ProgImageReply,
)

#: Most parts of one answer: the largest that a switch has reason to give fit into far less.
_MAX_PARTS = 4096


class Refused(Exception):
    """The switch answered with an error; for those who know what was asked to put into words."""

    def __init__(self, error: Error, index: int = 0) -> None:
        super().__init__(error.name)
        self.error = error
        self.index = index      #: Which of the commands failed.


class Sender(Protocol):
    """Where messages go: a :class:`oko_py.wire.Session`."""

    def send(self, message: Message) -> int:
        """Send *message*; return its number."""

    def barrier(self) -> int:
        """Send a barrier; return its number."""


class Exchange(Protocol):
    """Messages that belong together."""

    @property
    def done(self) -> bool:
        """Whether nothing more is to be sent or to come."""

    def fill(self, session: Sender) -> None:
        """Send what may be sent now."""

    def receive(self, frame: Frame) -> None:
        """Take a message, which may be for somebody else."""


class Ask:
    """A request, and all parts of its answer."""

    def __init__(self, request: OkoRequest) -> None:
        """Ask *request*."""
        self._request = request
        self._kind = REPLIES[request.subtype]
        self._xid: int | None = None
        self._error: Error | None = None
        self._parts: list[OkoReply] = []
        self.done = False

    def fill(self, session: Sender) -> None:
        """Send the request."""
        if self._xid is None:
            self._xid = session.send(self._request)

    def receive(self, frame: Frame) -> None:
        """Take a part, or the error."""
        if frame.xid != self._xid or self.done:
            return
        message = frame.message
        if isinstance(message, Error):
            self._error = message
            self.done = True
        elif not isinstance(message, OkoReply) or type(message) is not self._kind:
            raise BadMessage(
                type(message).__name__,
                expected=f"{self._kind.__name__} in answer to {type(self._request).__name__}",
                got="something else",
                offset=None,
            )
        elif len(self._parts) >= _MAX_PARTS:
            raise BadMessage(
                self._kind.__name__, expected=f"at most {_MAX_PARTS} parts", got="more", offset=None
            )
        else:
            self._parts.append(message)
            self.done = not message.more

    def result(self) -> list[OkoReply]:
        """Return the parts, or raise :class:`Refused`."""
        if self._error is not None:
            raise Refused(self._error)
        return self._parts


class Commands:
    """Commands, up to *window* of them on their way at once; no more are sent after a failure.

    With a window of one, what comes after a failure is not done; with a larger one, what was on
    its way is.
    """

    def __init__(self, messages: Iterable[Message], *, window: int = 1) -> None:
        """Send *messages*; they are made when it is their turn, one ahead."""
        self._messages = iter(messages)
        self._window = window
        self._next = next(self._messages, None)
        self._index = 0
        self._commands: dict[int, int] = {}         # Indexes, by xid.
        self._barriers: dict[int, int] = {}         # Commands' xids, by their barriers'.
        self._failures: dict[int, Error] = {}       # By index.

    @property
    def done(self) -> bool:
        """Whether all are answered."""
        return not self._barriers and (self._next is None or bool(self._failures))

    @property
    def n_done(self) -> int:
        """How many were done before the first failure, if any."""
        open_ones = [*self._commands.values(), *self._failures]
        return min(open_ones, default=self._index)

    def fill(self, session: Sender) -> None:
        """Send as many as may be on their way."""
        while self._next is not None and len(self._barriers) < self._window and not self._failures:
            xid = session.send(self._next)
            self._commands[xid] = self._index
            self._barriers[session.barrier()] = xid
            self._index += 1
            self._next = None if self._window == 1 else next(self._messages, None)

    def prepare(self) -> None:
        """Make the next message while the switch is at work."""
        if self._next is None and not self._failures:
            self._next = next(self._messages, None)

    def receive(self, frame: Frame) -> None:
        """Take an error, or the reply of a barrier: the command before it is done."""
        if isinstance(frame.message, Error):
            if frame.xid in self._commands:
                self._failures[self._commands[frame.xid]] = frame.message
            elif frame.xid in self._barriers:
                raise BadMessage(
                    "barrier", expected="a reply", got=frame.message.name, offset=None
                )
        elif isinstance(frame.message, BarrierReply):
            xid = self._barriers.pop(frame.xid, None)
            if xid is not None:
                del self._commands[xid]

    def result(self) -> None:
        """Raise :class:`Refused` for the first that failed."""
        if self._failures:
            index = min(self._failures)
            raise Refused(self._failures[index], index)


def join_image(parts: list[OkoReply], prog_id: int) -> bytes:
    """Put the object in the answer to ProgImageRequest together."""
    data = bytearray()
    total = 0
    for part in parts:
        assert isinstance(part, ProgImageReply)
        fits = part.prog_id == prog_id and part.offset == len(data)
        if not fits or (data and part.total_len != total):
            raise BadMessage(
                "ProgImageReply",
                expected=f"program {prog_id} from byte {len(data)} on",
                got=f"program {part.prog_id} from byte {part.offset} on",
                offset=None,
            )
        total = part.total_len
        data += part.chunk
    if len(data) != total:
        raise BadMessage(
            "ProgImageReply", expected=f"{total} bytes", got=str(len(data)), offset=None
        )
    return bytes(data)


def dumped(
    request: MapDumpRequest | MapGetRequest, parts: list[OkoReply]
) -> list[tuple[bytes, bytes]]:
    """Return the entries in the answer to *request*."""
    entries: list[tuple[bytes, bytes]] = []
    for part in parts:
        assert isinstance(part, MapDumpReply)
        if (part.prog_id, part.map_id) != (request.prog_id, request.map_id):
            raise BadMessage(
                "MapDumpReply",
                expected=f"entries of map {request.map_id} of program {request.prog_id}",
                got=f"those of map {part.map_id} of program {part.prog_id}",
                offset=None,
            )
        entries += part
    return entries


def next_cursor(parts: list[OkoReply]) -> int | None:
    """Return where a dump goes on after *parts*, None if that is all.

    A switch that says that there is more without sending anything would keep us there for ever.
    """
    last = parts[-1]
    assert isinstance(last, MapDumpReply)
    if not last.flags & DumpReplyFlags.MORE:
        return None
    if not any(isinstance(part, MapDumpReply) and part.n_entries for part in parts):
        raise BadMessage(
            "MapDumpReply", expected="entries, as there are more", got="none", offset=None
        )
    return last.cursor
