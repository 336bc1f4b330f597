"""Tasks about building and running what was built."""

from __future__ import annotations

from invoke.context import Context

from oko_build import build as building
from oko_build import console, flavours, layout
from oko_build.tasks._task import BASE_HELP, task, user_folder, words

FLAVOUR_HELP = {
    "stock": "Open vSwitch as upstream ships it, in a build folder of its own",
    "debug": "no optimization, warnings are errors",
    "sanitize": "'address': with AddressSanitizer and UndefinedBehaviorSanitizer",
    "native": "for this machine's CPU (-march=native): for benchmarks, not for other machines",
}


@task(help={**FLAVOUR_HELP, "base": BASE_HELP, "offline": "never touch the network"})
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


@task("exec", help={**FLAVOUR_HELP, "base": BASE_HELP})
def exec_(
    c: Context, stock: bool = False, debug: bool = False, sanitize: str = "",
    native: bool = False, base: str = "",
) -> None:
    """Run a command with the built tools (inv exec -- CMD)."""
    from oko_build.execute import execute

    execute(
        layout.here(),
        words(c.remainder),
        flavour=flavours.choose(
            stock=stock, debug=debug, sanitize=sanitize or None, native=native
        ),
        base=base or None,
        folder=user_folder(),
    )
