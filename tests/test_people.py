"""Whose words may answer a question about a person."""

import pytest
from library import document

from corpus.document import Passage
from index.people import speaks_of


def speaks(person: str, text: str, quote: str, title: str = "News") -> bool:
    whole = Passage(document("a", text, title=title), 0, len(text))
    start = text.index(quote)
    return speaks_of((person,), whole, start, start + len(quote))


def test_a_sentence_that_names_the_person_speaks_of_them():
    assert speaks("losik-ihar", "Ihar Losik was freed. The river is long.", "Ihar Losik was freed.")


def test_a_sentence_about_a_namesake_does_not():
    text = "Ihar Losik was freed. Daria Losik had been freed before."
    assert not speaks("losik-ihar", text, "Daria Losik had been freed before.")
    assert speaks("losik-daria", text, "Daria Losik had been freed before.")


@pytest.mark.parametrize(
    ("person", "other"),
    [
        ("statkevich", "Valiantsin Stefanovich was sentenced."),
        ("tsikhanouski-siarhei", "Sviatlana Tsikhanouskaya left the country."),
        ("babaryka-viktar", "Eduard Babaryka was sentenced."),
    ],
)
def test_a_near_namesake_never_answers(person: str, other: str):
    assert not speaks(person, other, other)


def test_a_given_name_is_enough_beside_the_surname():
    text = "Losik was sentenced to 15 years. His wife Daria received two years for an interview."
    assert speaks("losik-daria", text, "His wife Daria received two years for an interview.")


def test_a_sentence_without_names_speaks_of_whom_its_passage_or_title_names():
    text = "The trial was closed. Nobody was let in."
    assert speaks("losik-ihar", text, "Nobody was let in.", title="Ihar Losik on trial")
    assert not speaks("losik-ihar", text, "Nobody was let in.", title="A trial in Homel")


def test_a_sentence_without_names_goes_on_about_the_last_person_named():
    text = "Ihar Losik is a blogger. Mikalai Statkevich was arrested in May. The court gave him five years."
    quote = "The court gave him five years."
    assert not speaks("losik-ihar", text, quote, title="Ihar Losik")
    assert speaks("statkevich", text, quote)


def test_a_sentence_without_names_goes_on_about_all_whom_the_one_before_names():
    text = "Ihar Losik and Mikalai Statkevich were tried in Homel. The court let nobody in."
    for person in ("losik-ihar", "statkevich"):
        assert speaks(person, text, "The court let nobody in.")


def test_an_official_named_in_between_is_not_whom_a_text_goes_on_about():
    text = "Ihar Losik was sentenced. Alexander Lukashenko signed a pardon. In September the gate opened."
    assert speaks("losik-ihar", text, "In September the gate opened.")
