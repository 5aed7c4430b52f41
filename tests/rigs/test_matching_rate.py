"""How fast people are matched: a million sealed records against a day's messages, and ten thousand saved questions.

`pytest --full -s tests/rigs/test_matching_rate.py` prints the figures of bot/README.md; a small one runs every time.
"""

import random
import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from articles import RuleBase
from encoders import HashingEncoder
from library import document, version_of
from numpy.typing import NDArray
from sqlalchemy import insert
from stories import TRIAL, announced, article, compared

from bot.database import Engine, open_database
from bot.keys import Keys
from bot.matching import Standing, follows, questions
from bot.news import News
from bot.quotes import Quotes
from bot.record import Follow, FollowKind, Record
from bot.subscribers import Subscribers, sealed_row
from bot.tables import SUBSCRIBERS
from corpus.cases import load_cases
from corpus.document import Document

SECRET = "a-secret-0246813579-Asdfgh-jklyx"
DAY = 20
"""Messages."""


def day() -> list[News]:
    """A day's messages about twenty people."""
    (news,) = announced(compared(article("trial", TRIAL, publisher="Viasna")))
    cases = list(load_cases().by_id)
    return [replace(news, number=n + 1, cases=(cases[n], cases[n + 1])) for n in range(DAY)]


def records(count: int, *, seed: int) -> Iterator[Record]:
    """People who follow from one to four things; one of twenty follows a question of their own beside them."""
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
        if chat % 20 == 0:
            asked = f"{chat * 7919 % 1_000_003} where, when and why is {choose.choice(cases)} so?"
            follows.append(Follow(FollowKind.QUESTION, asked))
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
    version = version_of([*others(4_000), document("new", TRIAL)], Wide())
    quotes = Quotes(version)
    base = WideBase(lambda: quotes)
    standing, news = Standing(base), [replace(each, documents=("new",)) for each in day()]
    people = Subscribers(engine, lambda: keys, now=time.time)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    walls: list[float] = []
    for _day in range(2):  # on the first one every question is encoded, which is not the matching's work
        wall, cpu = time.perf_counter(), time.process_time()
        told, near, asked = [0] * DAY, 0, 0
        for batch in batched(people.scan(), 500):  # as many rows as the sender takes
            saved = [question for record in batch for question in questions(record)]
            asked += len(saved)
            for record in batch:
                for i, each in enumerate(news):
                    told[i] += follows(record, each)
            for each in news:
                near += len(standing.near(saved, each)) if saved else 0
        walls.append(time.perf_counter() - wall)
        cpu = time.process_time() - cpu
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"\n{count:,} records, {asked:,} saved questions, {DAY} messages: {walls[1]:.1f} s (CPU {cpu:.1f} s), the first time "
        f"{walls[0]:.1f} s; memory +{memory:.0f} MB, peak told {max(told):,}; {near / DAY:.0f} questions a message looked at in full"
    )
    assert base.encoded == asked == count // 20, "each question is encoded once"
    assert cpu <= 60 * count / 1_000_000 + 1
    assert memory <= 300
    assert min(told) > count / 5
    engine.dispose()


def batched(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    waiting = iter(records)
    while batch := list(islice(waiting, size)):
        yield batch


def others(count: int) -> list[Document]:
    return [document(f"other-{n}", f"Something else happened in town number {n}. " * 3) for n in range(count)]


class Wide(HashingEncoder):
    """As many dimensions as the embedded model has."""

    name = "hashing-384"
    dimension = 384


class WideBase(RuleBase):
    """Encodes questions as wide, and counts them."""

    encoded = 0

    def vectors(self, questions: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += len(questions)
        return Wide().encode_queries(questions)


def test_ten_thousand_saved_questions_are_compared_with_an_article_for_little_more_than_the_product() -> None:
    paragraphs = "\n\n".join(
        f"{TRIAL} It was hearing number {n}, as people in the room said later." * 3 for n in range(10)
    )
    version = version_of([*others(40), document("new", paragraphs)], Wide())
    passages = int((version.passages[:, 0] == [d.id for d in version.documents].index("new")).sum())
    quotes = Quotes(version)
    standing = Standing(WideBase(lambda: quotes))
    news = replace(day()[0], documents=("new",))
    asked = [f"{n * 7919 % 10_007} where, when and why is {n} so?" for n in range(10_000)]
    standing.near(asked, news)  # encodes them
    vectors = Wide().encode_queries(asked[:100]).repeat(100, axis=0)
    spent, product = [], []
    for _ in range(5):
        cpu = time.process_time()
        near = standing.near(asked, news)
        spent.append(time.process_time() - cpu)
        cpu = time.process_time()
        _ = [vectors.copy() @ vectors[:passages].T for _ in range(4)]
        product.append(time.process_time() - cpu)
    print(
        f"\n10,000 questions x {passages} passages: CPU {1000 * min(spent):.0f} ms, {len(near):,} looked at in full; "
        f"four copies and products alone {1000 * min(product):.0f} ms"
    )
    assert passages >= 10
    assert min(spent) <= 3 * min(product)
