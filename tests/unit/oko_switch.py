"""A switch that says what a test tells it to: the other side of a connection, and no more."""

import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from oko_py import wire
from oko_py.wire import Frame, Version

#: What to send in answer to a message: bytes as they are, or messages.
Answer = Callable[[Frame], Iterable[bytes | wire.Message]]


class FakeSwitch:
    """Listens on a management socket; answers barriers, and the rest as it is told."""

    def __init__(
        self, folder: Path, answer: Answer, *, version: int = 4, hello: bytes = b""
    ) -> None:
        self.path = folder / "br0.mgmt"
        self.frames: list[Frame] = []
        self.n_connections = 0
        self._answer = answer
        self._hello = hello or wire.encode(
            wire.Hello(frozenset({version})), version=Version(version)
        )
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "FakeSwitch":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A connection wakes up the thread, which sees that the socket is gone.
        self.path.rename(self.path.with_suffix(".gone"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as last:
            last.connect(str(self.path.with_suffix(".gone")))
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if not self.path.exists():
                    return
                self.n_connections += 1
                try:
                    self._talk(connection)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(self._hello)
        stream = bytearray()
        while data := connection.recv(65536):
            stream += data
            while len(stream) >= 8:
                length = int.from_bytes(stream[2:4])
                if len(stream) < length:
                    break
                frame = wire.decode(bytes(stream[:length]))
                del stream[:length]
                self.frames.append(frame)
                for each in self._answers(frame):
                    if not each:
                        return      # Hangs up.
                    if isinstance(each, wire.Message):
                        version = Version(frame.version)
                        each = wire.encode(each, version=version, xid=frame.xid)
                    connection.sendall(each)

    def _answers(self, frame: Frame) -> Iterable[bytes | wire.Message]:
        if isinstance(frame.message, wire.Hello):
            return []
        if isinstance(frame.message, wire.BarrierRequest):
            return [*self._answer(frame), wire.BarrierReply()]
        return self._answer(frame)
