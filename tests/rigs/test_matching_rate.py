"""How fast people are matched: a million sealed records against a day's messages, and ten thousand saved questions.

`pytest --full -s tests/rigs/test_matching_rate.py` prints the figures of bot/README.md; a small one runs every time.
"""

import random
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from articles import RuleBase
from encoders import HashingEncoder
from library import document, version_of
from numpy.typing import NDArray
from sqlalchemy import insert
from stories import TRIAL, announced, article, compared

from bot.database import SUBSCRIBERS, Engine, open_database
from bot.keys import Keys
from bot.matching import Standing, follows
from bot.news import News
from bot.quotes import Quotes
from bot.record import Follow, FollowKind, Record
from bot.subscribers import Subscribers, sealed_row
from corpus.cases import load_cases

SECRET = "a-secret-0246813579-Asdfgh-jklyx"
DAY = 20
"""Messages."""


def day() -> list[News]:
    """A day's messages about twenty people."""
    (news,) = announced(compared(article("trial", TRIAL, publisher="Viasna")))
    cases = list(load_cases().by_id)
    return [replace(news, number=n + 1, cases=(cases[n], cases[n + 1])) for n in range(DAY)]


def records(count: int, *, seed: int) -> Iterator[Record]:
    """People who follow from one to four things of every kind but questions."""
    choose = random.Random(seed)
    cases = list(load_cases().by_id)
    for chat in range(1, count + 1):
        follows = []
        for _ in range(choose.choice((1, 1, 1, 2, 2, 4))):
            kind = choose.choice((FollowKind.EVERYTHING, FollowKind.CASE, FollowKind.CASE, FollowKind.PUBLISHER, FollowKind.KEYWORD))  # fmt: skip
            what = {
                FollowKind.CASE: choose.choice(cases),
                FollowKind.PUBLISHER: choose.choice(("viasna", "svaboda", "reform")),
                FollowKind.KEYWORD: f"слова {choose.randrange(10_000)}",
            }
            follows.append(Follow(kind, what.get(kind, "")))
        yield Record(chat=chat, follows=tuple(follows))


def seal(engine: Engine, keys: Keys, count: int, *, seed: int) -> None:
    batch = []
    with engine.begin() as connection:
        for record in records(count, seed=seed):
            batch.append(sealed_row(record, keys.current, 80))
            if len(batch) == 5000:
                connection.execute(insert(SUBSCRIBERS), batch)
                batch.clear()
        if batch:
            connection.execute(insert(SUBSCRIBERS), batch)


@pytest.mark.parametrize(
    "count", [2_000, pytest.param(1_000_000, marks=[pytest.mark.full, pytest.mark.timeout(3600)])]
)
def test_a_million_records_are_matched_with_a_days_messages_within_a_minute(
    tmp_path: Path, count: int
) -> None:
    engine, keys = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}"), Keys.read(SECRET)
    seal(engine, keys, count, seed=7)
    news = day()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    told = [0] * DAY
    for record in Subscribers(engine, lambda: keys, now=time.time).scan():
        for i, each in enumerate(news):
            told[i] += follows(record, each)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"\n{count:,} records x {DAY} messages: {wall:.1f} s, CPU {cpu:.1f} s, memory +{memory:.0f} MB, peak told {max(told):,}"
    )
    assert cpu <= 60 * count / 1_000_000 + 1
    assert memory <= 300
    assert min(told) > count / 5
    engine.dispose()


class Wide(HashingEncoder):
    """As many dimensions as the embedded model has."""

    name = "hashing-384"
    dimension = 384


class WideBase(RuleBase):
    """Encodes questions as wide."""

    def vectors(self, questions: Sequence[str]) -> NDArray[np.float32]:
        return Wide().encode_queries(questions)


def test_ten_thousand_saved_questions_are_compared_with_an_article_in_50_ms() -> None:
    paragraphs = "\n\n".join(
        f"{TRIAL} It was hearing number {n}, as people in the room said later." * 3 for n in range(10)
    )
    others = [document(f"other-{n}", f"Something else happened in town number {n}. " * 9) for n in range(40)]
    version = version_of([*others, document("new", paragraphs)], Wide())
    passages = int((version.passages[:, 0] == [d.id for d in version.documents].index("new")).sum())
    quotes = Quotes(version)
    standing = Standing(WideBase(lambda: quotes))
    news = replace(day()[0], documents=("new",))
    asked = [f"{n * 7919 % 10_007} where, when and why is {n} so?" for n in range(10_000)]
    standing.near(asked, news)  # encodes them
    spent = []
    for _ in range(3):
        cpu = time.process_time()
        near = standing.near(asked, news)
        spent.append(time.process_time() - cpu)
    print(
        f"\n10,000 questions x {passages} passages: CPU {1000 * min(spent):.0f} ms, {len(near):,} looked at in full"
    )
    assert passages >= 10
    assert min(spent) <= 0.05
