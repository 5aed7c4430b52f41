"""Retrieval, quotes and refusals on XQuAD, beside the bare encoder in the same run, beside the targets.

    python tests/bench/xquad.py [--data FOLDER] [--write]

It only measures: nothing may be tuned on what it prints. Vectors are kept under `.sprava/bench`.
"""

import argparse
import math
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from intervals import Statistic, interval
from model import embedded_encoder
from readme import markdown, measured, rewrite
from remembered import RememberedEncoder
from squad import FOLDER, MISSING, Corpus, Key, Question, Squad, corpus, read

from corpus.document import Document
from index.answer import answer_many, people_of
from index.build import assemble
from index.encoder import Encoder
from index.search import Prepared, asked, prepare, search
from index.version import Version

CACHE = Path(__file__).parents[2] / ".sprava" / "bench"
DEPTH = 40
"""Passages looked at, so that at least ten different paragraphs are ranked."""
PASSAGES = {"en→en": 0.97, "ru→ru": 0.96, "ru→en": 0.90, "en→ru": 0.88, "be→en": 0.82, "be→ru": None}
"""R@1 to reach, by language of question and of document."""
QUOTES = {"en→en": 0.96, "ru→ru": 0.95, "ru→en": 0.90}
REFUSED, FALSELY_REFUSED = 0.85, 0.05


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
        bare = "–" if self.bare is None else _figure(self.bare)
        figures = [_figure(self.ours), f"{_figure(self.low)}–{_figure(self.high)}", bare, self.target or "–"]
        return [f"{self.what}, {self.pair}", str(self.questions), *figures]


COLUMNS = ["what", "questions", "sprava", "95 %", "bare encoder", "target"]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """A version of some paragraphs, ready to be searched."""

    corpus: Corpus
    version: Version
    prepared: Prepared

    def ranked(self, question: Question, vector: NDArray[np.float32]) -> list[tuple[str, Key]]:
        """Language and key of the paragraphs that the product's search ranks, each once."""
        people = people_of(question.text, self.prepared)
        found = search(self.prepared, asked(question.text, vector, people=people), top_k=DEPTH)
        passages = [hit.passage for hit in found]
        return self._paragraphs((p.document, p.start, p.end) for p in passages)

    def ranked_bare(self, vector: NDArray[np.float32]) -> list[tuple[str, Key]]:
        """The same by nothing but the cosine of question and passage."""
        order = np.argsort(-(self.version.passage_vectors @ vector), kind="stable")[:DEPTH]
        passages = [self.version.passage(int(row)) for row in order]
        return self._paragraphs((p.document, p.start, p.end) for p in passages)

    def quotes_bare(self, vector: NDArray[np.float32]) -> list[tuple[Document, int, int]]:
        """What the bare encoder would quote: of each of its three best passages, the nearest sentence."""
        quotes = []
        for row in np.argsort(-(self.version.passage_vectors @ vector), kind="stable")[:3].tolist():
            best = int((self.prepared.sentence_vectors_of(row) @ vector).argmax())
            start, end = self.prepared.sentences_of(row)[best].tolist()
            quotes.append((self.version.passage(row).document, start, end))
        return quotes

    def holds(self, quote: tuple[Document, int, int], question: Question, span: tuple[int, int]) -> bool:
        """Whether a quote holds the very words that were marked as the answer."""
        document, start, end = quote
        if self.corpus.paragraph(document, start, end) != question.gold:
            return False
        first = self.corpus.start(document, question.gold)
        return start <= first + span[0] and first + span[1] <= end

    def _paragraphs(self, spans: Iterable[tuple[Document, int, int]]) -> list[tuple[str, Key]]:
        return list(
            dict.fromkeys((d.language, self.corpus.paragraph(d, start, end)) for d, start, end in spans)
        )


def main() -> int:
    """Measure and print; 2 where the data is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=FOLDER, help="folder with the SQuAD-format files")
    parser.add_argument(
        "--write", action="store_true", help="write the table into README.md beside this file"
    )
    arguments = parser.parse_args()
    squad = read(arguments.data)
    if squad is None:
        sys.stderr.write(MISSING.format(folder=arguments.data) + "\n")
        return 2
    os.environ["OMP_NUM_THREADS"] = "1"
    encoder = RememberedEncoder(CACHE, embedded_encoder)
    rows = [
        *passages(squad, encoder),
        *mixed(squad, encoder),
        *quotes(squad, encoder),
        *refusals(squad, encoder),
    ]
    show(rows)
    if arguments.write:
        rewrite("xquad", measured("python tests/bench/xquad.py --write") + "\n\n" + table(rows))
    return 0


def indexed(squad: Squad, languages: Iterable[str], encoder: Encoder, *, made: Corpus | None = None) -> Index:
    """An index of the paragraphs in these languages, in memory."""
    made = made or corpus(squad, languages)
    version = assemble(made.documents, encoder, created=datetime.now(UTC)).version
    return Index(made, version, prepare(version))


def passages(squad: Squad, encoder: Encoder) -> Iterator[Row]:
    """Is the paragraph that answers found first, among three, and how high among ten?"""
    indexes = {language: indexed(squad, [language], encoder) for language in squad.paragraphs}
    for pair, target in PASSAGES.items():
        asked_in, language = pair.split("→")
        questions = squad.questions.get(asked_in, [])
        if not questions:
            continue
        index = indexes[language]
        vectors = encoder.encode_queries([question.text for question in questions])
        ours = [_rank(index.ranked(q, v), q, (language,)) for q, v in zip(questions, vectors, strict=True)]
        bare = [_rank(index.ranked_bare(v), q, (language,)) for q, v in zip(questions, vectors, strict=True)]
        for name, score in {"R@1": _within(1), "R@3": _within(3), "nDCG@10": _ndcg}.items():
            wanted = _at_least(target) if name == "R@1" else ""
            mine, theirs = [score(rank) for rank in ours], [score(rank) for rank in bare]
            yield _mean_row(f"passage {name}", pair, questions, mine, theirs, target=wanted)


def mixed(squad: Squad, encoder: Encoder) -> Iterator[Row]:
    """One index of all paragraphs in both languages: does the best source in the other language ever show?"""
    index = indexed(squad, squad.paragraphs, encoder)
    for language in ("en", "ru"):
        questions = squad.questions[language]
        vectors = encoder.encode_queries([question.text for question in questions])
        ours = [index.ranked(q, v) for q, v in zip(questions, vectors, strict=True)]
        bare = [index.ranked_bare(v) for v in vectors]
        first = [
            [_within(1)(_rank(r, q, ("en", "ru"))) for r, q in zip(x, questions, strict=True)]
            for x in (ours, bare)
        ]
        other = [[float(r[0][0] != language) for r in x] for x in (ours, bare)]
        yield _mean_row("mixed index, R@1 in either language", f"{language}→en+ru", questions, *first)
        yield _mean_row("mixed index, other language on top", f"{language}→en+ru", questions, *other)


def quotes(squad: Squad, encoder: Encoder) -> Iterator[Row]:
    """Does the first reply (at most three quotes) hold the words that answer?"""
    for pair, target in QUOTES.items():
        asked_in, language = pair.split("→")
        index, questions = indexed(squad, [language], encoder), squad.questions[asked_in]
        spans = [squad.answers[language][question.id] for question in questions]
        answers = answer_many([q.text for q in questions], version=index.version, encoder=encoder)
        vectors = encoder.encode_queries([question.text for question in questions])
        shown = [[(e.document, e.start, e.end) for e in a.excerpts] for a in answers]
        nearest = [[(e.document, e.start, e.end) for e in (*a.excerpts, *a.nearest)] for a in answers]
        bare = [index.quotes_bare(vector) for vector in vectors]
        held = [
            [
                float(any(index.holds(x, q, span) for x in found))
                for found, q, span in zip(which, questions, spans, strict=True)
            ]
            for which in (shown, nearest, bare)
        ]
        yield _mean_row(
            "first reply holds the answer", pair, questions, held[0], held[2], target=_at_least(target)
        )
        yield _mean_row("the same, with what is shown as nearest", pair, questions, held[1], held[2])
        exact = [[float(_is_exact(squad, language, index, x)) for x in found] for found in nearest]
        yield _mean_row(
            "quotes that are slices of the source",
            pair,
            questions,
            [min(x, default=1.0) for x in exact],
            target="1.000",
        )
        lengths = (
            [float(sum(end - start for _, start, end in x)) for x in nearest],
            [float(sum(end - start for _, start, end in x)) for x in bare],
        )
        yield Row(
            "characters quoted (median)",
            pair,
            len(questions),
            median(lengths[0]),
            *np.percentile(lengths[0], (2.5, 97.5)).tolist(),
            median(lengths[1]),
        )


def refusals(squad: Squad, encoder: Encoder) -> Iterator[Row]:
    """Is a question refused when the paragraphs that answer it are gone, and answered when they are there?"""
    for what, group in (("half of each article gone", 1), ("half of the articles gone", 0)):
        for pair in QUOTES:
            asked_in, language = pair.split("→")
            questions, answerable, refused, ours, bare = [], [], [], [], []
            for fold in (0, 1):
                made = corpus(squad, [language], keep=lambda key, fold=fold: key[group] % 2 != fold)
                index = indexed(squad, [language], encoder, made=made)
                texts = [question.text for question in squad.questions[asked_in]]
                answers = answer_many(texts, version=index.version, encoder=encoder)
                tops = (encoder.encode_queries(texts) @ index.version.passage_vectors.T).max(1)
                questions += squad.questions[asked_in]
                answerable += [question.gold[group] % 2 != fold for question in squad.questions[asked_in]]
                refused += [not answer.answered for answer in answers]
                ours += [answer.probability or 0.0 for answer in answers]
                bare += tops.tolist()
            yield from _refusal_rows(
                what, pair, questions, np.array(answerable), np.array(refused), np.array(ours), np.array(bare)
            )


def _refusal_rows(
    what: str,
    pair: str,
    questions: Sequence[Question],
    answerable: NDArray[np.bool_],
    refused: NDArray[np.bool_],
    ours: NDArray[np.float64],
    bare: NDArray[np.float64],
) -> Iterator[Row]:
    """Refused and falsely refused as the product decides; then what its probability could do at any threshold."""
    from sklearn.metrics import roc_auc_score

    def share_refused(which: NDArray[np.bool_]) -> Statistic:
        return lambda rows: float(refused[rows][which[rows]].mean())

    def at_false(scores: NDArray[np.float64]) -> Statistic:
        def statistic(rows: NDArray[np.int64]) -> float:
            threshold = np.quantile(scores[rows][answerable[rows]], FALSELY_REFUSED)
            return float((scores[rows][~answerable[rows]] < threshold).mean())

        return statistic

    def auroc(scores: NDArray[np.float64]) -> Statistic:
        return lambda rows: float(roc_auc_score(answerable[rows], scores[rows]))

    half = what.startswith("half of each")
    statistics: list[tuple[str, Statistic, Statistic | None, str]] = [
        ("refused rightly", share_refused(~answerable), None, _at_least(REFUSED) if half else ""),
        ("refused wrongly", share_refused(answerable), None, f"≤ {_figure(FALSELY_REFUSED)}" if half else ""),
        (
            "refused rightly where 5 % are wrongly",
            at_false(ours),
            at_false(bare),
            _at_least(REFUSED) if half else "",
        ),
        ("AUROC", auroc(ours), auroc(bare), ""),
    ]
    for name, statistic, other, target in statistics:
        yield _row(f"{what}: {name}", pair, questions, statistic, other, target=target)


def _mean_row(
    what: str,
    pair: str,
    questions: Sequence[Question],
    ours: Sequence[float],
    bare: Sequence[float] | None = None,
    *,
    target: str = "",
) -> Row:
    mine, theirs = np.array(ours), None if bare is None else np.array(bare)
    other: Statistic | None = None if theirs is None else lambda rows: float(theirs[rows].mean())
    return _row(what, pair, questions, lambda rows: float(mine[rows].mean()), other, target=target)


def _row(
    what: str,
    pair: str,
    questions: Sequence[Question],
    ours: Statistic,
    bare: Statistic | None,
    *,
    target: str,
) -> Row:
    everything = np.arange(len(questions))
    low, high = interval(ours, [question.gold[0] for question in questions])
    other = bare(everything) if bare else None
    return Row(what, pair, len(questions), ours(everything), low, high, other, target)


def _rank(ranked: Sequence[tuple[str, Key]], question: Question, languages: Sequence[str]) -> int | None:
    """Place of the gold paragraph, from 1."""
    places = [i for i, (lang, key) in enumerate(ranked, 1) if key == question.gold and lang in languages]
    return min(places, default=None)


def _within(count: int):  # noqa: ANN202
    return lambda rank: float(rank is not None and rank <= count)


def _ndcg(rank: int | None) -> float:
    """nDCG@10 with one relevant paragraph (Järvelin, Kekäläinen 2002)."""
    return 1 / math.log2(rank + 1) if rank is not None and rank <= 10 else 0.0


def _is_exact(squad: Squad, language: str, index: Index, quote: tuple[Document, int, int]) -> bool:
    """Whether the quoted words stand in the data as it was read, not only in our own document."""
    document, start, end = quote
    return document.text[start:end] in squad.paragraphs[language][index.corpus.paragraph(*quote)]


def _figure(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 10 else f"{value:.0f}"


def _at_least(target: float | None) -> str:
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


if __name__ == "__main__":
    sys.exit(main())
