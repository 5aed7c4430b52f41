"""When to send next, after Telegram asked for a pause. Nothing is held back before it asks."""

import asyncio
import time

_A_SECOND = 25
"""Messages a second once the overall limit was met; Telegram allows about 30 (core.telegram.org/bots/faq)."""
_SLOW_S = 10.0


class Pace:
    """A pause of one chat holds that chat; pauses of several chats at once mean the overall limit, and hold all.

    After an overall pause, calls go on evenly for a while: all at once would only be refused again.
    """

    def __init__(self) -> None:
        self._paused: dict[int, float] = {}
        self._slow_until = 0.0
        self._next = 0.0

    def pause(self, chat: int, seconds: float) -> None:
        """Telegram refused a call to `chat` and asked to wait."""
        self._paused[chat] = time.monotonic() + seconds
        if len(self._current()) > 1:
            self._slow_until = max(self._paused.values()) + _SLOW_S

    async def turn(self, chat: int) -> None:
        """Return when a call to `chat` may be made."""
        while (until := self._held_until(chat)) > (now := time.monotonic()):  # noqa: ASYNC110 (a pause, not an event)
            await asyncio.sleep(until - now)
        if now < self._slow_until:
            mine = max(self._next, now)
            self._next = mine + 1 / _A_SECOND
            await asyncio.sleep(mine - now)

    def _held_until(self, chat: int) -> float:
        paused = self._current()
        return max(paused.values()) if len(paused) > 1 else paused.get(chat, 0.0)

    def _current(self) -> dict[int, float]:
        now = time.monotonic()
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}
        return self._paused
