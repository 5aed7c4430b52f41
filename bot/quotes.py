"""Quote ids: how a button names a quote, and how the running version of the index finds it again.

An id is the id of the passage in which the quote begins (10 characters), the number of its first sentence there and
how many sentences it has (one base64url character each). The passage id holds the hash of the document's text, so an
id never means other words than those it was made for.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.excerpt import Excerpt
from index.version import Version

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_PASSAGE_ID = 10
_CONTEXT_CHARS = 900
_HEADING = re.compile(r"^#+[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Context:
    """A quote, and the passage around it: `start` and `end` span text that holds the quote."""

    excerpt: Excerpt
    start: int
    end: int
    has_before: bool
    has_after: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A heading of a document, or what stands between two."""

    start: int
    end: int
    is_heading: bool


class Quotes:
    """The quotes of one version by id. Making it reads every passage once."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self._ids = [version.passage(i).id for i in range(len(version.passages))]
        self._passages = {id_: i for i, id_ in enumerate(self._ids)}
        self._documents = {document: i for i, document in enumerate(version.documents)}
        passages = np.arange(len(version.passages) + 1)
        self._first_sentence = np.searchsorted(version.sentences[:, 0], passages).tolist()
        documents = np.arange(len(version.documents) + 1)
        self._first_passage = np.searchsorted(version.passages[:, 0], documents).tolist()

    def id_of(self, excerpt: Excerpt) -> str | None:
        """The id of an excerpt; None for one that is not whole sentences of this version, or lies past the 64th."""
        row = self._row_starting(excerpt)
        if row is None:
            return None
        sentences = self.version.sentences
        last = row
        while (
            last + 1 < len(sentences)
            and sentences[last][2] < excerpt.end
            and self._same_document(row, last + 1)
        ):
            last += 1
        passage = int(sentences[row][0])
        first, count = row - self._first_sentence[passage], last - row + 1
        if int(sentences[last][2]) != excerpt.end or max(first, count) >= len(_DIGITS):
            return None
        return f"{self._ids[passage]}{_DIGITS[first]}{_DIGITS[count]}"

    def ids_of(self, excerpts: Iterable[Excerpt], *, most: int | None = None) -> tuple[str, ...]:
        """The ids of those excerpts that have one, of the first `most` of them."""
        return tuple(islice((i for i in map(self.id_of, excerpts) if i), most))

    def find(self, quote_id: str, *, rank: int = 1) -> Excerpt | None:
        """The excerpt an id was made for; None when its passage is not in this version any more."""
        passage = self._passages.get(quote_id[:_PASSAGE_ID])
        if passage is None:
            return None
        first, count = (_DIGITS.index(digit) for digit in quote_id[_PASSAGE_ID:])
        row = self._first_sentence[passage] + first
        last = row + count - 1
        sentences = self.version.sentences
        if (
            not row <= last < len(sentences)
            or int(sentences[row][0]) != passage
            or not self._same_document(row, last)
        ):
            return None
        document = self.version.passage(passage).document
        return Excerpt(document, int(sentences[row][1]), int(sentences[last][2]), rank, 0.0)

    def find_all(self, quote_ids: Iterable[str]) -> tuple[Excerpt, ...] | None:
        """The excerpts of all ids, ranked from 1; None when one of them is gone."""
        found = tuple(self.find(quote_id, rank=rank) for rank, quote_id in enumerate(quote_ids, 1))
        return None if None in found else tuple(e for e in found if e)

    def around(self, excerpt: Excerpt, *, shift: int) -> Context | None:
        """The sentences of its passage (shift 0), with those of the one before (-1) or after it (1); at most 900 characters."""
        row = self._row_starting(excerpt)
        if row is None:
            return None
        number = int(self.version.sentences[row][0])
        before, after = self._neighbour(number, -1), self._neighbour(number, 1)
        first = self._sentences_of(before if shift < 0 and before is not None else number)[0]
        last = self._sentences_of(after if shift > 0 and after is not None else number)[-1]
        start, end = _narrowed(excerpt, int(first[1]), max(int(last[2]), excerpt.end))
        return Context(excerpt, start, end, has_before=before is not None, has_after=after is not None)

    def _row_starting(self, excerpt: Excerpt) -> int | None:
        document = self._documents.get(excerpt.document)
        if document is None:
            return None
        passages = self.version.passages
        low, high = self._first_passage[document : document + 2]
        passage = bisect_right(passages[:, 1], excerpt.start, low, high) - 1
        if passage < low:
            return None
        sentences = self.version.sentences
        first, end = self._first_sentence[passage : passage + 2]
        row = bisect_left(sentences[:, 1], excerpt.start, first, end)
        return row if row < end and int(sentences[row][1]) == excerpt.start else None

    def _same_document(self, row: int, other: int) -> bool:
        sentences, passages = self.version.sentences, self.version.passages
        return bool(passages[sentences[row][0]][0] == passages[sentences[other][0]][0])

    def _neighbour(self, number: int, step: int) -> int | None:
        passages, other = self.version.passages, number + step
        inside = 0 <= other < len(passages) and passages[other][0] == passages[number][0]
        return other if inside and len(self._sentences_of(other)) else None

    def _sentences_of(self, number: int) -> NDArray[np.int32]:
        """The sentences of a passage: its text without headings."""
        first, end = self._first_sentence[number : number + 2]
        return self.version.sentences[first:end]


def parts(text: str, start: int, end: int) -> list[Part]:
    """The headings and the paragraphs between them that `text[start:end]` touches; a heading without its mark."""
    found, here = [], start
    for heading in _HEADING.finditer(text):
        if heading.end() <= start or heading.start() >= end:
            continue
        found += [_trimmed(text, here, heading.start()), Part(*heading.span(1), is_heading=True)]
        here = heading.end()
    return [part for part in [*found, _trimmed(text, here, end)] if part.start < part.end]


def _trimmed(text: str, start: int, end: int) -> Part:
    words = text[start : max(start, end)]
    left = start + len(words) - len(words.lstrip())
    return Part(left, left + len(words.strip()), is_heading=False)


def _narrowed(excerpt: Excerpt, start: int, end: int) -> tuple[int, int]:
    """A span of at most 900 characters around the quote, cut between words, without white space at its ends."""
    text = excerpt.document.text
    room = max(_CONTEXT_CHARS - (excerpt.end - excerpt.start), 0)
    left = min(excerpt.start - start, max(room // 2, room - (end - excerpt.end)))
    right = min(end - excerpt.end, room - left)
    low, high = excerpt.start - left, excerpt.end + right
    while low > start and low < excerpt.start and not text[low - 1].isspace():
        low += 1
    while high < end and high > excerpt.end and not text[high].isspace():
        high -= 1
    while low < excerpt.start and text[low].isspace():
        low += 1
    while high > excerpt.end and text[high - 1].isspace():
        high -= 1
    return low, high
