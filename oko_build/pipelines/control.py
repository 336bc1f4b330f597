"""Connections to a switch that stay open: its control socket, and OpenFlow 1.4."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from oko_build.errors import OkoError

VERSION = 5                     # OpenFlow 1.4
HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, EXPERIMENTER = 0, 1, 2, 3, 4
PACKET_IN, FLOW_REMOVED, PORT_STATUS = 10, 11, 12
MULTIPART_REQUEST, MULTIPART_REPLY, BARRIER_REQUEST, BARRIER_REPLY = 18, 19, 20, 21
BUNDLE_CONTROL, BUNDLE_ADD = 33, 34
FLOW_STATS, TABLE_STATS, PORT_STATS, GROUP_STATS, METER_STATS = 1, 3, 4, 6, 9
NX_VENDOR = 0x2320
NXT_SET_PACKET_IN_FORMAT, NXT_SET_CONTROLLER_ID = 16, 20
NXT_RESUME, NXT_PACKET_IN2 = 28, 30
_TIMEOUT = 30.0


class Disconnected(OkoError):
    """The switch closed a connection, or said nothing for too long: it may have died."""


class Control:
    """The control socket of a daemon, as ``ovs-appctl`` speaks to it."""

    def __init__(self, path: Path) -> None:
        """Connect to the socket at *path*."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_TIMEOUT)
        self._socket.connect(str(path))
        self._decoder = json.JSONDecoder()

    def __call__(self, command: str, *arguments: str) -> str:
        """Run *command*; return what it says, or raise OkoError with its error."""
        request = {"id": 0, "method": command, "params": list(arguments)}
        text = ""
        while True:
            try:
                if request:
                    self._socket.sendall(json.dumps(request).encode())
                    request = {}
                data = self._socket.recv(1 << 20)
            except OSError as error:
                raise Disconnected(f"{command}: {error}") from error
            if not data:
                raise Disconnected(f"{command}: the switch hung up")
            text += data.decode(errors="replace")
            try:
                reply, _ = self._decoder.raw_decode(text)
            except ValueError:
                continue
            if reply.get("error"):
                raise OkoError(f"{command} {' '.join(arguments)}: {reply['error'].strip()}")
            return str(reply.get("result") or "")

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


@dataclass(frozen=True, slots=True)
class Message:
    """An OpenFlow message."""

    type: int
    xid: int
    body: bytes


def message(kind: int, body: bytes = b"", xid: int = 0) -> bytes:
    """Return an OpenFlow message of type *kind*."""
    return struct.pack("!BBHI", VERSION, kind, 8 + len(body), xid) + body


def experimenter(subtype: int, body: bytes) -> bytes:
    """Return one of Nicira's messages."""
    return message(EXPERIMENTER, struct.pack("!II", NX_VENDOR, subtype) + body)


class Stream:
    """Messages on a socket."""

    def __init__(self, sock: socket.socket) -> None:
        """Take over *sock*."""
        self._socket = sock
        self._socket.settimeout(_TIMEOUT)
        self._buffer = b""

    def send(self, data: bytes) -> None:
        """Send messages."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Disconnected(f"OpenFlow: {error}") from error

    def receive(self) -> Message | None:
        """Return the next message, or None where the other side has hung up."""
        while len(self._buffer) < 8 or len(self._buffer) < self._length():
            try:
                data = self._socket.recv(1 << 18)
            except ConnectionResetError:
                return None         # It went without reading all.
            except OSError as error:
                raise Disconnected(f"OpenFlow: {error}") from error
            if not data:
                return None
            self._buffer += data
        length = self._length()
        data, self._buffer = self._buffer[:length], self._buffer[length:]
        return Message(data[1], struct.unpack_from("!I", data, 4)[0], data[8:])

    def _length(self) -> int:
        return int(struct.unpack_from("!H", self._buffer, 2)[0])

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


class Controller:
    """A controller's connection to a bridge."""

    def __init__(self, path: Path, identity: int) -> None:
        """Connect to the bridge whose socket is at *path*, as the controller *identity*."""
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(str(path))
        self._stream = Stream(sock)
        self._xid = 1
        self.events: list[Message] = []
        self.errors: list[Message] = []
        self._stream.send(
            message(HELLO)
            + message(9, struct.pack("!HH", 0, 0xFFFF))     # whole packets
            + experimenter(NXT_SET_PACKET_IN_FORMAT, struct.pack("!I", 2))
            + experimenter(NXT_SET_CONTROLLER_ID, struct.pack("!6xH", identity))
        )
        self.barrier()
        if self.errors:
            raise OkoError(f"{path.name} refuses a controller: {self.errors[0].body.hex()}")

    def send(self, data: bytes) -> None:
        """Send messages."""
        self._stream.send(data)

    def _until(self, kind: int, xid: int) -> Iterator[Message]:
        while True:
            got = self._stream.receive()
            if got is None:
                raise Disconnected("OpenFlow: the switch hung up")
            if got.type == ECHO_REQUEST:
                self._stream.send(message(ECHO_REPLY, got.body, got.xid))
            elif got.type == ERROR:
                self.errors.append(got)
                if got.xid == xid:
                    raise OkoError(f"OpenFlow: request refused: {got.body[:4].hex()}")
            elif got.type == kind and got.xid == xid:
                yield got
            elif got.type not in (HELLO, PORT_STATUS, BARRIER_REPLY):
                self.events.append(got)

    def barrier(self) -> None:
        """Wait until the switch has done what it was sent; collect its messages meanwhile."""
        self._xid += 1
        self._stream.send(message(BARRIER_REQUEST, xid=self._xid))
        next(self._until(BARRIER_REPLY, self._xid))

    def multipart(self, kind: int, body: bytes = b"") -> bytes:
        """Return the whole reply to a multipart request."""
        self._xid += 1
        self._stream.send(
            message(MULTIPART_REQUEST, struct.pack("!HH4x", kind, 0) + body, self._xid)
        )
        whole = b""
        for reply in self._until(MULTIPART_REPLY, self._xid):
            whole += reply.body[8:]
            if not struct.unpack_from("!H", reply.body, 2)[0] & 1:
                break
        return whole

    def flows(self) -> list[tuple[int, int, int, bytes, bytes, int, int]]:
        """Return (cookie, table, priority, match, instructions, packets, bytes) of each flow."""
        data = self.multipart(FLOW_STATS, struct.pack("!B3xII4xQQHHI", 0xFF, 0xFFFFFFFF,
                                                      0xFFFFFFFF, 0, 0, 1, 4, 0))
        found, at = [], 0
        while at < len(data):
            length, table, priority = struct.unpack_from("!HB9xH", data, at)
            cookie, packets, octets = struct.unpack_from("!3Q", data, at + 24)
            match_len = struct.unpack_from("!H", data, at + 50)[0]
            padded = (match_len + 7) // 8 * 8
            match = data[at + 48:at + 48 + padded]
            actions = data[at + 48 + padded:at + length]
            found.append((cookie, table, priority, match, actions, packets, octets))
            at += length
        return found

    def groups(self) -> dict[int, list[tuple[int, int]]]:
        """Return (packets, bytes) of each group, and then of each of its buckets."""
        data = self.multipart(GROUP_STATS, struct.pack("!I4x", 0xFFFFFFFC))
        found, at = {}, 0
        while at < len(data):
            length, group = struct.unpack_from("!H2xI", data, at)
            counts = [struct.unpack_from("!QQ", data, at + 16)]
            counts += [struct.unpack_from("!QQ", data, at + i) for i in range(40, length, 16)]
            found[group] = [(int(a), int(b)) for a, b in counts]
            at += length
        return found

    def tables(self) -> dict[int, tuple[int, int, int]]:
        """Return (active, lookups, matches) of each table."""
        data = self.multipart(TABLE_STATS)
        return {
            data[at]: struct.unpack_from("!IQQ", data, at + 4) for at in range(0, len(data), 24)
        }

    def ports(self) -> dict[int, tuple[int, ...]]:
        """Return (rx packets, tx packets, rx bytes, tx bytes, rx drops, tx drops) of each port."""
        data = self.multipart(PORT_STATS, struct.pack("!I4x", 0xFFFFFFFF))
        found, at = {}, 0
        while at < len(data):
            length, port = struct.unpack_from("!H2xI", data, at)
            found[port] = struct.unpack_from("!6Q", data, at + 16)
            at += length
        return found

    def meters(self) -> dict[int, tuple[int, int]]:
        """Return (packets, bytes) of each meter."""
        data = self.multipart(METER_STATS, struct.pack("!I4x", 0xFFFFFFFF))
        found, at = {}, 0
        while at < len(data):
            meter, length, packets, octets = struct.unpack_from("!IH10xQQ", data, at)
            found[meter] = (packets, octets)
            at += length
        return found

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()
