"""One immutable version of the index: in memory, and on disk (write, verify, publish, load, roll back, prune)."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Passage


@dataclass(frozen=True, kw_only=True, eq=False)
class Version:
    """Everything an answer is built from, loaded and checked. Row i of `passage_vectors` belongs to `passages[i]`."""

    number: int
    created: datetime
    """Aware, UTC."""
    model: str
    """`Encoder.name` of the encoder that made the vectors."""
    documents: tuple[Document, ...]
    """Those that may be quoted; withdrawn ones are not in a version."""
    passages: NDArray[np.int32]
    """(n, 3): number of the document, start, end; ordered by document and start."""
    sentences: NDArray[np.int32]
    """(m, 3): number of the passage, start, end in the document's text; ordered; without surrounding white space."""
    passage_vectors: NDArray[np.float32]
    """(n, dimension), unit length."""
    sentence_vectors: NDArray[np.float32]
    """(m, dimension), unit length."""
    files: dict[str, memoryview]
    """Further parts by file name (lexical index, learnt names, calibration): bytes that their own module reads."""

    def passage(self, number: int) -> Passage:
        """Passage `number` as a span."""
        document, start, end = (int(x) for x in self.passages[number])
        return Passage(self.documents[document], start, end)
