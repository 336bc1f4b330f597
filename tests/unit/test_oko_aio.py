"""oko_py.aio, with a switch that says what it is told to."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from oko_switch import FakeSwitch
from test_oko_connection import good
from wire_samples import PROGRAM

import oko_py
from oko_py import aio, wire
from oko_py.wire import Error, Frame, Version


@pytest.fixture
def rundir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVS_RUNDIR", str(tmp_path))
    return tmp_path


def test_many_tasks_share_a_connection_and_its_time(rundir: Path) -> None:
    """The switch answers the last request first: nobody waits for anybody else's answer."""
    held: list[Frame] = []

    def answer(frame: Frame) -> Iterable[bytes | wire.Message]:
        if not isinstance(frame.message, wire.ProgImageRequest):
            return good(frame)
        held.append(frame)
        if len(held) < 50:
            return []
        return [
            wire.encode(
                wire.ProgImageReply(each.message.prog_id, 1, 0, bytes([each.message.prog_id])),
                version=Version.OF13,
                xid=each.xid,
            )
            for each in reversed(held)
            if isinstance(each.message, wire.ProgImageRequest)
        ]

    async def main() -> list[bytes]:
        async with aio.Bridge("br0") as bridge:
            return await asyncio.gather(*(bridge.save(number) for number in range(1, 51)))

    with FakeSwitch(rundir, answer) as switch:
        assert asyncio.run(main()) == [bytes([number]) for number in range(1, 51)]
        assert switch.n_connections == 1


def test_a_lost_connection_fails_all_calls_and_is_made_again(rundir: Path) -> None:
    n = 0

    def answer(frame: Frame) -> Iterable[bytes | wire.Message]:
        nonlocal n
        if isinstance(frame.message, wire.ProgImageRequest):
            n += 1
            return [b""] if n == 5 else [] if n < 5 else good(frame)
        return good(frame)

    async def main() -> list[object]:
        async with aio.Bridge("br0") as bridge:
            answers: list[object] = await asyncio.gather(
                *(bridge.save(number) for number in range(1, 6)), return_exceptions=True
            )
            return [*answers, (await bridge.programs())[0].id]

    with FakeSwitch(rundir, answer) as switch:
        *failures, number = asyncio.run(main())
        assert [type(each) for each in failures] == [oko_py.ConnectionLost] * 5
        assert number == 7
        assert switch.n_connections == 2


def test_a_late_or_cancelled_answer_disturbs_nobody(rundir: Path) -> None:
    late: list[Frame] = []

    def answer(frame: Frame) -> Iterable[bytes | wire.Message]:
        if isinstance(frame.message, wire.ProgImageRequest):
            late.append(frame)
            return []
        answers = [
            wire.encode(Error(1, 1), version=Version.OF13, xid=each.xid) for each in late
        ]
        return [*answers, *good(frame)]

    async def main() -> int:
        async with aio.Bridge("br0", timeout=5) as bridge:
            call = asyncio.create_task(bridge.save(3))
            while not late:
                await asyncio.sleep(0.01)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            connection = await bridge.connection()
            assert connection.calls == {}
            info = words_of(await connection.ask(wire.ProgDescRequest()))
            return info[0].prog_id

    with FakeSwitch(rundir, answer) as switch:
        assert asyncio.run(main()) == 7
        assert switch.n_connections == 1


def words_of(parts: list[wire.OkoReply]) -> tuple[wire.ProgDesc, ...]:
    assert isinstance(parts[0], wire.ProgDescReply)
    return parts[0].programs


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ([b"\4\x13\0\x07\0\0\0\2"], oko_py.BadMessage),
        ([wire.ProgLogReply()], oko_py.BadMessage),
        ([Error(1, 3)], oko_py.NotAnOko),
        ([Error.named("OKO_UNKNOWN_PROG", Version.OF13)], oko_py.ProgramNotFound),
        ([], oko_py.CommandTimeout),
    ],
)
def test_answers_that_are_none(
    rundir: Path, answer: list[bytes | wire.Message], kind: type[Exception]
) -> None:
    async def main() -> None:
        async with aio.Bridge("br0", timeout=0.3) as bridge:
            await bridge.program(7)

    with FakeSwitch(rundir, lambda frame: answer if frame.xid > 1 else []), pytest.raises(kind):
        asyncio.run(main())


def test_no_switch(rundir: Path) -> None:
    async def main() -> None:
        async with aio.Bridge("br0"):
            raise AssertionError("connected")

    with pytest.raises(oko_py.Unreachable):
        asyncio.run(main())
    hello = wire.encode(Error(0, 0), version=Version.OF10)
    with FakeSwitch(rundir, good, hello=hello), pytest.raises(oko_py.VersionMismatch):
        asyncio.run(main())


def test_two_loads_at_once_do_not_mix(rundir: Path) -> None:
    async def main() -> None:
        async with aio.Bridge("br0") as bridge:
            await asyncio.gather(*(bridge.load(7, bytes([i]) * 80000) for i in range(2)))

    with FakeSwitch(rundir, good) as switch:
        asyncio.run(main())
    chunks = [each.message for each in switch.frames if isinstance(each.message, wire.ProgLoad)]
    assert [each.offset for each in chunks] == [0, 32768, 65536] * 2
    assert [len({each.chunk[0] for each in chunks[i : i + 3]}) for i in (0, 3)] == [1, 1]
    assert PROGRAM.prog_id == 7
