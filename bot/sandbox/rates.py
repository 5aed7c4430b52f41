"""How often a bot may send: about 30 messages a second, one a second in a chat, 20 a minute in a group (core.telegram.org/bots/faq).

Telegram does not publish its thresholds; these are the documented ones, applied to the second.
"""

from collections import deque
from dataclasses import dataclass, field

from bot.sandbox.refusal import ApiError


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in `seconds`."""

    count: int
    seconds: float


@dataclass(slots=True)
class Rates:
    """Counts what was sent; a call inside a pause is the bot's fault, the call that starts it is not."""

    overall: Limit = Limit(30, 1)
    chat: Limit = Limit(1, 1)
    group: Limit = Limit(20, 60)
    _sent: dict[int | None, deque[float]] = field(default_factory=dict)
    _paused: dict[int | None, float] = field(default_factory=dict)

    def admit(self, chat_id: int, now: float) -> None:
        """Count one message, or refuse it with the pause that is left."""
        own = self.chat if chat_id > 0 else self.group
        for key, limit in ((None, self.overall), (chat_id, own)):
            if (until := self._paused.get(key, 0.0)) > now:
                raise _too_many(until - now, breach=True)
            times = self._sent.setdefault(key, deque())
            while times and times[0] <= now - limit.seconds:
                times.popleft()
            if len(times) >= limit.count:
                self._paused[key] = times[0] + limit.seconds
                raise _too_many(self._paused[key] - now, breach=False)
        for key in (None, chat_id):
            self._sent[key].append(now)


def _too_many(left_s: float, *, breach: bool) -> ApiError:
    seconds = max(1, round(left_s + 0.5))
    return ApiError(
        429,
        f"Too Many Requests: retry after {seconds}",
        breach=breach,
        parameters={"retry_after": seconds},
    )
