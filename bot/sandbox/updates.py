"""The queue of updates that waits for the bot: getUpdates as tdlib/telegram-bot-api does it (Client.cpp)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.clock import Bell, Clock
from bot.sandbox.refusal import ApiError

MAX_TIMEOUT_S = 50
# How long an update is kept for a bot that does not fetch it, by kind, in seconds.
LIFETIMES_S: Mapping[str, float] = {"callback_query": 150, "inline_query": 30, "chosen_inline_result": 600}
DAY_S = 86_400
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class QueuedUpdate:
    """One update and the virtual time at which it is dropped."""

    number: int
    kind: str
    payload: dict[str, Any]
    expires: float

    def as_json(self) -> dict[str, Any]:
        """The Update object."""
        return {"update_id": self.number, self.kind: self.payload}


class UpdateQueue:
    """Updates in order; an offset confirms all before it; of two polls the older gets a conflict."""

    def __init__(
        self, clock: Clock, bell: Bell, *, throttle: bool = True, first_number: int = 700_000_001
    ) -> None:
        self._clock = clock
        self._bell = bell
        self._throttle = throttle
        self.listener: Callable[[QueuedUpdate], None] | None = None
        self._queue: dict[int, QueuedUpdate] = {}
        self._next = first_number
        self.allowed: frozenset[str] = frozenset()
        self._previous: tuple[int, float] = (-1, float("-inf"))
        self._poll = 0

    def add(self, kind: str, payload: dict[str, Any], *, number: int | None = None) -> int | None:
        """Queue an update, unless the bot does not want its kind; returns its number: the next one, or any for a poison
        update."""
        if (self.allowed and kind not in self.allowed) or (not self.allowed and kind in NOT_BY_DEFAULT):
            return None
        if number is None:
            number, self._next = self._next, self._next + 1
        expires = self._clock.now() + LIFETIMES_S.get(kind, DAY_S)
        self._queue[number] = QueuedUpdate(number, kind, payload, expires)
        if self.listener:
            self.listener(self._queue[number])
        self._bell.ring()
        return number

    def remove(self, number: int) -> None:
        """One update was delivered, or given up."""
        self._queue.pop(number, None)

    def pending(self) -> list[QueuedUpdate]:
        """What has neither been confirmed nor expired."""
        now = self._clock.now()
        self._queue = {number: update for number, update in self._queue.items() if update.expires > now}
        return list(self._queue.values())

    def drop(self) -> None:
        """Forget everything that waits."""
        self._queue.clear()

    async def poll(
        self, *, offset: int = 0, limit: int = 100, timeout_s: int = 0, allowed: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """getUpdates: confirm, then return what waits, or wait up to `timeout_s` virtual seconds for it."""
        if allowed is not None:
            self.allowed = frozenset(allowed)
        started = self._clock.now()
        limit, timeout_s = min(max(limit, 1), 100), min(max(timeout_s, 0), MAX_TIMEOUT_S)
        if self._throttle and offset == self._previous[0]:
            if timeout_s < 3 and started < self._previous[1] + 3:
                timeout_s = 3
            if started < self._previous[1] + 0.5:
                limit = 1
        self._previous = (offset, started)
        self._poll += 1
        self._bell.ring()
        self._confirm(offset)
        return await self._wait(self._poll, lambda: self._from(offset)[:limit], started + timeout_s)

    async def _wait(
        self, poll: int, waiting: Callable[[], list[QueuedUpdate]], deadline: float
    ) -> list[dict[str, Any]]:
        while True:
            if poll != self._poll:
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            found, left = waiting(), deadline - self._clock.now()
            if found or left <= 0:
                return [update.as_json() for update in found]
            await self._bell.wait(left)

    def _confirm(self, offset: int) -> None:
        pending = self.pending()
        kept = pending[offset:] if offset < 0 else [u for u in pending if u.number >= offset]
        self._queue = {update.number: update for update in kept}

    def _from(self, offset: int) -> list[QueuedUpdate]:
        return [update for update in self.pending() if update.number >= offset]
