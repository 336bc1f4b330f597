"""A bridge: where everything starts."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from types import TracebackType

from oko_py._errors import BadArgument, NotAnOko
from oko_py._net.target import TLS, Target, find, not_found
from oko_py._net.words import versions
from oko_py._process import Runner
from oko_py.ofctl._caller import Caller
from oko_py.ofctl._engine import Engine
from oko_py.ofctl._flows import Flows
from oko_py.ofctl._programs import Programs
from oko_py.ofctl._speaker import Speaker


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
    """A bridge of a switch.  Making one does nothing yet.

    For programs and maps it speaks OpenFlow with the switch: with a connection for each call or,
    in a ``with`` block, with one for all of them.  For flows, and where there is no socket to
    connect to, it runs ``ovs-ofctl``.

    >>> with Bridge("br0") as bridge:
    ...     table = bridge.programs[1].maps["lookup_table"]
    ...     table["172.16.0.14"] = "DROP"
    """

    def __init__(
        self,
        name: str,
        *,
        timeout: float | None = 10.0,
        ovs_ofctl: str | os.PathLike[str] | None = None,
        protocol: str | None = None,
        tls: TLS | None = None,
    ) -> None:
        """Name the bridge, or the target such as ``tcp:10.0.0.1:6653`` or a socket's path.

        *timeout* is for each answer, in seconds, or None to wait for ever.  *ovs_ofctl* is the
        executable that does everything, if it is given; by default it is ``ovs-ofctl``, for what
        oko_py doesn't do itself.  *protocol* is the version of OpenFlow to speak, such as
        ``OpenFlow13``.  *tls* is needed for ``ssl:`` targets.
        """
        if not isinstance(name, str):
            raise BadArgument(f"expected the name of a bridge, got {type(name).__name__}")
        if not name:
            raise BadArgument("expected the name of a bridge, got an empty string")
        if timeout is not None and not (isinstance(timeout, (int, float)) and timeout > 0):
            raise BadArgument(f"expected a timeout in seconds, or None, got {timeout!r}")
        self.name = name
        self.runner = Runner(
            "ovs-ofctl" if ovs_ofctl is None else os.fspath(ovs_ofctl),
            timeout,
            protocol,
            tuple(tls.options()) if tls is not None else (),
        )
        self._tls = tls
        self._caller = Caller(name, self.runner)
        self._calls = ovs_ofctl is not None
        self._speaker: Speaker | None = None
        self._speaks_to: Target | None = None
        self._held: list[Speaker] = []
        self.programs = Programs(self.name, self._engine)
        self.flows = Flows(self.name, self.runner)

    def __enter__(self) -> Bridge:
        engine = self._engine()
        if isinstance(engine, Speaker):
            engine.hold()
            self._held.append(engine)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._held:
            self._held.pop().release()

    def _engine(self) -> Engine:
        """Return what talks to the switch: each time anew, since sockets come and go."""
        if self._calls:
            return self._caller
        if self._held and self._held[-1].connected:
            return self._held[-1]
        target = find(self.name)
        if target is None:
            if shutil.which(self.runner.executable) is None:
                raise not_found(self.name)
            return self._caller
        if self._speaker is None or self._speaks_to != target:
            self._speaker = Speaker(
                self.name,
                target,
                timeout=self.runner.timeout,
                tls=self._tls,
                versions=versions(self.runner.protocol),
            )
            self._speaks_to = target
        return self._speaker

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
