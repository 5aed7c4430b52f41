"""Judged questions to the coefficients of `calibration.json`: fits, cross-validates and reports. Not used in service.

Unanswerable questions are scarce, so each answerable one is asked a second time with its gold passages withheld.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document
from corpus.library import load
from index import confidence, excerpt, intent
from index.answer import EXCERPTS, is_searched, people_of, shown
from index.build import assemble
from index.encoder import Encoder, encode_questions
from index.judged import Judged, JudgedFileError, read_judged
from index.search import Prepared, asked, prepare, search
from index.squad import read_squad

_FOLDS = 8
OWN_WEIGHT = 20.0
"""Of a question about our subject, against 1 of one about anything (SQuAD): near-misses on one subject are harder."""
NEAR_MISS = 3.0
"""Times that, of a question that is unanswerable as written: most are near-misses, and no gold withheld is as hard."""
FALSELY_REFUSED = 0.03
"""Share of answerable questions about our subject that the threshold may refuse, cross-validated."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A question asked of some documents, and whether they answer it."""

    features: NDArray[np.float64]
    """(n, features): of the excerpts that would be shown, best first."""
    answers: bool
    written: bool
    """Whether that is how the question was judged, with nothing withheld."""
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
    """Each question as it is asked, and each answerable one again without the passages that answer it.

    Left out is what is refused whatever the sources say: how surely they answer it decides nothing.
    """
    vectors, told = encode_questions(encoder, [judged.question for judged in questions])
    found = []
    for judged, vector, tokens in zip(questions, vectors, told, strict=True):
        if not is_searched(judged.question, vector, prepared, encoder.name):
            continue
        question = asked(
            judged.question, vector, prepared, people=people_of(judged.question, prepared), tokens=tokens
        )
        hits = search(prepared, question, top_k=20)
        without = [hit for hit in hits if not judged.is_hit_by(hit.passage.document, hit.passage.text)]
        for some, answers, written in ((hits, judged.answerable, True), (without, False, False)):
            candidates = excerpt.candidates(prepared, question, some[:10])
            if candidates and (written or judged.answerable):
                features = confidence.features(prepared, question, shown(candidates))[:EXCERPTS]
                worth = weight if judged.answerable else weight * NEAR_MISS
                found.append(Sample(features, answers, written, judged.topic or judged.id, worth))
            if not judged.answerable:
                break
    return found


def fit(found: Sequence[Sample]) -> Fit:
    """A logistic regression on standardised features, cross-validated by group."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    features = np.stack([sample.features[0] for sample in found])
    mean, scale = features.mean(0), np.maximum(features.std(0), 1e-6)
    scaled = (features - mean) / scale
    shown = [(sample.features - mean) / scale for sample in found]
    labels = np.array([sample.answers for sample in found])
    weights = np.array([sample.weight for sample in found])
    balance = np.where(labels, weights.sum() / weights[labels].sum(), weights.sum() / weights[~labels].sum())
    model = LogisticRegression(C=0.3, max_iter=1000)
    probabilities = np.empty(len(found))
    groups = [sample.group for sample in found]
    for fitted, judged in GroupKFold(_FOLDS).split(scaled, labels, groups):
        model.fit(scaled[fitted], labels[fitted], sample_weight=(weights * balance)[fitted])
        probabilities[judged] = [model.predict_proba(shown[i])[:, 1].max() for i in judged]
    model.fit(scaled, labels, sample_weight=weights * balance)
    coefficients = model.coef_[0] / scale
    return Fit(coefficients, float(model.intercept_[0] - coefficients @ mean), probabilities)


def probabilities_of(found: Sequence[Sample], fitted: Fit) -> NDArray[np.float64]:
    """The probability of each sample, by coefficients that were fitted on others."""
    logits = [float((sample.features @ fitted.weights).max()) + fitted.intercept for sample in found]
    return np.asarray(1 / (1 + np.exp(-np.array(logits))), np.float64)


def threshold(found: Sequence[Sample], fitted: Fit) -> float:
    """The probability below which FALSELY_REFUSED of the answerable samples with the largest weight lie."""
    heaviest = max(sample.weight for sample in found if sample.answers)
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
    refused_at_5: float
    """Share of the unanswerable ones below the threshold that would refuse 5 % of the answerable ones of this set."""
    near_misses: float
    """`refused`, of the questions that are unanswerable as written: without those asked again without their gold."""


def separation(
    name: str, found: Sequence[Sample], probabilities: NDArray[np.float64], *, threshold: float
) -> Separation:
    """Figures of one set."""
    from sklearn.metrics import roc_auc_score

    answers = np.array([sample.answers for sample in found])
    written = np.array([sample.written for sample in found]) & ~answers
    refused = probabilities < threshold
    return Separation(
        name,
        int(answers.sum()),
        int((~answers).sum()),
        round(float(roc_auc_score(answers, probabilities)), 3),
        round(float(refused[~answers].mean()), 3),
        round(float(refused[answers].mean()), 3),
        round(float((probabilities[~answers] < np.quantile(probabilities[answers], 0.05)).mean()), 3),
        round(float(refused[written].mean()), 3) if written.any() else float("nan"),
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
    documents, questions = read_squad(Path(left), Path(right))
    held = set(sorted({judged.topic for judged in questions})[2::3])
    return JudgedSet(
        argument,
        documents,
        [replace(judged, part="held" if judged.topic in held else "dev") for judged in questions],
        1.0,
    )


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
    judged: list[tuple[str, list[Sample], NDArray[np.float64]]] = []
    first = 0
    for name, fitted_on, held_back in asked_of:
        last = first + len(fitted_on)
        judged.append((name, fitted_on, fitted.probabilities[first:last]))
        first = last
        if held_back:
            judged.append((f"{name} (held)", held_back, probabilities_of(held_back, fitted)))
    figures = [separation(*one, threshold=limit) for one in judged]
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

    known = list(intent.examples())
    vectors = encoder.encode_queries([example.text for example in known])
    told = np.stack([intent.features(one.text, vector) for one, vector in zip(known, vectors, strict=True)])
    mean = told.mean(0)
    weights = [example.weight for example in known]
    model = LogisticRegression(C=100.0, max_iter=3000)
    model.fit(told - mean, [example.intent.value for example in known], sample_weight=weights)
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
