"""Turns flows and groups from text into OpenFlow messages: those that ``ovs-ofctl`` would send.

One run of ``ovs-ofctl`` takes longer than a pipeline.  So it sends the flows of many pipelines, in
one bundle, to us instead of a switch, and we keep the messages.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from oko_build.errors import OkoError
from oko_build.lab import Result
from oko_build.pipelines import control
from oko_build.pipelines.control import Stream, message


class Encoder:
    """Encodes lines of ``ovs-ofctl bundle``."""

    def __init__(self, folder: Path, run: Callable[..., Result]) -> None:
        """Use *folder* for files; *run* runs a command."""
        self._file = folder / "bundle.txt"
        self._path = folder / "encoder.sock"
        self._run = run
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(1)
        self._listener.settimeout(60)

    def encode(self, lines: Sequence[str]) -> list[bytes]:
        """Return a message for each line.  Raises OkoError if ``ovs-ofctl`` takes one as wrong."""
        self._file.write_text("".join(f"{line}\n" for line in lines))
        found: list[bytes] = []
        results: list[Result] = []

        def call() -> None:
            results.append(self._run(
                "ovs-ofctl", "--no-names", "-O", "OpenFlow14", "bundle",
                f"unix:{self._path}", str(self._file),
            ))
            if not results[0].ok:
                # Wake up who waits for it.
                with socket.socket(socket.AF_UNIX) as sock:
                    sock.connect(str(self._path))

        thread = threading.Thread(target=call, name="ovs-ofctl")
        thread.start()
        try:
            sock, _ = self._listener.accept()
            self._serve(Stream(sock), found)
        finally:
            thread.join()
        if not results or not results[0].ok:
            while self._drain():
                pass
            said = str(results[0]) if results else ""
            line = re.search(r"bundle\.txt:(\d+)", said)
            about = lines[int(line[1]) - 1] if line else ""
            raise OkoError(f"ovs-ofctl refuses a pipeline:\n{said}\n{about}")
        if len(found) != len(lines):
            raise OkoError(f"expected {len(lines)} messages of ovs-ofctl, got {len(found)}")
        return found

    def _drain(self) -> bool:
        self._listener.settimeout(0.05)
        try:
            sock, _ = self._listener.accept()
            sock.close()
            return True
        except TimeoutError:
            return False
        finally:
            self._listener.settimeout(60)

    @staticmethod
    def _serve(stream: Stream, found: list[bytes]) -> None:
        try:
            stream.send(message(control.HELLO))
            while True:
                got = stream.receive()
                if got is None:
                    return
                if got.type == control.BUNDLE_ADD:
                    found.append(got.body[8:])
                elif got.type == control.BUNDLE_CONTROL:
                    bundle, kind, flags = struct.unpack_from("!IHH", got.body)
                    body = struct.pack("!IHH", bundle, kind + 1, flags)
                    stream.send(message(control.BUNDLE_CONTROL, body, got.xid))
                elif got.type == control.BARRIER_REQUEST:
                    stream.send(message(control.BARRIER_REPLY, xid=got.xid))
                elif got.type == control.ECHO_REQUEST:
                    stream.send(message(control.ECHO_REPLY, got.body, got.xid))
                elif got.type != control.HELLO:
                    raise OkoError(f"expected a bundle of ovs-ofctl, got a message {got.type}")
        except control.Disconnected:
            return
        finally:
            stream.close()

    def close(self) -> None:
        """Close the socket."""
        self._listener.close()
