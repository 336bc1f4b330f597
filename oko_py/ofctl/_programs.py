"""Filter programs of a bridge."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from oko_py import elf
from oko_py._described import DescribedProgram
from oko_py._errors import BadArgument, NotAnOko, ObjectFileError, ProgramNotFound
from oko_py._model import ProgramInfo
from oko_py._net.work import Load
from oko_py._typed import SpecSource
from oko_py.ofctl._engine import Engine
from oko_py.ofctl._maps import Maps
from oko_py.wire import PROG_MAX, PROG_MIN

#: What can be loaded: an object that was read, a path, or the file's content.
Loadable = elf.Spec | str | os.PathLike[str] | bytes


@dataclass(frozen=True, slots=True)
class Program(DescribedProgram):
    """A program in a switch, as it was when asked for; its maps are live."""

    info: ProgramInfo
    maps: Maps = field(repr=False, compare=False)
    _spec: SpecSource = field(repr=False, compare=False)

    @property
    def spec(self) -> elf.Spec | None:
        """What the object holds that it was loaded from, None if that can't be found out."""
        return self._spec()

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return self.info.to_dict()


class Programs(Mapping[int, Program]):
    """The programs of a bridge, by number.  Every access asks the switch."""

    def __init__(self, bridge: str, engine: Callable[[], Engine]) -> None:
        """Use ``Bridge.programs`` instead."""
        self._bridge = bridge
        self._engine = engine
        # Objects that are known, by number, with the handle and the time of the load that tell
        # whether it is still the same.
        self._specs: dict[int, tuple[tuple[int, float], elf.Spec | None]] = {}

    # Reading.

    def dump(self) -> list[Program]:
        """Return all programs, by number."""
        infos = self._engine().describe(None)
        return [self._program(info) for info in sorted(infos, key=lambda info: info.id)]

    def __getitem__(self, program_id: int) -> Program:
        check_id(program_id)
        for info in self._engine().describe(program_id):
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

        return Program(info, Maps(self._bridge, self._engine, info.id, info.maps, spec), spec)

    def save(self, program_id: int) -> bytes:
        """Return the object file that a program was loaded from."""
        check_id(program_id)
        return self._engine().image(program_id)

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
        check_id(program_id)
        if keep_maps and not replace:
            raise BadArgument("keep_maps has a meaning only with replace")
        if lose_maps and not replace:
            raise BadArgument("lose_maps has a meaning only with replace")
        path, data, spec = content(program)
        self._engine().load(
            Load(
                program_id,
                path,
                data,
                from_path=bool(path) and not isinstance(program, elf.Spec),
                replace=replace,
                keep_maps=keep_maps,
                lose_maps=lose_maps,
                log_file=log_file,
            )
        )
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
        check_id(program_id)
        self._engine().unload(program_id, force=force)
        self._specs.pop(program_id, None)

    def unload_all(self, *, force: bool = False) -> None:
        """Unload all programs; with *force*, delete the flows that use them first."""
        self._engine().unload(None, force=force)
        self._specs.clear()


def check_id(program_id: int) -> None:
    """Check the number of a program, or raise BadArgument."""
    if not isinstance(program_id, int) or not PROG_MIN <= program_id <= PROG_MAX:
        raise BadArgument(
            f"expected the number of a program, {PROG_MIN} to {PROG_MAX}, got {program_id!r}"
        )


def content(program: Loadable) -> tuple[str, bytes, elf.Spec | None]:
    """Return the path, the bytes and, if it can be read, the spec of *program*.

    Whether an object can be used is for the switch to say, not for us.
    """
    if isinstance(program, elf.Spec):
        return program.path, program.data, program
    if isinstance(program, (bytes, bytearray, memoryview)):
        path, data = "", bytes(program)
    elif not isinstance(program, (str, os.PathLike)):
        raise BadArgument(
            f"expected a program as a path, bytes or an elf.Spec, got {type(program).__name__}"
        )
    else:
        path, data = os.fspath(program), elf.read_file(program)
    try:
        return path, data, elf.loads(data, path=path)
    except ObjectFileError:
        return path, data, None
