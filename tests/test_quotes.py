"""Quote ids: short names for exact words, the same in every process, never for other words."""

from dataclasses import replace

from articles import BRIEF, COPY, DOCUMENTS, VERDICT, numbered, version
from hypothesis import given
from hypothesis import strategies as st

from bot.quotes import Part, Quotes, parts
from corpus.document import Document
from index.excerpt import Excerpt

QUOTES = Quotes(version())


def excerpt(document: Document, words: str, *, rank: int = 1) -> Excerpt:
    start = document.text.index(words)
    return Excerpt(document, start, start + len(words), rank, 0.0)


ARREST = excerpt(VERDICT, "Losik was arrested in June 2020 in Baranavichy.")
STRIKE = excerpt(VERDICT, "He went on a hunger strike in December 2020.")
BOTH = excerpt(
    VERDICT, "Losik was arrested in June 2020 in Baranavichy. He went on a hunger strike in December 2020."
)


def test_an_id_has_twelve_characters_and_finds_its_words_again() -> None:
    for quoted in (ARREST, STRIKE, BOTH, excerpt(BRIEF, "Мікола Статкевіч адмовіўся пакідаць Беларусь.")):
        quote_id = QUOTES.id_of(quoted)
        assert quote_id is not None
        assert len(quote_id) == 12
        found = QUOTES.find(quote_id)
        assert found is not None
        assert (found.document, found.quote) == (quoted.document, quoted.quote)


def test_an_id_is_passage_then_first_sentence_then_how_many() -> None:
    passages = [QUOTES.version.passage(i) for i in range(len(QUOTES.version.passages))]
    passage = next(each for each in passages if "arrested" in each.text)
    assert QUOTES.id_of(ARREST) == f"{passage.id}CB"  # the third sentence, one
    assert QUOTES.id_of(STRIKE) == f"{passage.id}DB"  # the fourth, one
    assert QUOTES.id_of(BOTH) == f"{passage.id}CC"  # the third, two


def test_a_part_of_a_sentence_has_no_id() -> None:
    assert QUOTES.id_of(excerpt(VERDICT, "arrested in June 2020")) is None
    assert QUOTES.id_of(excerpt(VERDICT, "Losik was arrested in June")) is None
    assert (
        QUOTES.id_of(excerpt(numbered(3), "Letter number 1 arrived on time and was read aloud to everyone."))
        is None
    )


def test_an_id_is_valid_in_another_version_as_long_as_the_text_is_the_same() -> None:
    quote_id = QUOTES.id_of(ARREST)
    assert quote_id is not None
    grown = Quotes(version(*DOCUMENTS, numbered(4)))
    found = grown.find(quote_id)
    assert found is not None
    assert found.quote == ARREST.quote
    corrected = replace(VERDICT, text=VERDICT.text.replace("fifteen", "fourteen"))
    assert Quotes(version(corrected, COPY)).find(quote_id) is None


def test_all_or_none_of_several_quotes_are_found_in_their_order() -> None:
    ids = QUOTES.ids_of([STRIKE, ARREST])
    found = QUOTES.find_all(ids)
    assert found is not None
    assert [(each.rank, each.quote) for each in found] == [(1, STRIKE.quote), (2, ARREST.quote)]
    assert QUOTES.find_all((ids[0], "AAAAAAAAAAAB")) is None


@given(st.text("ABCabc019-_", min_size=12, max_size=12), st.sampled_from("ABC_-"), st.sampled_from("ABC_-"))
def test_a_forged_id_finds_nothing_or_whole_sentences(forged: str, first: str, count: str) -> None:
    assert QUOTES.find(forged) is None
    real = QUOTES.id_of(ARREST)
    assert real is not None
    found = QUOTES.find(f"{real[:10]}{first}{count}")
    assert found is None or QUOTES.id_of(found) == f"{real[:10]}{first}{count}"


def test_context_holds_the_quote_and_stays_in_its_document() -> None:
    for shift in (-1, 0, 1):
        context = QUOTES.around(ARREST, shift=shift)
        assert context is not None
        assert 0 <= context.start <= ARREST.start < ARREST.end <= context.end <= len(VERDICT.text)
        assert context.end - context.start <= 900


def test_context_goes_one_passage_each_way_and_no_further() -> None:
    letters = numbered(40)
    quotes = Quotes(version(letters))
    middle = excerpt(letters, "Letter number 20 arrived on time and was read aloud to everyone.")
    spans = {}
    for shift in (-1, 0, 1):
        context = quotes.around(middle, shift=shift)
        assert context is not None
        assert letters.text[context.start : context.end] == letters.text[context.start : context.end].strip()
        assert context.end - context.start <= 900
        spans[shift] = (context.start, context.end)
    assert spans[-1][0] < spans[0][0]
    assert spans[1][1] > spans[0][1]
    first = quotes.around(
        excerpt(letters, "Letter number 0 arrived on time and was read aloud to everyone."), shift=0
    )
    assert first is not None
    assert (first.has_before, first.has_after) == (False, True)


def test_a_heading_stands_between_the_parts_of_a_context_and_without_its_mark() -> None:
    text = "# Name\n\nBorn in Minsk.\n\n## Arrest and charges\n\nDetained in June.\n\n#tag is no heading."
    found = parts(text, text.index("Born"), len(text))
    assert [(text[part.start : part.end], part.is_heading) for part in found] == [
        ("Born in Minsk.", False),
        ("Arrest and charges", True),
        ("Detained in June.\n\n#tag is no heading.", False),
    ]
    inside = parts(text, text.index("and charges"), text.index("Detained") + 8)
    assert [text[part.start : part.end] for part in inside] == ["Arrest and charges", "Detained"]
    assert parts("One sentence.", 0, 13) == [Part(0, 13, is_heading=False)]
