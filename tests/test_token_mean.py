"""What the tokens of a model have in common: measured once each distinct sentence, and written for that model only."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from encoders import HashingEncoder
from numpy.typing import NDArray
from samples import sample_document

from index.token_mean import NoTokensError, measure, write
from index.tokens import Tokens


class TellingEncoder(HashingEncoder):
    """Tells one token a word: its vector is the length of the word, in every dimension."""

    def encode_query_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors and tokens of questions."""
        return self.encode_passage_tokens(texts)

    def encode_passage_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors and tokens of passages."""
        told = []
        for text in texts:
            lengths = np.array([[len(word)] for word in text.split()], np.float32)
            told.append(Tokens(tuple(text.split()), np.repeat(lengths, self.dimension, axis=1)))
        return self.encode_passages(texts), told


def test_the_mean_is_over_the_tokens_of_distinct_sentences() -> None:
    documents = [
        sample_document(1, text="He was freed. She was not."),
        sample_document(2, text="He was freed."),
    ]
    mean = measure(documents, TellingEncoder())
    assert mean.tolist() == pytest.approx([(2 + 3 + 6 + 3 + 3 + 4) / 6] * 64)


def test_a_model_without_tokens_is_refused_with_one_line() -> None:
    with pytest.raises(NoTokensError, match="hashing-64 tells no tokens"):
        measure([sample_document(1)], HashingEncoder())


def test_the_file_keeps_the_means_of_other_models(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps({"about": "x", "means": {"other": [1.0]}}))
    write("mine", np.array([0.12346, -1], np.float32), path=path)
    assert json.loads(path.read_text()) == {"about": "x", "means": {"other": [1.0], "mine": [0.1235, -1.0]}}
