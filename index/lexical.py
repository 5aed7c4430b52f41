"""BM25 over search terms: the exact formula, on postings that are sorted when a version is loaded.

bm25s would be the ready-made choice; it keeps finished scores, which all change with every added passage. Counts
do not, so unchanged passages keep theirs and no text has to be analysed again.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
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


@dataclass(frozen=True, slots=True, eq=False)
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
        frequency = len(self._posting(_hash(term))[0])
        return float(np.log1p((len(self.lengths) - frequency + 0.5) / (frequency + 0.5)))

    def scores(self, question: Iterable[str]) -> NDArray[np.float32]:
        """BM25 of every passage, (n,), for the question's distinct terms (k1 0.9, b 0.4; Robertson, Zaragoza 2009)."""
        total = np.zeros(len(self.lengths), np.float32)
        if not len(self.lengths):
            return total
        norm = K1 * (1 - B + B * self.lengths / max(float(self.lengths.mean()), 1.0))
        for term in set(question):
            rows, counts = self._posting(_hash(term))
            if len(rows):
                idf = np.log1p((len(self.lengths) - len(rows) + 0.5) / (len(rows) + 0.5))
                total[rows] += (idf * counts / (counts + norm[rows])).astype(np.float32)
        return total

    def holds(self, term: str, passage: int) -> bool:
        """Whether a term occurs in a passage."""
        rows, _ = self._posting(_hash(term))
        place = int(np.searchsorted(rows, passage))
        return place < len(rows) and int(rows[place]) == passage

    def _posting(self, key: int) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        place = int(np.searchsorted(self.terms, np.uint32(key)))
        if place == len(self.terms) or int(self.terms[place]) != key:
            return self.rows[:0], self.counts[:0]
        span = slice(int(self.starts[place]), int(self.starts[place + 1]))
        return self.rows[span], self.counts[span]


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
