"""The rows of messages that wait: claimed in batches, begun one by one, finished one by one. Each method is one transaction.

`README.md` draws the states and gives one sentence an arrow. What no caller can get wrong is checked in `begin`, in the
very transaction after which the message is sent: that the claim still holds, the person's record is there unchanged,
nothing is paused or cancelled, an earlier message of the chat is final, and it is this message's turn.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    case,
    delete,
    func,
    select,
    text,
    update,
)

from bot import broadcasts, pacing
from bot.broadcasts import PAUSED, ROTATING, Broadcast, open_broadcasts
from bot.database import BROADCASTS, OUTBOX, SUBSCRIBERS, SWITCHES, transaction
from bot.pacing import USUAL, Rate
from bot.subscribers import Sealed

LEASE_S = 60.0
"""How long claimed rows are their sender's."""
SENDING_S = 20.0
"""How long a message may be under way: longer than a request may take, and all that a dead sender holds up."""
IN_FLIGHT = 4
"""Messages under way at once over all senders: so many may arrive twice after a crash, and no more."""
MAX_WAIT_S = 3600.0
"""No row is put off for longer; one that seems to be was written before the clock was set back."""
QUIET_S = 15.0
"""After which a call that was under way has ended: it begins at most 4 seconds after its check, and takes at most 10."""
_LOOK_AGAIN_S = 0.05
DEAD_KEPT_S = 7 * 86400.0
_DEAD_TO_HOLD = 3
"""So many messages of one broadcast that Telegram refuses mean that its text is wrong, not the chats."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this sender holds for a minute; without a person it is a channel, or somebody who is gone."""

    broadcast: Broadcast
    tag: bytes
    attempts: int
    claim: bytes
    person: Sealed | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A row whose message may go out now: `token` is known to nobody else."""

    row: Claimed
    token: bytes
    ahead: bool
    """The broadcast has yet to pass this tag: the row must stay, so that it is not filled in again."""
    others: tuple[int, ...]
    """The broadcasts of which more waits for the same chat."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: another message, or a pause, has its turn for so many seconds."""

    seconds: float


class Refusal(Enum):
    """Why a row is not begun."""

    HELD = auto()
    """The operator paused everything, this broadcast is held, or keys are being changed."""
    PASSED = auto()
    """This row is not ours to send now: gone, changed, cancelled, or not its turn in its chat."""


class Outbox:
    """The outbox as one sender uses it. `now` is the clock of an SQLite database, which has none of its own."""

    def __init__(
        self,
        engine: Engine,
        *,
        now: Callable[[], float],
        tags_of: Callable[[int], Sequence[bytes]] = lambda _chat: (),
        rate: Rate = USUAL,
    ) -> None:
        self.engine = engine
        self._now = now
        self._tags_of = tags_of
        self._rate = rate
        pacing.set_up(engine, now())

    # Before the send

    def open(self) -> list[Broadcast]:
        """What is being sent, in the order in which it goes out."""
        with self.engine.connect() as connection:
            return open_broadcasts(connection)

    def fill(self, broadcast: Broadcast, targets: Sequence[str] = ()) -> None:
        """Put more recipients of a broadcast into the outbox where few are left."""
        if not broadcast.filled:
            broadcasts.fill(self.engine, broadcast, now=self._time(), targets=targets)

    def close(self, broadcast: Broadcast) -> None:
        """Note that a broadcast is over, if it is."""
        broadcasts.close(self.engine, broadcast)

    def held(self) -> bool:
        """Whether nothing may be sent now."""
        with self.engine.connect() as connection:
            return self._held(connection, self.clock(connection))

    def claim(
        self, broadcast: Broadcast, limit: int, *, busy: Collection[tuple[int, bytes]] = ()
    ) -> list[Claimed]:
        """Up to `limit` rows that are due, in the order of their tags, held for a minute; those in `busy` are left."""
        claim = secrets.token_bytes(16)
        with transaction(self.engine) as connection:
            now = self.clock(connection)
            due = and_(OUTBOX.c.broadcast == broadcast.id, _due(now))
            found = select(OUTBOX.c.tag).where(due).order_by(OUTBOX.c.tag).limit(limit)
            tags = connection.scalars(found.with_for_update(skip_locked=True)).all()
            tags = [tag for tag in tags if (broadcast.id, tag) not in busy]
            if not tags:
                return []
            values = {"claim": claim, "until": now + LEASE_S, "state": _in_doubt_if_sending()}
            taken = update(OUTBOX).where(due, OUTBOX.c.tag.in_(tags)).values(values)
            attempts = {
                row.tag: row.attempts
                for row in connection.execute(taken.returning(OUTBOX.c.tag, OUTBOX.c.attempts))
            }
            sealed = select(SUBSCRIBERS).where(SUBSCRIBERS.c.tag.in_(list(attempts)))
            people = {row.tag: Sealed(*row) for row in connection.execute(sealed)}
        return [Claimed(broadcast, tag, attempts[tag], claim, people.get(tag)) for tag in sorted(attempts)]

    def drop(self, rows: Sequence[Claimed]) -> None:
        """Delete rows whose person follows something else, or is gone."""
        with transaction(self.engine) as connection:
            for (broadcast, claim), tags in _by_claim(rows).items():
                _finish(
                    connection,
                    and_(OUTBOX.c.broadcast == broadcast.id, OUTBOX.c.claim == claim, OUTBOX.c.tag.in_(tags)),
                    ahead=not broadcast.filled and max(tags) > broadcast.cursor,
                )

    def release(self, rows: Sequence[Claimed], *, wait_s: float = 0.0) -> None:
        """Give rows back that were not begun."""
        with transaction(self.engine) as connection:
            for (broadcast, claim), tags in _by_claim(rows).items():
                mine = and_(
                    OUTBOX.c.broadcast == broadcast.id, OUTBOX.c.claim == claim, OUTBOX.c.tag.in_(tags)
                )
                later = self.clock(connection) + wait_s
                statement = update(OUTBOX).where(mine).values(claim=None, until=None, not_before=later)
                connection.execute(statement)

    def begin(self, row: Claimed, *, over: int = 0) -> Begun | Wait | Refusal:
        """Let a row's message go out now, unless anything speaks against it. `over`: answers beyond what is kept for
        them, which are taken from the updates."""
        with transaction(self.engine) as connection:
            pace = pacing.lock(connection)
            now = self.clock(connection)
            bucket = pacing.refilled(pace, now, self._rate)
            bucket = pacing.Bucket(bucket.tokens - over, bucket.paused_s)
            pacing.write(connection, bucket, now)
            if self._held(connection, now):
                return Refusal.HELD
            if (seconds := bucket.wait_s(self._rate)) > 0:
                return Wait(seconds)
            if _under_way(connection, now) >= IN_FLIGHT:
                return Wait(0.02)
            begun = self._begin(connection, row, now)
            if isinstance(begun, Refusal):
                return begun
            pacing.write(connection, pacing.Bucket(bucket.tokens - 1, 0.0), now)
            return begun

    def _begin(self, connection: Connection, row: Claimed, now: float) -> Begun | Refusal:
        running = {each.id: each for each in open_broadcasts(connection)}
        broadcast = running.get(row.broadcast.id)
        mine = and_(
            OUTBOX.c.broadcast == row.broadcast.id, OUTBOX.c.tag == row.tag, OUTBOX.c.claim == row.claim
        )
        if broadcast is None:
            state = select(BROADCASTS.c.state).where(BROADCASTS.c.id == row.broadcast.id)
            if connection.scalar(state) == "held":
                return Refusal.HELD
            connection.execute(delete(OUTBOX).where(mine))
            return Refusal.PASSED
        others = _others(connection, row, list(running))
        if _comes_later(broadcast, row.tag, others, running):
            later = {"claim": None, "until": None, "not_before": now + 1.0}
            connection.execute(update(OUTBOX).where(mine).values(later))
            return Refusal.PASSED
        token = secrets.token_bytes(16)
        before = case((OUTBOX.c.state == "in_doubt", "in_doubt"), else_="pending")
        holds = and_(
            mine, OUTBOX.c.state.in_(("pending", "in_doubt")), OUTBOX.c.until.between(now, now + LEASE_S)
        )
        values = {
            "state": "sending",
            "claim": token,
            "until": now + SENDING_S,
            "attempts": OUTBOX.c.attempts + 1,
        }
        was = connection.scalar(select(before).where(holds))
        if not connection.execute(update(OUTBOX).where(holds).values(values)).rowcount:
            return Refusal.PASSED
        if row.person is not None:
            record = select(SUBSCRIBERS.c.blob).where(SUBSCRIBERS.c.tag == row.tag)
            blob = connection.scalar(record.with_for_update(read=True))
            if blob != row.person.blob:
                again = {"state": was, "claim": None, "until": None, "not_before": now}
                connection.execute(
                    update(OUTBOX).where(OUTBOX.c.claim == token, OUTBOX.c.tag == row.tag).values(again)
                )
                return Refusal.PASSED
        ahead = not broadcast.filled and row.tag > broadcast.cursor
        return Begun(row, token, ahead, tuple({other.broadcast for other in others}))

    # After the send

    def sent(self, begun: Begun, *, spacing_s: float = 1.05) -> None:
        """Telegram has the message: the row goes, and nothing stays that says who got what. The next message of the
        chat waits a second."""
        with transaction(self.engine) as connection:
            if begun.others:
                later = self.clock(connection) + spacing_s
                waiting = and_(OUTBOX.c.broadcast.in_(begun.others), OUTBOX.c.tag == begun.row.tag)
                early = and_(OUTBOX.c.state.in_(("pending", "in_doubt")), OUTBOX.c.not_before < later)
                connection.execute(update(OUTBOX).where(waiting, early).values(not_before=later))
            self._end(connection, begun)

    def finish(self, begun: Begun) -> None:
        """The row goes, without a message that arrived."""
        with transaction(self.engine) as connection:
            self._end(connection, begun)

    def again(self, begun: Begun, *, wait_s: float, in_doubt: bool = False) -> None:
        """Send it later; `in_doubt` where it may have arrived."""
        with transaction(self.engine) as connection:
            self._put_back(connection, begun, wait_s=wait_s, state="in_doubt" if in_doubt else "pending")

    def pause(self, begun: Begun, seconds: float) -> None:
        """Telegram asked to wait: every sender does, and the message comes after."""
        with transaction(self.engine) as connection:
            pacing.pause(connection, seconds, self.clock(connection), self._rate)
            self._put_back(connection, begun, wait_s=min(seconds, MAX_WAIT_S), state="pending")

    def bury(self, begun: Begun) -> bool:
        """Keep a message aside that Telegram refuses; whether that now holds its whole broadcast, because several were
        refused. What is held waits for the operator, who corrects it and resumes, or cancels."""
        number = begun.row.broadcast.id
        with transaction(self.engine) as connection:
            self._put_back(connection, begun, wait_s=DEAD_KEPT_S, state="dead")
            dead = select(func.count()).where(OUTBOX.c.broadcast == number, OUTBOX.c.state == "dead")
            if (connection.scalar(dead) or 0) < _DEAD_TO_HOLD:
                return False
            return broadcasts.hold(connection, number)

    def hold(self, broadcast: Broadcast) -> None:
        """Begin nothing of a broadcast, and let those behind it go on, until the operator resumes."""
        with transaction(self.engine) as connection:
            broadcasts.hold(connection, broadcast.id)

    async def quiet(self, chat: int) -> None:
        """Return when no update to a chat is under way, at most after a call has had time to end. Whoever asked to
        stop is told so after this: nothing begins any more once their record is gone."""
        tags, until = self._tags_of(chat), time.monotonic() + QUIET_S
        while not await asyncio.to_thread(self._is_quiet, tags) and time.monotonic() < until:  # noqa: ASYNC110 (it may be another process)
            await asyncio.sleep(_LOOK_AGAIN_S)

    def _is_quiet(self, tags: Sequence[bytes]) -> bool:
        with self.engine.connect() as connection:
            now = self.clock(connection)
            sending = select(func.count()).where(_is_under_way(now), OUTBOX.c.tag.in_(tags))
            return not connection.scalar(sending)

    def _time(self) -> float:
        with self.engine.connect() as connection:
            return self.clock(connection)

    def clock(self, connection: Connection) -> float:
        """Seconds since 1970 by the database's own clock, which all senders share."""
        if connection.dialect.name == "sqlite":
            return self._now()
        return float(connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0.0)

    def _held(self, connection: Connection, now: float) -> bool:
        found = select(SWITCHES.c.name, SWITCHES.c.value).where(SWITCHES.c.name.in_((PAUSED, ROTATING)))
        return any(row.name == PAUSED or float(row.value) > now for row in connection.execute(found))

    def _end(self, connection: Connection, begun: Begun) -> None:
        _finish(connection, _is_mine(begun), ahead=begun.ahead)

    def _put_back(self, connection: Connection, begun: Begun, *, wait_s: float, state: str) -> None:
        later = self.clock(connection) + wait_s
        values = {"state": state, "claim": None, "until": None, "not_before": later}
        connection.execute(update(OUTBOX).where(_is_mine(begun)).values(values))


def end_claims(engine: Engine) -> None:
    """Let every claim be that of a dead sender. For the only process that uses the database, when it starts."""
    claimed = update(OUTBOX).where(OUTBOX.c.claim.is_not(None))
    with transaction(engine) as connection:
        connection.execute(claimed.values(claim=None, until=None, state=_in_doubt_if_sending()))


def _due(now: float) -> ColumnElement[bool]:
    """Rows that may be claimed. Times beyond what is ever written are of a clock that was set back since."""
    waits = and_(OUTBOX.c.not_before > now, OUTBOX.c.not_before <= now + MAX_WAIT_S)
    held = and_(OUTBOX.c.claim.is_not(None), OUTBOX.c.until.between(now, now + LEASE_S))
    return and_(OUTBOX.c.state.not_in(("dead", "done")), ~waits, ~held)


def _is_under_way(now: float) -> ColumnElement[bool]:
    return and_(OUTBOX.c.state == "sending", OUTBOX.c.until.between(now, now + SENDING_S))


def _under_way(connection: Connection, now: float) -> int:
    return connection.scalar(select(func.count()).where(_is_under_way(now))) or 0


def _is_mine(begun: Begun) -> ColumnElement[bool]:
    """The row by its token alone: its tag may have changed meanwhile, with its chat or its key."""
    return and_(OUTBOX.c.state == "sending", OUTBOX.c.claim == begun.token)


def _in_doubt_if_sending() -> ColumnElement[str]:
    """A message whose sender is gone may have arrived."""
    return case((OUTBOX.c.state == "sending", "in_doubt"), else_=OUTBOX.c.state)


def _others(connection: Connection, row: Claimed, running: list[int]) -> Sequence[Any]:
    """What else waits for, or is on its way to, the same chat."""
    columns = select(OUTBOX.c.broadcast, OUTBOX.c.state, OUTBOX.c.until)
    elsewhere = [number for number in running if number != row.broadcast.id]
    others = and_(OUTBOX.c.broadcast.in_(elsewhere), OUTBOX.c.tag == row.tag)
    return connection.execute(columns.where(others, OUTBOX.c.state.not_in(("dead", "done")))).all()


def _comes_later(
    mine: Broadcast,
    tag: bytes,
    others: Iterable[Any],
    running: Mapping[int, Broadcast],
) -> bool:
    """Whether the chat has to get something else first: what is on its way already, or an earlier broadcast,
    also one that has yet to be filled in for this tag."""
    waiting = {other.broadcast for other in others}
    under_way = any(other.state == "sending" for other in others)
    earlier = (each for each in running.values() if each.order < mine.order)
    return under_way or any(each.id in waiting or (not each.filled and each.cursor < tag) for each in earlier)


def _finish(connection: Connection, rows: ColumnElement[bool], *, ahead: bool) -> None:
    """Delete rows; one that its broadcast has yet to pass stays as done, or it would be filled in once more."""
    if ahead:
        coming = select(BROADCASTS.c.id).where(
            BROADCASTS.c.id == OUTBOX.c.broadcast, ~BROADCASTS.c.filled, BROADCASTS.c.cursor < OUTBOX.c.tag
        )
        values = {"state": "done", "claim": None, "until": None}
        connection.execute(update(OUTBOX).where(rows, coming.exists()).values(values))
    connection.execute(delete(OUTBOX).where(rows))


def _by_claim(rows: Sequence[Claimed]) -> dict[tuple[Broadcast, bytes], list[bytes]]:
    found: dict[tuple[Broadcast, bytes], list[bytes]] = {}
    for row in rows:
        found.setdefault((row.broadcast, row.claim), []).append(row.tag)
    return found
