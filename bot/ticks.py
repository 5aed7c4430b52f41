"""What comes by the clock: digests each hour, the notice before a record expires, expiry, messages that delete themselves.

The hour up to which this was done stands in the database, so that after a stop the hours that were missed are made up
for. A clock that was set back starts over from where it is now; what exists already is not made twice. Nobody's record
expires before they were told and had three days, whatever the clock says.
"""

import asyncio
import datetime
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from sqlalchemy import Connection, Engine, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot import broadcasts, outcomes
from bot.database import clock, transaction
from bot.deletions import Deletions
from bot.digests import WEEK_H, Slot, before, covered, period, slots_of
from bot.outcomes import Kind
from bot.subscribers import Subscribers, month_of
from bot.switches import set_switch, switch
from bot.tables import BROADCASTS, NEWS, OUTBOX, SUBSCRIBERS

TICKED = "ticked"
"""The hour since 1970 up to which digests were made."""
EVERY_S = 20.0
_NOTICE_DAYS = 3
_NOTIFIED = "notified"
"""The hour since 1970 from which on people had time to renew what expires."""
_AWAY_H = 36
"""Hours between two ticks from which on the bot was away, or its clock was set."""
_LATER = {Kind.WAIT, Kind.NOT_SENT, Kind.UNKNOWN, Kind.STOP, Kind.CONFLICT}
"""What says nothing about the messages themselves: deleting them is tried again."""
_UNREACHABLE = 3
"""So many chats where nobody knows what became of a call mean that it is not the chats."""

logger = logging.getLogger(__name__)


class Ticks:
    """Does what is due. `now` is seconds since 1970; `erase` deletes messages of a chat or raises what Telegram says."""

    def __init__(
        self,
        engine: Engine,
        *,
        now: Callable[[], float],
        keep_months: int,
        subscribers: Subscribers | None = None,
        deletions: Deletions | None = None,
        erase: Callable[[int, Sequence[int]], Awaitable[object]],
    ) -> None:
        self._engine = engine
        self._now = now
        self._keep_months = keep_months
        self._subscribers = subscribers
        self._deletions = deletions
        self._erase = erase

    async def run(self) -> None:
        """Look at the clock until cancelled."""
        while True:
            for work in (partial(asyncio.to_thread, self.tick), self.delete_due):
                try:
                    await work()
                except SQLAlchemyError as error:
                    logger.warning(
                        "database unreachable, updates wait", extra={"error": type(error).__name__}
                    )
                except Exception as error:  # the bot answers on, whatever is wrong here
                    logger.error("updates wait", exc_info=error)
            await asyncio.sleep(EVERY_S)

    def tick(self) -> None:
        """Make the broadcasts that are due, and forget what has expired."""
        with self._engine.connect() as connection:
            now = clock(connection, self._now)
        hour = int(now // 3600)
        broadcasts.sweep(self._engine, now=now)
        with transaction(self._engine) as connection:
            done = _ticked(connection)
            if done == hour:
                return
            if done is not None and done < hour:
                for missed in range(max(done + 1, hour - WEEK_H + 1), hour + 1):
                    self._make_digests(connection, missed)
            set_switch(connection, TICKED, str(hour))
            self._notify(connection, now, away=done is None or not 0 < hour - done <= _AWAY_H)
            _prune(connection)
            may_expire = _was_notified(connection, month_of(now) - 1, hour)
        if self._subscribers and may_expire:
            self._subscribers.expire(self._expired(now))

    def _make_digests(self, connection: Connection, hour: int) -> None:
        told = covered(connection)
        upto = connection.scalar(select(func.max(NEWS.c.number))) or 0
        for slot in slots_of(hour):
            after = told.get(slot)
            if after is None:
                after = before(connection, hour - period(slot[0]))
            if after < upto:
                self._make(connection, (slot[0], hour), after=after, upto=upto)

    def _expired(self, now: float) -> int:
        """Rows that were last renewed before this month have expired."""
        return month_of(now) - self._keep_months

    def _notify(self, connection: Connection, now: float, *, away: bool) -> None:
        """Announce that rows expire: in the last days of each month, and where that was missed, afterwards. The days until
        they are deleted begin anew when the bot was `away`, or the clock was set: one wrong clock deletes nobody."""
        month, hour = month_of(now), int(now // 3600)
        _forget_notices(connection, after=month)
        overdue = select(SUBSCRIBERS.c.tag).where(SUBSCRIBERS.c.month < self._expired(now)).limit(1)
        late = connection.scalar(overdue) is not None and self._make(connection, ("renewal", month - 1))
        timely = _days_left(now) <= _NOTICE_DAYS and self._make(connection, ("renewal", month))
        if late or timely or away:
            set_switch(connection, _NOTIFIED, str(hour))

    def _make(self, connection: Connection, what: Slot, *, after: int = 0, upto: int = 0) -> bool:
        """Open a broadcast, unless it was opened before; whether it was opened now."""
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        row = {"what": what[0], "number": what[1], "state": "open", "cursor": b"", "filled": False}
        statement = insert(BROADCASTS).values(row | {"after": after, "upto": upto})
        return connection.execute(statement.on_conflict_do_nothing()).rowcount > 0

    async def delete_due(self) -> None:
        """Delete the messages whose time has come, as long as Telegram can be reached. A chat where that fails is left
        for the next time, so that it keeps nobody else's messages from being deleted."""
        failed: set[int] = set()
        while self._deletions and not failed and (due := await asyncio.to_thread(self._deletions.due)):
            for each in due:
                if each.chat in failed:
                    continue
                try:
                    await self._erase(each.chat, each.messages)
                except Exception as error:  # noqa: BLE001 (the outcome table says what it means)
                    if (kind := outcomes.read(error).kind) in _LATER:
                        failed.add(each.chat)
                        if kind is not Kind.UNKNOWN or len(failed) == _UNREACHABLE:
                            return
                        continue
                await asyncio.to_thread(self._deletions.done, each.id)


def _ticked(connection: Connection) -> int | None:
    hour = switch(connection, TICKED)
    return None if hour is None else int(hour)


def _was_notified(connection: Connection, month: int, hour: int) -> bool:
    """Whether everybody whose row expired with a month was told, and had the days that the notice names."""
    told = select(BROADCASTS.c.state).where(BROADCASTS.c.what == "renewal", BROADCASTS.c.number == month)
    since = switch(connection, _NOTIFIED)
    days = since is not None and hour - int(since) >= _NOTICE_DAYS * 24
    return days and connection.scalar(told) == "done"


def _forget_notices(connection: Connection, *, after: int) -> None:
    """Forget notices of months to come, which a clock gave that was ahead: in their time they are given again."""
    ahead = select(BROADCASTS.c.id).where(BROADCASTS.c.what == "renewal", BROADCASTS.c.number > after)
    found = connection.scalars(ahead).all()
    connection.execute(delete(OUTBOX).where(OUTBOX.c.broadcast.in_(found), OUTBOX.c.state != "sending"))
    connection.execute(delete(BROADCASTS).where(BROADCASTS.c.id.in_(found)))


def _days_left(now: float) -> int:
    """Days until the month ends in Minsk, today included."""
    today = datetime.datetime.fromtimestamp(now, datetime.timezone(datetime.timedelta(hours=3))).date()
    first = (today.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    return (first - today).days


def _prune(connection: Connection) -> None:
    """Forget digests that are over, but for the furthest of each slot, which says what was told, and what was refused."""
    kinds = ("daily", "weekly")
    rows = select(BROADCASTS.c.id, BROADCASTS.c.what, BROADCASTS.c.number, BROADCASTS.c.state)
    found = connection.execute(rows.where(BROADCASTS.c.what.in_(kinds)).order_by(BROADCASTS.c.upto)).all()
    last = {(row.what, row.number % period(row.what)): row.id for row in found}
    over = [row.id for row in found if row.state == "done" and row.id not in last.values()]
    owed = (BROADCASTS.c.what == "owed") & (BROADCASTS.c.state == "done")
    refused = select(OUTBOX.c.broadcast).where(OUTBOX.c.state == "dead")
    ended = (BROADCASTS.c.id.in_(over) | owed) & BROADCASTS.c.id.not_in(refused)
    connection.execute(delete(BROADCASTS).where(ended))
