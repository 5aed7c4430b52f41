"""The store of people who follow something: found and opened by the key alone, and gone when it says so."""

import pytest
from sqlalchemy import insert, select, update

from bot.database import OUTBOX, SUBSCRIBERS, Engine
from bot.keys import Keys, LostKeyError
from bot.record import Follow, FollowKind, Record
from bot.subscribers import Subscribers, check_keys, month_of

OLD, NEW = "b" * 3 + "old-0123456789-Qwertz-uiop-4711", "a-new-0246813579-Asdfgh-jkly-0815x"
JANUARY = 1_767_225_600.0
"""The first second of 2026 in London, three hours later in Minsk."""


def store(engine: Engine, keys: str = OLD, now: float = JANUARY) -> Subscribers:
    known = Keys.read(keys)
    return Subscribers(engine, lambda: known, now=lambda: now)


MANY = Record(chat=7_000_000_001, since=4, follows=(Follow(FollowKind.KEYWORD, "голодовка"),), quiet=True)


def test_what_was_put_is_got_and_what_was_forgotten_is_gone(engine: Engine) -> None:
    people = store(engine)
    assert people.get(MANY.chat) is None
    people.put(MANY)
    assert people.get(MANY.chat) == MANY
    assert people.forget(MANY.chat) is True
    assert people.get(MANY.chat) is None
    assert people.forget(MANY.chat) is False


def test_the_month_is_that_of_minsk() -> None:
    assert month_of(JANUARY) == 72
    assert month_of(JANUARY - 3 * 3600 - 1) == 71


def test_a_lost_key_is_told_before_anything_is_sent(engine: Engine) -> None:
    store(engine).put(MANY)
    check_keys(engine, Keys.read(f"{NEW}\n{OLD}"))
    for keys in (None, Keys.read(NEW)):
        with pytest.raises(LostKeyError):
            check_keys(engine, keys)


def test_a_row_that_was_moved_renewed_or_changed_does_not_open(engine: Engine) -> None:
    people = store(engine)
    people.put(MANY)
    for change in ({"month": 99}, {"tag": people.tag(8)}, {"blob": bytes(960)}):
        with engine.begin() as connection:
            before = connection.execute(select(SUBSCRIBERS)).one()._asdict()
            connection.execute(update(SUBSCRIBERS).values(change))
        assert people.get(MANY.chat) is None
        assert people.get(8) is None
        with engine.begin() as connection:
            connection.execute(update(SUBSCRIBERS).values(before))
    assert people.get(MANY.chat) == MANY


def test_everything_queued_is_forgotten_with_the_record(engine: Engine) -> None:
    people = store(engine)
    people.put(MANY)
    people.put(Record(chat=2))
    row = {"broadcast": 1, "state": "pending", "attempts": 0, "not_before": 0.0}
    with engine.begin() as connection:
        connection.execute(insert(OUTBOX), [row | {"tag": people.tag(chat)} for chat in (MANY.chat, 2)])
    people.forget(MANY.chat)
    with engine.connect() as connection:
        assert connection.scalars(select(OUTBOX.c.tag)).all() == [people.tag(2)]


def test_many_are_walked_in_tag_order_and_opened_together(engine: Engine) -> None:
    people = store(engine)
    for chat in range(1, 26):
        people.put(Record(chat=chat))
    first = people.tags_after(b"", 20)
    rest = people.tags_after(first[-1], 20)
    assert first + rest == sorted(people.tag(chat) for chat in range(1, 26))
    assert {record.chat for record in people.open_many(first + rest + [bytes(16)]).values()} == set(
        range(1, 26)
    )
    assert {record.chat for record in people.scan()} == set(range(1, 26))
    assert people.count_rounded() == 20
