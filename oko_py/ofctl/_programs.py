"""Filter programs of a bridge."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oko_py import elf
from oko_py._errors import BadArgument, ObjectFileError, ProgramNotFound, ProgramRefused
from oko_py._model import ProgramInfo
from oko_py._parse import parse_programs
from oko_py._process import Runner
from oko_py.ofctl._maps import Maps

#: What can be loaded: an object that was read, a path, or the file's content.
Loadable = elf.Spec | str | os.PathLike[str] | bytes

_MIN_ID, _MAX_ID = 1, 0xFFFFFFFE


@dataclass(frozen=True, slots=True)
class Program:
    """A program in a switch, as it was when asked for; its maps are live."""

    info: ProgramInfo
    maps: Maps = field(repr=False, compare=False)
    spec: elf.Spec | None = field(repr=False, compare=False)  #: The object, where it is known.

    @property
    def id(self) -> int:
        """The number that flows name it by: ``filter_prog=ID``."""
        return self.info.id

    @property
    def name(self) -> str:
        """The function's name."""
        return self.info.name

    @property
    def tag(self) -> str:
        """Digest of the instructions."""
        return self.info.tag

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {**self.info.to_dict(), "maps": [each.to_dict() for each in self.maps.values()]}


class Programs(Mapping[int, Program]):
    """The programs of a bridge, by number.  Every access asks the switch."""

    def __init__(self, bridge: str, runner: Runner) -> None:
        """Use ``Bridge.programs`` instead."""
        self._bridge = bridge
        self._runner = runner
        #: What was loaded here, for the types of maps: by number, with the handle and time that
        #: tell whether it is still the one.
        self._loaded: dict[int, tuple[tuple[int, float], elf.Spec]] = {}

    # Reading.

    def dump(self) -> list[Program]:
        """Return all programs, by number."""
        infos = parse_programs(self._runner.run("dump-filter-progs", self._bridge))
        return [self._program(info) for info in sorted(infos, key=lambda info: info.id)]

    def get_with(self, program_id: int, spec: elf.Spec | None) -> Program:
        """Return a program, with the types that *spec* declares for its maps."""
        _check_id(program_id)
        infos = parse_programs(self._runner.run("dump-filter-progs", self._bridge, str(program_id)))
        for info in infos:
            if info.id == program_id:
                return self._program(info, spec)
        raise ProgramNotFound(
            f"bridge {self._bridge} has no filter program {program_id}", name="OKO_UNKNOWN_PROG"
        )

    def __getitem__(self, program_id: int) -> Program:
        return self.get_with(program_id, None)

    def __iter__(self) -> Iterator[int]:
        return iter([program.id for program in self.dump()])

    def __len__(self) -> int:
        return len(self.dump())

    def _program(self, info: ProgramInfo, spec: elf.Spec | None = None) -> Program:
        if spec is None and info.id in self._loaded:
            identity, loaded = self._loaded[info.id]
            if identity == (info.handle, info.loaded_at):
                spec = loaded
        maps = Maps(self._bridge, self._runner, info.id, info.maps, spec)
        return Program(info, maps, spec)

    # Writing.

    def load(
        self,
        program_id: int,
        program: Loadable,
        *,
        replace: bool = False,
        keep_maps: bool = False,
        log: bool = False,
    ) -> Program:
        """Load *program* under the number *program_id* and return it.

        With *replace*, a program of that number may exist and is replaced, while flows go on to
        use it; with *keep_maps*, maps that both declare alike keep their content.  The switch's
        verifier decides: :class:`ProgramRejected` holds its report, and with *log* every step.
        Other refusals are :class:`ObjectFileError`, :class:`ProgramOverLimit` and
        :class:`ProgramExists`.
        """
        _check_id(program_id)
        path, data, spec = _content(program)
        options = []
        if replace:
            options.append("--replace")
        if keep_maps:
            options.append("--keep-maps")
        try:
            self._send(program_id, data, options, log)
        except ObjectFileError as error:
            raise ObjectFileError(error.reason, path=path) from error
        loaded = self.get_with(program_id, spec)
        if spec is not None:
            self._loaded[program_id] = ((loaded.info.handle, loaded.info.loaded_at), spec)
        return loaded

    def _send(self, program_id: int, data: bytes, options: list[str], log: bool) -> None:
        args = ("load-filter-prog", self._bridge, str(program_id), "-")
        if not log:
            self._runner.run(*args, options=options, stdin=data)
            return
        with tempfile.TemporaryDirectory(prefix="oko-log-") as directory:
            path = Path(directory) / "log"
            try:
                self._runner.run(*args, options=[*options, f"--log={path}"], stdin=data)
            except ProgramRefused as error:
                if path.exists():
                    error.log = path.read_text("utf-8", "replace")
                raise

    def replace(self, program_id: int, program: Loadable, *, keep_maps: bool = True) -> Program:
        """Put *program* in the place of a program that is there, under the flows that use it.

        Raises :class:`ProgramNotFound` if there is none; otherwise like :meth:`load`.
        """
        self.get_with(program_id, None)
        return self.load(program_id, program, replace=True, keep_maps=keep_maps)

    def unload(self, program_id: int, *, force: bool = False) -> None:
        """Unload a program; with *force*, delete the flows that use it first.

        Raises :class:`ProgramNotFound` or :class:`ProgramInUse`.
        """
        _check_id(program_id)
        self._unload(str(program_id), force)
        self._loaded.pop(program_id, None)

    def unload_all(self, *, force: bool = False) -> None:
        """Unload all programs; with *force*, delete the flows that use them first."""
        self._unload("all", force)
        self._loaded.clear()

    def _unload(self, what: str, force: bool) -> None:
        options = ["--force"] if force else []
        self._runner.run("unload-filter-prog", self._bridge, what, options=options)


def _check_id(program_id: int) -> None:
    if not _MIN_ID <= program_id <= _MAX_ID:
        raise BadArgument(
            f"expected the number of a program, {_MIN_ID} to {_MAX_ID}, got {program_id}"
        )


def _content(program: Loadable) -> tuple[str, bytes, elf.Spec | None]:
    """Return the path, the bytes and, if it can be read, the spec of *program*.

    Whether an object can be used is for the switch to say, not for us.
    """
    if isinstance(program, elf.Spec):
        return program.path, program.data, program
    if isinstance(program, bytes):
        path, data = "", program
    else:
        path, data = os.fspath(program), elf.read_file(program)
    try:
        return path, data, elf.loads(data, path=path)
    except ObjectFileError:
        return path, data, None
