"""Packets that tests send, built with scapy."""

from __future__ import annotations

import logging
import struct

logging.getLogger("scapy.runtime").setLevel(logging.ERROR)

from scapy.layers.inet import IP, TCP, UDP  # noqa: E402
from scapy.layers.l2 import Dot1Q, Ether  # noqa: E402
from scapy.packet import Raw  # noqa: E402

__all__ = ["IP", "TCP", "UDP", "Dot1Q", "Ether", "Raw", "payload", "udp", "udp_stream"]

MAC_A = "02:00:00:00:aa:01"
MAC_B = "02:00:00:00:bb:02"


def udp(
    src: str = "10.0.0.1",
    dst: str = "10.0.0.2",
    sport: int = 1000,
    dport: int = 2000,
    data: bytes = b"oko",
    *,
    size: int = 60,
) -> bytes:
    """Return an Ethernet frame with a UDP packet, padded with zeros to *size* bytes."""
    frame = bytes(
        Ether(src=MAC_A, dst=MAC_B) / IP(src=src, dst=dst) / UDP(sport=sport, dport=dport) / data
    )
    return frame.ljust(size, b"\0")


def udp_stream(count: int, *, first: int = 0) -> list[bytes]:
    """Return *count* frames, each of another flow, with its number as their data.

    Flows differ in source port, and every 32,768 of them in source address.
    """
    return [_numbered(number) for number in range(first, first + count)]


# scapy takes a millisecond for a packet: too long for thousands.
_TEMPLATE = udp(src="0.0.0.0", sport=0, data=bytes(4))


def _numbered(number: int) -> bytes:
    high, low = divmod(number, 32768)
    frame = bytearray(_TEMPLATE)
    frame[26:30] = 10, 1, 0, high + 1
    frame[34:36] = (1024 + low).to_bytes(2, "big")
    frame[42:46] = number.to_bytes(4, "big")
    frame[24:26] = bytes(2)
    total = sum(struct.unpack("!10H", frame[14:34]))
    total = (total & 0xFFFF) + (total >> 16)
    frame[24:26] = (~(total + (total >> 16)) & 0xFFFF).to_bytes(2, "big")
    frame[40:42] = bytes(2)  # no UDP checksum, as IPv4 allows
    return bytes(frame)


def payload(frame: bytes) -> int:
    """Return the number in a frame of udp_stream()."""
    return int.from_bytes(frame[42:46], "big")
