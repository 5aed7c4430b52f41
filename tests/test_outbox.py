"""The outbox: what is claimed, begun and finished, by whom, and what speaks against it. On SQLite and PostgreSQL."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from mailings import Clock, announce, join, keep, people, waiting
from sqlalchemy import Connection, select, update

from bot import broadcasts, subscribers
from bot.database import Engine
from bot.keys import Keys
from bot.outbox import Outbox, end_claims
from bot.pacing import Rate
from bot.record import Record
from bot.rows import LEASE_S, SENDING_S, Begun, Claimed, Refusal, Wait
from bot.tables import BROADCASTS, OUTBOX

FAST = Rate(per_s=100_000, burst=100_000)
DAY = 86_400.0


class Sender(Outbox):
    """An outbox that fills and claims what comes next, as the sender does."""

    def __init__(self, engine: Engine, clock: Clock, rate: Rate = FAST) -> None:
        super().__init__(engine, now=clock, rate=rate, tags_of=people(engine, clock).tags_of)

    def next(self, limit: int = 100) -> list[Claimed]:
        for broadcast in self.open():
            self.fill(broadcast)
            if rows := self.claim(broadcast, limit):
                return rows
            self.close(broadcast)
        return []

    def begun(self, row: Claimed) -> Begun:
        begun = self.begin(row)
        assert isinstance(begun, Begun), begun
        return begun


@pytest.fixture
def clock(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the database: on PostgreSQL too, so that a test can set it."""
    clock = Clock()
    monkeypatch.setattr(Outbox, "clock", lambda self, _connection: clock())
    return clock


def one_person(engine: Engine, clock: Clock, *numbers: int) -> Sender:
    join(people(engine, clock), 7)
    for number in numbers:
        announce(engine, number)
    return Sender(engine, clock)


def test_a_message_is_claimed_begun_and_leaves_no_trace(engine: Engine, clock: Clock) -> None:
    sender = one_person(engine, clock, 1)
    (row,) = sender.next()
    assert waiting(engine) == [(1, "pending")]
    begun = sender.begun(row)
    assert waiting(engine) == [(1, "sending")]
    sender.sent(begun)
    assert waiting(engine) == []
    assert sender.next() == []
    assert sender.open() == []


def test_everybody_gets_a_row_once_however_often_it_is_filled(engine: Engine, clock: Clock) -> None:
    join(people(engine, clock), *range(1, 31))
    announce(engine, 1)
    chunk, broadcasts.CHUNK = broadcasts.CHUNK, 7
    try:
        sender, got = Sender(engine, clock), []
        while rows := sender.next(5):
            got += [row.tag for row in rows]
            for row in rows:
                sender.sent(sender.begun(row))
    finally:
        broadcasts.CHUNK = chunk
    assert len(got) == len(set(got)) == 30
    assert got == sorted(got)
    assert sender.open() == []


def test_what_is_claimed_is_not_claimed_again_until_its_lease_is_over(engine: Engine, clock: Clock) -> None:
    sender, other = one_person(engine, clock, 1), Sender(engine, clock)
    (mine,) = sender.next()
    assert other.next() == []
    clock.now += LEASE_S + 1
    (theirs,) = other.next()
    assert sender.begin(mine) is Refusal.PASSED
    assert other.begun(theirs)


def test_a_sender_that_wakes_after_its_lease_finishes_nothing(engine: Engine, clock: Clock) -> None:
    sender, other = one_person(engine, clock, 1), Sender(engine, clock)
    begun = sender.begun(sender.next()[0])
    clock.now += SENDING_S - 1
    assert other.next() == []
    clock.now += 2
    (again,) = other.next()
    assert waiting(engine) == [(1, "in_doubt")]
    begun_again = other.begun(again)
    sender.sent(begun)
    sender.again(begun, wait_s=0)
    assert waiting(engine) == [(1, "sending")]
    other.sent(begun_again)
    assert waiting(engine) == []


def test_a_row_whose_record_is_gone_or_changed_is_not_begun(engine: Engine, clock: Clock) -> None:
    sender, store = one_person(engine, clock, 1), people(engine, clock)
    (row,) = sender.next()
    keep(store, replace(Record(chat=7), since=3))
    assert sender.begin(row) is Refusal.PASSED
    (row,) = sender.next()
    assert row.person is not None
    assert store.opened([row.person])[row.tag].since == 3
    store.forget(7)
    assert sender.begin(row) is Refusal.PASSED
    assert waiting(engine) == []


def test_who_ends_what_they_follow_while_it_is_being_sent_and_the_sender_do_not_wait_for_each_other(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, store = one_person(engine, clock, 1), people(engine, clock)
    (row,) = sender.next()
    begins, delete = threading.Event(), subscribers._delete

    def slow(connection: Connection, keys: Keys, chat: int) -> bool:
        begins.set()
        time.sleep(0.2)  # the sender looks at the record meanwhile
        return delete(connection, keys, chat)

    monkeypatch.setattr(subscribers, "_delete", slow)
    with ThreadPoolExecutor(1) as executor:
        ended = executor.submit(store.change, 7, lambda _record: None, renew=False)
        begins.wait(5)
        assert sender.begin(row) is Refusal.PASSED
        assert ended.result() is None
    assert waiting(engine) == []


async def test_stop_waits_for_what_is_under_way_and_nothing_begins_after(
    engine: Engine, clock: Clock
) -> None:
    sender, store = one_person(engine, clock, 1), people(engine, clock)
    begun = sender.begun(sender.next()[0])
    store.forget(7)
    assert waiting(engine) == [(1, "sending")]
    quiet = asyncio.create_task(sender.quiet(7))
    await asyncio.sleep(0.2)
    assert not quiet.done()
    await asyncio.to_thread(sender.sent, begun)
    await asyncio.wait_for(quiet, 2)
    assert waiting(engine) == []


def test_a_dead_senders_message_to_somebody_who_left_and_came_back_is_not_sent_to_them(
    engine: Engine,
    clock: Clock,
) -> None:
    sender, store = one_person(engine, clock, 1), people(engine, clock)
    sender.begun(sender.next()[0])
    store.forget(7)
    join(store, 7, since=1)
    clock.now += SENDING_S + 1
    (row,) = sender.next()
    assert row.person is not None
    assert store.opened([row.person])[row.tag].since == 1, "the news is not later than that"


def test_at_most_four_are_under_way_over_all_senders(engine: Engine, clock: Clock) -> None:
    join(people(engine, clock), *range(1, 8))
    announce(engine, 1)
    first, second = Sender(engine, clock), Sender(engine, clock)
    rows, others = first.next(3), second.next(4)
    begun = [first.begun(row) for row in rows] + [second.begun(others[0])]
    assert isinstance(second.begin(others[1]), Wait)
    first.sent(begun[0])
    assert isinstance(second.begin(others[1]), Begun)


def test_pause_and_resume_hold_everything_at_once(engine: Engine, clock: Clock) -> None:
    sender = one_person(engine, clock, 1)
    (row,) = sender.next()
    broadcasts.set_paused(engine, True)
    assert (sender.begin(row), sender.held(), broadcasts.is_paused(engine)) == (Refusal.HELD, True, True)
    broadcasts.set_paused(engine, False)
    assert sender.begun(row)


def test_what_is_cancelled_is_not_begun_and_its_rows_go(engine: Engine, clock: Clock) -> None:
    sender = one_person(engine, clock, 1)
    join(people(engine, clock), 8)
    row = sender.next(1)[0]
    assert broadcasts.cancel(engine, 1) is True
    assert broadcasts.cancel(engine, 1) is False
    assert sender.begin(row) is Refusal.PASSED
    broadcasts.sweep(engine, now=clock())
    assert waiting(engine) == []


def test_the_next_message_of_a_chat_waits_until_the_earlier_one_is_final(
    engine: Engine, clock: Clock
) -> None:
    sender = one_person(engine, clock, 1, 2)
    first, second = sender.open()
    for broadcast in (first, second):
        sender.fill(broadcast)
    (early,) = sender.claim(first, 10)
    (late,) = sender.claim(second, 10)
    assert sender.begin(late) is Refusal.PASSED
    begun = sender.begun(early)
    clock.now += 2
    (late,) = sender.claim(second, 10)
    assert sender.begin(late) is Refusal.PASSED
    sender.again(begun, wait_s=30, in_doubt=True)
    clock.now += 2
    (late,) = sender.claim(second, 10)
    assert sender.begin(late) is Refusal.PASSED
    clock.now += 30
    (early,) = sender.claim(first, 10)
    sender.sent(sender.begun(early))
    clock.now += 0.5
    (late,) = sender.claim(second, 10)
    assert sender.begin(late) is Refusal.PASSED, "one message a second in a chat"
    assert sender.claim(second, 10) == []
    clock.now += 2
    (late,) = sender.claim(second, 10)
    assert sender.begun(late)


def test_a_chat_waits_a_second_whoever_sends_next_and_whenever_it_is_filled_in(
    engine: Engine, clock: Clock
) -> None:
    sender, other = one_person(engine, clock, 1), Sender(engine, clock)
    sender.sent(sender.begun(sender.next()[0]), spacing_s=1.05)
    announce(engine, 2)
    assert sender.next() != []
    end_claims(engine)
    (row,) = other.next()
    assert other.begin(row) is Refusal.PASSED
    clock.now += 1.0
    assert other.next() == []
    clock.now += 0.1
    assert isinstance(other.begin(other.next()[0]), Begun)


def test_after_a_second_nothing_says_who_got_something(engine: Engine, clock: Clock) -> None:
    join(people(engine, clock), 7, 8)
    announce(engine, 1)
    sender = Sender(engine, clock)
    first, second = sender.next()
    sender.sent(sender.begun(first))
    sender.sent(sender.begun(second), spacing_s=3.0)
    assert states(engine) == ["sent", "sent"]
    assert people(engine, clock).waiting(7) == 0
    sender.forget_sent()
    assert states(engine) == ["sent", "sent"]
    clock.now += 1.1
    sender.forget_sent()
    assert states(engine) == ["sent"]
    clock.now -= DAY
    sender.forget_sent()
    assert states(engine) == [], "of a clock that was set back"


def states(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(OUTBOX.c.state)))


def test_a_chat_gets_nothing_later_before_an_earlier_broadcast_has_come_to_it(
    engine: Engine, clock: Clock
) -> None:
    sender = one_person(engine, clock, 1, 2)
    _, second = sender.open()
    sender.fill(second)
    (late,) = sender.claim(second, 10)
    assert sender.begin(late) is Refusal.PASSED


def test_a_correction_goes_before_what_waited_longer(engine: Engine, clock: Clock) -> None:
    sender = one_person(engine, clock, 1, 2)
    announce(engine, 3, kind="correction", corrects=1)
    assert [each.number for each in sender.open()] == [3, 1, 2]
    (row,) = sender.next()
    assert row.broadcast.number == 3
    assert sender.begun(row)


def test_a_pause_holds_every_sender_and_outlives_a_restart(engine: Engine, clock: Clock) -> None:
    sender = one_person(engine, clock, 1)
    sender.pause(sender.begun(sender.next()[0]), 30)
    join(people(engine, clock), 8)
    announce(engine, 2)
    other = Sender(engine, clock)
    (row, *_) = other.next()
    wait = other.begin(row)
    assert isinstance(wait, Wait)
    assert 30 <= wait.seconds <= 31
    clock.now += 29
    assert isinstance(other.begin(row), Wait)
    clock.now += 2
    assert other.begin(row) is Refusal.PASSED, (
        "the earlier message of the chat is first" if row.broadcast.number == 2 else ""
    )


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_clock_that_jumps_a_day_neither_lengthens_a_pause_nor_strands_a_row(
    engine: Engine,
    clock: Clock,
    jump: float,
) -> None:
    sender = one_person(engine, clock, 1)
    sender.pause(sender.begun(sender.next()[0]), 30)
    clock.now += jump
    left = 0.0
    (row,) = sender.next()
    while isinstance(wait := sender.begin(row), Wait):
        left += wait.seconds
        clock.now += wait.seconds + 0.001
    assert isinstance(wait, Begun)
    assert left <= 31
    if jump < 0:
        assert left >= 30


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_claim_from_before_a_jump_of_the_clock_runs_out(engine: Engine, clock: Clock, jump: float) -> None:
    sender = one_person(engine, clock, 1)
    sender.begun(sender.next()[0])
    clock.now += jump
    (row,) = Sender(engine, clock).next()
    assert waiting(engine) == [(1, "in_doubt")]
    assert sender.begun(row)


def test_the_pace_is_kept_over_senders_and_a_stall_is_not_made_up_for(engine: Engine, clock: Clock) -> None:
    join(people(engine, clock), *range(1, 200))
    announce(engine, 1)
    rate = Rate(per_s=25, burst=2)
    senders = [Sender(engine, clock, rate), Sender(engine, clock, rate)]
    rows = [sender.next(95) for sender in senders]
    start, sent = clock.now, 0
    while clock.now < start + 4:
        senders.reverse()
        rows.reverse()
        for sender, mine in zip(senders, rows, strict=True):
            if isinstance(begun := sender.begin(mine[0]), Begun):
                sender.sent(begun)
                mine.pop(0)
                sent += 1
        clock.now += 0.01
    assert 98 <= sent <= 102
    clock.now += 30
    at_once = 0
    while isinstance(begun := senders[0].begin(rows[0][0]), Begun):
        senders[0].sent(begun)
        rows[0].pop(0)
        at_once += 1
    assert at_once == 2


def test_answers_beyond_those_kept_slow_the_updates(engine: Engine, clock: Clock) -> None:
    join(people(engine, clock), 1, 2)
    announce(engine, 1)
    sender = Sender(engine, clock, Rate(per_s=25, burst=2))
    (row, _) = sender.next()
    clock.now += 1
    wait = sender.begin(row, over=10)
    assert isinstance(wait, Wait)
    assert wait.seconds == pytest.approx(9 / 25)


def test_a_day_of_answers_holds_updates_up_for_two_seconds_at_most(engine: Engine, clock: Clock) -> None:
    join(people(engine, clock), 1, 2)
    announce(engine, 1)
    sender = Sender(engine, clock, Rate(per_s=25, burst=2))
    (row, _) = sender.next()
    wait = sender.begin(row, over=100_000)
    assert isinstance(wait, Wait)
    assert wait.seconds == pytest.approx(2 + 1 / 25)
    clock.now += wait.seconds
    assert sender.begun(row)


def test_what_telegram_refuses_is_kept_aside_and_three_hold_the_broadcast(
    engine: Engine, clock: Clock
) -> None:
    join(people(engine, clock), *range(1, 6))
    announce(engine, 1)
    sender = Sender(engine, clock)
    rows = sender.next()
    assert [sender.bury(sender.begun(row)) for row in rows[:3]] == [False, False, True]
    assert sender.begin(rows[3]) is Refusal.HELD
    assert sender.open() == []
    broadcasts.set_paused(engine, False)
    clock.now += LEASE_S + 1
    assert len(sender.next()) == 5


def test_nothing_is_filled_or_begun_while_keys_are_changed(engine: Engine, clock: Clock) -> None:
    sender = one_person(engine, clock, 1)
    with engine.begin() as connection:
        assert not broadcasts.may_rotate(connection, clock()), "a broadcast is being filled"
    (row,) = sender.next()
    with engine.begin() as connection:
        assert broadcasts.may_rotate(connection, clock())
        connection.exec_driver_sql(f"INSERT INTO switches VALUES ('rotating', '{clock() + 60}')")
    announce(engine, 2)
    assert sender.begin(row) is Refusal.HELD
    sender.next()
    with engine.connect() as connection:
        assert connection.scalars(select(BROADCASTS.c.filled).order_by(BROADCASTS.c.id)).all() == [
            True,
            False,
        ]
    clock.now += 61
    assert sender.next()


def test_the_only_process_takes_over_at_once_what_a_dead_one_held(engine: Engine, clock: Clock) -> None:
    sender = one_person(engine, clock, 1)
    sender.begun(sender.next()[0])
    end_claims(engine)
    assert waiting(engine) == [(1, "in_doubt")]
    assert sender.begun(sender.next()[0])


def test_what_a_digest_owes_comes_to_one_chat(engine: Engine, clock: Clock) -> None:
    store = people(engine, clock)
    join(store, 7, 8)
    with engine.begin() as connection:
        broadcasts.owe(connection, [store.tag(7)], after=3, upto=5, now=clock())
    (row,) = Sender(engine, clock).next()
    assert (row.tag, row.broadcast.what, row.broadcast.after, row.broadcast.upto) == (
        store.tag(7),
        "owed",
        3,
        5,
    )


def test_the_status_rounds_every_number_of_people_down(engine: Engine, clock: Clock) -> None:
    join(people(engine, clock), *range(1, 28))
    announce(engine, 1)
    assert broadcasts.status(engine) == [broadcasts.Status("news", 1, "open", 20, 0)]
    sender = Sender(engine, clock)
    sender.sent(sender.begun(sender.next()[0]))
    assert broadcasts.status(engine) == [broadcasts.Status("news", 1, "open", 20, 0)]


def test_what_was_refused_of_a_message_that_is_over_is_listed_and_sent_when_the_operator_resumes(
    engine: Engine, clock: Clock
) -> None:
    sender = one_person(engine, clock, 1)
    assert sender.bury(sender.begun(sender.next()[0])) is False
    assert sender.next() == []
    assert sender.open() == []
    assert broadcasts.status(engine) == [broadcasts.Status("news", 1, "done", 0, 0, any_refused=True)]
    broadcasts.set_paused(engine, False)
    (row,) = sender.next()
    sender.sent(sender.begun(row))
    assert sender.next() == []
    assert broadcasts.status(engine) == []
    assert waiting(engine) == []


def test_a_refused_message_is_forgotten_after_a_week(engine: Engine, clock: Clock) -> None:
    sender = one_person(engine, clock, 1)
    sender.bury(sender.begun(sender.next()[0]))
    broadcasts.sweep(engine, now=clock())
    assert waiting(engine) == [(1, "dead")]
    broadcasts.sweep(engine, now=clock() + 8 * DAY)
    assert waiting(engine) == []


def test_a_lease_does_not_end_with_a_pending_row_elsewhere(engine: Engine, clock: Clock) -> None:
    """A row that was given back may be claimed at once."""
    sender = one_person(engine, clock, 1)
    rows = sender.next()
    sender.release(rows)
    assert [row.tag for row in sender.next()] == [rows[0].tag]
    with engine.begin() as connection:
        connection.execute(update(OUTBOX).values(not_before=clock() + 5))
    clock.now += LEASE_S + 1
    assert sender.next()
