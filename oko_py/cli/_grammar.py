"""Options and types of arguments that both command lines have."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable, Sequence

from oko_py.cli._output import Printer, run

Command = Callable[[Namespace, Printer], None]

_DEFAULTS: dict[str, object] = {
    "json": False,
    "pretty": False,
    "timeout": 10.0,
    "ovs_ofctl": None,
    "protocol": None,
    "original": False,
    "hex": False,
}


def common(parser: argparse.ArgumentParser, *, switch: bool = True) -> None:
    """Add the options that may stand anywhere on the line."""
    group = parser.add_argument_group("common options")
    # Without a default, so that an option before the command isn't undone by the command's own.
    group.set_defaults()
    group.add_argument(
        "-j", "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON"
    )
    group.add_argument(
        "-p",
        "--pretty",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print JSON for people to read",
    )
    if not switch:
        return
    group.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        default=argparse.SUPPRESS,
        help="give up after SECONDS (default 10)",
    )
    group.add_argument(
        "--ovs-ofctl", metavar="PATH", default=argparse.SUPPRESS, help="the ovs-ofctl to use"
    )
    group.add_argument(
        "-O",
        "--protocol",
        metavar="VERSION",
        default=argparse.SUPPRESS,
        help="OpenFlow version, such as OpenFlow13",
    )


def seconds(text: str) -> float:
    """Read a positive number of seconds."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a positive number of seconds, got {text!r}")
    return number


def program_id(text: str) -> int:
    """Read the number of a program."""
    try:
        number = int(text, 0)
    except ValueError:
        number = 0
    if not 1 <= number <= 0xFFFFFFFE:
        raise argparse.ArgumentTypeError(
            f"expected the number of a program, 1 to 4294967294, got {text!r}"
        )
    return number


def program_id_or_all(text: str) -> int | str:
    """Read the number of a program, or ``all``."""
    return text if text == "all" else program_id(text)


def execute(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Read the command line and run its command; return the exit status."""
    args = parser.parse_args(argv)
    for name, value in _DEFAULTS.items():
        if not hasattr(args, name):
            setattr(args, name, value)
    printer = Printer(parser.prog, args.json or args.pretty, args.pretty)
    command: Command = args.command
    return run(printer, lambda: command(args, printer))
