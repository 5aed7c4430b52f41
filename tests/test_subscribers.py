"""The store of people who follow something: found and opened by the key alone, and gone when it says so."""

import pytest
from mailings import keep
from sqlalchemy import insert, select, update

from bot import subscribers
from bot.database import Engine
from bot.keys import Keys, LostKeyError
from bot.record import Follow, FollowKind, Record, pack
from bot.subscribers import Subscribers, check_keys, month_of
from bot.tables import OUTBOX, SUBSCRIBERS

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
    keep(people, MANY)
    assert people.get(MANY.chat) == MANY
    assert people.forget(MANY.chat) is True
    assert people.get(MANY.chat) is None
    assert people.forget(MANY.chat) is False


def test_the_month_is_that_of_minsk() -> None:
    assert month_of(JANUARY) == 72
    assert month_of(JANUARY - 3 * 3600 - 1) == 71


def test_a_lost_key_is_told_before_anything_is_sent(engine: Engine) -> None:
    keep(store(engine), MANY)
    check_keys(engine, Keys.read(f"{NEW}\n{OLD}"))
    for keys in (None, Keys.read(NEW)):
        with pytest.raises(LostKeyError):
            check_keys(engine, keys)


def test_a_row_that_was_moved_renewed_or_changed_does_not_open(engine: Engine) -> None:
    people = store(engine)
    keep(people, MANY)
    for change in ({"month": 99}, {"tag": people.tag(8)}, {"blob": bytes(960)}):
        with engine.begin() as connection:
            before = connection.execute(select(SUBSCRIBERS)).one()._asdict()
            connection.execute(update(SUBSCRIBERS).values(change))
        assert people.get(MANY.chat) is None
        assert people.get(8) is None
        with engine.begin() as connection:
            connection.execute(update(SUBSCRIBERS).values(before))
    assert people.get(MANY.chat) == MANY


def test_a_record_of_a_later_version_keeps_no_other_back_and_can_be_forgotten(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = store(engine)
    keep(people, Record(chat=8))
    with monkeypatch.context() as later:
        later.setattr(subscribers, "pack", lambda each: b"\x7f" + pack(each)[1:])
        keep(people, Record(chat=7))
    assert people.open_many([people.tag(7), people.tag(8)]) == {people.tag(8): Record(chat=8)}
    assert people.get(7) is None
    assert people.forget(7)


def test_everything_queued_is_forgotten_with_the_record(engine: Engine) -> None:
    people = store(engine)
    keep(people, MANY)
    keep(people, Record(chat=2))
    row = {"broadcast": 1, "state": "pending", "attempts": 0, "not_before": 0.0}
    with engine.begin() as connection:
        connection.execute(insert(OUTBOX), [row | {"tag": people.tag(chat)} for chat in (MANY.chat, 2)])
    people.forget(MANY.chat)
    with engine.connect() as connection:
        assert connection.scalars(select(OUTBOX.c.tag)).all() == [people.tag(2)]


def test_many_are_walked_in_tag_order_and_opened_together(engine: Engine) -> None:
    people = store(engine)
    for chat in range(1, 26):
        keep(people, Record(chat=chat))
    first = people.tags_after(b"", 20)
    rest = people.tags_after(first[-1], 20)
    assert first + rest == sorted(people.tag(chat) for chat in range(1, 26))
    assert {record.chat for record in people.open_many(first + rest + [bytes(16)]).values()} == set(
        range(1, 26)
    )
    assert {record.chat for record in people.scan()} == set(range(1, 26))
    assert people.count_rounded() == 20


def test_a_row_says_nothing_of_what_is_in_it_nor_of_who_came_first(engine: Engine) -> None:
    full = Record(chat=3, follows=tuple(Follow(FollowKind.CASE, f"a-case-{n}") for n in range(24)))
    records, dumps = [Record(chat=1), MANY, full], []
    for order in (records, records[::-1]):
        for record in order:
            keep(store(engine), record)
        with engine.begin() as connection:
            rows = connection.execute(select(SUBSCRIBERS).order_by(SUBSCRIBERS.c.tag)).all()
            connection.execute(SUBSCRIBERS.delete())
        assert {len(row.blob) for row in rows} == {960}
        dumps.append([(row.tag, row.kid, row.month) for row in rows])
    assert dumps[0] == dumps[1]


def test_only_a_renewal_moves_the_month(engine: Engine) -> None:
    keep(store(engine, now=JANUARY), MANY)
    march = store(engine, now=JANUARY + 60 * 86_400)
    changed = Record(chat=MANY.chat, quiet=True)
    assert march.change(MANY.chat, lambda _earlier: changed, renew=False) == changed
    with engine.connect() as connection:
        assert connection.scalar(select(SUBSCRIBERS.c.month)) == 72
    keep(march, Record(chat=MANY.chat, quiet=True))
    with engine.connect() as connection:
        assert connection.scalar(select(SUBSCRIBERS.c.month)) == 74


def test_a_row_expires_with_what_is_queued(
    engine: Engine,
) -> None:
    people = store(engine, now=JANUARY)
    keep(people, MANY)
    queue(engine, people.tag(MANY.chat))
    assert people.expire(72) == 0
    assert people.expire(73) == 1
    assert people.get(MANY.chat) is None
    assert queued(engine) == []


def test_rows_expire_while_the_key_is_away(engine: Engine) -> None:
    keep(store(engine), MANY)
    assert store(engine, keys=NEW).expire(72) == 0
    assert store(engine, keys=NEW).expire(73) == 1


def test_while_a_key_is_phased_out_a_row_stays_where_it_is(engine: Engine) -> None:
    keep(store(engine), MANY)
    both = store(engine, keys=f"{NEW}\n{OLD}")
    keep(both, Record(chat=MANY.chat, quiet=True))
    keep(both, Record(chat=2))
    with engine.connect() as connection:
        tags = set(connection.scalars(select(SUBSCRIBERS.c.tag)))
    assert tags == {store(engine).tag(MANY.chat), store(engine, keys=NEW).tag(2)}
    assert both.tags_of(MANY.chat) == [store(engine, keys=NEW).tag(MANY.chat), store(engine).tag(MANY.chat)]
    assert both.forget(MANY.chat)
    assert both.get(MANY.chat) is None


def queue(engine: Engine, tag: bytes) -> None:
    row = {"broadcast": 1, "tag": tag, "state": "pending", "attempts": 0, "not_before": 0.0}
    with engine.begin() as connection:
        connection.execute(insert(OUTBOX).values(row))


def queued(engine: Engine) -> list[bytes]:
    with engine.connect() as connection:
        return list(connection.scalars(select(OUTBOX.c.tag)))
