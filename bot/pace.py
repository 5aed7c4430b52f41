"""When this process may send next in a chat: answers at once, unless Telegram asked for a pause or an update has just
gone there; and what answers leave to the updates, whose own pace is `pacing.py`."""

import asyncio
import time

SHORT_S = 10.0
"""Longest pause that an answer waits out."""
_A_SECOND = 25
"""Messages a second once the overall limit was met; Telegram allows about 30 (core.telegram.org/bots/faq)."""
_SLOW_S = 10.0
_CHAT_S, _GROUP_S = 1.05, 3.4
"""Between two messages in a chat, and in a group (core.telegram.org/bots/faq)."""
_KEPT = 5.0
"""Answers a second that Telegram takes beside the updates."""
_REMEMBERED = 1_000


class Pace:
    """A pause of one chat holds that chat; short pauses of several chats at once mean the overall limit, and hold all.
    Long ones do not: Telegram asks for them where one chat was written to too much, and whoever fills two chats may
    not silence the others.

    After an overall pause, calls go on evenly for a while: all at once would only be refused again.
    """

    def __init__(self) -> None:
        self._paused: dict[int | str, float] = {}
        self._alone: dict[int | str, float] = {}
        self._slow_until = 0.0
        self._next = 0.0
        self._answered: dict[int | str, float] = {}
        self._told: dict[int | str, float] = {}
        self._kept, self._kept_at, self._over = _KEPT, time.monotonic(), 0

    def pause(self, chat: int | str, seconds: float) -> None:
        """Telegram refused a call to `chat` and asked to wait."""
        now = time.monotonic()
        if seconds > SHORT_S:
            self._alone[chat] = now + seconds
            if len(self._alone) > _REMEMBERED:
                self._alone = _later_than(now, self._alone)
            return
        self._paused[chat] = now + seconds
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
        self._answers(chat)

    def held_s(self, chat: int | str) -> float:
        """Seconds until a call to `chat` may be made, as far as is known now."""
        return self._held_until(chat) - time.monotonic()

    def told(self, chat: int | str) -> None:
        """An update went to `chat`: an answer there waits a moment."""
        self._told[chat] = time.monotonic() + spacing_s(chat)
        if len(self._told) > _REMEMBERED:
            self._told = _later_than(time.monotonic(), self._told)

    def busy_s(self, chat: int | str) -> float:
        """Seconds until an update may go to `chat`, which was answered just now, or asked us to wait."""
        now = time.monotonic()
        return max(self._answered.get(chat, now), self._held_until(chat)) - now

    def take_over(self) -> int:
        """Answers since the last call that went out beyond the five a second that are kept for them."""
        over, self._over = self._over, 0
        return over

    def _answers(self, chat: int) -> None:
        now = time.monotonic()
        self._answered[chat] = now + spacing_s(chat)
        if len(self._answered) > _REMEMBERED:
            self._answered = _later_than(now, self._answered)
        self._kept = min(self._kept + (now - self._kept_at) * _KEPT, _KEPT) - 1
        self._kept_at = now
        if self._kept < 0:
            self._kept, self._over = 0.0, self._over + 1

    def _held_until(self, chat: int | str) -> float:
        paused = self._current()
        own = max(self._told.get(chat, 0.0), self._alone.get(chat, 0.0))
        return max(own, *paused.values()) if len(paused) > 1 else max(own, paused.get(chat, 0.0))

    def _current(self) -> dict[int | str, float]:
        now = time.monotonic()
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}
        return self._paused


def spacing_s(chat: int | str) -> float:
    """Seconds between two messages in a chat."""
    return _CHAT_S if isinstance(chat, int) and chat > 0 else _GROUP_S


def _later_than(now: float, times: dict[int | str, float]) -> dict[int | str, float]:
    return {chat: until for chat, until in times.items() if until > now}
