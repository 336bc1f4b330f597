"""Where a switch listens: from what users call it to an address."""

from __future__ import annotations

import os
import re
import socket
import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from oko_py._errors import BadArgument, BridgeNotFound, Unreachable

#: Where OpenFlow is spoken if no port is given.
_PORT = 6653

_HOST = re.compile(r"(\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]+))(:(?P<port>\d{1,5}))?")

#: A socket's path has less room in the system's calls than elsewhere.
_MAX_UNIX_PATH = 107


@dataclass(frozen=True, slots=True)
class TLS:
    """What it takes to speak to ``ssl:`` targets, as files in PEM format.

    The switch has to show a certificate that *ca_cert* has signed.  Its name is not compared:
    switches have certificates for what they are, not for where they are.
    """

    private_key: str | os.PathLike[str]
    certificate: str | os.PathLike[str]
    ca_cert: str | os.PathLike[str]

    def context(self) -> ssl.SSLContext:
        """Return the settings as the standard library has them, or raise BadArgument."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        try:
            context.load_verify_locations(os.fspath(self.ca_cert))
            context.load_cert_chain(os.fspath(self.certificate), os.fspath(self.private_key))
        except (OSError, ssl.SSLError) as error:
            raise BadArgument(f"expected keys and certificates in PEM format: {error}") from error
        return context

    def options(self) -> list[str]:
        """Return the same for ``ovs-ofctl``."""
        return [
            f"--private-key={os.fspath(self.private_key)}",
            f"--certificate={os.fspath(self.certificate)}",
            f"--ca-cert={os.fspath(self.ca_cert)}",
        ]


@dataclass(frozen=True, slots=True)
class Target:
    """An address to connect to: ``unix`` with a path, ``tcp`` or ``ssl`` with host and port."""

    kind: str
    name: str       #: As the user gave it.
    path: str = ""
    host: str = ""
    port: int = 0

    def connect(self, timeout: float | None, tls: TLS | None) -> socket.socket:
        """Return a connected socket, which does not block, with TLS if that is the kind.

        Raises :class:`Unreachable` with what to do.  *timeout* is in seconds.
        """
        found = self.connect_plain(timeout)
        if self.kind == "ssl":
            found = self._secure(found, tls)
        found.setblocking(False)
        return found

    def connect_plain(self, timeout: float | None) -> socket.socket:
        """Return a connected socket, on which TLS was not begun."""
        try:
            if self.kind == "unix":
                found = self._connect_unix(timeout)
            else:
                found = socket.create_connection((self.host, self.port), timeout)
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except PermissionError as error:
            raise Unreachable(
                f"{self.name}: permission denied to connect to {self.path or self.host}: be root,"
                " or a member of the group that the socket belongs to"
            ) from error
        except OSError as error:
            reason = "no answer in time" if isinstance(error, TimeoutError) else error.strerror
            raise Unreachable(
                f"{self.name}: can't connect to {self.path or f'{self.host} port {self.port}'}"
                f" ({reason or error}): is the switch running, and does it listen there?"
            ) from error
        return found

    def _connect_unix(self, timeout: float | None) -> socket.socket:
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            found.settimeout(timeout)
            with _short_path(self.path) as path:
                found.connect(path)
        except BaseException:
            found.close()
            raise
        return found

    def context(self, tls: TLS | None) -> ssl.SSLContext:
        """Return the settings for TLS, or raise BadArgument if there are none."""
        if tls is None:
            raise BadArgument(f"{self.name}: expected tls=TLS(...) to connect to it")
        return tls.context()

    def _secure(self, plain: socket.socket, tls: TLS | None) -> socket.socket:
        try:
            return self.context(tls).wrap_socket(plain)
        except (ssl.SSLError, OSError) as error:
            plain.close()
            raise Unreachable(f"{self.name}: can't agree on TLS: {error}") from error
        except BaseException:
            plain.close()
            raise


@contextmanager
def _short_path(path: str) -> Iterator[str]:
    """Give *path* another name if it is too long for a socket."""
    if len(os.fsencode(path)) <= _MAX_UNIX_PATH:
        yield path
        return
    directory, name = os.path.split(path)
    fd = os.open(directory or ".", os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{fd}/{name}"
    finally:
        os.close(fd)


def rundir() -> Path:
    """Return the folder in which the switch of this machine has its sockets."""
    return Path(os.environ.get("OVS_RUNDIR") or "/var/run/openvswitch")


def find(name: str) -> Target | None:
    """Return where the bridge or target *name* can be reached, as ``ovs-ofctl`` takes it.

    None if we can't tell: there is no such socket, or it is a kind of target that we don't know.
    """
    kind, colon, rest = name.partition(":")
    if colon:
        if kind == "unix":
            return Target("unix", name, path=rest)
        if kind in ("tcp", "ssl"):
            found = _HOST.fullmatch(rest)
            port = int(found["port"] or _PORT) if found else 0
            if found is None or not 0 < port < 65536:
                raise BadArgument(f"expected {kind}:HOST or {kind}:HOST:PORT, got {name!r}")
            return Target(kind, name, host=found["v6"] or found["host"], port=port)
        return None
    for path in (Path(name), rundir() / f"{name}.mgmt", rundir() / f"{name.split('@')[-1]}.mgmt"):
        try:
            if stat.S_ISSOCK(path.stat().st_mode):
                return Target("unix", name, path=str(path))
        except PermissionError:
            return Target("unix", name, path=str(path))     # To connect to it tells the same.
        except (OSError, ValueError):
            continue
    return None


def not_found(name: str) -> BridgeNotFound | Unreachable:
    """Return the error for a bridge that has no socket: is it that, or the whole switch?"""
    folder = rundir()
    try:
        bridges = sorted(path.stem for path in folder.glob("*.mgmt"))
        runs = bool(bridges) or any(folder.glob("ovs-vswitchd*.pid"))
    except OSError:
        bridges, runs = [], False
    if not runs:
        return Unreachable(
            f"{name}: no switch runs here, as far as {folder} tells: start ovs-vswitchd, set"
            " OVS_RUNDIR to the folder with its sockets, or give a target such as"
            " tcp:HOST:6653"
        )
    return BridgeNotFound(
        f"there is no bridge {name} (there are: {', '.join(bridges) or 'none'})"
    )
