"""Fitting how sure an answer must be."""

import json
from pathlib import Path

import numpy as np
import pytest
from encoders import HashingEncoder
from library import news, version_of

from index.calibrate import Sample, entry, fit, read_set, samples, separation, threshold
from index.confidence import FEATURES
from index.judged import Gold, Judged, JudgedFileError
from index.search import prepare
from index.squad import read_squad

WORDS = FEATURES.index("words")


def sample(share: float, answers: bool, group: int) -> Sample:
    features = np.zeros(len(FEATURES))
    features[WORDS] = share
    return Sample(features, answers, str(group))


SAMPLES = [sample(0.8 + i / 100, True, i) for i in range(10)] + [
    sample(0.1 + i / 100, False, i) for i in range(10)
]


def test_an_answerable_question_is_asked_again_without_its_gold_passages(hashing: HashingEncoder):
    prepared = prepare(version_of(news(), hashing))
    gold = (Gold("arrest", "Ihar Losik was arrested in June 2020."),)
    judged = Judged("1", "When was Ihar Losik arrested?", "en", "date", True, gold)
    with_gold, without = samples([judged], prepared, hashing)
    assert (with_gold.answers, without.answers) == (True, False)
    assert with_gold.features[WORDS] > without.features[WORDS]


def test_a_fit_separates_what_can_be_separated():
    fitted = fit(SAMPLES)
    found = separation("words", SAMPLES, fitted.probabilities, threshold=threshold(SAMPLES, fitted))
    assert found.auroc == 1.0
    assert found.refused == 1.0
    assert found.falsely_refused <= 0.1


def test_only_features_in_use_have_a_weight():
    weights = entry(fit(SAMPLES, use=("words", "names")), threshold=0.5)["weights"]
    assert list(weights) == ["words"]


def test_squad_questions_meet_the_sentence_that_answers_them(tmp_path: Path):
    context = "Minsk is a city. Ihar was born in 1992. It rained."
    data = [{"title": "A B", "paragraphs": [{"context": context, "qas": [
        {"id": "q", "question": "When?", "answers": [{"text": "1992", "answer_start": context.index("1992")}]}
    ]}]}]  # fmt: skip
    path = tmp_path / "set.en.json"
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    documents, (judged,) = read_squad(path, path)
    assert documents[0].text == context
    assert judged.gold == (Gold(documents[0].id, "Ihar was born in 1992."),)


def test_an_argument_without_questions_is_refused():
    with pytest.raises(JudgedFileError, match="DOCUMENTS=QUESTIONS"):
        read_set("folder")
