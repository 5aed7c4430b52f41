"""Judged questions to the coefficients of `calibration.json`: fits, cross-validates and reports. Not used in service.

Unanswerable questions are scarce, so each answerable one is asked a second time with its gold passages withheld.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document
from corpus.library import load
from index import confidence, excerpt
from index.answer import people_of
from index.build import assemble
from index.encoder import Encoder
from index.judged import Judged, JudgedFileError, read_judged
from index.search import Prepared, asked, prepare, search
from index.squad import read_squad

INTENTS = Path(__file__).with_name("intents.json")
USED = (
    "passage_apart", "sentence_apart", "lexical", "words", "names", "numbers", "kind",
    "own_language", "own_words", "people", "said",
)  # fmt: skip
"""Features that earn their place: without the raw cosines, the rarest word and the length, questions about documents
that were not fitted on are told apart better."""
_FOLDS = 8
OWN_WEIGHT = 20.0
"""Of a question about our subject, against 1 of one about anything (SQuAD): near-misses on one subject are harder."""
FALSELY_REFUSED = 0.06
"""Share of answerable questions about our subject that the threshold may refuse, cross-validated."""


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


def threshold(found: Sequence[Sample], fitted: Fit) -> float:
    """The probability below which FALSELY_REFUSED of the answerable samples with the largest weight lie."""
    heaviest = max(sample.weight for sample in found)
    own = [p for p, s in zip(fitted.probabilities, found, strict=True) if s.answers and s.weight == heaviest]
    return float(np.quantile(own, FALSELY_REFUSED))


@dataclass(frozen=True, slots=True)
class Separation:
    """How well probabilities tell answerable samples from others."""

    name: str
    answerable: int
    unanswerable: int
    auroc: float
    refused: float
    """Share of the unanswerable ones below the threshold."""
    falsely_refused: float


def separation(
    name: str, found: Sequence[Sample], probabilities: NDArray[np.float64], *, threshold: float
) -> Separation:
    """Figures of one set."""
    from sklearn.metrics import roc_auc_score

    answers = np.array([sample.answers for sample in found])
    refused = probabilities < threshold
    return Separation(
        name,
        int(answers.sum()),
        int((~answers).sum()),
        round(float(roc_auc_score(answers, probabilities)), 3),
        round(float(refused[~answers].mean()), 3),
        round(float(refused[answers].mean()), 3),
    )


@dataclass(frozen=True, slots=True, eq=False)
class JudgedSet:
    """Documents and the questions asked of them."""

    name: str
    documents: Sequence[Document]
    questions: Sequence[Judged]
    weight: float


def read_set(argument: str) -> JudgedSet:
    """A set from `DOCUMENTS=QUESTIONS`: a folder and a JSONL file of ours, or two files in the SQuAD format."""
    left, separator, right = argument.partition("=")
    if not separator:
        raise JudgedFileError(
            f"{argument!r} is not DOCUMENTS=QUESTIONS: name a folder and a file of questions"
        )
    if Path(left).is_dir():
        return JudgedSet(argument, load([Path(left)]), read_judged(Path(right)), OWN_WEIGHT)
    return JudgedSet(argument, *read_squad(Path(left), Path(right)), 1.0)


def calibrate(sets: Sequence[JudgedSet], encoder: Encoder) -> tuple[dict[str, Any], list[Separation]]:
    """Coefficients for the encoder's model, and how they do: cross-validated on what was fitted, plain on "held"."""
    asked_of: list[tuple[str, list[Sample], list[Sample]]] = []
    for judged_set in sets:
        prepared = prepare(assemble(judged_set.documents, encoder, created=datetime.now(UTC)).version)
        dev, held = (
            samples(
                [judged for judged in judged_set.questions if (judged.part == "held") is is_held],
                prepared,
                encoder,
                weight=judged_set.weight,
            )
            for is_held in (False, True)
        )
        asked_of.append((judged_set.name, dev, held))
    found = [sample for _, fitted_on, _ in asked_of for sample in fitted_on]
    fitted = fit(found)
    limit = threshold(found, fitted)
    figures, first = [], 0
    for name, fitted_on, held_back in asked_of:
        last = first + len(fitted_on)
        figures.append(separation(name, fitted_on, fitted.probabilities[first:last], threshold=limit))
        first = last
        if held_back:
            logits = fitted.intercept + np.stack([sample.features for sample in held_back]) @ fitted.weights
            probabilities = 1 / (1 + np.exp(-logits))
            figures.append(separation(f"{name} (held)", held_back, probabilities, threshold=limit))
    return entry(fitted, threshold=limit, intents=fit_intents(encoder)), figures


def write(model: str, coefficients: Mapping[str, Any], figures: Sequence[Separation], *, path: Path) -> None:
    """Put a model's coefficients into `calibration.json`, with what they were fitted on."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    fitted_on = [asdict(figure) | {"name": _short(figure.name)} for figure in figures]
    stored["models"][model] = {**coefficients, "fitted_on": fitted_on}
    path.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _short(name: str) -> str:
    """A set's name without the folders in front of its two parts."""
    return "=".join(Path(part).name for part in name.split("="))


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
