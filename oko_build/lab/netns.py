"""Network namespaces that cannot outlive this process."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TypeVar

from oko_build.lab.command import LabError, Result, run

T = TypeVar("T")

# <sched.h>; os.unshare() and os.setns() came with Python 3.12.
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise LabError(
            f"{what}: {os.strerror(code)}"
            + (" (this needs root)" if os.geteuid() != 0 else "")
        )


def _in_thread(function: Callable[[], T]) -> T:
    """Return function(), called in a thread of its own.

    A namespace belongs to a thread: what the function enters is left when its
    thread ends, and no other thread is ever in it.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            results.append(function())
        except BaseException as error:  # carried over to the caller's thread
            errors.append(error)

    thread = threading.Thread(target=body, name="netns")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


class Namespace:
    """A network namespace without a name, held open by a file descriptor."""

    def __init__(self, label: str) -> None:
        """Create the namespace, with the loopback interface up and no IPv6.

        Without IPv6 the kernel sends nothing by itself as an interface comes
        up, so that counters count what a test sends and nothing else.
        """

        def create() -> int:
            _check(_libc.unshare(_CLONE_NEWNET), "cannot create a network namespace")
            return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

        self.label = label
        self._fd = _in_thread(create)
        self.run(
            "sh",
            "-c",
            "ip link set lo up; cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0; "
            "for i in all default; do echo 1 > $i/disable_ipv6; done",
        ).check()

    @property
    def path(self) -> str:
        """A path that names the namespace to ip(8) and nsenter(1)."""
        if self._fd < 0:
            raise LabError(f"namespace {self.label} is closed")
        return f"/proc/{os.getpid()}/fd/{self._fd}"

    @property
    def prefix(self) -> tuple[str, ...]:
        """What goes before a command to run it in the namespace."""
        return ("nsenter", f"--net={self.path}")

    def run(
        self,
        *argv: str,
        env: Mapping[str, str] | None = None,
        stdin: str | bytes | None = None,
        timeout: float = 30,
    ) -> Result:
        """Run a command in the namespace; see :func:`oko_build.lab.run`."""
        return run(argv, prefix=self.prefix, env=env, stdin=stdin, timeout=timeout)

    def call(self, function: Callable[[], T]) -> T:
        """Return function(), called in the namespace.

        Sockets made by the function belong to the namespace for ever and can be
        used from anywhere.
        """
        path = self.path

        def enter_and_call() -> T:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                _check(_libc.setns(fd, _CLONE_NEWNET), f"cannot enter {self.label}")
            finally:
                os.close(fd)
            return function()

        return _in_thread(enter_and_call)

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """Return a new socket in the namespace."""
        return self.call(lambda: socket.socket(family, kind, protocol))

    def close(self) -> None:
        """Let go of the namespace; it vanishes with its last process."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Namespace:
        """Return the namespace."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the namespace."""
        self.close()
