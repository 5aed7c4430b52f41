"""Messages that delete themselves where somebody asked for it: sealed like records, and gone within two days.

The Bot API deletes a private chat's messages only for 48 hours (core.telegram.org/bots/api#deletemessage).
"""

import logging
import secrets
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, delete, insert, select

from bot.keys import Key, Keys, KeySource
from bot.tables import DELETIONS

STEP_S = 600
"""Times are kept in steps of ten minutes, later rather than earlier: they tell when somebody wrote."""
A_ROW = 54
"""Messages of one row: 4 bytes each, after the chat id and their number."""
BATCH = 100

_PACKED = 228
_KEPT_S = 48 * 3600
_BOUND = struct.Struct(">16s16sII")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """Messages of one chat whose time has come."""

    id: bytes
    chat: int
    messages: tuple[int, ...]


class Deletions:
    """The table of messages to delete. `keys` returns the keys as they are now, `now` seconds since 1970."""

    def __init__(self, engine: Engine, keys: KeySource, *, now: Callable[[], float]) -> None:
        self._engine = engine
        self._keys = keys
        self._now = now

    def remember(self, chat: int, messages: Sequence[int], due: float) -> None:
        """Keep that these messages of a chat are to be deleted at `due`, seconds since 1970."""
        key, step = self._keys().current, -int(-due // STEP_S)
        rows = [
            sealed_row(key, Due(secrets.token_bytes(16), chat, tuple(messages[at : at + A_ROW])), step)
            for at in range(0, len(messages), A_ROW)
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(insert(DELETIONS), rows)

    def due(self, limit: int = BATCH) -> list[Due]:
        """What is to be deleted now, the oldest first. What Telegram no longer deletes is forgotten."""
        now, keys = self._now(), self._keys()
        with self._engine.begin() as connection:
            connection.execute(delete(DELETIONS).where(DELETIONS.c.due < (now - _KEPT_S) // STEP_S))
            wanted = select(DELETIONS).where(DELETIONS.c.due <= now // STEP_S, _known(keys))
            rows = connection.execute(wanted.order_by(DELETIONS.c.due).limit(limit)).all()
        return self._opened(rows, keys)

    def of_chat(self, chat: int) -> list[Due]:
        """Everything that is to be deleted in a chat, due or not."""
        keys = self._keys()
        tags = [key.tag(chat) for key in keys.all]
        wanted = select(DELETIONS).where(DELETIONS.c.tag.in_(tags), _known(keys))
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return self._opened(rows, keys)

    def done(self, *ids: bytes) -> None:
        """Forget rows whose messages are deleted, or cannot be."""
        if ids:
            with self._engine.begin() as connection:
                connection.execute(delete(DELETIONS).where(DELETIONS.c.id.in_(ids)))

    def _opened(self, rows: Sequence[Row[Any]], keys: Keys) -> list[Due]:
        """The rows, opened; those that were tampered with are forgotten."""
        opened = {row.id: open_row(keys.of(row.kid), row) for row in rows}
        broken = [number for number, due in opened.items() if due is None]
        if broken:
            logger.error("a sealed row does not open")
            self.done(*broken)
        return [due for due in opened.values() if due]


def sealed_row(key: Key, due: Due, step: int) -> dict[str, Any]:
    """The row of some messages of a chat under `key`; `step` is when, in steps since 1970."""
    tag = key.tag(due.chat)
    packed = struct.pack(f">qB{len(due.messages)}I", due.chat, len(due.messages), *due.messages)
    blob = key.seal(packed.ljust(_PACKED, b"\0"), _bound_to(due.id, tag, key.kid, step))
    return {"id": due.id, "tag": tag, "due": step, "kid": key.kid, "blob": blob}


def open_row(key: Key, row: Row[Any]) -> Due | None:
    """What `sealed_row` sealed; None where the row was changed."""
    packed = key.open(row.blob, _bound_to(row.id, row.tag, row.kid, row.due))
    if packed is None:
        return None
    chat, count = struct.unpack_from(">qB", packed)
    return Due(row.id, chat, struct.unpack_from(f">{count}I", packed, struct.calcsize(">qB")))


def _bound_to(number: bytes, tag: bytes, kid: int, step: int) -> bytes:
    return b"deletion 1 " + _BOUND.pack(number, tag, kid, step)


def _known(keys: Keys) -> ColumnElement[bool]:
    """Of a row that can be opened."""
    return DELETIONS.c.kid.in_([key.kid for key in keys.all])
