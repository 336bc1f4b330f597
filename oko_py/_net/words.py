"""Puts what the switch answers into the words and types of the library."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from oko_py._errors import (
    BadArgument,
    CommandError,
    MapIncompatible,
    MapNotFound,
    NotAnOko,
    ObjectFileError,
    OkoError,
    OpenFlowError,
    ProgramExists,
    ProgramInUse,
    ProgramLosesMaps,
    ProgramNotFound,
    ProgramOverLimit,
    ProgramRefused,
    ProgramRejected,
)
from oko_py._model import MapInfo, ProgramInfo
from oko_py._net.work import Entries, Load, MapRefused
from oko_py._process import FOREIGN_ERRORS, locate_refusal
from oko_py.elf import MAP_TYPES
from oko_py.wire import (
    CHUNK,
    MAX_OBJECT,
    Abi,
    Error,
    LoadFlags,
    LogType,
    MapFlags,
    MapOp,
    MapUpdate,
    OkoReply,
    ProgDesc,
    ProgDescReply,
    ProgLoad,
    ProgLogReply,
    SetMode,
    Version,
)

#: Type of the verifier's log among the texts about a load.
LOG = int(LogType.LOG)


def versions(protocol: str | None) -> frozenset[Version]:
    """Return the versions that *protocol* names, such as ``OpenFlow13,OpenFlow15``."""
    if protocol is None:
        return frozenset(Version)
    names = {str(version).lower(): version for version in Version}
    found = set()
    for word in protocol.split(","):
        version = names.get(word.strip().lower().replace("openflow1.", "openflow1"))
        if version is None:
            raise BadArgument(
                f"expected versions of OpenFlow such as {max(Version)}, got {protocol!r}"
            )
        found.add(version)
    return frozenset(found)


# Descriptions.


def program_infos(parts: Iterable[OkoReply]) -> list[ProgramInfo]:
    """Return the descriptions in an answer."""
    infos = []
    for part in parts:
        assert isinstance(part, ProgDescReply)
        infos += [_program_info(each) for each in part.programs]
    return infos


def _program_info(desc: ProgDesc) -> ProgramInfo:
    abi = desc.abi
    return ProgramInfo(
        id=desc.prog_id,
        name=desc.name,
        section=desc.section,
        abi=Abi(abi).name.lower() if abi in Abi.__members__.values() else str(abi),
        tag=desc.tag.hex(),
        handle=desc.handle,
        loaded_at=desc.load_time / 1000,
        elf_size=desc.elf_len,
        n_insns=desc.n_insns,
        jited_size=desc.jited_len,
        map_memory=desc.map_memory,
        n_rules=desc.n_rules,
        n_runs=desc.n_runs,
        n_matches=desc.n_matches,
        maps=tuple(
            MapInfo(
                index=index,
                name=each.name,
                type=MAP_TYPES.get(each.type, str(each.type)),
                key_size=each.key_size,
                value_size=each.value_size,
                max_entries=each.max_entries,
                n_entries=each.n_entries,
                memory=each.memory,
                n_hash_functions=each.n_hash_functions,
                read_only=bool(each.flags & MapFlags.READ_ONLY),
            )
            for index, each in enumerate(desc.maps)
        ),
    )


def same_map(programs: list[ProgramInfo], program_id: int, info: MapInfo) -> MapInfo:
    """Return the map *info* of a program as it is now, in the answer *programs*.

    Raises :class:`MapNotFound` or :class:`MapIncompatible` if it is not the same map any more.
    """
    found = [
        each
        for program in programs
        if program.id == program_id
        for each in program.maps
        if each.name == info.name
    ]
    if not found:
        raise MapNotFound(
            f"program {program_id} has no map {info.name!r} any more: it was replaced",
            map_name=info.name,
        )
    same = next((each for each in found if each.index == info.index), found[0])
    if (same.type, same.key_size, same.value_size) != (info.type, info.key_size, info.value_size):
        raise MapIncompatible(
            f"map {info.name} of program {program_id} is another one now, {same.type} with"
            f" {same.key_size} + {same.value_size} bytes an entry, was {info.type} with"
            f" {info.key_size} + {info.value_size}: take it from the program's maps again",
            map_name=info.name,
        )
    return same


# Errors.


def program_error(bridge: str, program_id: int | None, error: Error) -> CommandError:
    """Return the exception for an error about a program, or about all of them."""
    name = error.name
    what = "filter programs" if program_id is None else f"filter program {program_id}"
    if name in FOREIGN_ERRORS:
        return NotAnOko(
            f"{bridge}: the switch is a stock Open vSwitch, without filter programs ({name})"
        )
    if name == "OKO_UNKNOWN_PROG":
        return ProgramNotFound(f"{bridge}: there is no {what}", name=name)
    if name == "OKO_PROG_EXISTS":
        return ProgramExists(
            f"{bridge}: there is a {what} already: replace it, or choose another number", name=name
        )
    if name == "OKO_PROG_IN_USE":
        verb = "are" if program_id is None else "is"
        return ProgramInUse(
            f"{bridge}: {what} {verb} in use by flows: delete them first, or unload by force",
            name=name,
        )
    return OpenFlowError(f"{bridge}: {what}: {error.meaning or 'refused'} ({name})", name=name)


def map_refused(
    program_id: int, info: MapInfo, error: Error, first: int = 0, last: int = 0
) -> MapRefused:
    """Return what an error about a map is for those who use maps."""
    name = error.name
    if name == "OKO_UNKNOWN_PROG":
        text = f"there is no filter program {program_id}"
    elif name == "OKO_MAP_FULL":
        text = f"map is full, it has room for {info.max_entries} entries"
    else:
        text = f"{error.meaning or 'refused'} ({name})"
    if name != "OKO_UNKNOWN_PROG":
        text = f'map "{info.name}" of filter program {program_id}: {text}'
    return MapRefused(name, text, first, last)


# Loading.


def load_messages(bridge: str, load: Load) -> Iterator[ProgLoad]:
    """Return the messages that load a program, or raise what no switch would take."""
    data = load.data
    if not data:
        raise ObjectFileError("file is empty", path=load.path)
    if len(data) > MAX_OBJECT:
        raise ProgramOverLimit(
            f"{bridge}: filter program {load.id} is over a limit",
            reason=f"{load.path or 'the object'} is longer than the limit of {MAX_OBJECT} bytes",
        )
    flags = LoadFlags.NONE
    flags |= LoadFlags.REPLACE if load.replace else LoadFlags.NONE
    flags |= LoadFlags.KEEP_MAPS if load.keep_maps else LoadFlags.NONE
    flags |= LoadFlags.LOSE_MAPS if load.lose_maps else LoadFlags.NONE
    flags |= LoadFlags.WANT_LOG if load.log_file is not None else LoadFlags.NONE
    return (
        ProgLoad(load.id, len(data), start, flags, data[start : start + CHUNK])
        for start in range(0, len(data), CHUNK)
    )


_CONTROL = re.compile(r"[^\n\t -\x7e\x80-\U0010ffff]|[\x7f-\x9f]")


def log_texts(parts: Iterable[OkoReply]) -> dict[int, str]:
    """Return the texts about a load by type, without what could upset a terminal."""
    found: dict[int, bytearray] = {}
    for part in parts:
        assert isinstance(part, ProgLogReply)
        for each in part.texts:
            found.setdefault(each.type, bytearray()).extend(each.text)
    return {
        kind: _CONTROL.sub("?", text.decode("utf-8", "replace")) for kind, text in found.items()
    }


def load_error(bridge: str, load: Load, error: Error, texts: dict[int, str]) -> OkoError:
    """Return the exception for a load that failed, with what the switch says about it."""
    name = error.name
    what = f"{bridge}: filter program {load.id}"

    def text(kind: LogType) -> str | None:
        """Return the part, without what puts its lines in columns for ovs-ofctl."""
        if kind not in texts:
            return None
        first, _, more = texts[kind].strip("\n").partition("\n")
        return f"{first}\n{textwrap.dedent(more)}" if more else first

    if name == "OKO_BAD_OBJECT":
        return ObjectFileError(text(LogType.REASON) or error.meaning, path=load.path)
    refusals: dict[str, tuple[type[ProgramRefused], str]] = {
        "OKO_REJECTED": (ProgramRejected, "was refused by the verifier"),
        "OKO_LIMIT": (ProgramOverLimit, "is over a limit"),
        "OKO_LOSES_MAPS": (
            ProgramLosesMaps,
            "was not replaced, for what is in its maps would be lost",
        ),
    }
    if name in refusals:
        kind, how = refusals[name]
        refusal = kind(
            f"{what} {how}",
            reason=text(LogType.REASON) or "not told",
            where=text(LogType.WHERE),
            state=text(LogType.STATE),
            advice=text(LogType.ADVICE),
            log=texts[LogType.LOG].strip("\n") if LogType.LOG in texts else None,
        )
        if isinstance(refusal, ProgramRejected):
            refusal.insn, refusal.source_line = locate_refusal(refusal.where or "")
        return refusal
    return program_error(bridge, load.id, error)


# Maps.


def updates(
    program_id: int, index: int, op: MapOp, mode: SetMode, entries: Entries, batch: int
) -> Iterator[MapUpdate]:
    """Return the messages that do *op* with *entries*, with *batch* of them to each."""
    view = memoryview(entries.data)
    for start in range(0, len(entries), batch):
        n = min(batch, len(entries) - start)
        data = bytes(view[start * entries.size : (start + n) * entries.size])
        yield MapUpdate(
            program_id, index, op, mode, n, entries.key_size, entries.value_size, data
        )


def cannot_get(error: Error) -> bool:
    """Return whether *error* means that the switch has no way to ask for single keys yet."""
    return error.name == "OFPBRC_BAD_STAT" or error.name in FOREIGN_ERRORS


def is_exact(info: MapInfo) -> bool:
    """Return whether what a switch gets for a key is the entry with that key.

    For a prefix it is that of the longest prefix of it, for which a dump has to be searched.
    """
    return info.type != "lpm_trie"


def entry_that_failed(parts: Iterable[OkoReply], where: range) -> range:
    """Return which of the entries in *where* failed, as the switch says; all if it doesn't."""
    text = log_texts(parts).get(LogType.APPLIED, "")
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) < len(where):
        return where[int(text) : int(text) + 1]
    return where
