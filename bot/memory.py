"""What this process remembers about people: in memory, bounded, under keyed digests, gone when it stops."""

import hashlib
import secrets
from collections import OrderedDict
from typing import Generic, TypeVar

QUESTIONS_A_MINUTE = 10
LOOK_UPS_A_MINUTE = 30
"""Cards and lists of people: cheaper than a question, and leafed through."""

_MINUTE_S = 60
_MAX_ENTRIES = 10_000

V = TypeVar("V")


class Recent(Generic[V]):
    """A mapping that knows its keys only as digests under a random key, and forgets its oldest entries."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._values: OrderedDict[bytes, V] = OrderedDict()

    def get(self, *key: object) -> V | None:
        """What was last put under `key`, unless it was forgotten."""
        return self._values.get(self._digest(key))

    def put(self, value: V, *key: object) -> None:
        """Remember `value`."""
        digest = self._digest(key)
        self._values[digest] = value
        self._values.move_to_end(digest)
        if len(self._values) > _MAX_ENTRIES:
            self._values.popitem(last=False)

    def drop(self, *key: object) -> None:
        """Forget what was put under `key`."""
        self._values.pop(self._digest(key), None)

    def _digest(self, key: tuple[object, ...]) -> bytes:
        return hashlib.blake2b(repr(key).encode(), key=self._secret, digest_size=16).digest()


class Limits:
    """Who may ask, and who was already told that they may not. Times are seconds, from the messages themselves:
    questions that waited while the bot was down are not counted as one burst."""

    def __init__(self, a_minute: int = QUESTIONS_A_MINUTE) -> None:
        self._a_minute = a_minute
        self._asked: Recent[list[tuple[float, str]]] = Recent()
        self._told: Recent[float] = Recent()

    def admit(self, person: int, at: float, number: str) -> bool:
        """Whether `person` may ask at `at`: so many questions in any minute, and no more.

        The same `number` is the same question, tried again because Telegram was out of reach.
        """
        asked = [one for one in self._asked.get(person) or () if abs(one[0] - at) < _MINUTE_S]
        if any(number == earlier for _, earlier in asked):
            return True
        if len(asked) >= self._a_minute:
            return False
        self._asked.put([*asked, (at, number)], person)
        return True

    def was_told(self, chat: int, what: str, at: float) -> bool:
        """Whether `what` was said in this chat within the last minute."""
        last = self._told.get(chat, what)
        return last is not None and at < last + _MINUTE_S

    def tell(self, chat: int, what: str, at: float) -> None:
        """`what` was said in this chat: for after it was, so that what failed is said again."""
        self._told.put(at, chat, what)
