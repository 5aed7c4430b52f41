"""A million passages: what the search among the likely ones misses, beside comparing all, in the same run.

    python tests/bench/many.py [--passages N] [--write]

The vectors are synthetic: each is that of a real sentence of the bundled documents, moved at random along the directions
in which real sentences differ from each other. The questions are the judged ones. It only measures: nothing may be tuned
on what it prints.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from model import embedded_encoder
from readme import markdown, measured, rewrite, verdict

from corpus.library import load
from corpus.passages import passages, sentences
from corpus.settings import BUNDLED
from index import vectors
from index.judged import read_judged
from index.stacked import Stacked

JUDGED = Path(__file__).parent.parent.parent / "index" / "judged" / "briefs.jsonl"
QUESTIONS, TOP_K = 200, 10
A_DOCUMENT = 10
"""Passages that lie in one array, as those of a document do."""
MOVED = 0.7
"""How far from its sentence, as a share of how far sentences are apart."""
AT_ONCE = 50_000

T = TypeVar("T")


def main() -> None:
    """Measure, print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="put the table into the README beside this file")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    encoder = embedded_encoder()
    texts = [
        document.text[start:end]
        for document in load([BUNDLED])
        for passage in passages(document)
        for start, end in sentences(passage)
    ]
    asked = [judged.question for judged in read_judged(JUDGED)]
    random = np.random.default_rng(0)
    stacked = synthetic(encoder.encode_passages(texts), arguments.passages, random)
    questions = encoder.encode_queries(random.choice(asked, QUESTIONS, replace=False).tolist())
    table = markdown(("what", "measured", "target", ""), rows(stacked, questions))
    sys.stdout.write(f"{arguments.passages:,} passages, {QUESTIONS} questions\n\n{table}\n")
    if arguments.write:
        rewrite("many", f"{measured('python tests/bench/many.py --write')}\n\n{table}")


def synthetic(real: NDArray[np.float32], count: int, random: np.random.Generator) -> Stacked:
    """`count` unit vectors around the real ones, as half-precision parts like those of a version."""
    spread, directions = np.linalg.eigh(np.cov(real.T))
    apart = (directions * np.sqrt(np.maximum(spread, 0))).T.astype(np.float32)
    parts: list[NDArray[np.float16]] = []
    for first in range(0, count, AT_ONCE):
        some = real[random.integers(0, len(real), min(AT_ONCE, count - first))]
        some = some + MOVED * (random.standard_normal(some.shape, np.float32) @ apart)
        some /= np.linalg.norm(some, axis=1, keepdims=True)
        bounds = [*range(0, len(some), A_DOCUMENT), len(some)]
        parts += [some[begin:end].astype(np.float16) for begin, end in pairwise(bounds)]
    return Stacked(parts, np.float32)


def rows(stacked: Stacked, questions: NDArray[np.float32]) -> list[tuple[str, str, str, str]]:
    """What, the figure, its target, and whether it is met."""
    every = np.arange(len(stacked))
    loaded, likely = timed(lambda: vectors.nearest(stacked, every))
    if len(stacked) <= vectors.EXACT:
        raise SystemExit(f"Up to {vectors.EXACT:,} passages all are compared: there is nothing to measure.")
    vectors.EXACT = len(stacked)
    exact = vectors.nearest(stacked, every)
    shares, ours, all_ = [], [], []
    for question in questions:
        took, found = timed(lambda q=question: likely.search(q, TOP_K))
        took_all, right = timed(lambda q=question: exact.search(q, TOP_K))
        shares.append(len(set(found.tolist()) & set(right.tolist())) / TOP_K)
        ours.append(took)
        all_.append(took_all)
    recall, p95 = float(np.mean(shares)), 1000 * float(np.percentile(ours, 95))
    ratio = float(np.median(ours) / np.median(all_))
    return [
        (f"recall@{TOP_K} against comparing all", f"{recall:.3f}", "≥ .98", verdict(recall >= 0.98)),
        ("search, p95", f"{p95:.1f} ms", "≤ 20 ms", verdict(p95 <= 20)),
        ("search, p50, against comparing all", f"{ratio:.2f} ×", "–", ""),
        ("load: signs of all vectors", f"{loaded:.1f} s", "≤ 5 s", verdict(loaded <= 5)),
    ]


def timed(action: Callable[[], T]) -> tuple[float, T]:
    """How long it takes, in seconds, and what comes back."""
    started = time.perf_counter()
    made = action()
    return time.perf_counter() - started, made


if __name__ == "__main__":
    main()
