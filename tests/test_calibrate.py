"""Fitting how sure an answer must be."""

import json
from pathlib import Path

import numpy as np
import pytest
from encoders import HashingEncoder
from library import news, version_of

from index.calibrate import (
    NEAR_MISS,
    Sample,
    entry,
    fit,
    probabilities_of,
    read_set,
    samples,
    separation,
    threshold,
)
from index.confidence import FEATURES
from index.judged import Gold, Judged, JudgedFileError
from index.search import prepare
from index.squad import read_squad

WORDS = FEATURES.index("words")


def sample(share: float, answers: bool, group: int) -> Sample:
    features = np.zeros((2, len(FEATURES)))
    features[:, WORDS] = share, 0.0
    return Sample(features, answers, True, str(group))


SAMPLES = [sample(0.8 + i / 100, True, i) for i in range(10)] + [
    sample(0.1 + i / 100, False, i) for i in range(10)
]


def test_an_answerable_question_is_asked_again_without_its_gold_passages(hashing: HashingEncoder):
    prepared = prepare(version_of(news(), hashing))
    gold = (Gold("arrest", "Ihar Losik was arrested in June 2020."),)
    judged = Judged("1", "When was Ihar Losik arrested?", "en", "date", True, gold)
    with_gold, without = samples([judged], prepared, hashing)
    assert (with_gold.answers, without.answers) == (True, False)
    assert (with_gold.written, without.written) == (True, False)
    assert with_gold.features[0, WORDS] > without.features[0, WORDS]


def test_a_fit_separates_what_can_be_separated():
    fitted = fit(SAMPLES)
    found = separation("words", SAMPLES, fitted.probabilities, threshold=threshold(SAMPLES, fitted))
    assert found.auroc == 1.0
    assert found.refused == 1.0
    assert found.falsely_refused <= 0.1


def test_a_feature_that_never_differs_has_no_weight():
    assert list(entry(fit(SAMPLES), threshold=0.5)["weights"]) == ["words"]


def test_what_is_refused_whatever_the_sources_say_is_not_fitted_on(hashing: HashingEncoder):
    prepared = prepare(version_of(news(), hashing))
    stranger = Judged("1", "When was Uladzislau Viarheichyk sentenced?", "en", "unknown", False, ())
    near_miss = Judged("2", "Which judge sentenced Ihar Losik?", "en", "near-miss", False, ())
    (found,) = samples([stranger, near_miss], prepared, hashing, weight=2.0)
    assert (found.group, found.weight) == ("2", 2.0 * NEAR_MISS)


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


def test_the_best_of_the_excerpts_shown_decides():
    fitted = fit(SAMPLES)
    features = np.zeros((2, len(FEATURES)))
    features[1, WORDS] = 0.9
    second = Sample(features, True, True, "other")
    assert probabilities_of([second], fitted)[0] == pytest.approx(
        probabilities_of([sample(0.9, True, 99)], fitted)[0]
    )


def test_every_third_squad_article_is_held_back(tmp_path: Path):
    data = [
        {"title": title, "paragraphs": [{"context": "It rained.", "qas": [
            {"id": title, "question": "What?", "answers": [{"text": "rained", "answer_start": 3}]}
        ]}]}
        for title in "CABD"
    ]  # fmt: skip
    path = tmp_path / "set.en.json"
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    held = {judged.topic: judged.part for judged in read_set(f"{path}={path}").questions}
    assert held == {"A": "dev", "B": "dev", "C": "held", "D": "dev"}
