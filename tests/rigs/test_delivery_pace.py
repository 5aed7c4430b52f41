"""How fast updates go out, by an API that enforces limits; and what filling in many people costs those who ask."""

import asyncio
import random
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from mailings import Clock, Everybody, announce, join, people
from sqlalchemy import event, func, insert, select
from test_delivery_kills import ELSE, KEYS, Record, month_of, sealed_row

from bot.broadcasts import CHUNK
from bot.compose import Page
from bot.database import open_database
from bot.delivery import Delivery
from bot.garbage import settle
from bot.outbox import Outbox
from bot.pace import Pace
from bot.pacing import Rate
from bot.replies import deliver
from bot.sandbox.rates import Rates
from bot.sandbox.server import Sandbox
from bot.seen import Seen
from bot.tables import OUTBOX, SUBSCRIBERS
from bot.transport import TelegramBot


async def paced(tmp_path: Path, seconds: int) -> tuple[float, list[int], int]:
    """Messages a second over the run, in each second of it, and how many were refused."""
    engine = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    store = people(engine, Clock(time.time()))
    async with Sandbox(rates=Rates(), ledger=tmp_path / "ledger.jsonl") as sandbox:
        chats = []
        for n in range(seconds * 26 + 60):
            account = sandbox.world.add_account(f"Person {n}")
            account.started = True
            chats.append(account.id)
        join(store, *chats)
        announce(engine, 1)
        bot = TelegramBot(sandbox.token, api_url=sandbox.api_url, poll_timeout_s=1)
        await bot.initialize()
        outbox = Outbox(engine, now=time.time, tags_of=store.tags_of)
        sender = Delivery(
            outbox,
            Everybody(store),
            send=lambda chat, page, silent: deliver(bot, chat, page, silent=silent),
            pace=Pace(),
        )
        running = asyncio.create_task(sender.run())
        while not sandbox.calls("sendMessage"):
            await sandbox.world.bell.wait(1)
        await asyncio.sleep(seconds + 1)
        sender.stop()
        await running
        await bot.shutdown()
        calls = sandbox.calls("sendMessage")
    engine.dispose()
    first = calls[0].time + 0.5
    times = [entry.time - first for entry in calls if 0 <= entry.time - first < seconds]
    each = [sum(second <= moment < second + 1 for moment in times) for second in range(seconds)]
    refused = sum(entry.code == 429 for entry in calls)
    rate = len(times) / seconds
    print(
        f"\n{len(times)} messages in {seconds} s: {rate:.2f} a second, {min(each)} to {max(each)} in one; {refused} refused"
    )
    assert sandbox.violations == []
    return rate, each, refused


async def test_the_pace_is_kept_to_for_half_a_minute(tmp_path: Path) -> None:
    rate, each, refused = await paced(tmp_path, 30)
    assert refused == 0
    assert max(each) <= 30
    assert 10 <= rate <= 25.5, "a busy machine may be slower, none may be faster"


@pytest.mark.full
@pytest.mark.timeout(900)
async def test_the_pace_is_held_for_ten_minutes(tmp_path: Path) -> None:
    rate, each, refused = await paced(tmp_path, 600)
    assert refused == 0
    assert max(each) <= 30
    assert 24.5 <= rate <= 25.5


async def filled_in(tmp_path: Path, count: int) -> tuple[float, float, list[int]]:
    """The longest that the loop stood still and the longest claim of an update, in seconds, while `count` people who
    follow something else are filled in and passed over; and how many rows each statement beside the loop put in."""
    engine = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    month, chance = month_of(time.time()), random.Random(1)
    with engine.begin() as connection:
        for _ in range(0, count, 1000):
            records = (Record(chat=chance.randrange(10**10), follows=ELSE) for _ in range(1000))
            connection.execute(
                insert(SUBSCRIBERS), [sealed_row(record, KEYS.current, month) for record in records]
            )
    announce(engine, 1)
    put: list[int] = []

    @event.listens_for(engine, "after_cursor_execute")
    def filling(_connection: object, cursor: sqlite3.Cursor, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO outbox"):
            assert threading.current_thread() is not threading.main_thread(), "the loop would stand still"
            put.append(cursor.rowcount)

    seen = Seen(engine, now=time.time)
    store = people(engine, Clock(time.time()))
    outbox = Outbox(engine, now=time.time, rate=Rate(1_000, 10))

    async def unsent(_chat: int | str, _page: Page, _silent: bool) -> int:
        raise AssertionError("nobody follows this")

    sender = Delivery(outbox, Everybody(store), send=unsent, pace=Pace())
    settle()  # as the bot does when it starts
    running, started = asyncio.create_task(sender.run()), time.monotonic()
    still, claimed, number = 0.0, 0.0, 0
    while outbox.open() or number < 10:
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        still = max(still, time.perf_counter() - before - 0.005)
        before, number = time.perf_counter(), number + 1
        seen.claim(number)
        seen.finish(number)
        claimed = max(claimed, time.perf_counter() - before)
    seconds = time.monotonic() - started
    sender.stop()
    await running
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(OUTBOX)) == 0
    engine.dispose()
    print(
        f"\n{count} people in {seconds:.1f} s: loop still for {still * 1000:.0f} ms, a claim {claimed * 1000:.0f} ms at most"
    )
    return still, claimed, put


async def test_people_are_filled_in_beside_the_loop_and_a_few_at_a_time(tmp_path: Path) -> None:
    _, _, put = await filled_in(tmp_path, 10_000)
    assert sum(put) == 10_000
    assert max(put) <= CHUNK, "whoever answers questions needs the database between two statements"


@pytest.mark.full
async def test_filling_in_a_hundred_thousand_people_keeps_nobody_waiting(tmp_path: Path) -> None:
    still, claimed, _ = await filled_in(tmp_path, 100_000)
    assert still <= 0.1
    assert claimed <= 0.1
