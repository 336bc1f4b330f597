"""Tasks about the source: fetch, and the patches."""

from __future__ import annotations

from invoke.collection import Collection
from invoke.context import Context

from oko_build import check as checking
from oko_build import config, console, layout, lock, series, upstream, worktree
from oko_build import export as exporting
from oko_build import port as porting
from oko_build import status as statuses
from oko_build.errors import OkoError
from oko_build.tasks._task import BASE_HELP, task


@task(
    help={
        "base": BASE_HELP,
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
    """Download and check the pinned source."""
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
        "base": BASE_HELP,
        "force": "put unexported changes of the work tree aside, under refs/oko/saved/",
        "offline": "never touch the network",
    }
)
def apply(_c: Context, base: str = "", force: bool = False, offline: bool = False) -> None:
    """Make the work tree: source, overlay, patches."""
    here, upstream_config, chosen = _chosen(base)
    with lock.hold(here):
        source = upstream.current(here, chosen) or upstream.fetch(here, chosen, offline=offline)
        tree = worktree.WorkTree(here, upstream_config, chosen)
        done = tree.apply(source, force=force)
    what = "applied" if done.changed else "already applied:"
    console.say(f"{what} {done.patches} patches on Open vSwitch {source.version}")
    console.say(f"pristine tree {source.tree}")
    console.say(f"patched tree  {done.tree}")
    console.say(f"commit        {done.head}")


@task(help={"base": BASE_HELP})
def status(_c: Context, base: str = "") -> None:
    """Say what is applied, and what is not exported."""
    here, upstream_config, chosen = _chosen(base)
    with lock.hold(here):
        source = upstream.current(here, chosen)
        tree = worktree.WorkTree(here, upstream_config, chosen)
        for line in statuses.lines(tree, source):
            console.say(line)


@task(
    help={
        "base": BASE_HELP,
        "dry_run": "only say what would be written; status 1 if anything would",
        "staging": "take the series that you mended in the staging folder after a failed patch",
    }
)
def export(_c: Context, base: str = "", dry_run: bool = False, staging: bool = False) -> None:
    """Write the work tree back to overlay and patches."""
    here, upstream_config, chosen = _chosen(base)
    with lock.hold(here):
        source = _source(here, chosen)
        tree = worktree.WorkTree(here, upstream_config, chosen)
        done = exporting.export(tree, source, staging=staging, dry_run=dry_run)
    for subject in done.empty:
        console.say(f"no patch: {subject} (it changes none of upstream's files)")
    for change in done.changes:
        console.say(f"{change.what:8}{here.relative(change.path)}")
    if not done.changes:
        console.say("nothing to write: the checkout has all that the work tree has")
    elif dry_run:
        raise OkoError(f"{len(done.changes)} files of the checkout differ from the work tree",
                       "./inv patches.export")


@task(help={"base": BASE_HELP, "offline": "never touch the network"})
def check(_c: Context, base: str = "", offline: bool = False) -> None:
    """Check the series, and that the tree matches it."""
    here, upstream_config, chosen = _chosen(base)
    with lock.hold(here):
        source = upstream.current(here, chosen) or upstream.fetch(here, chosen, offline=offline)
        problems = checking.check(worktree.WorkTree(here, upstream_config, chosen), source)
    if problems:
        raise OkoError(
            f"{len(problems)} problems:\n" + "\n".join(f"  {line}" for line in problems)
        )
    console.say(f"{chosen.series}: {len(series.load(here, chosen).names)} patches, no problem")


@task(
    help={
        "from": "base whose series is ported",
        "to": "base that it is ported to",
        "since": "commit of the checkout: carry over what changed since then in patches that both "
                 "bases have",
        "resume": "go on after a conflict was resolved",
        "abort": "forget the port that is under way",
        "offline": "never touch the network",
    }
)
def port(
    _c: Context, from_: str = "", to: str = "", since: str = "", resume: bool = False,
    abort: bool = False, offline: bool = False,
) -> None:
    """Bring a base's patches to another base."""
    if not to or (not from_ and not resume and not abort):
        raise OkoError("expected two bases: ./inv patches.port --from 3.1 --to 3.5")
    here, upstream_config, target = _chosen(to)
    new = worktree.WorkTree(here, upstream_config, target)
    with lock.hold(here):
        if abort:
            porting.abort(new)
            console.say(f"the port to {to} is forgotten; work tree and checkout are as they were")
            return
        if resume:
            dropped = porting.resume(new)
        else:
            old = worktree.WorkTree(here, upstream_config, upstream_config.base(from_))
            if old.base == target:
                raise OkoError(f"--from and --to are both {to}: expected two bases")
            sources = [
                upstream.current(here, base) or upstream.fetch(here, base, offline=offline)
                for base in (old.base, target)
            ]
            dropped = porting.begin(old, new, *sources, since=since or None)
    for subject in dropped:
        console.say(f"dropped, since upstream has it: {subject}")
    console.say(f"ported to {here.relative(new.staging)}; build and test it there, then")
    console.say(f"'./inv patches.export --base {to} --staging' writes {target.series}")


def _chosen(base: str) -> tuple[layout.Layout, config.Upstream, config.Base]:
    here = layout.here()
    upstream_config = config.load(here)
    return here, upstream_config, upstream_config.base(base or None)


def _source(here: layout.Layout, base: config.Base) -> upstream.Source:
    source = upstream.current(here, base)
    if source is None:
        raise OkoError("the source was not fetched yet", "./inv fetch")
    return source


patches = Collection("patches")
for _entry in (apply, status, check, export, port):
    patches.add_task(_entry)
