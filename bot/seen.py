"""Which updates were handled, and which are being handled: numbers only, forgotten after a day. Nothing about who
wrote or what."""

import secrets
from collections.abc import Callable
from enum import Enum, auto

from sqlalchemy import Connection, Engine, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.tables import CLAIMS, SEEN

_KEPT_HOURS = 24
"""Telegram keeps an update that was not fetched for 24 hours, so an older number cannot come again."""
LEASE_S = 30
"""Longer than a handler may take."""


# Made once: to build a statement takes longer than to run it, and these run for every update.
_FAILURES = select(SEEN.c.attempts).where(SEEN.c.update_id == bindparam("number"))
_NUMBER = select(bindparam("number", type_=SEEN.c.update_id.type).label("update_id")).subquery()
_KNOWN = select(SEEN.c.finished, CLAIMS.c.owner, CLAIMS.c.alone).select_from(
    _NUMBER.outerjoin(SEEN, SEEN.c.update_id == _NUMBER.c.update_id).outerjoin(
        CLAIMS, CLAIMS.c.update_id == _NUMBER.c.update_id
    )
)
"""One row: whether an update is finished, and who claimed it last; nulls where nobody did."""
_RELEASE = delete(CLAIMS).where(CLAIMS.c.update_id == bindparam("number"))


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
        insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
        claim, seen = insert(CLAIMS), insert(SEEN)
        self._claim = claim.on_conflict_do_update(
            index_elements=[CLAIMS.c.update_id],
            set_={name: claim.excluded[name] for name in ("owner", "until", "alone")},
            where=or_(CLAIMS.c.until <= bindparam("now"), CLAIMS.c.owner == bindparam("me")),
        ).returning(CLAIMS.c.update_id)
        self._finish = seen.on_conflict_do_update(
            index_elements=[SEEN.c.update_id], set_={"finished": seen.excluded.finished}
        )
        self._fail = seen.on_conflict_do_update(
            index_elements=[SEEN.c.update_id], set_={"attempts": SEEN.c.attempts + 1}
        ).returning(SEEN.c.attempts)

    def claim(self, update_id: int, *, alone: bool = False) -> Claim:
        """Record, before it is handled, that this process handles `update_id` for the next 30 s.

        A claim that is still there when its owner is gone is a trace of a crash; that of an update that was handled
        alone counts as a failure of the update.
        """
        now, number = self._now(), {"number": update_id}
        row = {"update_id": update_id, "owner": self._owner, "until": now + LEASE_S, "alone": alone}
        with self._engine.begin() as connection:
            earlier = connection.execute(_KNOWN, number).one()
            if earlier.finished:
                return Claim.FINISHED
            if connection.execute(self._claim, {**row, "now": now, "me": self._owner}).one_or_none() is None:
                return Claim.HELD
            if earlier.owner in {None, self._owner}:
                return Claim.GRANTED
            if earlier.alone:
                self._count_failure(connection, update_id)
            return Claim.SUSPECT

    def release(self, update_id: int) -> None:
        """Take the claim back: the update is unfinished, and no crash is to blame."""
        with self._engine.begin() as connection:
            connection.execute(_RELEASE, {"number": update_id})

    def finish(self, update_id: int) -> None:
        """Record that `update_id` needs nothing more."""
        row = {"update_id": update_id, "attempts": 0, "finished": True, "hour": self._hour()}
        with self._engine.begin() as connection:
            connection.execute(self._finish, row)
            connection.execute(_RELEASE, {"number": update_id})

    def fail(self, update_id: int) -> int:
        """Record one more failure of `update_id`; returns how many there were."""
        with self._engine.begin() as connection:
            return self._count_failure(connection, update_id)

    def failures(self, update_id: int) -> int:
        """How often handling `update_id` failed, or ended the process while it was handled alone."""
        with self._engine.connect() as connection:
            return connection.scalar(_FAILURES, {"number": update_id}) or 0

    def end_claims(self) -> None:
        """Let every claim be that of a dead process. For the only process that uses the database, when it starts."""
        with self._engine.begin() as connection:
            connection.execute(update(CLAIMS).values(until=self._now()))

    def forget_old(self) -> None:
        """Delete what is older than a day."""
        with self._engine.begin() as connection:
            connection.execute(delete(SEEN).where(SEEN.c.hour < self._hour() - _KEPT_HOURS))
            connection.execute(delete(CLAIMS).where(CLAIMS.c.until < self._now() - _KEPT_HOURS * 3600))

    def _count_failure(self, connection: Connection, update_id: int) -> int:
        row = {"update_id": update_id, "attempts": 1, "finished": False, "hour": self._hour()}
        return int(connection.execute(self._fail, row).scalar_one())

    def _hour(self) -> int:
        return int(self._now() // 3600)
