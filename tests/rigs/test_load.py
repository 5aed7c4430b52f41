"""Many questions at once: each has its answer or was told busy, nothing is mixed up, commands are answered at once."""

import asyncio
import time
from pathlib import Path

import pytest
from articles import numbered, publish
from doors import a_door
from flood import cpu_s, flood
from test_bot_process import bot
from test_kills import PLANTED

from bot.sandbox import faults
from bot.sandbox.server import Sandbox

KEY = "canary-key-0123456789-Abcdefghijk-4711"
SLOW = Path(__file__).parent / "slow.py"


async def until_it_listens(sandbox: Sandbox) -> None:
    async with asyncio.timeout(60):
        while not sandbox.world.bot_listens:
            await sandbox.world.bell.wait(0.1)


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_300_questions_at_once_are_answered_in_order_and_commands_meanwhile(
    tmp_path: Path, webhook: bool
) -> None:
    publish(tmp_path, numbered(300))
    door = a_door() if webhook else None
    with_key = {"SPRAVA_SECRET_KEY": KEY}  # /stop and /forget have rows to look for
    async with (
        Sandbox() as sandbox,
        bot(sandbox, tmp_path, pause_s=0.5, door=door, settings=with_key) as process,
    ):
        await until_it_listens(sandbox)
        for nth in (5, 50, 120):
            sandbox.faults.add("sendMessage", faults.delay(0.5), nth=nth)
        questions = [f"What is said of letter number {n}?" for n in range(300)]
        found = await flood(sandbox, process.pid, questions, 60)
        print(found)
        assert (found.mixed_up, found.out_of_order, found.repeated) == (0, 0, 0)
        assert found.answered >= 150, "on a slow machine some are told busy"
        assert found.memory_mb <= 200
        assert found.usual_command_s <= found.usual_answer_s / 2, "no command waits for the answers before it"
        assert sandbox.violations == []


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_more_than_can_be_answered_are_told_busy_once_and_nobody_meets_silence(
    tmp_path: Path, webhook: bool
) -> None:
    publish(tmp_path, numbered(300))
    door = a_door() if webhook else None
    async with Sandbox() as sandbox, bot(sandbox, tmp_path, door=door, script=SLOW) as process:
        await until_it_listens(sandbox)
        questions = [f"What is said of letter number {n}?" for n in range(300)]
        found = await flood(sandbox, process.pid, questions, 100)  # who meets with silence fails it
        print(found)
        assert (found.mixed_up, found.out_of_order, found.repeated) == (0, 0, 0)
        assert found.answered + found.busy + found.silent == 300
        assert found.busy >= 30, "a rush that lasts is noticed"
        failed = [e for e in sandbox.calls("sendMessage") if "Code E-" in e.parameters["text"]]
        assert failed == []


async def test_a_bot_without_lanes_is_caught(tmp_path: Path) -> None:
    publish(tmp_path, numbered(200))
    async with (
        Sandbox() as sandbox,
        bot(sandbox, tmp_path, pause_s=0.02, script=PLANTED, more=("no lanes",)) as process,
    ):
        await until_it_listens(sandbox)
        for nth in (5, 50, 120):
            sandbox.faults.add("sendMessage", faults.delay(0.5), nth=nth)
        questions = [f"What is said of letter number {n}?" for n in range(200)]
        found = await flood(sandbox, process.pid, questions, 20)
        assert found.out_of_order > 0


@pytest.mark.full
@pytest.mark.timeout(900)
async def test_updates_that_need_no_encoder_come_to_300_a_second_and_core(tmp_path: Path) -> None:
    publish(tmp_path, numbered(1))
    async with Sandbox() as sandbox, bot(sandbox, tmp_path) as process:
        await until_it_listens(sandbox)
        people = [sandbox.person(f"Person {n}", language_code="en") for n in range(3000)]
        used_s, started = cpu_s(process.pid), time.monotonic()
        for person in people:
            await person.say("/privacy")
        while sandbox.world.updates.pending():
            await sandbox.world.bell.wait(1)
        used_s, seconds = cpu_s(process.pid) - used_s, time.monotonic() - started
        print(f"3000 commands: {3000 / used_s:.0f} a second and core, {3000 / seconds:.0f} a second in all")
        assert len(sandbox.calls("sendMessage")) == 3000
        assert 3000 / used_s >= 300
