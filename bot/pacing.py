"""How fast all senders together may send: a bucket of tokens and a pause, kept in one row of the database.

Telegram takes about 30 messages a second (core.telegram.org/bots/faq). Updates go out at 25, and five more are kept for
answers; what people are answered beyond that is taken from the updates. Wall clocks jump: a bucket never holds more than
its burst, and a pause is never longer than Telegram asked, whatever the clock says.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import transaction
from bot.tables import PACE

ALL = "all"
MAX_PAUSE_S = 3600.0
"""Longer pauses are taken for this long, then asked about again with one message."""
_DEBT_S = 2.0
"""Answers beyond what is kept for them hold updates up for no longer: what Telegram took seconds ago it has forgotten."""
_MARGIN_S = 0.25
"""Telegram rounds a pause to whole seconds."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Messages a second for updates, and how many may go at once after a stall."""

    per_s: float = 25.0
    burst: float = 3.0


USUAL = Rate()


@dataclass(frozen=True, slots=True)
class Bucket:
    """The row as it is at one moment."""

    tokens: float
    paused_s: float
    """How long the pause still lasts."""

    def wait_s(self, rate: Rate) -> float:
        """Seconds until a message may go; 0 for now."""
        lacking = max(1.0 - self.tokens, 0.0) / rate.per_s
        return max(self.paused_s, lacking)


def set_up(engine: Engine, now: float) -> None:
    """Make the row that every sender draws from."""
    insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
    row = {"name": ALL, "tokens": 1.0, "at": now, "paused_until": 0.0, "pause_s": 0.0}
    with transaction(engine) as connection:
        connection.execute(insert(PACE).values(row).on_conflict_do_nothing())


def lock(connection: Connection) -> Row[tuple[float, ...]]:
    """The row, held until the transaction ends: senders pass here one at a time.

    A statement that writes comes first because SQLite would not let a transaction that has only read go on to write
    once another one has written.
    """
    statement = update(PACE).where(PACE.c.name == ALL).values(name=ALL)
    return connection.execute(
        statement.returning(PACE.c.tokens, PACE.c.at, PACE.c.paused_until, PACE.c.pause_s)
    ).one()


def refilled(row: Row[tuple[float, ...]], now: float, rate: Rate) -> Bucket:
    """The bucket at `now`. A clock set back adds nothing, one set forward no more than the burst."""
    passed_s = max(now - row.at, 0.0)
    tokens = min(row.tokens + passed_s * rate.per_s, rate.burst)
    return Bucket(tokens, max(min(row.paused_until - now, row.pause_s), 0.0))


def taken_over(bucket: Bucket, over: int, rate: Rate) -> Bucket:
    """The bucket after `over` messages went out that were not drawn from it."""
    return Bucket(max(bucket.tokens - over, -_DEBT_S * rate.per_s), bucket.paused_s)


def write(connection: Connection, bucket: Bucket, now: float) -> None:
    """Keep the bucket as it is now; the end of the pause is told anew, by the clock that is right now."""
    values = {"tokens": bucket.tokens, "at": now, "paused_until": now + bucket.paused_s}
    connection.execute(update(PACE).where(PACE.c.name == ALL).values(values))


def pause(connection: Connection, seconds: float, now: float, rate: Rate) -> None:
    """Telegram asked to wait: every sender does."""
    held = refilled(lock(connection), now, rate)
    paused_s = max(min(seconds, MAX_PAUSE_S) + _MARGIN_S, held.paused_s)
    values = {"tokens": 0.0, "at": now, "paused_until": now + paused_s, "pause_s": paused_s}
    connection.execute(update(PACE).where(PACE.c.name == ALL).values(values))
