"""The skeleton of a word: spellings of one name meet, names that differ stay apart."""

import json
import re
from itertools import combinations, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from corpus.fold import ngrams, skeleton, words

ALIKE = [
    "Лосік Лосик Łosik Losik Lossik Лосiк ЛОСІК",
    "Ціханоўскі Тихановский Tsikhanouski Tikhanovsky Cichanoŭski Cichanouski Tichanowski Тихановський",
    "Ціханоўская Тихановская Tsikhanouskaya Tikhanovskaya Cichanoŭskaja Tichanowskaja",
    "Сьвятлана Святлана Светлана Sviatlana Svetlana Svyatlana Swiatłana Swetlana",
    "Статкевіч Статкевич Statkevich Statkievič Statkiewicz Statkewitsch Statkevitch Statkevych",
    "Уладзімір Владимир Uladzimir Uładzimir Vladimir Władzimir",
    "Салаўёў Соловьёв Соловьев Salauyou Solovyov",
    "Дар'я Дар’я Дарʼя Дарья Daria Darya Darja",
    "Бяляцкі Беляцкий Беляцький Bialiatski",
    "Мажэйка Можейко Mazheika Mażejka Mažejka Mozheiko",
    "Жодзіна Жодино Żodzino Zhodzina Žodzina",
    "Магілёў Могилёв Могилев Mahiliou Mogilev",
    "Лоси\u0301к Лосик",
]
APART = [
    ("Ціханоўскі", "Ціханоўская"),
    ("Tsikhanouski", "Tsikhanouskaya"),
    ("Statkevich", "Stefanovich"),
    ("Statkevich", "Matskevich"),
    ("Mantsevich", "Matskevich"),
    ("Ihar", "Daria"),
    ("Viktar", "Eduard"),
]


@pytest.mark.parametrize("spellings", ALIKE)
def test_spellings_of_one_name_share_a_skeleton(spellings: str) -> None:
    assert len({skeleton(word) for word in spellings.split()}) == 1


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_that_differ_stay_two_letters_apart(one: str, other: str) -> None:
    assert Levenshtein.distance(skeleton(one), skeleton(other)) >= 2


def test_digits_and_unknown_scripts_pass_unchanged() -> None:
    assert (skeleton("ИК-1"), skeleton("1100"), skeleton("明斯克")) == ("ik1", "1100", "明斯克")


def test_words_keep_inner_apostrophes_and_hyphens_and_drop_outer_ones() -> None:
    text = "«Дар'я» Шарэнда-Панасюк — 2021–2022, Losik's 'ИК-1'."
    assert [word for _, _, word in words(text)] == [
        "Дар'я",
        "Шарэнда-Панасюк",
        "2021",
        "2022",
        "Losik's",
        "ИК-1",
    ]


@given(st.text())
def test_a_word_is_the_slice_of_its_span(text: str) -> None:
    assert all(text[start:end] == word for start, end, word in words(text))


@given(st.text(alphabet="абвгджзіцчшьяёюў'cszhołśéABCХ"))
def test_a_skeleton_is_plain_latin_without_a_letter_twice_in_a_row(word: str) -> None:
    assert re.fullmatch(r"(?:([a-z])(?!\1))*", skeleton(word))


def test_ngrams_mark_both_ends_of_the_word() -> None:
    assert ngrams("Лосік", 4) == ("_las", "lasi", "asik", "sik_")
    assert ngrams("я", 4) == ("_e_",)


def test_variants_of_a_name_are_nearer_to_each_other_than_to_a_confusable_name(shared: Path) -> None:
    entries = {
        entry["id"]: entry for entry in json.loads((shared / "data/names.json").read_text())["entries"]
    }
    people = {id: _skeletons(entry) for id, entry in entries.items() if entry["type"] == "person"}
    verdicts = []
    for id, own in people.items():
        rivals = [form for rival in entries[id].get("confusable_with", []) for form in people[rival]]
        for one, other in permutations(own, 2) if rivals else ():
            gap = Levenshtein.distance(one, other)
            verdicts.append(all(Levenshtein.distance(one, form) > gap for form in rivals))
    # Measured 40 of 44; the others are a nickname, a Czech ending -ová and a shortened given name.
    assert sum(verdicts) / len(verdicts) >= 0.9
    assert not [pair for pair in combinations(people, 2) if people[pair[0]] & people[pair[1]]]


def test_the_many_spellings_of_a_name_fold_to_few_skeletons(shared: Path) -> None:
    entries = json.loads((shared / "data/names.json").read_text())["entries"]
    spellings = {
        name
        for entry in entries
        for name in [*entry["canonical"].values(), *entry["variants"]]
        if " " in name
    }
    folded = {" ".join(map(skeleton, name.split())) for name in spellings}
    assert len(folded) <= 0.41 * len(spellings)  # measured: 185 of 466


def _skeletons(entry: dict[str, object]) -> set[str]:
    """The skeletons of an entry's full names, words joined by a space."""
    names = {str(name) for name in [*dict(entry["canonical"]).values(), *list(entry["variants"])]}  # type: ignore[call-overload]
    return {" ".join(map(skeleton, name.split())) for name in names if " " in name}
