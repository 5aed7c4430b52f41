"""Moving all rows to another key: nobody is lost, nobody is in it twice, whenever it is interrupted."""

import threading
import time

import pytest
from mailings import keep
from sqlalchemy import func, insert, select

from bot import rotation
from bot.broadcasts import ROTATING
from bot.database import Engine
from bot.deletions import Deletions
from bot.keys import Keys, LostKeyError
from bot.outbox import Outbox
from bot.record import Follow, FollowKind, Record
from bot.rotation import Rotation, RotationError
from bot.subscribers import StaleKeyError, Subscribers
from bot.switches import switch
from bot.tables import BROADCASTS, DELETIONS, OUTBOX, SUBSCRIBERS

OLD, NEW = "bbb-old-0123456789-Qwertz-uiop-4711", "a-new-0246813579-Asdfgh-jkly-0815x"
BOTH, NOW = f"{NEW}\n{OLD}", 1_767_225_600.0
PEOPLE = 25


def store(engine: Engine, keys: str) -> Subscribers:
    known = Keys.read(keys)
    return Subscribers(engine, lambda: known, now=lambda: NOW)


def rotate(engine: Engine, keys: str = BOTH, progress=lambda _done, _of: None) -> int:  # type: ignore[no-untyped-def]
    return Rotation(engine, Keys.read(keys), now=lambda: NOW).run(progress)


def record(chat: int) -> Record:
    return Record(chat=chat, follows=(Follow(FollowKind.KEYWORD, f"word {chat}"),))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "CHUNK", 4)
    monkeypatch.setattr(rotation, "_UNDER_WAY_S", 0.01)


@pytest.fixture
def people(engine: Engine) -> Subscribers:
    people = store(engine, OLD)
    for chat in range(1, PEOPLE + 1):
        keep(people, record(chat))
    return people


def all_there(engine: Engine, keys: str) -> bool:
    people = store(engine, keys)
    return all(people.get(chat) == record(chat) for chat in range(1, PEOPLE + 1))


def test_everybody_is_under_the_new_key_alone(engine: Engine, people: Subscribers) -> None:
    told = []
    assert rotate(engine, progress=lambda done, of: told.append((done, of))) == PEOPLE
    assert told[0] == (4, PEOPLE)
    assert told[-1] == (PEOPLE, PEOPLE)
    assert all_there(engine, NEW)
    assert store(engine, NEW).count_rounded() == 20
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(SUBSCRIBERS)) == PEOPLE
        assert switch(connection, ROTATING) is None
    assert rotate(engine) == 0


def test_what_is_queued_and_what_deletes_itself_goes_along(engine: Engine, people: Subscribers) -> None:
    Deletions(engine, lambda: Keys.read(OLD), now=lambda: NOW).remember(3, [7, 8], NOW)
    row = {"broadcast": 1, "state": "pending", "attempts": 0, "not_before": 0.0}
    with engine.begin() as connection:
        connection.execute(insert(OUTBOX), [row | {"tag": people.tag(chat)} for chat in (3, 9)])
    rotate(engine)
    new = store(engine, NEW)
    with engine.connect() as connection:
        assert set(connection.scalars(select(OUTBOX.c.tag))) == {new.tag(3), new.tag(9)}
        assert connection.scalars(select(DELETIONS.c.tag)).all() == [new.tag(3)]
    (due,) = Deletions(engine, lambda: Keys.read(NEW), now=lambda: NOW).due()
    assert (due.chat, due.messages) == (3, (7, 8))


def test_an_interrupted_run_leaves_each_row_under_one_key_and_the_next_one_ends_it(
    engine: Engine, people: Subscribers
) -> None:
    for stop_after in (4, 8, 12):

        def stop(done: int, _of: int, stop_after: int = stop_after) -> None:
            if done >= stop_after:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rotate(engine, progress=stop)
        assert all_there(engine, BOTH)
        with engine.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(SUBSCRIBERS)) == PEOPLE
    rotate(engine)
    assert all_there(engine, NEW)


def test_people_come_change_and_go_meanwhile(engine: Engine, people: Subscribers) -> None:
    both = store(engine, BOTH)
    changed = Record(chat=24, quiet=True)

    def meanwhile(done: int, _of: int) -> None:
        if done == 4:
            keep(both, changed)
            both.forget(25)
            keep(both, record(26))

    rotate(engine, progress=meanwhile)
    new = store(engine, NEW)
    assert new.get(24) == changed
    assert new.get(25) is None
    assert new.get(26) == record(26)
    assert sorted(found.chat for found in new.scan()) == [*range(1, 25), 26]


def test_a_row_that_changed_while_it_was_sealed_is_not_overwritten(
    engine: Engine, people: Subscribers, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, sealed = store(engine, BOTH), Rotation._sealed_anew
    changes = [Record(chat=chat, quiet=True) for chat in (5, 6, 7)]

    def slow(self: Rotation, row):  # type: ignore[no-untyped-def]
        while changes:
            keep(both, changes.pop())
            both.forget(8)
        return sealed(self, row)

    monkeypatch.setattr(Rotation, "_sealed_anew", slow)
    rotate(engine)
    new = store(engine, NEW)
    assert [new.get(chat) for chat in (5, 6, 7)] == [Record(chat=chat, quiet=True) for chat in (5, 6, 7)]
    assert new.get(8) is None
    assert new.get(9) == record(9)


def test_whoever_leaves_or_changes_something_while_their_row_moves_is_heard(
    engine: Engine, people: Subscribers, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, move = store(engine, BOTH), Rotation._move_queue
    changed = Record(chat=24, quiet=True)
    before: list[Record | None] = []

    def change(earlier: Record | None) -> Record:
        before.append(earlier)
        return changed

    asked = [
        threading.Thread(target=lambda: both.change(24, change, renew=False)),
        threading.Thread(target=lambda: both.forget(25)),
    ]

    def slow(self: Rotation, *arguments):  # type: ignore[no-untyped-def]
        for thread in asked:
            if not thread.ident:
                thread.start()
        time.sleep(0.2)  # they wait for the chunk meanwhile
        move(self, *arguments)

    monkeypatch.setattr(rotation, "CHUNK", PEOPLE)
    monkeypatch.setattr(Rotation, "_move_queue", slow)
    rotate(engine)
    for thread in asked:
        thread.join()
    new = store(engine, NEW)
    assert before == [record(24)]
    assert new.get(24) == changed
    assert new.get(25) is None
    assert sorted(found.chat for found in new.scan()) == list(range(1, PEOPLE))


def test_updates_are_held_by_the_clock_of_the_senders(engine: Engine, people: Subscribers) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no clock: all use that of the one machine")
    outbox = Outbox(engine, now=lambda: NOW, tags_of=people.tags_of)
    held = []
    slow = Rotation(engine, Keys.read(BOTH), now=lambda: time.time() - 90)
    slow.run(lambda _done, _of: held.append(outbox.held()))
    assert held
    assert all(held)


def test_what_is_announced_while_it_begins_is_not_waited_for_in_vain(
    engine: Engine, people: Subscribers, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"what": "news", "number": 1, "cursor": b"", "filled": False, "after": 0, "upto": 0}
    look = Rotation._is_quiet

    def announced(self: Rotation) -> bool:
        with engine.begin() as connection:
            if not connection.scalar(select(func.count()).select_from(BROADCASTS)):
                connection.execute(insert(BROADCASTS).values(values | {"state": "open"}))
        return look(self)

    monkeypatch.setattr(Rotation, "_is_quiet", announced)
    monkeypatch.setattr(rotation, "_PATIENCE_S", 0.05)
    with pytest.raises(RotationError, match="handed out"):
        rotate(engine)
    with engine.connect() as connection:
        assert switch(connection, ROTATING) is None
    assert all_there(engine, BOTH)


def test_it_waits_for_nobody_and_says_so_while_updates_are_handed_out(
    engine: Engine, people: Subscribers
) -> None:
    values = {"what": "news", "number": 1, "cursor": b"", "filled": False, "after": 0, "upto": 0}
    for state in ("open", "held"):
        with engine.begin() as connection:
            connection.execute(BROADCASTS.delete())
            connection.execute(insert(BROADCASTS).values(values | {"state": state}))
        with pytest.raises(RotationError, match="being handed out"):
            rotate(engine)


def test_a_process_that_does_not_know_the_new_key_stops_rather_than_loses_people(
    engine: Engine, people: Subscribers
) -> None:
    rotate(engine)
    for use in (lambda: people.get(1), lambda: keep(people, record(1)), lambda: people.forget(1)):
        with pytest.raises(StaleKeyError):
            use()


def test_without_the_old_key_nothing_is_moved(engine: Engine, people: Subscribers) -> None:
    with pytest.raises(LostKeyError):
        rotate(engine, NEW)
    assert all_there(engine, OLD)
