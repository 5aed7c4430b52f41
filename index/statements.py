"""What a sentence says of a person, by meaning: does it tell where they are? Compared with sentences of our own.

`statements.json` holds them, in three languages and about nobody. A model turns them into vectors once; a sentence of
a source tells where somebody is when it lies nearer to those that do than to those that do not.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder

FILE = Path(__file__).with_name("statements.json")
_NEAREST = 3
"""Statements of each sort whose cosines are averaged: one alone may be near for a single word."""


@dataclass(frozen=True, slots=True, eq=False)
class Statements:
    """The statements as one model sees them."""

    status: NDArray[np.float32]
    """Of those that tell where a person is: (n, dimension), unit length."""
    other: NDArray[np.float32]

    def scores(self, sentences: NDArray[np.float32]) -> NDArray[np.float32]:
        """How much nearer each sentence, (m, dimension), is to a status than to anything else; 0 is undecided.

        What all statements have in common is taken off first, so that what tells them apart shows.
        """
        mean = np.concatenate([self.status, self.other]).mean(0)
        apart = _apart(sentences, mean)
        near = (_near(apart @ _apart(kind, mean).T) for kind in (self.status, self.other))
        return next(near) - next(near)


@lru_cache(maxsize=1)
def statements(encoder: Encoder) -> Statements:
    """The statements, encoded: some 150 short sentences, about a second; kept for the next call."""
    written = json.loads(FILE.read_text(encoding="utf-8"))
    return Statements(*(encoder.encode_passages(written[kind]) for kind in ("status", "other")))


def _apart(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    apart = vectors - mean
    found: NDArray[np.float32] = apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-6)
    return found


def _near(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    nearest: NDArray[np.float32] = np.sort(cosines, axis=1)[:, -_NEAREST:].mean(1)
    return nearest
