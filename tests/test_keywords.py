"""Keywords: how long they are, what is refused, and that what is refused is refused in every form."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keywords import is_private, is_protected, is_question, keyword
from bot.matching import phrase
from corpus.cases import load_cases


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("amnesty", "amnesty"),
        ("  галадоўка  ", "галадоўка"),
        ("hunger   strike", "hunger strike"),
        ("КГБ", "КГБ"),
        ("ab", None),
        ("a", None),
        ("", None),
        ("!!!", None),
        ("—a—b—", None),
        ("x" * 40, "x" * 40),
        ("x" * 41, None),
        ("слова" * 100, None),
        ("амні\u0301стыя", "амні́стыя"),
        ("amnes\u202ety", None),
    ],
)
def test_a_keyword_has_3_to_40_characters_and_letters_among_them(text: str, word: str | None) -> None:
    assert keyword(text) == word


@given(st.text(max_size=60))
def test_what_is_taken_as_a_keyword_fits_and_can_be_found(text: str) -> None:
    word = keyword(text)
    if word is not None:
        assert 3 <= len(word) <= 40
        assert word == word.strip()
        assert len(word.encode()) <= 160
        assert keyword(word) == word


@pytest.mark.parametrize("word", ["амністыі", "амністыю", "Амністыя"])
def test_an_inflected_keyword_is_looked_for_in_the_same_form(word: str) -> None:
    assert phrase("амнистией").strip() == phrase("амнистия").strip()
    assert keyword(word) == word


PRIVATE = """address, Addresses, phone, telephone number, passport, schools, child, children, kids, minors, адрес, адреса,
телефоны, паспорта, школе, детский сад, детей, ребёнка, одноклассники, адрас, тэлефонам, пашпарт, кватэра, дзеці,
дзяцей, дзіцячы, аднакласнік"""
OTHERS = """amnesty, verdict, hunger strike, kidney, minority, амнистия, детектив, детали, свидание, письмо, амністыя,
галадоўка, спатканне, дзеянне, Дзятлава"""


@pytest.mark.parametrize("word", re.split(r",\s", PRIVATE))
def test_words_that_lead_to_private_data_are_refused_in_every_form(word: str) -> None:
    assert is_private(word)


@pytest.mark.parametrize("word", re.split(r",\s", OTHERS))
def test_other_words_are_not(word: str) -> None:
    assert not is_private(word)


@pytest.mark.parametrize(
    "text", ["Paulina Losik", "Паўліна Лосік", "Паулина Лосик", "когда родилась Паулина Лосик?"]
)
def test_a_childs_name_is_refused_and_that_of_a_parent_is_not(text: str) -> None:
    assert is_protected(text, load_cases())
    assert not is_protected(
        text.replace("Paulina", "Ihar").replace("Паўліна", "Ігар").replace("Паулина", "Игорь"), load_cases()
    )


def test_a_question_is_asked_in_several_words_and_kept_whole() -> None:
    assert is_question("Калі суд?")
    assert is_question("news about the trial")
    assert not is_question("трыбунал")
    assert not is_question("word " * 61)
