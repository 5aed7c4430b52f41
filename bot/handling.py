"""One try at an update, the same for polling and webhook: claimed, timed, counted, given up after the second failure.

The claim is on disk before the handler runs. So after a hard crash the next process knows what was in flight, handles
those suspects one at a time, and counts a further crash against the one that was alone: an update that ends the
process every time is given up after its second, and one that only stood beside it is not.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto
from typing import Any

from telegram import Update
from telegram.error import Forbidden, InvalidToken

from bot.lanes import Gate, Lanes
from bot.seen import Claim, Seen
from bot.transport import NotSentError, TelegramBot

HANDLER_S = 25
"""A question waits at most 10 s (`asker.py`), and Telegram has 15 s to take the reply (`transport.py`)."""
_TELL_S = 20
ATTEMPTS = 2

logger = logging.getLogger(__name__)


class Outcome(Enum):
    """What came of one try."""

    DONE = auto()
    """Handled or given up, and recorded as such."""
    FAILED = auto()
    """It failed, and may be tried once more."""
    UNREACHABLE = auto()
    """Telegram could not be reached: no fault of the update."""
    HELD = auto()
    """Another process is at it."""


class Handling:
    """Tries updates. `handle` does all that an update asks for; `begin` does, before its turn comes, what waits for
    nothing. `give_up` tells the person, with a code that the log has too, that the update failed for good."""

    def __init__(
        self,
        bot: TelegramBot,
        seen: Seen,
        *,
        handle: Callable[[Update], Awaitable[None]],
        give_up: Callable[[Update, str], Awaitable[None]],
        begin: Callable[[Update], None] = lambda _update: None,
    ) -> None:
        self._lanes = Lanes()
        self._bot = bot
        self._seen = seen
        self._handle = handle
        self._give_up = give_up
        self._begin = begin
        self._gate = Gate()

    @asynccontextmanager
    async def turn(self, raw: dict[str, Any]) -> AsyncIterator[None]:
        """The turn of an update in its lane; a press is acknowledged before it comes."""
        if "callback_query" in raw and (update := _parsed(raw, self._bot)):
            self._begin(update)
        async with self._lanes.turn(raw):
            yield

    async def attempt(self, raw: dict[str, Any]) -> Outcome:
        """Try an update once. Errors of the database are raised: without it nothing can be promised."""
        update_id = raw["update_id"]
        async with self._gate.among_others():
            claim = self._seen.claim(update_id)
            if claim is Claim.GRANTED:
                return await self._claimed(raw)
        if claim is Claim.SUSPECT:
            async with self._gate.alone():
                if self._seen.failures(update_id) >= ATTEMPTS:
                    await self._stop_trying(update_id, _parsed(raw, self._bot))
                    return Outcome.DONE
                self._seen.claim(update_id, alone=True)
                return await self._claimed(raw)
        return Outcome.HELD if claim is Claim.HELD else Outcome.DONE

    async def _claimed(self, raw: dict[str, Any]) -> Outcome:
        outcome = None
        try:
            outcome = await self._try(raw)
        finally:
            if outcome is not Outcome.DONE:
                self._seen.release(raw["update_id"])
        return outcome

    async def _try(self, raw: dict[str, Any]) -> Outcome:
        update, update_id = None, raw["update_id"]
        try:
            async with asyncio.timeout(HANDLER_S):
                update = Update.de_json(raw, self._bot)
                await self._handle(update)
        except Forbidden:
            pass  # blocked, or removed from the group: there is nobody to answer
        except (NotSentError, InvalidToken):
            return Outcome.UNREACHABLE
        except Exception as error:  # whatever it is, one update may not stop the bot
            attempts = self._seen.fail(update_id)
            logger.warning(
                "handler failed", extra={"update_id": update_id, "attempts": attempts}, exc_info=error
            )
            if attempts < ATTEMPTS:
                return Outcome.FAILED
            await self._stop_trying(update_id, update)
            return Outcome.DONE
        self._seen.finish(update_id)
        return Outcome.DONE

    async def _stop_trying(self, update_id: int, update: Update | None) -> None:
        """Give an update up for good, and only then tell its person."""
        self._seen.finish(update_id)
        code = f"E-{secrets.token_hex(2).upper()}"
        fields = {"update_id": update_id, "code": code}
        logger.error("update given up" if update else "update unreadable", extra=fields)
        if update:
            try:
                async with asyncio.timeout(_TELL_S):
                    await self._give_up(update, code)
            except Exception as failure:  # noqa: BLE001 (the same: it is recorded, nothing is left to try)
                logger.warning("reply dropped", extra={"error": type(failure).__name__, "code": code})


def _parsed(raw: dict[str, Any], bot: TelegramBot) -> Update | None:
    try:
        return Update.de_json(raw, bot)
    except Exception:  # noqa: BLE001 (what cannot be read has nobody to tell)
        return None
