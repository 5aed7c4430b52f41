"""How surely the sources answer: features by hand, and the stored calibration."""

import json
import math

import numpy as np
import pytest
from encoders import HashingEncoder
from library import news, version_of

from index import confidence, excerpt
from index.confidence import FEATURES, MOST, Calibration
from index.intent import NO_INTENTS, Intent, Intents
from index.kinds import Kind, asked
from index.search import asked as analysed
from index.search import prepare, search


def all_features(question: str, encoder: HashingEncoder) -> list[dict[str, float]]:
    prepared = prepare(version_of(news(), encoder))
    query = analysed(question, encoder.encode_queries([question])[0], prepared)
    found = excerpt.candidates(prepared, query, search(prepared, query))
    rows = confidence.features(prepared, query, found).tolist()
    return [dict(zip(FEATURES, row, strict=True)) for row in rows]


def features(question: str, encoder: HashingEncoder) -> dict[str, float]:
    return all_features(question, encoder)[0]


def test_a_probability_is_the_sigmoid_of_the_weighted_features():
    weights = np.zeros(len(FEATURES))
    weights[0] = 2.0
    calibration = Calibration(weights, -1.0, 0.5, NO_INTENTS)
    values = np.zeros((2, len(FEATURES)))
    values[0, 0] = 1.5
    assert calibration.probabilities(values) == pytest.approx(
        [1 / (1 + math.exp(-2.0)), 1 / (1 + math.exp(1.0))]
    )


def test_words_that_the_passage_says_count_in_full(hashing: HashingEncoder):
    assert features("arrested in June 2020", hashing)["words"] == 1.0


def test_what_no_quote_speaks_of_counts_against_an_answer(hashing: HashingEncoder):
    said = features("When was Losik arrested?", hashing)
    assert (said["unsaid"], said["unfound"]) == (0.0, 0.0)
    left_out = features("Which judge fined Losik, and what did his dentist say?", hashing)
    assert (left_out["unsaid"], left_out["unfound"]) == (MOST, MOST)


def test_what_only_another_quote_speaks_of_is_not_unfound(hashing: HashingEncoder):
    found = all_features("Were prisoners released?", hashing)
    assert {row["unfound"] for row in found} == {0.0}
    assert {row["unsaid"] for row in found} == {0.0, 1.0}


def test_a_month_that_no_passage_can_mean_counts_against_an_answer(hashing: HashingEncoder):
    assert features("Who was arrested in June 2020?", hashing)["undated"] == 0.0
    assert features("Who was arrested in May 2019?", hashing)["undated"] == 1.0
    assert features("Who was arrested in 2019?", hashing)["undated"] == 0.0


def test_words_count_as_own_only_in_the_passage_s_language(hashing: HashingEncoder):
    same = features("Who was arrested in June 2020, and why was he arrested?", hashing)
    assert same["own_words"] == same["words"] > 0
    other = features("Кого арестовали в июне 2020 года, и за что его арестовали?", hashing)
    assert other["own_words"] == 0.0


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was he arrested?", Kind.DATE),
        ("Когда его задержали?", Kind.DATE),
        ("Калі яго затрымалі?", Kind.DATE),
        ("How many were freed?", Kind.NUMBER),
        ("Колькі жанчын вызвалілі?", Kind.NUMBER),
        ("Кто судил Лосика?", Kind.NAME),
        ("Дзе ён цяпер?", Kind.NAME),
        ("Why did he stop?", None),
        ("Почему он прекратил?", None),
    ],
)
def test_a_question_asks_for_a_kind_of_thing(question: str, kind: Kind | None):
    assert asked(question) is kind


def test_the_stored_calibration_is_sound():
    stored = json.loads(confidence.FILE.read_text(encoding="utf-8"))["models"]
    for entry in stored.values():
        assert set(entry["weights"]) <= set(FEATURES)
        assert 0 < entry["threshold"] < 1
    for intents in (entry["intents"] for entry in stored.values() if "intents" in entry):
        assert set(intents) == {intent.value for intent in Intent}


def test_a_model_that_nothing_was_fitted_for_is_judged_by_words_alone():
    calibration = confidence.calibration("unknown")
    assert np.count_nonzero(calibration.weights) == 1
    assert calibration.intents.probabilities(np.zeros(3, np.float32)) == {Intent.QUESTION: 1.0}


def test_intents_share_one():
    names = (Intent.QUESTION, Intent.PRIVATE)
    intents = Intents(names, np.float32([[1, 0], [0, 1]]), np.float32([0, 0]))
    shares = intents.probabilities(np.float32([1, 0]))
    assert shares[Intent.QUESTION] == pytest.approx(math.e / (1 + math.e))
    assert sum(shares.values()) == pytest.approx(1)


def test_without_tokens_their_features_are_zero(hashing: HashingEncoder):
    found = features("Who was arrested?", hashing)
    assert [found[name] for name in FEATURES if name.startswith("tokens_")] == [0.0] * 2
