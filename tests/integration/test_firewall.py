"""The stateless firewall before real traffic, while its map is being changed."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from harness.network import Net
from harness.programs import Programs, dump_map, entry, load, update_map

from oko_build.lab import Host, wait_until

PASS, DROP = (number.to_bytes(4, "little") for number in (0, 1))


@pytest.fixture
def firewall(net: Net, programs: Programs) -> Net:
    """alice's packets pass the firewall; bob is 10.0.0.2 and 10.0.0.22, and answers freely."""
    net.bob.add_address("10.0.0.22")
    net.alice.add_neighbour("10.0.0.22", net.bob.mac)
    load(net.bridge, 1, programs.example("stateless-firewall"))
    net.bridge.add_flows(
        "priority=1,in_port=1,filter_prog=1,actions=output:2",
        "priority=0,in_port=1,actions=drop",
        "in_port=2,actions=output:1",
    )
    return net


def pings(host: Host, ip: str, count: int = 3) -> int:
    """Return how many of *count* pings come back."""
    said = host.run("ping", "-c", str(count), "-i", "0.05", "-W", "1", ip).stdout
    return said.count("bytes from")


def address(ip: str) -> bytes:
    return socket.inet_aton(ip)


def test_drops_one_address_and_passes_another(firewall: Net) -> None:
    alice, bridge = firewall.alice, firewall.bridge
    assert (pings(alice, "10.0.0.2"), pings(alice, "10.0.0.22")) == (3, 3)
    update_map(bridge, 1, "lookup_table", address("10.0.0.22"), DROP)
    assert (pings(alice, "10.0.0.2"), pings(alice, "10.0.0.22")) == (3, 0)
    update_map(bridge, 1, "lookup_table", address("10.0.0.2"), DROP)
    update_map(bridge, 1, "lookup_table", address("10.0.0.22"), PASS)
    assert (pings(alice, "10.0.0.2"), pings(alice, "10.0.0.22")) == (0, 3)
    assert dump_map(bridge, 1, "lookup_table") == {
        address("10.0.0.2"): DROP,
        address("10.0.0.22"): PASS,
    }
    bridge.ofctl("del-map-entry", "1", "lookup_table", *entry(address("10.0.0.2")))
    assert (pings(alice, "10.0.0.2"), pings(alice, "10.0.0.22")) == (3, 3)


def test_counters_tell_passed_from_dropped(firewall: Net) -> None:
    bridge = firewall.bridge
    update_map(bridge, 1, "lookup_table", address("10.0.0.22"), DROP)
    assert pings(firewall.alice, "10.0.0.2", 7) == 7
    assert pings(firewall.alice, "10.0.0.22", 4) == 0
    wait_until(lambda: bridge.packets("filter_prog=1") == 7, "7 packets to be counted as passed")
    assert bridge.packets("actions=drop") == 4


@contextmanager
def echo_server(host: Host, ip: str, port: int = 7000) -> Iterator[None]:
    """Answer each TCP connection to *ip* with a digest of all that it sends."""
    listener = host.namespace.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((ip, port))
    listener.listen()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(30)
                digest = hashlib.sha256()
                # A client that gives up ends the test, and needs no answer.
                with suppress(OSError):
                    while data := connection.recv(65536):
                        digest.update(data)
                    connection.sendall(digest.digest())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def connect(host: Host, ip: str, *, timeout: float, port: int = 7000) -> socket.socket:
    client = host.namespace.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.settimeout(timeout)
    try:
        client.connect((ip, port))
    except OSError:
        client.close()
        raise
    return client


def transfer(client: socket.socket, data: bytes) -> bytes:
    """Send *data* and return the digest that comes back."""
    client.sendall(data)
    client.shutdown(socket.SHUT_WR)
    answer = b""
    while part := client.recv(64):
        answer += part
    return answer


def test_a_tcp_transfer_passes_while_another_is_stopped(firewall: Net) -> None:
    alice, bridge = firewall.alice, firewall.bridge
    data = bytes(range(256)) * 4096
    update_map(bridge, 1, "lookup_table", address("10.0.0.22"), DROP)
    with echo_server(firewall.bob, "10.0.0.2"), echo_server(firewall.bob, "10.0.0.22"):
        with connect(alice, "10.0.0.2", timeout=20) as client:
            assert transfer(client, data) == hashlib.sha256(data).digest()
        with pytest.raises(TimeoutError):
            connect(alice, "10.0.0.22", timeout=0.5)


def test_the_map_is_changed_under_a_running_tcp_transfer(firewall: Net) -> None:
    """A connection that the firewall stops goes on, whole, once it may."""
    alice, bridge = firewall.alice, firewall.bridge
    half = bytes(range(256)) * 2048
    with (
        echo_server(firewall.bob, "10.0.0.2"),
        connect(alice, "10.0.0.2", timeout=30) as client,
    ):
        client.sendall(half)
        update_map(bridge, 1, "lookup_table", address("10.0.0.2"), DROP)
        dropped = bridge.packets("actions=drop")
        client.sendall(b"more")
        wait_until(
            lambda: bridge.packets("actions=drop") > dropped, "TCP to try, and be dropped"
        )
        assert pings(alice, "10.0.0.22") == 3
        # Other entries change meanwhile, as they do in a firewall that is in use.
        for last in range(100, 150):
            update_map(bridge, 1, "lookup_table", address(f"10.0.1.{last}"), DROP)
        update_map(bridge, 1, "lookup_table", address("10.0.0.2"), PASS)
        assert transfer(client, half) == hashlib.sha256(half + b"more" + half).digest()
