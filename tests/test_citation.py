"""Citations, compared with ones written by hand after the APA manual's examples."""

from dataclasses import replace
from datetime import date

import pytest
from articles import BRIEF, COPY, VERDICT, version

from bot.citation import MAX_COPY, apa, citations, plain
from bot.quotes import Quotes
from bot.texts import LANGUAGES, texts
from corpus.cases import load_cases
from corpus.document import Document, PartialDate
from index.excerpt import Excerpt

READ = date(2026, 11, 20)
SIGNED = replace(VERDICT, author="Ihar Ivanou")
UNDATED = replace(VERDICT, published=PartialDate())


@pytest.mark.parametrize(
    ("document", "language", "words"),
    [
        (
            VERDICT,
            "en",
            "“Verdict in the Losik case”, Example News, 12 Mar 2024, https://news.example/verdict",
        ),
        (
            VERDICT,
            "ru",
            "«Verdict in the Losik case», Example News, 12 марта 2024, https://news.example/verdict",
        ),
        (
            SIGNED,
            "en",
            "Ihar Ivanou, “Verdict in the Losik case”, Example News, 12 Mar 2024, https://news.example/verdict",
        ),
        (COPY, "en", "“Blogger freed in September”, Copy Daily, Sep 2025"),
        (COPY, "be", "«Blogger freed in September», Copy Daily, верасень 2025"),
        (
            UNDATED,
            "en",
            "“Verdict in the Losik case”, Example News, date unknown, https://news.example/verdict",
        ),
        (BRIEF, "be", "«Мікола Статкевіч», праект sprava, 12 верасня 2025"),
    ],
)
def test_a_plain_citation(document: Document, language: str, words: str) -> None:
    assert plain(document, texts(language)) == words


@pytest.mark.parametrize(
    ("document", "language", "words"),
    [
        (
            VERDICT,
            "en",
            "Example News. (2024, March 12). Verdict in the Losik case. https://news.example/verdict",
        ),
        (
            SIGNED,
            "en",
            "Ivanou, I. (2024, March 12). Verdict in the Losik case. Example News. https://news.example/verdict",
        ),
        (
            replace(VERDICT, author="Ihar Ivanou, Maryna P. Petrova and Human Rights Watch"),
            "en",
            "Ivanou, I., Petrova, M. P., & Human Rights Watch. (2024, March 12). Verdict in the Losik case. Example News."
            " https://news.example/verdict",
        ),
        (
            replace(VERDICT, author="Example news"),
            "en",
            "Example News. (2024, March 12). Verdict in the Losik case. https://news.example/verdict",
        ),
        (COPY, "en", "Copy Daily. (2025, September). Blogger freed in September."),
        (COPY, "ru", "Copy Daily. (2025, сентябрь). Blogger freed in September."),
        (
            replace(COPY, published=PartialDate(2025), title="Who is free?"),
            "en",
            "Copy Daily. (2025). Who is free?",
        ),
        (
            VERDICT,
            "be",
            "Example News. (2024, 12 сакавіка). Verdict in the Losik case. https://news.example/verdict",
        ),
        (
            UNDATED,
            "en",
            "Example News. (n.d.). Verdict in the Losik case. Retrieved November 20, 2026, from https://news.example/verdict",
        ),
        (
            UNDATED,
            "ru",
            "Example News. (б. д.). Verdict in the Losik case. Дата обращения: 20 ноября 2026. https://news.example/verdict",
        ),
        (BRIEF, "en", "sprava project. (2025, September 12). Мікола Статкевіч [Brief]."),
        (BRIEF, "be", "праект sprava. (2025, 12 верасня). Мікола Статкевіч [Даведка]."),
    ],
)
def test_an_apa_citation(document: Document, language: str, words: str) -> None:
    assert apa(document, texts(language), retrieved=READ, cases=load_cases()) == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_citation_is_copied_by_a_button_where_it_fits_and_by_a_touch_anyway(language: str) -> None:
    long = replace(VERDICT, id="long", title="A title that goes on " * 12, text=VERDICT.text)
    quotes = Quotes(version(VERDICT, long))
    excerpts = [Excerpt(document, 11, 90, 1, 1.0) for document in (VERDICT, long)]
    ids = quotes.ids_of(excerpts)
    page = citations(excerpts, ids, texts(language), retrieved=READ, cases=load_cases())
    copied = [button.copy_text.text for row in page.keyboard for button in row if button.copy_text]
    assert copied == [
        plain(VERDICT, texts(language)),
        apa(VERDICT, texts(language), retrieved=READ, cases=load_cases()),
    ]
    assert plain(long, texts(language)) in page.text
    assert len(plain(long, texts(language))) > MAX_COPY
    assert page.keyboard[-1][-1].callback_data == f"1a{''.join(ids)}"
    assert sum(entity.type == "code" for entity in page.entities) == 4


def test_a_document_quoted_twice_is_cited_once() -> None:
    quotes = Quotes(version(VERDICT))
    excerpts = [Excerpt(VERDICT, 11, 90, 1, 1.0), Excerpt(VERDICT, 128, 175, 2, 1.0)]
    page = citations(excerpts, quotes.ids_of(excerpts), texts("en"), retrieved=READ, cases=load_cases())
    assert page.text.count("APA 7") == 1
