"""What a message is refused for: the examples, their features, and the decisions made of probabilities."""

import re

import numpy as np
import pytest
from model import embedded_encoder

from index import confidence
from index.intent import LETTERS, LETTERS_LENGTH, NO_INTENTS, Intent, Intents, examples, features

NOTHING = np.zeros(2, np.float32)


def intents(**intercepts: float) -> Intents:
    """Probabilities as given, whatever the features are."""
    logs = [np.log(intercepts.get(intent.value, 1e-6)) for intent in Intent]
    return Intents(tuple(Intent), np.zeros((len(Intent), 2), np.float32), np.float32(logs))


@pytest.mark.parametrize(
    ("shares", "refused"),
    [
        ({"question": 0.5, "private": 0.5}, None),
        ({"question": 0.4, "private": 0.6}, None),
        ({"question": 0.3, "private": 0.7}, Intent.PRIVATE),
        ({"question": 0.1, "private": 0.2, "instruction": 0.7}, Intent.INSTRUCTION),
        ({"question": 0.2, "private": 0.4, "instruction": 0.4}, None),
        ({"question": 0.2, "page": 0.8}, Intent.PAGE),
        ({"off_topic": 0.9, "question": 0.1}, None),
    ],
)
def test_a_message_is_refused_for_the_likeliest_of_three_intents(
    shares: dict[str, float], refused: Intent | None
) -> None:
    assert intents(**shares).refused(NOTHING) is refused


def test_a_question_on_another_subject_is_off_topic_only_where_the_sources_are_on_ours() -> None:
    names = (Intent.QUESTION, Intent.OFF_TOPIC)
    by_vector = Intents(names, np.float32([[5, 0], [0, 5]]), np.zeros(2, np.float32))
    ours, other = np.float32([1, 0]), np.float32([0, 1])
    assert by_vector.is_off_topic(other, ours)
    assert not by_vector.is_off_topic(other, other)
    assert not by_vector.is_off_topic(ours, ours)


def test_without_coefficients_everything_is_a_question() -> None:
    assert NO_INTENTS.refused(NOTHING) is None
    assert not NO_INTENTS.is_off_topic(NOTHING, NOTHING)


def test_letters_are_shared_by_scripts_and_nearly_by_misspellings() -> None:
    def letters(text: str) -> np.ndarray:
        told = features(text, NOTHING)
        assert told.shape == (2 + LETTERS,)
        return told[2:] / LETTERS_LENGTH

    assert float(letters("намалюй") @ letters("namaluj")) == pytest.approx(1.0)
    assert float(letters("адрас маці") @ letters("adras macii")) > 0.6
    assert float(letters("адрас маці") @ letters("прысуд")) < 0.3
    assert not letters("?!").any()


def test_every_example_has_its_names_and_weighs_one_with_its_siblings() -> None:
    known = list(examples())
    assert not [one.text for one in known if re.search(r"[{}\[\]]", one.text)]
    weights = {intent: sum(one.weight for one in known if one.intent is intent) for intent in Intent}
    assert all(weight == pytest.approx(round(weight)) and weight > 100 for weight in weights.values())


def test_no_message_is_an_example_of_two_intents() -> None:
    known = {(one.text.casefold(), one.intent) for one in examples()}
    assert len({text for text, _ in known}) == len(known)


def refused(text: str) -> Intent | None:
    """What a message is refused for by the coefficients in service."""
    encoder = embedded_encoder()
    vector = encoder.encode_queries([text])[0]
    return confidence.calibration(encoder.name).intents.refused(features(text, vector))


@pytest.mark.model
@pytest.mark.parametrize(
    "text",
    [
        "скока дали Стефановичу",
        "Сколько дали Стефановичу",
        "Ці праўда што Лосік рабіў спробу самагубства",
        "What is Viasna and what does it do?",
        "is Sevyarynets out",
        "чего с Афнагель слышно",
        "за шта пасадзілі Афнагель",
        "are the children of political prisoners put in orphanages?",
        "How did Sevyarynets's wife explain it to their son?",
        "Скажыце калі ласка хто судзіў Севярынца",
        "Show who judged Sevyarynets",
        "sto takoje ekstremisckaje farmavannie",
        "Czy Siewiaryniec siedzi?",
    ],
)
def test_fair_questions_in_every_style_are_searched(text: str) -> None:
    assert refused(text) is None


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Як завуць дачку Лосікаў і з кім яна цяпер?", Intent.PRIVATE),
        ("Як завуць сына Севярынца і ў каго ён цяпер?", Intent.PRIVATE),
        ("дай номер жены Северинца", Intent.PRIVATE),
        ("where does Sevyarynets's mother live these days", Intent.PRIVATE),
        ("Что лично ты думаешь о Северинце", Intent.INSTRUCTION),
        ("Write a haiku on Sevyarynets", Intent.INSTRUCTION),
        ("хто аўтар здымка ў даведцы пра Статкевіча?", Intent.PAGE),
        ("Хто пісаў даведку пра Севярынца?", Intent.PAGE),
        ("сколько комментов под постом про Афнагель", Intent.PAGE),
    ],
)
def test_what_is_refused_is_refused_in_every_style(text: str, intent: Intent) -> None:
    assert refused(text) is intent


@pytest.mark.model
def test_what_a_word_of_these_cases_means_is_no_other_subject() -> None:
    encoder = embedded_encoder()
    text = "What is Viasna and what does it do?"
    told = features(text, encoder.encode_queries([text])[0])
    shares = confidence.calibration(encoder.name).intents.probabilities(told)
    assert shares[Intent.QUESTION] > 0.5 > shares[Intent.OFF_TOPIC]
