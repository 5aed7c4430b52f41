"""Judged questions to the coefficients of `calibration.json`: fits, cross-validates and reports. Not used in service.

Unanswerable questions are scarce, so each answerable one is asked a second time with its gold passages withheld.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import confidence, excerpt
from index.answer import people_of
from index.encoder import Encoder
from index.judged import Judged
from index.search import Prepared, asked, search

INTENTS = Path(__file__).with_name("intents.json")
USED = (
    "passage_apart", "sentence_apart", "lexical", "words", "names", "numbers", "kind",
    "own_language", "own_words", "people", "said",
)  # fmt: skip
"""Features that earn their place: without the raw cosines, the rarest word and the length, questions about documents
that were not fitted on are told apart better."""
_FOLDS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A question asked of some documents, and whether they answer it."""

    features: NDArray[np.float64]
    answers: bool
    group: str
    """Samples of one group are never split between fitting and judging."""
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Coefficients, and for each sample the probability by coefficients that were fitted without its group."""

    weights: NDArray[np.float64]
    intercept: float
    probabilities: NDArray[np.float64]


def samples(
    questions: Sequence[Judged], prepared: Prepared, encoder: Encoder, *, weight: float = 1.0
) -> list[Sample]:
    """Each question as it is asked, and each answerable one again without the passages that answer it."""
    vectors = encoder.encode_queries([judged.question for judged in questions])
    found = []
    for judged, vector in zip(questions, vectors, strict=True):
        question = asked(judged.question, vector, people=people_of(judged.question, prepared))
        hits = search(prepared, question, top_k=20)
        without = [hit for hit in hits if not judged.is_hit_by(hit.passage.document, hit.passage.text)]
        for some, answers in ((hits[:10], judged.answerable), (without[:10], False)):
            candidates = excerpt.candidates(prepared, question, some)
            if candidates and (some is not without or judged.answerable):
                features = confidence.features(prepared, question, candidates[0])
                found.append(Sample(features, answers, judged.topic or judged.id, weight))
            if not judged.answerable:
                break
    return found


def fit(found: Sequence[Sample], *, use: Iterable[str] = USED) -> Fit:
    """A logistic regression on standardised features, cross-validated by group; features not in `use` weigh 0."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    columns = [confidence.FEATURES.index(name) for name in use]
    features = np.stack([sample.features for sample in found])
    mean, scale = features.mean(0), np.maximum(features.std(0), 1e-6)
    scaled = ((features - mean) / scale)[:, columns]
    labels = np.array([sample.answers for sample in found])
    weights = np.array([sample.weight for sample in found])
    balance = np.where(labels, weights.sum() / weights[labels].sum(), weights.sum() / weights[~labels].sum())
    model = LogisticRegression(C=0.3, max_iter=1000)
    probabilities = np.empty(len(found))
    groups = [sample.group for sample in found]
    for fitted, judged in GroupKFold(_FOLDS).split(scaled, labels, groups):
        model.fit(scaled[fitted], labels[fitted], sample_weight=(weights * balance)[fitted])
        probabilities[judged] = model.predict_proba(scaled[judged])[:, 1]
    model.fit(scaled, labels, sample_weight=weights * balance)
    coefficients = np.zeros(len(confidence.FEATURES))
    coefficients[columns] = model.coef_[0] / scale[columns]
    return Fit(coefficients, float(model.intercept_[0] - coefficients @ mean), probabilities)


def threshold(found: Sequence[Sample], fitted: Fit, *, falsely_refused: float) -> float:
    """The probability below which that share of the answerable samples with the largest weight lies."""
    heaviest = max(sample.weight for sample in found)
    own = [p for p, s in zip(fitted.probabilities, found, strict=True) if s.answers and s.weight == heaviest]
    return float(np.quantile(own, falsely_refused))


def fit_intents(encoder: Encoder) -> dict[str, Any]:
    """Coefficients of the intents for a model, as they stand in `calibration.json`."""
    from sklearn.linear_model import LogisticRegression

    stored: Mapping[str, Any] = json.loads(INTENTS.read_text(encoding="utf-8"))
    examples = [(text, name) for name, texts in stored.items() if name != "about" for text in texts]
    vectors = encoder.encode_queries([text for text, _ in examples])
    mean = vectors.mean(0)
    model = LogisticRegression(C=100.0, max_iter=3000).fit(vectors - mean, [name for _, name in examples])
    intercepts = model.intercept_ - model.coef_ @ mean
    return {
        str(name): {"intercept": round(float(intercept), 4), "weights": [round(float(w), 3) for w in row]}
        for name, intercept, row in zip(model.classes_, intercepts, model.coef_, strict=True)
    }


def entry(fitted: Fit, *, threshold: float, intents: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One model's part of `calibration.json`."""
    weights = {n: round(float(w), 4) for n, w in zip(confidence.FEATURES, fitted.weights, strict=True) if w}
    fields = {"weights": weights, "intercept": round(fitted.intercept, 4), "threshold": round(threshold, 4)}
    return fields | ({"intents": intents} if intents else {})
