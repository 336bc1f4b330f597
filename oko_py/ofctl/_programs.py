"""Filter programs of a bridge."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oko_py import elf
from oko_py._errors import BadArgument, NotAnOko, ObjectFileError, ProgramNotFound, ProgramRefused
from oko_py._model import ProgramInfo
from oko_py._parse import parse_programs
from oko_py._process import Runner
from oko_py.ofctl._maps import Maps, SpecSource

#: What can be loaded: an object that was read, a path, or the file's content.
Loadable = elf.Spec | str | os.PathLike[str] | bytes

_MIN_ID, _MAX_ID = 1, 0xFFFFFFFE


@dataclass(frozen=True, slots=True)
class Program:
    """A program in a switch, as it was when asked for; its maps are live."""

    info: ProgramInfo
    maps: Maps = field(repr=False, compare=False)
    _spec: SpecSource = field(repr=False, compare=False)

    @property
    def spec(self) -> elf.Spec | None:
        """What the object holds that it was loaded from, None if that can't be found out."""
        return self._spec()

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
        return self.info.to_dict()


class Programs(Mapping[int, Program]):
    """The programs of a bridge, by number.  Every access asks the switch."""

    def __init__(self, bridge: str, runner: Runner) -> None:
        """Use ``Bridge.programs`` instead."""
        self._bridge = bridge
        self._runner = runner
        # Objects that are known, by number, with the handle and the time of the load that tell
        # whether it is still the same.
        self._specs: dict[int, tuple[tuple[int, float], elf.Spec | None]] = {}

    # Reading.

    def dump(self) -> list[Program]:
        """Return all programs, by number."""
        infos = parse_programs(self._runner.run("dump-filter-progs", self._bridge))
        return [self._program(info) for info in sorted(infos, key=lambda info: info.id)]

    def __getitem__(self, program_id: int) -> Program:
        _check_id(program_id)
        infos = parse_programs(self._runner.run("dump-filter-progs", self._bridge, str(program_id)))
        for info in infos:
            if info.id == program_id:
                return self._program(info)
        raise ProgramNotFound(
            f"{self._bridge}: there is no filter program {program_id}", name="OKO_UNKNOWN_PROG"
        )

    def __iter__(self) -> Iterator[int]:
        return iter([program.id for program in self.dump()])

    def __len__(self) -> int:
        return len(self.dump())

    def _program(self, info: ProgramInfo) -> Program:
        def spec() -> elf.Spec | None:
            return self._spec_of(info)

        return Program(info, Maps(self._bridge, self._runner, info.id, info.maps, spec), spec)

    def save(self, program_id: int) -> bytes:
        """Return the object file that a program was loaded from."""
        _check_id(program_id)
        with tempfile.TemporaryDirectory(prefix="oko-save-") as directory:
            path = Path(directory) / "object"
            self._runner.run("save-filter-prog", self._bridge, str(program_id), str(path))
            return path.read_bytes()

    def _spec_of(self, info: ProgramInfo) -> elf.Spec | None:
        identity = (info.handle, info.loaded_at)
        known = self._specs.get(info.id)
        if known is None or known[0] != identity:
            spec = None
            # Without types, there are bytes: an object that we can't read is no failure.
            with contextlib.suppress(ObjectFileError, NotAnOko):
                spec = elf.loads(self.save(info.id))
            known = self._specs[info.id] = (identity, spec)
        return known[1]

    # Writing.

    def load(
        self,
        program_id: int,
        program: Loadable,
        *,
        replace: bool = False,
        keep_maps: bool = False,
        lose_maps: bool = False,
        log_file: str | os.PathLike[str] | None = None,
    ) -> Program:
        """Load *program* under the number *program_id* and return it.

        With *replace*, a program of that number may exist and is replaced, while flows go on to
        use it.  Maps that both declare alike keep their content, and :class:`ProgramLosesMaps`
        says what else would be lost, unless *lose_maps* allows it: then maps start empty or, with
        *keep_maps* as well, with what can be kept.  The switch's verifier decides:
        :class:`ProgramRejected` holds its report.  *log_file* is where to write
        every step that it took, which is then the exception's ``log`` too.  Other refusals are
        :class:`ObjectFileError`, :class:`ProgramOverLimit` and :class:`ProgramExists`.
        """
        _check_id(program_id)
        if keep_maps and not replace:
            raise BadArgument("keep_maps has a meaning only with replace")
        if lose_maps and not replace:
            raise BadArgument("lose_maps has a meaning only with replace")
        options = ["--replace"] if replace else []
        options += ["--keep-maps"] if keep_maps else []
        options += ["--lose-maps"] if lose_maps else []
        options += [f"--verifier-log={os.fspath(log_file)}"] if log_file is not None else []

        path, data, spec = _content(program)
        # A path is for ovs-ofctl to open, so that it stands in its messages.
        from_stdin = not path or path == "-" or isinstance(program, elf.Spec)
        try:
            self._runner.run(
                "load-filter-prog",
                self._bridge,
                str(program_id),
                "-" if from_stdin else path,
                options=options,
                stdin=data if from_stdin else None,
            )
        except ObjectFileError as error:
            raise ObjectFileError(error.reason, path=path) from error
        except ProgramRefused as error:
            if log_file is not None and Path(log_file).exists():
                error.log = Path(log_file).read_text("utf-8", "replace")
            raise
        loaded = self[program_id]
        if spec is not None:
            self._specs[program_id] = ((loaded.info.handle, loaded.info.loaded_at), spec)
        return loaded

    def replace(self, program_id: int, program: Loadable, *, keep_maps: bool = True) -> Program:
        """Put *program* in the place of a program that is there, under the flows that use it.

        Without *keep_maps*, maps start empty.  Raises :class:`ProgramNotFound` if there is none;
        otherwise like :meth:`load`.
        """
        self[program_id]
        return self.load(
            program_id, program, replace=True, keep_maps=keep_maps, lose_maps=not keep_maps
        )

    def unload(self, program_id: int, *, force: bool = False) -> None:
        """Unload a program; with *force*, delete the flows that use it first.

        Raises :class:`ProgramNotFound` or :class:`ProgramInUse`.
        """
        _check_id(program_id)
        self._unload(str(program_id), force)
        self._specs.pop(program_id, None)

    def unload_all(self, *, force: bool = False) -> None:
        """Unload all programs; with *force*, delete the flows that use them first."""
        self._unload("all", force)
        self._specs.clear()

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
