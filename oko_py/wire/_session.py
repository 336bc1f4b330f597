"""One side of a connection, without input and output of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from oko_py._errors import BadArgument, BadMessage, VersionMismatch
from oko_py.wire._base import Message, split
from oko_py.wire._codec import Frame, decode, encode
from oko_py.wire._names import Version
from oko_py.wire._openflow import (
    BarrierRequest,
    EchoReply,
    EchoRequest,
    Error,
    Hello,
    common_version,
)

#: The versions in which our messages are spoken, if nothing else is asked for.
VERSIONS = frozenset(Version)


class Session:
    """Agrees on a version, numbers requests, answers echo requests.

    What came from the other side goes to :meth:`receive`; what :meth:`take` returns has to be
    sent there.

    >>> session = Session()
    >>> connection.sendall(session.take())              # the hello
    >>> while not session.ready:
    ...     session.receive(connection.recv(65536))
    >>> xid = session.send(ProgDescRequest())
    >>> connection.sendall(session.take())
    """

    def __init__(self, versions: Iterable[int] = VERSIONS, *, first_xid: int = 1) -> None:
        """Offer *versions*; the first request of ours has *first_xid*."""
        self._versions = frozenset(Version(number) for number in versions)
        if not self._versions:
            raise BadArgument("expected a version of OpenFlow, got none")
        self._version: Version | None = None
        self._xids = itertools.count(first_xid)
        self._in = bytearray()
        self._out = bytearray(
            encode(Hello(self._versions), version=max(self._versions), xid=self._next())
        )
        self._failure: BadMessage | VersionMismatch | None = None

    @property
    def ready(self) -> bool:
        """Whether both sides have agreed on a version: requests can be sent."""
        return self._version is not None

    @property
    def version(self) -> Version:
        """The version that both sides have agreed on."""
        if self._version is None:
            raise BadArgument("expected to know the version: the other side's hello is missing")
        return self._version

    @property
    def pending(self) -> int:
        """Bytes that are to be sent."""
        return len(self._out)

    def send(self, message: Message, xid: int | None = None) -> int:
        """Put *message* in line to be sent; return its number."""
        if xid is None:
            xid = self._next()
        self._out += encode(message, version=self.version, xid=xid)
        return xid

    def barrier(self) -> int:
        """Put a barrier in line; its reply comes when all before it is done."""
        return self.send(BarrierRequest())

    def take(self, most: int | None = None) -> bytes:
        """Take what is to be sent, all or up to *most* bytes."""
        data = bytes(self._out) if most is None else bytes(self._out[:most])
        del self._out[: len(data)]
        return data

    def receive(self, data: bytes) -> list[Frame]:
        """Return the messages that *data* completes, but for hellos and echo requests.

        Raises :class:`BadMessage` if one is broken or :class:`VersionMismatch` if there is no
        version in common: nothing more can be received then.
        """
        if self._failure is not None:
            raise self._failure
        self._in += data
        try:
            return list(self._frames())
        except (BadMessage, VersionMismatch) as error:
            self._failure = error
            raise

    def _frames(self) -> Iterator[Frame]:
        for data in split(self._in):
            frame = decode(data)
            message = frame.message
            if self._version is None:
                self._greet(frame)
            elif isinstance(message, Hello):
                raise BadMessage("hello", expected="it once", got="it again", offset=0)
            elif frame.version != self._version:
                raise BadMessage(
                    type(message).__name__,
                    expected=f"version {self._version:d}, as agreed",
                    got=str(frame.version),
                    offset=0,
                )
            elif isinstance(message, EchoRequest):
                self.send(EchoReply(message.data), frame.xid)
            else:
                yield frame

    def _greet(self, frame: Frame) -> None:
        message = frame.message
        if isinstance(message, Error) and message.name.startswith("OFPHFC_"):
            raise VersionMismatch(f"the switch speaks no version that we do: {message.text}")
        if not isinstance(message, Hello):
            raise BadMessage(
                type(message).__name__, expected="a hello first", got="another message", offset=0
            )
        self._version = common_version(frozenset(self._versions), message, frame.version)
        if self._version is None:
            theirs = message.versions or {frame.version}
            raise VersionMismatch(
                "no version of OpenFlow in common: we speak"
                f" {', '.join(map(str, sorted(self._versions)))}, the switch those with the"
                f" numbers {', '.join(map(str, sorted(theirs)))}"
            )

    def _next(self) -> int:
        # 0 is for what nobody asked for.
        return next(self._xids) & 0xFFFFFFFF or next(self._xids) & 0xFFFFFFFF
