"""Whom a sentence is about: hand-written sentences in three languages, and people who are only named in them."""

import pytest

from corpus.cases import load_cases
from index.about import people, subjects

CASES = load_cases()
IHAR, DARIA, STATKEVICH, WIFE, ALES = (
    "losik-ihar",
    "losik-daria",
    "statkevich",
    "adamovich-maryna",
    "bialiatski",
)


def told(sentence: str) -> set[str]:
    named = people(CASES.mentions(sentence), CASES, 0, len(sentence))
    return {case for mention in named for case in mention.cases if subjects(sentence, named, case, 0)}


@pytest.mark.parametrize(
    ("sentence", "about"),
    [
        ("Ihar Losik was released in September.", {IHAR}),
        ("A court sentenced Ihar Losik to fifteen years.", {IHAR}),
        ("Among those freed are blogger Ihar Losik and his wife, Daria Losik.", {IHAR, DARIA}),
        ("Ales Bialiatski and Valiantsin Stefanovich were sentenced.", {ALES, "stefanovich"}),
        (
            "The court gave Ales Bialiatski 10 years, Valiantsin Stefanovich nine and Uladzimir Labkovich seven.",
            {ALES, "stefanovich", "labkovich"},
        ),
        ("Николай Статкевич вернулся домой, сообщила Марина Адамович.", {STATKEVICH}),
        ("Мікалая Статкевіча вярнулі ў калонію, паведаміла Марына Адамовіч.", {STATKEVICH}),
        ("Дарья Лосик осуждена на два года.", {DARIA}),
    ],
)
def test_a_sentence_is_about_those_it_names_first_and_together(sentence: str, about: set[str]) -> None:
    assert told(sentence) == about


@pytest.mark.parametrize(
    ("sentence", "case"),
    [
        ("Ihar Losik's wife was sentenced to two years.", IHAR),
        ("The lawyer of Ihar Losik was detained on 21 March.", IHAR),
        ("Адвоката Игоря Лосика задержали.", IHAR),
        ("Жена Игоря Лосика получила два года.", IHAR),
        ("Жонка Ігара Лосіка атрымала два гады.", IHAR),
        ("Daria Losik, wife of the blogger Ihar Losik, was sentenced.", IHAR),
        ("Maryna Adamovich said that Mikalai Statkevich was at home.", WIFE),
        ("Марина Адамович сообщила, что Николай Статкевич дома.", WIFE),
        ("A court sentenced him to 15 years, like Siarhei Tsikhanouski.", "tsikhanouski-siarhei"),
        ("Mikalai Statkevich was arrested while he worked for Ihar Losik.", IHAR),
    ],
)
def test_a_sentence_is_not_about_somebody_who_is_only_named_in_it(sentence: str, case: str) -> None:
    assert case not in told(sentence)
