"""Vectors to the nearest ones, with FAISS: its only home. Of very many, exactly among the likely ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.stacked import Stacked

EXACT = 200_000
"""Up to so many rows all are compared."""
LIKELY = 16_000
"""Of more rows, so many are compared: those whose signs differ least from the query's. Of the ten nearest
among a million near-alike passages of a narrow subject a tenth is missed so (`tests/bench/many.py`)."""
_CHUNK = 1 << 16
_SAMPLE = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Some rows of a matrix of unit vectors, to be searched by inner product."""

    rows: NDArray[np.int64]
    """The rows of the matrix that are searched, ascending."""
    _index: Any

    def search(self, query: NDArray[np.float32], top_k: int) -> NDArray[np.int64]:
        """The rows whose vectors are nearest to the query, (dimension,); nearest first, at most `top_k`. Among more
        than `EXACT` rows a near one may be missed."""
        import faiss

        count = min(top_k, len(self.rows))
        likely = None
        if isinstance(self._index, faiss.IndexRefine):
            factor = min(max(LIKELY, count), len(self.rows)) / count
            likely = faiss.IndexRefineSearchParameters()
            likely.k_factor = factor
        _, places = self._index.search(np.ascontiguousarray(query, np.float32)[None], count, params=likely)
        found: NDArray[np.int64] = self.rows[places[0]]
        return found


def nearest(vectors: Stacked, rows: NDArray[np.int64]) -> Nearest:
    """An index of those rows of `vectors`, (n, dimension): exact up to `EXACT` rows. Nothing is trained but the median
    of each dimension, against which a sign is taken, and nothing stored."""
    import faiss

    faiss.omp_set_num_threads(1)
    dimension = vectors.shape[1]
    if len(rows) <= EXACT:
        index = faiss.IndexFlatIP(dimension)
        index.add(np.asarray(vectors) if len(rows) == len(vectors) else vectors.rows(rows))
        return Nearest(rows, index)
    signs = faiss.IndexLSH(dimension, dimension, False, True)
    signs.metric_type = faiss.METRIC_INNER_PRODUCT  # by which the likely ones are then compared
    halves = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    refined = faiss.IndexRefine(signs, halves)
    refined.train(vectors.rows(rows[:: max(1, len(rows) // _SAMPLE)]))
    for first in range(0, len(rows), _CHUNK):
        refined.add(vectors.rows(rows[first : first + _CHUNK]))
    return Nearest(rows, refined)
