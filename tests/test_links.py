"""Links that open a source at the quoted words."""

from dataclasses import replace
from urllib.parse import unquote

from articles import VERDICT
from hypothesis import given
from hypothesis import strategies as st

from bot.links import source_link
from corpus.document import Document, normalise


def document(text: str, url: str | None = "https://news.example/a") -> Document:
    return replace(VERDICT, text=normalise(text), url=url)


def link(text: str, quote: str, url: str | None = "https://news.example/a") -> str | None:
    start = text.index(quote)
    return source_link(document(text, url), start, start + len(quote))


def test_a_long_quote_is_named_by_its_first_and_last_three_words() -> None:
    quote = "One man, prominent opposition politician Mikalai Statkevich, refused exile and chose to remain in Belarus at home."
    assert link(f"Before it. {quote} After it.", quote) == (
        "https://news.example/a#:~:text=One%20man%2C%20prominent,Belarus%20at%20home."
    )


def test_a_short_quote_is_named_whole() -> None:
    assert (
        link("He left. He was freed.", "He was freed.") == "https://news.example/a#:~:text=He%20was%20freed."
    )


def test_hyphens_commas_and_ampersands_are_encoded() -> None:
    quote = "Well-known, free & alive."
    assert link(quote, quote) == "https://news.example/a#:~:text=Well%2Dknown%2C%20free%20%26%20alive."


def test_words_are_added_until_they_stand_once() -> None:
    quote = "He was arrested in June 2020 in Baranavichy and was held there for more than two years without trial."
    text = f"He was arrested in May. {quote}"
    assert link(text, quote) == (
        "https://news.example/a#:~:text=He%20was%20arrested%20in%20June,years%20without%20trial."
    )


def test_words_that_stand_twice_whatever_is_added_give_the_plain_address() -> None:
    text = "He was freed. He was freed."
    assert source_link(document(text), 0, 13) == "https://news.example/a"


def test_browsers_ignore_case_so_the_same_words_in_capitals_count() -> None:
    assert link("HE WAS FREED. Then he was freed.", "he was freed.") == "https://news.example/a"


def test_a_fragment_that_is_there_already_is_kept() -> None:
    assert link("He was freed.", "He was freed.", "https://a.example/b#part") == (
        "https://a.example/b#part:~:text=He%20was%20freed."
    )


def test_a_pdf_and_a_document_without_address() -> None:
    assert (
        link("He was freed.", "He was freed.", "https://a.example/b.PDF?x=1") == "https://a.example/b.PDF?x=1"
    )
    assert link("He was freed.", "He was freed.", None) is None
    assert link("He was freed.", "He was freed.", "javascript:alert(1)") is None


def test_a_quote_over_two_lines_is_named_by_words_of_one_line_each() -> None:
    quote = "The first line ends here\nand the second one ends there"
    assert link(f"{quote}.", quote) == "https://news.example/a#:~:text=The%20first%20line,one%20ends%20there"


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_a_fragment_names_words_that_stand_once_in_the_document(raw: str, a: int, b: int) -> None:
    text = normalise(raw)
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    made = source_link(document(text), start, end)
    assert made is not None
    _, _, directive = made.partition("#:~:text=")
    assert len(directive) <= 600
    assert directive.isascii()
    assert "-" not in directive
    folded = " ".join(text.casefold().split())
    for words in directive.split(",") if directive else []:
        assert " ".join(unquote(words).casefold().split()) in folded
