"""What the commands of both command lines do."""

from __future__ import annotations

import contextlib
import datetime
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from oko_py import elf
from oko_py._compile import compile as compile_program
from oko_py._elf import MAX_OBJECT_SIZE
from oko_py._errors import BadArgument
from oko_py._model import Flow, MapInfo
from oko_py._values import bytes_to_json, to_json, to_text
from oko_py.cli import _words
from oko_py.cli._output import Printer
from oko_py.ofctl import Bridge, Map, Program, UpdateFlag


def _bridge(args: Namespace) -> Bridge:
    return Bridge(
        args.bridge, timeout=args.timeout, ovs_ofctl=args.ovs_ofctl, protocol=args.protocol
    )


# Programs.


def prog_load(args: Namespace, printer: Printer) -> None:
    """Load a program."""
    source: str | bytes = args.file
    if args.file == "-":
        source = sys.stdin.buffer.read(MAX_OBJECT_SIZE + 1)
    with contextlib.ExitStack() as stack:
        log = args.log
        if log == "-":
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="oko-log-"))
            log = str(Path(directory) / "log")
            stack.callback(_print_log, log)
        program = _bridge(args).programs.load(
            args.id,
            source,
            replace=args.replace,
            keep_maps=args.keep_maps,
            lose_maps=args.lose_maps,
            log_file=log,
        )
    printer.result(program.to_dict())


def _print_log(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        sys.stderr.write(Path(path).read_text("utf-8", "replace"))


def prog_save(args: Namespace, printer: Printer) -> None:
    """Write the object that a program was loaded from to a file."""
    data = _bridge(args).programs.save(args.id)
    if args.file == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        Path(args.file).write_bytes(data)
    except OSError as error:
        raise BadArgument(f"{args.file}: can't write it: {error.strerror}") from error
    printer.result(None)


def prog_show(args: Namespace, printer: Printer) -> None:
    """Show one program or all."""
    programs = _bridge(args).programs
    shown = programs.dump() if args.id is None else [programs[args.id]]
    data: object = [program.to_dict() for program in shown]
    printer.result(data, (line for program in shown for line in _program_lines(program)))


def _program_lines(program: Program) -> Iterator[str]:
    info = program.info
    time = datetime.datetime.fromtimestamp(info.loaded_at).astimezone()
    yield f"{info.id}: {info.name}  section {info.section}  abi {info.abi}  tag {info.tag}"
    yield (
        f"\tloaded_at {time.isoformat(timespec='seconds')}  elf {info.elf_size}B"
        f"  xlated {info.n_insns * 8}B  jited {info.jited_size}B  memlock {info.map_memory}B"
    )
    yield f"\trules {info.n_rules}  runs {info.n_runs}  matches {info.n_matches}"
    for each in info.maps:
        yield f"\tmap {_map_line(each)}"


def prog_unload(args: Namespace, printer: Printer) -> None:
    """Unload one program or all."""
    programs = _bridge(args).programs
    if args.id == "all":
        programs.unload_all(force=args.force)
    else:
        programs.unload(args.id, force=args.force)
    printer.result(None)


def prog_replace(args: Namespace, printer: Printer) -> None:
    """Replace a program."""
    program = _bridge(args).programs.replace(args.id, args.file, keep_maps=not args.new_maps)
    printer.result(program.to_dict())


# Maps.


def _map(args: Namespace) -> Map:
    maps = _bridge(args).programs[args.id].maps
    if args.map.isdecimal() and args.map not in maps:
        return maps[int(args.map)]
    return maps[args.map]


def map_show(args: Namespace, printer: Printer) -> None:
    """Show the maps of a program."""
    maps = list(_bridge(args).programs[args.id].maps.values())
    printer.result(
        [each.to_dict() for each in maps],
        (
            _map_line(each.info)
            + (
                f"\n\tkey {each.key_codec.name}, value {each.value_codec.name}"
                if each.typed
                else ""
            )
            for each in maps
        ),
    )


def _map_line(info: MapInfo) -> str:
    return (
        f"{info.index}: {info.name}  {info.type}  key {info.key_size}B  value {info.value_size}B"
        f"  max_entries {info.max_entries}  entries {info.n_entries}  memlock {info.memory}B"
        + ("  read_only" if info.read_only else "")
    )


def map_dump(args: Namespace, printer: Printer) -> None:
    """Print the entries of a map."""
    owner = _map(args)
    raw = owner.raw_items()
    printer.result(
        [_entry_dict(owner, key, value) for key, value in raw],
        _dump_lines(owner, raw, original=args.original, as_hex=args.hex),
    )


def _entry_dict(owner: Map, key: bytes, value: bytes) -> dict[str, object]:
    entry: dict[str, object] = {"key": bytes_to_json(key), "value": bytes_to_json(value)}
    if owner.typed:
        entry["formatted"] = {
            "key": to_json(owner.key_codec.decode(key)),
            "value": to_json(owner.value_codec.decode(value)),
        }
    return entry


def _dump_lines(
    owner: Map, entries: list[tuple[bytes, bytes]], *, original: bool, as_hex: bool
) -> Iterator[str]:
    def shown(data: bytes, typed: object) -> str:
        if as_hex:
            return data.hex(" ")
        if isinstance(typed, bytes):
            return " ".join(str(byte) for byte in data) if original else data.hex(" ")
        return to_text(cast("str", typed))

    if original:
        yield f"The map contains {len(entries)} element(s)"
    for key, value in entries:
        typed_key: object = key
        typed_value: object = value
        if owner.typed:
            typed_key, typed_value = owner.key_codec.decode(key), owner.value_codec.decode(value)
        if original:
            yield f"Key: {shown(key, typed_key)} Value: {shown(value, typed_value)}"
        else:
            yield f"key: {shown(key, typed_key)}  value: {shown(value, typed_value)}"
    if not original:
        yield f"Found {len(entries)} element{'' if len(entries) == 1 else 's'}"


def map_lookup(args: Namespace, printer: Printer) -> None:
    """Print the entries of the given keys."""
    owner = _map(args)
    wanted = _words.keys(owner, args.words)
    found = [(key, owner.encode_value(owner.lookup(key))) for key in wanted]
    printer.result(
        [_entry_dict(owner, key, value) for key, value in found],
        list(_dump_lines(owner, found, original=False, as_hex=args.hex))[:-1],
    )


def map_update(args: Namespace, printer: Printer) -> None:
    """Write entries."""
    owner = _map(args)
    words, flag = _words.split_flag(args.words)
    owner.update_many(_words.entries(owner, words), cast("UpdateFlag", flag))
    printer.result(None)


def map_delete(args: Namespace, printer: Printer) -> None:
    """Delete the given keys."""
    owner = _map(args)
    for key in _words.keys(owner, args.words):
        owner.delete(key)
    printer.result(None)


def map_clear(args: Namespace, printer: Printer) -> None:
    """Delete all entries."""
    _map(args).clear()
    printer.result(None)


# Flows.


def flow_add(args: Namespace, printer: Printer) -> None:
    """Add a flow."""
    _bridge(args).flows.add(args.flow)
    printer.result(None)


def flow_dump(args: Namespace, printer: Printer) -> None:
    """Print flows."""
    flows = _bridge(args).flows.dump(args.match)
    printer.result([flow.to_dict() for flow in flows], _flow_lines(flows))


def _flow_lines(flows: Iterable[Flow]) -> Iterator[str]:
    for flow in flows:
        match = ",".join(
            name if value is True else f"{name}={value}" for name, value in flow.match.items()
        )
        packets = "?" if flow.n_packets is None else flow.n_packets
        size = "?" if flow.n_bytes is None else flow.n_bytes
        yield " ".join(
            part
            for part in (
                f"table={flow.table}",
                f"n_packets={packets}",
                f"n_bytes={size}",
                f"priority={flow.priority}" + (f",{match}" if match else ""),
                f"actions={flow.actions}",
            )
        )


def flow_delete(args: Namespace, printer: Printer) -> None:
    """Delete flows."""
    flows = _bridge(args).flows
    if args.match:
        flows.delete(args.match, strict=args.strict)
    elif args.strict:
        raise BadArgument("--strict: expected a match")
    else:
        flows.clear()
    printer.result(None)


# Others.


def feature(args: Namespace, printer: Printer) -> None:
    """Tell what ovs-ofctl and the switch can do."""
    features = _bridge(args).features()
    lines = [
        f"ovs-ofctl: {features.ofctl_version}",
        f"filter programs: {'yes' if features.filter_programs else f'no: {features.reason}'}",
    ]
    printer.result(features.to_dict(), lines)


def compile_command(args: Namespace, printer: Printer) -> None:
    """Compile a C program to a BPF object."""
    defines = dict(
        cast("tuple[str, str | None]", (name, value if equals else None))
        for name, equals, value in (define.partition("=") for define in args.define)
    )
    path = compile_program(
        args.source,
        args.output,
        cpu=args.cpu,
        include_dirs=args.include,
        defines=defines,
        clang=args.clang,
    )
    printer.result({"object": str(path)})


def object_show(args: Namespace, printer: Printer) -> None:
    """Show what an object file holds."""
    spec = elf.load(args.file)
    printer.result(spec.to_dict(), _object_lines(spec))


def _object_lines(spec: elf.Spec) -> Iterator[str]:
    for program in spec.programs:
        yield (
            f"program {program.name}  section {program.section}  abi {program.abi}"
            f"  xlated {program.n_insns * 8}B"
        )
        if program.helpers:
            yield f"\thelpers {', '.join(program.helpers)}"
        if program.maps:
            yield f"\tmaps {', '.join(program.maps)}"
    for each in spec.maps.values():
        yield (
            f"map {each.name}  {each.type}  key {each.key_size}B  value {each.value_size}B"
            f"  max_entries {each.max_entries}"
            + (f"  key {each.key_type}" if each.key_type else "")
            + (f"  value {each.value_type}" if each.value_type else "")
        )
