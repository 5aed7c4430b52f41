"""Rows that lie in several arrays, one after the other, seen as one array: nothing is copied to join them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Stacked:
    """The rows of `parts`, (n_i, width) each, numbered through; what is taken out comes as `kind`.

    Rows that belong together (the sentences of a passage) lie in one part, so that taking them is one look-up.
    """

    def __init__(self, parts: Sequence[NDArray[Any]], kind: DTypeLike) -> None:
        self.parts = tuple(parts)
        self._kind = np.dtype(kind)
        self._starts = np.concatenate([[0], np.cumsum([len(part) for part in self.parts], dtype=np.int64)])

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, and the width of each."""
        return int(self._starts[-1]), self.parts[0].shape[1] if self.parts else 0

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, place: "int | slice") -> NDArray[Any]:
        """One row, (width,), or those of a slice without a step, (k, width)."""
        if isinstance(place, slice):
            first, last, step = place.indices(len(self))
            if step != 1:
                raise ValueError("a slice of stacked rows has no step: take rows() by their numbers")
            return self._slice(first, max(first, last))
        row = range(len(self))[place]  # a negative number, and the error for one too large
        found: NDArray[Any] = self._slice(row, row + 1)[0]
        return found

    def rows(self, numbers: NDArray[np.integer[Any]]) -> NDArray[Any]:
        """The rows with these numbers, in this order, (k, width)."""
        if (numbers[1:] < numbers[:-1]).any():
            order = np.argsort(numbers)
            shuffled = np.empty((len(numbers), self.shape[1]), self._kind)
            shuffled[order] = self.rows(numbers[order])
            return shuffled
        found = np.empty((len(numbers), self.shape[1]), self._kind)
        owners = np.searchsorted(self._starts, numbers, side="right") - 1
        bounds = np.flatnonzero(np.diff(owners, prepend=-1, append=len(self.parts)))
        for first, last in pairwise(bounds.tolist()):
            owner = int(owners[first])
            found[first:last] = self.parts[owner][numbers[first:last] - self._starts[owner]]
        return found

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """All rows as one array, copied."""
        return self._slice(0, len(self)).astype(dtype or self._kind, copy=False)

    def _slice(self, first: int, last: int) -> NDArray[Any]:
        owner = int(np.searchsorted(self._starts, first, side="right")) - 1
        found = []
        while first < last:
            begin, end = int(self._starts[owner]), int(self._starts[owner + 1])
            found.append(self.parts[owner][first - begin : last - begin])
            first, owner = min(last, end), owner + 1
        if len(found) == 1:
            return found[0].astype(self._kind, copy=False)
        return np.concatenate([np.empty((0, self.shape[1]), self._kind), *found]).astype(
            self._kind, copy=False
        )
