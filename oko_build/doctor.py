"""Says what this machine lacks, and brings it where it can."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from oko_build import config, console, run
from oko_build.config import Base
from oko_build.errors import OkoError
from oko_build.layout import Layout
from oko_build.layout import here as layout_here


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something that the project uses from the system."""

    package: str
    why: str
    command: str = ""       # found on PATH, or
    oneof: tuple[str, ...] = ()     # one of these is, or
    module: str = ""        # known to pkg-config, or
    file: str = ""          # a file that is there, or
    pattern: str = ""       # files below / that are
    optional: bool = False

    def met(self) -> bool:
        """Whether it is here."""
        if self.command:
            return shutil.which(self.command, path=_search_path()) is not None
        if self.oneof:
            return any(shutil.which(name, path=_search_path()) for name in self.oneof)
        if self.module:
            if shutil.which("pkg-config") is None:
                return False
            return run.capture(["pkg-config", "--exists", self.module], check=False).code == 0
        if self.pattern:
            return any(Path("/").glob(self.pattern))
        return Path(self.file).exists()

    @property
    def looked_for(self) -> str:
        """What is to be found, for people."""
        return (self.command or " or ".join(self.oneof[:1]) or self.module or self.file
                or self.pattern)


def _search_path() -> str:
    # Debian's plain users lack the folders of ip and ethtool.
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


CLANG_VERSIONS = range(14, 31)
"""Versions of clang that compile programs; plain 'clang' is of one of them on every system."""


def _versions(command: str) -> tuple[str, ...]:
    """Return the names under which 'command' of LLVM may be installed."""
    return (command, *(f"{command}-{version}" for version in CLANG_VERSIONS))


_COMMON = (
    Need(package="gcc", command="gcc", why="compiles Open vSwitch and the BPF runtime"),
    Need(package="libc6-dev", file="/usr/include/stdio.h", why="the C library's headers"),
    Need(package="make", command="make", why="builds"),
    Need(package="pkg-config", command="pkg-config", why="finds DPDK"),
    Need(package="git", command="git", why="keeps the work tree"),
    Need(package="python3", file="/usr/bin/python3", why="generates some of Open vSwitch's source"),
    Need(package="libdpdk-dev", module="libdpdk", why="the DPDK datapath"),
    Need(package="autoconf", command="autoconf", why="patches change Makefile parts"),
    Need(package="automake", command="automake", why="patches change Makefile parts"),
    Need(package="libtool", command="libtoolize", why="patches change Makefile parts"),
    Need(package="libssl-dev", module="libssl", why="OpenFlow over TLS"),
    Need(package="libcap-ng-dev", module="libcap-ng", why="ovs-vswitchd as a plain user"),
    Need(package="libunbound-dev", file="/usr/include/unbound.h", why="controllers by name"),
    Need(package="libnuma-dev", file="/usr/include/numa.h", why="memory beside the core"),
    Need(package="ccache", command="ccache", why="makes the second build fast"),
    Need(package="libcmocka-dev", module="cmocka", why="the runtime's C tests"),
    Need(package="iproute2", command="ip", why="tests and the demo make network namespaces"),
    Need(package="ethtool", command="ethtool", why="tests switch off checksum offload"),
    Need(package="iputils-ping", command="ping", why="tests and the demo ping"),
    Need(package="tcpdump", command="tcpdump", why="shows what crosses the switch"),
    Need(package="util-linux", command="unshare", why="Open vSwitch's tests get a namespace"),
    Need(package="procps", command="ps", why="Open vSwitch's tests look for processes"),
    Need(package="dpdk-dev", command="dpdk-testpmd", optional=True, why="packet generator"),
    Need(package="docker.io", command="dockerd", optional=True, why="the container's tests"),
    Need(package="mmdebstrap", command="mmdebstrap", optional=True, why="the container's base"),
    Need(package="bpftool", command="bpftool", optional=True, why="second opinion in some tests"),
)


_OTHER_CLANGS = {"debian-12": ("16", "19"), "debian-13": ("17",)}
"""More versions of clang that a system has, whose objects are tested."""


def clangs(base: Base) -> tuple[str, ...]:
    """Return the compilers, by package, whose objects are tested on a host of 'base'."""
    versions = (base.clang, *_OTHER_CLANGS.get(base.system, ()))
    return tuple(f"clang-{version}" for version in versions)


def needs(base: Base) -> tuple[Need, ...]:
    """Return all that the project uses on a host of 'base'."""
    version = base.clang
    return (
        *_COMMON,
        Need(package=f"clang-{version}", oneof=_versions("clang"), why="compiles BPF programs"),
        Need(package=f"llvm-{version}", oneof=_versions("llvm-objdump"), why="shows BPF programs"),
        *(
            Need(package=other, command=other, optional=True, why="another compiler's programs")
            for other in clangs(base)[1:]
        ),
        Need(package=f"libclang-rt-{version}-dev", optional=True, why="fuzzing the BPF runtime",
             pattern=f"usr/lib/llvm-{version}/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a"),
    )


def here() -> tuple[Need, ...]:
    """Return all that the project uses on this host."""
    return needs(config.load(layout_here()).base())


def missing(*, optional: bool = False) -> list[Need]:
    """Return the needs that this machine does not meet; also the optional ones if asked."""
    return [need for need in here() if (optional or not need.optional) and not need.met()]


def is_debian() -> bool:
    """Whether packages can be had from apt."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg") is not None


def install_command(packages: Iterable[str]) -> list[str]:
    """Return the command that installs 'packages'; by sudo for plain users."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    return command if os.geteuid() == 0 else ["sudo", *command]


def demand(*packages: str) -> None:
    """Raise OkoError, with the command that helps, if one of 'packages' is not here.

    'clang' stands for the one that this host's base names.
    """
    lacking = [
        need for need in here()
        if (need.package in packages or ("clang" in packages and "clang" in need.oneof))
        and not need.met()
    ]
    if lacking:
        names = [need.package for need in lacking]
        raise OkoError(
            "missing: " + ", ".join(f"{need.package} ({need.why})" for need in lacking),
            run.quote(install_command(names)) if is_debian()
            else "this host is not Debian: work in the container (docker/README.md)",
            "or: ./inv doctor --install",
        )


def require(layout: Layout) -> None:
    """Make sure that this machine has all that is needed, installing what is not there."""
    upstream = config.load(layout)
    upstream.require_host(upstream.base())
    lacking = missing()
    if lacking:
        install(layout, lacking)


def install(layout: Layout, needs: list[Need]) -> None:
    """Install the packages of 'needs', and check that this has met them."""
    packages = [need.package for need in needs]
    if not is_debian():
        raise OkoError(
            f"this host is not Debian (no apt-get), and lacks: {', '.join(packages)}",
            "install what your system calls these packages",
            "or work in the container: docker/README.md",
        )
    command = install_command(packages)
    prefix: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise OkoError(
                f"missing: {', '.join(packages)}; installing them needs root, and there is no sudo",
                "as root: " + run.quote(command[1:]),
            )
        # Asks for the password here, where it can be typed: a step has no terminal.
        if subprocess.run(["sudo", "-v"], check=False).returncode != 0:
            raise OkoError("sudo did not let us in", run.quote(command))
        prefix = ["sudo"]
    console.note(f"installing {', '.join(packages)}")
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    run.step(
        [*prefix, "apt-get", "update", "-q"], title="apt-get update", env=env,
        log=layout.log("apt-update"),
    )
    run.step(command, title="apt-get install", env=env, log=layout.log("apt-install"))
    still = [need for need in needs if not need.met()]
    if still:
        raise OkoError(
            "installed, but still not found: "
            + ", ".join(
                f"{need.package} ({need.looked_for})" for need in still
            )
        )


def report() -> list[str]:
    """Return a line for each need."""
    lines = []
    for need in here():
        state = "ok" if need.met() else ("optional" if need.optional else "MISSING")
        lines.append(f"{state:9} {need.package:20} {need.why}")
    return lines


def facts() -> list[str]:
    """Return what else about this machine decides what works on it."""
    root = "yes" if os.geteuid() == 0 else "no: the demo and the integration tests need it"
    try:
        huge = Path("/proc/sys/vm/nr_hugepages").read_text(encoding="ascii").strip()
    except OSError:
        huge = "?"
    tun = "yes" if Path("/dev/net/tun").exists() else "no: bridges need it"
    return [
        f"root: {root}",
        f"processors: {len(os.sched_getaffinity(0))}",
        f"/dev/net/tun: {tun}",
        f"huge pages: {huge} (none are needed)",
    ]
