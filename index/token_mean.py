"""What the token vectors of a model have in common, measured: how `tokens.json` is made. Its use: `tokens.py`."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document
from corpus.errors import SpravaError
from index.cutting import cut
from index.encoder import Encoder, TokenEncoder

_STEP = 64
"""Sentences encoded at once."""


class NoTokensError(SpravaError):
    """The model in use tells no tokens, so there is nothing to measure."""


def measure(documents: Iterable[Document], encoder: Encoder) -> NDArray[np.float32]:
    """The mean of the token vectors of all distinct sentences, (dimension,). Raises NoTokensError."""
    if not isinstance(encoder, TokenEncoder):
        raise NoTokensError(f"{encoder.name} tells no tokens: its mean stays zero, nothing was written")
    texts = sorted({text for document in documents for text in cut(document).sentence_texts}, key=len)
    total, count = np.zeros(encoder.dimension, np.float64), 0
    for start in range(0, len(texts), _STEP):
        for tokens in encoder.encode_passage_tokens(texts[start : start + _STEP])[1]:
            total += tokens.vectors.sum(0, dtype=np.float64)
            count += len(tokens.vectors)
    if not count:
        raise NoTokensError("there is no sentence to measure: name folders with documents")
    return (total / count).astype(np.float32)


def write(model: str, mean: NDArray[np.float32], *, path: Path) -> None:
    """Put a model's mean into the file; four digits are more than a sign needs."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["means"][model] = [round(float(x), 4) for x in mean]
    path.write_text(json.dumps(stored) + "\n", encoding="utf-8")
