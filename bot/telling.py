"""What a document newly says, as spans to quote in a message: about the people of a case, and naming no child."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np

from bot.compose import arrives_unchanged
from corpus import fold
from corpus.cases import Cases
from corpus.document import Document
from index import kinds
from index.analyze import stem, words
from index.case_file import CaseBook
from index.excerpt import DENIALS, MAX_CHARS, MAX_SENTENCE
from index.said import Said, when

QUOTES = 3
_LONG = 320
"""Characters; of one document one quote may be longer."""
_WORD = 4
"""Letters of a word that says something."""
_SAME = 0.9
"""Cosine from which a sentence may say what another says; numbers, names and denials decide."""
_PRIVATE = re.compile(r"[\w.+-]+@[\w-]+\.\w|(?:\+|\b00)\d[\d\s()-]{7,}\d|\b\d{2,3}[- ]\d{2}[- ]\d{2}\b")
"""Addresses of people and their telephones: never quoted."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A span to quote, with the reason for an operator."""

    start: int
    end: int
    why: str
    sensitive: bool = False


class NothingQuotableError(Exception):
    """No sentence of a document may be quoted."""


class Teller:
    """Chooses what to quote of the documents of one version of the index."""

    def __init__(self, book: CaseBook, cases: Cases) -> None:
        self._book = book
        self._cases = cases
        self.version = book.version
        self._owner = self.version.passages[self.version.sentences[:, 0], 0]

    def names_child(self, document: Document) -> bool:
        """Whether the title, which every message shows, names somebody of whom nothing may be shown."""
        named = (case for mention in self._cases.mentions(document.title) for case in mention.cases)
        return any(self._cases[case].protected for case in named)

    def people(self, document: Document) -> tuple[str, ...]:
        """The people whom a document surely names and who may have a card: those of the title first, then by number."""
        headed = self._headed(document)
        offset = len(document.title) + 2
        counted = Counter(
            mention.cases[0]
            for mention in self._cases.mentions(f"{document.title}\n\n{document.text}")
            if mention.start >= offset and len(mention.cases) == 1
        )
        found = (*headed, *(case for case, _ in counted.most_common()))
        return tuple(case for case in dict.fromkeys(found) if self._book.has_card(case))

    def choose(self, number: int, *, told: Sequence[int] = ()) -> tuple[Chosen, ...]:
        """One to three spans of document `number`; empty where it says nothing beyond the documents `told`.

        Raises `NothingQuotableError`.
        """
        document = self.version.documents[number]
        headed = [case for case in self._headed(document) if self._book.has_card(case)][:QUOTES]
        others = [case for case in self.people(document) if case not in headed]
        chosen: list[Chosen] = []
        for case in (*headed, *others):
            if len(chosen) == QUOTES or (chosen and case in others):
                break
            chosen += self._best(case, number, told, chosen)[: QUOTES - len(chosen)]
        if told and not chosen:
            return ()
        return tuple(chosen) or (self._first(number),)

    def spans(self, number: int) -> Iterator[tuple[int, int]]:
        """Every sentence, and every two in a row, of document `number` that may be quoted."""
        document = self.version.documents[number]
        sentences = self.version.sentences[self._owner == number, 1:].tolist()
        pairs = [(one[0], other[1]) for one, other in pairwise(sentences)]
        pairs = [pair for pair in pairs if pair[1] - pair[0] <= MAX_CHARS]
        for start, end in (*map(tuple, sentences), *pairs):
            quote = document.text[start:end]
            if (
                end - start <= MAX_SENTENCE
                and "\n\n" not in quote
                and self._is_quotable(document, start, end)
            ):
                yield start, end

    def _headed(self, document: Document) -> tuple[str, ...]:
        """The cases that a maintainer tagged, then those that the title surely names."""
        mentions = self._cases.mentions(document.title)
        titled = (mention.cases[0] for mention in mentions if len(mention.cases) == 1)
        found = dict.fromkeys((*document.cases, *titled))
        return tuple(case for case in found if case in self._cases.by_id)

    def _best(self, case: str, number: int, told: Sequence[int], chosen: Sequence[Chosen]) -> list[Chosen]:
        """What the document tells of a case: what its title says, else where the person is, else what happened last.

        Where the person has been since some days ago is told too, where the title says something else.
        """
        document = self.version.documents[number]
        may_be_long = all(one.end - one.start <= _LONG for one in chosen)
        found = [
            one
            for one in self._book.said_in(case, number)
            if self._is_quotable(document, one.line.start, one.line.end)
            and (may_be_long or one.line.end - one.line.start <= _LONG)
            and not any(_overlaps(one, other) for other in chosen)
            and (not told or (_tells(one) and self._is_new(one.row, told)))
        ]
        rank = {
            one.row: (_is_headline(one), one.is_status, _day(one), bool(one.events), -one.row)
            for one in found
        }
        found.sort(key=lambda one: rank[one.row], reverse=True)
        best = [_chosen(case, one) for one in found[:1]]
        if found and not found[0].is_status:
            short = best[0].end - best[0].start <= _LONG
            fresh = (one for one in found[1:] if one.is_status and _is_fresh(one))
            fresh = (one for one in fresh if short or one.line.end - one.line.start <= _LONG)
            best += [_chosen(case, one) for one in islice(fresh, 1) if not _overlaps(one, best[0])]
        return best

    def _first(self, number: int) -> Chosen:
        """The first sentence that may be quoted, for a document that says nothing of one person."""
        document = self.version.documents[number]
        for _, start, end in self.version.sentences[self._owner == number].tolist():
            if end - start <= MAX_SENTENCE and self._is_quotable(document, start, end):
                return Chosen(start, end, "the first sentence; none is about one person")
        raise NothingQuotableError

    def _is_quotable(self, document: Document, start: int, end: int) -> bool:
        quote = document.text[start:end]
        return (
            arrives_unchanged(quote)
            and not self._book.names_child(document, start, end)
            and not _PRIVATE.search(quote)
        )

    def _is_new(self, row: int, told: Sequence[int]) -> bool:
        """Whether no told document says what a sentence says: the same with the same numbers and names."""
        version = self.version
        _, start, end = version.sentences[row].tolist()
        sentence = version.documents[int(self._owner[row])].text[start:end]
        texts = [version.documents[number].text for number in told]
        rows = np.flatnonzero(np.isin(self._owner, told))
        cosines = version.sentence_vectors.rows(rows) @ version.sentence_vectors[row]
        if cosines.max(initial=0) <= _SAME:
            return True
        nearest = int(rows[cosines.argmax()])
        _, start, end = version.sentences[nearest].tolist()
        near = version.documents[int(self._owner[nearest])].text[start:end]
        names = {fold.skeleton(name) for name in kinds.names(sentence)}
        known = {fold.skeleton(word) for text in texts for _, _, word in fold.words(text)}
        denies = [bool(DENIALS & set(words(one))) for one in (sentence, near)]
        numbers = set(kinds.numbers(sentence)) <= {n for text in texts for n in kinds.numbers(text)}
        return not numbers or not names <= known or denies[0] != denies[1]


def _chosen(case: str, one: Said) -> Chosen:
    does = "is about them"
    if one.is_status:
        does = "tells where they are"
    elif one.events:
        does = "tells what happened"
    if _is_headline(one):
        does = f"{does}, as the title does"
    return Chosen(one.line.start, one.line.end, f"{case}: {does}", one.line.sensitive)


def _overlaps(one: Said, other: Chosen) -> bool:
    return one.line.start < other.end and other.start < one.line.end


def _is_headline(one: Said) -> bool:
    """Whether a sentence has at least half of the longer words of the title, stemmed."""
    line = one.line
    title = {stem(word) for word in words(line.document.title) if len(word) >= _WORD}
    said = {stem(word) for word in words(line.document.text[line.start : line.end])}
    return 2 * len(title & said) >= len(title) > 0


def _is_fresh(one: Said) -> bool:
    """Whether a sentence dates what happened by a day in the week before the document came out."""
    published, date = one.line.document.published, one.line.date
    if date is None or not (date.year and date.month and date.day and published.year and published.month):
        return False
    return (published.year, published.month) == (date.year, date.month) and (
        published.day or 31
    ) - date.day <= 7


def _tells(one: Said) -> bool:
    return one.is_status or bool(one.events) or one.line.date is not None


def _day(one: Said) -> tuple[int, int, int]:
    """Until when it is so, as far as it can be known: what is not known of a date is late, but not after publication."""
    published = _late(_came_out(one.line.document))
    return (
        min(_late(when(one.line)), published) if one.line.document.published.year else _late(when(one.line))
    )


def _came_out(document: Document) -> tuple[int, int, int]:
    """The day that a document came out; 0 for what is not known of it."""
    published = document.published
    return (published.year or 0, published.month or 0, published.day or 0)


def _late(day: tuple[int, int, int]) -> tuple[int, int, int]:
    return (day[0], day[1] or 12, day[2] or 31)
