"""Hit to excerpt: which whole sentences to quote. A quote is a slice, starts with a thought and ends with one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document
from index import kinds
from index.analyze import terms, words
from index.concepts import share_said
from index.people import named_in, speaks_of
from index.search import Asked, Hit, Prepared

MAX_CHARS = 300
"""Of a quote of two sentences."""
MAX_SENTENCE = 500
"""Of a single sentence; a longer one is not quoted."""
SPANS = 3
"""Of one passage, at most: where one source says most, all three quotes may be its."""
WORDS_WEIGHT = 0.2
"""On the share of the question's words, by weight, that a sentence says, beside its cosine."""
CONCEPTS_WEIGHT = 0.05
"""On the share of the things asked for about somebody that a sentence speaks of."""
_SAME = 0.8
"""Share of words from which two quotes count as the same."""
_SAME_MEANING = 0.88
"""Cosine of two sentences from which a source counts as saying what a brief says."""

_DANGLING = re.compile(
    r"(?:he|she|it|they|him|his|her|hers|its|their|theirs|this|that|these|those|such|but|and|so|however|also|then"
    r"|он|она|оно|они|его|её|ее|их|ему|ей|им|этот|эта|это|эти|тот|та|те|такой|такие|там|тогда|затем|потом|также|но|а|однако|поэтому"
    r"|ён|яна|яно|яны|яго|яе|іх|яму|ёй|гэты|гэтая|гэта|гэтыя|той|тая|тыя|такі|там|тады|потым|таксама|але|аднак|таму"
    r"|він|вона|вони|його|її|цей|ця|це|ці|але|тоді|jon|jana|jany|jaho|jaje|hety|heta)\b",
    re.IGNORECASE,
)
"""A sentence that begins so leans on the one before."""
_DENYING = """
not no never nobody none nothing cannot isnt arent wasnt werent hasnt havent hadnt didnt doesnt dont wont cant couldnt
не нет ни никто ничего никогда ня няма ні ніхто нічога ніколі немає nie
"""
DENIALS = frozenset(_DENYING.split())
"""As `words` writes them."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Whole sentences of one document, as a span; there is no other text to quote."""

    document: Document
    start: int
    end: int
    rank: int
    """From 1."""
    score: float
    """Probability-like, 0 to 1: how surely this passage holds the answer; 1 where rules chose it (`whereabouts.py`)."""
    also_in: tuple[str, ...] = ()
    """Other publishers that printed a copy of the document with the same words."""

    @property
    def quote(self) -> str:
        """The slice: the source's own words."""
        return self.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A span that could be quoted, with what speaks for it."""

    hit: Hit
    start: int
    end: int
    score: float
    """Fused, comparable within one question only."""
    vector: NDArray[np.float32]
    """Of its best sentence, unit length."""

    @property
    def text(self) -> str:
        """The slice."""
        return self.hit.passage.document.text[self.start : self.end]


def candidates(prepared: Prepared, question: Asked, hits: Sequence[Hit]) -> list[Candidate]:
    """Spans to quote from the hits, best first, not overlapping, none saying the same words twice.

    Where the question is about people, only what speaks of one of them.
    """
    weights = {term: prepared.lexical.idf(term) for term in question.terms}
    found = [candidate for hit in hits for candidate in _of_hit(prepared, question, weights, hit)]
    found.sort(key=lambda candidate: -candidate.score)
    return _distinct(_briefs_last(found))


def choose(found: Sequence[Candidate], *, count: int, slack: float) -> list[Candidate]:
    """The `count` candidates to show, best first: one of each document before a second of any.

    A document is passed over for a second quote of an earlier one when its best lies `slack` below the top.
    """
    chosen: list[Candidate] = []
    for second in (False, True):
        for candidate in found:
            near = second or candidate.score >= found[0].score - slack
            fresh = all(candidate.hit.passage.document != other.hit.passage.document for other in chosen)
            if len(chosen) < count and near and candidate not in chosen and (fresh or second):
                chosen.append(candidate)
    return chosen


def _of_hit(prepared: Prepared, question: Asked, weights: Mapping[str, float], hit: Hit) -> list[Candidate]:
    """Up to SPANS spans of a passage that do not overlap, around its best sentences."""
    spans, vectors = prepared.sentences_of(hit.number), prepared.sentence_vectors_of(hit.number)
    text = hit.passage.document.text
    sentences = [text[start:end] for start, end in spans.tolist()]
    cosines = vectors @ question.vector
    said = np.array([share_said(question.things, sentence) for sentence in sentences], np.float32)
    similar = cosines + WORDS_WEIGHT * _said(weights, sentences) + CONCEPTS_WEIGHT * said
    found: list[Candidate] = []
    for best in np.argsort(-similar).tolist():
        if len(found) == SPANS:
            break
        window = _window(text, spans, similar, best)
        if window is None or any(window[0] < other.end and other.start < window[1] for other in found):
            continue
        if question.people and not speaks_of(question.people, hit.passage, *window):
            continue
        score = (
            hit.score - hit.parts["sentence"] + float(cosines[best]) + float(similar[best] - similar.max())
        )
        found.append(Candidate(hit, *window, score, vectors[best]))
    return found


def _said(weights: Mapping[str, float], sentences: Sequence[str]) -> NDArray[np.float32]:
    """The share of the question's terms, by their weights, that each sentence holds."""
    whole = sum(weights.values()) or 1.0
    shares = [sum(weights[term] for term in weights.keys() & _terms_of(s)) / whole for s in sentences]
    return np.array(shares, np.float32)


@lru_cache(maxsize=1024)
def _terms_of(sentence: str) -> frozenset[str]:
    """The search terms of a sentence of a source: some sentences are looked at for many questions. About 4 MB."""
    return frozenset(terms(sentence))


def _window(
    text: str, spans: NDArray[np.int32], similar: NDArray[np.float32], best: int
) -> tuple[int, int] | None:
    """Start and end of sentence `best` with the neighbour that it needs, or that serves the question better."""

    def reach(first: int, last: int) -> tuple[int, int]:
        return int(spans[first, 0]), int(spans[last, 1])

    def fits(first: int, last: int) -> bool:
        start, end = reach(first, last)
        return end - start <= MAX_CHARS and "\n\n" not in text[start:end]

    start, end = reach(best, best)
    if end - start > MAX_SENTENCE:
        return None
    before = best > 0 and fits(best - 1, best)
    after = best + 1 < len(spans) and fits(best, best + 1)
    dangling = _DANGLING.match(text, start) is not None
    if (
        before
        and (dangling or not after or similar[best - 1] > similar[best + 1])
        and not _leans(text, spans, best - 1)
    ):
        return reach(best - 1, best)
    if before and dangling:
        return reach(best - 1, best)
    return reach(best, best + 1) if after else (start, end)


def _leans(text: str, spans: NDArray[np.int32], sentence: int) -> bool:
    return _DANGLING.match(text, int(spans[sentence, 0])) is not None


def _distinct(found: Sequence[Candidate]) -> list[Candidate]:
    """The same without those that repeat the words of another; of a source and a brief, the source stays.

    Another number, a "not" or another person makes another statement: sources may differ by nothing else.
    """
    kept: list[_Statement] = []
    fresh = set()
    for candidate in sorted(found, key=lambda candidate: candidate.hit.passage.document.is_brief):
        statement = _statement(candidate)
        if not any(_repeats(statement, other) for other in kept):
            kept.append(statement)
            fresh.add(id(candidate))
    return [candidate for candidate in found if id(candidate) in fresh]


class _Statement(NamedTuple):
    words: frozenset[str]
    numbers: frozenset[str]
    denials: frozenset[str]
    people: frozenset[str]


def _statement(candidate: Candidate) -> _Statement:
    said = _words_of(candidate.text)
    people = named_in(candidate.hit.passage, candidate.start, candidate.end)
    return _Statement(said, frozenset(kinds.numbers(candidate.text)), said & DENIALS, people)


@lru_cache(maxsize=1024)
def _words_of(quote: str) -> frozenset[str]:
    """The words of a quote: some are candidates for many questions. About 4 MB."""
    return frozenset(words(quote))


def _repeats(one: _Statement, other: _Statement) -> bool:
    if one.numbers != other.numbers or bool(one.denials) != bool(other.denials):
        return False
    if one.people and other.people and one.people.isdisjoint(other.people):
        return False
    common = len(one.words & other.words)
    return common >= _SAME * max(1, min(len(one.words), len(other.words)))


def _briefs_last(found: list[Candidate]) -> list[Candidate]:
    """The same, with every brief of ours behind the sources that say the same (by meaning, in any language)."""
    ordered = list(found)
    for brief in [candidate for candidate in found if candidate.hit.passage.document.is_brief]:
        place = ordered.index(brief)
        same = [
            i
            for i, other in enumerate(ordered)
            if i > place
            and not other.hit.passage.document.is_brief
            and float(other.vector @ brief.vector) > _SAME_MEANING
        ]
        if same:
            ordered.insert(same[-1], ordered.pop(place))
    return ordered
