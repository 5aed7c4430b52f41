"""The rows of messages that wait: claimed in batches, begun one by one, finished one by one. Each method is one transaction.

`README.md` draws the states and gives one sentence an arrow. What no caller can get wrong is checked in `begin`, in the
very transaction after which the message is sent: that the claim still holds, the person's record is there unchanged,
nothing is paused or cancelled, an earlier message of the chat is final, and it is this message's turn.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Sequence

from sqlalchemy import (
    Connection,
    Engine,
    and_,
    delete,
    func,
    select,
    update,
)

from bot import broadcasts, pacing, rows
from bot.broadcasts import PAUSED, ROTATING, Broadcast, open_broadcasts
from bot.database import clock, transaction
from bot.pacing import USUAL, Rate
from bot.rows import Begun, Claimed, Refusal, Wait
from bot.subscribers import Sealed
from bot.tables import BROADCASTS, OUTBOX, SUBSCRIBERS, SWITCHES

IN_FLIGHT = 4
"""Messages under way at once over all senders: so many may arrive twice after a crash, and no more."""
QUIET_S = 15.0
"""After which a call that was under way has ended: it begins at most 4 seconds after its check, and takes at most 10."""
_LOOK_AGAIN_S = 0.05
DEAD_KEPT_S = 7 * 86400.0
_DEAD_TO_HOLD = 3
"""So many messages of one broadcast that Telegram refuses mean that its text is wrong, not the chats."""


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
            due = and_(OUTBOX.c.broadcast == broadcast.id, rows.due(now))
            found = select(OUTBOX.c.tag).where(due).order_by(OUTBOX.c.tag).limit(limit)
            tags = connection.scalars(found.with_for_update(skip_locked=True)).all()
            tags = [tag for tag in tags if (broadcast.id, tag) not in busy]
            if not tags:
                return []
            values = {"claim": claim, "until": now + rows.LEASE_S, "state": rows.in_doubt_if_sending()}
            taken = update(OUTBOX).where(due, OUTBOX.c.tag.in_(tags)).values(values)
            attempts = {
                row.tag: row.attempts
                for row in connection.execute(taken.returning(OUTBOX.c.tag, OUTBOX.c.attempts))
            }
            sealed = select(SUBSCRIBERS).where(SUBSCRIBERS.c.tag.in_(list(attempts)))
            people = {row.tag: Sealed(*row) for row in connection.execute(sealed)}
        return [Claimed(broadcast, tag, attempts[tag], claim, people.get(tag)) for tag in sorted(attempts)]

    def drop(self, claimed: Sequence[Claimed]) -> None:
        """Delete rows whose person follows something else, or is gone."""
        with transaction(self.engine) as connection:
            for (broadcast, claim), tags in rows.by_claim(claimed).items():
                mine = and_(
                    OUTBOX.c.broadcast == broadcast.id, OUTBOX.c.claim == claim, OUTBOX.c.tag.in_(tags)
                )
                connection.execute(delete(OUTBOX).where(mine))

    def release(self, claimed: Sequence[Claimed], *, wait_s: float = 0.0) -> None:
        """Give rows back that were not begun."""
        with transaction(self.engine) as connection:
            for (broadcast, claim), tags in rows.by_claim(claimed).items():
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
            connection.execute(delete(OUTBOX).where(rows.is_spaced_out(now)))
            bucket = pacing.taken_over(pacing.refilled(pace, now, self._rate), over, self._rate)
            pacing.write(connection, bucket, now)
            if self._held(connection, now):
                return Refusal.HELD
            if (seconds := bucket.wait_s(self._rate)) > 0:
                return Wait(seconds)
            if rows.under_way(connection, now) >= IN_FLIGHT:
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
            if connection.scalar(state) in {"held", "overtaken"}:
                return Refusal.HELD
            connection.execute(delete(OUTBOX).where(mine))
            return Refusal.PASSED
        others = rows.others(connection, row, list(running))
        spaced = rows.spaced_until(others, now)
        if spaced or rows.comes_later(broadcast, row.tag, others, running):
            later = {"claim": None, "until": None, "not_before": spaced or now + 1.0}
            connection.execute(update(OUTBOX).where(mine).values(later))
            return Refusal.PASSED
        if (
            row.person is not None
        ):  # first: who changes or deletes a record takes it before its rows here, too
            record = select(SUBSCRIBERS.c.blob).where(SUBSCRIBERS.c.tag == row.tag)
            if connection.scalar(record.with_for_update(read=True)) != row.person.blob:
                again = {"claim": None, "until": None, "not_before": now}
                connection.execute(update(OUTBOX).where(mine, OUTBOX.c.state != "sending").values(again))
                return Refusal.PASSED
        token = secrets.token_bytes(16)
        holds = and_(
            mine, OUTBOX.c.state.in_(("pending", "in_doubt")), OUTBOX.c.until.between(now, now + rows.LEASE_S)
        )
        values = {
            "state": "sending",
            "claim": token,
            "until": now + rows.SENDING_S,
            "attempts": OUTBOX.c.attempts + 1,
        }
        if not connection.execute(update(OUTBOX).where(holds).values(values)).rowcount:
            return Refusal.PASSED
        return Begun(row, token)

    # After the send

    def sent(self, begun: Begun, *, spacing_s: float = 1.05) -> None:
        """Telegram has the message: the row goes, and nothing stays that says who got what. The next message of the
        chat waits a second, also one that another sender has, or that is filled in only then."""
        with transaction(self.engine) as connection:
            connection.execute(delete(OUTBOX).where(rows.is_mine(begun)))
            rows.space(connection, begun.row.tag, self.clock(connection) + spacing_s)

    def forget_sent(self, *, wait_s: float = 0.0) -> None:
        """Delete what kept chats from getting two messages at once, where that, or `wait_s` more, is over."""
        with self.engine.connect() as connection:
            over = rows.is_spaced_out(self.clock(connection) + wait_s)
            if connection.scalar(select(OUTBOX.c.tag).where(over).limit(1)) is None:
                return
        with transaction(self.engine) as connection:
            pacing.lock(connection)
            connection.execute(delete(OUTBOX).where(over))

    def finish(self, begun: Begun) -> None:
        """The row goes, without a message that arrived."""
        with transaction(self.engine) as connection:
            connection.execute(delete(OUTBOX).where(rows.is_mine(begun)))

    def again(self, begun: Begun, *, wait_s: float, in_doubt: bool = False) -> None:
        """Send it later; `in_doubt` where it may have arrived."""
        with transaction(self.engine) as connection:
            self._put_back(connection, begun, wait_s=wait_s, state="in_doubt" if in_doubt else "pending")

    def pause(self, begun: Begun, seconds: float) -> None:
        """Telegram asked to wait: every sender does, and the message comes after."""
        with transaction(self.engine) as connection:
            pacing.pause(connection, seconds, self.clock(connection), self._rate)
            self._put_back(connection, begun, wait_s=min(seconds, rows.MAX_WAIT_S), state="pending")

    def bury(self, begun: Begun) -> bool:
        """Keep a message aside that Telegram refuses; whether that now holds its whole broadcast, because several were
        refused to people. What is held waits for the operator, who corrects it and resumes, or cancels."""
        number = begun.row.broadcast.id
        with transaction(self.engine) as connection:
            self._put_back(connection, begun, wait_s=DEAD_KEPT_S, state="dead")
            mine = and_(OUTBOX.c.broadcast == number, OUTBOX.c.state == "dead", broadcasts.of_people())
            dead = select(func.count()).where(mine)
            if (connection.scalar(dead) or 0) < _DEAD_TO_HOLD:
                return False
            return broadcasts.hold(connection, number)

    def hold(self, broadcast: Broadcast) -> None:
        """Begin nothing of a broadcast, and let those behind it go on, until the operator resumes."""
        with transaction(self.engine) as connection:
            broadcasts.hold(connection, broadcast.id)

    def hold_all(self) -> None:
        """Pause, as the operator does, until the operator resumes."""
        broadcasts.set_paused(self.engine, True)

    async def quiet(self, chat: int) -> None:
        """Return when no update to a chat is under way, at most after a call has had time to end. Whoever asked to
        stop is told so after this: nothing begins any more once their record is gone."""
        tags, until = self._tags_of(chat), time.monotonic() + QUIET_S
        while not await asyncio.to_thread(self._is_quiet, tags) and time.monotonic() < until:  # noqa: ASYNC110 (it may be another process)
            await asyncio.sleep(_LOOK_AGAIN_S)

    def _is_quiet(self, tags: Sequence[bytes]) -> bool:
        with self.engine.connect() as connection:
            now = self.clock(connection)
            sending = select(func.count()).where(rows.is_under_way(now), OUTBOX.c.tag.in_(tags))
            return not connection.scalar(sending)

    def _time(self) -> float:
        with self.engine.connect() as connection:
            return self.clock(connection)

    def clock(self, connection: Connection) -> float:
        """Seconds since 1970 by the database's own clock, which all senders share."""
        return clock(connection, self._now)

    def _held(self, connection: Connection, now: float) -> bool:
        found = select(SWITCHES.c.name, SWITCHES.c.value).where(SWITCHES.c.name.in_((PAUSED, ROTATING)))
        return any(row.name == PAUSED or float(row.value) > now for row in connection.execute(found))

    def _put_back(self, connection: Connection, begun: Begun, *, wait_s: float, state: str) -> None:
        later = self.clock(connection) + wait_s
        values = {"state": state, "claim": None, "until": None, "not_before": later}
        connection.execute(update(OUTBOX).where(rows.is_mine(begun)).values(values))


def end_claims(engine: Engine) -> None:
    """Let every claim be that of a dead sender. For the only process that uses the database, when it starts."""
    claimed = update(OUTBOX).where(OUTBOX.c.claim.is_not(None))
    with transaction(engine) as connection:
        connection.execute(claimed.values(claim=None, until=None, state=rows.in_doubt_if_sending()))
