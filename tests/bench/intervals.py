"""95 % bootstrap intervals (Efron 1979, percentile): whole articles are resampled, as other articles would be met."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
Statistic = Callable[[NDArray[np.int64]], float]
"""Rows of the measured questions -> the figure for them."""


def interval(statistic: Statistic, articles: Sequence[int], *, seed: int = 0) -> tuple[float, float]:
    """The middle 95 % of the statistic over resampled articles; `articles` has the article of each row."""
    random = np.random.default_rng(seed)
    groups = [np.flatnonzero(np.array(articles) == article) for article in dict.fromkeys(articles)]
    found = []
    for _ in range(RESAMPLES):
        drawn = random.integers(0, len(groups), len(groups))
        found.append(statistic(np.concatenate([groups[i] for i in drawn])))
    low, high = np.nanpercentile(found, (2.5, 97.5))
    return float(low), float(high)
