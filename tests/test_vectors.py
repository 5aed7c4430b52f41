"""Search over some rows of a matrix: exact, and of very many rows among the likely ones."""

import numpy as np
import pytest

from index import vectors
from index.stacked import Stacked
from index.vectors import nearest

VECTORS = Stacked([np.float16([[1, 0], [0, 1]]), np.float16([[0.6, 0.8], [0.8, 0.6]])], np.float32)


def test_rows_come_back_nearest_first():
    assert nearest(VECTORS, np.arange(4)).search(np.float32([1, 0]), 3).tolist() == [0, 3, 2]


def test_only_the_given_rows_are_searched():
    assert nearest(VECTORS, np.array([1, 2])).search(np.float32([1, 0]), 5).tolist() == [2, 1]


def around_topics(count: int) -> Stacked:
    """Unit vectors around 200 topics with something in common, ten to a part, as those of a model lie."""
    random = np.random.default_rng(0)
    topics = random.standard_normal((200, 96)) + 2 * random.standard_normal(96)
    found = topics[random.integers(0, len(topics), count)] + 0.7 * random.standard_normal((count, 96))
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return Stacked(np.split(found.astype(np.float16), count // 10), np.float32)


def test_of_many_rows_the_likely_ones_are_compared_and_hardly_any_near_one_is_missed(
    monkeypatch: pytest.MonkeyPatch,
):
    stacked, rows = around_topics(10_000), np.arange(1, 10_000, 2)
    exact = nearest(stacked, rows)
    monkeypatch.setattr(vectors, "EXACT", 1_000)
    monkeypatch.setattr(vectors, "LIKELY", 500)
    likely = nearest(stacked, rows)
    questions = stacked.rows(np.arange(0, 2_000, 20))
    found = [likely.search(question, 10).tolist() for question in questions]
    right = [exact.search(question, 10).tolist() for question in questions]
    monkeypatch.setattr(vectors, "LIKELY", 10)
    assert [likely.search(question, 10).tolist() for question in questions] != right, "not all are compared"
    shares = [len(set(some) & set(all_)) / 10 for some, all_ in zip(found, right, strict=True)]
    assert np.mean(shares) >= 0.98
    assert {row % 2 for some in found for row in some} == {1}, "only the given rows"
    scores = [(stacked.rows(np.array(some)) @ q).tolist() for some, q in zip(found, questions, strict=True)]
    assert all(some == sorted(some, reverse=True) for some in scores)


def test_more_rows_than_are_likely_can_be_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vectors, "EXACT", 0)
    monkeypatch.setattr(vectors, "LIKELY", 1)
    assert nearest(VECTORS, np.arange(4)).search(np.float32([1, 0]), 9).tolist() == [0, 3, 2, 1]
