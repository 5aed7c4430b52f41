"""Changes of a record: what is left of it, and that none is written after the end of it."""

import asyncio
import random

import pytest
from databases import Postgres, database_url, engine, postgres
from sqlalchemy import func, select

from bot.database import Engine
from bot.keeping import Keeping
from bot.keys import Keys
from bot.own_callbacks import Unfollow
from bot.record import DeleteAfter, Follow, FollowKind, Record, RecordFullError
from bot.subscribers import Subscribers
from bot.tables import SUBSCRIBERS
from corpus.document import PartialDate

__all__ = ["Postgres", "database_url", "engine", "postgres"]

KEYS = Keys.read("canary-key-0123456789-Abcdefghijk-4711")
CHAT = 7_000_000_001
LOSIK, WORD = Follow(FollowKind.CASE, "losik-ihar"), Follow(FollowKind.KEYWORD, "амністыя")
OCTOBER = 1_791_000_000.0
"""3 October 2026."""


def keeping(engine: Engine, *, latest: int = 57, now: float = OCTOBER, months: int = 3) -> Keeping:
    people = Subscribers(engine, lambda: KEYS, now=lambda: now)
    return Keeping(people, latest=lambda: latest, keep_months=months, now=lambda: now)


@pytest.mark.parametrize(
    ("months", "last"),
    [(1, PartialDate(2026, 11, 30)), (3, PartialDate(2027, 1, 31)), (4, PartialDate(2027, 2, 28)), (12, PartialDate(2027, 10, 31))],
)  # fmt: skip
async def test_a_record_is_kept_to_the_end_of_so_many_full_months(
    engine: Engine, months: int, last: PartialDate
) -> None:
    kept = await keeping(engine, months=months).follow(CHAT, LOSIK, language="be")
    assert kept.until == last


async def test_only_what_is_announced_after_following_began_comes(engine: Engine) -> None:
    first = await keeping(engine, latest=57).follow(CHAT, LOSIK, language="be")
    assert first.record == Record(chat=CHAT, since=57, language="be", follows=(LOSIK,))
    second = await keeping(engine, latest=60).follow(CHAT, WORD, language="ru")
    assert second.record == Record(chat=CHAT, since=57, language="be", follows=(LOSIK, WORD))
    await keeping(engine).unfollow(CHAT, Unfollow.of(LOSIK))
    assert await keeping(engine).unfollow(CHAT, Unfollow.of(WORD)) is None
    again = await keeping(engine, latest=61).follow(CHAT, LOSIK, language="be")
    assert again.record.since == 61


async def test_following_again_after_only_messages_deleted_themselves_begins_anew(engine: Engine) -> None:
    await keeping(engine, latest=1).delete_after(CHAT, DeleteAfter.DAY, language="ru")
    kept = await keeping(engine, latest=9).follow(CHAT, LOSIK, language="be")
    assert kept.record == Record(
        chat=CHAT, since=9, language="ru", follows=(LOSIK,), delete_after=DeleteAfter.DAY
    )


async def test_a_record_of_no_more_use_is_deleted(engine: Engine) -> None:
    people = keeping(engine)
    await people.follow(CHAT, LOSIK, language="be")
    await people.delete_after(CHAT, DeleteAfter.HOUR, language="be")
    assert await people.unfollow(CHAT, Unfollow.of(LOSIK)) is not None
    assert await people.set(CHAT, delete_after=DeleteAfter.NEVER) is None
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(SUBSCRIBERS)) == 0


async def test_what_does_not_fit_changes_nothing(engine: Engine) -> None:
    people = keeping(engine)
    for n in range(24):
        await people.follow(CHAT, Follow(FollowKind.CASE, f"case-{n}"), language="be")
    with pytest.raises(RecordFullError):
        await people.follow(CHAT, LOSIK, language="be")
    kept = await people.kept(CHAT)
    assert kept
    assert len(kept.record.follows) == 24
    assert LOSIK not in kept.record.follows


async def test_no_setting_brings_back_what_was_ended(engine: Engine) -> None:
    chance = random.Random(4)
    # Two processes: a lock of one does not hold the other.
    first, second = keeping(engine), keeping(engine)
    for number in range(60):
        chat = CHAT + number
        await first.follow(chat, LOSIK, language="be")
        await first.follow(chat, WORD, language="be")
        changes = [
            second.set(chat, quiet=True),
            second.set(chat, paused=True),
            second.unfollow(chat, Unfollow.of(WORD)),
            first.set(chat, hour=7),
            first.forget(chat),
        ]
        chance.shuffle(changes)
        await asyncio.gather(*changes)
        assert await first.kept(chat) is None
