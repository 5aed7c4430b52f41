"""Encoder: texts to vectors. The only home of sentence-transformers."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Encoder(Protocol):
    """What retrieval needs of a model. Vectors are float32, (n, dimension), unit length; rows follow the texts."""

    name: str
    """Identifies the weights exactly; a version of the index serves one name only."""
    dimension: int

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what is searched: passages and sentences."""
        ...
