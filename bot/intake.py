"""Updates in: polled, kept in order within a chat, acknowledged to Telegram only after they were handled.

Telegram is the durable inbox. getUpdates with an offset confirms every lower update, so the offset is always the
lowest unfinished number: a killed process loses nothing, and no question is ever written to our disk.
python-telegram-bot's own loop confirms a batch as soon as it is queued in memory.
"""

import asyncio
import logging
import random
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from telegram import Update
from telegram.error import Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.seen import Seen
from bot.transport import NotSentError, TelegramBot
from corpus.errors import SpravaError

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
"""Every kind that the handlers know; Telegram drops the others."""

WINDOW = 100
"""Most updates one getUpdates returns, and so the most that are in flight."""
POLL_S = 50
"""Seconds Telegram holds an empty poll (its maximum)."""
HANDLER_S = 20
ATTEMPTS = 2

_SAME_OFFSET_S = 3.0
"""Telegram throttles a poll that repeats its offset sooner (telegram-bot-api, Client.cpp)."""
_COALESCE_S = 0.02
_STANDBY_S = (5.0, 60.0)
_NETWORK_S = (0.5, 60.0)
_DRAIN_S = 25.0

logger = logging.getLogger(__name__)


class TokenRejectedError(SpravaError):
    """Telegram does not know the token."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram rejected the bot token: check SPRAVA_BOT_TOKEN or its file; @BotFather shows it."
        )


class Backoff:
    """Growing pauses with jitter: `next()` doubles from the first to the last, `reset()` starts over."""

    def __init__(self, first_s: float, last_s: float) -> None:
        self._first_s, self._last_s = first_s, last_s
        self._pause_s = first_s

    @property
    def fresh(self) -> bool:
        """Whether no pause was taken since the last reset."""
        return self._pause_s == self._first_s

    def next(self) -> float:
        """Seconds to pause now."""
        pause_s, self._pause_s = self._pause_s, min(self._pause_s * 2, self._last_s)
        return pause_s * random.uniform(0.5, 1)  # noqa: S311 (spreads load, guards nothing)

    def reset(self) -> None:
        """What was tried worked."""
        self._pause_s = self._first_s


class Intake:
    """The poll loop and a serial queue for each chat.

    `handle` does all that an update asks for. `give_up` tells the person, with a code that the log has too, that the
    update failed for good.
    """

    def __init__(
        self,
        bot: TelegramBot,
        seen: Seen,
        *,
        handle: Callable[[Update], Awaitable[None]],
        give_up: Callable[[Update, str], Awaitable[None]],
    ) -> None:
        self._bot = bot
        self._seen = seen
        self._handle = handle
        self._give_up = give_up
        self._offset: int | None = None
        self._highest: int | None = None
        self._open: dict[int, None] = {}
        self._finished: set[int] = set()
        self._lanes: dict[int | str, deque[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._moved = asyncio.Event()
        self._stopping = asyncio.Event()
        self._broken: BaseException | None = None

    async def run(self) -> None:
        """Poll until `stop`; then finish what was begun. Raises `TokenRejectedError`."""
        conflict, network = Backoff(*_STANDBY_S), Backoff(*_NETWORK_S)
        while not self._stopping.is_set():
            started, offset = time.monotonic(), self._offset
            try:
                updates = await self._unless_stopping(self._poll())
            except InvalidToken:
                raise TokenRejectedError from None
            except Conflict:
                if conflict.fresh:
                    logger.error("another poller holds the token")
                await self._pause(conflict.next())
            except RetryAfter as error:
                await self._pause(seconds_of(error))
            except TelegramError as error:
                logger.warning("telegram unreachable", extra={"error": type(error).__name__})
                await self._pause(network.next())
            else:
                if not conflict.fresh:
                    logger.info("poller alone again")
                conflict.reset()
                network.reset()
                self._take(updates or [])
                await self._until_next(started, offset)
        await self._drain()
        if self._broken:
            raise self._broken

    def stop(self) -> None:
        """Take no more updates. Safe at any moment: what is unfinished stays with Telegram."""
        self._stopping.set()

    async def _poll(self) -> list[dict[str, Any]]:
        parameters = {"limit": WINDOW, "timeout": POLL_S, "allowed_updates": ALLOWED_UPDATES}
        if self._offset is not None:
            parameters["offset"] = self._offset
        return await self._bot.raw_updates(**parameters)

    def _take(self, updates: list[dict[str, Any]]) -> None:
        by_id = {
            update["update_id"]: update for update in updates if isinstance(update.get("update_id"), int)
        }
        new = [i for i in sorted(by_id) if i not in self._open and i not in self._finished]
        self._finished |= self._seen.finished(new) if new else set()
        if by_id:
            self._highest = max(by_id)
        for update_id in new:
            if update_id not in self._finished:
                self._open[update_id] = None
                self._enqueue(by_id[update_id])
        self._move_offset()

    def _enqueue(self, update: dict[str, Any]) -> None:
        chat = chat_of(update)
        lane = self._lanes.setdefault(chat, deque())
        lane.append(update)
        if len(lane) == 1:
            task = asyncio.create_task(self._serve(chat))
            self._tasks.add(task)
            task.add_done_callback(self._lane_ended)

    def _lane_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._broken = (
                error  # the database failed, say: going on would answer the same questions for ever
            )
            self.stop()

    async def _serve(self, chat: int | str) -> None:
        lane = self._lanes[chat]
        while lane and not self._stopping.is_set():
            if await self._settle(lane[0]):
                update_id = lane[0]["update_id"]
                self._seen.finish(update_id)
                self._finished.add(update_id)
                del self._open[update_id]
                self._move_offset()
            lane.popleft()
        del self._lanes[chat]

    async def _settle(self, raw: dict[str, Any]) -> bool:
        """Handle one update until it is done or given up; false if the stop came first."""
        network = Backoff(*_NETWORK_S)
        while True:
            update = None
            try:
                async with asyncio.timeout(HANDLER_S):
                    update = Update.de_json(raw, self._bot)
                    await self._handle(update)
            except Forbidden:
                return True  # blocked, or removed from the group: there is nobody to answer
            except (NotSentError, InvalidToken):
                await self._pause(network.next())  # no fault of the update: it waits until Telegram is back
                if self._stopping.is_set():
                    return False
            except Exception as error:  # noqa: BLE001 (whatever it is, one update may not stop the bot)
                if await self._failed(raw["update_id"], update, error):
                    return True
            else:
                return True

    async def _failed(self, update_id: int, update: Update | None, error: Exception) -> bool:
        """Count the failure; true if it was the last one allowed."""
        attempts = self._seen.fail(update_id)
        fields = {"update_id": update_id, "attempts": attempts}
        logger.warning("handler failed", extra=fields, exc_info=error)
        if attempts < ATTEMPTS:
            return False
        code = f"E-{secrets.token_hex(2).upper()}"
        logger.error("update given up" if update else "update unreadable", extra={**fields, "code": code})
        if update:
            try:
                async with asyncio.timeout(HANDLER_S):
                    await self._give_up(update, code)
            except (TelegramError, TimeoutError) as failure:
                logger.warning("reply dropped", extra={"error": type(failure).__name__, "code": code})
        return True

    def _move_offset(self) -> None:
        if self._highest is None:
            return
        offset = min(self._open, default=self._highest + 1)
        if offset != self._offset:
            self._offset = offset
            self._finished = {i for i in self._finished if i >= offset}
            self._moved.set()

    async def _until_next(self, started: float, offset: int | None) -> None:
        """Return when the offset has moved, or when the same one may be asked for again."""
        if self._offset == offset:
            self._moved.clear()
            left_s = started + _SAME_OFFSET_S - time.monotonic()
            try:
                async with asyncio.timeout(max(left_s, 0)):
                    await self._unless_stopping(self._moved.wait())
            except TimeoutError:
                return
        await asyncio.sleep(_COALESCE_S)  # updates that finish together are confirmed together

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _unless_stopping(self, work: Awaitable[Any]) -> Any:
        """The result of `work`, or None as soon as the stop comes."""
        task = asyncio.ensure_future(work)
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            stop.cancel()
            task.cancel()

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_DRAIN_S)
        for task in self._tasks:
            task.cancel()
        logger.info("stopped", extra={"unfinished": len(self._open)})


def chat_of(update: dict[str, Any]) -> int | str:
    """What orders an update among others: its chat, else its person, else nothing but itself."""
    query = update.get("callback_query")
    events = [update.get(kind) for kind in ("message", "edited_message", "my_chat_member")]
    events += [query.get("message"), {"chat": query.get("from")}] if isinstance(query, dict) else []
    chats = [event.get("chat") for event in events if isinstance(event, dict)]
    ids = [chat.get("id") for chat in chats if isinstance(chat, dict)]
    return next((i for i in ids if isinstance(i, int)), f"update {update['update_id']}")


def seconds_of(error: RetryAfter) -> float:
    """The pause that Telegram asks for."""
    wait = error.retry_after  # an int now, a timedelta in a later version of the library
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
