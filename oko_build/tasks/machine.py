"""Tasks about the machine and the checkout."""

from __future__ import annotations

from invoke.context import Context

from oko_build import clean as cleaning
from oko_build import config, console, layout, lock, run
from oko_build import doctor as doctoring
from oko_build.errors import OkoError
from oko_build.tasks._task import BASE_HELP, task, use_base, words


@task(help={"install": "install what is missing (apt-get, as root or through sudo)",
            "optional": "also what the project can do without", "base": BASE_HELP})
def doctor(
    _c: Context, install: bool = False, optional: bool = False, base: str = ""
) -> None:
    """Say what this machine lacks; install it."""
    use_base(base)
    here = layout.here()
    lacking = doctoring.missing(optional=optional)
    if install and lacking:
        doctoring.install(here, lacking)
        lacking = []
    for line in (*doctoring.report(), *doctoring.facts()):
        console.say(line)
    if not lacking:
        console.say("all that is needed is here")
        return
    packages = [need.package for need in lacking]
    how = (
        run.quote(doctoring.install_command(packages))
        if doctoring.is_debian()
        else "this host is not Debian: work in the container (docker/README.md)"
    )
    raise OkoError(f"missing: {', '.join(packages)}", how, "or: ./inv doctor --install")


@task(help={"all": "also the downloads and the compiler's cache",
            "force": "also a work tree whose changes are not exported"})
def clean(_c: Context, all: bool = False, force: bool = False) -> None:  # noqa: A002
    """Delete what was built; keep downloads and ccache."""
    here = layout.here()
    with lock.hold(here):
        gone = cleaning.clean(here, everything=all, force=force)
    for path in gone:
        console.say(f"deleted {here.relative(path)}")


@task(help={"base": BASE_HELP})
def demo(_c: Context, base: str = "") -> None:
    """From nothing to a filtered packet (as root)."""
    use_base(base)
    here = layout.here()
    doctoring.require(here)
    from oko_build import demo as demonstration

    demonstration.run()


@task(
    positional=["base"],
    help={"base": "base in upstream.toml, whose Debian is made",
          "fresh": "make it anew first, with nothing installed or built in it"},
)
def root(c: Context, base: str, fresh: bool = False) -> None:
    """Run a command in a bare Debian (inv root 3.5 -- CMD)."""
    from oko_build import root as rooting

    here = layout.here()
    rooting.enter(here, config.load(here).base(base), words(c.remainder), fresh=fresh)
