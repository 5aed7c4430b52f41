"""The file of cases, and the cases that a text names."""

import itertools
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.cases import CasesError, CaseType, load_cases, parse_cases

CASES = load_cases()


def named(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(text[mention.start : mention.end], mention.cases) for mention in CASES.mentions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Суд над Дарьей Лосик начался.", [("Дарьей Лосик", ("losik-daria",))]),
        ("Ігара Лосіка перавезлі.", [("Ігара Лосіка", ("losik-ihar",))]),
        ("Аб гэтым сказаў Уладзімір Някляеў.", [("Уладзімір Някляеў", ("niakliaeu",))]),
        ("з Паўлам Севярынцам", [("Паўлам Севярынцам", ("seviarynets",))]),
        ("Николай Викторович Статкевич", [("Николай Викторович Статкевич", ("statkevich",))]),
        ("Ihar and Daria Losik", [("Ihar", ("losik-ihar",)), ("Daria Losik", ("losik-daria",))]),
        ("Д. Лосик и И. Лосик", [("Д. Лосик", ("losik-daria",)), ("И. Лосик", ("losik-ihar",))]),
        ("Палину Шарендо-Панасюк", [("Палину Шарендо-Панасюк", ("sharenda-panasiuk",))]),
        ("Siarhei Tsikhanouski's wife", [("Siarhei Tsikhanouski", ("tsikhanouski-siarhei",))]),
        ("о Светлане Тихановской", [("Светлане Тихановской", ("tsikhanouskaya",))]),
        (
            "у Баранавічах, Гомелі і Горках",
            [("Баранавічах", ("baranavichy",)), ("Гомелі", ("homel",)), ("Горках", ("horki",))],
        ),
        (
            "ИК-13, СИЗО-1, colony No. 9",
            [("ИК-13", ("hlybokaye",)), ("СИЗО-1", ("valadarka",)), ("colony No. 9", ("horki",))],
        ),
        (
            "два палітвязні, political prisoners",
            [("палітвязні", ("political-prisoner",)), ("political prisoners", ("political-prisoner",))],
        ),
    ],
)
def test_a_text_names_cases_in_any_script_and_case_form(
    text: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Пришла весна.",
        "Весна пришла.",
        "Вясна прыйшла.",
        "Глубокое озеро.",
        "в глубокое озеро",
        "Знак висел на стене.",
        "a pin",
        "зеркало",
        "reliability: B",
        "Радио Свобода",
    ],
)
def test_an_ordinary_word_is_no_name(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("Об этом пишет «Весна».", "viasna"),
        ("паводле Вясны", "viasna"),
        ("в Глубокое", "hlybokaye"),
        ("адвакат Знак", "znak"),
    ],
)
def test_an_ordinary_word_with_a_capital_inside_a_sentence_or_in_quotes_is_a_name(
    text: str, case: str
) -> None:
    assert [cases for _, cases in named(text)] == [(case,)]


def test_another_given_name_is_another_person() -> None:
    assert named("Анна Статкевич и Пётр Лосик") == []


def test_a_bare_surname_is_whom_the_text_names_in_full() -> None:
    assert [cases for _, cases in named("Eduard Babaryka is free. Babaryka thanked all.")] == [
        ("babaryka-eduard",)
    ] * 2


def test_a_bare_surname_that_fits_two_people_keeps_both() -> None:
    assert named("Babaryka was moved.") == [("Babaryka", ("babaryka-viktar", "babaryka-eduard"))]


def test_a_bare_surname_that_the_file_decides_means_one_person() -> None:
    assert named("Лосику дали 15 лет.") == [("Лосику", ("losik-ihar",))]


def test_every_listed_spelling_of_a_full_name_names_its_case() -> None:
    missed = [
        name
        for case in CASES
        for name in case.spellings
        if not (
            len(case.spellings)
            and any(mention.cases == (case.id,) for mention in CASES.mentions(f"пра «{name}»"))
        )
    ]
    assert missed == []


@given(st.text(alphabet="ІгарЛосікДаш' .,«»-\n"))
def test_mentions_are_spans_in_order_that_do_not_overlap(text: str) -> None:
    mentions = CASES.mentions(text)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)
    assert all(one.end <= other.start for one, other in itertools.pairwise(mentions))


def test_a_thousand_passages_take_less_than_a_second() -> None:
    passage = (
        "Ихара Лосика и Николая Статкевича держали в колонии в Горках, сообщила правозащитница из «Весны». "
        * 7
    )
    started = time.process_time()
    for number in range(1000):
        CASES.mentions(f"{number} {passage}")
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("case", "language", "name"),
    [
        ("losik-ihar", "be", "Ігар Лосік"),
        ("losik-ihar", "be-latn", "Ihar Łosik"),
        ("tsikhanouskaya", "be-tarask", "Сьвятлана Ціханоўская"),
        ("losik-ihar", "be-tarask", "Ігар Лосік"),
        ("ramanauskiene", "be", "Елена Раманаускене"),
        ("losik-ihar", "fr", "Ihar Losik"),
    ],
)
def test_the_name_to_show_falls_back_to_a_language_that_has_one(case: str, language: str, name: str) -> None:
    assert CASES.display_name(case, language) == name


ENTRY = '[[case]]\nid = "a"\ntype = "person"\nnames = { en = "A B" }\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[case]", "not valid TOML"),
        (ENTRY.replace('"a"', '"A b"'), "'A b'"),
        (ENTRY.replace('"a"', f'"{"a" * 33}"'), "32"),
        (ENTRY + ENTRY, "'a' occurs twice"),
        (ENTRY + 'confusable = ["b"]', "'b', which does not exist"),
        (ENTRY.replace('"person"', '"alien"'), "'alien'"),
        (ENTRY.replace("en =", "ru ="), "no English name"),
        (ENTRY + 'nick = "x"', "'nick'"),
        (ENTRY.replace('"a"', "5"), "the id 5"),
        (ENTRY + "also = 5", "'a' lacks or misspells"),
    ],
)
def test_a_wrong_entry_is_named_in_the_error(text: str, complaint: str) -> None:
    with pytest.raises(CasesError, match=complaint):
        parse_cases(text)


def test_the_file_holds_every_entry_and_every_spelling_of_the_shared_list(shared: Path) -> None:
    entries = json.loads((shared / "data/names.json").read_text())["entries"]
    assert [case.id for case in CASES] == [entry["id"] for entry in entries]
    for entry in entries:
        case = CASES[entry["id"]]
        assert set(entry["variants"]) | set(entry["canonical"].values()) == {*case.names.values(), *case.also}
        assert (case.type, case.protected) == (CaseType(entry["type"]), entry.get("protected", False))
        assert case.confusable == tuple(entry.get("confusable_with", ()))
