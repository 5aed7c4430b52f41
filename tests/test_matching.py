"""Who is told of what: kinds of following, since when, and saved questions."""

from dataclasses import replace

import pytest
from articles import RuleBase, version
from hypothesis import given
from hypothesis import strategies as st
from stories import LETTERS, TRIAL, announced, article, compared

from bot.matching import Standing, follows, phrase
from bot.news import News, NewsKind
from bot.newsroom import count
from bot.quotes import Quotes
from bot.record import Follow, FollowKind, Record

NEWS = replace(announced(compared(article("trial", TRIAL, publisher="Viasna")))[0], number=57)
RUSSIAN = replace(
    announced(
        compared(
            article("суд", "Игоря Лосика судили в Гомеле. Суд длился два часа.", language="ru", title="Суды")
        )
    )[0],
    number=57,
)


def record(kind: FollowKind, what: str = "", *, since: int = 56, paused: bool = False) -> Record:
    return Record(chat=1, since=since, paused=paused, follows=(Follow(kind, what),))


@pytest.mark.parametrize(
    ("kind", "what", "is_told"),
    [
        (FollowKind.EVERYTHING, "", True),
        (FollowKind.CASE, "losik-ihar", True),
        (FollowKind.CASE, "losik-daria", False),
        (FollowKind.PUBLISHER, "viasna", True),
        (FollowKind.PUBLISHER, "svaboda", False),
        (FollowKind.KEYWORD, "Losik", True),
        (FollowKind.KEYWORD, "losi", False),
        (FollowKind.KEYWORD, "!!!", False),
        (FollowKind.QUESTION, "When was the trial?", False),
    ],
)
def test_each_kind_matches_what_it_names_and_nothing_else(kind: FollowKind, what: str, is_told: bool) -> None:
    assert follows(record(kind, what), NEWS) is is_told


@pytest.mark.parametrize("keyword", ["суд", "СУДОМ", "судах", "Losik", "Лосік", "Лосика", "игорь лосик"])
def test_a_keyword_is_found_in_any_form_and_script(keyword: str) -> None:
    assert follows(
        record(FollowKind.KEYWORD, keyword), replace(RUSSIAN, stems=phrase("Судят: Игорь Лосик; суды"))
    )


def test_words_of_a_keyword_stand_together_and_in_order() -> None:
    news = replace(NEWS, stems=phrase("A hunger strike began; the strike ended"))
    assert follows(record(FollowKind.KEYWORD, "hunger strikes"), news)
    assert not follows(record(FollowKind.KEYWORD, "strike hunger"), news)
    assert not follows(record(FollowKind.KEYWORD, "hunger ended"), news)


def test_only_what_came_after_following_began_is_told() -> None:
    assert follows(record(FollowKind.EVERYTHING, since=56), NEWS)
    assert not follows(record(FollowKind.EVERYTHING, since=57), NEWS)


def test_a_correction_is_for_those_for_whom_the_first_message_was() -> None:
    later = replace(NEWS, number=61, kind=NewsKind.CORRECTION, corrects=57)
    assert follows(record(FollowKind.EVERYTHING, since=56), later)
    assert not follows(record(FollowKind.EVERYTHING, since=57), later)
    assert not follows(record(FollowKind.EVERYTHING, since=60), later)


def test_who_paused_is_told_nothing() -> None:
    assert not follows(record(FollowKind.EVERYTHING, paused=True), NEWS)


def test_a_withdrawal_goes_to_everybody_with_a_saved_question() -> None:
    gone = replace(NEWS, number=61, kind=NewsKind.WITHDRAWAL, corrects=57, quotes=())
    assert follows(record(FollowKind.QUESTION, "When was the trial?"), gone)
    assert not follows(record(FollowKind.QUESTION, "When was the trial?", since=57), gone)


@given(st.text(max_size=40))
def test_no_keyword_breaks_matching(keyword: str) -> None:
    assert follows(record(FollowKind.KEYWORD, keyword), NEWS) in {True, False}


def standing() -> Standing:
    quotes = Quotes(version())
    return Standing(RuleBase(lambda: quotes))


def about(document: str) -> News:
    return replace(NEWS, documents=(document,))


async def test_a_saved_question_is_met_by_a_document_that_answers_it() -> None:
    asked = ["When was Losik arrested in Baranavichy?", "How tall is the tower?"]
    assert await standing().answered(asked, about("verdict")) == [True, False]
    assert await standing().answered(asked, about("brief")) == [False, False]
    assert await standing().answered(asked, about("unknown")) == [False, False]
    assert await standing().answered([], about("verdict")) == []


def test_people_are_counted_once_however_much_they_follow() -> None:
    question = Follow(FollowKind.QUESTION, "When was Losik arrested in Baranavichy?")
    everything = Follow(FollowKind.EVERYTHING)
    records = [
        Record(chat=1, follows=(question, question)),
        Record(chat=2, follows=(everything, question)),
        Record(chat=3, follows=(Follow(FollowKind.CASE, "nobody"),)),
        Record(chat=4, since=57, follows=(question, everything)),
    ]
    assert count(records, [about("verdict"), about("brief")], standing()) == [2, 1]


def test_stems_hold_the_quote_and_the_title() -> None:
    (news,) = announced(compared(article("letters", LETTERS, title="A parcel from friends")))
    assert follows(record(FollowKind.KEYWORD, "parcels", since=0), news)
    assert follows(record(FollowKind.KEYWORD, "Статкевіч", since=0), news)
