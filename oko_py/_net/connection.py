"""A connection to a switch, for those who wait for answers."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Iterable
from types import TracebackType

from oko_py._errors import CommandTimeout, ConnectionLost
from oko_py._net.exchange import Ask, Commands, Exchange
from oko_py._net.target import TLS, Target
from oko_py.wire import VERSIONS, Frame, Message, OkoReply, OkoRequest, Session

_BLOCK = 262144


class Connection:
    """An open connection, on which both sides have agreed on a version of OpenFlow.

    Not for several threads at once.  After an exception that is no answer of the switch, such as
    :class:`ConnectionLost`, it is closed.
    """

    def __init__(
        self,
        target: Target,
        *,
        timeout: float | None = 10.0,
        tls: TLS | None = None,
        versions: Iterable[int] = VERSIONS,
    ) -> None:
        """Connect to *target*; *timeout* is how long an answer may take, in seconds."""
        self._name = target.name
        self._timeout = timeout
        self._session = Session(versions)
        self._unsent = b""
        self._socket: socket.socket | None = target.connect(timeout, tls)
        self._wants_out = False
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        with self._closing():
            deadline = self._deadline()
            while not self._session.ready:
                self._step(deadline)

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; harmless if it is closed."""
        if self._socket is not None:
            found, self._socket = self._socket, None
            found.close()

    @property
    def usable(self) -> bool:
        """Whether it is open, as far as we can tell; answers what the switch asked meanwhile."""
        if self._socket is None:
            return False
        try:
            with self._closing():
                while self._wait(0) & ~select.POLLOUT:
                    self._receive()
                self._send()
        except Exception:
            return False
        return True

    def ask(self, request: OkoRequest) -> list[OkoReply]:
        """Return all parts of the answer, or raise Refused."""
        exchange = Ask(request)
        self._run(exchange)
        return exchange.result()

    def command(self, messages: Iterable[Message], *, window: int = 1) -> None:
        """Send commands and wait until they are done; raises Refused for the first that fails."""
        exchange = Commands(messages, window=window)
        self._run(exchange)
        exchange.result()

    def _run(self, exchange: Exchange) -> None:
        with self._closing():
            exchange.fill(self._session)
            deadline = self._deadline()
            while not exchange.done:
                self._send()
                if isinstance(exchange, Commands):
                    exchange.prepare()
                frames = self._step(deadline)
                if frames:
                    deadline = self._deadline()
                for frame in frames:
                    exchange.receive(frame)
                exchange.fill(self._session)

    @contextlib.contextmanager
    def _closing(self):  # type: ignore[no-untyped-def]
        """Close the connection if we don't know any more what is under way on it."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _deadline(self) -> float | None:
        return None if self._timeout is None else time.monotonic() + self._timeout

    def _step(self, deadline: float | None) -> list[Frame]:
        """Send what can be sent, and return what came, after waiting for either."""
        self._send()
        wait: float | None = None
        if deadline is not None:
            wait = deadline - time.monotonic()
        events = 0 if wait is not None and wait <= 0 else self._wait(wait)
        if not events:
            raise CommandTimeout(
                f"{self._name}: no answer within {self._timeout or 0.0:g} s",
                argv=(),
                timeout=self._timeout or 0.0,
            )
        return self._receive() if events & ~select.POLLOUT else []

    def _wait(self, seconds: float | None) -> int:
        """Wait until there is something to receive or room to send; return which, 0 if neither."""
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return select.POLLIN
        out = bool(self._unsent or self._session.pending)
        if out != self._wants_out:
            self._wants_out = out
            assert self._socket is not None
            self._poll.modify(self._socket, select.POLLIN | (select.POLLOUT if out else 0))
        found = self._poll.poll(None if seconds is None else max(0, seconds * 1000))
        return found[0][1] if found else 0

    def _receive(self) -> list[Frame]:
        assert self._socket is not None
        try:
            data = self._socket.recv(_BLOCK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return []
        except OSError as error:
            raise self._lost(str(error)) from error
        if not data:
            raise self._lost("it closed the connection")
        return self._session.receive(data)

    def _send(self) -> None:
        assert self._socket is not None
        while self._unsent or self._session.pending:
            self._unsent = self._unsent or self._session.take(_BLOCK)
            try:
                n = self._socket.send(self._unsent)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                raise self._lost(str(error)) from error
            self._unsent = self._unsent[n:]

    def _lost(self, why: str) -> ConnectionLost:
        return ConnectionLost(
            f"{self._name}: the connection to the switch was lost ({why}): what was under way may"
            " have been done, or not"
        )
