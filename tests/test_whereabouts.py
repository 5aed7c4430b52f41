"""Where somebody is now: only that question, and the newest line first whatever is nearer to its words."""

import pytest
from library import document, version_of
from model import encoder

from corpus.document import PartialDate
from index.answer import answer
from index.embedded import EmbeddedEncoder
from index.whereabouts import asks_where

__all__ = ["encoder"]


@pytest.mark.parametrize(
    "question",
    [
        "Where is Statkevich now?",
        "Is Ihar Losik free?",
        "Where's Mikalai Statkevich being held",
        "Где сейчас Лосик?",
        "Лосик ещё сидит?",
        "Дзе Лосік?",
        "дзе зараз мікалай статкевіч",
        "Ці на волі Статкевіч?",
        "Dzie ciapier Statkievič?",
    ],
)
def test_a_question_for_where_somebody_is(question: str) -> None:
    assert asks_where(question)


@pytest.mark.parametrize(
    "question",
    [
        "Where is Statkevich's lawyer now?",
        "Where was Losik born?",
        "Where does Losik live now?",
        "Где собака Лосика?",
        "Дзе маці Лосіка?",
        "Where is the prison?",
        "Who is Statkevich?",
        "Losik",
        "Where was Losik held in 2021?",
    ],
)
def test_another_question_about_them_is_none(question: str) -> None:
    assert not asks_where(question)


@pytest.mark.model
@pytest.mark.parametrize("question", ["Where is Statkevich now?", "Дзе зараз Статкевіч?"])
def test_the_newest_line_comes_first_not_the_nearest(encoder: EmbeddedEncoder, question: str) -> None:
    documents = [
        document(
            "old",
            "Mikalai Statkevich is now being held in a prison colony in Hlybokaye.",
            published=PartialDate(2025, 9, 16),
        ),
        document(
            "new",
            "Mikalai Statkevich was released from prison on 19 February 2026.",
            published=PartialDate(2026, 2, 19),
        ),
    ]
    found = answer(question, version=version_of(documents, encoder), encoder=encoder)
    assert found.excerpts[0].document.id == "new"
    assert found.candidates == ("statkevich",)
