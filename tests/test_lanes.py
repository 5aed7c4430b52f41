"""How many questions begin at once, and who may pass the gate together, and who alone."""

import asyncio

from bot.lanes import Gate, Lanes


async def test_of_a_hundred_questions_one_begins_in_each_round_of_the_loop_and_a_command_waits_for_none() -> (
    None
):
    lanes, begun = Lanes(), list[str]()

    async def take(chat: int, text: str) -> None:
        async with lanes.turn({"update_id": chat, "message": {"chat": {"id": chat}, "text": text}}):
            begun.append(text)

    tasks = [asyncio.create_task(take(chat, "Where is he?")) for chat in range(100)]
    for _ in range(10):
        before = len(begun)
        await asyncio.sleep(0)
        assert len(begun) <= before + 1
    tasks.append(asyncio.create_task(take(100, "/forget")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert "/forget" in begun
    assert len(begun) < 20
    await asyncio.gather(*tasks)
    assert begun.count("Where is he?") == 100


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
    gate, passed = Gate(), False
    async with gate.among_others():
        waiting = asyncio.create_task(gate.alone().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        async with asyncio.timeout(1), gate.among_others():
            passed = True
    assert waiting.cancelled()
    assert passed
