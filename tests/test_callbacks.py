"""Buttons: 64 bytes, a grammar that reads back what it wrote, and nothing gained by forging."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot import callbacks
from bot.callbacks import (
    AnswerForCase,
    ListCases,
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
from bot.links import deep_link
from bot.own_callbacks import (
    AskFollow,
    ConfirmFollow,
    ListFollowed,
    ListNews,
    ListPublishers,
    Option,
    Own,
    SetOption,
    ShowNews,
    ShowSetting,
    Unfollow,
    parse_own_link,
)
from bot.record import Follow, FollowKind

QUOTES = st.from_regex(r"[A-Za-z0-9_-]{12}", fullmatch=True)


def ids(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(QUOTES, min_size=1, max_size=most).map(tuple)


EVERYTHING = st.just((FollowKind.EVERYTHING,))
SLUGGED = st.tuples(
    st.sampled_from([FollowKind.CASE, FollowKind.PUBLISHER]),
    st.from_regex(r"[a-z0-9-]{0,32}", fullmatch=True),
)
TEXTS = st.sampled_from([(FollowKind.KEYWORD,), (FollowKind.QUESTION,)])
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
    st.sampled_from(list(Own)),
    st.one_of(EVERYTHING, SLUGGED, TEXTS).map(lambda one: AskFollow(*one)),
    st.one_of(EVERYTHING, SLUGGED.filter(lambda one: one[1]), TEXTS).map(lambda one: ConfirmFollow(*one)),
    st.one_of(EVERYTHING, SLUGGED, TEXTS).map(lambda one: Unfollow(*one)),
    st.builds(Follow, st.sampled_from([FollowKind.KEYWORD, FollowKind.QUESTION]), st.text(min_size=1)).map(
        Unfollow.of
    ),
    st.integers(0, 99).map(ListFollowed),
    st.integers(0, 99).map(ListPublishers),
    st.integers(1, 9_999_999).map(ShowNews),
    st.builds(ListNews, st.integers(0, 99), corrections=st.booleans()),
    st.sampled_from([None, *set(Option) - {Option.AGREED}]).map(ShowSetting),
    st.sampled_from(["be", "ru", "en"]).map(lambda language: SetOption(Option.LANGUAGE, language)),
    st.integers(0, 23).map(lambda hour: SetOption(Option.HOUR, f"{hour:02}")),
    st.integers(1, 3).map(lambda value: SetOption(Option.AGREED, str(value))),
    st.builds(
        SetOption, st.sampled_from([Option.SOUND, Option.CADENCE, Option.DELETE]), st.sampled_from("012")
    ),
    st.builds(SetOption, st.sampled_from([Option.QUIET, Option.PAUSE]), st.sampled_from("01")),
)


@given(CALLBACKS)
def test_every_callback_fits_64_ascii_bytes_and_reads_back(callback: callbacks.Callback) -> None:
    written = str(callback)
    assert len(written.encode("ascii")) <= 64
    assert callbacks.parse(written) == callback


@given(st.one_of(st.text(max_size=70), st.text("1axmcqgolebkstn0-+_AbsSuUryvwFzdp2c", max_size=70)))
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
    assert callbacks.parse("1olbe") == SetOption(Option.LANGUAGE, "be")
    assert callbacks.parse("1o") == ShowSetting()
    assert callbacks.parse("1od") == ShowSetting(Option.DELETE)
    assert callbacks.parse("1oh07") == SetOption(Option.HOUR, "07")
    assert callbacks.parse("1s") is Own.KINDS
    assert callbacks.parse("1se") == AskFollow(FollowKind.EVERYTHING)
    assert callbacks.parse("1sclosik-ihar") == AskFollow(FollowKind.CASE, "losik-ihar")
    assert callbacks.parse("1Sq") == ConfirmFollow(FollowKind.QUESTION)
    assert callbacks.parse("1uclosik-ihar") == Unfollow(FollowKind.CASE, "losik-ihar")
    assert callbacks.parse("1up") == Unfollow(FollowKind.PUBLISHER)
    assert callbacks.parse("1U") is Own.STOP
    assert callbacks.parse("1r") is Own.RENEW
    assert callbacks.parse("1d57") == ShowNews(57)
    assert callbacks.parse("1n01") == ListNews(1)
    assert callbacks.parse("1nc00") == ListNews(0, corrections=True)
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
        "1oh24",
        "1oq2",
        "1oD",
        "1Sc",
        "1sqwhy",
        "1Sclosik ihar",
        "1uk" + "a" * 11,
        "1d0",
        "1d12345678",
        "1n1",
        "1U1",
        "1sc" + "a" * 33,
        "1s" + "c" * 63,
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


def test_a_button_stops_what_it_was_made_for_and_nothing_else() -> None:
    word, other = Follow(FollowKind.KEYWORD, "амністыя"), Follow(FollowKind.KEYWORD, "амнистия")
    question = Follow(FollowKind.QUESTION, "амністыя")
    button = callbacks.parse(str(Unfollow.of(word)))
    assert isinstance(button, Unfollow)
    assert [button.means(each) for each in (word, other, question)] == [True, False, False]
    assert "амн" not in str(button)
    whole = Unfollow(FollowKind.KEYWORD)
    assert [whole.means(each) for each in (word, other, question)] == [True, True, False]
    case = Follow(FollowKind.CASE, "losik-ihar")
    assert Unfollow(FollowKind.CASE, "losik-ihar").means(case)
    assert not Unfollow(FollowKind.CASE, "losik").means(case)


def test_links_to_follow_and_to_an_update_read_back_and_nothing_else_is_one() -> None:
    assert parse_own_link("s_" + "a" * 32) == AskFollow(FollowKind.CASE, "a" * 32)
    assert parse_own_link("n_57") == ShowNews(57)
    refused = ["s_", "s_Losik", "s_" + "a" * 33, "n_0", "n_x", "n_12345678", "losik", "s_losik\n"]
    assert [each for each in refused if parse_own_link(each)] == []


@given(
    st.one_of(
        ids(3).map(callbacks.shared),
        st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True).map(callbacks.case_link),
    )
)
def test_every_link_that_people_share_is_one_that_telegram_passes_on(parameter: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", parameter), "Bot API, deep linking"
    assert len(deep_link("a" * 32, parameter)) <= 256, "what a button can copy"
    assert callbacks.parse_shared(parameter) or callbacks.parse_case_link(parameter)
