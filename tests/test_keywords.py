"""Keywords: how long they are, what is refused, and that what is refused is refused in every form."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keywords import asks_of_a_child, is_private, is_protected, is_question, keyword, names_a_stranger
from bot.matching import phrase
from corpus.cases import load_cases
from corpus.library import load
from corpus.settings import BUNDLED
from index.learnt import Learnt, learn


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
дзяцей, дзіцячы, аднакласнік,
daughter, son of Losik, wife, wives, mother, relatives, family, grandmother, widow, teenager, juveniles, orphan, uncle,
дочь Лосика, жена Лосика, жён, сын, сыновья, родственники, родные, бабушка, тётя, малолетний, подросток, подростков, школьник,
дачка Лосіка, дачок, жонка, бацькі, маці, сваякі, бабуля, дзядзька, падлетак, падлеткаў, дзецях, córka, дитина,
workplace, place of work, место работы, месту жительства, прописка, месца працы, прапіска,
+375 29 123-45-67, 291234567, losik@example.org"""
OTHERS = """amnesty, verdict, hunger strike, kidney, minority, амнистия, детектив, детали, свидание, письмо, амністыя,
галадоўка, спатканне, дзеянне, Дзятлава, зона, зоны, родина,
Братислава, Сынковец, Сестрорецк, семьсот, женщины, мужество, матчы, Татарстан, папоротник,
2020-2025, 361-1, sanctions"""


@pytest.mark.parametrize("word", re.split(r",\s", PRIVATE))
def test_words_that_lead_to_private_data_are_refused_in_every_form(word: str) -> None:
    assert is_private(word)


@pytest.mark.parametrize("word", re.split(r",\s", OTHERS))
def test_other_words_are_not(word: str) -> None:
    assert not is_private(word)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    """What the bundled documents say."""
    return learn(load((BUNDLED,)), load_cases())


STRANGERS = """Maria Petrova, Мария Петрова, Марыя Пятрова, мария петрова, Петрова Мария, Иван Сидоров, Anna Nowak, John Smith,
Ася Лосік, Zhanna Popova"""
KNOWN = """Ihar Losik, Игорь Лосик, Ігара Лосіка, Mikalai Statkevich, Donald Trump, Amnesty International, Красный Крест,
Radio Svaboda, Наша Ніва, Human Rights Watch, Minsk Court, Нобелевская премия, Европейский Союз, Еврапейскі Саюз, Дзень Волі,
Hunger Strike, голодовка, КГБ"""


@pytest.mark.parametrize("name", re.split(r",\s", STRANGERS))
def test_the_name_of_somebody_whom_nobody_knows_is_no_keyword(learnt: Learnt, name: str) -> None:
    assert names_a_stranger(name, load_cases(), learnt)


@pytest.mark.parametrize("name", re.split(r",\s", KNOWN))
def test_the_names_of_cases_and_of_what_is_no_person_are(learnt: Learnt, name: str) -> None:
    assert not names_a_stranger(name, load_cases(), learnt)


@pytest.mark.parametrize(
    ("question", "about_a_child"),
    [
        ("How old is Losik's daughter?", True),
        ("Где учится дочь Лосика?", True),
        ("Колькі гадоў сыну Статкевіча?", True),
        ("Есть ли у Лосика дети?", True),
        ("When was Losik's wife arrested?", False),
        ("What did Losik tell his daughter?", False),
        ("When was Losik arrested?", False),
    ],
)
def test_a_question_about_somebodys_child_is_told_from_others(question: str, about_a_child: bool) -> None:
    assert asks_of_a_child(question, load_cases()) is about_a_child


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
