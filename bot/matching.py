"""Who is told of a message: whether a record follows it, record by record, and whether it answers a saved question.

Nothing of a record is kept, and of a question only its vector, in memory and under a digest that ends with the process.
"""

import asyncio
import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from bot.news import News, NewsKind
from bot.quotes import Quotes
from bot.record import Follow, FollowKind, Record
from corpus.fold import skeleton
from index.analyze import stem, words
from index.answer import Answer
from index.version import Version

_KEPT = 100_000
"""Vectors of questions in memory, 75 MB of them in half precision."""
_KEPT_S = 86_400.0
"""One that was compared within a day makes room for no other. All are gone through in one order: of more than there is room
for, the one that was not compared for longest would always be the one that comes next."""
_MESSAGES = 100
"""Messages whose vectors are kept: more than a digest tells of."""
_ENCODED = 16
"""Questions encoded at a time."""
_SAMPLE = 4096
"""Passages that say how near a question lies to anything."""
_NEAR = 30
"""A passage nearer to a question than all but so many of the sample may answer it, and is looked at in full. Of 809 quotes
that answer the judged questions from the bundled documents, 803 are from such a passage's document."""
_BATCH = 4
"""Questions answered at a time, so that nobody who asks now waits for long."""


def phrase(text: str) -> str:
    """The stems of a text in any script as one line, a space around each: a keyword is followed where its line is in it."""
    return f" {' '.join(skeleton(stem(word)) for word in words(text))} "


def follows(record: Record, news: News) -> bool:
    """Whether the message is for this record, saved questions aside (`Standing`): what it follows, and since when."""
    if is_due(record, news):
        for follow in record.follows:  # no generator: this runs for everybody, at every message
            if _meets(follow, news):
                return True
    return False


def is_due(record: Record, news: News) -> bool:
    """Whether following began before the message; a correction is for those for whom what it corrects was due."""
    return not record.paused and record.since < (news.corrects or news.number)


def questions(record: Record) -> tuple[str, ...]:
    """The saved questions of a record."""
    return tuple(follow.what for follow in record.follows if follow.kind is FollowKind.QUESTION)


def _meets(follow: Follow, news: News) -> bool:
    match follow.kind:
        case FollowKind.EVERYTHING:
            return True
        case FollowKind.CASE:
            return follow.what in news.cases
        case FollowKind.PUBLISHER:
            return follow.what in news.publishers
        case FollowKind.KEYWORD:
            keyword = _keyword(follow.what)
            return keyword != _NOTHING and keyword in news.stems
        case FollowKind.QUESTION:
            # The words of a withdrawn document are gone, and with them what the question found in it.
            return news.kind is NewsKind.WITHDRAWAL


_NOTHING = phrase("")
_keyword = lru_cache(maxsize=64)(phrase)  # small: it holds what people wrote


@runtime_checkable
class QuestionBase(Protocol):
    """What answers questions from the newest version of the index."""

    def quotes(self) -> Quotes:
        """The quotes of the newest version, at once."""
        ...

    def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
        """An answer for each question, and the quotes of the version they came from."""
        ...

    def vectors(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """The questions encoded: (n, dimension), unit length."""
        ...


class Standing:
    """Saved questions: whether a document of a message would now answer them."""

    def __init__(self, base: QuestionBase) -> None:
        self._base = base
        self._lock = threading.Lock()
        self._kept = _Kept()
        self._version: Version | None = None
        self._of_news: dict[tuple[int, tuple[str, ...]], NDArray[np.float32]] = {}

    async def answered(self, questions: Sequence[str], news: News) -> list[bool]:
        """For each question whether an answer to it would now quote a document of the message. For a correction, whether
        it may have: the words that answered then may be those that are gone."""
        return await asyncio.to_thread(self.answered_at_once, questions, news)

    def answered_at_once(self, questions: Sequence[str], news: News) -> list[bool]:
        """The same, in this thread."""
        near = self.near(questions, news)
        if news.kind is NewsKind.CORRECTION:
            nearby = set(near)
            return [i in nearby for i in range(len(questions))]
        found = [False] * len(questions)
        for start in range(0, len(near), _BATCH):
            some = near[start : start + _BATCH]
            answers, _ = self._base.answer_many([questions[i] for i in some])
            for i, answer in zip(some, answers, strict=True):
                quoted = {excerpt.document.id for excerpt in (*answer.excerpts, *answer.more)}
                found[i] = answer.answered and not quoted.isdisjoint(news.documents)
        return found

    def near(self, questions: Sequence[str], news: News) -> list[int]:
        """The places of the questions that a passage of the message's documents lies near to, compared with others; of a
        correction also what stood there before."""
        with self._lock:
            version = self._base.quotes().version
            passages = self._passages(news, version)
            if not len(passages) or not questions:
                return []
            vectors, levels = self._kept.compared(questions, version, self._base.vectors)
            nearest = (vectors @ passages.T).max(axis=1)
            return [int(i) for i in np.flatnonzero(nearest >= levels)]

    def _passages(self, news: News, version: Version) -> NDArray[np.float32]:
        """What questions are compared with, found once for each message, however many people are asked about it."""
        if self._version is not version or len(self._of_news) > _MESSAGES:
            self._version, self._of_news = version, {}
        key = (news.number, news.documents)
        if key not in self._of_news:
            documents = set(news.documents)
            numbers = [i for i, document in enumerate(version.documents) if document.id in documents]
            rows = np.flatnonzero(np.isin(version.passages[:, 0], numbers))
            earlier = [quote.before for quote in news.quotes if quote.before]
            before = [self._base.vectors(earlier)] if earlier else []
            self._of_news[key] = np.concatenate([version.passage_vectors.rows(rows), *before])
        return self._of_news[key]


class _Kept:
    """Vectors of questions, and how near a passage must lie to each to be looked at, as many as there is room for."""

    def __init__(self) -> None:
        self._secret = os.urandom(16)
        self._rows: OrderedDict[bytes, int] = OrderedDict()
        """Where the vector of a question is, in the order in which they were compared last."""
        self._vectors = np.empty((0, 0), np.float16)
        self._levels = np.full(_KEPT, np.nan, np.float32)
        self._at = np.zeros(_KEPT)
        self._version: Version | None = None

    def compared(
        self,
        questions: Sequence[str],
        version: Version,
        encode: Callable[[Sequence[str]], NDArray[np.float32]],
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Vectors, (n, dimension), and levels, (n,)."""
        if self._version is not version:
            self._version = version
            self._levels[:] = np.nan
        keys = [hashlib.blake2b(q.encode(), key=self._secret, digest_size=16).digest() for q in questions]
        now = time.monotonic()
        for key in keys:
            if (row := self._rows.get(key)) is not None:
                self._rows.move_to_end(key)
                self._at[row] = now
        fresh = {key: q for key, q in zip(keys, questions, strict=True) if key not in self._rows}
        encoded = dict(zip(fresh, _encoded(list(fresh.values()), encode), strict=True))
        for key, vector in encoded.items():
            self._keep(key, vector, now)
        rows = np.array([self._rows.get(key, -1) for key in keys])
        kept = rows >= 0
        vectors = self._vectors[np.maximum(rows, 0)].astype(np.float32)
        for i in np.flatnonzero(~kept):
            vectors[i] = encoded[keys[i]]
        levels = np.where(kept, self._levels[rows], np.float32(np.nan))
        unknown = np.isnan(levels)
        levels[unknown] = _levels(vectors[unknown], version)
        self._levels[rows[kept]] = levels[kept]
        return vectors, levels

    def _keep(self, key: bytes, vector: NDArray[np.float16], now: float) -> None:
        row = len(self._rows)
        if row == 0:
            self._vectors = np.empty((_KEPT, len(vector)), np.float16)  # touched row by row: so far no memory
        if row == len(self._vectors):
            oldest = next(iter(self._rows))
            row = self._rows[oldest]
            if self._at[row] > now - _KEPT_S:
                return
            del self._rows[oldest]
        self._rows[key], self._vectors[row], self._levels[row], self._at[row] = row, vector, np.nan, now


def _encoded(
    questions: Sequence[str], encode: Callable[[Sequence[str]], NDArray[np.float32]]
) -> list[NDArray[np.float16]]:
    """Their vectors, a few at a time, so that nobody who asks now waits for the encoder for long."""
    found: list[NDArray[np.float16]] = []
    for start in range(0, len(questions), _ENCODED):
        found += list(encode(questions[start : start + _ENCODED]).astype(np.float16))
    return found


def _levels(vectors: NDArray[np.float32], version: Version) -> list[float]:
    """For each vector the cosine that at most `_NEAR` passages of an even sample exceed."""
    if not len(vectors):
        return []
    step = -(-len(version.passages) // _SAMPLE)
    sample = version.passage_vectors.rows(np.arange(0, len(version.passages), step))
    if len(sample) <= _NEAR:
        return [-1.0] * len(vectors)
    found: list[float] = []
    for start in range(0, len(vectors), 512):
        cosines = vectors[start : start + 512] @ sample.T
        found += np.partition(cosines, -_NEAR, axis=1)[:, -_NEAR].tolist()
    return found
