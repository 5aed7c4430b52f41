"""Questions about somebody's relative: which relative, who that is by the sources, and what a quote must then say."""

import pytest
from encoders import HashingEncoder
from library import document, version_of

from corpus.cases import load_cases
from index.answer import Answer, Reason, answer, people_of
from index.kin import Kin
from index.names import resolve
from index.search import Prepared, prepare

ENCODER = HashingEncoder()
IHAR, DARIA = "losik-ihar", "losik-daria"
ARREST = "Ihar Losik was arrested in June 2020. "


def prepared(*texts: str) -> Prepared:
    return prepare(version_of([document(f"d{i}", text) for i, text in enumerate(texts)], ENCODER))


def ask(question: str, text: str) -> Answer:
    return answer(question, version=version_of([document("a", text)], ENCODER), encoder=ENCODER)


@pytest.mark.parametrize(
    ("question", "kin"),
    [
        ("When was Losik's wife arrested?", (Kin.SPOUSE,)),
        ("when was losiks wife arrested", (Kin.SPOUSE,)),
        ("Why was the wife of the blogger Ihar Losik sentenced?", (Kin.SPOUSE,)),
        ("Калі арыштавалі жонку Лосіка?", (Kin.SPOUSE,)),
        ("Колькі гадоў далі жонцы Лосіка?", (Kin.SPOUSE,)),
        ("kali arystavali zonku losika", (Kin.SPOUSE,)),
        ("За что осудили супругу Игоря Лосика?", (Kin.SPOUSE,)),
        ("Коли звільнили дружину Лосика?", (Kin.SPOUSE,)),
        ("Когда задержали отца Лосика?", (Kin.FATHER,)),
        ("Кто сестра жены Лосика?", (Kin.SPOUSE, Kin.SISTER)),
        ("Who is Losik's wife's sister?", (Kin.SPOUSE, Kin.SISTER)),
        ("Есть ли у Лосика дети?", (Kin.CHILDREN,)),
        ("Does Losik have any children?", (Kin.CHILDREN,)),
        ("What did Losik tell his wife?", ()),
        ("Что сказала жена о Лосике?", ()),
        ("Were Losik and his wife freed?", ()),
        ("Когда освободили Лосика?", ()),
        ("В какие даты голодал Игорь Лосик?", ()),
    ],
)
def test_a_question_says_whose_relative_it_asks_about(question: str, kin: tuple[Kin, ...]) -> None:
    resolution = resolve(question, cases=load_cases())
    assert resolution.cases == (IHAR,)
    assert set(resolution.kin) == set(kin)


@pytest.mark.parametrize(
    "text",
    [
        "Daria Losik is the wife of the blogger Ihar Losik.",
        "Daria Losik, wife of Ihar Losik, was sentenced.",
        "Ihar Losik's wife, Daria Losik, was sentenced.",
        "Ihar Losik was sentenced, and so was his wife, Daria Losik.",
        "Дар'я Лосік — жонка блогера Ігара Лосіка.",
        "Задержали жену Игоря Лосика, Дарью Лосик.",
        "Daria Losik asked Alexander Lukashenko to free her husband, Ihar Losik.",
    ],
)
def test_the_sources_say_who_the_wife_and_the_husband_are(text: str) -> None:
    sources = prepared(text)
    assert people_of("When was Losik's wife arrested?", sources) == (DARIA,)
    assert people_of("Дзе муж Дар'і Лосік?", sources) == (IHAR,)


@pytest.mark.parametrize(
    "text",
    [
        "Ihar Losik has a wife. Daria Losik was sentenced.",
        "Ihar Losik and Mikalai Statkevich spoke of his wife, Maryna Adamovich.",
        "Ihar Losik met Daria Losik. The father of Mikalai Statkevich waited.",
    ],
)
def test_without_plain_words_nobody_is_taken_for_the_wife(text: str) -> None:
    assert people_of("When was Losik's wife arrested?", prepared(text)) == (IHAR,)


def test_a_question_about_the_wife_is_answered_about_her() -> None:
    found = ask(
        "When was Losik's wife arrested?", ARREST + "His wife Daria Losik was arrested in October 2022."
    )
    assert found.answered
    assert "October 2022" in found.excerpts[0].quote


def test_an_arrest_of_his_own_never_answers_for_a_relative_of_whom_nothing_is_said() -> None:
    for question in ("When was Losik's wife arrested?", "Калі арыштавалі брата Лосіка?"):
        found = ask(question, ARREST * 2)
        assert (found.reason, found.excerpts, found.nearest) == (Reason.NO_SOURCE, (), ())


def test_a_relative_without_a_name_is_quoted_where_the_text_says_the_word() -> None:
    text = f"{ARREST}\n\nIn July the father of Ihar Losik was arrested for one day."
    found = ask("When was Losik's father arrested?", text)
    assert ["father" in excerpt.quote for excerpt in found.excerpts] == [True]


def test_what_is_said_of_the_parents_is_said_of_the_mother() -> None:
    text = f"{ARREST}\n\nIn January the parents of Ihar Losik got a letter from him."
    found = ask("When did Losik's mother get a letter?", text)
    assert ["parents" in excerpt.quote for excerpt in found.excerpts or found.nearest] == [True]


def test_a_child_is_never_answered_about() -> None:
    found = ask("Where is Paulina Losik?", "Paulina Losik is at home. Ihar Losik is her father.")
    assert (found.reason, found.private) == (Reason.REFUSED, True)
