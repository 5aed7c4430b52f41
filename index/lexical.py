"""BM25 over search terms: the exact formula, on postings that are sorted when a version is loaded.

bm25s would be the ready-made choice; it keeps finished scores, which all change with every added passage. Counts
do not, so unchanged passages keep theirs and no text has to be analysed again.
"""

import hashlib
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.analyze import terms

K1, B = 0.9, 0.4
_MOST = 255
"""A term counts no more often than this in one passage: BM25 would hardly notice."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The terms of some passages: `distinct[i]` of them belong to passage i, one passage after the other."""

    distinct: NDArray[np.uint32]
    terms: NDArray[np.uint32]
    """Hashes."""
    counts: NDArray[np.uint8]
    """How often the term occurs in the passage, beside `terms`."""


@dataclass(frozen=True, eq=False)
class Lexical:
    """Postings: the passages in which term `terms[i]` occurs are `rows[starts[i]:starts[i + 1]]`, ascending."""

    terms: NDArray[np.uint32]
    """Hashes of terms, ascending."""
    starts: NDArray[np.uint32]
    rows: NDArray[np.uint32]
    counts: NDArray[np.uint8]
    """How often the term occurs in the passage, beside `rows`."""
    lengths: NDArray[np.uint32]
    """Number of terms of each passage."""

    def idf(self, term: str) -> float:
        """Inverse document frequency, never negative: ln(1 + (n - df + 0.5) / (df + 0.5))."""
        first, last = self._span(_hash(term))
        return self._idf(last - first)

    def scores(self, question: Iterable[str]) -> NDArray[np.float32]:
        """BM25 of every passage, (n,), for the question's distinct terms (k1 0.9, b 0.4; Robertson, Zaragoza 2009)."""
        total = np.zeros(len(self.lengths), np.float32)
        if not len(self.lengths):
            return total
        for term in set(question):
            first, last = self._span(_hash(term))
            rows, counts = self.rows[first:last], self.counts[first:last]
            total[rows] += (self._idf(len(rows)) * counts / (counts + self._norm[rows])).astype(np.float32)
        return total

    def posting(self, term: str) -> tuple[int, int]:
        """The posting of a term: where its rows begin and end; (0, 0) where no passage has it."""
        return self._span(_hash(term))

    def holds(self, posting: tuple[int, int], passage: int) -> bool:
        """Whether a passage is in a posting."""
        rows, last = self._views[2], posting[1]
        place = bisect_left(rows, passage, *posting)
        return place < last and rows[place] == passage

    def _idf(self, frequency: int) -> float:
        return math.log1p((len(self.lengths) - frequency + 0.5) / (frequency + 0.5))

    def _span(self, key: int) -> tuple[int, int]:
        """Where the posting of a term begins and ends; (0, 0) where no passage has it."""
        terms, starts, _ = self._views
        place = bisect_left(terms, key)
        if place == len(terms) or terms[place] != key:
            return 0, 0
        return starts[place], starts[place + 1]

    @cached_property
    def _views(self) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        """Terms, starts and rows for single look-ups: through numpy, each takes some times longer."""
        columns = (np.ascontiguousarray(column) for column in (self.terms, self.starts, self.rows))
        terms, starts, rows = (column.data for column in columns)
        return terms, starts, rows

    @cached_property
    def _norm(self) -> NDArray[np.float64]:
        """What the length of each passage takes off its scores."""
        mean = max(float(self.lengths.mean()), 1.0)
        return np.asarray(K1 * (1 - B + B * self.lengths / mean), np.float64)


def count(texts: Iterable[str]) -> Counted:
    """The terms of each text."""
    distinct: list[int] = []
    keys: list[int] = []
    counts: list[int] = []
    for text in texts:
        found = Counter(map(_hash, terms(text)))
        distinct.append(len(found))
        keys += found.keys()
        counts += [min(number, _MOST) for number in found.values()]
    return Counted(np.array(distinct, np.uint32), np.array(keys, np.uint32), np.array(counts, np.uint8))


def gather(parts: Sequence[Counted]) -> Lexical:
    """The index of the passages of all parts, numbered through; at most 2 ** 24 of them."""
    distinct = _joined([part.distinct for part in parts], np.uint32)
    postings = _joined([part.terms for part in parts], np.uint64)
    counts = _joined([part.counts for part in parts], np.uint8)
    lengths = np.zeros(len(distinct), np.uint32)
    filled = np.flatnonzero(distinct)  # reduceat knows no empty runs
    if len(filled):
        first = np.cumsum(distinct, dtype=np.int64)[filled] - distinct[filled]
        lengths[filled] = np.add.reduceat(counts, first)
    postings <<= 32  # term, passage and count in one number: sorted some times faster than by an index
    postings |= np.repeat(np.arange(len(distinct), dtype=np.uint32) << 8, distinct)
    postings |= counts
    postings.sort()
    halves = postings.view("<u4").reshape(-1, 2)
    rows, keys = (halves[:, 0] >> 8).astype(np.uint32), halves[:, 1]
    starts = np.flatnonzero(np.concatenate([np.ones(min(1, len(keys)), bool), keys[1:] != keys[:-1]]))
    bounds = np.append(starts, len(keys)).astype(np.uint32)
    return Lexical(keys[starts], bounds, rows, halves[:, 0].astype(np.uint8), lengths)


def _joined(columns: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, kind), *columns], dtype=kind)


@lru_cache(maxsize=200_000)
def _hash(term: str) -> int:
    """32 bits of a term. Two of a million terms share one with odds of 1 in 4,300 each: harmless to a ranking."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=4).digest(), "little")
