"""The ``oko`` command: noun first, then the verb, as in bpftool."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from oko_py.cli import _commands as commands
from oko_py.cli._grammar import (
    Command,
    common,
    execute,
    program_id,
    program_id_or_all,
)

_KEYS = """
KEY and VALUE are bytes (172 16 0 14 or 0xac 0x10 0x00 0x0e), "hex" and two-digit bytes
(hex ac 10 00 0e) or, if the program was compiled with -g, a word as their types demand, such as
172.16.0.14, DROP or rate=100,burst=10.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line *argv* (by default the process's) and return the exit status."""
    return execute(_parser(), argv)


class _Noun:
    def __init__(
        self, nouns: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
    ) -> None:
        parser = nouns.add_parser(name, help=text, description=text)
        self._verbs = parser.add_subparsers(metavar="VERB", required=True)

    def verb(self, name: str, command: Command, text: str, **more: str) -> argparse.ArgumentParser:
        parser = self._verbs.add_parser(name, help=text, description=text, **more)  # type: ignore[arg-type]
        parser.set_defaults(command=command)
        common(parser)
        parser.add_argument("bridge", metavar="BRIDGE")
        return parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oko",
        description="BPF filter programs in Open vSwitch: load them, look at them, change their"
        " maps.",
    )
    common(parser)
    nouns = parser.add_subparsers(metavar="COMMAND", required=True)
    _programs(_Noun(nouns, "prog", "filter programs"))
    _maps(_Noun(nouns, "map", "maps of filter programs"))
    _flows(_Noun(nouns, "flow", "OpenFlow rules"))

    feature = nouns.add_parser("feature", help="what ovs-ofctl and the switch can do")
    feature.set_defaults(command=commands.feature)
    feature.add_argument("bridge", metavar="BRIDGE")
    common(feature)
    _files(nouns)
    return parser


def _programs(prog: _Noun) -> None:
    load = prog.verb("load", commands.prog_load, "load a program from a BPF object")
    load_arguments(load)

    show = prog.verb("show", commands.prog_show, "show one program or all")
    show.add_argument("id", metavar="ID", type=program_id, nargs="?")

    unload = prog.verb("unload", commands.prog_unload, "unload a program")
    unload_arguments(unload)

    save = prog.verb("save", commands.prog_save, "write the object it was loaded from to a file")
    save_arguments(save)

    replace = prog.verb(
        "replace", commands.prog_replace, "put another program in the place of one that is there"
    )
    replace.add_argument("id", metavar="ID", type=program_id)
    replace.add_argument("file", metavar="FILE", help="BPF object")
    replace.add_argument(
        "--new-maps", action="store_true", help="start with empty maps, don't keep their content"
    )


def load_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of loading a program."""
    parser.add_argument("id", metavar="ID", type=program_id)
    parser.add_argument("file", metavar="FILE", help="BPF object, - for standard input")
    parser.add_argument(
        "--replace", action="store_true", help="replace the program if there is one"
    )
    parser.add_argument(
        "--keep-maps", action="store_true", help="with --replace, keep the content of equal maps"
    )
    parser.add_argument(
        "--lose-maps", action="store_true", help="with --replace, content of maps may be lost"
    )
    parser.add_argument(
        "--log",
        metavar="LOG",
        help="write the verifier's whole log to the file LOG (- for standard error)",
    )


def save_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of saving a program's object."""
    parser.add_argument("id", metavar="ID", type=program_id)
    parser.add_argument("file", metavar="FILE", help="file to write, - for standard output")


def unload_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of unloading programs."""
    parser.add_argument(
        "id", metavar="ID", type=program_id_or_all, help="number of a program, or 'all'"
    )
    parser.add_argument("--force", action="store_true", help="delete the flows that use it first")


def map_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a map."""
    parser.add_argument("id", metavar="PROG", type=program_id, help="number of the program")
    parser.add_argument("map", metavar="MAP", help="name or index of the map")


def _maps(maps: _Noun) -> None:
    show = maps.verb("show", commands.map_show, "show the maps of a program")
    show.add_argument("id", metavar="PROG", type=program_id, help="number of the program")

    dump = maps.verb("dump", commands.map_dump, "print all entries")
    map_arguments(dump)
    dump.add_argument("--hex", action="store_true", help="print bytes, whatever the types")

    lookup = maps.verb("lookup", commands.map_lookup, "print the entry of a key", epilog=_KEYS)
    map_arguments(lookup)
    lookup.add_argument("--hex", action="store_true", help="print bytes, whatever the types")
    lookup.add_argument("words", metavar="key KEY", nargs="+")

    update = maps.verb("update", commands.map_update, "create or change entries", epilog=_KEYS)
    update_arguments(update)

    delete = maps.verb("delete", commands.map_delete, "delete entries", epilog=_KEYS)
    map_arguments(delete)
    delete.add_argument("words", metavar="key KEY", nargs="+")

    clear = maps.verb("clear", commands.map_clear, "delete all entries")
    map_arguments(clear)


def update_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of writing entries."""
    map_arguments(parser)
    parser.add_argument(
        "words",
        metavar="key KEY value VALUE [key KEY value VALUE]... [any|noexist|exist]",
        nargs="+",
    )


def _flows(flow: _Noun) -> None:
    add = flow.verb("add", commands.flow_add, "add a rule")
    add.add_argument("flow", metavar="FLOW", help="in_port=1,filter_prog=1,actions=output:2")

    dump = flow.verb("dump", commands.flow_dump, "print rules")
    dump.add_argument("match", metavar="MATCH", nargs="?", default="")

    delete = flow.verb("del", commands.flow_delete, "delete rules; without MATCH, all of them")
    delete_arguments(delete)


def delete_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of deleting flows."""
    parser.add_argument("match", metavar="MATCH", nargs="?", default="")
    parser.add_argument("--strict", action="store_true", help="only the rule with exactly MATCH")


def _files(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compiler = nouns.add_parser(
        "compile",
        help="compile a C program to a BPF object",
        description="Compile a C program to a BPF object, with clang and the headers of oko/.",
    )
    compiler.set_defaults(command=commands.compile_command)
    compiler.add_argument("source", metavar="FILE.c")
    compiler.add_argument(
        "-o", "--output", metavar="FILE.o", help="default: the source's name, in this directory"
    )
    compiler.add_argument("--cpu", default="v3", help="BPF instruction set, v1 to v4 (default v3)")
    compiler.add_argument("-I", "--include", metavar="DIR", action="append", default=[])
    compiler.add_argument("-D", "--define", metavar="NAME[=VALUE]", action="append", default=[])
    compiler.add_argument("--clang", metavar="PATH", help="default: the first clang on PATH")
    common(compiler, switch=False)

    shown = nouns.add_parser("object", help="show what a BPF object holds")
    shown.set_defaults(command=commands.object_show)
    shown.add_argument("file", metavar="FILE.o")
    common(shown, switch=False)
