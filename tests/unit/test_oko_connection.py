"""Connections, to switches that don't behave."""

import socket
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from oko_switch import FakeSwitch
from wire_samples import PROGRAM

import oko_py
from oko_py import ofctl, wire
from oko_py._net import words
from oko_py._net.target import Target, find
from oko_py.wire import Error, Frame, Version


@pytest.fixture
def rundir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the switch's sockets; there is no ovs-ofctl to fall back on."""
    monkeypatch.setenv("OVS_RUNDIR", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def good(frame: Frame) -> Iterable[bytes | wire.Message]:
    if isinstance(frame.message, wire.ProgDescRequest):
        yield wire.ProgDescReply((PROGRAM,))
    if isinstance(frame.message, wire.ProgImageRequest):    # No object: keys are bytes.
        yield wire.ProgImageReply(7, 4, 0, b"none")
    if isinstance(frame.message, wire.ProgLogRequest):      # Nothing to tell.
        yield wire.ProgLogReply()


def bridge(timeout: float = 10.0) -> ofctl.Bridge:
    return ofctl.Bridge("br0", timeout=timeout)


def test_what_the_switch_says_arrives(rundir: Path) -> None:
    with FakeSwitch(rundir, good) as switch:
        (program,) = bridge().programs.dump()
    assert (program.id, program.info.n_runs, program.tag) == (7, 2**33, "0001020304050607")
    assert program.info.loaded_at == 1_700_000_000.123
    assert [each.type for each in program.info.maps] == ["hash", "countmin"]
    assert program.info.maps[1].read_only
    assert [type(frame.message) for frame in switch.frames] == [wire.Hello, wire.ProgDescRequest]


def describe(frame: Frame, *answer: bytes | wire.Message) -> Iterable[bytes | wire.Message]:
    return answer if isinstance(frame.message, wire.ProgDescRequest) else ()


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        ([b""], oko_py.ConnectionLost, "may have been done"),
        ([b"\4\x13\0\x07\0\0\0\2"], oko_py.BadMessage, "length"),
        ([b"\x09\x13\0\x08\0\0\0\2"], oko_py.BadMessage, "version"),
        ([wire.ProgLogReply()], oko_py.BadMessage, "ProgDescReply"),
        ([wire.BarrierReply()], oko_py.BadMessage, "BarrierReply"),
        ([wire.ProgDescReply((), more=True), b""], oko_py.ConnectionLost, "lost"),
        ([wire.ProgDescReply((), more=True)] * 5000, oko_py.BadMessage, "at most 4096 parts"),
        ([Error(1, 3)], oko_py.NotAnOko, "stock"),
        ([Error(1, 1)], oko_py.NotAnOko, "stock"),
        ([Error.named("OKO_UNKNOWN_PROG", Version.OF13)], oko_py.ProgramNotFound, "no filter"),
        ([Error(77, 5)], oko_py.OpenFlowError, "error type 77, code 5"),
        ([Error(3, 4, 0x1234)], oko_py.OpenFlowError, "experimenter 0x00001234"),
    ],
)
def test_answers_that_are_none(
    rundir: Path, answer: list[bytes | wire.Message], kind: type[Exception], text: str
) -> None:
    with (
        FakeSwitch(rundir, lambda frame: describe(frame, *answer)),
        bridge() as held,
        pytest.raises(kind, match=text),
    ):
        held.programs[7]


def test_answers_to_others_are_left_alone(rundir: Path) -> None:
    strange = wire.encode(wire.ProgDescReply(()), version=Version.OF13, xid=0xABCD)
    unasked = wire.encode(Error(1, 1), version=Version.OF13, xid=0)
    unknown = wire.encode(wire.Other(12, b"port status"), version=Version.OF13)

    def answer(frame: Frame) -> Iterable[bytes | wire.Message]:
        return [strange, unasked, unknown, *good(frame)]

    with FakeSwitch(rundir, answer):
        assert list(bridge().programs) == [7]


def test_no_answer_in_time(rundir: Path) -> None:
    with FakeSwitch(rundir, lambda frame: ()), pytest.raises(oko_py.CommandTimeout) as caught:
        bridge(0.1).programs.dump()
    assert caught.value.timeout == 0.1


def test_no_hello_in_time(rundir: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(rundir / "br0.mgmt"))
        listener.listen()
        with pytest.raises(oko_py.CommandTimeout):
            bridge(0.1).programs.dump()


def test_drops_of_an_answer_count_as_progress(rundir: Path) -> None:
    """The time is for what comes next, not for all of it."""

    def slowly(frame: Frame) -> Iterable[bytes | wire.Message]:
        if isinstance(frame.message, wire.ProgDescRequest):
            for _ in range(5):
                time.sleep(0.15)
                yield wire.ProgDescReply((), more=True)
            yield wire.ProgDescReply((PROGRAM,))

    with FakeSwitch(rundir, slowly):
        assert list(bridge(0.6).programs) == [7]


def test_nobody_listens(rundir: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(rundir / "br0.mgmt"))
    with pytest.raises(oko_py.Unreachable, match="is the switch running"):
        bridge().programs.dump()


def test_nothing_runs_and_nothing_is_there(rundir: Path) -> None:
    with pytest.raises(oko_py.Unreachable, match="no switch runs here"):
        bridge().programs.dump()
    (rundir / "ovs-vswitchd.123.pid").touch()
    with pytest.raises(oko_py.BridgeNotFound, match=r"there is no bridge br0 \(there are: none\)"):
        bridge().programs.dump()


def test_the_switch_says_no_to_our_version(rundir: Path) -> None:
    refusal = wire.encode(Error(0, 0, 0, b"only 9"), version=Version.OF10)
    with (
        FakeSwitch(rundir, good, hello=refusal),
        pytest.raises(oko_py.VersionMismatch, match="only 9"),
    ):
        bridge().programs.dump()


def entries_for_ever(frame: Frame) -> Iterable[bytes | wire.Message]:
    if isinstance(frame.message, wire.MapDumpRequest):
        return [wire.MapDumpReply(7, 0, 4, 8, 0, 1, 5)]     # Nothing, and more to come.
    return good(frame)


def entries_of_another_map(frame: Frame) -> Iterable[bytes | wire.Message]:
    if isinstance(frame.message, wire.MapDumpRequest):
        return [wire.MapDumpReply(7, 1, 4, 8, 1, 0, 0, bytes(12))]
    return good(frame)


def entries_of_other_sizes(frame: Frame) -> Iterable[bytes | wire.Message]:
    if isinstance(frame.message, wire.MapDumpRequest):
        return [wire.MapDumpReply(7, 0, 8, 4, 1, 0, 0, bytes(12))]
    return good(frame)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (entries_for_ever, oko_py.BadMessage),
        (entries_of_another_map, oko_py.BadMessage),
        (entries_of_other_sizes, oko_py.ParseError),
    ],
)
def test_dumps_that_are_none(rundir: Path, answer: object, kind: type[Exception]) -> None:
    with FakeSwitch(rundir, answer):  # type: ignore[arg-type]
        table = bridge().programs[7].maps[0]
        with pytest.raises(kind):
            table.raw_items()


def test_a_switch_that_dies_in_the_middle_of_an_update(rundir: Path) -> None:
    seen = 0

    def answer(frame: Frame) -> Iterable[bytes | wire.Message]:
        nonlocal seen
        if isinstance(frame.message, wire.MapUpdate):
            seen += 1
            return [b""] if seen == 3 else []
        return good(frame)

    with FakeSwitch(rundir, answer):
        table = bridge().programs[7].maps[0]
        with pytest.raises(oko_py.ConnectionLost, match="may have been done, or not"):
            table.update_many((bytes([i % 256, i // 256, 0, 0]), bytes(8)) for i in range(30000))
        assert seen == 3


def test_nothing_is_sent_after_a_failure(rundir: Path) -> None:
    updates: list[wire.MapUpdate] = []

    def answer(frame: Frame) -> Iterable[bytes | wire.Message]:
        if isinstance(frame.message, wire.MapUpdate):
            updates.append(frame.message)
            if len(updates) == 2:
                return [Error.named("OKO_ENTRY_EXISTS", Version.OF13)]
            return []
        return good(frame)

    with FakeSwitch(rundir, answer):
        table = bridge().programs[7].maps[0]
        entries = [(bytes([i % 256, i // 256, 0, 0]), bytes(8)) for i in range(20000)]
        with pytest.raises(oko_py.KeyExists) as caught:
            table.update_many(entries, flag="noexist")
    size = updates[0].n_entries
    assert len(updates) == 2
    assert updates[0].entries + updates[1].entries == b"".join(
        key + value for key, value in entries[: 2 * size]
    )
    assert (caught.value.n_done, caught.value.index) == (size, None)
    assert f"one of the entries {size + 1} to {2 * size} of 20000" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "index"),
    [(b"0", 0), (b"17", 17), (b"29", 29), (b"30", None), (b"-1", None), (b"", None), (b"x", None),
     (b"9" * 5000, None), ("\u0663".encode(), None)],
)
def test_the_switch_says_which_entry_failed(
    rundir: Path, text: bytes, index: int | None
) -> None:
    def answer(frame: Frame) -> Iterable[bytes | wire.Message]:
        if isinstance(frame.message, wire.MapUpdate):
            return [Error.named("OKO_NO_ENTRY", Version.OF13)]
        if isinstance(frame.message, wire.ProgLogRequest):
            return [wire.ProgLogReply((wire.LogText(7, wire.LogType.APPLIED, text),))]
        return good(frame)

    with FakeSwitch(rundir, answer), pytest.raises(oko_py.KeyNotFound) as caught:
        bridge().programs[7].maps[0].delete_many(bytes([i, 0, 0, 0]) for i in range(30))
    assert caught.value.index == index
    assert caught.value.n_done == (index or 0)


@pytest.mark.parametrize("code", [2, 4])
def test_a_switch_that_cannot_get_single_entries(rundir: Path, code: int) -> None:
    """One from before there was a message for it is dumped."""

    def answer(frame: Frame) -> Iterable[bytes | wire.Message]:
        if isinstance(frame.message, wire.MapGetRequest):
            return [Error(1, code)]
        if isinstance(frame.message, wire.MapDumpRequest):
            return [wire.MapDumpReply(7, 0, 4, 8, 2, 0, 0, b"aaaa11111111bbbb22222222")]
        return good(frame)

    with FakeSwitch(rundir, answer):
        table = bridge().programs[7].maps[0]
        assert table[b"bbbb"] == b"2" * 8
        assert b"cccc" not in table


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("OKO_BAD_OBJECT", oko_py.ObjectFileError),
        ("OKO_REJECTED", oko_py.ProgramRejected),
        ("OKO_LIMIT", oko_py.ProgramOverLimit),
        ("OKO_LOSES_MAPS", oko_py.ProgramLosesMaps),
        ("OKO_NO_MEMORY", oko_py.OpenFlowError),
        ("OKO_PROG_EXISTS", oko_py.ProgramExists),
    ],
)
def test_refusals_have_what_the_switch_says(
    rundir: Path, tmp_path: Path, name: str, kind: type[Exception]
) -> None:
    texts = {
        1: "out of bounds\x1b[31m",
        2: "section .text, insn 3\nf.c:12: x",
        4: "check it",
        5: "0: r0 = 0\n",
    }

    def answer(frame: Frame) -> Iterable[bytes | wire.Message]:
        if isinstance(frame.message, wire.ProgLoad):
            if frame.message.offset:
                return [Error.named(name, Version.OF13)]
            return []
        if isinstance(frame.message, wire.ProgLogRequest):
            # A text may come in parts that cut a letter in two.
            cut = [(kind, text.encode()[:5]) for kind, text in texts.items()]
            rest = [(kind, text.encode()[5:]) for kind, text in texts.items()]
            return [
                wire.ProgLogReply(tuple(wire.LogText(1, *each) for each in cut), more=True),
                wire.ProgLogReply(tuple(wire.LogText(1, *each) for each in rest)),
            ]
        return good(frame)

    log = tmp_path / "log"
    with FakeSwitch(rundir, answer) as switch, pytest.raises(kind) as caught:
        bridge().programs.load(1, bytes(70000), log_file=log)
    loads = [each.message for each in switch.frames if isinstance(each.message, wire.ProgLoad)]
    assert [(each.offset, len(each.chunk)) for each in loads] == [(0, 32768), (32768, 32768)]
    assert log.read_text() == "0: r0 = 0\n"
    error = caught.value
    if isinstance(error, oko_py.ProgramRefused):
        assert error.reason == "out of bounds?[31m"
        assert (error.advice, error.log) == ("check it", "0: r0 = 0")
    if isinstance(error, oko_py.ProgramRejected):
        assert (error.insn, error.source_line) == (3, "f.c:12: x")


def test_what_no_switch_would_take_is_not_sent(rundir: Path) -> None:
    with FakeSwitch(rundir, good) as switch:
        with pytest.raises(oko_py.ObjectFileError, match="empty"):
            bridge().programs.load(1, b"")
        with pytest.raises(oko_py.ProgramOverLimit, match="1048576"):
            bridge().programs.load(1, bytes(1024 * 1024 + 1))
    assert switch.n_connections == 0


# Targets.


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("tcp:10.0.0.1", Target("tcp", "tcp:10.0.0.1", host="10.0.0.1", port=6653)),
        ("tcp:switch:99", Target("tcp", "tcp:switch:99", host="switch", port=99)),
        ("ssl:[fd00::1]:9", Target("ssl", "ssl:[fd00::1]:9", host="fd00::1", port=9)),
        ("unix:/x/y", Target("unix", "unix:/x/y", path="/x/y")),
        ("punix:/x", None),
        ("br9", None),
        ("b\0", None),
    ],
)
def test_targets(rundir: Path, name: str, target: Target | None) -> None:
    assert find(name) == target


@pytest.mark.parametrize("name", ["tcp:", "tcp:host:0", "tcp:host:65536", "ssl:a:b", "tcp:fd00::1"])
def test_bad_targets(name: str) -> None:
    with pytest.raises(oko_py.BadArgument, match=r"expected (tcp|ssl):HOST"):
        find(name)


def test_a_socket_with_a_long_name(rundir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = rundir / ("d" * 120)
    deep.mkdir()
    with FakeSwitch(rundir, good):
        (deep / "br0.mgmt").symlink_to(rundir / "br0.mgmt")
        monkeypatch.setenv("OVS_RUNDIR", str(deep))
        assert list(bridge().programs) == [7]


def test_versions() -> None:
    assert words.versions("OpenFlow13,openflow1.5") == {Version.OF13, Version.OF15}
    for bad in ("", "OpenFlow19", "1.3", "OpenFlow13,"):
        with pytest.raises(oko_py.BadArgument, match="OpenFlow15"):
            words.versions(bad)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ofctl.Bridge(5),  # type: ignore[arg-type]
        lambda: ofctl.Bridge("br0", timeout=0),
        lambda: ofctl.Bridge("br0", timeout="1"),  # type: ignore[arg-type]
        lambda: ofctl.Bridge("br0").programs["1"],  # type: ignore[index]
        lambda: ofctl.Bridge("br0").programs.load(None, b""),  # type: ignore[arg-type]
        lambda: ofctl.Bridge("br0").programs.load(1, 5),  # type: ignore[arg-type]
        lambda: ofctl.Bridge("br0").programs.unload(1.5),  # type: ignore[arg-type]
    ],
)
def test_wrong_types_are_bad_arguments(rundir: Path, make: object) -> None:
    with pytest.raises(oko_py.BadArgument, match="expected"):
        make()  # type: ignore[operator]


def test_wrong_types_of_entries_are_bad_arguments(rundir: Path) -> None:
    with FakeSwitch(rundir, good) as switch:
        table = bridge().programs[7].maps[0]
        for wrong in ([5], [(1, 2, 3)], [b"x"]):
            with pytest.raises(oko_py.BadArgument, match="entry 1: expected a key and a value"):
                table.update_many(wrong)  # type: ignore[arg-type]
        with pytest.raises(oko_py.BadArgument, match="pairs"):
            table.update([5])
        with pytest.raises(oko_py.BadArgument, match="flag"):
            table.update_many([], flag=[])  # type: ignore[arg-type]
        with pytest.raises(oko_py.BadKey):
            table.update_many([(bytes(4), bytes(8)), ("x", bytes(8))])
    assert not [each for each in switch.frames if isinstance(each.message, wire.MapUpdate)]
