"""What a message is refused for: the examples, their features, and the decisions made of probabilities."""

import re

import numpy as np
import pytest

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
        ({"question": 0.35, "private": 0.65}, Intent.PRIVATE),
        ({"question": 0.35, "private": 0.25, "instruction": 0.4}, Intent.INSTRUCTION),
        ({"question": 0.3, "page": 0.7}, Intent.PAGE),
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
