"""A bridge: where everything starts."""

from __future__ import annotations

import os
from dataclasses import dataclass

from oko_py._errors import BadArgument, NotAnOko
from oko_py._process import Runner
from oko_py.ofctl._flows import Flows
from oko_py.ofctl._programs import Programs


@dataclass(frozen=True, slots=True)
class Features:
    """What ``ovs-ofctl`` and the switch behind a bridge can do."""

    ofctl_version: str
    filter_programs: bool
    reason: str | None  #: Why there are no filter programs.

    def to_dict(self) -> dict[str, object]:
        """Return what JSON output shows."""
        return {
            "ovs_ofctl": self.ofctl_version,
            "filter_programs": self.filter_programs,
            "reason": self.reason,
        }


class Bridge:
    """A bridge of a switch.  Making one does nothing yet."""

    def __init__(
        self,
        name: str,
        *,
        timeout: float | None = 10.0,
        ovs_ofctl: str | os.PathLike[str] = "ovs-ofctl",
        protocol: str | None = None,
    ) -> None:
        """Name the bridge, or the target such as ``tcp:10.0.0.1:6653`` or a socket's path.

        *timeout* is for each command, in seconds, or None to wait for ever.  *ovs_ofctl* is the
        executable.  *protocol* is the version of OpenFlow to speak, such as ``OpenFlow13``.
        """
        if not name:
            raise BadArgument("expected the name of a bridge, got an empty string")
        self.name = name
        self.runner = Runner(os.fspath(ovs_ofctl), timeout, protocol)
        self.programs = Programs(self.name, self.runner)
        self.flows = Flows(self.name, self.runner)

    def __repr__(self) -> str:
        return f"Bridge({self.name!r})"

    def features(self) -> Features:
        """Find out what ``ovs-ofctl`` and the switch can do."""
        version = self.runner.version()
        try:
            len(self.programs)
        except NotAnOko as error:
            return Features(version, False, str(error))
        return Features(version, True, None)
