"""Vectors to the nearest ones, exactly, with FAISS: its only home."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.stacked import Stacked


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Some rows of a matrix of unit vectors, to be searched by inner product."""

    rows: NDArray[np.int64]
    """The rows of the matrix that are searched, ascending."""
    _index: Any

    def search(self, query: NDArray[np.float32], top_k: int) -> NDArray[np.int64]:
        """The rows whose vectors are nearest to the query, (dimension,); nearest first, at most `top_k`."""
        _, places = self._index.search(
            np.ascontiguousarray(query, np.float32)[None], min(top_k, len(self.rows))
        )
        found: NDArray[np.int64] = self.rows[places[0]]
        return found


def nearest(vectors: Stacked, rows: NDArray[np.int64]) -> Nearest:
    """An exact index of those rows of `vectors`, (n, dimension). Up to some 200,000 rows, exact is fast enough."""
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.asarray(vectors) if len(rows) == len(vectors) else vectors.rows(rows))
    return Nearest(rows, index)
