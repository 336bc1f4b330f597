"""oko_py's own connections to a real switch."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from harness.programs import Programs

import oko_py
from oko_build.lab import Bridge, Switch, wait_until
from oko_py import ofctl


@pytest.fixture
def br0(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> ofctl.Bridge:
    """The bridge, in an environment that has no ovs-ofctl: nothing else can do the work."""
    for name, value in bridge.switch.env.items():
        monkeypatch.setenv(name, value)

    def no_process(*_args: object, **_more: object) -> None:
        raise AssertionError("a process was started")

    found = ofctl.Bridge("br0", timeout=20)
    monkeypatch.setattr(found.runner.__class__, "_run", no_process)
    return found


def connections(switch: Switch) -> int:
    """How many connections to the management socket of br0 the switch has."""
    text = Path("/proc/net/unix").read_text()
    return sum(
        1
        for line in text.splitlines()
        if line.endswith(f"{switch.rundir}/br0.mgmt") and line.split()[5] == "03"
    )


def test_a_held_connection_is_one(br0: ofctl.Bridge, switch: Switch, programs: Programs) -> None:
    program = programs.build("table", ENTRIES=100)
    assert connections(switch) == 0
    with br0:
        before = connections(switch)
        table = br0.programs.load(1, program).maps["lengths"]
        for length in range(50):
            table[length] = length
        with br0:
            assert len(table) == 50
        assert dict(table.items()) == {length: length for length in range(50)}
        assert connections(switch) == before == 1
    wait_until(lambda: connections(switch) == 0, "the connection to be closed")
    assert table[7] == 7
    wait_until(lambda: connections(switch) == 0, "that of the call to be closed")


@pytest.mark.parametrize("version", ["10", "11", "12", "13", "14", "15"])
def test_every_version_of_openflow(
    br0: ofctl.Bridge, programs: Programs, version: str
) -> None:
    bridge = ofctl.Bridge("br0", protocol=f"OpenFlow{version}")
    table = bridge.programs.load(1, programs.build("table", ENTRIES=10)).maps["lengths"]
    table[1] = 2
    assert dict(table.items()) == {1: 2}
    with pytest.raises(oko_py.KeyNotFound):
        del table[2]
    with pytest.raises(oko_py.ProgramNotFound):
        bridge.programs[2]
    with pytest.raises(oko_py.ProgramRejected) as caught:
        bridge.programs.load(2, programs.example("unsafe"))
    assert caught.value.insn is not None and caught.value.advice


def test_a_version_that_the_switch_does_not_speak(
    br0: ofctl.Bridge, bridge: Bridge, expected_warnings: list[str]
) -> None:
    expected_warnings.append("version negotiation failed|connection dropped")
    bridge.switch.vsctl("set", "bridge", "br0", "protocols=OpenFlow13")
    assert list(br0.programs) == []
    with pytest.raises(oko_py.VersionMismatch, match="OpenFlow15"):
        ofctl.Bridge("br0", protocol="OpenFlow15").programs.dump()


def test_both_engines_tell_the_same(
    bridge: Bridge, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in bridge.switch.env.items():
        monkeypatch.setenv(name, value)
    ours = ofctl.Bridge("br0")
    theirs = ofctl.Bridge("br0", ovs_ofctl="ovs-ofctl")
    ours.programs.load(1, programs.build("kinds"))
    ours.programs.load(2, programs.example("stateless-firewall"))
    ours.programs[2].maps[0].update({"10.0.0.1": "PASS", "10.0.0.2": "DROP"})
    mine = [program.info for program in ours.programs.dump()]
    assert mine == [program.info for program in theirs.programs.dump()]
    assert sum(len(info.maps) for info in mine) > 2
    for info in mine:
        for index in range(len(info.maps)):
            content = ours.programs[info.id].maps[index].raw_items()
            assert content == theirs.programs[info.id].maps[index].raw_items()
            assert len(ours.programs[info.id].maps[index]) == len(
                theirs.programs[info.id].maps[index]
            )


def test_the_first_entry_that_fails_is_named(br0: ofctl.Bridge, programs: Programs) -> None:
    table = br0.programs.load(1, programs.build("table", ENTRIES=1000)).maps["lengths"]
    with pytest.raises(oko_py.MapFull) as full:
        table.update(dict.fromkeys(range(3000), 1))
    error = full.value
    assert error.index == error.n_done == len(table)
    assert f"entry {error.index + 1} of 3000, key {error.index}" in str(error)
    assert sorted(table) == list(range(error.index))        # None after it was written.

    table.clear()
    table.update(dict.fromkeys(range(100), 1))
    with pytest.raises(oko_py.KeyNotFound) as missing:
        table.update(dict.fromkeys([*range(60), 500, *range(60, 100)], 2), flag="exist")
    assert (missing.value.index, missing.value.n_done) == (60, 60)
    assert [table[59], table[60]] == [2, 1]


def test_deletions_stop_at_the_first_that_is_not_there(
    br0: ofctl.Bridge, programs: Programs
) -> None:
    table = br0.programs.load(1, programs.build("table", ENTRIES=5000)).maps["lengths"]
    table.update(dict.fromkeys(range(5000), 1))
    table.delete_many(range(500))
    assert len(table) == 4500
    with pytest.raises(oko_py.KeyNotFound) as missing:
        table.delete_many([1000, 1001, 4, 1002])
    assert (missing.value.index, missing.value.n_done) == (2, 2)
    assert "entry 3 of 4, key 4" in str(missing.value)
    assert 1001 not in table and 1002 in table
    table.delete_many([])


def test_single_entries_of_every_kind(br0: ofctl.Bridge, programs: Programs) -> None:
    """What is got for a key is what a dump has for it."""
    seen = set()
    for table in br0.programs.load(1, programs.build("kinds")).maps.values():
        if table.info.type in ("bloom", "countmin", "ring"):
            continue
        seen.add(table.info.type)
        if "array" not in table.info.type:
            key = bytes([8, 0, 0, 0]) + bytes(table.info.key_size - 4)
            table[key] = bytes([5]) * table.info.value_size
            assert bytes([9, 0, 0, 0]) + bytes(table.info.key_size - 4) not in table
        entries = table.dump()
        assert entries
        for found, value in entries[:5]:
            assert table[found] == value
    assert seen == {"lpm_trie", "lru_hash"}


def test_a_held_map_never_writes_into_another(br0: ofctl.Bridge, programs: Programs) -> None:
    first = programs.build("two_maps", FIRST="allow", SECOND="block", VALUE="__u32")
    other = programs.build("two_maps", FIRST="block", SECOND="allow", VALUE="__u32")
    wider = programs.build("two_maps", FIRST="allow", SECOND="block", VALUE="__u64")
    gone = programs.build("two_maps", FIRST="allow", SECOND="deny", VALUE="__u32")
    block = br0.programs.load(1, first).maps["block"]
    block[1] = 1
    br0.programs.replace(1, other)
    block[2] = 1
    assert sorted(br0.programs[1].maps["block"]) == [1, 2]
    assert list(br0.programs[1].maps["allow"]) == []
    assert (sorted(block), len(block), 2 in block) == ([1, 2], 2, True)
    for program, kind in ((wider, oko_py.MapIncompatible), (gone, oko_py.MapNotFound)):
        br0.programs.load(1, program, replace=True, lose_maps=True)
        held: tuple[Callable[[], object], ...] = (
            lambda: block.update(3, 1),
            lambda: block.delete(1),
            block.clear,
            lambda: len(block),
            lambda: 1 in block,
            lambda: list(block),
        )
        for attempt in held:
            with pytest.raises(kind, match=r"replaced|take it from the program's maps again"):
                attempt()
    br0.programs.unload(1)
    with pytest.raises(oko_py.ProgramNotFound):
        block[1] = 1


def test_a_large_map_goes_through_little_memory(
    switch: Switch, bridge: Bridge, programs: Programs
) -> None:
    """300,000 entries of 12 bytes, written and read in a process that may not have 100 MB more."""
    script = (
        "import resource, sys; from oko_py import ofctl;"
        "b = ofctl.Bridge('br0', timeout=60);"
        "t = b.programs.load(1, sys.argv[1]).maps['lengths'];"
        "used = int(open('/proc/self/statm').read().split()[0]) * 4096;"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 100_000_000,) * 2);"
        "t.update_many((i, i * i) for i in range(300_000));"
        "print(len(t), sum(v == k * k for k, v in t.items()))"
    )
    path = str(programs.build("table", ENTRIES=300_000))
    done = switch.run(sys.executable, "-c", script, path, timeout=120).check()
    assert done.stdout.split() == ["300000", "300000"]


def test_threads_share_a_connection(br0: ofctl.Bridge, programs: Programs) -> None:
    table = br0.programs.load(1, programs.build("table", ENTRIES=4000)).maps["lengths"]
    failures: list[BaseException] = []

    def write(start: int) -> None:
        try:
            for key in range(start, start + 200):
                table[key] = start
                assert table[key] == start
        except BaseException as error:
            failures.append(error)

    with br0:
        threads = [threading.Thread(target=write, args=(1000 * i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(table) == 800


_SHARED: list[ofctl.Map] = []


def _length_of(number: int) -> int:
    return len(_SHARED[0]) + number


def test_forks_do_not_disturb_each_other(br0: ofctl.Bridge, programs: Programs) -> None:
    with br0:
        table = br0.programs.load(1, programs.build("table", ENTRIES=10)).maps["lengths"]
        table[1] = 1
        _SHARED[:] = [table]
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            answers = pool.map(_length_of, range(20))
            mine = [len(table) for _ in range(50)]
            assert list(answers) == [1 + number for number in range(20)]
        assert mine == [1] * 50


def test_a_bridge_that_comes_back(
    br0: ofctl.Bridge,
    bridge: Bridge,
    programs: Programs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A held connection whose other side is gone is made again."""
    program = programs.example("accept-all")
    monkeypatch.setenv("PATH", str(tmp_path))       # No ovs-ofctl to fall back on.
    with br0:
        br0.programs.load(1, program)
        bridge.switch.vsctl("del-br", "br0")
        with pytest.raises(oko_py.BridgeNotFound):
            br0.programs.dump()
        bridge.create()
        assert br0.programs.dump() == []


def test_no_such_bridge_is_not_unreachable(
    br0: ofctl.Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(oko_py.BridgeNotFound, match=r"no bridge br9 \(there are: br-pool, br0\)"):
        ofctl.Bridge("br9").programs.dump()
    monkeypatch.setenv("OVS_RUNDIR", str(tmp_path))
    with pytest.raises(oko_py.Unreachable, match="no switch runs here"):
        ofctl.Bridge("br0").programs.dump()


# Over the network, in the switch's namespace.

_OVER = """
import json, sys
import oko_py
from oko_py import ofctl
target, path, *tls = sys.argv[1:]
tls = ofctl.TLS(*tls) if tls else None
try:
    with ofctl.Bridge(target, tls=tls, timeout=10) as bridge:
        table = bridge.programs.load(1, path).maps["lengths"]
        table.update({number: 3 for number in range(20000)})
        print(json.dumps([len(table), sum(table.values()), sum(1 for _ in table)]))
except oko_py.OkoError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


def over(switch: Switch, *argv: str) -> list[object]:
    done = switch.run(sys.executable, "-c", _OVER, *argv, timeout=60).check()
    answer: list[object] = json.loads(done.stdout)
    return answer


def listen(bridge: Bridge, kind: str, port: int) -> None:
    bridge.switch.run("ip", "link", "set", "lo", "up").check()
    bridge.switch.vsctl("set-controller", "br0", f"{kind}:{port}:127.0.0.1")


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, Path]:
    """Keys and certificates: of an authority, of a switch and a client, and of a stranger."""

    def openssl(*argv: str) -> None:
        subprocess.run(["openssl", *argv], cwd=tmp_path, check=True, capture_output=True)

    for name in ("ca", "strange"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key",
                "-out", f"{name}.pem", "-subj", f"/CN={name}", "-days", "2")
    for name in ("switch", "client"):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key",
                "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-out", f"{name}.pem", "-days", "2")
    return {path.name: path for path in tmp_path.iterdir()}


def test_over_tcp(bridge: Bridge, programs: Programs) -> None:
    listen(bridge, "ptcp", 6653)
    path = str(programs.build("table", ENTRIES=20000))
    wait_until(
        lambda: over(bridge.switch, "tcp:127.0.0.1", path) == [20000, 60000, 20000],
        "the switch to listen",
    )
    name, text = over(bridge.switch, "tcp:127.0.0.1:6659", path)
    assert name == "Unreachable" and "port 6659" in str(text)


def test_over_tls(
    bridge: Bridge,
    programs: Programs,
    certificates: dict[str, Path],
    expected_warnings: list[str],
) -> None:
    expected_warnings += ["stream_ssl", "connection", "ssl:", "vconn_stream"]
    switch = bridge.switch
    switch.vsctl("set-ssl", *(str(certificates[n]) for n in ("switch.key", "switch.pem", "ca.pem")))
    listen(bridge, "pssl", 6654)
    path = str(programs.build("table", ENTRIES=20000))
    good = [str(certificates[name]) for name in ("client.key", "client.pem", "ca.pem")]
    target = "ssl:127.0.0.1:6654"
    wait_until(
        lambda: over(switch, target, path, *good) == [20000, 60000, 20000], "the switch to listen"
    )
    name, _ = over(switch, target, path, *good[:2], str(certificates["strange.pem"]))
    assert name == "Unreachable"
    strange = [str(certificates[name]) for name in ("strange.key", "strange.pem", "ca.pem")]
    name, _ = over(switch, target, path, *strange)
    assert name in ("Unreachable", "ConnectionLost")
    name, text = over(switch, target, path)
    assert name == "BadArgument" and "tls=" in str(text)
    switch.vsctl("del-ssl")

