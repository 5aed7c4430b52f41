"""Messages that delete themselves: due in their time, sealed, forgotten when done or when it is too late."""

from sqlalchemy import select, update

from bot.database import Engine
from bot.deletions import A_ROW, Deletions
from bot.keys import Keys
from bot.tables import DELETIONS

OLD, NEW = "bbb-old-0123456789-Qwertz-uiop-4711", "a-new-0246813579-Asdfgh-jkly-0815x"
CHAT = 7_000_000_001


class Clock:
    def __init__(self, now: float = 1_000_000_200.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def table(engine: Engine, clock: Clock, keys: str = OLD) -> Deletions:
    known = Keys.read(keys)
    return Deletions(engine, lambda: known, now=clock)


def test_messages_are_due_within_ten_minutes_after_their_time_and_not_before(engine: Engine) -> None:
    clock = Clock()
    deletions = table(engine, clock)
    deletions.remember(CHAT, [5, 6], clock.now + 300)
    clock.now += 299
    assert deletions.due() == []
    clock.now += 1 + 600
    (due,) = deletions.due()
    assert (due.chat, due.messages) == (CHAT, (5, 6))
    assert deletions.due() == [due], "until it is done"
    deletions.done(due.id)
    assert deletions.due() == []


def test_many_messages_take_several_rows_of_one_size(engine: Engine) -> None:
    clock = Clock()
    deletions = table(engine, clock)
    numbers = list(range(1, 2 * A_ROW + 2))
    deletions.remember(CHAT, numbers, clock.now)
    deletions.remember(8, [2**31], clock.now)
    deletions.remember(CHAT, [], clock.now)
    mine = deletions.of_chat(CHAT)
    assert sorted(number for due in mine for number in due.messages) == numbers
    with engine.connect() as connection:
        blobs = connection.scalars(select(DELETIONS.c.blob)).all()
    assert [len(blob) for blob in blobs] == [256] * 4


def test_what_telegram_no_longer_deletes_is_forgotten(engine: Engine) -> None:
    clock = Clock()
    deletions = table(engine, clock)
    deletions.remember(CHAT, [5], clock.now)
    clock.now += 49 * 3600
    assert deletions.due() == []
    assert deletions.of_chat(CHAT) == []


def test_a_row_that_was_changed_is_forgotten_and_one_of_another_key_waits(engine: Engine) -> None:
    clock = Clock()
    deletions = table(engine, clock)
    deletions.remember(CHAT, [5], clock.now)
    assert table(engine, clock, NEW).due() == []
    assert len(table(engine, clock, f"{NEW}\n{OLD}").due()) == 1
    with engine.begin() as connection:
        connection.execute(update(DELETIONS).values(due=1_000_000_200 // 600 - 1))
    assert deletions.due() == []
    with engine.connect() as connection:
        assert connection.execute(select(DELETIONS)).all() == []
