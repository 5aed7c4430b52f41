"""Which of a question's tokens a sentence covers: token vectors at one bit a dimension. Not how they are encoded.

A vector is freed of what all tokens of the model have in common, turned at random, and kept as signs (48 bytes for
384 dimensions). The turned float vector of a question's token times those signs estimates the cosine; the turning
makes its error the same in every direction (Gao and Long 2024, RaBitQ, arXiv:2405.12497).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.stacked import Stacked

FILE = Path(__file__).with_name("tokens.json")
"""By model: the mean of its token vectors, over the sentences that `calibration.json` was fitted on; zeros for another model."""
_AT_ONCE = 256
"""Tokens unpacked at once: they fit into a core's cache."""
_BUCKETS = 1 << 18
"""Of pieces: as many as the largest vocabularies have; what shares one is weighed together."""


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The tokens of one text as the model saw them in it, without prompt, special tokens and punctuation."""

    pieces: tuple[str, ...]
    vectors: NDArray[np.float32]
    """(k, dimension), of any length."""


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """The tokens of one sentence as they are stored."""

    pieces: NDArray[np.uint32]
    """Buckets."""
    bits: NDArray[np.uint8]
    """(k, dimension / 8): signs, packed."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenTable:
    """The tokens of all sentences of a version; those of sentence i are rows starts[i] to starts[i + 1]."""

    mean: NDArray[np.float32]
    starts: NDArray[np.int64]
    bits: Stacked
    frequency: NDArray[np.int64]
    """How often each piece occurs."""

    def question(self, tokens: Tokens) -> NDArray[np.float32]:
        """A question's token vectors, ready to be compared, (k, dimension), unit length."""
        return _turned(tokens.vectors, self.mean)

    def weights(self, tokens: Tokens) -> NDArray[np.float64]:
        """How rare each of a question's tokens is among the sentences, as inverse document frequency, (k,)."""
        found = self.frequency[[_bucket(piece) for piece in tokens.pieces]]
        count = len(self.starts) - 1
        return np.asarray(np.log1p((np.maximum(count - found, 0) + 0.5) / (found + 0.5)), np.float64)

    def covered(
        self, question: NDArray[np.float32], sentences: NDArray[np.integer[Any]]
    ) -> NDArray[np.float64]:
        """For each of the question's k vectors its best estimated cosine in each run of sentences, (n, k).

        `sentences`: the first sentence of each run and the one after its last, (n, 2).
        """
        rows = self.starts[sentences]
        counts = rows[:, 1] - rows[:, 0]
        best = np.zeros((len(rows), len(question)))
        filled = counts > 0
        if filled.any():
            bits = np.concatenate([self.bits[first:last] for first, last in rows[filled].tolist()])
            dimension = question.shape[1]
            agreeing = np.empty((len(bits), len(question)), np.float32)
            for first in range(0, len(bits), _AT_ONCE):
                ones = np.unpackbits(bits[first : first + _AT_ONCE], axis=1, count=dimension)
                agreeing[first : first + _AT_ONCE] = ones.astype(np.float32) @ question.T
            begins = np.cumsum(counts[filled]) - counts[filled]
            # signs are 2 x ones - 1, and the best sign sum is that of the best sum of ones
            most = np.maximum.reduceat(agreeing, begins)
            best[filled] = (2 * most - question.sum(axis=1)) / np.sqrt(dimension)
        return best


def pack(tokens: Tokens, mean: NDArray[np.float32]) -> Packed:
    """A sentence's tokens in the form that is stored."""
    pieces = np.array([_bucket(piece) for piece in tokens.pieces], np.uint32)
    return Packed(pieces, np.packbits(_turned(tokens.vectors, mean) >= 0, axis=1))


def table(
    mean: NDArray[np.float32], counts: Sequence[NDArray[np.uint32]], parts: Sequence[Packed]
) -> TokenTable:
    """The tokens of all sentences of a version, whose blocks hold `counts` of each sentence and `parts` of all."""
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts), dtype=np.int64)])
    frequency = np.bincount(np.concatenate([part.pieces for part in parts]), minlength=_BUCKETS)
    return TokenTable(mean, starts, Stacked([part.bits for part in parts], np.uint8), frequency)


@cache
def mean_of(model: str, dimension: int) -> NDArray[np.float32]:
    """What the token vectors of a model have in common; zeros for a model that nobody measured."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))["means"].get(model)
    return np.zeros(dimension, np.float32) if stored is None else np.array(stored, np.float32)


def _turned(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    apart = vectors - mean
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.asarray((apart / np.maximum(lengths, 1e-6)) @ _turning(apart.shape[1]), np.float32)


@cache
def _turning(dimension: int) -> NDArray[np.float32]:
    """The same random rotation everywhere, (dimension, dimension)."""
    normal = np.random.default_rng(0).standard_normal((dimension, dimension))
    return np.linalg.qr(normal)[0].astype(np.float32)


@lru_cache(maxsize=300_000)
def _bucket(piece: str) -> int:
    digest = hashlib.blake2b(piece.encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "little") % _BUCKETS
