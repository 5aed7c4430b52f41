"""SIGTERM to the bot as it is run, in the middle of an update to everybody: what was begun ends, and nothing comes twice."""

import asyncio
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from articles import numbered, publish
from mailings import KEYS, SECRET, join
from test_bot_process import bot
from test_sending import draft

from bot.announcements import Announcements
from bot.database import open_database
from bot.outbox import Outbox
from bot.sandbox import faults
from bot.sandbox.server import Sandbox
from bot.subscribers import Subscribers

SLOW_S = 0.15
"""A reply takes so long that some are always under way."""


@pytest.mark.parametrize(
    ("people", "stops"), [(40, 2), pytest.param(600, 30, marks=[pytest.mark.full, pytest.mark.timeout(900)])]
)
async def test_the_running_bot_stops_cleanly_in_the_middle_of_an_update(
    tmp_path: Path, people: int, stops: int
) -> None:
    publish(tmp_path, numbered(3))
    chance = random.Random(seed := random.randrange(10**6))
    engine = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    store = Subscribers(engine, lambda: KEYS, now=time.time)
    outbox = Outbox(engine, now=time.time, tags_of=store.tags_of)
    took: list[float] = []
    async with Sandbox() as sandbox:
        crowd = [sandbox.person(f"Person {n}") for n in range(people)]
        for person in crowd:
            person.account.started = True
        join(store, *(person.id for person in crowd))
        Announcements(engine, time.time).announce([draft("He was freed.")], considered={})
        sandbox.faults.chances("sendMessage", [(faults.delay(SLOW_S), 1.0)], seed=seed)

        def sent() -> int:
            return len(sandbox.calls("sendMessage"))

        for _ in range(stops):
            async with bot(sandbox, tmp_path, settings={"SPRAVA_SECRET_KEY": SECRET}) as process:
                before = sent()
                async with asyncio.timeout(60):
                    while sent() < before + 8:  # noqa: ASYNC110 (another process)
                        await asyncio.sleep(0.005)
                await asyncio.sleep(chance.uniform(0, 0.1))
                asked = time.monotonic()
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.communicate(), 40)
                took.append(time.monotonic() - asked)
                assert process.returncode == 0
        assert outbox.open(), "all was sent before the last stop: the rig tests nothing"
        async with bot(sandbox, tmp_path, settings={"SPRAVA_SECRET_KEY": SECRET}), asyncio.timeout(120):
            while outbox.open():  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.05)
        got = Counter(
            call.parameters["chat_id"] for call in sandbox.calls("sendMessage") if call.verdict == "ok"
        )
    engine.dispose()
    print(f"\nseed {seed}: {stops} stops, {got.total()} accepted, the longest stop took {max(took):.1f} s")
    assert got == Counter(person.id for person in crowd)
    assert max(took) < 30
