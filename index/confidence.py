"""Is there an answer here at all? A calibrated probability from what search found; no rules about people live here.

The model is a logistic regression over the features below. `calibration.json` holds its coefficients and says on
what they were fitted; `index/calibrate.py` fits them.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import kinds
from index.analyze import word_terms, words
from index.excerpt import Candidate
from index.intent import NO_INTENTS, Intent, Intents
from index.lexical import Lexical
from index.search import Asked, Prepared

FILE = Path(__file__).with_name("calibration.json")
ANY_MODEL = ""
"""The name in the file for a model that none was fitted for."""
FEATURES = (
    "dense",  # cosine of the passage, without the bonus of a common language
    "sentence",  # the same of the best sentence
    "passage_apart",  # cosine of the passage after what all passages have in common is taken off both
    "sentence_apart",  # the same of the best sentence
    "lexical",  # BM25 as a share of the question's weight
    "words",  # share of the question's words, by weight, whose letters occur in the passage
    "rarest",  # the same of its rarest word
    "names",  # share of the names in the question that occur in the passage or its title
    "numbers",  # share of the numbers in the question that occur there
    "kind",  # 1 if the quote holds a date, number or name where one is asked for, -1 if not, 0 if none is asked for
    "length",  # log of the number of words in the question
    "own_language",  # 1 if question and passage share it
    "own_words",  # the feature "words", where they do
    "people",  # 1 if the question names people
    "said",  # how many of them the passage (1) or only its title (0.5) names, as a share
    "tokens_passage",  # mean over the question's tokens, by rarity, of their best cosine among those of the passage
    "tokens_quote",  # the same among those of the quote
    "tokens_worst",  # the same of the fifth of the tokens that the quote covers worst: a near-miss leaves the point out
    "tokens_apart",  # tokens_passage less its mean over the other candidates' passages
)


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
    covered = _tokens_covered(prepared, question, found)
    rows = [
        _found(prepared, question, candidate) | tokens
        for candidate, tokens in zip(found, covered, strict=True)
    ]
    return np.array([[row[name] for name in FEATURES] for row in rows]).reshape(-1, len(FEATURES))


def _found(prepared: Prepared, question: Asked, best: Candidate) -> dict[str, float]:
    """The features that do not need tokens."""
    parts = best.hit.parts
    document = best.hit.passage.document
    context = f"{document.title}\n{best.hit.passage.text}"
    shares, weights = _coverage(prepared.lexical, question.text, best.hit.number)
    covered = float(shares @ weights / max(weights.sum(), 1e-9))
    own = float(parts["language"] < 0)
    return {
        "dense": parts["dense"] + parts["language"] / 2,
        "sentence": float(best.vector @ question.vector) + parts["language"] / 2,
        "passage_apart": _cosine(
            question.vector - prepared.passage_mean,
            prepared.passage_vectors[best.hit.number] - prepared.passage_mean,
        ),
        "sentence_apart": _cosine(
            question.vector - prepared.sentence_mean, best.vector - prepared.sentence_mean
        ),
        "lexical": parts["lexical"],
        "words": covered,
        "rarest": float(shares[weights.argmax()]) if len(weights) else 0.0,
        "names": _names_said(prepared.lexical, question.text, best.hit.number),
        "numbers": _numbers_said(question.text, context + f"\n{document.published}"),
        "kind": _kind_said(question.text, best.text),
        "length": math.log1p(len(words(question.text))),
        "own_language": own,
        "own_words": own * covered,
        "people": float(bool(question.people)),
        "said": parts["names"] if question.people else 1.0,
    }


def _tokens_covered(
    prepared: Prepared, question: Asked, found: Sequence[Candidate]
) -> list[dict[str, float]]:
    """The features that need tokens; all 0 where there are none."""
    table, tokens = prepared.tokens, question.tokens
    if table is None or tokens is None or not tokens.pieces:
        return [dict.fromkeys(_TOKENS, 0.0) for _ in found]
    vectors, rarity = table.question(tokens), table.weights(tokens)
    rarity /= rarity.sum()
    spans = {c.hit.number: prepared.first_sentence[c.hit.number : c.hit.number + 2].tolist() for c in found}
    passages = {
        number: float(table.covered(vectors, first, last) @ rarity) for number, (first, last) in spans.items()
    }
    rows = []
    for candidate in found:
        number = candidate.hit.number
        quote = table.covered(vectors, *_sentences_in(prepared, candidate))
        others = [share for other, share in passages.items() if other != number]
        rows.append(
            {
                "tokens_passage": passages[number],
                "tokens_quote": float(quote @ rarity),
                "tokens_worst": float(np.sort(quote)[: max(1, len(quote) // 5)].mean()),
                "tokens_apart": passages[number] - sum(others) / len(others) if others else 0.0,
            }
        )
    return rows


_TOKENS = FEATURES[-4:]


def _sentences_in(prepared: Prepared, candidate: Candidate) -> tuple[int, int]:
    """The first sentence of a quote, and the one after its last."""
    first = int(prepared.first_sentence[candidate.hit.number])
    spans = prepared.sentences_of(candidate.hit.number)
    inside = np.flatnonzero((spans[:, 0] >= candidate.start) & (spans[:, 1] <= candidate.end))
    return first + int(inside[0]), first + int(inside[-1]) + 1


def _cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths > 1e-6 else 0.0


def _coverage(index: Lexical, question: str, passage: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each word of the question: the share of its 4-grams (1 for its stem) in the passage, and its weight."""
    shares, weights = [], []
    for word in dict.fromkeys(words(question)):
        stem, *grams = word_terms(word)
        shares.append(1.0 if index.holds(stem, passage) else _share(index, grams, passage))
        weights.append(max(index.idf(gram) for gram in grams))
    return np.array(shares, np.float64), np.array(weights, np.float64)


def _names_said(index: Lexical, question: str, passage: int) -> float:
    """Mean share of the letters of each name in the question that the passage says; 1 without names."""
    asked = [word_terms(word)[1:] for name in kinds.names(question) for word in words(name)]
    shares = [_share(index, grams, passage) for grams in asked]
    return sum(shares) / len(shares) if shares else 1.0


def _share(index: Lexical, grams: Sequence[str], passage: int) -> float:
    return sum(index.holds(gram, passage) for gram in grams) / len(grams)


def _numbers_said(question: str, context: str) -> float:
    asked, said = kinds.numbers(question), set(kinds.numbers(context))
    return sum(number in said for number in asked) / len(asked) if asked else 1.0


def _kind_said(question: str, quote: str) -> float:
    kind = kinds.asked(question)
    if kind is None:
        return 0.0
    return 1.0 if kinds.holds(kind, quote, question=question) else -1.0
