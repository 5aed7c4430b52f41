"""Which updates were handled, and which are being handled: numbers only, forgotten after a day. Nothing about who
wrote or what."""

import secrets
from collections.abc import Callable
from enum import Enum, auto

from sqlalchemy import Connection, Engine, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import CLAIMS, SEEN

_KEPT_HOURS = 24
"""Telegram keeps an update that was not fetched for 24 hours, so an older number cannot come again."""
LEASE_S = 30
"""Longer than a handler may take."""


class Claim(Enum):
    """Whether an update may be handled now."""

    GRANTED = auto()
    SUSPECT = auto()
    """Granted, but a process died while it handled this update, alone or among others."""
    HELD = auto()
    """Another process is handling it."""
    FINISHED = auto()


class Seen:
    """The tables of handled and claimed updates. `now` returns seconds since 1970."""

    def __init__(self, engine: Engine, *, now: Callable[[], float]) -> None:
        self._engine = engine
        self._now = now
        self._owner = secrets.token_hex(8)
        self._insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert

    def claim(self, update_id: int, *, alone: bool = False) -> Claim:
        """Record, before it is handled, that this process handles `update_id` for the next 30 s.

        A claim that is still there when its owner is gone is a trace of a crash; that of an update that was handled
        alone counts as a failure of the update.
        """
        now = self._now()
        row = {"update_id": update_id, "owner": self._owner, "until": now + LEASE_S, "alone": alone}
        free = or_(CLAIMS.c.until <= now, CLAIMS.c.owner == self._owner)
        with self._engine.begin() as connection:
            if connection.scalar(select(SEEN.c.finished).where(SEEN.c.update_id == update_id)):
                return Claim.FINISHED
            earlier = connection.execute(
                select(CLAIMS.c.owner, CLAIMS.c.alone).where(CLAIMS.c.update_id == update_id)
            ).one_or_none()
            statement = self._insert(CLAIMS).values(row)
            statement = statement.on_conflict_do_update(
                index_elements=[CLAIMS.c.update_id], set_=row, where=free
            )
            taken = connection.execute(statement.returning(CLAIMS.c.update_id)).one_or_none()
            if taken is None:
                return Claim.HELD
            if earlier is None or earlier.owner == self._owner:
                return Claim.GRANTED
            if earlier.alone:
                self._record(connection, update_id, {"attempts": SEEN.c.attempts + 1}, attempts=1)
            return Claim.SUSPECT

    def release(self, update_id: int) -> None:
        """Take the claim back: the update is unfinished, and no crash is to blame."""
        with self._engine.begin() as connection:
            connection.execute(delete(CLAIMS).where(CLAIMS.c.update_id == update_id))

    def finish(self, update_id: int) -> None:
        """Record that `update_id` needs nothing more."""
        with self._engine.begin() as connection:
            self._record(connection, update_id, {"finished": True})
            connection.execute(delete(CLAIMS).where(CLAIMS.c.update_id == update_id))

    def fail(self, update_id: int) -> int:
        """Record one more failure of `update_id`; returns how many there were."""
        with self._engine.begin() as connection:
            return self._record(connection, update_id, {"attempts": SEEN.c.attempts + 1}, attempts=1)

    def failures(self, update_id: int) -> int:
        """How often handling `update_id` failed, or ended the process while it was handled alone."""
        with self._engine.connect() as connection:
            return connection.scalar(select(SEEN.c.attempts).where(SEEN.c.update_id == update_id)) or 0

    def end_claims(self) -> None:
        """Let every claim be that of a dead process. For the only process that uses the database, when it starts."""
        with self._engine.begin() as connection:
            connection.execute(update(CLAIMS).values(until=self._now()))

    def forget_old(self) -> None:
        """Delete what is older than a day."""
        with self._engine.begin() as connection:
            connection.execute(delete(SEEN).where(SEEN.c.hour < self._hour() - _KEPT_HOURS))
            connection.execute(delete(CLAIMS).where(CLAIMS.c.until < self._now() - _KEPT_HOURS * 3600))

    def _record(
        self, connection: Connection, update_id: int, change: dict[str, object], *, attempts: int = 0
    ) -> int:
        row = {
            "update_id": update_id,
            "attempts": attempts,
            "finished": "finished" in change,
            "hour": self._hour(),
        }
        statement = self._insert(SEEN).values(row)
        statement = statement.on_conflict_do_update(index_elements=[SEEN.c.update_id], set_=change)
        return int(connection.execute(statement.returning(SEEN.c.attempts)).scalar_one())

    def _hour(self) -> int:
        return int(self._now() // 3600)
