"""Pages: quotes are exact, limits hold whatever the sources hold, and the layouts can be read here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from articles import BRIEF, COPY, VERDICT, version
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import InlineKeyboardButton, MessageEntity

from bot.callbacks import parse
from bot.compose import Page, PageError, Writer, arrives_unchanged, inline, slice_of, utf16_units
from bot.quotes import Quotes
from bot.render import Renderer
from bot.source import told_until
from bot.texts import LANGUAGES, texts
from corpus.cases import load_cases
from corpus.document import Document, PartialDate, Reliability, normalise
from index.answer import Answer, Reason
from index.block import key_of
from index.cutting import Cut, made
from index.differences import Difference, Differing
from index.excerpt import Excerpt
from index.value import ValueKind
from index.version import Version

CASES = load_cases()
QUOTES = Quotes(version())


def renderer(language: str = "en", quotes: Quotes = QUOTES) -> Renderer:
    return Renderer(texts(language), quotes, "sprava_bot", CASES)


def excerpt(document: Document, words: str, rank: int = 1) -> Excerpt:
    start = document.text.index(words)
    return Excerpt(document, start, start + len(words), rank, 0.9)


def answer(*excerpts: Excerpt, **more: object) -> Answer:
    return Answer(question="?", excerpts=excerpts, version=1, elapsed_ms=1.0, **more)


ARREST = excerpt(VERDICT, "Losik was arrested in June 2020 in Baranavichy.")
RELEASE = excerpt(COPY, "Ihar Losik was released together with 51 other people.")
REFUSAL = excerpt(BRIEF, "Мікола Статкевіч адмовіўся пакідаць Беларусь.")

APART = Difference(
    ValueKind.NUMBER,
    tuple(
        Differing(
            place,
            each.start + each.quote.index(words),
            each.start + each.quote.index(words) + len(words),
            place,
        )
        for place, (each, words) in enumerate(((RELEASE, "51"), (ARREST, "June 2020")))
    ),
)
"""Two sides, each with the words that a reader should see at once."""


def shown(page: Page) -> str:
    """The page as one would draw it: quotes marked, buttons in brackets, rows on lines of their own."""
    text = page.text
    for quote in page.quotes:
        text = text.replace(quote, f"▌{quote}", 1)
    rows = ["  ".join(f"[{button.text}]" for button in row) for row in page.keyboard]
    return "\n".join([text, *rows])


def test_an_answer_in_english() -> None:
    assert shown(
        renderer().answer(answer(ARREST, more=(excerpt(VERDICT, "The trial was closed to the public."),)))
    ) == (
        "▌Losik was arrested in June 2020 in Baranavichy.\n"
        "1 · Verdict in the Losik case ↗\n"
        "Example News · 12 Mar 2024 · English · [A] first-hand\n"
        "\n"
        "As of 12 Mar 2024; later events are not in this quote. Exact quotes, nothing added. Index of 20 Nov 2026.\n"
        "[1 Source ↗]  [1 Context]\n"
        "[Copy link]  [Cite]  [More ▸]"
    )


def test_an_answer_in_belarusian_from_two_sources_that_differ() -> None:
    assert shown(renderer("be").answer(answer(RELEASE, ARREST, difference=APART))) == (
        "⚖ Крыніцы разыходзяцца: «51» / «June 2020»\n"
        "▌Ihar Losik was released together with 51 other people.\n"
        "1 · Blogger freed in September\n"
        "Copy Daily · верасень 2025 · англійская · [D] без подпісу або ШІ · без публічнага адраса\n"
        "⚠ Крыніца паведамляе: This text was partly made with AI.\n"
        "\n"
        "▌Losik was arrested in June 2020 in Baranavichy.\n"
        "2 · Verdict in the Losik case ↗\n"
        "Example News · 12 сакавіка 2024 · англійская · [A] з першых рук\n"
        "\n"
        "Станам на верасень 2025; пазнейшых падзей у гэтых цытатах няма. Дакладныя цытаты, бот нічога не дадае. "
        "Індэкс ад 20 лістапада 2026.\n"
        "[2 Крыніца ↗]\n"
        "[1 Кантэкст]  [2 Кантэкст]\n"
        "[Скапіраваць спасылку]  [Цытаваць]"
    )


def test_a_brief_is_shown_as_this_projects_with_what_it_was_written_from() -> None:
    page = renderer("ru").answer(answer(REFUSAL))
    assert shown(page).splitlines()[1:4] == [
        "1 · Мікола Статкевіч",
        "справка этого проекта · 12 сентября 2025 · белорусский · [B] обзор",
        "Написано по: news.example",
    ]
    links = {slice_of(page.text, entity): entity.url for entity in page.entities if entity.url}
    assert links == {"news.example": "https://news.example/statkevich"}


def test_a_notice_stands_with_every_quote_and_a_briefs_sources_with_its_first() -> None:
    again = excerpt(BRIEF, "Ён вярнуўся на мяжу ў верасні 2025 года.")
    assert renderer().answer(answer(REFUSAL, again)).text.count("Written from: news.example") == 1
    crossed = excerpt(COPY, "They crossed into Lithuania the same day.")
    assert (
        renderer()
        .answer(answer(RELEASE, crossed))
        .text.count("⚠ The source says: This text was partly made with AI.")
        == 2
    )


def test_no_source_says_this_in_russian_with_the_nearest_as_buttons() -> None:
    given = Answer(
        question="?",
        reason=Reason.NO_SOURCE,
        candidates=("losik-ihar",),
        nearest=(ARREST,),
        version=1,
        elapsed_ms=1,
    )
    assert shown(renderer("ru").answer(given)) == (
        "Ни один источник в базе этого не сообщает. Бот не додумывает.\n"
        "В базе 3 документа; самый новый: 12 сентября 2025. Все источники: /sources\n"
        "Ближайшие дела:\n"
        "[Игорь Лосик]\n"
        "[Самое близкое, не ответ ▸]"
    )


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("en", "Do you mean Siarhei Tsikhanouski?"),
        ("be", "Вы маеце на ўвазе: Сяргей Ціханоўскі?"),
        ("ru", "Вы имеете в виду: Сергей Тихановский?"),
    ],
)
def test_one_name_is_asked_back_as_one(language: str, asked: str) -> None:
    one = Answer(
        question="?", reason=Reason.AMBIGUOUS, candidates=("tsikhanouski-siarhei",), version=1, elapsed_ms=1
    )
    page = renderer(language).answer(one)
    assert page.text.splitlines()[0] == asked
    assert [button.text in asked for row in page.keyboard for button in row] == [True]


def test_an_ambiguous_name_is_asked_back() -> None:
    given = Answer(
        question="?",
        reason=Reason.AMBIGUOUS,
        candidates=("losik-ihar", "losik-daria"),
        version=1,
        elapsed_ms=1,
    )
    page = renderer().answer(given)
    assert shown(page) == (
        "More than one person matches. Which one do you mean?\nSomeone else? Write the full name.\n[Ihar Losik]\n[Daria Losik]"
    )
    assert [button.callback_data for row in page.keyboard for button in row] == [
        "1qlosik-ihar",
        "1qlosik-daria",
    ]


@pytest.mark.parametrize(
    ("reason", "private", "text"),
    [
        (Reason.TOO_LONG, False, "Please ask in up to 500 characters."),
        (Reason.REFUSED, False, "I only quote sources about these cases."),
        (Reason.REFUSED, True, "I do not answer questions about addresses, phones, relatives or children."),
    ],
)
def test_refusals_have_their_own_words(reason: Reason, private: bool, text: str) -> None:
    given = Answer(question="?", reason=reason, private=private, version=1, elapsed_ms=1)
    assert renderer().answer(given).text == text


def test_the_list_of_sources() -> None:
    assert shown(renderer().sources(0)) == (
        "Sources\n"
        "The base holds 3 documents; the newest: 12 Sep 2025.\n"
        "\n"
        "[D] Copy Daily · English · 1 document · partly AI\n"
        "[A] Example News · English · 1 document\n"
        "[B] This project's briefs · Belarusian · 1 document\n"
        "\n"
        "[A] first-hand · [B] summary · [C] retelling or copy · [D] unsigned or AI"
    )


def test_long_lists_of_sources_are_turned_by_buttons() -> None:
    many = Quotes(version(*(replace(VERDICT, id=f"d{n}", publisher=f"Publisher {n:02}") for n in range(25))))
    pages = [renderer(quotes=many).sources(page) for page in (0, 1, 2, 99)]
    assert [page.text.count("[A] Publisher") for page in pages] == [10, 10, 5, 5]
    turns = [[button.callback_data for row in page.keyboard for button in row] for page in pages]
    assert turns == [["1g01"], ["1g00", "1g02"], ["1g01"], ["1g01"]]


def test_context_shows_the_quote_in_bold_and_the_way_back() -> None:
    ids = QUOTES.ids_of([ARREST])
    context = QUOTES.around(ARREST, shift=0)
    assert context is not None
    page = renderer().context(context, number=1, shift=0, ids=ids)
    assert page.quotes == (VERDICT.text[context.start : context.end],)
    bold = [slice_of(page.text, entity) for entity in page.entities if entity.type == MessageEntity.BOLD]
    assert bold == [ARREST.quote]
    assert page.keyboard[-1][-1].callback_data == f"1a{ids[0]}"


def test_a_brief_names_three_of_its_sources_and_all_of_them_in_the_context() -> None:
    sources = tuple(f"https://news{n}.example/a" for n in range(10))
    brief = replace(BRIEF, sources=sources)
    quotes = Quotes(version(brief))
    quoted = excerpt(brief, "Мікола Статкевіч адмовіўся пакідаць Беларусь.")
    line = "Written from: news0.example, news1.example, news2.example, +7"
    assert line in renderer(quotes=quotes).answer(answer(quoted)).text.splitlines()
    context = quotes.around(quoted, shift=0)
    assert context is not None
    page = renderer(quotes=quotes).context(context, number=1, shift=0, ids=quotes.ids_of([quoted]))
    links = [entity.url for entity in page.entities if entity.type == MessageEntity.TEXT_LINK]
    assert links == list(sources)


def test_context_is_open_however_long_it_is() -> None:
    text = " ".join(
        f"Ihar Losik wrote letter number {n} to everyone who had written to him." for n in range(12)
    )
    document = replace(VERDICT, text=text)
    quotes = Quotes(version(document))
    quoted = Excerpt(document, 0, text.index(".") + 1, 1, 0.9)
    context = quotes.around(quoted, shift=0)
    assert context is not None
    page = renderer(quotes=quotes).context(context, number=1, shift=0, ids=quotes.ids_of([quoted]))
    assert len(page.quotes[0]) > 600
    assert MessageEntity.EXPANDABLE_BLOCKQUOTE not in {entity.type for entity in page.entities}


def test_a_long_quote_can_be_folded_and_a_short_one_is_not() -> None:
    kinds = []
    for length in (320, 321):
        text = "a" * (length - 1) + "."
        document = replace(VERDICT, text=text)
        page = renderer(quotes=Quotes(version(document))).answer(answer(Excerpt(document, 0, length, 1, 0.9)))
        kinds.append(page.entities[0].type)
    assert kinds == [MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE]


def test_a_title_cannot_write_the_line_of_its_source() -> None:
    title = "Verdict ↗\u2028Reuters · 1 Jan 2026 · English · [A] first-hand"
    document = replace(VERDICT, title=title)
    quoted = replace(ARREST, document=document)
    lines = renderer(quotes=Quotes(version(document))).answer(answer(quoted)).text.splitlines()
    assert lines[1] == "1 · Verdict Reuters - 1 Jan 2026 - English - (A) first-hand ↗"
    assert sum(" · " in line and "[A]" in line for line in lines) == 1


def test_a_letter_of_a_title_carries_few_marks_and_a_quote_keeps_all_of_its_own() -> None:
    stacked = "Z" + "\u0301\u0336\u0489" * 300
    document = replace(VERDICT, title=f"{stacked}algo", publisher=stacked, text=f"{stacked} is quoted.")
    quoted = Excerpt(document, 0, len(document.text), 1, 0.9)
    page = renderer(quotes=Quotes(version(document))).answer(answer(quoted))
    assert page.quotes == (document.text,)
    assert page.text.count("\u0489") == 300 + 2
    assert inline("Nguyễn שָׁ֑").strip("\u2068\u2069") == "Nguyễn שָׁ֑"


@pytest.mark.parametrize("field", ["title", "publisher", "notice", "note"])
def test_however_long_a_source_names_itself_its_words_can_be_shown(field: str) -> None:
    document = replace(VERDICT, **{field: "Endless words " * 500})  # type: ignore[arg-type]
    quotes = Quotes(version(document))
    quoted = replace(ARREST, document=document)
    page = renderer(quotes=quotes).answer(answer(quoted))
    assert page.quotes == (ARREST.quote,)
    assert " …" in page.text
    assert renderer(quotes=quotes).citations([quoted], quotes.ids_of([quoted])).text


def test_the_last_quote_is_left_out_whole_when_the_message_grows_too_long() -> None:
    document = replace(VERDICT, text=" ".join(letter * 1799 + "." for letter in "abc"))
    quoted = [Excerpt(document, 1801 * n, 1801 * n + 1800, n + 1, 0.9) for n in range(3)]
    page = renderer(quotes=Quotes(version(document))).answer(answer(*quoted))
    assert page.quotes == (quoted[0].quote, quoted[1].quote)
    assert utf16_units(page.text) <= 4096


def test_a_single_quote_that_cannot_be_sent_is_not_sent_in_parts() -> None:
    document = replace(VERDICT, text="a" * 5000)
    page = renderer(quotes=Quotes(version(document))).answer(answer(Excerpt(document, 0, 5000, 1, 0.9)))
    assert page.quotes == ()
    assert page.text.startswith("The sources have an answer, but it cannot be shown")


@pytest.mark.parametrize("units", [4095, 4096, 4097])
def test_the_limit_of_a_message_is_counted_in_utf16_units(units: int) -> None:
    text = "🔔" * (units // 2) + "a" * (units % 2)
    if units > 4096:
        with pytest.raises(PageError):
            Page(text)
    else:
        assert utf16_units(Page(text).text) == units


def test_a_hundred_entities_fit_and_one_more_does_not() -> None:
    def bold(count: int) -> Page:
        writer = Writer()
        for _ in range(count):
            writer.bold("a").plain(" ")
        return writer.page()

    assert len(bold(100).entities) == 100
    with pytest.raises(PageError):
        bold(101)


def test_sixty_four_bytes_fit_a_button_and_one_more_does_not() -> None:
    def with_data(data: str) -> Page:
        return Page("a", keyboard=((InlineKeyboardButton("b", callback_data=data),),))

    assert with_data("й" * 32)
    with pytest.raises(PageError):
        with_data("й" * 32 + "a")


@pytest.mark.parametrize("text", ["", " a", "a\n"])
def test_a_text_that_telegram_would_trim_is_a_mistake(text: str) -> None:
    with pytest.raises(PageError):
        Page(text)


def test_an_entity_around_white_space_is_a_mistake() -> None:
    with pytest.raises(PageError):
        Writer().bold("a ").plain("b").page()


def test_words_that_telegram_would_change_are_not_sent_as_a_quote() -> None:
    assert arrives_unchanged("Ён сказаў: «так» 👍🏽, Plzeňský kraj.")
    changed = ["", " a", "a\n", "a\u202eb", "a\u200fb", "a\x07b", "a\rb", "a\u030ab", "a\u2028b", "a\ud800b"]
    assert [words for words in changed if arrives_unchanged(words)] == []


def test_right_to_left_titles_are_isolated() -> None:
    assert inline("שלום\u202e  world\n") == "\u2068שלום world\u2069"
    assert inline(" Plain \n title ") == "Plain title"
    assert inline("\u2067Re\u200bport\u2069 \u061cone 👩\u200d💻") == "Report one 👩\u200d💻"


FORGED = "Example News · 12 Mar 2024 · English · [A] first-hand\n⚠ Note: checked\u2069"


@pytest.mark.parametrize(
    "page",
    [
        lambda forger, own: own.answer(answer(excerpt(forger, "Ihar Losik was released"))),
        lambda forger, own: own.answer(answer(replace(RELEASE, also_in=(FORGED,)))),
        lambda forger, own: own.sources(0),
    ],
    ids=["answer", "also in", "sources"],
)
def test_a_publisher_cannot_write_a_label_for_itself(page: Callable[[Document, Renderer], Page]) -> None:
    forger = replace(COPY, publisher=FORGED, notice=None)
    text = page(forger, renderer(quotes=Quotes(version(forger)))).text.rpartition("\n\n")[0]
    forged = "Example News - 12 Mar 2024 - English - (A) first-hand Note: checked"
    assert forged in text
    assert "⚠ Note" not in text
    assert "[A]" not in text


HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("🔔👩‍👩‍👧‍👦é́שאعم\u200d\u200b\u202e\u2066\ufeff\u0301<b>*_[]()`\n &"),
    ),
    min_size=1,
    max_size=400,
)


def one_sentence_version(document: Document, spans: list[tuple[int, int]]) -> Version:
    """A version whose sentences are exactly these spans, however strange the text."""
    block = made(
        Cut(document, ((0, len(document.text)),), ("",), (tuple(spans),), ("",) * len(spans)),
        {key_of(""): np.ones(1, np.float32)},
        None,
        1,
    )
    created = datetime(2026, 11, 20, tzinfo=UTC)
    return Version(number=1, created=created, model="none", blocks=(block,), files={})


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(HOSTILE, min_size=1, max_size=3),
    title=HOSTILE,
    publisher=HOSTILE,
    note=st.none() | HOSTILE,
    url=st.none() | st.just("https://news.example/a"),
    language=st.sampled_from(LANGUAGES),
    date=st.sampled_from([PartialDate(), PartialDate(2025), PartialDate(2025, 9), PartialDate(2025, 9, 12)]),
)
def test_whatever_a_source_holds_the_page_is_sendable_and_quotes_exactly(
    parts: list[str],
    title: str,
    publisher: str,
    note: str | None,
    url: str | None,
    language: str,
    date: PartialDate,
) -> None:
    clean = [part for part in (normalise(part).strip() for part in parts) if part]
    text, spans = "", []
    for part in clean:
        spans.append((len(text), len(text) + len(part)))
        text += f"{part}\n"
    text = normalise(text)
    document = Document(
        id="hostile", title=title, publisher=publisher, published=date, language="en", url=url,
        reliability=Reliability.D, text=text, note=note, notice=note,
    )  # fmt: skip
    if not spans:
        return
    quotes = Quotes(one_sentence_version(document, spans))
    excerpts = tuple(Excerpt(document, start, end, n, 0.9) for n, (start, end) in enumerate(spans, 1))
    page = renderer(language, quotes).answer(answer(*excerpts))
    assert utf16_units(page.text) <= 4096
    assert set(page.quotes) <= {each.quote for each in excerpts}
    assert all(quote in text for quote in page.quotes)
    for button in (button for row in page.keyboard for button in row):
        if isinstance(button.callback_data, str):
            assert parse(button.callback_data) is not None
    for n in range(1, len(excerpts) + 1):
        context = quotes.around(excerpts[n - 1], shift=0)
        assert context is not None
        assert excerpts[n - 1].quote in document.text[context.start : context.end]
        if (ids := quotes.ids_of(excerpts)) and len(ids) == len(excerpts):
            assert renderer(language, quotes).context(context, number=n, shift=0, ids=ids)


def test_a_brief_is_as_of_the_latest_date_that_it_names_and_not_of_the_day_it_was_written() -> None:
    text = "Ihar Losik was arrested in June 2020. He was freed on 11 September 2025; his term ran until 2035."
    brief = replace(BRIEF, published=PartialDate(2026, 11, 20), language="en", text=text)
    assert told_until(brief) == PartialDate(2025, 9, 11)
    assert told_until(replace(brief, text="Ihar Losik is a blogger.")) == PartialDate(2026, 11, 20)
    assert told_until(replace(brief, publisher="Example News")) == PartialDate(2026, 11, 20)
