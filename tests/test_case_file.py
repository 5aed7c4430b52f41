"""Case files: lines are whole sentences of the person's own, newest first, one of each origin, briefs behind sources."""

from dataclasses import replace

import pytest
from encoders import HashingEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from library import version_of
from model import embedded_encoder

from corpus.cases import load_cases
from corpus.document import Document, PartialDate, Reliability, normalise
from index.case_file import CaseBook, CaseFile
from index.encoder import Encoder
from index.said import Line
from index.statements import statements
from index.value import Day

CASES = load_cases()
CASE = "losik-ihar"


def article(id_: str, text: str, *published: int, publisher: str = "", language: str = "en") -> Document:
    return Document(
        id=id_,
        title=f"Title of {id_}",
        publisher=publisher or f"Publisher {id_}",
        published=PartialDate(*published),
        language=language,
        reliability=Reliability.B,
        text=normalise(text),
    )


def brief(id_: str, text: str, language: str = "en") -> Document:
    return replace(article(id_, text, 2026, 11, 20, publisher="sprava"), language=language)


def book(*documents: Document, encoder: Encoder | None = None) -> CaseBook:
    encoder = encoder or HashingEncoder()
    return CaseBook(version_of(documents, encoder), statements(encoder), CASES)


def file(*documents: Document, case: str = CASE, language: str = "en") -> CaseFile:
    found = book(*documents).case_file(case, language)
    assert found is not None
    return found


def quotes(lines: tuple[Line, ...]) -> list[str]:
    return [line.excerpt.quote for line in lines]


ARRESTED = article(
    "arrest",
    "Ihar Losik was arrested and taken to a detention centre in June 2020. He likes to read.",
    2020,
    7,
    1,
)
SENTENCED = article(
    "sentence", "A court sentenced Ihar Losik to 15 years in prison on 14 December 2021.", 2021, 12
)
FREED = article("release", "Ihar Losik was released from prison and is free.", 2025, 9, 12)


def test_status_is_newest_first_with_one_line_of_each_origin() -> None:
    copy = replace(FREED, id="copy", publisher="Mirror", published=PartialDate(2025, 9, 13))
    assert quotes(file(ARRESTED, SENTENCED, FREED, copy).status) == [
        "Ihar Losik was released from prison and is free.",
        "A court sentenced Ihar Losik to 15 years in prison on 14 December 2021.",
        "Ihar Losik was arrested and taken to a detention centre in June 2020.",
    ]


def test_a_late_article_that_looks_back_does_not_stand_above_what_came_after() -> None:
    late = replace(SENTENCED, id="late", published=PartialDate(2025, 10, 20))
    assert quotes(file(late, FREED).status) == [FREED.text, SENTENCED.text]
    dated = article("freed", "Ihar Losik was released from prison on 11 September 2025.")
    assert quotes(file(late, dated).status) == [dated.text, SENTENCED.text]


def test_a_date_without_its_day_is_no_older_than_it_may_be() -> None:
    freed = article("freed", "Ihar Losik was released from prison in 2025.", 2025, 12, 1)
    held = article("held", "Ihar Losik is held in a prison in Minsk.", 2025, 3, 1)
    assert quotes(file(held, freed).status) == [freed.text, held.text]


def test_the_timeline_goes_by_what_the_sentences_date_and_else_by_publication() -> None:
    timeline = file(FREED, SENTENCED, ARRESTED).timeline
    assert [line.date for line in timeline] == [Day(2020, 6), Day(2021, 12, 14), None]
    words = [line.document.text[slice(*line.dated)] if line.dated else None for line in timeline]
    assert words == ["June 2020", "14 December 2021", None]


@pytest.mark.parametrize(
    "text",
    [
        "Ihar Losik ran in the 2010 election and was released.",
        "Ihar Losik was released, the agency reported on 12 September 2025.",
        "Ihar Losik was released in September.",
    ],
)
def test_a_date_of_a_report_an_election_or_without_a_year_dates_no_event(text: str) -> None:
    assert [line.date for line in file(article("a", text, 2025, 9, 12)).timeline] == [None]


def test_a_sentence_that_leans_on_the_one_before_is_quoted_with_it() -> None:
    text = "Ihar Losik was arrested in 2020. He was sentenced to 15 years on 14 December 2021."
    assert text in quotes(file(article("a", text, 2022)).timeline)


def test_he_is_nobody_where_two_people_are_named_before() -> None:
    text = "Ihar Losik met Mikalai Statkevich. He was sentenced to 15 years on 14 December 2021."
    assert quotes(file(article("a", text, 2022)).timeline) == []


def test_a_brief_stands_back_where_a_source_tells_the_same_later() -> None:
    own = brief("own", "Ihar Losik was freed on 11 September 2025, a newspaper wrote.")
    assert quotes(file(own, FREED).status) == ["Ihar Losik was released from prison and is free."]
    assert quotes(file(own, ARRESTED).status)[0].startswith("Ihar Losik was freed on 11 September 2025")


def test_a_brief_about_an_older_time_never_stands_above_a_newer_source() -> None:
    own = brief("own", "Ihar Losik was moved to another prison on 3 May 2024.")
    assert quotes(file(own, FREED).status) == [FREED.text]


def test_of_a_brief_the_sentence_about_the_latest_time_tells_the_status() -> None:
    text = (
        "Ihar Losik had disappeared on 9 December 2024, experts wrote. Ihar Losik was moved in May 2020. "
        "Ihar Losik returned home after years in prison, a newspaper reported on 19 February 2025."
    )
    assert quotes(file(brief("own", text)).status) == [text[text.index("Ihar Losik returned") :]]


def test_of_briefs_the_readers_language_is_shown_and_an_event_once() -> None:
    english = brief("en", "Ihar Losik was freed on 11 September 2025.")
    russian = brief("ru", "Игорь Лосик вышел на свободу 11 сентября 2025 года.", "ru")
    for language, words in (("en", english.text), ("ru", russian.text)):
        found = file(english, russian, language=language)
        assert quotes(found.status) == quotes(found.timeline) == [words]


def test_what_is_only_demanded_or_hoped_for_is_no_status() -> None:
    texts = (
        "Rights groups demand that Ihar Losik be released.",
        "Правозащитники требуют освободить Игоря Лосика.",
    )
    assert file(*(article(f"a{n}", text, 2024) for n, text in enumerate(texts))).status == ()


def test_health_violence_and_death_are_marked_to_be_folded() -> None:
    hurt = article("hurt", "Ihar Losik was held in a cell in March 2023 after a suicide attempt.", 2023)
    found = file(hurt, FREED)
    assert {line.document.id: line.sensitive for line in found.status} == {"hurt": True, "release": False}


def test_a_sentence_that_names_a_child_is_not_shown() -> None:
    named = article("child", "Ihar Losik was released and met Paulina Losik.", 2025)
    assert file(named).status == file(named).timeline == ()


def test_a_designation_is_somebodys_and_never_ours_or_a_denial() -> None:
    says = article("says", "Ihar Losik is a political prisoner.", 2024, 5)
    russian = article("ru", "Игорь Лосик признан политзаключённым.", 2023, language="ru")
    denies = article("denies", "Ihar Losik is not a political prisoner.", 2025)
    own = brief("own", "Ihar Losik is a political prisoner.")
    found = file(says, russian, denies, own).designations
    assert [line.document.id for line in found] == ["says", "ru"]


def test_close_are_those_named_in_the_same_passages_and_not_namesakes_or_officials() -> None:
    text = "Ihar Losik, Mikalai Statkevich, Daria Losik and Alexander Lukashenko are named here."
    found = file(article("a", text, 2025))
    assert found.close == ("statkevich",)
    assert found.similar == ("losik-daria",)


def test_children_officials_places_and_people_whom_nobody_names_have_no_card() -> None:
    text = "Paulina Losik, Alexander Lukashenko, Ihar Losik, Minsk."
    cards = book(article("a", text, 2025))
    assert cards.people() == (CASE,)
    for case in ("losik-paulina", "lukashenka", "minsk", "statkevich", "nobody"):
        assert cards.case_file(case, "en") is None


PIECES = (
    "Ihar Losik was freed.", "He was arrested on 3 May 2020.", "Мікалай Статкевіч у калоніі з 2021 года.", "Daria Losik's husband Ihar Losik.",
    "Сярод іх Алесь Бяляцкі.", "# Heading", "😀 June 2020 Losik!", "x" * 400 + " Ihar Losik was freed.", "…", "«Игорь Лосик»", "in 2020",
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8), min_size=1, max_size=3))
def test_every_line_is_a_run_of_whole_sentences_whatever_the_documents_hold(texts: list[list[str]]) -> None:
    documents = [
        article(f"a{n}", "\n\n".join([" ".join(text), "End."]), 2025) for n, text in enumerate(texts)
    ]
    cards = book(*documents)
    starts, ends = (
        {(cards.version.passage(row[0]).document.id, row[place]) for row in cards.version.sentences.tolist()}
        for place in (1, 2)
    )
    for case in cards.people():
        found = cards.case_file(case, "be")
        assert found is not None
        for line in (*found.status, *found.timeline, *found.designations):
            assert (line.document.id, line.start) in starts
            assert (line.document.id, line.end) in ends
            assert line.end - line.start <= 500
            assert line.dated is None or line.start <= line.dated[0] < line.dated[1] <= line.end


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "is_status"),
    [
        ("Mikalai Statkevich is at home again.", True),
        ("Мікалай Статкевіч дабіўся волі без высылкі з краіны.", True),
        ("Николая Статкевича вернули в ту же колонию.", True),
        ("Mikalai Statkevich refused exile and chose to remain in Belarus.", True),
        ("Mikalai Statkevich is a former officer and led a party.", False),
        ("Николай Статкевич был кандидатом в президенты и встречался с избирателями.", False),
        ("Мікалай Статкевіч атрымаў прэмію за кнігу.", False),
    ],
)
def test_meaning_decides_what_tells_where_somebody_is(text: str, is_status: bool) -> None:
    around = [
        article(f"x{n}", words, 2024) for n, words in enumerate((ARRESTED.text, SENTENCED.text, FREED.text))
    ]
    found = book(article("a", text, 2025), *around, encoder=embedded_encoder()).case_file("statkevich", "en")
    assert found is not None
    assert bool(found.status) == is_status


def test_scores_compare_with_both_sorts_of_statements() -> None:
    encoder = HashingEncoder()
    known = statements(encoder)
    vectors = encoder.encode_passages(
        ["She remains behind bars.", "She hopes that he will be released soon."]
    )
    status, other = known.scores(vectors).tolist()
    assert status > 0 > other
