"""Builds Open vSwitch and the BPF runtime's tools."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from oko_build import (
    config,
    console,
    doctor,
    lock,
    overlay,
    run,
    source,
    stamps,
    upstream,
    worktree,
)
from oko_build.config import Base, Upstream
from oko_build.errors import CommandFailed, OkoError
from oko_build.flavours import Flavour
from oko_build.git import Repository
from oko_build.layout import Layout
from oko_build.stamps import Stamp

PYTHON3 = "/usr/bin/python3"
_COMPILES = re.compile(r"libtool: compile:|^(ccache )?\S*(gcc|cc|clang)\S* .* -c ")
_TOOLS = ("libc6-dev", "make", "pkg-config", "git", "python3", "libdpdk-dev")
_NOISE = re.compile(
    r"--mode=|^libtool: |^depbase=|^mv -f \S*depbase|: (Entering|Leaving) directory"
)


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build left."""

    folder: Path
    runtime: Path | None
    tree: str
    reasons: tuple[str, ...]
    seconds: float


def build(layout: Layout, flavour: Flavour, *, base_name: str | None = None,
          offline: bool = False) -> Built:
    """Make everything of 'flavour' that is not up to date, from the source on."""
    upstream_config = config.load(layout)
    base = upstream_config.base(base_name)
    upstream_config.require_host(base)
    start = time.monotonic()
    doctor.demand(*(() if "CC" in os.environ else ("gcc",)), *_TOOLS)
    with lock.hold(layout):
        ovs_source = upstream.current(layout, base) or upstream.fetch(
            layout, base, offline=offline
        )
        copy = _prepare(layout, upstream_config, base, flavour, ovs_source)
        folder = flavour.folder(layout, base.name)
        reasons = _build_ovs(layout, base, flavour, copy, ovs_source)
        runtime = None
        if not flavour.stock:
            runtime, more = _build_runtime(layout, flavour)
            reasons += [f"okobpf: {reason}" for reason in more]
    return Built(
        folder=folder, runtime=runtime, tree=copy.tree, reasons=tuple(reasons),
        seconds=time.monotonic() - start,
    )


def environment(layout: Layout) -> dict[str, str]:
    """Return what compilers run by the toolkit get in their environment."""
    env = {
        "CCACHE_DIR": str(layout.ccache),
        # Without these two, -g makes each build folder's objects strangers to the cache.
        "CCACHE_NOHASHDIR": "1",
        "CCACHE_BASEDIR": str(layout.build),
        "LC_ALL": "C.UTF-8",
    }
    if "CCACHE_MAXSIZE" not in os.environ:
        env["CCACHE_MAXSIZE"] = "2G"
    return env


def compiler() -> str:
    """Return the C compiler as configure gets it: CC if set, through ccache if there is one."""
    name = os.environ.get("CC", "gcc")
    return f"ccache {name}" if shutil.which("ccache") and "ccache" not in name else name


def _prepare(
    layout: Layout, upstream_config: Upstream, base: Base, flavour: Flavour,
    ovs_source: upstream.Source,
) -> source.Copy:
    """Bring the source that 'flavour' is built from up to date."""
    tree = worktree.WorkTree(layout, upstream_config, base)
    if flavour.stock:
        identity, place = ovs_source.tree, "stock"
    else:
        _apply_if_needed(layout, tree, ovs_source)
        identity, place = tree.repo.work_tree_id(), "patched"
    copy = source.sync(
        tree.repo, identity, ovs_source.commit, layout.base(base.name) / "copy" / place
    )
    source.regenerate(layout, tree.repo, copy, ovs_source.commit)
    return copy


def _apply_if_needed(
    layout: Layout, tree: worktree.WorkTree, ovs_source: upstream.Source
) -> None:
    applied = tree.apply(ovs_source)
    if applied.changed:
        console.note(
            f"applied {applied.patches} patches: {stamps.summary(list(applied.reasons))}"
        )
    changes = tree.unexported()
    if changes:
        console.note(
            f"building with {len(changes)} changes of {layout.relative(tree.path)} that are not "
            "exported (./inv patches.status lists them)", style="yellow",
        )


def _configure_command(flavour: Flavour, copy: Path, prefix: Path) -> list[str]:
    python = PYTHON3 if Path(PYTHON3).exists() else shutil.which("python3") or "python3"
    return [
        str(copy / "configure"),
        f"--prefix={prefix}",
        "--with-dpdk=shared",
        *flavour.configure,
        f"CC={compiler()}",
        f"CFLAGS={flavour.cflags} {flavour.sanitizer_flag}".rstrip(),
        *([f"LDFLAGS={flavour.sanitizer_flag}"] if flavour.sanitize else []),
        f"PYTHON3={python}",
    ]


def _versions() -> str:
    """Return the versions of what a build takes from the system, in one line."""
    dpdk = run.capture(["pkg-config", "--modversion", "libdpdk"])
    return f"{_compiler_version()}; DPDK {dpdk.stdout.strip()}"


def _compiler_version() -> str:
    compiler_name = os.environ.get("CC", "gcc").split()[-1]
    return run.capture([compiler_name, "--version"]).stdout.splitlines()[0]


def _build_ovs(
    layout: Layout, base: Base, flavour: Flavour, copy: source.Copy, ovs_source: upstream.Source
) -> list[str]:
    """Configure and make, as far as needed.  Returns why."""
    folder = flavour.folder(layout, base.name)
    command = _configure_command(flavour, copy.path, folder / "install")
    config_inputs = {
        "configure's command": stamps.digest(run.quote(command).encode()),
        "compiler or DPDK": _versions(),
        "configure": stamps.digest((copy.path / "configure").read_bytes()),
    }
    config_stamp = Stamp(folder / "oko-configure.json")
    make_stamp = Stamp(folder / "oko-make.json")
    env = environment(layout)
    why_configure = config_stamp.reasons(config_inputs)
    make_inputs = {"source": copy.tree, **config_inputs}
    why = make_stamp.reasons(make_inputs)
    if not why and not why_configure:
        return []
    if not make_stamp.exists and (folder / "Makefile").is_file():
        why = ["the last build did not come to its end"]
    what = f"Open vSwitch {base.version} ({flavour.name})"
    console.note(f"rebuild {what}: {stamps.summary(_explain(layout, why, copy, make_stamp))}")
    make_stamp_before = dict(make_stamp.result)
    make_stamp.remove()
    folder.mkdir(parents=True, exist_ok=True)
    if why_configure:
        config_stamp.remove()
        run.step(
            command, cwd=folder, env=env, title=f"configure {flavour.name}",
            log=layout.log(f"configure-{flavour.name}"),
        )
        config_stamp.write(config_inputs)
    _make(layout, base, flavour, folder, copy.path, env)
    _share(folder, copy.path)
    make_stamp.write(make_inputs, {**make_stamp_before, "tree": copy.tree,
                                   "source": ovs_source.what})
    return why


def _share(folder: Path, copy: Path) -> None:
    """Make the folder that stands in for /usr/share/openvswitch when run from the build folder."""
    share = folder / "oko-share"
    share.mkdir(exist_ok=True)
    for name in ("vswitchd/vswitch.ovsschema", "vtep/vtep.ovsschema"):
        link = share / Path(name).name
        link.unlink(missing_ok=True)
        link.symlink_to(copy / name)


def _explain(layout: Layout, why: list[str], copy: source.Copy, stamp: Stamp) -> list[str]:
    """Return the reasons with the changed files in place of 'source changed'."""
    old = stamp.result.get("tree")
    if old is None or "source changed" not in why:
        return why
    repo = Repository(copy.path.parents[1] / "src")
    try:
        files = [f"{path} changed" for path in repo.changed(old, copy.tree)]
    except CommandFailed:       # the old tree is gone with the repository that had it
        return why
    return [*files, *(reason for reason in why if reason != "source changed")]


def _make(
    layout: Layout, base: Base, flavour: Flavour, folder: Path, copy: Path,
    env: Mapping[str, str],
) -> None:
    run.step(
        ["make", f"-j{_jobs()}"], cwd=folder, env=env, title=f"make {flavour.name}",
        log=layout.log(f"make-{flavour.name}"), counts=_COMPILES, total=_count(folder, env),
        rewrite=None if flavour.stock else _namer(layout, base, copy), noise=_NOISE,
    )


def _namer(layout: Layout, base: Base, copy: Path) -> Callable[[str], str]:
    """Return what makes compilers' messages name the file that people edit, not our copy of it."""
    homes = {
        file.target: file.name
        for file in overlay.files(layout, config.load(layout).overlays).values()
    }
    work_tree = layout.relative(layout.base(base.name) / "src")
    # With CCACHE_BASEDIR, the compiler gets relative paths.
    place = re.compile(
        rf"(^|[\s:])(?:{re.escape(str(copy))}|[^\s:]*\.\./copy/{re.escape(copy.name)})"
        r"/([^\s:]+)(?=:\d)"
    )

    def rewrite(line: str) -> str:
        return place.sub(
            lambda found: f"{found[1]}{homes.get(found[2], f'{work_tree}/{found[2]}')}", line
        )

    return rewrite


def _count(folder: Path, env: Mapping[str, str]) -> int:
    """Return how many files make is going to compile; 0 if it cannot tell."""
    plan = run.capture(["make", "-n", "-k"], cwd=folder, env=env, check=False)
    return len(re.findall(r"--mode=compile|^(?:ccache )?\S*gcc .* -c ", plan.stdout, re.MULTILINE))


def _sources(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in (".c", ".h"))


def runtime_command(layout: Layout, flavour: Flavour, target: str) -> list[str]:
    """Return the command that makes 'target' of the BPF runtime's own Makefile."""
    source_folder = layout.root / "okobpf"
    if not (source_folder / "Makefile").is_file():
        raise OkoError("okobpf/Makefile is not there: this is not a whole checkout")
    return [
        "make", f"-j{_jobs()}", "-C", str(source_folder),
        f"O={flavour.runtime_folder(layout)}", f"CC={compiler()}", f"CFLAGS={flavour.cflags}",
        *([f"SANITIZE={flavour.sanitize}"] if flavour.sanitize else []), target,
    ]


def _jobs() -> int:
    """Return how many compilers run at once."""
    text = os.environ.get("OKO_JOBS", "")
    return int(text) if text.isdigit() and int(text) else len(os.sched_getaffinity(0))


def _build_runtime(layout: Layout, flavour: Flavour) -> tuple[Path, list[str]]:
    """Build okobpf, the command, with the runtime's own Makefile."""
    folder = flavour.runtime_folder(layout)
    files = (
        (layout.relative(path), path)
        for part in ("lib", "tool", "Makefile")
        for path in _sources(layout.root / "okobpf" / part)
    )
    inputs = stamps.digest_files(files)
    inputs["flags"] = f"{compiler()} {flavour.cflags} {flavour.sanitize}"
    inputs["compiler"] = _compiler_version()
    stamp = Stamp(folder / "oko-make.json")
    why = stamp.reasons(inputs)
    if not why and (folder / "okobpf").is_file():
        return folder, []
    console.note(f"rebuild okobpf: {stamps.summary(why)}")
    stamp.remove()
    folder.mkdir(parents=True, exist_ok=True)
    run.step(
        runtime_command(layout, flavour, "all"),
        env=environment(layout), title="make okobpf",
        log=layout.log(f"okobpf-{flavour.name}"), counts=re.compile(r" -c "),
    )
    if not (folder / "okobpf").is_file():
        raise OkoError(f"make -C okobpf made no {layout.relative(folder / 'okobpf')}")
    stamp.write(inputs)
    return folder, why
