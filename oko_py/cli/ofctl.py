"""``python -m oko_py.ofctl``: the verbs of ``ovs-ofctl`` for filter programs, maps and flows.

A thin wrapper: the same words in the same order, with typed keys and values, JSON, and errors that
say what to do.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from oko_py.cli import _commands as commands
from oko_py.cli._grammar import Command, common, execute, program_id
from oko_py.cli.oko import (
    delete_arguments,
    load_arguments,
    map_arguments,
    save_arguments,
    unload_arguments,
    update_arguments,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line *argv* (by default the process's) and return the exit status."""
    return execute(_parser(), argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oko_py.ofctl",
        description="Filter programs, their maps, and flows of a bridge, as with ovs-ofctl.",
    )
    common(parser)
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)

    def verb(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        new = verbs.add_parser(name, help=text, description=text)
        new.set_defaults(command=command, original=True)
        common(new)
        new.add_argument("bridge", metavar="BRIDGE")
        return new

    load_arguments(verb("load-filter-prog", commands.prog_load, "load a program from a BPF object"))
    unload_arguments(verb("unload-filter-prog", commands.prog_unload, "unload a program"))
    show = verb("dump-filter-progs", commands.prog_show, "show one program or all")
    show.add_argument("id", metavar="ID", type=program_id, nargs="?")

    save_arguments(
        verb(
            "save-filter-prog", commands.prog_save, "write the object it was loaded from to a file"
        )
    )

    add = verb("add-flow", commands.flow_add, "add a rule")
    add.add_argument("flow", metavar="FLOW", help="in_port=1,filter_prog=1,actions=output:2")
    delete_arguments(
        verb("del-flows", commands.flow_delete, "delete rules; without MATCH, all of them")
    )
    dump_flows = verb("dump-flows", commands.flow_dump, "print rules")
    dump_flows.add_argument("match", metavar="MATCH", nargs="?", default="")

    update_arguments(verb("update-map", commands.map_update, "create or change entries"))
    dump = verb("dump-map", commands.map_dump, "print all entries of a map")
    map_arguments(dump)
    dump.add_argument(
        "hex", nargs="?", choices=["hex"], help="print bytes in hexadecimal, whatever the types"
    )
    delete = verb("del-map-entry", commands.map_delete, "delete entries of a map")
    map_arguments(delete)
    delete.add_argument("words", metavar="key KEY", nargs="+")
    map_arguments(verb("clear-map", commands.map_clear, "delete all entries of a map"))
    return parser
