"""/stop in one process against a send in another, thousands of times: nothing begins once the stop was confirmed."""

import asyncio
import random
import signal
import time
from pathlib import Path

import pytest
from databases import Postgres
from delivered import chat_of
from mailings import KEYS
from test_delivery_kills import Senders, accepted, crowd, until
from test_sending import draft

from bot.announcements import Announcements
from bot.database import open_database
from bot.outbox import Outbox
from bot.sandbox import faults
from bot.sandbox.ledger import Entry
from bot.sandbox.server import Sandbox
from bot.subscribers import Subscribers

AHEAD, AT_ONCE, SLOW_S = 10, 4, 0.03


async def raced(
    database: str, *, stops: int, seed: int, rate: float = 250, kills: int = 0
) -> tuple[int, list[Entry]]:
    """Stop people whose message is about to go out, and kill the sender now and then; how many of them got it all the same,
    and what came too late."""
    chance, engine = random.Random(seed), open_database(database)
    people = Subscribers(engine, lambda: KEYS, now=time.time)
    outbox = Outbox(engine, now=time.time, tags_of=people.tags_of)
    async with Sandbox() as sandbox:
        made = crowd(sandbox, engine, stops * 4, chance)
        in_order = sorted((c for c in made.follow if c > 0 and c not in made.unreachable), key=people.tag)
        Announcements(engine, time.time).announce([draft("Something happened.")], considered={})
        before, place, confirmed = accepted(sandbox), 0, dict[int, int]()
        index = {chat: number for number, chat in enumerate(in_order)}
        sandbox.faults.chances("sendMessage", [(faults.delay(SLOW_S), 1.0)], seed=seed)
        senders = Senders(sandbox, database, rate=rate, groups=made.moved)
        await senders.start()
        try:
            await until(lambda: accepted(sandbox) > before, 60, sandbox)

            def reached() -> int:
                recent = (e for e in reversed(sandbox.ledger.entries[-20:]) if e.method == "sendMessage")
                return next((index[chat_of(e)] for e in recent if chat_of(e) in index), 0)

            async def stop_people() -> None:
                nonlocal place
                while len(confirmed) < stops and place < len(in_order) - 1:
                    while place >= reached() + AHEAD:  # noqa: ASYNC110 (another process)
                        await asyncio.sleep(0.002)
                    place = max(place + 1, min(reached() + chance.randrange(AHEAD), len(in_order) - 1))
                    chat = in_order[place]
                    await asyncio.to_thread(people.forget, chat)
                    await outbox.quiet(chat)
                    confirmed[chat] = len(sandbox.ledger.entries)

            async def kill_the_sender() -> None:
                for kill in range(1, kills + 1):
                    while len(confirmed) < stops * kill // (kills + 1):
                        if place >= len(in_order) - 1:
                            return
                        await asyncio.sleep(0.002)
                    await senders.end()
                    await senders.start()

            async with asyncio.TaskGroup() as tasks:
                for _ in range(AT_ONCE):
                    tasks.create_task(stop_people())
                tasks.create_task(kill_the_sender())
            await asyncio.sleep(1)
            await senders.end(how=signal.SIGTERM)
        finally:
            await senders.close()
            engine.dispose()
        sent = [entry for entry in sandbox.calls("sendMessage") if chat_of(entry) in confirmed]
        late = [entry for entry in sent if entry.sequence > confirmed[chat_of(entry)]]
    got = sum(entry.verdict == "ok" for entry in sent)
    print(
        f"\nseed {seed}: {len(confirmed)} stops against the sender, {got} met by it, {len(late)} sent after the confirmation"
    )
    assert len(confirmed) >= stops * 0.9
    return got, late


async def test_nothing_is_sent_after_a_confirmed_stop(tmp_path: Path) -> None:
    got, late = await raced(
        f"sqlite:///{tmp_path / 'bot.sqlite'}", stops=150, seed=random.randrange(10**6), rate=100, kills=2
    )
    assert late == []
    assert got, "no stop met a message: the rig tests nothing"


async def test_a_stop_that_does_not_wait_for_what_is_under_way_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_outbox: Outbox, _chat: int) -> None:
        return None

    monkeypatch.setattr(Outbox, "quiet", at_once)
    for seed in range(6):
        folder = tmp_path / str(seed)
        folder.mkdir()
        _, late = await raced(f"sqlite:///{folder / 'bot.sqlite'}", stops=100, seed=seed, rate=100)
        if late:
            return
    raise AssertionError("the rig saw nothing")


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_ten_thousand_races(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    if kind == "sqlite":
        database = f"sqlite:///{tmp_path / 'bot.sqlite'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        database = server.create()
    got, late = await raced(database, stops=10_000, seed=random.randrange(10**6), kills=30)
    assert late == []
    assert got
