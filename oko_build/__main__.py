"""``python -m oko_build``: what ./inv runs."""

from __future__ import annotations

import os
import sys

from oko_build.errors import OkoError
from oko_build.layout import here


def main(argv: list[str]) -> int:
    """Run the tasks that 'argv' names and return the exit status."""
    if argv[:2] == ["exec", "--"]:
        # The way to run a tool hundreds of times: Invoke, which takes 0.1 s to start, is left out,
        # and the words stay as they are.
        return _exec(argv[2:])
    from invoke.program import Program

    program = Program(name="inv", binary="inv", version=_version())
    program.run(["inv", "--search-root", str(here().root), *argv])
    return 0


def _exec(argv: list[str]) -> int:
    from oko_build.execute import execute
    from oko_build.flavours import Flavour

    try:
        execute(here(), argv, flavour=Flavour(name="default"), folder=os.environ.get("OKO_CWD"))
    except OkoError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("oko")
    except PackageNotFoundError:
        return "0"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
