"""Updates in: polled, kept in order within a chat, acknowledged to Telegram only after they were handled.

Telegram is the durable inbox. getUpdates with an offset confirms every lower update, so the offset is always the
lowest unfinished number: a killed process loses nothing, and no question is ever written to our disk.
python-telegram-bot's own loop confirms a batch as soon as it is queued in memory.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.asker import Crowd
from bot.handling import Handling, Outcome
from bot.transport import TelegramBot
from corpus.errors import SpravaError

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
"""What the handlers know in private chats and groups; `places.py` adds the rest, Telegram drops all others."""

WINDOW = 100
"""Most updates one getUpdates returns, and so the most that are in flight."""
POLL_S = 50
"""Seconds Telegram holds an empty poll (its maximum)."""
_SAME_OFFSET_S = 0.6
"""Between polls that repeat their offset: while one chat waits for its reply, everybody else waits for this. Telegram gives
one update at a time to who repeats it within half a second; within three it only lengthens timeouts shorter than that,
and ours is not (telegram-bot-api, Client.cpp)."""
_COALESCE_S = 0.02
_STANDBY_S = (5.0, 60.0)
_NETWORK_S = (0.5, 60.0)
DRAIN_S = 25.0

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
    """The poll loop: a task for each update, in the order of its lane."""

    def __init__(
        self,
        bot: TelegramBot,
        handling: Handling,
        *,
        crowd: Crowd,
        allowed: Sequence[str] = ALLOWED_UPDATES,
    ) -> None:
        self._bot = bot
        self._handling = handling
        self._crowd = crowd
        self._allowed = list(allowed)
        self._polling = False
        self._offset: int | None = None
        self._highest: int | None = None
        self._open: dict[int, None] = {}
        self._finished: set[int] = set()
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
        if not self._polling:
            await (
                self._bot.delete_webhook()
            )  # set by an earlier `--webhook`; while there is one, polls are refused
            self._polling = True
        parameters = {"limit": WINDOW, "timeout": POLL_S, "allowed_updates": self._allowed}
        if self._offset is not None:
            parameters["offset"] = self._offset
        return await self._bot.raw_updates(**parameters)

    def _take(self, updates: list[dict[str, Any]]) -> None:
        by_id = {update["update_id"]: update for update in updates if is_numbered(update)}
        self._crowd.note(full=len(updates) >= WINDOW)
        if by_id:
            self._highest = max(by_id)
        for update_id in sorted(by_id):
            if update_id not in self._open and update_id not in self._finished:
                self._open[update_id] = None
                task = asyncio.create_task(self._serve(by_id[update_id]))
                self._tasks.add(task)
                task.add_done_callback(self._ended)
        self._move_offset()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # The database failed, say: going on would answer the same questions for ever.
            self._broken = error
            self.stop()

    async def _serve(self, update: dict[str, Any]) -> None:
        async with self._handling.turn(update):
            network = Backoff(*_NETWORK_S)
            outcome = None
            while outcome is not Outcome.DONE:
                if self._stopping.is_set():
                    return
                outcome = await self._handling.attempt(update)
                if outcome in {Outcome.UNREACHABLE, Outcome.HELD}:
                    await self._pause(network.next())
        update_id = update["update_id"]
        self._finished.add(update_id)
        del self._open[update_id]
        self._move_offset()

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
            await asyncio.wait(self._tasks, timeout=DRAIN_S)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)  # each takes its claim back
        logger.info("stopped", extra={"unfinished": len(self._open)})


def is_numbered(update: dict[str, Any]) -> bool:
    """Whether an update has a number that the database can hold; no other can be told from one that was handled."""
    number = update.get("update_id")
    return type(number) is int and 0 <= number < 2**63


def seconds_of(error: RetryAfter) -> float:
    """The pause that Telegram asks for."""
    wait = error.retry_after  # an int now, a timedelta in a later version of the library
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
