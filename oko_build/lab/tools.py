"""Where the built switch and its tools are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from oko_build.lab.command import LabError

# Directories of an Open vSwitch build that hold what we run, and one program
# in each by which to tell that it was built.
_PROGRAMS = {
    "vswitchd": "ovs-vswitchd",
    "ovsdb": "ovsdb-server",
    "utilities": "ovs-ofctl",
}
_HOST_PROGRAMS = {
    "ip": "iproute2",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "ethtool": "ethtool",
    "ping": "iputils-ping",
}


class ToolsMissing(LabError):
    """The switch was not built, or a program of the host is missing."""


@dataclass(frozen=True, slots=True)
class Tools:
    """A build of Open vSwitch, run in place."""

    builddir: Path
    srcdir: Path
    bindir: Path | None = None

    @classmethod
    def find(cls, environ: Mapping[str, str] = os.environ) -> Tools:
        """Find the build by OKO_OVS_BUILDDIR, OKO_OVS_SRCDIR and OKO_BIN.

        ``inv exec`` and ``inv test-integration`` set them.  Raises ToolsMissing,
        with the command to run, if there is no complete build there.
        """
        advice = (
            "build the switch and run this again through the toolkit:\n"
            "    ./inv build && ./inv exec -- pytest tests/integration"
        )
        builddir = environ.get("OKO_OVS_BUILDDIR")
        srcdir = environ.get("OKO_OVS_SRCDIR")
        if not builddir or not srcdir:
            raise ToolsMissing(
                "expected OKO_OVS_BUILDDIR and OKO_OVS_SRCDIR to name a built Open "
                f"vSwitch and its source, got {builddir!r} and {srcdir!r};\n{advice}"
            )
        bindir = environ.get("OKO_BIN")
        tools = cls(Path(builddir), Path(srcdir), Path(bindir) if bindir else None)
        for directory, program in _PROGRAMS.items():
            path = tools.builddir / directory / program
            if not os.access(path, os.X_OK):
                raise ToolsMissing(f"expected a program {path}, found none;\n{advice}")
        if not tools.schema.is_file():
            raise ToolsMissing(f"expected a file {tools.schema}, found none;\n{advice}")
        for program, package in _HOST_PROGRAMS.items():
            if shutil.which(program) is None:
                raise ToolsMissing(
                    f"the program {program} is missing; install it:\n"
                    f"    apt-get install {package}"
                )
        return tools

    @property
    def schema(self) -> Path:
        """The database schema of the switch."""
        return self.srcdir / "vswitchd" / "vswitch.ovsschema"

    def environment(self, rundir: Path) -> dict[str, str]:
        """Return an environment in which the tools talk to the switch in *rundir*."""
        path = [str(self.builddir / directory) for directory in _PROGRAMS]
        if self.bindir is not None:
            path.append(str(self.bindir))
        return {
            **os.environ,
            "PATH": os.pathsep.join([*path, os.environ.get("PATH", "")]),
            "OVS_RUNDIR": str(rundir),
            "OVS_LOGDIR": str(rundir),
            "OVS_DBDIR": str(rundir),
            "OVS_SYSCONFDIR": str(rundir),
            "OVS_PKGDATADIR": str(self.schema.parent),
            "LC_ALL": "C.UTF-8",
        }
