"""Who may pass the gate together, and who alone."""

import asyncio

from bot.lanes import Gate


async def test_many_pass_at_once_and_one_alone_waits_for_all_and_holds_those_who_come_later() -> None:
    gate, log, leave = Gate(), list[str](), asyncio.Event()

    async def passing(name: str) -> None:
        async with gate.among_others():
            log.append(f"{name} in")
            await leave.wait()
            log.append(f"{name} out")

    async def alone(name: str) -> None:
        async with gate.alone():
            log.append(f"{name} in")
            await asyncio.sleep(0)
            log.append(f"{name} out")

    async with asyncio.TaskGroup() as tasks:
        for task in (passing("1"), passing("2"), alone("A"), alone("B"), passing("3")):
            tasks.create_task(task)
            await asyncio.sleep(0)
        assert log == ["1 in", "2 in"]
        leave.set()
    assert log == ["1 in", "2 in", "1 out", "2 out", "A in", "A out", "B in", "B out", "3 in", "3 out"]


async def test_whoever_is_cancelled_while_waiting_leaves_the_gate_open() -> None:
    gate = Gate()
    async with gate.among_others():
        waiting = asyncio.create_task(gate.alone().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        async with asyncio.timeout(1), gate.among_others():
            pass
