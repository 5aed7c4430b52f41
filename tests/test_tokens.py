"""Tokens at one bit a dimension: estimates, storage, taking over, and the real model's own."""

import numpy as np
import pytest
from model import encoder
from numpy.typing import NDArray

from index import tokens
from index.embedded import EmbeddedEncoder
from index.tokens import Tokens, TokenTable

__all__ = ["encoder"]

DIMENSION = 384
MEAN = np.zeros(DIMENSION, np.float32)


def said(*pieces: str) -> Tokens:
    """Tokens whose vectors depend on the piece alone."""
    vectors: list[NDArray[np.float32]] = [
        np.random.default_rng(int.from_bytes(piece.encode(), "little"))
        .standard_normal(DIMENSION)
        .astype(np.float32)
        for piece in pieces
    ]
    return Tokens(pieces, np.stack(vectors) if vectors else np.empty((0, DIMENSION), np.float32))


def table(*sentences: Tokens, mean: NDArray[np.float32] = MEAN) -> TokenTable:
    """A table with one block a sentence."""
    packed = [tokens.pack(sentence, mean) for sentence in sentences]
    return tokens.table(mean, [np.array([len(some.pieces)], np.uint32) for some in packed], packed)


def test_a_token_that_a_sentence_says_is_covered_and_another_is_not():
    stored = table(said("when", "arrested"), said("weather"))
    question = stored.question(said("arrested"))
    assert stored.covered(question, np.array([[0, 1]]))[0, 0] == pytest.approx(
        0.8, abs=0.05
    )  # the mean of |x| of a unit normal
    assert abs(stored.covered(question, np.array([[1, 2]]))[0, 0]) < 0.2


def test_a_rarer_token_weighs_more():
    stored = table(said("was", "arrested"), said("was", "tried"), said("was", "freed"))
    was, arrested, unknown = stored.weights(said("was", "arrested", "quxbrumf"))
    assert was < arrested < unknown


def test_a_sentence_without_tokens_covers_nothing():
    stored = table(said(), said("arrested"))
    assert stored.covered(stored.question(said("arrested")), np.array([[0, 1]])).tolist() == [[0.0]]


def test_several_runs_of_sentences_are_covered_as_each_alone():
    stored = table(said("when", "arrested"), said(), said("weather", "in", "june"), said("tried"))
    question = stored.question(said("arrested", "june"))
    runs = np.array([[3, 4], [1, 2], [0, 3], [0, 1]])
    together = stored.covered(question, runs)
    assert together.shape == (4, 2)
    assert np.allclose(together, np.concatenate([stored.covered(question, run[None]) for run in runs]))


def test_a_token_takes_one_bit_a_dimension():
    assert tokens.pack(said("a", "b"), MEAN).bits.shape == (2, DIMENSION // 8)


@pytest.mark.model
def test_tokens_come_with_the_vectors_and_without_prompt_and_punctuation(
    encoder: EmbeddedEncoder,
):
    texts = ["Was Losik, really, arrested?", "«…»"]
    vectors, (told, nothing) = encoder.encode_query_tokens(texts)
    assert np.allclose(vectors, encoder.encode_queries(texts), atol=1e-5)
    assert "".join(told.pieces).replace("▁", " ").strip() == "Was Losik really arrested"
    assert told.vectors.shape == (len(told.pieces), DIMENSION)
    assert nothing.pieces == ()


@pytest.mark.model
def test_a_sentence_that_leaves_the_point_out_covers_less(encoder: EmbeddedEncoder):
    mean = tokens.mean_of(encoder.name, DIMENSION)
    _, sentences = encoder.encode_passage_tokens(
        ["Игоря Лосика задержали в Минске 25 июня 2020 года.", "Игорь Лосик вёл канал в Telegram."]
    )
    stored = table(*sentences, mean=mean)
    _, (question,) = encoder.encode_query_tokens(["When was Ihar Losik arrested?"])
    vectors = stored.question(question)
    covered = stored.covered(vectors, np.array([[0, 1], [1, 2]])).mean(axis=1)
    assert covered[0] > covered[1] + 0.05
