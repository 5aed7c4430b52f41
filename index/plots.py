"""Curves of an evaluation, and their pictures. The only home of matplotlib; drawn without a display."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SpravaError
from index.evaluate import Outcome

BINS = 10
"""Of the reliability diagram, of equal width."""
_BLUE, _GREY = "#1f5fa8", "#8a8a8a"


class PlotError(SpravaError):
    """There is nothing to draw, or no place for it."""


def risk_coverage(
    confidence: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage and risk where the n surest questions are answered, for every n that a threshold can give.

    Coverage is the share of all questions that are answered, risk the share of those whose reply does not hold the
    answer (El-Yaniv, Wiener 2010, section 2).
    """
    order = np.argsort(-confidence, kind="stable")
    ordered = confidence[order]
    counts = np.arange(1, len(order) + 1)
    risk = np.cumsum(~right[order]) / counts
    last = np.append(
        ordered[1:] != ordered[:-1], True
    )  # equally sure ones are answered together or not at all
    return counts[last] / len(order), risk[last]


def reliability(probability: NDArray[np.float64], right: NDArray[np.bool_]) -> list[tuple[float, float, int]]:
    """For each tenth of probabilities that occurs: their mean, the share that was right, and how many there are."""
    bins = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    members = [bins == number for number in range(BINS)]
    return [(float(probability[m].mean()), float(right[m].mean()), int(m.sum())) for m in members if m.any()]


def draw(outcomes: Sequence[Outcome], folder: Path, *, title: str) -> list[Path]:
    """Write `risk-coverage.png` and `reliability.png` into the folder; their paths. Raises PlotError.

    A question that was refused before anything was looked up has no probability: it counts as the least sure one in
    the first picture, and not in the second.
    """
    asked = [outcome for outcome in outcomes if outcome.answer.probability is not None]
    if not asked:
        raise PlotError("no question got a probability: nothing to draw; ask questions about the documents")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [
            _risk_coverage(outcomes, folder / "risk-coverage.png", title),
            _reliability(asked, folder / "reliability.png", title),
        ]
    except OSError as error:
        raise PlotError(f"cannot write to {folder} ({error.strerror}): name another folder") from error


def _arrays(outcomes: Sequence[Outcome]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How sure each answer was, and whether what it showed holds the answer."""
    probability = np.array([outcome.answer.probability or 0.0 for outcome in outcomes])
    return probability, np.array([outcome.judged.answerable and outcome.found for outcome in outcomes])


def _risk_coverage(outcomes: Sequence[Outcome], path: Path, title: str) -> Path:
    figure, axes = _axes(title)
    coverage, risk = risk_coverage(*_arrays(outcomes))
    axes.step(coverage, risk, where="post", color=_BLUE, label="at every possible threshold")
    answered = [outcome for outcome in outcomes if outcome.answer.answered]
    if answered:
        wrong = sum(not outcome.is_right for outcome in answered) / len(answered)
        axes.plot(len(answered) / len(outcomes), wrong, "o", color="black", label="as the bot answers")
    could = sum(outcome.judged.answerable for outcome in outcomes) / len(outcomes)
    axes.axvline(could, color=_GREY, linestyle=":", label=f"answerable: {could:.0%} of {len(outcomes)}")
    axes.set_xlabel("coverage: share of the questions that are answered")
    axes.set_ylabel("risk: share of the answers without a quote that hits")
    return _saved(figure, axes, path)


def _reliability(outcomes: Sequence[Outcome], path: Path, title: str) -> Path:
    figure, axes = _axes(title)
    rows = reliability(*_arrays(outcomes))
    means, shares, counts = (np.array(column) for column in zip(*rows, strict=True))
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":", label="what a perfect probability would show")
    axes.plot(means, shares, "o-", color=_BLUE, label=f"measured on {len(outcomes)} questions")
    for mean, share, count in zip(means, shares, counts, strict=True):
        axes.annotate(f"{count}", (mean, share), textcoords="offset points", xytext=(7, -11), color=_BLUE)
    axes.set_xlabel("probability that the bot computed (mean of each tenth; the number of questions beside)")
    axes.set_ylabel("share whose quotes hold the answer")
    return _saved(figure, axes, path)


def _axes(title: str) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 5.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xlim(0, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.grid(alpha=0.25)
    return figure, axes


def _saved(figure: Any, axes: Any, path: Path) -> Path:
    axes.legend(frameon=False, loc="best")
    figure.savefig(path, dpi=140)
    return path
