"""Moving every row from older secret keys to the current one, while the bot goes on answering."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, insert, select, update

from bot.broadcasts import ROTATING, may_rotate
from bot.database import clock, tags_move, transaction
from bot.deletions import open_row
from bot.deletions import sealed_row as sealed_deletion
from bot.keys import Key, Keys
from bot.record import packed_chat
from bot.subscribers import KEY_SWITCH, bound_to, check_keys, checkpoint
from bot.switches import set_switch
from bot.tables import DELETIONS, OUTBOX, SUBSCRIBERS
from corpus.errors import SpravaError

CHUNK = 2000
"""Rows that are moved in one transaction: so few that nobody else waits for the database for long."""
_LEASE_S = 60
_PATIENCE_S = 30.0
"""Longer than a message may be under way, and well within the lease."""
_UNDER_WAY_S = 0.5


class RotationError(SpravaError):
    """The rows cannot be moved to another key now."""


class HandingOutError(RotationError):
    """Tags must not change while a broadcast walks in their order."""

    def __init__(self) -> None:
        super().__init__(
            "Updates are being handed out: wait until `sprava news status` shows none, or cancel them."
        )


class Rotation:
    """One run over the whole table. A run that was interrupted is begun anew, and finds what is left."""

    def __init__(self, engine: Engine, keys: Keys, *, now: Callable[[], float]) -> None:
        """`now` is the clock of an SQLite database, which has none of its own."""
        self._engine = engine
        self._keys = keys
        self._now = now

    def run(self, progress: Callable[[int, int], None]) -> int:
        """Move every row; how many there were. `progress` is told how many are done, of how many.

        Raises `RotationError` while updates are being handed out, which goes by tags as this does, and `LostKeyError`.
        """
        check_keys(self._engine, self._keys)
        self._begin()
        try:
            moved = self._move_records(progress)
            self._move_deletions()
        finally:
            with transaction(self._engine) as connection:
                set_switch(connection, ROTATING, None)
        checkpoint(self._engine)
        return moved

    def _begin(self) -> None:
        """Take the switch that holds every update back, and wait for those that were already on their way."""
        with transaction(self._engine) as connection:
            if not may_rotate(connection, clock(connection, self._now)):
                raise HandingOutError
            set_switch(connection, KEY_SWITCH, str(self._keys.current.kid))
            self._hold(connection)
        until = time.monotonic() + _PATIENCE_S
        while not self._is_quiet():
            if time.monotonic() > until:  # announced meanwhile: not handed out as long as the switch is held
                with transaction(self._engine) as connection:
                    set_switch(connection, ROTATING, None)
                raise HandingOutError
            time.sleep(_UNDER_WAY_S)

    def _is_quiet(self) -> bool:
        time.sleep(_UNDER_WAY_S)  # a transaction that did not see the switch yet ends within this time
        with self._engine.connect() as connection:
            return may_rotate(connection, clock(connection, self._now))

    def _hold(self, connection: Connection) -> None:
        set_switch(connection, ROTATING, str(clock(connection, self._now) + _LEASE_S))

    def _move_records(self, progress: Callable[[int, int], None]) -> int:
        old = SUBSCRIBERS.c.kid != self._keys.current.kid
        with self._engine.connect() as connection:
            in_all = connection.scalar(select(func.count()).select_from(SUBSCRIBERS).where(old)) or 0
        moved, cursor = 0, b""
        while True:
            wanted = select(SUBSCRIBERS).where(old, SUBSCRIBERS.c.tag > cursor).order_by(SUBSCRIBERS.c.tag)
            with self._engine.connect() as connection:
                rows = connection.execute(wanted.limit(CHUNK)).all()
            if rows:
                moved += self._move_chunk({row.tag: row for row in rows})
                cursor = rows[-1].tag
                progress(moved, in_all)
            elif cursor:
                cursor = b""  # once more, for rows that changed while they were being sealed
            else:
                return moved

    def _move_chunk(self, rows: dict[bytes, Row[Any]]) -> int:
        """Seal outside the transaction; in it move those rows that are still as they were read."""
        sealed = {tag: self._sealed_anew(row) for tag, row in rows.items()}
        now_there = select(SUBSCRIBERS.c.tag, SUBSCRIBERS.c.blob).where(SUBSCRIBERS.c.tag.in_(list(rows)))
        # Not `transaction`: a power cut may undo a chunk as a whole, and only the end is told to anybody.
        with self._engine.begin() as connection:
            tags_move(connection)
            self._hold(connection)  # first, because writing keeps every other writer out of SQLite
            there = connection.execute(now_there.with_for_update()).all()
            same = [tag for tag, blob in there if blob == rows[tag].blob]
            fresh = [sealed[tag] for tag in same]
            if same:
                connection.execute(delete(SUBSCRIBERS).where(SUBSCRIBERS.c.tag.in_(same)))
                connection.execute(insert(SUBSCRIBERS), sorted(fresh, key=lambda row: bytes(row["tag"])))
                self._move_queue(connection, {tag: sealed[tag]["tag"] for tag in same})
        return len(same)

    def _sealed_anew(self, row: Row[Any]) -> dict[str, Any]:
        """The row under the current key. One that does not open keeps its blob, and opens under no key as before."""
        key = self._keys.current
        packed = self._keys.of(row.kid).open(row.blob, bound_to(row.tag, row.kid, row.month))
        if packed is None:
            return {"tag": row.tag, "kid": key.kid, "blob": row.blob, "month": row.month}
        tag = key.tag(packed_chat(packed))
        blob = key.seal(packed, bound_to(tag, key.kid, row.month))
        return {"tag": tag, "kid": key.kid, "blob": blob, "month": row.month}

    def _move_queue(self, connection: Connection, tags: dict[bytes, bytes]) -> None:
        queued = select(OUTBOX.c.tag).where(OUTBOX.c.tag.in_(list(tags))).distinct()
        moves = [{"old": tag, "new": tags[tag]} for tag in connection.scalars(queued)]
        if moves:
            moved = update(OUTBOX).where(OUTBOX.c.tag == bindparam("old")).values(tag=bindparam("new"))
            connection.execute(moved, moves)

    def _move_deletions(self) -> None:
        """The few messages that are to delete themselves: a row at a time, each in its place."""
        older: dict[int, Key] = {key.kid: key for key in self._keys.older}
        with transaction(self._engine) as connection:
            rows = connection.execute(select(DELETIONS).where(DELETIONS.c.kid.in_(older))).all()
            for row in rows:
                if due := open_row(older[row.kid], row):
                    values = sealed_deletion(self._keys.current, due, row.due)
                    connection.execute(update(DELETIONS).where(DELETIONS.c.id == row.id).values(values))
