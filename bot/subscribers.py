"""The people who follow something: rows that only the secret key finds and opens. Nothing here lists or names anybody.

A row is written with its month in plain, so that it expires even while the key is away; tag, key number and month are
bound into the sealed record, so a row cannot be moved, renewed or exchanged by editing the database.
"""

import logging
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, bindparam, delete, func, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite

from bot.broadcasts import SPACING
from bot.database import tags_stay, transaction
from bot.keys import Key, Keys, KeySource, LostKeyError
from bot.record import Record, pack, unpack
from bot.switches import set_switch, switch
from bot.tables import DELETIONS, OUTBOX, SUBSCRIBERS, SWITCHES
from corpus.errors import SpravaError

CHUNK = 5000
"""Rows that one transaction reads or changes, so that answers never wait for long."""
KEY_SWITCH = "key"
"""Since a rotation began: the number of the key that every process must know."""

_MINSK_S = 3 * 3600
_FIRST_YEAR = 2020
_BOUND = struct.Struct(">16sII")

logger = logging.getLogger(__name__)


class StaleKeyError(SpravaError):
    """Another process rotates to a key that this one was not given."""

    def __init__(self) -> None:
        super().__init__("The rows move to a new secret key that this process was not given: restart it.")


def month_of(seconds: float) -> int:
    """The month in Minsk, counted from January 2020."""
    date = time.gmtime(seconds + _MINSK_S)
    return (date.tm_year - _FIRST_YEAR) * 12 + date.tm_mon - 1


def check_keys(engine: Engine, keys: Keys | None) -> None:
    """Raises `LostKeyError` where somebody's row could not be opened. For the start, before anything is sent."""
    known = [key.kid for key in keys.all] if keys else []
    unknown = select(SUBSCRIBERS.c.kid).where(SUBSCRIBERS.c.kid.not_in(known)).limit(1)
    with engine.connect() as connection:
        if connection.scalar(unknown) is not None:
            raise LostKeyError


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record as it lies in the database."""

    tag: bytes
    kid: int
    blob: bytes
    month: int


class Subscribers:
    """The table of sealed records. `keys` returns the keys as they are now, `now` seconds since 1970."""

    def __init__(self, engine: Engine, keys: KeySource, *, now: Callable[[], float]) -> None:
        self._engine = engine
        self._keys = keys
        self._now = now
        self._insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert

    def tag(self, chat: int) -> bytes:
        """Under which a new row of this chat is found."""
        return self._keys().current.tag(chat)

    def tags_of(self, chat: int) -> list[bytes]:
        """Every tag under which this chat may be found, the current key's first."""
        return [key.tag(chat) for key in self._keys().all]

    def get(self, chat: int) -> Record | None:
        """What is kept about a chat; None where nothing is, or where the row was tampered with."""
        with self._engine.connect() as connection:
            keys, row = self._look(connection, chat)
            return _opened(row, keys) if row else None

    def month(self, chat: int) -> int | None:
        """The month, counted from January 2020, in which a chat joined or last renewed."""
        with self._engine.connect() as connection:
            _, row = self._look(connection, chat)
            return row.month if row else None

    def waiting(self, chat: int) -> int:
        """How many rows are queued under the tags of a chat, whether it follows what they tell or not."""
        with self._engine.connect() as connection:
            tags = [key.tag(chat) for key in self._known(connection).all]
            mine = OUTBOX.c.tag.in_(tags), OUTBOX.c.broadcast != SPACING
            queued = select(func.count()).select_from(OUTBOX).where(*mine)
            return connection.scalar(queued) or 0

    def change(
        self, chat: int, make: Callable[[Record | None], Record | None], *, renew: bool
    ) -> Record | None:
        """Keep what `make` makes of a chat's record, in one transaction: nothing that was read before /stop is written
        after it. None deletes the record. Without `renew` it expires when it would have.

        A row stays under the key it has until the keys are rotated: a broadcast walks in the order of tags, so none
        may change while one is on its way.
        """
        with transaction(self._engine) as connection:
            tags_stay(connection)
            keys = self._known(connection)
            earlier = _held(connection, keys, chat)
            record = make(_opened(earlier, keys) if earlier else None)
            if record is None:
                _delete(connection, keys, chat)
            else:
                key = keys.of(earlier.kid) if earlier else keys.current
                month = month_of(self._now()) if renew or not earlier else earlier.month
                row = sealed_row(record, key, month)
                statement = self._insert(SUBSCRIBERS).values(row)
                connection.execute(
                    statement.on_conflict_do_update(index_elements=[SUBSCRIBERS.c.tag], set_=row)
                )
        if record is None:
            checkpoint(self._engine)
        return record

    def forget(self, chat: int, *, drop_deletions: bool = False) -> bool:
        """Delete the record and everything queued for the chat in one transaction; whether there was a record. With
        `drop_deletions` also what was to be deleted in the dialogue later."""
        with transaction(self._engine) as connection:
            tags_stay(connection)
            keys = self._known(connection)
            gone = _delete(connection, keys, chat)
            if drop_deletions:
                tags = [key.tag(chat) for key in keys.all]
                connection.execute(delete(DELETIONS).where(DELETIONS.c.tag.in_(tags)))
        checkpoint(self._engine)
        return gone

    def open_many(self, tags: Sequence[bytes]) -> dict[bytes, Record]:
        """The records of those tags that still have one. Raises `LostKeyError`."""
        found: dict[bytes, Record] = {}
        for start in range(0, len(tags), CHUNK):
            wanted = list(tags[start : start + CHUNK])
            with self._engine.connect() as connection:
                keys = self._known(connection)
                rows = connection.execute(select(SUBSCRIBERS).where(SUBSCRIBERS.c.tag.in_(wanted))).all()
            found |= {row.tag: record for row in rows if (record := _opened(row, keys))}
        return found

    def opened(self, rows: Sequence[Sealed]) -> dict[bytes, Record]:
        """The records of rows that were read already, by tag; those that do not open are left out."""
        keys = self._keys()
        return {row.tag: record for row in rows if (record := _opened(row, keys))}

    def tags_after(self, cursor: bytes, limit: int) -> list[bytes]:
        """The next tags behind `cursor`, in their order, which says nothing of people; b"" is before the first."""
        tags = select(SUBSCRIBERS.c.tag).where(SUBSCRIBERS.c.tag > cursor)
        with self._engine.connect() as connection:
            return list(connection.scalars(tags.order_by(SUBSCRIBERS.c.tag).limit(limit)))

    def scan(self) -> Iterator[Record]:
        """Every record, a chunk in memory at a time."""
        cursor = b""
        while tags := self.tags_after(cursor, CHUNK):
            yield from self.open_many(tags).values()
            cursor = tags[-1]

    def expire(self, before: int) -> int:
        """Delete the rows that were last renewed before a month; how many there were."""
        old = select(SUBSCRIBERS.c.tag).where(SUBSCRIBERS.c.month < before)
        gone = 0
        while True:
            with transaction(self._engine) as connection:
                tags_stay(connection)
                tags = list(connection.scalars(old.limit(CHUNK)))
                connection.execute(delete(SUBSCRIBERS).where(SUBSCRIBERS.c.tag.in_(tags)))
                connection.execute(delete(OUTBOX).where(OUTBOX.c.tag.in_(tags), OUTBOX.c.state != "sending"))
            gone += len(tags)
            if len(tags) < CHUNK:
                break
        if gone:
            checkpoint(self._engine)
        return gone

    def count_rounded(self) -> int:
        """How many rows there are, rounded down to ten, so that nobody's coming or going shows."""
        with self._engine.connect() as connection:
            return rounded(connection.scalar(select(func.count()).select_from(SUBSCRIBERS)) or 0)

    def _known(self, connection: Connection) -> Keys:
        """The keys, after a look whether they are still those of the table."""
        keys = self._keys()
        _check_key(keys, switch(connection, KEY_SWITCH))
        return keys

    def _look(self, connection: Connection, chat: int) -> tuple[Keys, Sealed | None]:
        """The same, and the row of a chat, under whichever key it is, in one statement: it runs for every message."""
        keys = self._keys()
        tags = [key.tag(chat) for key in keys.all]
        rows = connection.execute(_looked_up(len(tags)), {f"tag{n}": tag for n, tag in enumerate(tags)}).all()
        _check_key(keys, rows[0].required)
        found = [Sealed(row.tag, row.kid, row.blob, row.month) for row in rows if row.tag is not None]
        return keys, min(found, key=lambda row: tags.index(row.tag), default=None)


def purge(engine: Engine) -> None:
    """Delete every person's row, and everything that waits to be sent or deleted. Needs no key."""
    with transaction(engine) as connection:
        for table in (SUBSCRIBERS, DELETIONS, OUTBOX):
            if (
                engine.dialect.name == "postgresql"
            ):  # a deleted row stays in the server's file until it is vacuumed
                connection.execute(text(f"TRUNCATE {table.name}"))
            else:
                connection.execute(delete(table))
        set_switch(connection, KEY_SWITCH, None)
    checkpoint(engine)


def rounded(count: int) -> int:
    """Down to ten: the only form in which numbers of people leave the program."""
    return count - count % 10


def sealed_row(record: Record, key: Key, month: int) -> dict[str, Any]:
    """The row of a record under `key`."""
    tag = key.tag(record.chat)
    blob = key.seal(pack(record), bound_to(tag, key.kid, month))
    return {"tag": tag, "kid": key.kid, "blob": blob, "month": month}


def bound_to(tag: bytes, kid: int, month: int) -> bytes:
    """What a sealed record is bound to."""
    return b"subscriber 1 " + _BOUND.pack(tag, kid, month)


def checkpoint(engine: Engine) -> None:
    """Empty SQLite's journal, so that what was deleted is not in it either."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@cache
def _looked_up(tags: int) -> Select[tuple[str | None, bytes, int, bytes, int]]:
    """The key that every process must know, in each row that lies under one of so many tags, or in one of nothing else.
    Made once, as in `seen.py`."""
    key = select(literal(KEY_SWITCH).label("name")).subquery()
    mine = SUBSCRIBERS.c.tag.in_([bindparam(f"tag{n}") for n in range(tags)])
    joined = key.outerjoin(SWITCHES, SWITCHES.c.name == key.c.name).outerjoin(SUBSCRIBERS, mine)
    return select(SWITCHES.c.value.label("required"), *SUBSCRIBERS.c).select_from(joined)


def _check_key(keys: Keys, required: str | None) -> None:
    if required is not None and int(required) not in {key.kid for key in keys.all}:
        raise StaleKeyError


def _held(connection: Connection, keys: Keys, chat: int) -> "Row[tuple[bytes, int, bytes, int]] | None":
    """The row of a chat, under whichever key it is; nobody else changes it before the transaction ends."""
    tags = [key.tag(chat) for key in keys.all]
    rows = connection.execute(select(SUBSCRIBERS).where(SUBSCRIBERS.c.tag.in_(tags)).with_for_update()).all()
    return min(rows, key=lambda row: tags.index(row.tag), default=None)


def _delete(connection: Connection, keys: Keys, chat: int) -> bool:
    """Delete the record of a chat and what is queued for it; whether there was a record. The record goes first, as
    everywhere: who took them in another order would wait for somebody who waits for them."""
    tags = [key.tag(chat) for key in keys.all]
    gone = connection.execute(delete(SUBSCRIBERS).where(SUBSCRIBERS.c.tag.in_(tags))).rowcount > 0
    # What is under way is its sender's to finish: `Outbox.quiet` waits for it.
    connection.execute(delete(OUTBOX).where(OUTBOX.c.tag.in_(tags), OUTBOX.c.state != "sending"))
    return gone


def _opened(row: "Row[tuple[bytes, int, bytes, int]] | Sealed", keys: Keys) -> Record | None:
    packed = keys.of(row.kid).open(row.blob, bound_to(row.tag, row.kid, row.month))
    with suppress(
        ValueError, struct.error
    ):  # of a later version of the bot: /stop deletes it, nobody waits for it
        if packed is not None:
            return unpack(packed)
    logger.error("a sealed row does not open")
    return None
