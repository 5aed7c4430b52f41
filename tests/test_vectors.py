"""Exact search over some rows of a matrix."""

import numpy as np

from index.stacked import Stacked
from index.vectors import nearest

VECTORS = Stacked([np.float16([[1, 0], [0, 1]]), np.float16([[0.6, 0.8], [0.8, 0.6]])], np.float32)


def test_rows_come_back_nearest_first():
    assert nearest(VECTORS, np.arange(4)).search(np.float32([1, 0]), 3).tolist() == [0, 3, 2]


def test_only_the_given_rows_are_searched():
    assert nearest(VECTORS, np.array([1, 2])).search(np.float32([1, 0]), 5).tolist() == [2, 1]
