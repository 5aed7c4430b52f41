"""What goes to many people: broadcasts, how they are filled into the outbox chunk by chunk, and what an operator can do
with them. Who of the people gets anything is decided when it is sent, so the outbox says nothing of who follows what."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import transaction
from bot.tables import BROADCASTS, NEWS, OUTBOX, SUBSCRIBERS, SWITCHES

PAUSED = "paused"
"""The switch of `sprava news pause`."""
ROTATING = "rotating"
"""The switch that `sprava subscribers rotate-key` holds: until when, in seconds since 1970."""
SPACING = 0
"""In place of a broadcast: the row keeps the next message of its chat a moment away, whoever sends that."""
CHUNK = 500
"""Rows filled in by one statement; between two of them others get the database."""
_LOW = 250
_TARGET = bytes(7)
"""With what the tag of a channel begins: it comes first in the order of tags, and hardly any person's does."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One thing that goes to many people. A digest tells of the numbers above `after`, up to `upto`."""

    id: int
    what: str
    number: int
    cursor: bytes
    filled: bool
    after: int = 0
    upto: int = 0
    urgent: bool = False
    """A correction or withdrawal: it goes before all others."""

    @property
    def order(self) -> tuple[bool, int]:
        """Which of two goes first."""
        return (not self.urgent, self.id)


@dataclass(frozen=True, slots=True)
class Status:
    """How far a broadcast is; counts of people rounded down to 10."""

    what: str
    number: int
    state: str
    waiting: int
    refused: int
    any_refused: bool = False
    """Whether Telegram refused a message of it, however few: `resume` tries it again."""


def open_broadcasts(connection: Connection) -> list[Broadcast]:
    """What is being sent, in the order in which it goes out."""
    columns = (
        BROADCASTS.c.id,
        BROADCASTS.c.what,
        BROADCASTS.c.number,
        BROADCASTS.c.cursor,
        BROADCASTS.c.filled,
        BROADCASTS.c.after,
        BROADCASTS.c.upto,
        func.coalesce(NEWS.c.kind != "new", literal(False)).label("urgent"),
    )
    own = and_(BROADCASTS.c.what == "news", NEWS.c.number == BROADCASTS.c.number)
    found = select(*columns).select_from(BROADCASTS.outerjoin(NEWS, own)).where(BROADCASTS.c.state == "open")
    broadcasts = [Broadcast(*row) for row in connection.execute(found)]
    return sorted(broadcasts, key=lambda each: each.order)


def target_tag(target: str) -> bytes:
    """The tag of a public channel or group that the operator configured."""
    return _TARGET + hashlib.sha256(target.encode()).digest()[:9]


def of_people() -> ColumnElement[bool]:
    """Rows of the outbox that are for people, not for a channel or group."""
    return OUTBOX.c.tag > _TARGET + b"\xff" * 9


def is_target(tag: bytes) -> bool:
    """Whether a tag is that of a channel or group, not of a person."""
    return tag.startswith(_TARGET)


def fill(engine: Engine, broadcast: Broadcast, *, now: float, targets: Sequence[str] = ()) -> bool:
    """Put the next chunk of recipients into the outbox, unless enough still wait there; whether any were put.

    One statement chooses and inserts: whoever was in the table and is not in the outbox yet gets a row, once. The cursor
    moves in the same transaction, so that a crash repeats nothing and leaves nobody out.
    """
    mine = and_(BROADCASTS.c.id == broadcast.id, BROADCASTS.c.state == "open", ~BROADCASTS.c.filled)
    on = OUTBOX.c.broadcast == broadcast.id
    with transaction(engine) as connection:
        held = update(BROADCASTS).where(mine).values(filled=False).returning(BROADCASTS.c.cursor)
        cursor = connection.scalar(held)
        waiting = select(func.count()).select_from(select(OUTBOX.c.tag).where(on).limit(_LOW).subquery())
        if cursor is None or _rotating(connection, now) or connection.scalar(waiting) == _LOW:
            return False
        beyond = select(SUBSCRIBERS.c.tag).where(SUBSCRIBERS.c.tag > cursor).order_by(SUBSCRIBERS.c.tag)
        last = connection.scalar(beyond.offset(CHUNK - 1).limit(1))
        within = literal(True) if last is None else SUBSCRIBERS.c.tag <= last
        fresh = select(literal(broadcast.id), SUBSCRIBERS.c.tag, literal("pending"), literal(0), literal(now))
        _put(connection, fresh.where(SUBSCRIBERS.c.tag > cursor, within))
        if broadcast.what == "news" and not cursor:
            for target in targets:
                row = select(
                    *(literal(value) for value in (broadcast.id, target_tag(target), "pending", 0, now))
                )
                _put(connection, row.where(literal(True)))
        ends = {"filled": True} if last is None else {"cursor": last}
        connection.execute(update(BROADCASTS).where(BROADCASTS.c.id == broadcast.id).values(ends))
    return True


def close(engine: Engine, broadcast: Broadcast) -> None:
    """Note that a broadcast is over, if nothing of it waits any more; what was refused may stay a while."""
    waits = and_(OUTBOX.c.broadcast == broadcast.id, OUTBOX.c.state != "dead")
    over = and_(BROADCASTS.c.id == broadcast.id, BROADCASTS.c.state == "open", BROADCASTS.c.filled)
    with transaction(engine) as connection:
        done = update(BROADCASTS).where(over, ~select(OUTBOX.c.tag).where(waits).exists())
        if connection.execute(done.values(state="done")).rowcount and broadcast.urgent:
            first = select(NEWS.c.corrects).where(NEWS.c.number == broadcast.number).scalar_subquery()
            same = select(NEWS.c.number).where(or_(NEWS.c.number == first, NEWS.c.corrects == first))
            overtaken = and_(BROADCASTS.c.what == "news", BROADCASTS.c.state == "overtaken")
            ended = update(BROADCASTS).where(overtaken, BROADCASTS.c.number.in_(same))
            connection.execute(ended.values(state="cancelled"))


def hold(connection: Connection, broadcast: int) -> bool:
    """Let a broadcast wait for the operator; whether it was being sent."""
    mine = and_(BROADCASTS.c.id == broadcast, BROADCASTS.c.state == "open")
    return bool(connection.execute(update(BROADCASTS).where(mine).values(state="held")).rowcount)


def sweep(engine: Engine, *, now: float) -> None:
    """Delete the rows of what is over or cancelled, and refused messages after a week."""
    ended = select(BROADCASTS.c.id).where(BROADCASTS.c.state.in_(("done", "cancelled")))
    left = and_(OUTBOX.c.broadcast.in_(ended), or_(OUTBOX.c.state != "sending", OUTBOX.c.until < now))
    refused = OUTBOX.c.state == "dead"
    with transaction(engine) as connection:
        connection.execute(delete(OUTBOX).where(left, ~refused))
        connection.execute(delete(OUTBOX).where(refused, OUTBOX.c.not_before < now))


def waiting_for(connection: Connection, tags: Sequence[bytes]) -> Sequence[Any]:
    """What is being sent, or held, and still waits for a chat, which lies under one of the tags: what, number, after."""
    row = and_(OUTBOX.c.broadcast == BROADCASTS.c.id, OUTBOX.c.tag.in_(tags))
    waits = select(OUTBOX.c.tag).where(row, OUTBOX.c.state != "dead").exists()
    coming = and_(~BROADCASTS.c.filled, BROADCASTS.c.cursor < max(tags))
    found = select(BROADCASTS.c.what, BROADCASTS.c.number, BROADCASTS.c.after)
    return connection.execute(found.where(BROADCASTS.c.state.in_(("open", "held")), or_(waits, coming))).all()


def owe(connection: Connection, tags: Sequence[bytes], *, after: int, upto: int, now: float) -> None:
    """Send the news above `after` to one chat, which lies under one of the tags, at once, with what it is owed already."""
    owed = select(BROADCASTS.c.id).where(BROADCASTS.c.what == "owed", BROADCASTS.c.state == "open")
    mine = and_(OUTBOX.c.broadcast.in_(owed), OUTBOX.c.tag.in_(tags))
    untouched = and_(mine, OUTBOX.c.state == "pending", OUTBOX.c.claim.is_(None))
    taken = connection.scalars(delete(OUTBOX).where(untouched).returning(OUTBOX.c.broadcast)).all()
    ranges = select(BROADCASTS.c.after, BROADCASTS.c.upto).where(BROADCASTS.c.id.in_(taken))
    for before in connection.execute(ranges).all():
        after, upto = min(after, before.after), max(upto, before.upto)
    values = {"what": "owed", "number": secrets.randbits(31), "state": "open", "cursor": b"", "filled": True}
    made = insert(BROADCASTS).values(values | {"after": after, "upto": upto}).returning(BROADCASTS.c.id)
    number = connection.scalar(made)
    for tag in tags:
        row = (literal(value) for value in (number, tag, "pending", 0, now))
        _put(connection, select(*row).where(literal(True)))


def may_rotate(connection: Connection, now: float) -> bool:
    """Whether keys may be changed: nobody is being filled in, and nothing is under way."""
    running = BROADCASTS.c.state.in_(("open", "held", "overtaken"))
    filling = select(BROADCASTS.c.id).where(running, ~BROADCASTS.c.filled)
    sending = select(OUTBOX.c.tag).where(OUTBOX.c.state == "sending", OUTBOX.c.until > now)
    return not connection.scalar(select(or_(filling.exists(), sending.exists())))


# What an operator does


def set_paused(engine: Engine, paused: bool) -> None:
    """Hold every update back, or let them go on; then what was refused is tried again."""
    with transaction(engine) as connection:
        connection.execute(delete(SWITCHES).where(SWITCHES.c.name == PAUSED))
        if paused:
            connection.execute(insert(SWITCHES).values(name=PAUSED, value="yes"))
            return
        refused = select(OUTBOX.c.broadcast).where(OUTBOX.c.state == "dead")
        over = and_(BROADCASTS.c.state == "done", BROADCASTS.c.id.in_(refused))
        again = or_(BROADCASTS.c.state == "held", over)
        connection.execute(update(BROADCASTS).where(again).values(state="open"))
        dead = update(OUTBOX).where(OUTBOX.c.state == "dead")
        connection.execute(dead.values(state="pending", not_before=0.0))


def is_paused(engine: Engine) -> bool:
    """Whether the operator holds every update back."""
    with engine.connect() as connection:
        return connection.scalar(select(SWITCHES.c.value).where(SWITCHES.c.name == PAUSED)) is not None


def cancel(engine: Engine, number: int) -> bool:
    """Send № `number` to nobody else; whether anybody had yet to get it. What is under way arrives."""
    mine = and_(BROADCASTS.c.what == "news", BROADCASTS.c.number == number)
    running = BROADCASTS.c.state.in_(("open", "held", "overtaken"))
    with transaction(engine) as connection:
        ended = update(BROADCASTS).where(mine, running).values(state="cancelled").returning(BROADCASTS.c.id)
        which = connection.scalar(ended)
        waiting = and_(OUTBOX.c.broadcast == which, OUTBOX.c.state != "sending")
        connection.execute(delete(OUTBOX).where(waiting))
    return which is not None


def status(engine: Engine) -> list[Status]:
    """How far everything is that has not ended, or of which something was refused."""
    to_come = and_(~BROADCASTS.c.filled, SUBSCRIBERS.c.tag > BROADCASTS.c.cursor)
    later = (
        select(func.count()).select_from(SUBSCRIBERS).where(to_come).correlate(BROADCASTS).scalar_subquery()
    )
    of_it = OUTBOX.c.broadcast == BROADCASTS.c.id
    dead = OUTBOX.c.state == "dead"
    columns = (BROADCASTS.c.what, BROADCASTS.c.number, BROADCASTS.c.state, later)
    counts = (
        select(func.count()).select_from(OUTBOX).where(of_it, which).correlate(BROADCASTS).scalar_subquery()
        for which in (~dead, dead)
    )
    refused = select(OUTBOX.c.tag).where(of_it, dead).correlate(BROADCASTS).exists()
    wanted = or_(BROADCASTS.c.state.in_(("open", "held")), refused)
    found = select(*columns, refused, *counts).where(wanted).order_by(BROADCASTS.c.id)
    with engine.connect() as connection:
        return [
            Status(row[0], row[1], row[2], (row[3] + row[5]) // 10 * 10, row[6] // 10 * 10, row[4])
            for row in connection.execute(found)
        ]


def _rotating(connection: Connection, now: float) -> bool:
    until = connection.scalar(select(SWITCHES.c.value).where(SWITCHES.c.name == ROTATING))
    return until is not None and float(until) > now


def _put(connection: Connection, rows: Any) -> None:
    """Insert rows of broadcast, tag, state, attempts and time, where they are not there yet."""
    dialect = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    columns = ["broadcast", "tag", "state", "attempts", "not_before"]
    connection.execute(dialect(OUTBOX).from_select(columns, rows).on_conflict_do_nothing())
