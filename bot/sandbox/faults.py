"""Faults on demand: what happens to the n-th call of a method instead of, or besides, its reply."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class FaultKind(Enum):
    """What goes wrong."""

    DROP_BEFORE = "the connection breaks before the call is accepted"
    DROP_AFTER = "the call is accepted, then the connection breaks"
    DELAY = "the call is accepted late"
    ERROR = "the call is refused with a status of its own"
    GARBAGE = "the call is accepted, the reply is not JSON"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong; make it with the functions below."""

    kind: FaultKind
    seconds: float = 0.0
    status: int = 500
    description: str = ""
    retry_after: int | None = None

    def __str__(self) -> str:
        return f"{self.kind.name.lower()} {self.status if self.kind is FaultKind.ERROR else ''}".strip()


def drop_before() -> Fault:
    """Break the connection; nothing was accepted."""
    return Fault(FaultKind.DROP_BEFORE)


def drop_after() -> Fault:
    """Accept the call, then break the connection: the bot cannot know."""
    return Fault(FaultKind.DROP_AFTER)


def delay(seconds: float) -> Fault:
    """Wait so many real seconds before the call is accepted."""
    return Fault(FaultKind.DELAY, seconds=seconds)


def error(status: int, description: str) -> Fault:
    """Refuse the call: 500, 502, 401, 409 and so on."""
    return Fault(FaultKind.ERROR, status=status, description=description)


def too_many_requests(retry_after: int) -> Fault:
    """Refuse the call with 429 and a pause."""
    words = f"Too Many Requests: retry after {retry_after}"
    return Fault(FaultKind.ERROR, status=429, description=words, retry_after=retry_after)


def garbage() -> Fault:
    """Accept the call and answer with half a JSON document."""
    return Fault(FaultKind.GARBAGE)


class FaultPlan:
    """Which call meets which fault: the plan counts calls of a method, or of every method for "*"."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, int, int, Fault]] = []
        self._seen: dict[str, int] = {}
        self._odds: list[tuple[str, Fault, float]] = []
        self._chance = random.Random(0)  # noqa: S311 (a run that can be repeated)

    def chances(self, method: str, odds: Sequence[tuple[Fault, float]], *, seed: int) -> None:
        """Let any call of a method meet a fault with its probability; the same seed chooses the same calls."""
        self._odds = [(method.lower(), fault, probability) for fault, probability in odds]
        self._chance = random.Random(seed)  # noqa: S311 (the same)

    def add(self, method: str, fault: Fault, *, nth: int = 1, times: int = 1) -> None:
        """From the n-th call after now, so many times; the first that matches wins."""
        first = self._seen.get(method.lower(), 0) + nth
        self._waiting.append((method.lower(), first, first + times - 1, fault))

    def coming(self, method: str) -> Fault | None:
        """What the next call of a method would meet."""
        number = self._seen.get(method.lower(), 0) + 1
        return next(
            (
                fault
                for name, first, last, fault in self._waiting
                if name == method.lower() and first <= number <= last
            ),
            None,
        )

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._waiting.clear()
        self._odds.clear()

    def take(self, method: str) -> Fault | None:
        """Count one call of a method and return the fault that it meets."""
        for name in (method.lower(), "*"):
            self._seen[name] = self._seen.get(name, 0) + 1
        for name, first, last, fault in self._waiting:
            if name in (method.lower(), "*") and first <= self._seen[name] <= last:
                return fault
        return self._by_chance(method.lower())

    def _by_chance(self, method: str) -> Fault | None:
        odds = [(fault, probability) for name, fault, probability in self._odds if name == method]
        drawn = self._chance.random() if odds else 1.0
        for fault, probability in odds:
            drawn -= probability
            if drawn < 0:
                return fault
        return None
