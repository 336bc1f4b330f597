"""oko_py.aio on a real switch."""

from __future__ import annotations

import asyncio

import pytest
from harness.programs import Programs

import oko_py
from oko_build.lab import Bridge
from oko_py import aio


@pytest.fixture(autouse=True)
def environment(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in bridge.switch.env.items():
        monkeypatch.setenv(name, value)


def test_a_map(programs: Programs) -> None:
    async def main() -> None:
        async with aio.Bridge("br0", timeout=20) as bridge:
            program = await bridge.load(1, programs.example("stateless-firewall"))
            table = program.maps["lookup_table"]
            await table.update({"10.0.0.1": "PASS", "10.0.0.2": "DROP"})
            await table.update("10.0.0.3", "DROP", flag="noexist")
            assert await table.lookup("10.0.0.2") == "DROP"
            assert await table.get("10.0.0.9") is None
            assert await table.contains("10.0.0.3")
            assert {key: value async for key, value in table} == {
                "10.0.0.1": "PASS",
                "10.0.0.2": "DROP",
                "10.0.0.3": "DROP",
            }
            await table.delete("10.0.0.3")
            with pytest.raises(oko_py.KeyNotFound):
                await table.delete("10.0.0.3")
            with pytest.raises(oko_py.KeyExists):
                await table.update("10.0.0.1", "DROP", flag="noexist")
            with pytest.raises(oko_py.BadKey):
                await table.lookup("10.0.0")
            assert await table.count() == 2
            await table.clear()
            assert await table.dump() == []
            assert [each.id for each in await bridge.programs()] == [1]
            await bridge.unload(1)
            with pytest.raises(oko_py.ProgramNotFound):
                await bridge.program(1)
            with pytest.raises(oko_py.ProgramNotFound):
                await table.clear()

    asyncio.run(main())


def test_refusals(programs: Programs) -> None:
    async def main() -> None:
        async with aio.Bridge("br0", timeout=20) as bridge:
            with pytest.raises(oko_py.ProgramRejected) as caught:
                await bridge.load(1, programs.example("unsafe"))
            assert caught.value.insn is not None and caught.value.advice
            await bridge.load(1, programs.build("table", ENTRIES=1000))
            table = (await bridge.program(1)).maps["lengths"]
            with pytest.raises(oko_py.MapFull) as full:
                await table.update(dict.fromkeys(range(3000), 1))
            assert full.value.index == full.value.n_done == await table.count()
            with pytest.raises(oko_py.ProgramExists):
                await bridge.load(1, programs.example("accept-all"))

    asyncio.run(main())


def test_hundreds_of_calls_at_once(programs: Programs) -> None:
    async def main() -> None:
        async with aio.Bridge("br0", timeout=20) as bridge:
            program = await bridge.load(1, programs.build("table", ENTRIES=5000))
            table = program.maps["lengths"]
            await asyncio.gather(*(table.update(key, key) for key in range(600)))
            assert await table.count() == 600
            answers = await asyncio.gather(
                *(table.delete(key) for key in range(500, 700)), return_exceptions=True
            )
            assert [type(each) for each in answers] == (
                [type(None)] * 100 + [oko_py.KeyNotFound] * 100
            )
            assert sorted([key async for key, _ in table]) == list(range(500))

    asyncio.run(main())
