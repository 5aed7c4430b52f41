"""Retrieval, quotes and refusals on XQuAD, beside the bare encoder in the same run, beside the targets.

    python tests/bench/xquad.py [--data FOLDER] [--write]

It only measures: nothing may be tuned on what it prints.
"""

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from model import embedded_encoder
from readme import measured, rewrite
from remembered import Remembering
from rows import Row, Statistic, at_least, figure, mean_row, row_of, show, table
from squad import FOLDER, MISSING, Corpus, Key, Question, Squad, corpus, read

from corpus.document import Document, Passage
from index.answer import Answer, answer_many, people_of
from index.build import assemble
from index.excerpt import Excerpt
from index.search import Prepared, asked, prepare, search
from index.tokens import Tokens
from index.version import Version

DEPTH = 40
"""Passages looked at, so that at least ten different paragraphs are ranked."""
PASSAGES = {"en→en": 0.97, "ru→ru": 0.96, "ru→en": 0.90, "en→ru": 0.88, "be→en": 0.82, "be→ru": None}
"""R@1 to reach, by language of question and of document."""
QUOTES = {"en→en": 0.96, "ru→ru": 0.95, "ru→en": 0.90}
REFUSED, FALSELY_REFUSED = 0.85, 0.05


Quote = tuple[Document, int, int]
"""Document, start, end."""
Place = tuple[str, tuple[Key, ...]]
"""Language, and the paragraphs that one passage stands for: a tiny one is joined to its neighbour."""


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """A version of some paragraphs, ready to be searched."""

    corpus: Corpus
    version: Version
    prepared: Prepared

    def ranked(self, question: Question, vector: NDArray[np.float32], tokens: Tokens) -> list[Place]:
        """Language and key of the paragraphs that the product's search ranks, each once."""
        people = people_of(question.text, self.prepared)
        found = search(
            self.prepared,
            asked(question.text, vector, self.prepared, people=people, tokens=tokens),
            top_k=DEPTH,
        )
        return self._paragraphs(hit.passage for hit in found)

    def ranked_bare(self, vector: NDArray[np.float32]) -> list[Place]:
        """The same by nothing but the cosine of question and passage."""
        order = np.argsort(-(np.asarray(self.version.passage_vectors) @ vector), kind="stable")[:DEPTH]
        return self._paragraphs(self.version.passage(int(row)) for row in order)

    def quotes_bare(self, vector: NDArray[np.float32]) -> list[Quote]:
        """What the bare encoder would quote: of each of its three best passages, the nearest sentence."""
        quotes = []
        for row in np.argsort(-(np.asarray(self.version.passage_vectors) @ vector), kind="stable")[
            :3
        ].tolist():
            best = int((self.prepared.sentence_vectors_of(row) @ vector).argmax())
            start, end = self.prepared.sentences_of(row)[best].tolist()
            quotes.append((self.version.passage(row).document, start, end))
        return quotes

    def holds(self, quote: Quote, question: Question, answer: tuple[int, int]) -> bool:
        """Whether a quote holds the very words that were marked as the answer in their paragraph."""
        document, start, end = quote
        first = {key: begins for key, begins, _ in self.corpus.spans[document.id]}.get(question.gold)
        return first is not None and start <= first + answer[0] and first + answer[1] <= end

    def _paragraphs(self, passages: Iterable[Passage]) -> list[Place]:
        found = ((p.document.language, self.corpus.paragraphs(p.document, p.start, p.end)) for p in passages)
        return list(dict.fromkeys(found))


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
    encoder = Remembering(embedded_encoder())
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


def indexed(
    squad: Squad, languages: Iterable[str], encoder: Remembering, *, made: Corpus | None = None
) -> Index:
    """An index of the paragraphs in these languages, in memory."""
    made = made or corpus(squad, languages)
    version = assemble(made.documents, encoder, created=datetime.now(UTC)).version
    return Index(made, version, prepare(version))


def passages(squad: Squad, encoder: Remembering) -> Iterator[Row]:
    """Is the paragraph that answers found first, among three, and how high among ten?"""
    indexes = {language: indexed(squad, [language], encoder) for language in squad.paragraphs}
    for pair, target in PASSAGES.items():
        asked_in, language = pair.split("→")
        questions = squad.questions.get(asked_in, [])
        if not questions:
            continue
        index = indexes[language]
        vectors, tokens = encoder.encode_query_tokens([question.text for question in questions])
        ours = [_rank(index.ranked(*each), each[0]) for each in zip(questions, vectors, tokens, strict=True)]
        bare = [_rank(index.ranked_bare(v), q) for q, v in zip(questions, vectors, strict=True)]
        for name, score in {"R@1": _within(1), "R@3": _within(3), "nDCG@10": _ndcg}.items():
            wanted = at_least(target) if name == "R@1" else ""
            mine, theirs = [score(rank) for rank in ours], [score(rank) for rank in bare]
            yield mean_row(f"passage {name}", pair, questions, mine, theirs, target=wanted)


def mixed(squad: Squad, encoder: Remembering) -> Iterator[Row]:
    """One index of all paragraphs in both languages: does the best source in the other language ever show?"""
    index = indexed(squad, squad.paragraphs, encoder)
    for language in ("en", "ru"):
        questions = squad.questions[language]
        vectors, tokens = encoder.encode_query_tokens([question.text for question in questions])
        ours = [index.ranked(*each) for each in zip(questions, vectors, tokens, strict=True)]
        bare = [index.ranked_bare(v) for v in vectors]
        first, first_bare = (
            [float(question.gold in ranked[0][1]) for ranked, question in zip(every, questions, strict=True)]
            for every in (ours, bare)
        )
        other, other_bare = ([float(ranked[0][0] != language) for ranked in every] for every in (ours, bare))
        pair = f"{language}→en+ru"
        yield mean_row("mixed index, R@1 in either language", pair, questions, first, first_bare)
        yield mean_row("mixed index, other language on top", pair, questions, other, other_bare)


def quotes(squad: Squad, encoder: Remembering) -> Iterator[Row]:
    """Does the first reply (at most three quotes) hold the words that answer?"""
    for pair, target in QUOTES.items():
        asked_in, language = pair.split("→")
        index, questions = indexed(squad, [language], encoder), squad.questions[asked_in]
        texts = [question.text for question in questions]
        answers = answer_many(texts, version=index.version, encoder=encoder)
        answered = [_spans(answer.excerpts) for answer in answers]
        shown = [_spans((*answer.excerpts, *answer.nearest)) for answer in answers]
        bare = [index.quotes_bare(vector) for vector in encoder.encode_queries(texts)]
        held, held_nearest, held_bare = (
            [
                float(
                    any(index.holds(quote, question, squad.answers[language][question.id]) for quote in found)
                )
                for question, found in zip(questions, replies, strict=True)
            ]
            for replies in (answered, shown, bare)
        )
        exact = [float(all(_is_exact(squad, quote) for quote in reply)) for reply in shown]
        goal = at_least(target)
        yield mean_row("first reply holds the answer", pair, questions, held, held_bare, target=goal)
        yield mean_row("the same, with what is shown as nearest", pair, questions, held_nearest, held_bare)
        yield mean_row("quotes are slices of the source", pair, questions, exact, target="1.000")
        lengths, lengths_bare = (
            np.array([sum(end - start for _, start, end in reply) for reply in replies])
            for replies in (shown, bare)
        )
        yield row_of(
            "characters quoted, median", pair, questions, _median_of(lengths), _median_of(lengths_bare)
        )


def _spans(excerpts: Iterable[Excerpt]) -> list[Quote]:
    return [(excerpt.document, excerpt.start, excerpt.end) for excerpt in excerpts]


def _median_of(values: NDArray[np.int64]) -> Statistic:
    return lambda rows: float(np.median(values[rows]))


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Each question asked twice: once with its paragraph there, once with it gone."""

    questions: list[Question]
    answerable: NDArray[np.bool_]
    refused: NDArray[np.bool_]
    unsearched: NDArray[np.bool_]
    """Refused for what the question says (names, intent), before any probability was computed."""
    probability: NDArray[np.float64]
    bare: NDArray[np.float64]
    """Cosine of the nearest passage."""

    def refused_share(self, *, of_answerable: bool) -> Statistic:
        """How many get no answer as the product decides."""
        return self._mean(self.refused, of_answerable=of_answerable)

    def unsearched_share(self) -> Statistic:
        """How many answerable ones are refused before the sources were looked at."""
        return self._mean(self.unsearched, of_answerable=True)

    def _mean(self, flags: NDArray[np.bool_], *, of_answerable: bool) -> Statistic:
        return lambda rows: float(flags[rows][self.answerable[rows] == of_answerable].mean())

    def at_false_refusals(self, scores: NDArray[np.float64]) -> Statistic:
        """The share of unanswerable ones below the score below which 5 % of the answerable ones lie."""

        def statistic(rows: NDArray[np.int64]) -> float:
            answerable = self.answerable[rows]
            limit = np.quantile(scores[rows][answerable], FALSELY_REFUSED)
            return float((scores[rows][~answerable] < limit).mean())

        return statistic

    def auroc(self, scores: NDArray[np.float64]) -> Statistic:
        """How often an answerable question scores above an unanswerable one."""
        from sklearn.metrics import roc_auc_score

        return lambda rows: float(roc_auc_score(self.answerable[rows], scores[rows]))


def refusals(squad: Squad, encoder: Remembering) -> Iterator[Row]:
    """Is a question refused when the paragraphs that answer it are gone, and answered when they are there?"""
    for what, place in {"half of each article gone": 1, "half of the articles gone": 0}.items():
        for pair in QUOTES:
            v = _verdicts(squad, encoder, pair, place)
            right, wrong = (at_least(REFUSED), f"≤ {figure(FALSELY_REFUSED)}") if place else ("", "")
            for name, ours, bare, target in (
                ("refused rightly", v.refused_share(of_answerable=False), None, right),
                ("refused wrongly", v.refused_share(of_answerable=True), None, wrong),
                ("of these, before searching", v.unsearched_share(), None, ""),
                ("refused rightly where 5 % are wrongly", v.at_false_refusals(v.probability), v.at_false_refusals(v.bare), right),
                ("AUROC", v.auroc(v.probability), v.auroc(v.bare), ""),
            ):  # fmt: skip
                yield row_of(f"{what}: {name}", pair, v.questions, ours, bare, target=target)


def _verdicts(squad: Squad, encoder: Remembering, pair: str, place: int) -> Verdicts:
    """Ask everything with one half gone, then with the other; `place` says of what (0 articles, 1 paragraphs)."""
    asked_in, language = pair.split("→")
    questions = squad.questions[asked_in]
    texts = [question.text for question in questions]
    answers: list[Answer] = []
    answerable: list[bool] = []
    bare: list[float] = []
    for gone in (0, 1):
        made = corpus(squad, [language], keep=lambda key, gone=gone: key[place] % 2 != gone)
        version = indexed(squad, [language], encoder, made=made).version
        answers += answer_many(texts, version=version, encoder=encoder)
        answerable += [question.gold[place] % 2 != gone for question in questions]
        bare += (encoder.encode_queries(texts) @ np.asarray(version.passage_vectors).T).max(1).tolist()
    return Verdicts(
        questions=questions * 2,
        answerable=np.array(answerable),
        refused=np.array([not answer.answered for answer in answers]),
        unsearched=np.array([not answer.answered and answer.probability is None for answer in answers]),
        probability=np.array([answer.probability or 0.0 for answer in answers]),
        bare=np.array(bare),
    )


def _rank(ranked: Sequence[Place], question: Question) -> int | None:
    """Place of the paragraph that answers, from 1."""
    return next((place for place, (_, keys) in enumerate(ranked, 1) if question.gold in keys), None)


def _within(count: int) -> Callable[[int | None], float]:
    return lambda rank: float(rank is not None and rank <= count)


def _ndcg(rank: int | None) -> float:
    """nDCG@10 with one relevant paragraph (Järvelin, Kekäläinen 2002)."""
    return 1 / math.log2(rank + 1) if rank is not None and rank <= 10 else 0.0


def _is_exact(squad: Squad, quote: Quote) -> bool:
    """Whether the quoted words stand in the data as it was read, not only in our own document."""
    document, start, end = quote
    return any(document.text[start:end] in text for text in squad.paragraphs[document.language].values())


if __name__ == "__main__":
    sys.exit(main())
