"""Who is told of what: kinds of following, since when, and saved questions."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from articles import RuleBase, version
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from stories import LETTERS, TRIAL, announced, article, compared

from bot import matching
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


QUESTION = "Were parcels searched by guards?"
BEFORE = (
    "Ihar Losik wrote a letter from prison in May. Guards searched all parcels that his relations had sent."
)
AFTER = (
    "Ihar Losik wrote a letter from prison in May. Officers opened some boxes that his relations had sent."
)


async def test_a_correction_reaches_those_who_were_told_because_of_a_question() -> None:
    others = [article(f"other-{n}", f"Snow fell in town number {n}. Shops were closed.") for n in range(60)]
    old, new = article("letter", BEFORE), article("letter", AFTER)
    (told,) = announced(compared(old, *others, old=others))
    (correction,) = announced(
        compared(new, *others, old=[old, *others], announced=[told]), first=told.number + 1
    )
    assert correction.kind is NewsKind.CORRECTION
    asked = [QUESTION, "How many goals did the team from Rome score?"]
    before, after = Quotes(version(old, *others)), Quotes(version(new, *others))
    assert await Standing(RuleBase(lambda: before)).answered(asked, told) == [True, False]
    assert await Standing(RuleBase(lambda: after)).answered(asked, correction) == [True, False]
    no_quotes = replace(correction, number=99, quotes=())
    assert await Standing(RuleBase(lambda: after)).answered(asked, no_quotes) == [False, False]


class Counting(RuleBase):
    """Counts the questions that it encodes."""

    encoded = 0

    def vectors(self, questions: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += len(questions)
        return super().vectors(questions)


def test_more_questions_than_there_is_room_for_are_not_all_encoded_for_each_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "_KEPT", 40)
    others = [article(f"other-{n}", f"Snow fell in town number {n}. Shops were closed.") for n in range(60)]
    quotes = Quotes(version(article("letter", BEFORE), *others))
    asked, news = [f"Who sent parcel {n * n}?" for n in range(50)], about("letter")
    base = Counting(lambda: quotes)
    kept = Standing(base)
    encoded, near = [], []
    for _message in range(3):
        base.encoded = 0
        near.append(
            [start + i for start in range(0, 50, 10) for i in kept.near(asked[start : start + 10], news)]
        )
        encoded.append(base.encoded)
    assert encoded == [50, 10, 10]
    assert near[0] == near[1] == near[2]
    assert 0 < len(near[0]) < 50
    monkeypatch.setattr(matching, "_KEPT_S", 0.0)
    kept.near(asked[40:], news)
    base.encoded = 0
    kept.near(asked[40:], news)
    assert base.encoded == 0


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
