"""Who is told of a message: whether a record follows it, record by record, and whether it answers a saved question.

Nothing of a record is kept, and of a question only its vector, in memory and under a digest that ends with the process.
"""

import asyncio
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
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

_KEPT = 20_000
"""Vectors of questions in memory, 30 MB of them."""
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
    return is_due(record, news) and any(_meets(follow, news) for follow in record.follows)


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
        self._secret = os.urandom(16)
        self._lock = threading.Lock()
        self._vectors: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._version: Version | None = None
        self._levels: dict[bytes, float] = {}

    async def answered(self, questions: Sequence[str], news: News) -> list[bool]:
        """For each question whether an answer to it would now quote a document of the message."""
        return await asyncio.to_thread(self.answered_at_once, questions, news)

    def answered_at_once(self, questions: Sequence[str], news: News) -> list[bool]:
        """The same, in this thread."""
        near = self.near(questions, news) if questions else []
        found = [False] * len(questions)
        for start in range(0, len(near), _BATCH):
            some = near[start : start + _BATCH]
            answers, _ = self._base.answer_many([questions[i] for i in some])
            for i, answer in zip(some, answers, strict=True):
                quoted = {excerpt.document.id for excerpt in (*answer.excerpts, *answer.more)}
                found[i] = answer.answered and not quoted.isdisjoint(news.documents)
        return found

    def near(self, questions: Sequence[str], news: News) -> list[int]:
        """The places of the questions that a passage of the message's documents lies near to, compared with others."""
        with self._lock:
            return self._near(questions, set(news.documents))

    def _near(self, questions: Sequence[str], documents: set[str]) -> list[int]:
        version = self._base.quotes().version
        numbers = [i for i, document in enumerate(version.documents) if document.id in documents]
        passages = version.passage_vectors.rows(np.flatnonzero(np.isin(version.passages[:, 0], numbers)))
        if not len(passages):
            return []
        vectors, levels = self._encoded(questions, version)
        nearest = (vectors @ passages.T).max(axis=1)
        return [int(i) for i in np.flatnonzero(nearest >= levels)]

    def _encoded(
        self, questions: Sequence[str], version: Version
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Vectors, (n, dimension), and for each how near a passage must lie to be looked at, (n,)."""
        if self._version is not version:
            self._version, self._levels = version, {}
        keys = [hashlib.blake2b(q.encode(), key=self._secret, digest_size=16).digest() for q in questions]
        fresh = {key: q for key, q in zip(keys, questions, strict=True) if key not in self._vectors}
        if fresh:
            encoded = self._base.vectors(list(fresh.values()))
            self._vectors |= zip(fresh, encoded, strict=True)
        vectors = np.stack([self._vectors[key] for key in keys])
        unknown = [i for i, key in enumerate(keys) if key not in self._levels]
        for i, level in zip(unknown, _levels(vectors[unknown], version), strict=True):
            self._levels[keys[i]] = level
        while len(self._vectors) > _KEPT:
            key, _ = self._vectors.popitem(last=False)
            self._levels.pop(key, None)
        return vectors, np.array([self._levels.get(key, -1.0) for key in keys], np.float32)


def _levels(vectors: NDArray[np.float32], version: Version) -> list[float]:
    """For each vector the cosine that at most `_NEAR` passages of an even sample exceed."""
    step = -(-len(version.passages) // _SAMPLE)
    sample = version.passage_vectors.rows(np.arange(0, len(version.passages), step))
    if len(sample) <= _NEAR or not len(vectors):
        return [-1.0] * len(vectors)
    found: list[float] = []
    for start in range(0, len(vectors), 512):
        cosines = vectors[start : start + 512] @ sample.T
        found += np.partition(cosines, -_NEAR, axis=1)[:, -_NEAR].tolist()
    return found
