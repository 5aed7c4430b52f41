"""The messages of a private chat that are still known, so that /forget can delete them: numbers in memory for every
chat, and in the database for a chat whose messages delete themselves."""

import asyncio
import logging
from array import array
from collections.abc import Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError

from bot.deletions import Deletions
from bot.memory import Recent
from bot.record import DeleteAfter
from bot.subscribers import Subscribers
from corpus.errors import SpravaError

DELETABLE_S = 48 * 3600
"""Telegram lets a bot delete nothing older (Bot API, deleteMessages)."""
_MOST = 200
"""Messages of a chat that are remembered in memory."""
logger = logging.getLogger(__name__)

_DELAY_S = {DeleteAfter.MINUTES: 300, DeleteAfter.HOUR: 3600, DeleteAfter.DAY: 86_400}


class Dialogue:
    """What was written in each private chat, as message numbers. `now` is the time in seconds since 1970."""

    def __init__(
        self,
        subscribers: Subscribers | None = None,
        deletions: Deletions | None = None,
        *,
        now: Callable[[], float],
    ) -> None:
        self._subscribers = subscribers
        self._deletions = deletions
        self._now = now
        self._known: Recent[array[int]] = Recent()

    async def note(self, chat: int, message: int) -> None:
        """Remember a message of either side; where the chat asks for it, until it deletes itself."""
        if chat < 0:  # a group
            return
        known = self._known.get(chat) or array("q")
        known.extend((message, int(self._now())))
        self._known.put(known[-2 * _MOST :], chat)
        if self._subscribers and self._deletions:
            record = self._subscribers.get(chat)  # a thread of its own would cost more than the look
            if record and record.delete_after in _DELAY_S:
                due = self._now() + _DELAY_S[record.delete_after]
                await asyncio.to_thread(self._deletions.remember, chat, [message], due)

    async def note_sent(self, chat: int, message: int) -> None:
        """The same of a message that is sent already: a failure to remember it must not send it again."""
        try:
            await self.note(chat, message)
        except (SQLAlchemyError, SpravaError) as error:
            logger.warning("message not noted", extra={"error": type(error).__name__})

    async def known(self, chat: int) -> list[int]:
        """The messages that are known and may still be deleted, oldest first."""
        pairs = self._known.get(chat) or array("q")
        youngest = self._now() - DELETABLE_S
        found = {pairs[at] for at in range(0, len(pairs), 2) if pairs[at + 1] > youngest}
        if self._deletions:
            for row in await asyncio.to_thread(self._deletions.of_chat, chat):
                found.update(row.messages)
        return sorted(found)

    async def drop(self, chat: int, *, deleted: bool) -> None:
        """Remember nothing of a chat any more; what could not be `deleted` is tried again later, where that can be
        kept."""
        messages = [] if deleted else await self.known(chat)
        self._known.drop(chat)
        if self._deletions:
            await asyncio.to_thread(self._owe, self._deletions, chat, messages)

    def _owe(self, deletions: Deletions, chat: int, messages: Sequence[int]) -> None:
        """Let these messages of a chat be all that is still to be deleted, at once."""
        deletions.done(*(row.id for row in deletions.of_chat(chat)))
        deletions.remember(chat, messages, self._now())
