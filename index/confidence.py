"""Is there an answer here at all? A calibrated probability from what search found; no rules about people live here.

The model is a logistic regression over the features below. `calibration.json` holds its coefficients and says on
what they were fitted; `index/calibrate.py` fits them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Passage
from index.analyze import word_terms, words
from index.concepts import RELATIVES, asked_by, said_by
from index.excerpt import Candidate
from index.intent import NO_INTENTS, Intent, Intents
from index.lexical import Lexical
from index.search import Asked, Prepared
from index.value import Day
from index.values import dates

FILE = Path(__file__).with_name("calibration.json")
ANY_MODEL = ""
"""The name in the file for a model that none was fitted for."""
FEATURES = (
    "words",  # share of the question's words, by weight, whose letters occur in the passage
    "own_words",  # the same where question and passage share their language, else 0
    "tokens_quote",  # mean over the question's tokens, by rarity, of their best cosine among those of the quote
    "tokens_apart",  # the same of the passage, less its mean over the other candidates' passages
    "unsaid",  # things asked for (a judge, a fine) that quote and title do not speak of, at most MOST
    "unfound",  # those that no candidate's passage or title speaks of, at most MOST
    "undated",  # 1 if the question names a month or a day that no candidate's passage can mean
)
MOST = 2
"""One thing that is left out says nearly as much as three."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Coefficients for one model; probability = sigmoid(intercept + weights · features)."""

    weights: NDArray[np.float64]
    intercept: float
    threshold: float
    """At or above it there is an answer."""
    intents: Intents

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each candidate (a row of features, (n, features)) the probability that it answers the question."""
        logits = self.intercept + features @ self.weights
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float64)


def calibration(model: str) -> Calibration:
    """The calibration for a model by its name; for a model that none was fitted for, one that trusts words alone."""
    known = _calibrations()
    return known.get(model, known[ANY_MODEL])


@cache
def _calibrations() -> Mapping[str, Calibration]:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: _read(entry) for name, entry in stored["models"].items()}


def _read(entry: dict[str, Any]) -> Calibration:
    intents = NO_INTENTS
    if "intents" in entry:
        named = entry["intents"]
        intents = Intents(
            names=tuple(Intent(name) for name in named),
            weights=np.array([intent["weights"] for intent in named.values()], np.float32),
            intercepts=np.array([intent["intercept"] for intent in named.values()], np.float32),
        )
    weights = np.array([entry["weights"].get(name, 0.0) for name in FEATURES])
    return Calibration(weights, entry["intercept"], entry["threshold"], intents)


def features(prepared: Prepared, question: Asked, found: Sequence[Candidate]) -> NDArray[np.float64]:
    """What speaks for and against each candidate, (n, features), columns in the order of FEATURES."""
    if not found:
        return np.empty((0, len(FEATURES)))
    passages = {candidate.hit.number: candidate.hit for candidate in found}
    things = asked_by(question.text, question.language)
    if not question.people:  # my brother, then
        things -= RELATIVES
    spoken = {
        number: said_by(hit.passage.text) | said_by(hit.passage.document.title)
        for number, hit in passages.items()
    }
    unfound = float(min(MOST, len(things.difference(*spoken.values()))))
    undated = float(not _may_mean(question.text, [hit.passage for hit in passages.values()]))
    asked = _words(prepared.lexical, question.text)
    rows = []
    for candidate, tokens_covered in zip(found, _tokens_covered(prepared, question, found), strict=True):
        covered = _words_covered(prepared.lexical, asked, candidate.hit.number)
        title = candidate.hit.passage.document.title
        unsaid = things - said_by(candidate.text) - said_by(title)
        others = [hit.parts["tokens"] for number, hit in passages.items() if number != candidate.hit.number]
        tokens = candidate.hit.parts["tokens"]
        rows.append(
            (
                covered,
                covered if candidate.hit.parts["language"] < 0 else 0.0,
                tokens_covered,
                tokens - sum(others) / len(others) if others else 0.0,
                float(min(MOST, len(unsaid))),
                unfound,
                undated,
            )
        )
    return np.array(rows, np.float64)


_Posting = tuple[int, int]
_Word = tuple[_Posting, list[_Posting], float]
"""Where the stem and the 4-grams of a word that is asked for occur, and its weight."""


def _words(index: Lexical, question: str) -> list[_Word]:
    found = []
    for word in dict.fromkeys(words(question)):
        stem, *grams = word_terms(word)
        weight = max(index.idf(gram) for gram in grams)
        found.append((index.posting(stem), [index.posting(gram) for gram in grams], weight))
    return found


def _words_covered(index: Lexical, asked: Sequence[_Word], passage: int) -> float:
    """The share of the question's words, by weight: of each, that of its 4-grams (1 for its stem) in the passage."""
    said = sum(
        weight * (1.0 if index.holds(stem, passage) else _share(index, grams, passage))
        for stem, grams, weight in asked
    )
    return said / max(sum(weight for _, _, weight in asked), 1e-9)


def _share(index: Lexical, grams: Sequence[_Posting], passage: int) -> float:
    return sum(index.holds(gram, passage) for gram in grams) / len(grams)


def _tokens_covered(prepared: Prepared, question: Asked, found: Sequence[Candidate]) -> list[float]:
    """The mean over the question's tokens, by rarity, of how well each quote covers them; 0 without tokens."""
    if question.tokens is None or prepared.tokens is None:
        return [0.0] * len(found)
    vectors, rarity = question.tokens
    sentences = np.array([_sentences_in(prepared, candidate) for candidate in found])
    return list((prepared.tokens.covered(vectors, sentences) @ rarity).tolist())


def _may_mean(question: str, passages: Sequence[Passage]) -> bool:
    """Whether some passage names each month or day that the question names, or came out then."""
    asked = [date for date in _days(question) if date.month is not None]
    if not asked:
        return True
    told = [day for passage in passages for day in (*_told(passage.text), *_told(passage.document.title))]
    for passage in passages:
        published = passage.document.published
        told.append(Day(published.year, published.month, published.day))
    return all(any(day.meets(other) for other in told) for day in asked)


def _days(text: str) -> list[Day]:
    return [value.content for value in dates(text) if isinstance(value.content, Day)]


@lru_cache(maxsize=1024)
def _told(text: str) -> tuple[Day, ...]:
    """The days in a text of a source: some passages are looked at for many questions."""
    return tuple(_days(text))


def _sentences_in(prepared: Prepared, candidate: Candidate) -> tuple[int, int]:
    """The first sentence of a quote, and the one after its last."""
    first = int(prepared.first_sentence[candidate.hit.number])
    spans = prepared.sentences_of(candidate.hit.number)
    inside = np.flatnonzero((spans[:, 0] >= candidate.start) & (spans[:, 1] <= candidate.end))
    return first + int(inside[0]), first + int(inside[-1]) + 1
