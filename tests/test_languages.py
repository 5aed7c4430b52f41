"""Which language a text is in, and when a question's language is sure enough to answer in it."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.languages import detect, interface_language

PARAGRAPHS = {
    "be": "Суд прызнаў яго вінаватым і прызначыў тры гады пазбаўлення волі. Паводле праваабаронцаў, ліст даставілі восьмага снежня, а на пісьмовую просьбу адказу не было.",
    "be-tarask": "Пасьля выбараў яго зьмясьцілі ў турму, дзе ня мела быць сьвятла. Жонка атрымала спатканьне ў верасьні 2025 году.",
    "be-latn": "Sud pryznaŭ jaho vinavatym i pryznačyŭ try hady pazbaŭleńnia voli. Ciapier jon u Vilni.",
    "ru": "Суд признал его виновным и назначил три года лишения свободы. Сейчас он в Вильнюсе.",
    "en": "The court found him guilty and sentenced him to three years in prison. He is in Vilnius now.",
    "uk": "Суд визнав його винним і призначив три роки позбавлення волі. Зараз він у Вільнюсі.",
    "pl": "Sąd uznał go za winnego i skazał na trzy lata więzienia. Obecnie przebywa w Wilnie.",
    "lt": "Teismas pripažino jį kaltu ir nuteisė kalėti trejus metus. Dabar jis yra Vilniuje.",
    "de": "Das Gericht sprach ihn schuldig und verurteilte ihn zu drei Jahren Haft. Jetzt ist er in Vilnius.",
    "sk": "Súd ho uznal vinným a odsúdil na tri roky väzenia. Teraz je vo Vilniuse.",
}


@pytest.mark.parametrize(("language", "paragraph"), PARAGRAPHS.items())
def test_a_paragraph_is_recognised(language: str, paragraph: str) -> None:
    assert detect(paragraph) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Who is Ihar Losik?", "en"),
        ("When was he arrested", "en"),
        ("Когда арестовали Лосика?", "ru"),
        ("Посоветуй хороший фильм", "ru"),
        ("gde seichas losik", "ru"),
        ("Калі арыштавалі Лосіка?", "be"),
        ("Хто будзе наступным вызвалены?", "be"),
        ("Калі зьявіўся ў Вільні Лосік?", "be"),
        ("kali aryštavali Łosika", "be"),
        ("kali arystavali losika", "be"),
    ],
)
def test_a_question_in_one_of_our_languages_is_answered_in_it(question: str, language: str) -> None:
    assert interface_language(question) == language


@pytest.mark.parametrize(
    "text",
    [
        "", "52", "12.09.2025", "?!", "🙂🙂", "洛西克什么时候被捕", "מתי נעצר", "a",
        "Losik", "Ihar Losik", "Daria Losik", "Лосик", "Статкевич", "Бяляцкі", "Marfa Rabkova",
        "Wo ist Losik?", "Kur yra Losikas?", "Gdzie jest Łosik?", "Де зараз Лосік?", "Хто такий Статкевич?",
        "Скільки днів Ігор Лосік провів у неволі?",
    ],
)  # fmt: skip
def test_a_name_another_language_or_no_words_at_all_decide_nothing(text: str) -> None:
    assert interface_language(text) is None


@pytest.mark.parametrize("text", ["", "2025", "🙂", "洛西克什么时候被捕", "а"])
def test_a_text_without_letters_we_know_has_no_language(text: str) -> None:
    assert detect(text) is None


@given(st.text(max_size=300))
def test_any_text_has_a_language_or_none(text: str) -> None:
    assert interface_language(text) in {"be", "ru", "en", None}


def test_a_long_text_takes_no_longer_than_a_long_question() -> None:
    text = PARAGRAPHS["ru"] * 20_000
    detect(PARAGRAPHS["ru"])
    started = time.process_time()
    assert detect(text) == "ru"
    assert time.process_time() - started < 0.2


def test_no_judged_question_is_taken_for_another_of_our_languages(shared: Path) -> None:
    right = total = 0
    for file in (shared / "data/questions").glob("*.jsonl"):
        for line in file.read_text().splitlines():
            judged = json.loads(line)
            expected = judged["language"] if judged["language"] in {"be", "ru", "en"} else None
            found = interface_language(judged["question"])
            assert found in {expected, None}, judged["question"]
            right += found == expected
            total += 1
    assert right / total >= 0.95
