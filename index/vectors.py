"""Vectors to the nearest ones, with FAISS: its only home. Of very many, exactly among the likely ones."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.stacked import Stacked

EXACT = 200_000
"""Up to so many rows all are compared."""
LIKELY = 4_000
"""Of more rows, so many are compared: those whose signs differ least from the query's. Among 1,000,000 that finds .98 and
more of the ten nearest (`tests/bench/many.py`)."""
_CHUNK = 1 << 16
_SAMPLE = 10_000


class Nearest(Protocol):
    """Some rows of a matrix of unit vectors, to be searched by inner product."""

    @property
    def rows(self) -> NDArray[np.int64]:
        """The rows of the matrix that are searched, ascending."""
        ...

    def search(self, query: NDArray[np.float32], top_k: int) -> NDArray[np.int64]:
        """The rows whose vectors are nearest to the query, (dimension,); nearest first, at most `top_k`."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class NearestOfAll:
    """Every row is compared."""

    rows: NDArray[np.int64]
    _index: Any

    def search(self, query: NDArray[np.float32], top_k: int) -> NDArray[np.int64]:
        """As `Nearest` says."""
        _, places = self._index.search(
            np.ascontiguousarray(query, np.float32)[None], min(top_k, len(self.rows))
        )
        found: NDArray[np.int64] = self.rows[places[0]]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class NearestBySigns:
    """The likely rows are compared: one bit a dimension says which (its sign, less the mean of all), so that a million
    rows are looked at in a few milliseconds. Nothing is trained or stored: the signs are those of the vectors."""

    rows: NDArray[np.int64]
    _vectors: NDArray[np.float16]
    """Those of the rows, in one piece: some thousands that lie apart are taken out of it at once."""
    _mean: NDArray[np.float32]
    _signs: Any

    def search(self, query: NDArray[np.float32], top_k: int) -> NDArray[np.int64]:
        """As `Nearest` says, except that a near row may be missed."""
        signs = np.packbits(query >= self._mean)[None]
        _, places = self._signs.search(signs, min(max(LIKELY, top_k), len(self.rows)))
        likely = np.sort(places[0])
        order = np.argsort(-(self._vectors[likely].astype(np.float32) @ query), kind="stable")
        found: NDArray[np.int64] = self.rows[likely[order[:top_k]]]
        return found


def nearest(vectors: Stacked, rows: NDArray[np.int64]) -> Nearest:
    """An index of those rows of `vectors`, (n, dimension): exact up to `EXACT` rows."""
    import faiss

    faiss.omp_set_num_threads(1)
    if len(rows) <= EXACT:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.asarray(vectors) if len(rows) == len(vectors) else vectors.rows(rows))
        return NearestOfAll(rows, index)
    mean = vectors.rows(rows[:: max(1, len(rows) // _SAMPLE)]).mean(axis=0)
    signs = faiss.IndexBinaryFlat(8 * -(-vectors.shape[1] // 8))
    halves = np.empty((len(rows), vectors.shape[1]), np.float16)
    for first in range(0, len(rows), _CHUNK):
        some = vectors.rows(rows[first : first + _CHUNK])
        signs.add(np.packbits(some >= mean, axis=1))
        halves[first : first + _CHUNK] = some
    return NearestBySigns(rows, halves, mean, signs)
