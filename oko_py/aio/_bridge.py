"""A bridge for asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from types import TracebackType

from oko_py import elf
from oko_py._errors import BadArgument, ObjectFileError, ProgramNotFound
from oko_py._model import MapInfo, ProgramInfo
from oko_py._net import words
from oko_py._net.exchange import Refused, dumped, join_image, next_cursor
from oko_py._net.failing import FirstBad, failed
from oko_py._net.target import TLS, find, not_found
from oko_py._net.work import Entries, Load
from oko_py.aio._connection import Connection
from oko_py.aio._programs import Maps, Program
from oko_py.ofctl._programs import Loadable, check_id, content
from oko_py.wire import (
    PROG_ALL,
    Error,
    MapDumpRequest,
    MapGetRequest,
    MapOp,
    MapUpdate,
    ProgDescRequest,
    ProgImageRequest,
    ProgLogRequest,
    ProgUnload,
    SetMode,
    UnloadFlags,
    Version,
    max_entries,
)


class Bridge:
    """A bridge of a switch.  Connects with the first call, and again if the connection is lost."""

    def __init__(
        self,
        name: str,
        *,
        timeout: float | None = 10.0,
        protocol: str | None = None,
        tls: TLS | None = None,
    ) -> None:
        """Name the bridge or target; everything is as in :class:`oko_py.ofctl.Bridge`."""
        if not isinstance(name, str) or not name:
            raise BadArgument(f"expected the name of a bridge, got {name!r}")
        self.name = name
        self._timeout = timeout
        self._tls = tls
        self._versions = words.versions(protocol)
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()
        self._loading = asyncio.Lock()
        self._specs: dict[int, tuple[tuple[int, float], elf.Spec | None]] = {}

    def __repr__(self) -> str:
        return f"aio.Bridge({self.name!r})"

    async def __aenter__(self) -> Bridge:
        await self.connection()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def connection(self) -> Connection:
        """Return the connection, for messages of :mod:`oko_py.wire`."""
        async with self._connecting:
            if self._connection is None or not self._connection.usable:
                await self.close()
                target = find(self.name)
                if target is None:
                    raise not_found(self.name)
                self._connection = await Connection.open(
                    target, timeout=self._timeout, tls=self._tls, versions=self._versions
                )
            return self._connection

    # Programs.

    async def _describe(self, program_id: int | None) -> list[ProgramInfo]:
        request = ProgDescRequest(PROG_ALL if program_id is None else program_id)
        try:
            return words.program_infos(await (await self.connection()).ask(request))
        except Refused as refused:
            raise words.program_error(self.name, program_id, refused.error) from None

    async def programs(self) -> list[Program]:
        """Return all programs, by number."""
        infos = sorted(await self._describe(None), key=lambda info: info.id)
        return [await self._program(info) for info in infos]

    async def program(self, program_id: int) -> Program:
        """Return a program, or raise :class:`ProgramNotFound`."""
        check_id(program_id)
        for info in await self._describe(program_id):
            if info.id == program_id:
                return await self._program(info)
        raise ProgramNotFound(
            f"{self.name}: there is no filter program {program_id}", name="OKO_UNKNOWN_PROG"
        )

    async def _program(self, info: ProgramInfo) -> Program:
        identity = (info.handle, info.loaded_at)
        known = self._specs.get(info.id)
        if known is None or known[0] != identity:
            spec = None
            if info.maps:
                with contextlib.suppress(ObjectFileError, ProgramNotFound):
                    spec = elf.loads(await self.save(info.id))
            known = self._specs[info.id] = (identity, spec)
        return Program(info, Maps(self, info.id, info.maps, known[1]), known[1])

    async def save(self, program_id: int) -> bytes:
        """Return the object file that a program was loaded from."""
        check_id(program_id)
        try:
            parts = await (await self.connection()).ask(ProgImageRequest(program_id))
        except Refused as refused:
            raise words.program_error(self.name, program_id, refused.error) from None
        return join_image(parts, program_id)

    async def load(
        self,
        program_id: int,
        program: Loadable,
        *,
        replace: bool = False,
        keep_maps: bool = False,
        lose_maps: bool = False,
        log_file: str | os.PathLike[str] | None = None,
    ) -> Program:
        """Load *program* under a number and return it, as :meth:`oko_py.ofctl.Programs.load`."""
        check_id(program_id)
        if (keep_maps or lose_maps) and not replace:
            raise BadArgument("keep_maps and lose_maps have a meaning only with replace")
        path, data, _ = content(program)
        load = Load(program_id, path, data, False, replace, keep_maps, lose_maps, log_file)
        messages = words.load_messages(self.name, load)
        connection = await self.connection()
        # A connection has one upload at a time, and one report.
        async with self._loading:
            refused, texts = None, {}
            try:
                await connection.command(messages)
            except Refused as error:
                refused = error
            if refused is not None or log_file is not None:
                with contextlib.suppress(Refused):
                    texts = words.log_texts(await connection.ask(ProgLogRequest()))
        load.write_log(texts.get(words.LOG, ""))
        if refused is not None:
            raise words.load_error(self.name, load, refused.error, texts)
        return await self.program(program_id)

    async def unload(self, program_id: int, *, force: bool = False) -> None:
        """Unload a program; with *force*, delete the flows that use it first."""
        check_id(program_id)
        await self._unload(program_id, force)

    async def unload_all(self, *, force: bool = False) -> None:
        """Unload all programs; with *force*, delete the flows that use them first."""
        await self._unload(None, force)

    async def _unload(self, program_id: int | None, force: bool) -> None:
        number = PROG_ALL if program_id is None else program_id
        flags = UnloadFlags.FORCE if force else UnloadFlags.NONE
        try:
            await (await self.connection()).command([ProgUnload(number, flags)])
        except Refused as refused:
            raise words.program_error(self.name, program_id, refused.error) from None

    # Maps: for those of a Program.

    async def map_now(self, program_id: int, info: MapInfo) -> MapInfo:
        """Return a map as it is now: the program may have been replaced meanwhile."""
        return words.same_map(await self._describe(program_id), program_id, info)

    async def change(
        self, program_id: int, info: MapInfo, op: MapOp, mode: SetMode, entries: Entries
    ) -> None:
        """Change a map in order, up to the first entry that fails, or raise MapRefused."""
        index = (await self.map_now(program_id, info)).index
        batch = 1 if op is MapOp.CLEAR else max_entries(entries.key_size, entries.value_size)
        if not batch:
            limit = Error.named("OKO_LIMIT", Version.OF13)
            raise words.map_refused(program_id, info, limit)
        if op is MapOp.CLEAR:
            messages = iter([MapUpdate(program_id, index, op)])
        else:
            messages = words.updates(program_id, index, op, mode, entries, batch)
        try:
            await (await self.connection()).command(messages)
            return
        except Refused as refused:
            error, where = refused.error, failed(refused.index, batch, len(entries))
        bad = FirstBad(info, op, mode, error.name, entries, where)
        if bad.needs_dump:
            async for portion in self.portions(program_id, info):
                bad.seen(portion)
        raise words.map_refused(program_id, info, error, *bad.result())

    async def find_entry(self, program_id: int, info: MapInfo, key: bytes) -> bytes | None:
        """Return the value of a key, None if it is not there."""
        index = (await self.map_now(program_id, info)).index
        request = MapGetRequest(program_id, index, 1, len(key), key)
        try:
            parts = await (await self.connection()).ask(request)
            value = dict(dumped(request, parts)).get(key)
            if value is None or words.is_exact(info):
                return value
        except Refused as refused:
            if not words.cannot_get(refused.error):
                raise words.map_refused(program_id, info, refused.error) from None
        async for portion in self.portions(program_id, info):
            for found, value in portion:
                if found == key:
                    return value
        return None

    async def portions(
        self, program_id: int, info: MapInfo
    ) -> AsyncIterator[list[tuple[bytes, bytes]]]:
        """Return what is in a map, as it comes."""
        index = (await self.map_now(program_id, info)).index
        cursor: int | None = 0
        while cursor is not None:
            request = MapDumpRequest(program_id, index, cursor)
            entries, cursor = await self._dump(program_id, info, request)
            yield entries

    async def _dump(
        self, program_id: int, info: MapInfo, request: MapDumpRequest
    ) -> tuple[list[tuple[bytes, bytes]], int | None]:
        try:
            parts = await (await self.connection()).ask(request)
        except Refused as refused:
            raise words.map_refused(program_id, info, refused.error) from None
        return dumped(request, parts), next_cursor(parts)
