"""Concurrent questions, answered in batches by two threads: while one searches for its batch the other encodes, so that
neither the loop nor the encoder idles.

Who would wait too long is told at once instead: the queue is bounded in number and in time.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol, TypeVar

from bot.quotes import Quotes
from index.answer import Answer
from index.case_file import CaseBook

BATCH = 16
RUSH_BATCH = 8
"""Questions of a batch in a long rush. Fewer that are being answered leave more room among the updates that Telegram hands
out at a time (`intake.WINDOW`), so that what waits behind them, a /stop say, is reached sooner."""
WORKERS = 2
WAITING = 256
WAIT_S = 7.0
"""Longest wait in our own queue, by the pace of the batches so far."""
LONGEST_S = 10.0
"""Longest wait in truth, when the pace has changed since. The rest of a handler's 25 s is for the reply: a handler that
is cut off while its reply is on the way is tried again, and says "busy" or "failed" below an answer."""
CROWD_S = 10.0
"""How long more may come than we take in before new questions are refused; the backlog waits at Telegram."""

T = TypeVar("T")


class Base(Protocol):
    """What answers questions: the newest version of the index, the encoder, and the quotes of that version."""

    def quotes(self) -> Quotes:
        """The quotes of the newest version, at once."""
        ...

    def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
        """An answer for each question, all from one version, and the quotes of that version."""
        ...

    def case_book(self) -> CaseBook:
        """What the newest version says about each case."""
        ...


class BusyError(Exception):
    """Too many questions are waiting; this one was not taken."""


class Crowd:
    """Whether more updates than we take in have been waiting at Telegram for so long that questions are refused.

    A short rush is worked off. In a long one everybody would wait for everybody before them, without a word.
    """

    def __init__(self) -> None:
        self._since: float | None = None

    def note(self, *, full: bool) -> None:
        """As many updates as we take at once were there, or fewer."""
        self._since = (self._since or time.monotonic()) if full else None

    @property
    def lasts(self) -> bool:
        """Whether there is a rush at all."""
        return self._since is not None

    @property
    def too_long(self) -> bool:
        """Whether the rush has lasted too long."""
        return self._since is not None and time.monotonic() - self._since > CROWD_S


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    result: asyncio.Future[tuple[Answer, Quotes]]


class Asker:
    """A bounded queue of questions in front of a `Base`."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self.crowd = Crowd()
        self._waiting: SimpleQueue[_Asked | None] = SimpleQueue()  # None: a thread may end
        self._question_s = 0.0
        self._workers = ThreadPoolExecutor(WORKERS, "asker")
        self._looker = ThreadPoolExecutor(1, "case-files")

    @property
    def is_busy(self) -> bool:
        """Whether one more would wait too long. In a long rush only the next batch of each thread is filled, so that none
        is idle before the next updates come, and everybody else is told at once."""
        waiting = self._waiting.qsize()
        most = WORKERS * RUSH_BATCH if self.crowd.too_long else WAITING
        return waiting >= most or waiting * self._question_s > WAIT_S

    async def ask(self, question: str) -> tuple[Answer, Quotes]:
        """The answer, with the version it came from. Raises `BusyError`, or the index's own error."""
        result: asyncio.Future[tuple[Answer, Quotes]] = asyncio.get_running_loop().create_future()
        if self.is_busy:
            raise BusyError
        self._waiting.put(_Asked(question, result))
        try:
            async with asyncio.timeout(LONGEST_S):
                return await result
        except TimeoutError:
            if not result.cancelled():
                raise  # the answer itself failed so
            raise BusyError from None

    def quotes(self) -> Quotes:
        """The quotes of the newest version; buttons need no encoder and wait for no batch."""
        return self._base.quotes()

    async def look_up(self, ask: Callable[[CaseBook], T]) -> T:
        """What `ask` finds in the case files: one look at a time, because the first look at a version encodes."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._looker, lambda: ask(self._base.case_book()))

    async def run(self) -> None:
        """Answer until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            await asyncio.gather(
                *(loop.run_in_executor(self._workers, self._work, loop) for _ in range(WORKERS))
            )
        finally:
            for _ in range(WORKERS):
                self._waiting.put(None)

    # In the threads, which take what waits themselves: the loop may have no moment for them

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while batch := self._next():
            batch = [asked for asked in batch if not asked.result.done()]
            if not batch:
                continue
            started = time.monotonic()
            if not self._answered(batch, loop):
                for asked in batch:  # one of them fails: the others would fail with it, again and again
                    self._answered([asked], loop)
            each_s = (time.monotonic() - started) / len(batch) / WORKERS
            self._question_s = (self._question_s + each_s) / 2

    def _next(self) -> list[_Asked]:
        """What waits, as far as it goes into a batch, as soon as anything does; nothing when the thread may end."""
        batch: list[_Asked] = []
        while len(batch) < (RUSH_BATCH if self.crowd.too_long else BATCH):
            try:
                asked = self._waiting.get(block=not batch)
            except Empty:
                break
            if asked is None:
                return []  # whoever waits still is told nothing: the process ends
            batch.append(asked)
        return batch

    def _answered(self, batch: Sequence[_Asked], loop: asyncio.AbstractEventLoop) -> bool:
        """Answer a batch; false when it failed and nobody was told, because it holds several questions."""
        try:
            answers, quotes = self._base.answer_many([asked.question for asked in batch])
        except Exception as error:  # noqa: BLE001 (the asker decides what to say; the thread goes on)
            if len(batch) > 1:
                return False
            loop.call_soon_threadsafe(_settle, batch, [error])
            return True
        loop.call_soon_threadsafe(_settle, batch, [(answer, quotes) for answer in answers])
        return True

    def close(self) -> None:
        """Let the threads end."""
        for threads in (self._workers, self._looker):
            threads.shutdown(wait=False, cancel_futures=True)


def _settle(batch: Sequence[_Asked], results: Sequence[tuple[Answer, Quotes] | Exception]) -> None:
    for asked, result in zip(batch, results, strict=True):
        if asked.result.done():  # the person's handler timed out meanwhile
            continue
        if isinstance(result, Exception):
            asked.result.set_exception(result)
        else:
            asked.result.set_result(result)
