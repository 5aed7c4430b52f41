"""Virtual time, and a bell that wakes everyone who waits for the world to change."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress


class Bell:
    """Each ring wakes all who wait at that moment."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everyone."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, timeout_s: float) -> None:
        """Return at the next ring, or when the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._event.wait()


class Clock:
    """Seconds since 1970 as the sandbox sees them: real time, plus every jump so far."""

    def __init__(self, bell: Bell, time_of_day: Callable[[], float] = time.time) -> None:
        self._bell = bell
        self._time = time_of_day
        self._ahead = 0.0

    def now(self) -> float:
        """The virtual time."""
        return self._time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Jump forward; long polls, expiry and limits notice at once."""
        self._ahead += seconds
        self._bell.ring()
