"""A small encoder with real behaviour, for tests that need vectors but not the model: hashed character n-grams."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class HashingEncoder:
    """Texts that share letters are near each other; `encoded` lists every text that was encoded as a passage."""

    name = "hashing-64"
    dimension = 64

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions: (n, 64), unit length."""
        return np.stack([self._vector(text) for text in texts]) if texts else np.empty((0, 64), np.float32)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages and sentences: (n, 64), unit length."""
        self.encoded.extend(texts)
        return self.encode_queries(texts)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(self.dimension, 1e-3, np.float32)
        folded = f"  {text.casefold()}  "
        for i in range(len(folded) - 2):
            digest = hashlib.blake2b(folded[i : i + 3].encode(), digest_size=4).digest()
            vector[digest[0] % self.dimension] += 1 if digest[1] % 2 else -1
        return vector / np.linalg.norm(vector)
