"""Rows of several arrays seen as one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.stacked import Stacked


def stacked(lengths: list[int]) -> tuple[Stacked, np.ndarray]:
    """Parts of these lengths, and the one array that they stand for."""
    whole = np.arange(sum(lengths) * 2).reshape(-1, 2)
    parts = np.split(whole.astype(np.float16), np.cumsum(lengths)[:-1])
    return Stacked(parts, np.float32), whole.astype(np.float32)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.data())
def test_what_is_taken_out_is_what_one_array_would_give(lengths: list[int], data: st.DataObject) -> None:
    rows, whole = stacked(lengths)
    assert rows.shape == whole.shape
    assert np.array_equal(np.asarray(rows), whole)
    first, last = (data.draw(st.integers(0, len(whole) + 2)) for _ in range(2))
    assert np.array_equal(rows[first:last], whole[first:last])
    numbers = np.array(data.draw(st.lists(st.integers(0, len(whole) - 1))) if len(whole) else [], np.int64)
    assert np.array_equal(rows.rows(numbers), whole[numbers])
    assert rows.rows(numbers).dtype == rows[first:last].dtype == np.float32


def test_one_row_comes_alone_and_steps_are_refused() -> None:
    rows, _ = stacked([1, 0, 3])
    assert rows[2].tolist() == [4, 5]
    assert rows[-1].tolist() == [6, 7]
    with pytest.raises(LookupError):
        rows[4]
    with pytest.raises(ValueError, match="has no step"):
        rows[::2]
