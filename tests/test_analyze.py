"""Text to search terms."""

import pytest

from index.analyze import stem, terms, word_terms, words


def test_words_are_folded_without_stress_marks_and_apostrophes():
    assert words("Дар’я Лосік — ТОЕ́ж, ёлка; 14-гадовы") == ["даря", "лосік", "тоеж", "елка", "14", "гадовы"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("arrested", "arrests"), ("приговора", "приговору"), ("sentences", "sentenced"), ("тюрьмой", "тюрьмы")],
)
def test_two_forms_of_a_word_share_a_stem(one: str, other: str):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Лосик", "Losik"), ("Лосіка", "Losik"), ("Statkevich", "Статкевича")]
)
def test_a_name_in_another_script_shares_most_of_its_grams(one: str, other: str):
    first, second = set(word_terms(one.casefold())), set(word_terms(other.casefold()))
    assert len(first & second) >= 2


def test_terms_keep_repetitions_and_mark_stems_and_grams():
    found = terms("arrested arrested")
    assert found.count("=arrest") == 2
    assert any(term.startswith("~") for term in found)


def test_nothing_to_search_for_has_no_terms():
    assert terms(" … 🙂 — ") == []
