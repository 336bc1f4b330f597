"""The rate limiter lets about the configured number of packets pass."""

from __future__ import annotations

import time

from harness import packets
from harness.network import Net
from harness.programs import Programs, load, update_map

from oko_build.lab import wait_until


def _set_limit(net: Net, rate: int, burst: int) -> None:
    value = rate.to_bytes(4, "little") + burst.to_bytes(4, "little")
    update_map(net.bridge, 1, "limits", bytes(4), value)


def _limited(net: Net, programs: Programs) -> None:
    load(net.bridge, 1, programs.example("rate-limiter"))
    net.bridge.add_flows(
        "priority=2,in_port=1,filter_prog=1,actions=output:2", "priority=1,in_port=1,actions=drop"
    )


def test_a_burst_passes_up_to_the_depth_of_the_bucket(net: Net, programs: Programs) -> None:
    """One packet a second and a bucket of 50: a burst of 500 leaves 50, or one or two more."""
    _limited(net, programs)
    _set_limit(net, rate=1, burst=50)
    start = time.monotonic()
    net.alice.wire().send([packets.udp()] * 500)

    def passed_and_dropped() -> tuple[int, int]:
        return net.bridge.packets("filter_prog=1"), net.bridge.packets("actions=drop")

    wait_until(lambda: sum(passed_and_dropped()) == 500, "500 packets to be counted")
    passed, _ = passed_and_dropped()
    assert 50 <= passed <= 50 + 1 + (time.monotonic() - start)


def test_a_steady_stream_passes_at_the_configured_rate(net: Net, programs: Programs) -> None:
    """Some 1,000 packets a second against a limit of 200, for 1.5 seconds.

    The bucket holds half a second's worth, in case the machine has something else to do for that
    long.
    """
    rate, burst = 200, 100
    _limited(net, programs)
    _set_limit(net, rate=rate, burst=burst)
    wire, inbox = net.alice.wire(), net.bob.wire()
    frame = packets.udp()
    start = time.monotonic()
    sent = 0
    while (elapsed := time.monotonic() - start) < 1.5:
        if sent < elapsed * 1000:
            sent += wire.send([frame])
        else:
            time.sleep(0.0005)  # paces the source
    wait_until(
        lambda: net.bridge.packets("filter_prog=1") + net.bridge.packets("actions=drop") == sent,
        f"{sent} packets to be counted",
    )
    passed = len(inbox.drain())
    assert passed == net.bridge.packets("filter_prog=1")
    assert sent > 1200
    assert 0.9 * (rate * elapsed) <= passed <= 1.1 * (rate * elapsed + burst)


def test_sources_have_buckets_of_their_own(net: Net, programs: Programs) -> None:
    _limited(net, programs)
    _set_limit(net, rate=1, burst=10)
    greedy = [packets.udp(src="10.0.0.1")] * 100
    modest = [packets.udp(src="10.0.0.9")] * 10
    inbox = net.bob.wire()
    net.alice.wire().send(greedy + modest)
    wait_until(
        lambda: net.bridge.packets("filter_prog=1") + net.bridge.packets("actions=drop") == 110,
        "110 packets to be counted",
    )
    got = inbox.drain()
    assert got.count(modest[0]) == 10
    assert 10 <= got.count(greedy[0]) <= 13
