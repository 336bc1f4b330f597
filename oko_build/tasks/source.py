"""Tasks about the source: fetch, and the patches."""

from __future__ import annotations

from invoke import Collection, Context

from oko_build import config, console, layout, lock, upstream, worktree
from oko_build.tasks._task import task

_BASE = "base in upstream.toml (default: the one named there)"


@task(
    help={
        "base": _BASE,
        "offline": "never touch the network: use the cache or --mirror, or fail",
        "newer": "take the newest Debian revision of the same upstream version, not the pinned one",
        "mirror": "folder or file:// URL that has the package (also: OKO_MIRROR)",
        "tree": "your own source of the same upstream version: a folder or a tarball",
    }
)
def fetch(
    _c: Context, base: str = "", offline: bool = False, newer: bool = False, mirror: str = "",
    tree: str = "",
) -> None:
    """Bring the pinned Open vSwitch source, checked, into build/."""
    here = layout.here()
    chosen = config.load(here).base(base or None)
    with lock.hold(here):
        got = upstream.fetch(
            here, chosen, offline=offline, newer=newer, mirror=mirror or None, tree=tree or None
        )
    console.say(f"Open vSwitch {got.version} from {got.what} ({got.kind})")
    console.say(f"tree {got.tree}")


@task(
    help={
        "base": _BASE,
        "force": "put unexported changes of the work tree aside, under refs/oko/saved/",
        "offline": "never touch the network",
    }
)
def apply(_c: Context, base: str = "", force: bool = False, offline: bool = False) -> None:
    """Make the work tree build/ovs-*/src from source, overlay and patches."""
    here = layout.here()
    upstream_config = config.load(here)
    chosen = upstream_config.base(base or None)
    with lock.hold(here):
        source = upstream.current(here, chosen) or upstream.fetch(here, chosen, offline=offline)
        tree = worktree.WorkTree(here, upstream_config, chosen)
        done = tree.apply(source, force=force)
    what = "applied" if done.changed else "already applied:"
    console.say(f"{what} {done.patches} patches on Open vSwitch {source.version}")
    console.say(f"pristine tree {source.tree}")
    console.say(f"patched tree  {done.tree}")
    console.say(f"commit        {done.head}")


patches = Collection("patches")
patches.add_task(apply)
