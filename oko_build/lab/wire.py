"""Raw access to an interface: frames in, frames out."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterable

from oko_build.lab.command import LabError
from oko_build.lab.netns import Namespace

_ETH_P_ALL = 3
_RECEIVE_BUFFER = 32 << 20
# <linux/socket.h>, <linux/if_packet.h>; not in the socket module.
_SO_RCVBUFFORCE = 33
_SOL_PACKET = 263
_PACKET_IGNORE_OUTGOING = 23


class Wire:
    """A raw socket on an interface in a namespace.

    It sees every frame that arrives from the moment it is made, and no frame that is sent there.
    """

    def __init__(self, namespace: Namespace, interface: str) -> None:
        """Open the socket."""
        self._socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self._socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
        self._socket.bind((interface, _ETH_P_ALL))
        self._socket.setblocking(False)

    def send(self, frames: Iterable[bytes]) -> int:
        """Send *frames* in order; return how many there were."""
        count = 0
        for frame in frames:
            while True:
                try:
                    self._socket.send(frame)
                except BlockingIOError:
                    select.select([], [self._socket], [], 1)
                    continue
                break
            count += 1
        return count

    def drain(self) -> list[bytes]:
        """Return the frames that have arrived so far, without waiting."""
        frames = []
        while True:
            try:
                frames.append(self._socket.recv(65536))
            except BlockingIOError:
                return frames

    def receive(
        self,
        count: int,
        *,
        timeout: float = 20,
        wanted: Callable[[bytes], bool] = lambda _frame: True,
    ) -> list[bytes]:
        """Return the next *count* frames that are *wanted*; others are dropped.

        Raises LabError if they have not come within *timeout* seconds.
        """
        frames: list[bytes] = []
        deadline = time.monotonic() + timeout
        while len(frames) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                raise LabError(
                    f"expected {count} frames within {timeout:g} s, got {len(frames)}"
                )
            frame = self._socket.recv(65536)
            if wanted(frame):
                frames.append(frame)
        return frames

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
