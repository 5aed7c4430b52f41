"""Which documents are copies: the same words under another title or address are one origin, whoever repeats them.

MinHash (Broder 1997) proposes pairs, counting their common word sequences decides. Words are compared as folded by
`corpus/fold.py`, so spelling variants do not hide a copy; a translation is not recognised as one.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpus import fold
from corpus.document import Document

SAME = 0.25
"""Share of common three-word sequences (Jaccard) from which one document counts as a copy of another: half of an
article, or all of it with every fourth word changed. Independent reports of one event stay below 0.1."""
_LENGTH = 3
_PERMUTATIONS = 128
_BAND = 2
"""Hash values that must agree to propose a pair: 0.98 of pairs with a true share of `SAME` are proposed."""
_LIKELY = 0.12
"""Estimated share below which a proposed pair is not looked at: three standard deviations under `SAME`."""
_SEED = 20250911
_PARENTS, _SKETCHES = "origins.i32", "origins.u32"

Sequences = frozenset[int]
"""Hashes of the three-word sequences of a text."""


@dataclass(frozen=True, eq=False)
class Origins:
    """For each document of a version, which earlier one it copies."""

    parents: NDArray[np.int32]
    """(n,): number of the earlier document that it resembles most, -1 where it is nobody's copy."""
    sketches: NDArray[np.uint32]
    """(n, 128): MinHash signatures, kept so that an unchanged document is never read again."""

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """For each document the number of the first publisher's document: its own where it is no copy."""
        return tuple(self._first(number) for number in range(len(self.parents)))

    @cached_property
    def _members(self) -> Mapping[int, tuple[int, ...]]:
        members: dict[int, list[int]] = defaultdict(list)
        for number, origin in enumerate(self.numbers):
            members[origin].append(number)
        return {origin: tuple(found) for origin, found in members.items()}

    def _first(self, number: int) -> int:
        while self.parents[number] >= 0:
            number = int(self.parents[number])
        return number

    def copies(self, number: int) -> tuple[int, ...]:
        """The other documents of the same origin, ascending."""
        return tuple(other for other in self._members[self.numbers[number]] if other != number)

    def also_in(self, quote: str, number: int, documents: Sequence[Document]) -> tuple[int, ...]:
        """The copies of a document that hold its quote in the same words."""
        return tuple(other for other in self.copies(number) if same_words(quote, documents[other].text))


def origins(
    documents: Sequence[Document],
    *,
    previous: Origins | None = None,
    reused: NDArray[np.int64] | None = None,
) -> Origins:
    """Who copies whom. The first publisher is the one with the earliest date, then the better label, then the lower id.

    With `previous`, document i is its document `reused[i]`, unchanged, unless that is negative.
    """
    old = np.full(len(documents), -1, np.int64) if previous is None or reused is None else reused
    sketches = _sketches(documents, previous, old)
    parents = _kept_parents(previous, old)
    unsettled = {number for number, parent in enumerate(parents) if parent is None}
    order = sorted(range(len(documents)), key=lambda number: _age(documents[number]))
    place = {number: i for i, number in enumerate(order)}
    read = _Reader(documents)
    best = [-1 if parent is None else parent for parent in parents]
    for early, late in _proposed(sketches, order):
        if early not in unsettled and late not in unsettled:
            continue
        share = read.share(early, late)
        other = read.share(best[late], late) if best[late] >= 0 else 0.0
        if share >= SAME and (share > other or (share == other and place[early] < place[best[late]])):
            best[late] = early
    return Origins(np.array(best, np.int32), sketches)


def same_words(quote: str, text: str) -> bool:
    """Whether `text` holds all words of `quote`, in order and unbroken; spelling and punctuation may differ.

    Stricter than a copied document: a changed number, or a "not" more or less, makes other words.
    """
    return f" {_folded(quote)} " in f" {_folded(text)} "


def to_files(found: Origins) -> dict[str, bytes]:
    """As parts of a version: little-endian, without a header."""
    return {
        _PARENTS: found.parents.astype("<i4").tobytes(),
        _SKETCHES: found.sketches.astype("<u4").tobytes(),
    }


def from_files(files: Mapping[str, memoryview]) -> Origins:
    """What `to_files` wrote."""
    return Origins(
        np.frombuffer(files[_PARENTS], "<i4"),
        np.frombuffer(files[_SKETCHES], "<u4").reshape(-1, _PERMUTATIONS),
    )


class _Reader:
    """Three-word sequences of the documents, each read at most once."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._read: dict[int, Sequences] = {}

    def share(self, a: int, b: int) -> float:
        """Common sequences over all sequences of two documents."""
        common = len(self._of(a) & self._of(b))
        return common / max(1, len(self._of(a)) + len(self._of(b)) - common)

    def _of(self, number: int) -> Sequences:
        if number not in self._read:
            self._read[number] = frozenset(_sequences(self._documents[number].text).tolist())
        return self._read[number]


def _age(document: Document) -> tuple[int, int, int, str, str]:
    """Sorts the first publisher first; a part of a date that is not known counts as late."""
    date = document.published
    return (date.year or 9999, date.month or 99, date.day or 99, document.reliability, document.id)


def _folded(text: str) -> str:
    return " ".join(fold.skeleton(word) for _, _, word in fold.words(text))


def _sequences(text: str) -> NDArray[np.uint32]:
    """Hashes of each three words that follow each other; a shorter text is one sequence."""
    words = np.array([_word_hash(word) for _, _, word in fold.words(text)], np.uint32)
    if not len(words):
        return words
    length = min(_LENGTH, len(words))
    mixed = np.zeros(len(words) - length + 1, np.uint32)
    for offset in range(length):
        mixed = (mixed ^ words[offset : offset + len(mixed)]) * np.uint32(0x9E3779B1)
        mixed ^= mixed >> np.uint32(15)
    return np.unique(mixed)


def _word_hash(word: str) -> int:
    return zlib.crc32(fold.skeleton(word).encode())


def _sketches(
    documents: Sequence[Document], previous: Origins | None, old: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Signatures (n, 128), computed only for documents that are not reused; one without words is all ones."""
    from datasketch import MinHash  # a second to import: only building needs it

    found = np.empty((len(documents), _PERMUTATIONS), np.uint32)
    empty = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=int)
    for number, row in enumerate(old.tolist()):
        if row >= 0 and previous is not None:
            found[number] = previous.sketches[row]
            continue
        sketch = empty.copy()
        sketch.update_batch(_sequences(documents[number].text).tolist())
        found[number] = sketch.digest()
    return found


def _kept_parents(previous: Origins | None, old: NDArray[np.int64]) -> list[int | None]:
    """The parent of each unchanged document whose parent is unchanged too; `None` where it must be looked for."""
    if previous is None:
        return [None] * len(old)
    now = {row: number for number, row in enumerate(old.tolist()) if row >= 0}
    known = [int(previous.parents[row]) if row >= 0 else None for row in old.tolist()]
    return [parent if parent is None or parent < 0 else now.get(parent) for parent in known]


def _proposed(sketches: NDArray[np.uint32], order: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs (earlier, later) that may be copies, each once.

    Of the documents that share a band, each is paired with the first and with the one before it, so that a text
    in a thousand copies costs a thousand pairs and not half a million.
    """
    if not order:
        return
    by_age = np.array(order)
    filled = by_age[sketches[by_age].min(axis=1) != np.iinfo(np.uint32).max]
    bands = np.ascontiguousarray(sketches[filled]).view(np.uint64)
    pairs: set[tuple[int, int]] = set()
    for band in bands.T:
        sort = np.argsort(band, kind="stable")
        same = np.flatnonzero(band[sort][1:] == band[sort][:-1])
        first = -1
        for i in same.tolist():
            first = sort[i] if first < 0 or band[sort[i]] != band[first] else first
            pairs.update(((int(first), int(sort[i + 1])), (int(sort[i]), int(sort[i + 1]))))
    for early, late in sorted(pairs):
        a, b = int(filled[early]), int(filled[late])
        if float(np.mean(sketches[a] == sketches[b])) >= _LIKELY:
            yield a, b
