"""Cards and lists of people: every page fits Telegram's limits whatever the documents hold, and no line is lost."""

from dataclasses import replace
from functools import cache
from itertools import islice

import pytest
from articles import BRIEF, VERDICT, version
from encoders import HashingEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.callbacks import ListCases, ShowCase, Tab, parse
from bot.cards import Cards
from bot.compose import Page, arrives_unchanged, utf16_units
from bot.quotes import Quotes
from bot.texts import LANGUAGES, texts
from corpus.cases import load_cases
from corpus.document import Document, normalise
from index.case_file import CaseBook, CaseFile
from index.disagreements import Disagreement, Topic
from index.excerpt import Excerpt
from index.said import Line
from index.statements import statements

CASES = load_cases()
VERSION = version()
QUOTES = Quotes(VERSION)


@cache
def sample() -> CaseFile:
    found = CaseBook(VERSION, statements(HashingEncoder()), CASES).case_file("losik-ihar", "en")
    assert found is not None
    return found


def cards(language: str = "en") -> Cards:
    return Cards(texts(language), QUOTES, "sprava_bot", CASES)


def turned(file: CaseFile, tab: Tab, language: str = "en") -> list[Page]:
    """All pages of a side, turned by their buttons."""
    pages = [cards(language).card(file, tab, 0)]
    while following := [
        callback
        for row in pages[-1].keyboard
        for button in row
        if isinstance(callback := parse(str(button.callback_data)), ShowCase)
        and callback.tab is tab
        and callback.page == len(pages)
    ]:
        pages.append(cards(language).card(file, tab, following[0].page))
    return pages


def line(document: Document) -> Line:
    return Line(document, 0, len(document.text), sensitive=False)


def documents(count: int, **changes: object) -> list[Document]:
    return [replace(VERDICT, id=f"d{n}", text=f"Line {n} is told.", **changes) for n in range(count)]


def test_five_events_or_three_lines_of_status_a_page_and_none_is_lost() -> None:
    lines = tuple(map(line, documents(12)))
    file = replace(sample(), status=lines, timeline=lines)
    for tab, sizes in ((Tab.STATUS, [3, 3, 3, 3]), (Tab.TIMELINE, [5, 5, 2])):
        pages = turned(file, tab)
        assert [len(page.quotes) for page in pages] == sizes
        assert [quote for page in pages for quote in page.quotes] == [each.excerpt.quote for each in lines]
    assert "Timeline · page 2 of 3" in turned(file, Tab.TIMELINE)[1].text


def test_a_page_past_the_last_is_the_last() -> None:
    assert cards().card(sample(), Tab.STATUS, 99) == cards().card(sample(), Tab.STATUS, 0)


def test_a_sensitive_line_is_folded_however_short() -> None:
    lines = tuple(replace(line(document), sensitive=True) for document in documents(1))
    page = cards().card(replace(sample(), status=lines), Tab.STATUS, 0)
    kinds = [str(entity.type) for entity in page.entities if "blockquote" in entity.type]
    assert kinds == ["expandable_blockquote"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_without_a_line_says_so(language: str) -> None:
    empty = replace(sample(), status=(), timeline=())
    for tab in (Tab.STATUS, Tab.TIMELINE):
        page = cards(language).card(empty, tab, 0)
        assert texts(language).say("No source in the base says where this person is.") in page.text
        assert page.quotes == ()


def test_who_calls_the_person_a_political_prisoner_is_named_with_date_and_link() -> None:
    says = replace(VERDICT, text="Ihar Losik is a political prisoner.")
    page = cards().card(replace(sample(), designations=(line(says),)), Tab.STATUS, 0)
    assert "Called a political prisoner in: Example News (12 Mar 2024) ↗" in page.text
    link = next(entity.url for entity in page.entities if entity.url)
    assert link is not None
    assert link.startswith("https://news.example/verdict#:~:text=Ihar")


def test_a_line_of_a_brief_leads_to_the_quote_with_what_it_was_written_from() -> None:
    excerpt = Excerpt(BRIEF, 0, BRIEF.text.index(".") + 1, 1, 1.0)
    told = Line(BRIEF, excerpt.start, excerpt.end, sensitive=False)
    page = cards().card(replace(sample(), status=(told,), similar=()), Tab.STATUS, 0)
    links = [entity.url for entity in page.entities if entity.url]
    assert links == [f"https://t.me/sprava_bot?start=a_{QUOTES.id_of(excerpt)}"]


def test_people_named_together_open_their_cards() -> None:
    page = cards("ru").card(replace(sample(), close=("statkevich",), similar=("losik-daria",)), Tab.STATUS, 0)
    assert "Часто упоминают вместе: Николай Статкевич\nПохожее имя: Дарья Лосик" in page.text
    links = [entity.url for entity in page.entities if "t.me" in (entity.url or "")]
    assert links == [
        "https://t.me/sprava_bot?start=c_statkevich",
        "https://t.me/sprava_bot?start=c_losik-daria",
    ]


def disagreement(topic: Topic, *told: str) -> Disagreement:
    lines = tuple(line(replace(VERDICT, id=f"d{n}", text=text)) for n, text in enumerate(told))
    return Disagreement(topic, lines, tuple((0, text.index(" ")) for text in told))


def test_what_sources_differ_about_has_a_side_of_its_own_with_the_words_of_each() -> None:
    facts = (
        disagreement(Topic.RELEASE, "June was it.", "September was it."),
        disagreement(Topic.ARREST, "May it was.", "July it was."),
    )
    file = replace(sample(), disagreements=facts)
    card = cards().card(file, Tab.STATUS, 0)
    assert [[button.text for button in row] for row in card.keyboard] == [
        ["Timeline, 4 lines ▸", "⚖ Sources differ (2)"],
        ["Copy link"],
    ]
    first, second = turned(file, Tab.DIFFERENCES)
    assert first.text.startswith(
        "Sources differ · page 1 of 2\nIhar Losik · Date of release\n«June» / «September»\n\nJune was it.\n"
    )
    assert second.quotes == ("May it was.", "July it was.")
    assert [[button.text for button in row] for row in second.keyboard] == [
        ["◂ Back"],
        ["◂ Status", "Timeline, 4 lines ▸"],
        ["Copy link"],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_that_can_differ_has_a_name(language: str) -> None:
    for topic in Topic:
        page = cards(language).card(
            replace(sample(), disagreements=(disagreement(topic, "A b.", "C d."),)), Tab.DIFFERENCES, 0
        )
        assert page.quotes == ("A b.", "C d.")


def test_a_button_of_a_difference_that_is_settled_opens_the_status() -> None:
    assert cards().card(sample(), Tab.DIFFERENCES, 3) == cards().card(sample(), Tab.STATUS, 0)


def test_people_are_listed_eight_a_page_with_the_search_kept() -> None:
    everybody = [case.id for case in islice(CASES, 20)]
    pages = [cards().people(everybody, page, search="lasik", among=30) for page in (0, 1, 2, 99)]
    assert [sum("1kn" in str(b.callback_data) for row in page.keyboard for b in row) for page in pages] == [
        8,
        8,
        4,
        4,
    ]
    assert [parse(str(button.callback_data)) for button in pages[1].keyboard[-1]] == [
        ListCases(0, "lasik"),
        ListCases(2, "lasik"),
    ]


HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("😀\u202e\u200f\u0301\u200d\ufeffאש ёў\n<b>&"),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            HOSTILE, HOSTILE, st.sampled_from([1, 40]), st.booleans(), st.sampled_from([None, "notice " * 90])
        ),
        min_size=1,
        max_size=9,
    ),
    st.sampled_from(LANGUAGES),
    st.sampled_from([Tab.STATUS, Tab.TIMELINE, Tab.DIFFERENCES]),
)
def test_every_page_of_every_card_fits_whatever_the_documents_hold(
    told: list[tuple[str, str, int, bool, str | None]], language: str, tab: Tab
) -> None:
    lines = []
    for n, (text, publisher, times, sensitive, notice) in enumerate(told):
        words = normalise(f"😀{text * times}."[:500])
        document = replace(VERDICT, id=f"d{n}", publisher=publisher * times, text=words, notice=notice)
        lines.append(replace(line(document), sensitive=sensitive))
    facts = (Disagreement(Topic.PLACE, tuple(lines), tuple((0, 5) for _ in lines)),)
    file = replace(
        sample(),
        status=tuple(lines),
        timeline=tuple(lines),
        disagreements=facts,
        close=("statkevich",) * 5,
    )
    shown: list[str] = []
    for page in turned(file, tab, language):
        assert utf16_units(page.text) <= 4096
        assert len(page.entities) <= 100
        assert all(
            len(str(button.callback_data).encode()) <= 64
            for row in page.keyboard
            for button in row
            if button.callback_data
        )
        shown += page.quotes
    quotes = [each.excerpt.quote for each in lines if arrives_unchanged(each.excerpt.quote)]
    assert shown == [quote for quote in quotes if quote in shown]


def test_a_line_that_no_message_can_hold_is_left_out_and_the_others_stay() -> None:
    endless = replace(VERDICT, id="endless", text="word " * 900 + "end.")
    plain = documents(1)[0]
    pages = turned(replace(sample(), status=(line(endless), line(plain))), Tab.STATUS)
    assert [page.quotes for page in pages] == [("Line 0 is told.",)]
