"""An encoder that remembers every text while a bench runs: the same ones come again for each part and each index."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder, TokenEncoder
from index.tokens import Tokens

Encode = Callable[[Sequence[str]], tuple[NDArray[np.float32], list[Tokens]]]
_STEP = 64


class Remembering:
    """An encoder that tells tokens, with all that it has encoded."""

    def __init__(self, encoder: Encoder) -> None:
        if not isinstance(encoder, TokenEncoder):
            raise TypeError("an encoder without tokens finds less than the product does")
        self.name, self.dimension, self._encoder = encoder.name, encoder.dimension, encoder
        self._known: dict[tuple[str, str], tuple[NDArray[np.float32], Tokens]] = {}

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions."""
        return self.encode_query_tokens(texts)[0]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what is searched."""
        return self.encode_passage_tokens(texts)[0]

    def encode_query_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors of questions, and their tokens."""
        return self._encoded("query", self._encoder.encode_query_tokens, texts)

    def encode_passage_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors of what is searched, and their tokens."""
        return self._encoded("passage", self._encoder.encode_passage_tokens, texts)

    def _encoded(
        self, role: str, encode: Encode, texts: Sequence[str]
    ) -> tuple[NDArray[np.float32], list[Tokens]]:
        new = [text for text in dict.fromkeys(texts) if (role, text) not in self._known]
        for start in range(0, len(new), _STEP):
            some = new[start : start + _STEP]
            vectors, tokens = encode(some)
            self._known.update(
                zip([(role, text) for text in some], zip(vectors, tokens, strict=True), strict=True)
            )
        found = [self._known[role, text] for text in texts]
        empty = np.empty((0, self.dimension), np.float32)
        return np.stack([vector for vector, _ in found]) if found else empty, [tokens for _, tokens in found]
