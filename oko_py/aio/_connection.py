"""A connection on which any number of calls are under way."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from oko_py._errors import CommandTimeout, ConnectionLost, OkoError, Unreachable
from oko_py._net.exchange import Ask, Commands, Exchange
from oko_py._net.target import TLS, Target
from oko_py.wire import VERSIONS, Frame, Message, OkoReply, OkoRequest, Session

_BLOCK = 262144


class _Call:
    """An exchange, and the task that waits for it."""

    def __init__(self, connection: Connection, exchange: Exchange) -> None:
        self._connection = connection
        self.exchange = exchange
        self.xids: list[int] = []
        self.news = asyncio.Event()
        self.failure: OkoError | None = None

    # To the exchange, it is the session.

    def send(self, message: Message) -> int:
        return self._note(self._connection.session.send(message))

    def barrier(self) -> int:
        return self._note(self._connection.session.barrier())

    def _note(self, xid: int) -> int:
        self.xids.append(xid)
        self._connection.calls[xid] = self
        return xid


class Connection:
    """An open connection; :meth:`open` makes one.  For the tasks of one event loop."""

    def __init__(
        self,
        name: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        session: Session,
        timeout: float | None,
    ) -> None:
        """Use :meth:`open` instead."""
        self.session = session
        self.calls: dict[int, _Call] = {}
        self._name = name
        self._reader = reader
        self._writer = writer
        self._timeout = timeout
        self._failure: OkoError | None = None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        target: Target,
        *,
        timeout: float | None = 10.0,
        tls: TLS | None = None,
        versions: Iterable[int] = VERSIONS,
    ) -> Self:
        """Connect to *target*; *timeout* is how long an answer may take, in seconds."""
        context = target.context(tls) if target.kind == "ssl" else None
        session = Session(versions)
        plain = await asyncio.to_thread(target.connect_plain, timeout)
        try:
            reader, writer = await asyncio.open_connection(
                sock=plain, ssl=context, server_hostname="" if context is not None else None
            )
        except (OSError, ssl.SSLError) as error:
            plain.close()
            raise Unreachable(f"{target.name}: can't agree on TLS: {error}") from error
        connection = cls(target.name, reader, writer, session, timeout)
        try:
            async with asyncio.timeout(timeout):
                await connection._greet()
        except TimeoutError:
            await connection.close()
            raise connection._late() from None
        except BaseException:
            await connection.close()
            raise
        connection._task = asyncio.create_task(connection._read())
        return connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def usable(self) -> bool:
        """Whether it is open, as far as we know."""
        return self._failure is None

    async def close(self) -> None:
        """Close the connection; calls that are under way fail."""
        self._fail(ConnectionLost(f"{self._name}: the connection was closed"))
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await self._writer.wait_closed()

    async def ask(self, request: OkoRequest) -> list[OkoReply]:
        """Return all parts of the answer, or raise Refused."""
        exchange = Ask(request)
        await self._run(exchange)
        return exchange.result()

    async def command(self, messages: Iterable[Message], *, window: int = 1) -> None:
        """Send commands and wait until they are done; raises Refused for the first that fails."""
        exchange = Commands(messages, window=window)
        await self._run(exchange)
        exchange.result()

    async def _run(self, exchange: Exchange) -> None:
        call = _Call(self, exchange)
        try:
            exchange.fill(call)
            while not exchange.done:
                if self._failure is not None:
                    raise self._failure
                await self._flush()
                if isinstance(exchange, Commands):
                    exchange.prepare()
                try:
                    async with asyncio.timeout(self._timeout):
                        await call.news.wait()
                except TimeoutError:
                    raise self._late() from None
                call.news.clear()
                if call.failure is not None:
                    raise call.failure
                exchange.fill(call)
        finally:
            for xid in call.xids:
                self.calls.pop(xid, None)

    async def _flush(self) -> None:
        if self.session.pending:
            self._writer.write(self.session.take())
            try:
                await self._writer.drain()
            except OSError as error:
                raise self._fail(self._lost(str(error))) from error

    async def _greet(self) -> None:
        await self._flush()
        while not self.session.ready:
            for frame in self.session.receive(await self._block()):
                self._hand_on(frame)

    async def _block(self) -> bytes:
        try:
            data = await self._reader.read(_BLOCK)
        except OSError as error:
            raise self._lost(str(error)) from error
        if not data:
            raise self._lost("it closed the connection")
        return data

    async def _read(self) -> None:
        """Hand on what comes, until the connection ends."""
        try:
            while True:
                for frame in self.session.receive(await self._block()):
                    self._hand_on(frame)
                if self.session.pending:        # An answer to an echo request.
                    self._writer.write(self.session.take())
        except OkoError as error:
            self._fail(error)
            self._writer.close()

    def _hand_on(self, frame: Frame) -> None:
        call = self.calls.get(frame.xid)
        if call is None:
            return
        try:
            call.exchange.receive(frame)
        except OkoError as error:
            call.failure = error
        call.news.set()

    def _fail(self, error: OkoError) -> OkoError:
        """Let all calls fail with *error*, now and later."""
        if self._failure is None:
            self._failure = error
            for call in set(self.calls.values()):
                call.failure = error
                call.news.set()
        return self._failure

    def _late(self) -> CommandTimeout:
        seconds = self._timeout or 0.0
        return CommandTimeout(
            f"{self._name}: no answer within {seconds:g} s", argv=(), timeout=seconds
        )

    def _lost(self, why: str) -> ConnectionLost:
        return ConnectionLost(
            f"{self._name}: the connection to the switch was lost ({why}): what was under way may"
            " have been done, or not"
        )
