"""Buttons: 64 bytes, a grammar that reads back what it wrote, and nothing gained by forging."""

from hypothesis import given
from hypothesis import strategies as st

from bot import callbacks
from bot.callbacks import (
    AnswerForCase,
    ListCases,
    SetLanguage,
    ShowCase,
    ShowCitations,
    ShowClosest,
    ShowContext,
    ShowExample,
    ShowMore,
    ShowQuotes,
    ShowSources,
    Tab,
)

QUOTES = st.from_regex(r"[A-Za-z0-9_-]{12}", fullmatch=True)


def ids(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(QUOTES, min_size=1, max_size=most).map(tuple)


CALLBACKS = st.one_of(
    ids(3).map(ShowQuotes),
    ids(5).map(ShowMore),
    ids(5).map(ShowClosest),
    ids(3).flatmap(
        lambda quotes: st.builds(
            ShowContext, st.integers(1, len(quotes)), st.integers(-1, 1), st.just(quotes)
        )
    ),
    st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True).map(AnswerForCase),
    st.integers(0, 99).map(ShowSources),
    ids(3).map(ShowCitations),
    st.builds(
        ShowCase,
        st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True),
        st.sampled_from(list(Tab)),
        st.integers(0, 99),
    ),
    st.builds(ListCases, st.integers(0, 99), st.from_regex(r"[a-z]{0,24}", fullmatch=True)),
    st.integers(0, 2).map(ShowExample),
    st.sampled_from(["be", "ru", "en"]).map(SetLanguage),
)


@given(CALLBACKS)
def test_every_callback_fits_64_ascii_bytes_and_reads_back(callback: callbacks.Callback) -> None:
    written = str(callback)
    assert len(written.encode("ascii")) <= 64
    assert callbacks.parse(written) == callback


@given(st.one_of(st.text(max_size=70), st.text("1axmcqgolebkstn0-+_Ab", max_size=70)))
def test_any_text_is_refused_or_means_exactly_itself(data: str) -> None:
    callback = callbacks.parse(data)
    assert callback is None or str(callback) == data


def test_the_grammar_is_written_down_byte_by_byte() -> None:
    first, second = "AAAAAAAAAABB", "bbbbbbbbbbAC"
    assert callbacks.parse("1a" + first + second) == ShowQuotes((first, second))
    assert callbacks.parse("1x2-" + first + second) == ShowContext(2, -1, (first, second))
    assert callbacks.parse("1x1+" + first) == ShowContext(1, 1, (first,))
    assert callbacks.parse("1m" + first) == ShowMore((first,))
    assert callbacks.parse("1qlosik-ihar") == AnswerForCase("losik-ihar")
    assert callbacks.parse("1g07") == ShowSources(7)
    assert callbacks.parse("1olbe") == SetLanguage("be")
    assert callbacks.parse("1b" + first) == ShowCitations((first,))
    assert callbacks.parse("1kt03losik-ihar") == ShowCase("losik-ihar", Tab.TIMELINE, 3)
    assert callbacks.parse("1kn00losik-ihar") == ShowCase("losik-ihar", Tab.NEW, 0)
    assert callbacks.parse("1l02lasik") == ListCases(2, "lasik")
    assert callbacks.parse("1l00") == ListCases(0)


def test_what_the_grammar_does_not_know_is_refused() -> None:
    quote = "AAAAAAAAAABB"
    refused = ["", "1", "1a", "0a" + quote, "2a" + quote, "1a" + quote * 4, "1a" + quote[:-1], "1x2+" + quote]
    refused += [
        "1x0+" + quote,
        "1m" + quote * 6,
        "1q",
        "1qLosik",
        "1kx00losik",
        "1ks0losik",
        "1ks00",
        "1l0",
        "1l00ЛОС",
        "1b" + quote * 4,
        "1q" + "a" * 33,
        "1g7",
        "1g๓๓",
        "1olpl",
        "1e3",
        "1a" + quote + "\n",
    ]
    assert [data for data in refused if callbacks.parse(data) is not None] == []


def test_a_shared_link_holds_up_to_three_quotes_in_38_characters() -> None:
    three = ("AAAAAAAAAABB", "bbbbbbbbbbAC", "0123456789_-")
    assert len(callbacks.shared(three)) == 38
    assert callbacks.parse_shared(callbacks.shared(three)) == three
    assert callbacks.parse_shared("a_" + "A" * 48) is None
    assert callbacks.parse_shared("hello") is None


def test_a_link_to_a_case_reads_back_and_nothing_else_is_one() -> None:
    longest = "a" * 32
    assert len(callbacks.case_link(longest)) == 34
    assert callbacks.parse_case_link(callbacks.case_link(longest)) == longest
    refused = ["c_", "c_" + "a" * 33, "c_Losik", "losik", "a_losik", "c_losik\n"]
    assert [each for each in refused if callbacks.parse_case_link(each) is not None] == []
