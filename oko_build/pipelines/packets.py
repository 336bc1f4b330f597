"""Packets to send through pipelines, of the values that rules look for."""

from __future__ import annotations

import random
import struct

from oko_build.pipelines.predicates import ARP, ICMP, IPV4, MPLS, TCP, UDP


def checksum(data: bytes) -> int:
    """Return the Internet checksum of an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _ipv4(rng: random.Random, payload: bytes, fragments: bool) -> bytes:
    pick = rng.choice
    proto = pick((ICMP, TCP, TCP, UDP, UDP))
    ports = struct.pack("!HH", pick((1000, 1001, 1002)), pick((53, 80, 443)))
    if proto == TCP:
        l4 = ports + struct.pack("!IIBBHHH", 1, 1, 0x50, pick((2, 16, 18, 1)), 1000, 0, 0)
    elif proto == UDP:
        l4 = ports + struct.pack("!HH", 8 + len(payload), 0)
    else:
        l4 = struct.pack("!BBHI", pick((0, 8)), 0, 0, 1)
        l4 = l4[:2] + struct.pack("!H", checksum(l4 + payload)) + l4[4:]
    fragment = pick((0, 0x2000, 0x0010)) if fragments and rng.random() < 0.05 else 0
    head = struct.pack(
        "!BBHHHBBHII", 0x45, pick((0, 0, 32)), 20 + len(l4) + len(payload), 1, fragment,
        pick((64, 64, 63, 2, 1)), proto, 0,
        0x0A000000 | rng.randrange(1, 5), 0x0A000100 | rng.randrange(1, 5),
    )
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return head + l4 + payload


def random_packet(rng: random.Random, *, fragments: bool) -> bytes:
    """Return an Ethernet frame; some are parts of IP packets if *fragments*."""
    pick = rng.choice
    payload = bytes(pick((18, 26, 60, 120, 160, 300)))
    kind = pick((IPV4, IPV4, IPV4, IPV4, IPV4, IPV4, ARP, MPLS, 0x1234))
    if kind == IPV4:
        rest = _ipv4(rng, payload, fragments)
    elif kind == ARP:
        rest = struct.pack("!HHBBH6sI6sI", 1, IPV4, 6, 4, pick((1, 2)), bytes(6),
                           0x0A000000 | rng.randrange(1, 5), bytes(6),
                           0x0A000100 | rng.randrange(1, 5)) + bytes(18)
    elif kind == MPLS:
        deep = pick((0, 0, 1))
        rest = b"".join(
            struct.pack("!I", pick((100, 101)) << 12 | pick((0, 3)) << 9
                        | (i == deep) << 8 | pick((1, 2, 64)))
            for i in range(deep + 1)
        ) + _ipv4(rng, payload, fragments)
    else:
        rest = bytes(46) + payload
    tag = b""
    if rng.random() < 0.35:
        tag = struct.pack("!HH", 0x8100, pick((0, 3)) << 13 | pick((10, 11)))
    return struct.pack("!HIHI", 0x5054, rng.randrange(1, 5), 0x5054, rng.randrange(1, 5)) \
        + tag + struct.pack("!H", kind) + rest
