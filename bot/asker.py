"""Concurrent questions, answered in batches by one worker thread, so that neither the loop nor the encoder idles."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from bot.quotes import Quotes
from index.answer import Answer

BATCH = 16
WAITING = 256


class Base(Protocol):
    """What answers questions: the newest version of the index, the encoder, and the quotes of that version."""

    def quotes(self) -> Quotes:
        """The quotes of the newest version, at once."""
        ...

    def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
        """An answer for each question, all from one version, and the quotes of that version."""
        ...


class BusyError(Exception):
    """Too many questions are waiting; this one was not taken."""


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    result: asyncio.Future[tuple[Answer, Quotes]]


class Asker:
    """A bounded queue of questions in front of a `Base`."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._waiting: asyncio.Queue[_Asked] = asyncio.Queue(WAITING)
        self._worker = ThreadPoolExecutor(1, "asker")

    async def ask(self, question: str) -> tuple[Answer, Quotes]:
        """The answer, with the version it came from. Raises `BusyError`, or the index's own error."""
        result: asyncio.Future[tuple[Answer, Quotes]] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait(_Asked(question, result))
        except asyncio.QueueFull:
            raise BusyError from None
        return await result

    def quotes(self) -> Quotes:
        """The quotes of the newest version; buttons need no encoder and wait for no batch."""
        return self._base.quotes()

    async def run(self) -> None:
        """Answer until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            batch = [asked for asked in batch if not asked.result.done()]
            try:
                answers, quotes = await loop.run_in_executor(
                    self._worker, self._base.answer_many, [asked.question for asked in batch]
                )
            except Exception as error:  # noqa: BLE001 (each asker decides what to say; the loop goes on)
                for asked in batch:
                    _settle(asked.result, error)
            else:
                for asked, answer in zip(batch, answers, strict=True):
                    _settle(asked.result, (answer, quotes))

    def close(self) -> None:
        """Let the worker end."""
        self._worker.shutdown(wait=False, cancel_futures=True)


def _settle(future: asyncio.Future[tuple[Answer, Quotes]], result: tuple[Answer, Quotes] | Exception) -> None:
    if future.done():  # the person's handler timed out meanwhile
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
