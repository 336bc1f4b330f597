"""Does it over a connection of our own, without a process a call."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator

from oko_py._model import MapInfo, ProgramInfo
from oko_py._net import words
from oko_py._net.connection import Connection
from oko_py._net.exchange import Refused, dumped, join_image, next_cursor
from oko_py._net.failing import FirstBad, failed
from oko_py._net.target import TLS, Target
from oko_py._net.work import Entries, Load
from oko_py.wire import (
    PROG_ALL,
    VERSIONS,
    Error,
    MapDumpRequest,
    MapGetRequest,
    MapOp,
    MapUpdate,
    OkoReply,
    OkoRequest,
    ProgDescRequest,
    ProgImageRequest,
    ProgLogRequest,
    ProgUnload,
    SetMode,
    UnloadFlags,
    Version,
    max_entries,
)


class Speaker:
    """An engine that speaks OpenFlow.

    Each call has a connection of its own, unless :meth:`hold` keeps one for those to come.  May be
    used by several threads, which then wait for each other, and after a fork.
    """

    def __init__(
        self,
        bridge: str,
        target: Target,
        *,
        timeout: float | None,
        tls: TLS | None = None,
        versions: Iterable[int] = VERSIONS,
    ) -> None:
        """Speak to *target*, which messages call *bridge*."""
        self._bridge = bridge
        self._target = target
        self._timeout = timeout
        self._tls = tls
        self._versions = frozenset(versions)
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._pid = 0
        self._holders = 0
        self._users = 0

    # Connections.

    def hold(self) -> None:
        """Keep a connection until as many :meth:`release` as this."""
        with self._lock:
            self._holders += 1
            with self._connected():
                pass

    @property
    def connected(self) -> bool:
        """Whether there is a connection to go on with, as far as we can tell."""
        with self._lock:
            return (
                self._connection is not None
                and self._pid == os.getpid()
                and self._connection.usable
            )

    def release(self) -> None:
        """Let the connection go, unless others hold it."""
        with self._lock:
            self._holders -= 1
            self._let_go()

    def _let_go(self) -> None:
        if not self._holders and not self._users and self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._lock:
            if self._connection is not None and self._pid != os.getpid():
                # After a fork the other process goes on with it.
                self._connection.close()
                self._connection = None
            if self._connection is None or not self._connection.usable:
                self._connection = Connection(
                    self._target, timeout=self._timeout, tls=self._tls, versions=self._versions
                )
                self._pid = os.getpid()
            self._users += 1
            try:
                yield self._connection
            finally:
                self._users -= 1
                self._let_go()

    def _ask(self, request: OkoRequest) -> list[OkoReply]:
        with self._connected() as connection:
            return connection.ask(request)

    # Programs.

    def describe(self, program_id: int | None) -> list[ProgramInfo]:
        """Describe a program, or all of them."""
        try:
            parts = self._ask(ProgDescRequest(PROG_ALL if program_id is None else program_id))
        except Refused as refused:
            raise words.program_error(self._bridge, program_id, refused.error) from None
        return words.program_infos(parts)

    def load(self, load: Load) -> None:
        """Load a program."""
        messages = words.load_messages(self._bridge, load)
        texts: dict[int, str] = {}
        with self._connected() as connection:
            try:
                connection.command(messages)
                refused = None
            except Refused as error:
                refused = error
            if refused is not None or load.log_file is not None:
                with contextlib.suppress(Refused):
                    texts = words.log_texts(connection.ask(ProgLogRequest()))
        log = texts.get(words.LOG)
        if load.log_file is not None:
            load.write_log(log or "")
        if refused is not None:
            raise words.load_error(self._bridge, load, refused.error, texts)

    def image(self, program_id: int) -> bytes:
        """Return the object that a program was loaded from."""
        try:
            return join_image(self._ask(ProgImageRequest(program_id)), program_id)
        except Refused as refused:
            raise words.program_error(self._bridge, program_id, refused.error) from None

    def unload(self, program_id: int | None, *, force: bool) -> None:
        """Unload a program, or all of them."""
        number = PROG_ALL if program_id is None else program_id
        flags = UnloadFlags.FORCE if force else UnloadFlags.NONE
        try:
            with self._connected() as connection:
                connection.command([ProgUnload(number, flags)])
        except Refused as refused:
            raise words.program_error(self._bridge, program_id, refused.error) from None

    # Maps.

    def _now(self, program_id: int, info: MapInfo) -> MapInfo:
        """Return the map as it is now: the program may have been replaced meanwhile."""
        return words.same_map(self.describe(program_id), program_id, info)

    def count(self, program_id: int, info: MapInfo) -> int:
        """Return how many entries are in a map."""
        return self._now(program_id, info).n_entries

    def change(
        self, program_id: int, info: MapInfo, op: MapOp, mode: SetMode, entries: Entries
    ) -> None:
        """Change a map, one message after the other: what follows a failure is not done."""
        with self._connected() as connection:
            index = self._now(program_id, info).index
            if op is MapOp.CLEAR:
                batch, messages = 1, iter([MapUpdate(program_id, index, op)])
            else:
                batch = max_entries(entries.key_size, entries.value_size)
                if not batch and len(entries):
                    limit = Error.named("OKO_LIMIT", Version.OF13)
                    raise words.map_refused(program_id, info, limit)
                messages = words.updates(program_id, index, op, mode, entries, max(batch, 1))
            try:
                connection.command(messages)
                return
            except Refused as refused:
                error = refused.error
                where = failed(refused.index, batch, len(entries))
                if len(where) > 1:
                    with contextlib.suppress(Refused):
                        where = words.entry_that_failed(connection.ask(ProgLogRequest()), where)
            bad = FirstBad(info, op, mode, error.name, entries, where)
            if bad.needs_dump:
                for portion in self.entries(program_id, info):
                    bad.seen(portion)
            raise words.map_refused(program_id, info, error, *bad.result())

    def lookup(self, program_id: int, info: MapInfo, key: bytes) -> bytes | None:
        """Return the value of a key, None if it is not there."""
        index = self._now(program_id, info).index
        try:
            request = MapGetRequest(program_id, index, 1, len(key), key)
            value = dict(dumped(request, self._ask(request))).get(key)
            if value is None or words.is_exact(info):
                return value
        except Refused as refused:
            if not words.cannot_get(refused.error):
                raise words.map_refused(program_id, info, refused.error) from None
        portions = self.entries(program_id, info)
        return next((value for each in portions for found, value in each if found == key), None)

    def entries(self, program_id: int, info: MapInfo) -> Iterator[list[tuple[bytes, bytes]]]:
        """Return what is in a map, as it comes; nothing is kept here or in the switch."""
        index = self._now(program_id, info).index
        cursor: int | None = 0
        while cursor is not None:
            request = MapDumpRequest(program_id, index, cursor)
            entries, cursor = self._dump(program_id, info, request)
            yield entries

    def _dump(
        self, program_id: int, info: MapInfo, request: MapDumpRequest
    ) -> tuple[list[tuple[bytes, bytes]], int | None]:
        """Return entries, and where those after them begin, None if there are none."""
        try:
            parts = self._ask(request)
        except Refused as refused:
            raise words.map_refused(program_id, info, refused.error) from None
        return dumped(request, parts), next_cursor(parts)
