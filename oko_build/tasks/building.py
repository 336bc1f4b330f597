"""Tasks about building and running what was built."""

from __future__ import annotations

import shlex
import sys

from invoke.context import Context

from oko_build import build as building
from oko_build import console, flavours, layout
from oko_build.tasks._task import task, user_folder

FLAVOUR_HELP = {
    "stock": "Open vSwitch as upstream ships it, in a build folder of its own",
    "debug": "no optimization, warnings are errors",
    "sanitize": "'address': with AddressSanitizer and UndefinedBehaviorSanitizer",
    "native": "for this machine's CPU (-march=native): for benchmarks, not for other machines",
}


@task(help={**FLAVOUR_HELP, "base": "base in upstream.toml", "offline": "never touch the network"})
def build(
    _c: Context, stock: bool = False, debug: bool = False, sanitize: str = "",
    native: bool = False, base: str = "", offline: bool = False,
) -> None:
    """Build Open vSwitch and okobpf, as far as needed."""
    here = layout.here()
    flavour = flavours.choose(
        stock=stock, debug=debug, sanitize=sanitize or None, native=native
    )
    made = building.build(here, flavour, base_name=base or None, offline=offline)
    state = "built" if made.reasons else "up to date:"
    console.say(
        f"{state} {here.relative(made.folder)}, tree {made.tree}, "
        f"in {console.duration(made.seconds)}"
    )


@task("exec", help={**FLAVOUR_HELP, "base": "base in upstream.toml"})
def exec_(
    c: Context, stock: bool = False, debug: bool = False, sanitize: str = "",
    native: bool = False, base: str = "",
) -> None:
    """Run a command with the built tools (inv exec -- CMD)."""
    from oko_build.execute import execute

    execute(
        layout.here(),
        _words(c.remainder),
        flavour=flavours.choose(
            stock=stock, debug=debug, sanitize=sanitize or None, native=native
        ),
        base=base or None,
        folder=user_folder(),
    )


def _words(remainder: str) -> list[str]:
    """Return the words after '--' as the user's shell passed them.

    Invoke joins them with blanks, which loses where one ends.
    """
    words = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    return words if " ".join(words) == remainder else shlex.split(remainder)
