"""Where the built switch and its tools are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from oko_build import layout, toolenv
from oko_build.errors import OkoError
from oko_build.lab.command import LabError

# Folders of a build that hold what we run, and a program in each by which to tell it was built.
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
    environ: Mapping[str, str]

    @classmethod
    def find(cls, environ: Mapping[str, str] | None = None) -> Tools:
        """Find the build by OKO_OVS_BUILD and OKO_OVS_SRC, which ``inv exec`` sets.

        Without them, it is the toolkit's own build.  Raises ToolsMissing, with the command to run,
        if there is no complete build.
        """
        env = dict(os.environ if environ is None else environ)
        if "OKO_OVS_BUILD" not in env:
            try:
                env = toolenv.environment(layout.here(), inherited=env)
            except OkoError as error:
                raise ToolsMissing(error.message, *error.hints) from error
        tools = cls(Path(env["OKO_OVS_BUILD"]), Path(env.get("OKO_OVS_SRC", "")), env)
        tools._check()
        return tools

    def _check(self) -> None:
        files = [self.builddir / folder / program for folder, program in _PROGRAMS.items()]
        for path in (*files, self.schema):
            if not path.is_file():
                raise ToolsMissing(
                    f"expected a built Open vSwitch in OKO_OVS_BUILD={self.builddir} and its "
                    f"source in OKO_OVS_SRC={self.srcdir}, but there is no {path}",
                    "unset both and run: ./inv build",
                )
        for program, package in _HOST_PROGRAMS.items():
            if shutil.which(program) is None:
                raise ToolsMissing(f"no program {program}", f"apt-get install {package}")

    @property
    def schema(self) -> Path:
        """The database schema of the switch."""
        return self.srcdir / "vswitchd" / "vswitch.ovsschema"

    def environment(self, rundir: Path) -> dict[str, str]:
        """Return an environment in which the tools talk to the switch in *rundir*."""
        folders = [str(self.builddir / folder) for folder in _PROGRAMS]
        path = self.environ.get("PATH", os.defpath).split(os.pathsep)
        return {
            **self.environ,
            "PATH": os.pathsep.join([*folders, *path]),
            "OVS_RUNDIR": str(rundir),
            "OVS_LOGDIR": str(rundir),
            "OVS_DBDIR": str(rundir),
            "OVS_SYSCONFDIR": str(rundir),
            "OVS_PKGDATADIR": str(self.schema.parent),
            "LC_ALL": "C.UTF-8",
        }
