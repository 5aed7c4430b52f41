"""Rows of a measured table: a figure, its 95 % interval, the bare encoder's, the target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from readme import markdown
from squad import Question

RESAMPLES = 1000
"""Of the percentile bootstrap (Efron 1979); whole articles are drawn, because other articles are what will be met."""
Statistic = Callable[[NDArray[np.int64]], float]
"""Rows of the measured questions -> the figure for them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure."""

    what: str
    pair: str
    questions: int
    ours: float
    low: float
    high: float
    bare: float | None = None
    target: str = ""

    def cells(self) -> list[str]:
        """As it stands in the table."""
        bare = "–" if self.bare is None else figure(self.bare)
        figures = [figure(self.ours), f"{figure(self.low)}–{figure(self.high)}", bare, self.target or "–"]
        return [f"{self.what}, {self.pair}", str(self.questions), *figures]


COLUMNS = ["what", "questions", "sprava", "95 %", "bare encoder", "target"]


def mean_row(
    what: str,
    pair: str,
    questions: Sequence[Question],
    ours: Sequence[float],
    bare: Sequence[float] | None = None,
    *,
    target: str = "",
) -> Row:
    """A row for the mean of a score of each question."""
    mine, theirs = np.array(ours), None if bare is None else np.array(bare)
    other: Statistic | None = None if theirs is None else lambda rows: float(theirs[rows].mean())
    return row_of(what, pair, questions, lambda rows: float(mine[rows].mean()), other, target=target)


def row_of(
    what: str,
    pair: str,
    questions: Sequence[Question],
    ours: Statistic,
    bare: Statistic | None = None,
    *,
    target: str = "",
) -> Row:
    """A row for any statistic of the questions' rows."""
    everything = np.arange(len(questions))
    low, high = interval(ours, [question.gold[0] for question in questions])
    other = bare(everything) if bare else None
    return Row(what, pair, len(questions), ours(everything), low, high, other, target)


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


def figure(value: float) -> str:
    """A share with three digits; a count whole."""
    return f"{value:.3f}".removeprefix("0") if value < 10 else f"{value:.0f}"


def at_least(target: float | None) -> str:
    """A target as it stands in the table."""
    return "" if target is None else f"≥ {target:.2f}".replace("0.", ".")


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    return markdown(COLUMNS, [row.cells() for row in rows])


def show(rows: Sequence[Row]) -> None:
    """Print the rows."""
    from rich.console import Console
    from rich.table import Table

    printed = Table(box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(COLUMNS):
        printed.add_column(column, justify="right" if place else "left")
    for row in rows:
        printed.add_row(*row.cells())
    Console(width=140).print(printed)
