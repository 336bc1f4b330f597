"""Has ``ovs-ofctl`` do it, one process a call."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from oko_py._errors import ObjectFileError, OpenFlowError, ProgramRefused
from oko_py._model import MapInfo, ProgramInfo
from oko_py._net.words import same_map
from oko_py._net.work import Entries, Load, MapRefused
from oko_py._parse import parse_map_dump, parse_programs
from oko_py._process import Runner
from oko_py.wire import MapOp, SetMode

#: Bytes of keys and values that go into one command line.
_MAX_BATCH = 16384

_COMMANDS = {MapOp.SET: "update-map", MapOp.DELETE: "del-map-entry", MapOp.CLEAR: "clear-map"}


class Caller:
    """An engine that runs ``ovs-ofctl``."""

    def __init__(self, bridge: str, runner: Runner) -> None:
        """Run it by *runner*, for *bridge*."""
        self._bridge = bridge
        self._runner = runner

    def describe(self, program_id: int | None) -> list[ProgramInfo]:
        """Describe a program, or all of them."""
        which = [] if program_id is None else [str(program_id)]
        return parse_programs(self._runner.run("dump-filter-progs", self._bridge, *which))

    def load(self, load: Load) -> None:
        """Load a program."""
        options = ["--replace"] if load.replace else []
        options += ["--keep-maps"] if load.keep_maps else []
        options += ["--lose-maps"] if load.lose_maps else []
        if load.log_file is not None:
            options.append(f"--verifier-log={Path(load.log_file)}")
        # A path is for ovs-ofctl to open, so that it stands in its messages.
        from_stdin = not load.from_path or load.path == "-"
        try:
            self._runner.run(
                "load-filter-prog",
                self._bridge,
                str(load.id),
                "-" if from_stdin else load.path,
                options=options,
                stdin=load.data if from_stdin else None,
            )
        except ObjectFileError as error:
            raise ObjectFileError(error.reason, path=load.path) from error
        except ProgramRefused as error:
            if load.log_file is not None and Path(load.log_file).exists():
                error.log = Path(load.log_file).read_text("utf-8", "replace")
            raise

    def image(self, program_id: int) -> bytes:
        """Return the object that a program was loaded from."""
        with tempfile.TemporaryDirectory(prefix="oko-save-") as directory:
            path = Path(directory) / "object"
            self._runner.run("save-filter-prog", self._bridge, str(program_id), str(path))
            return path.read_bytes()

    def unload(self, program_id: int | None, *, force: bool) -> None:
        """Unload a program, or all of them."""
        which = "all" if program_id is None else str(program_id)
        options = ["--force"] if force else []
        self._runner.run("unload-filter-prog", self._bridge, which, options=options)

    def change(
        self, program_id: int, info: MapInfo, op: MapOp, mode: SetMode, entries: Entries
    ) -> None:
        """Change a map, with as many commands as it takes."""
        if op is MapOp.CLEAR:
            self._map(program_id, info, op, [])
        batch = max(1, _MAX_BATCH // max(1, entries.size))
        for start in range(0, len(entries), batch):
            stop = min(start + batch, len(entries))
            words = list(
                itertools.chain.from_iterable(_words(entries, i) for i in range(start, stop))
            )
            if mode is not SetMode.ANY:
                words.append(mode.name.lower())
            self._map(program_id, info, op, words, start, stop - 1)

    def _map(
        self,
        program_id: int,
        info: MapInfo,
        op: MapOp,
        words: list[str],
        first: int = 0,
        last: int = 0,
    ) -> None:
        try:
            # The index, since names in an object may be anything.
            self._runner.run(
                _COMMANDS[op], self._bridge, str(program_id), str(info.index), *words
            )
        except OpenFlowError as error:
            raise MapRefused(error.name, str(error), first, last) from error

    def count(self, program_id: int, info: MapInfo) -> int:
        """Return how many entries are in a map."""
        return same_map(self.describe(program_id), program_id, info).n_entries

    def lookup(self, program_id: int, info: MapInfo, key: bytes) -> bytes | None:
        """Return the value of a key, None if it is not there."""
        portions = self.entries(program_id, info)
        return next((value for each in portions for found, value in each if found == key), None)

    def entries(self, program_id: int, info: MapInfo) -> Iterator[list[tuple[bytes, bytes]]]:
        """Return what is in a map, all at once."""
        try:
            text = self._runner.run(
                "dump-map", self._bridge, str(program_id), str(info.index), "hex"
            )
        except OpenFlowError as error:
            raise MapRefused(error.name, str(error)) from error
        yield parse_map_dump(text)


def _words(entries: Entries, index: int) -> Iterator[str]:
    yield "key"
    yield from map(str, entries.key(index))
    if entries.value_size:
        yield "value"
        yield from map(str, entries.value(index))
