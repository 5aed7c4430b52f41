"""What each part of the way from question to answer earns: every one switched off alone, on every set of questions.

    python tests/bench/ablation.py [--shared FOLDER] [--write]

Nothing is fitted anew when a part is off: the coefficients of confidence stay those of the whole. Sets that are not in
the repository are left out where FOLDER does not have them. Vectors are kept under `.sprava/bench`.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from model import embedded_encoder
from readme import markdown, measured, rewrite
from remembered import Remembering
from sets import SHARED, Set, read_sets, version_of

from corpus.document import Passage
from index import answer, build, confidence, cutting, excerpt, intent, previous, search
from index.encoder import Encoder
from index.search import Prepared
from index.version import Version

README = Path(__file__).parents[2] / "index" / "README.md"
BATCH = 32


@contextmanager
def swapped(*changes: tuple[Any, str, Any]) -> Iterator[None]:
    """Attributes of modules and classes (owner, name, value) replaced while this lasts."""
    with ExitStack() as undo:
        for owner, name, value in changes:
            undo.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        yield


def _as_passage(prepared: Prepared, number: int) -> NDArray[np.float32]:
    """The passage's own vector for each of its sentences."""
    return np.repeat(prepared.passage_vectors[number][None], len(prepared.sentences_of(number)), axis=0)


_calibration = confidence.calibration
_resolve = answer.resolve
_OFF: dict[str, Sequence[tuple[Any, str, Any]]] = {
    "nothing": [],
    "words (BM25) in the order of passages": [(search, "LEXICAL_WEIGHT", 0.0)],
    "words in the choice of the quote": [(excerpt, "WORDS_WEIGHT", 0.0)],
    "vectors of sentences": [
        (Prepared, "sentence_vectors_of", _as_passage),
        (search, "_best_sentences", lambda prepared, question, numbers, cosines: cosines),
    ],
    "correction for the common language": [(search, "_handicap", lambda *_: 0.0)],
    "late interaction": [(search, "TOKENS_WEIGHT", 0.0)],
    "bonus for the people named": [(search, "NAMED", 0.0)],
    "only quotes that speak of the people": [(excerpt, "speaks_of", lambda *_: True)],
    "things asked for, in the order of passages": [(search, "CONCEPTS_WEIGHT", 0.0)],
    "things asked for, in the choice of the quote": [(excerpt, "CONCEPTS_WEIGHT", 0.0)],
    "handicap of briefs": [(search, "BRIEF", 0.0)],
    "briefs behind sources that say the same": [(excerpt, "_briefs_last", list)],
    "refusal by intent": [(intent, "REFUSE", 2.0), (intent, "OFF_TOPIC", 2.0)],
    "refusal of unknown people": [
        (answer, "resolve", lambda *a, **k: replace(_resolve(*a, **k), unknown=()))
    ],
    "things asked for, in confidence": [(confidence, "asked_by", lambda *_: frozenset())],
    "confidence": [(confidence, "calibration", lambda model: replace(_calibration(model), threshold=0.0))],
}
"""What is off, and how."""
TITLES = "titles in the encoded text"

_LEFT_OUT = ("blind", "fresh")
"""Sets that decide nothing: a part must not be kept for what it does on them."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with other sets")
    parser.add_argument("--write", action="store_true", help="write the table into index/README.md")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    encoder = Remembering(embedded_encoder())
    sets = [one for one in read_sets(arguments.shared) if not one.name.startswith(_LEFT_OUT)]
    rows = {name: [] for name in (*_OFF, TITLES)}
    for one in sets:
        version = version_of(one, encoder)
        for name, changes in _OFF.items():
            with swapped(*changes):
                rows[name].append(figures(one, version, encoder))
        with swapped(
            (cutting, "embedded_text", _untitled),
            (build, "recipe", lambda: "without titles"),
            (previous, "recipe", lambda: "without titles"),
        ):
            untitled = version_of(one, encoder, form="untitled")
        rows[TITLES].append(figures(one, untitled, encoder))
        sys.stderr.write(f"{one.name}: {len(one.questions)} questions\n")
    whole = rows.pop("nothing")
    cells = [["**nothing**", *map(_share, whole)]]
    cells += [[name, *map(_change, whole, found)] for name, found in rows.items()]
    columns = ["off", *(f"{one.name} ({len(one.questions)})" for one in sets)]
    content = measured("python tests/bench/ablation.py --write") + "\n\n" + markdown(columns, cells)
    sys.stdout.write(content + "\n")
    if arguments.write:
        rewrite("ablation", content, path=README)
    return 0


def _untitled(passage: Passage) -> str:
    return cutting.cleaned(passage.text)


Numbers = tuple[float, float, float, float]
"""hit@1, hit@3, refused, falsely refused."""


def figures(one: Set, version: Version, encoder: Encoder) -> Numbers:
    """How the questions of a set fare."""
    hits: dict[int, list[bool]] = {1: [], 3: []}
    refused: dict[bool, list[bool]] = {True: [], False: []}
    for first in range(0, len(one.questions), BATCH):
        some = one.questions[first : first + BATCH]
        texts = [judged.question for judged in some]
        for judged, found in zip(
            some, answer.answer_many(texts, version=version, encoder=encoder), strict=True
        ):
            refused[judged.answerable].append(not found.answered)
            quotes = [judged.is_hit_by(quote.document, quote.quote) for quote in found.excerpts]
            for count, flags in hits.items():
                if judged.answerable:
                    flags.append(any(quotes[:count]))
    return _mean(hits[1]), _mean(hits[3]), _mean(refused[False]), _mean(refused[True])


def _mean(flags: Sequence[bool]) -> float:
    return mean(map(float, flags)) if flags else float("nan")


def _share(numbers: Numbers) -> str:
    return " / ".join(f"{number:.2f}".removeprefix("0") for number in numbers)


def _change(whole: Numbers, found: Numbers) -> str:
    """By how many hundredths each figure changes; a dot where it does not."""
    changes = [round((new - old) * 100) for old, new in zip(whole, found, strict=True)]
    return " / ".join(f"{change:+d}" if change else "·" for change in changes)


if __name__ == "__main__":
    sys.exit(main())
