"""BM25 over search terms: the exact formula on postings that are stored as plain arrays.

bm25s would be the ready-made choice; it keeps finished scores, which all change with every added passage. Counts
do not, so unchanged passages keep theirs and nothing has to be analysed or computed again at loading.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.analyze import terms

K1, B = 0.9, 0.4
_PARTS = {"terms": "<u4", "starts": "<u4", "rows": "<u4", "counts": "<u2", "lengths": "<u4"}
_PREFIX = "lexical."


@dataclass(frozen=True, slots=True, eq=False)
class Lexical:
    """Postings: the passages in which term `terms[i]` occurs are `rows[starts[i]:starts[i + 1]]`, ascending."""

    terms: NDArray[np.uint32]
    """Hashes of terms, ascending."""
    starts: NDArray[np.uint32]
    rows: NDArray[np.uint32]
    counts: NDArray[np.uint16]
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

    def _posting(self, key: int) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
        place = int(np.searchsorted(self.terms, np.uint32(key)))
        if place == len(self.terms) or int(self.terms[place]) != key:
            return self.rows[:0], self.counts[:0]
        span = slice(int(self.starts[place]), int(self.starts[place + 1]))
        return self.rows[span], self.counts[span]


def build(
    texts: Sequence[str], *, previous: Lexical | None = None, reused: NDArray[np.int64] | None = None
) -> Lexical:
    """The index of passages 0, 1, 2 …; with `previous`, passage i is its passage `reused[i]` unless that is negative.

    Only texts of passages that are not reused are analysed.
    """
    count = len(texts)
    old = np.full(count, -1, np.int64) if previous is None or reused is None else reused
    keys, rows, counts = _counted([(i, texts[i]) for i in np.flatnonzero(old < 0).tolist()])
    lengths = np.zeros(count, np.uint32)
    np.add.at(lengths, rows, counts)
    if previous is not None and (old >= 0).any():
        target = np.full(len(previous.lengths), -1, np.int64)
        target[old[old >= 0]] = np.flatnonzero(old >= 0)
        kept = target[previous.rows] >= 0
        lengths[old >= 0] = previous.lengths[old[old >= 0]]
        old_keys = np.repeat(previous.terms, previous.starts[1:] - previous.starts[:-1])
        keys = np.concatenate([old_keys[kept], keys])
        rows = np.concatenate([target[previous.rows[kept]].astype(np.uint32), rows])
        counts = np.concatenate([previous.counts[kept], counts])
    order = np.argsort(
        keys.astype(np.uint64) << 32 | rows, kind="stable"
    )  # runs that are sorted already: fast
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
    bounds = np.append(starts, len(keys)).astype(np.uint32)
    return Lexical(keys[starts], bounds, rows[order], counts[order], lengths)


def files(lexical: Lexical) -> dict[str, bytes]:
    """The arrays as they lie on disk, little-endian, by file name."""
    return {_PREFIX + name: getattr(lexical, name).astype(kind).tobytes() for name, kind in _PARTS.items()}


def load(stored: Mapping[str, bytes | memoryview]) -> Lexical:
    """The index in `stored`, without copying."""
    return Lexical(*(np.frombuffer(stored[_PREFIX + name], kind) for name, kind in _PARTS.items()))


def _counted(
    texts: Iterable[tuple[int, str]],
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]:
    triples = [
        (key, row, min(count, 0xFFFF))
        for row, text in texts
        for key, count in Counter(map(_hash, terms(text))).items()
    ]
    keys, rows, counts = zip(*triples, strict=True) if triples else ((), (), ())
    return np.array(keys, np.uint32), np.array(rows, np.uint32), np.array(counts, np.uint16)


@lru_cache(maxsize=200_000)
def _hash(term: str) -> int:
    """32 bits of a term. Two of a million terms share one with odds of 1 in 4,300 each: harmless to a ranking."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=4).digest(), "little")
