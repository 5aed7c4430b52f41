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

import numpy as np
from numpy.typing import NDArray

from corpus import fold
from index import kinds
from index.analyze import GRAM, terms, word_terms, words
from index.excerpt import Candidate
from index.lexical import Lexical
from index.search import Asked

FILE = Path(__file__).with_name("calibration.json")
FEATURES = (
    "dense",  # cosine of the passage, without the bonus of a common language
    "sentence",  # the same of the best sentence
    "margin",  # fused score beyond the best passage of another text
    "lexical",  # BM25 as a share of the question's weight
    "lexical_margin",
    "words",  # share of the question's words, by weight, whose letters occur in the passage
    "rarest",  # the same of its rarest word
    "names",  # share of the names in the question that occur in the passage or its title
    "numbers",  # share of the numbers in the question that occur there
    "kind",  # 1 if the quote holds a date, number or name where one is asked for, -1 if not, 0 if none is asked for
    "length",  # log of the number of words in the question
    "script",  # 1 if question and passage share their language
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients for one model; probability = sigmoid(intercept + weights · (features - mean) / scale)."""

    weights: tuple[float, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    intercept: float
    threshold: float
    """At or above it there is an answer."""

    def probability(self, features: Sequence[float]) -> float:
        """Probability that the quote answers the question."""
        terms = zip(self.weights, features, self.mean, self.scale, strict=True)
        logit = self.intercept + sum(w * (x - m) / s for w, x, m, s in terms)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def calibrations() -> Mapping[str, Calibration]:
    """Model name -> its calibration; "" is for a model that none was fitted for, by words alone."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: Calibration(
            weights=tuple(entry["weights"][feature] for feature in FEATURES),
            mean=tuple(entry["mean"][feature] for feature in FEATURES),
            scale=tuple(entry["scale"][feature] for feature in FEATURES),
            intercept=entry["intercept"],
            threshold=entry["threshold"],
        )
        for name, entry in stored["models"].items()
    }


def calibration(model: str) -> Calibration:
    """The calibration for a model by its name."""
    known = calibrations()
    return known.get(model, known[""])


def features(
    index: Lexical, question: Asked, found: Sequence[Candidate], place: int = 0
) -> NDArray[np.float64]:
    """The features of candidate `place` of `found` (sorted, best first) as in FEATURES."""
    best = found[place]
    parts = best.hit.parts
    other = next((c for c in found[place + 1 :] if c.hit.number != best.hit.number), None)
    document = best.hit.passage.document
    context = f"{document.title}\n{best.hit.passage.text}"
    shares, weights = _coverage(index, question.text, context)
    values = {
        "dense": parts["dense"] + parts["language"] / 2,
        "sentence": float(best.vector @ question.vector) + parts["language"] / 2,
        "margin": best.score - (other.score if other else best.score - 0.1),
        "lexical": parts["lexical"],
        "lexical_margin": parts["lexical"] - (other.hit.parts["lexical"] if other else 0.0),
        "words": float(shares @ weights / max(weights.sum(), 1e-9)),
        "rarest": float(shares[weights.argmax()]) if len(weights) else 0.0,
        "names": _names_said(question.text, context),
        "numbers": _numbers_said(question.text, context + f"\n{document.published}"),
        "kind": _kind_said(question.text, best.text),
        "length": math.log1p(len(words(question.text))),
        "script": float(parts["language"] < 0),
    }
    return np.array([values[name] for name in FEATURES])


def _coverage(index: Lexical, question: str, context: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each word of the question: the share of its 4-grams (1 for its stem) in the context, and its weight."""
    said = set(terms(context))
    shares, weights = [], []
    for word in dict.fromkeys(words(question)):
        stem, *grams = word_terms(word)
        shares.append(1.0 if stem in said else sum(gram in said for gram in grams) / len(grams))
        weights.append(max(index.idf(gram) for gram in grams))
    return np.array(shares, np.float64), np.array(weights, np.float64)


def _names_said(question: str, context: str) -> float:
    """Share of the names in the question of which at least half the letters occur in the context; 1 without names."""
    said = {gram for _, _, word in fold.words(context) for gram in fold.ngrams(word, GRAM)}
    asked = [set(fold.ngrams(name, GRAM)) for name in kinds.names(question)]
    found = [len(grams & said) / len(grams) for grams in asked]
    return sum(found) / len(found) if found else 1.0


def _numbers_said(question: str, context: str) -> float:
    asked, said = kinds.numbers(question), set(kinds.numbers(context))
    return sum(number in said for number in asked) / len(asked) if asked else 1.0


def _kind_said(question: str, quote: str) -> float:
    kind = kinds.asked(question)
    if kind is None:
        return 0.0
    return 1.0 if kinds.holds(kind, quote, question=question) else -1.0
