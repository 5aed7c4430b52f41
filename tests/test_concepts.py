"""Which things a text speaks of, in three languages and in other words."""

import json

import pytest

from index.concepts import FILE, asked_by, concepts


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("When did they take him away?", "arrest"),
        ("когда его взяли", "arrest"),
        ("kali zatrymali Łosika", "arrest"),
        ("Who was the judge?", "judge"),
        ("Кто была судья?", "judge"),
        ("Хто быў суддзёй?", "judge"),
        ("How many of the 52 were women?", "women"),
        ("Колькі было жанчын?", "women"),
        ("Пра вызваленьне чалавека", "release"),
    ],
)
def test_one_thing_has_many_names(question: str, thing: str):
    assert thing in concepts(question).asked


@pytest.mark.parametrize(
    ("question", "language", "things"),
    [
        ("kali arystavali losika", "be-latn", {"arrest"}),
        ("kolki sudzili i jaki prysud", "be-latn", {"trial", "sentence"}),
        ("skolko dali statkevichu", "ru", set()),
        ("When was he suddenly sudzili?", "en", set()),
    ],
)
def test_a_slavic_question_may_be_spelt_in_latin_letters(question: str, language: str, things: set[str]):
    asked = asked_by(question, language)
    assert things <= asked
    assert "education" not in asked
    assert things or not asked


def test_what_is_not_in_the_table_says_nothing():
    assert concepts("Quxbrumf? Ихтиозавр!") == (frozenset(), frozenset())


def test_years_tell_of_a_sentence_but_do_not_ask_for_one():
    told = concepts("A court gave him fifteen years.")
    assert "sentence" in told.said
    assert "sentence" not in told.asked


def test_a_phrase_stands_together():
    assert "successor" in concepts("Who took over the channel?").asked
    assert "successor" not in concepts("Who took the channel over?").asked


def test_a_question_about_what_is_to_come_is_not_answered_by_its_own_words():
    question = concepts("Who will be the next?")
    assert "future" in question.asked
    assert "future" not in concepts("The next was Losik.").said
    assert "future" in concepts("Losik is expected to leave.").said


@pytest.mark.parametrize("text", ["судили", "студия", "работа", "matter", "planet", "процент"])
def test_a_word_that_only_begins_alike_names_no_judge_student_plane_or_mother(text: str):
    assert concepts(text).asked.isdisjoint({"judge", "students", "plane", "parents"})


def test_each_thing_is_known_by_each_word_that_asks_for_it():
    stored = json.loads(FILE.read_text(encoding="utf-8"))["concepts"]
    for name, ways in stored.items():
        assert ways["asked"] == ways["asked"].casefold()
        for word in ways["asked"].split():
            assert name in concepts(word.replace("_", " ").rstrip(".")).asked, (name, word)
        for word in ways.get("said", "").split():
            assert name in concepts(word.replace("_", " ").rstrip(".")).said, (name, word)


@pytest.mark.parametrize(
    ("thing", "states", "leaves_out"),
    [
        ("age", "He walked free aged 63.", "He walked free on Saturday."),
        ("age", "Ему было 63 года.", "Ему дали 15 лет."),
        ("age", "Яму было 69 гадоў.", "Суд прызначыў яму 10 гадоў."),
        ("judge", "Приговор огласил судья.", "Приговор огласили на второй день."),
        ("trial", "He was judged in absentia.", "He was in Vilnius."),
        ("arrest", "Он сидел с июня 2020 года.", "Он блогер."),
        ("sentence", "Ему назначили 15 суток.", "Он был студентом."),
        ("sport", "Он любит футбол.", "Он любит жену."),
    ],
)
def test_a_source_that_leaves_a_thing_out_does_not_say_it(thing: str, states: str, leaves_out: str):
    assert thing in concepts(states).said
    assert thing not in concepts(leaves_out).said


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("Святлана", "holidays"),
        ("Магілёў", "funeral"),
        ("behind bars", "restaurant"),
        ("штрафной изолятор", "fine"),
        ("Сахаров", "food"),
        ("исполнитель", "age"),
        ("очевидно", "witness"),
        ("Весна", "city"),
        ("Привет! Спасибо, а когда?", "thanks"),
        ("he was found guilty", "founder"),
        ("on 5 March", "protest"),
        ("mass unrest", "religion"),
    ],
)
def test_a_word_that_only_looks_alike_asks_for_nothing(text: str, thing: str):
    spoken = concepts(text)
    assert thing not in spoken.asked
    assert thing == "thanks" or thing not in spoken.said
