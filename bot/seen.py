"""Which updates were handled: numbers only, forgotten after a day. Nothing about who wrote or what."""

from collections.abc import Callable, Collection

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import SEEN

_KEPT_HOURS = 24
"""Telegram keeps an update that was not fetched for 24 hours, so an older number cannot come again."""


class Seen:
    """The table of handled updates. `now` returns seconds since 1970."""

    def __init__(self, engine: Engine, *, now: Callable[[], float]) -> None:
        self._engine = engine
        self._now = now

    def finished(self, update_ids: Collection[int]) -> set[int]:
        """Those of `update_ids` that were answered or given up."""
        query = select(SEEN.c.update_id).where(SEEN.c.update_id.in_(update_ids), SEEN.c.finished)
        with self._engine.connect() as connection:
            return set(connection.scalars(query))

    def finish(self, update_id: int) -> None:
        """Record that `update_id` needs nothing more."""
        self._record(update_id, {"finished": True})

    def fail(self, update_id: int) -> int:
        """Record one more failure of `update_id`; returns how many there were."""
        return self._record(update_id, {"attempts": SEEN.c.attempts + 1}, attempts=1)

    def forget_old(self) -> None:
        """Delete what is older than a day."""
        with self._engine.begin() as connection:
            connection.execute(delete(SEEN).where(SEEN.c.hour < self._hour() - _KEPT_HOURS))

    def _record(self, update_id: int, change: dict[str, object], *, attempts: int = 0) -> int:
        insert = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
        row = {
            "update_id": update_id,
            "attempts": attempts,
            "finished": "finished" in change,
            "hour": self._hour(),
        }
        statement = (
            insert(SEEN).values(row).on_conflict_do_update(index_elements=[SEEN.c.update_id], set_=change)
        )
        with self._engine.begin() as connection:
            return int(connection.execute(statement.returning(SEEN.c.attempts)).scalar_one())

    def _hour(self) -> int:
        return int(self._now() // 3600)
