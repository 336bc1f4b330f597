"""A minimal Debian of its own for each base, in which any command runs with the checkout."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from oko_build import console, lock, run
from oko_build.config import Base
from oko_build.errors import CommandFailed, OkoError
from oko_build.layout import Layout
from oko_build.stamps import Stamp, digest, digest_files

_CERTIFICATES = Path("/usr/local/share/ca-certificates")
"""Authorities that this host trusts besides Debian's, such as a network's own."""

_INCLUDE = "ca-certificates"
_PASSED_ON = (
    "CI", "NO_COLOR", "OKO_JOBS", "TERM", "http_proxy", "https_proxy", "no_proxy",
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL",
)

# All mounts are in a namespace of their own, and go with it.  The shell stays, as the process 1
# that reaps what daemons leave.
_ENTER = """\
set -e
root=$1 checkout=$2 own=$3 downloads=$4 ccache=$5
shift 5
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
mount --bind "$checkout" "$root/oko"
mount --bind "$own/build" "$root/oko/build"
mount --bind "$own/venv" "$root/oko/.venv"
mount --bind "$downloads" "$root/oko/build/dl"
mount --bind "$ccache" "$root/oko/build/ccache"
set +e
chroot "$root" sh -c 'cd /oko && exec "$@"' root "$@"
exit $?
"""


def folder(layout: Layout, base: Base) -> Path:
    """Return where the root of 'base' is kept, with what is built in it."""
    return layout.build / f"root-{base.name}"


def make(layout: Layout, base: Base, *, fresh: bool = False) -> Path:
    """Make the root of 'base' if it is not there, if its recipe changed, or if 'fresh'.

    Returns its folder.  Raises OkoError if it cannot be made; what was there is gone then.
    """
    _require(base)
    top = folder(layout, base)
    stamp = Stamp(top / "root.json")
    root = top / "root"
    sources = _sources(base)
    certificates = sorted(_CERTIFICATES.glob("*.crt"))
    inputs = {
        "suite": base.suite, "packages": _INCLUDE,
        "archive": digest("\n".join(sources).encode()),
        **digest_files((path.name, path) for path in certificates),
    }
    why = ["--fresh"] if fresh else stamp.reasons(inputs)
    if not why and root.is_dir():
        return root
    console.note(f"making a {base.system_name} of its own: {', '.join(why) or 'it is gone'}")
    stamp.remove()
    for old in (root, top / "build", top / "venv"):
        shutil.rmtree(old, ignore_errors=True)
    top.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [
        "mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory",
        f"--include={_INCLUDE}",
    ]
    if certificates:
        command += [
            '--customize-hook=mkdir -p "$1"' + str(_CERTIFICATES),
            *(f'--customize-hook=cp {run.quote([path])} "$1"{_CERTIFICATES}/'
              for path in certificates),
            '--customize-hook=chroot "$1" update-ca-certificates',
        ]
    log = layout.log(f"root-{base.name}")
    try:
        run.step([*command, base.suite, root, *sources], title=f"mmdebstrap {base.suite}", log=log)
    except CommandFailed as error:
        shutil.rmtree(root, ignore_errors=True)
        raise OkoError(
            f"cannot make a {base.system_name} in {layout.relative(root)}: {_reason(error)}",
            "it takes the network, Debian's archive, and about 500 MB",
            f"full log: {layout.relative(log)}",
        ) from error
    stamp.write(inputs)
    return root


def _require(base: Base) -> None:
    if os.geteuid() != 0:
        raise OkoError(f"making and entering a {base.system_name} needs root", "sudo ./inv root …")
    for tool in ("mmdebstrap", "unshare"):
        if shutil.which(tool) is None:
            raise OkoError(
                f"no {tool} here, which a {base.system_name} takes",
                "apt-get install mmdebstrap (or: ./inv doctor --install --optional)",
            )


def _reason(error: CommandFailed) -> str:
    lines = [line for line in error.tail.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("E: ")]
    return (told or lines or [error.message])[0].removeprefix("E: ")


def _sources(base: Base) -> list[str]:
    """Return the lines of sources.list for 'base': the archives that this host's apt uses.

    None at all if it uses none of Debian's: then mmdebstrap takes the standard ones.
    """
    if shutil.which("apt-get") is None:
        return []
    listing = run.capture(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)",
         "Identifier: Packages"], check=False,
    ).stdout
    found: dict[str, str] = {}
    for line in listing.splitlines():
        origin, _, rest = line.partition("|")
        label, _, uri = rest.partition("|")
        if origin == "Debian" and uri:
            found.setdefault(label, uri.rstrip("/"))
    lines = []
    if "Debian" in found:
        lines += [
            f"deb {found['Debian']} {base.suite} main",
            f"deb {found['Debian']} {base.suite}-updates main",
        ]
        if "Debian-Security" in found:
            lines.append(f"deb {found['Debian-Security']} {base.suite}-security main")
    return lines


def environment() -> dict[str, str]:
    """Return the whole environment of commands in a root: the host's is for the host."""
    return {
        "HOME": "/root", "LC_ALL": "C.UTF-8",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        # pip brings certificates of its own, and would not know those that the host adds.
        "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt",
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    }


def enter(layout: Layout, base: Base, argv: Sequence[str], *, fresh: bool = False) -> NoReturn:
    """Become the command 'argv' in the root of 'base', in the checkout's folder there, /oko.

    It has mounts, processes and a host name of its own, a build folder and Python environment of
    its own, and shares the network, the downloads and the compiler's cache with the host.
    """
    if not argv:
        raise OkoError(f"no command: expected for example './inv root {base.name} -- ./inv demo'")
    with lock.hold(layout):
        root = make(layout, base, fresh=fresh)
        own = folder(layout, base)
        (root / "oko").mkdir(exist_ok=True)
        for path in (own / "build/dl", own / "build/ccache", own / "venv", layout.downloads,
                     layout.ccache, layout.root / ".venv"):
            path.mkdir(parents=True, exist_ok=True)
    run.replace(
        ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--",
         "sh", "-c", _ENTER, "enter", str(root), str(layout.root), str(own),
         str(layout.downloads), str(layout.ccache), *argv],
        env=environment(), cwd=layout.root,
    )
