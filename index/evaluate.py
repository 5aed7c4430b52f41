"""Judged questions to figures: how often a quote hits, how often the bot rightly and wrongly says nothing, how fast.

Floors on these figures: `floors.py`. Curves: `plots.py`.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any

import numpy as np

from index.answer import Answer, answer, people_of
from index.encoder import Encoder, encode_questions
from index.judged import Judged
from index.search import asked, prepare, search
from index.version import Version


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, asked."""

    judged: Judged
    answer: Answer
    ranking: tuple[bool, ...]
    """Whether each of the ten best passages holds a gold text, best first; refusals do not matter here."""
    gold_passages: int
    """How many passages of the version hold one."""
    latency_ms: float

    @property
    def hits(self) -> tuple[bool, ...]:
        """Whether each quote of the first reply answers; empty without an answer."""
        return tuple(self.judged.is_hit_by(e.document, e.quote) for e in self.answer.excerpts)

    @property
    def found(self) -> bool:
        """Whether a quote hits, be it shown as the answer or as the nearest there is."""
        shown = (*self.answer.excerpts, *self.answer.nearest)
        return any(self.judged.is_hit_by(e.document, e.quote) for e in shown)

    @property
    def is_right(self) -> bool:
        """Whether the reply is what a careful editor expects: a quote that hits, or an honest refusal."""
        return any(self.hits) if self.judged.answerable else not self.answer.answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a group of questions adds up to; a share is `None` where no question of the group counts for it."""

    questions: int
    answerable: int
    hit_1: float | None
    """Share of answerable questions whose first quote holds the answer."""
    hit_3: float | None
    """The same of any quote of the first reply (at most three); a question wrongly refused is a miss."""
    found_3: float | None
    """The same, counting the nearest passages of questions wrongly refused."""
    ndcg_10: float | None
    """Of passages (Järvelin, Kekäläinen 2002), binary; refusals do not matter."""
    falsely_refused: float | None
    """Share of answerable questions that got no answer."""
    refused: float | None
    """Share of unanswerable questions that got none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of a run: groups by name, and the time of one question asked alone."""

    version: int
    model: str
    total: Figures
    by_language: dict[str, Figures]
    by_kind: dict[str, Figures]
    latency_p50_ms: float
    latency_p95_ms: float

    def as_json(self) -> dict[str, Any]:
        """The report as JSON's types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same questions asked of two versions: ids of those whose reply was right in one of them only."""

    before: Report
    after: Report
    lost: tuple[str, ...]
    """Right before, wrong after."""
    gained: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The report of the later version as JSON's types, with the earlier one and the ids under "compared"."""
        others = {"report": self.before.as_json(), "lost": list(self.lost), "gained": list(self.gained)}
        return self.after.as_json() | {"compared": others}


def evaluate(
    questions: Sequence[Judged],
    *,
    version: Version,
    encoder: Encoder,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Outcome]:
    """Ask every question alone, as a person would, and keep what came back."""
    prepared = prepare(version)
    encoded = zip(*encode_questions(encoder, [judged.question for judged in questions]), strict=True)
    outcomes = []
    for number, (judged, (vector, tokens)) in enumerate(zip(questions, encoded, strict=True), 1):
        started = time.perf_counter()
        answered = answer(judged.question, version=version, encoder=encoder)
        elapsed_ms = (time.perf_counter() - started) * 1000
        people = people_of(judged.question, prepared)
        hits = search(prepared, asked(judged.question, vector, prepared, people=people, tokens=tokens))
        ranking = tuple(judged.is_hit_by(h.passage.document, h.passage.text) for h in hits)
        outcomes.append(Outcome(judged, answered, ranking, _gold_passages(judged, version), elapsed_ms))
        progress(number)
    return outcomes


def report(outcomes: Sequence[Outcome], *, version: Version) -> Report:
    """The figures of all outcomes, of each language and of each kind of question."""
    latencies = [outcome.latency_ms for outcome in outcomes]
    return Report(
        version=version.number,
        model=version.model,
        total=figures(outcomes),
        by_language=_grouped(outcomes, lambda outcome: outcome.judged.language),
        by_kind=_grouped(outcomes, lambda outcome: outcome.judged.kind),
        latency_p50_ms=round(float(np.percentile(latencies, 50)), 1),
        latency_p95_ms=round(float(np.percentile(latencies, 95)), 1),
    )


def compare(
    before: Sequence[Outcome], after: Sequence[Outcome], *, versions: tuple[Version, Version]
) -> Comparison:
    """What changed between the outcomes of the same questions, in the same order, of two versions."""
    pairs = list(zip(before, after, strict=True))
    return Comparison(
        report(before, version=versions[0]),
        report(after, version=versions[1]),
        lost=tuple(new.judged.id for old, new in pairs if old.is_right and not new.is_right),
        gained=tuple(new.judged.id for old, new in pairs if new.is_right and not old.is_right),
    )


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """What these outcomes add up to."""
    yes = [outcome for outcome in outcomes if outcome.judged.answerable]
    no = [outcome for outcome in outcomes if not outcome.judged.answerable]
    return Figures(
        questions=len(outcomes),
        answerable=len(yes),
        hit_1=_share(any(outcome.hits[:1]) for outcome in yes),
        hit_3=_share(any(outcome.hits[:3]) for outcome in yes),
        found_3=_share(outcome.found for outcome in yes),
        ndcg_10=_ndcg(yes),
        falsely_refused=_share(not outcome.answer.answered for outcome in yes),
        refused=_share(not outcome.answer.answered for outcome in no),
    )


def _grouped(outcomes: Iterable[Outcome], group: Callable[[Outcome], str]) -> dict[str, Figures]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(group(outcome), []).append(outcome)
    return {name: figures(members) for name, members in groups.items()}


def _share(flags: Iterable[bool]) -> float | None:
    counted = [float(flag) for flag in flags]
    return round(mean(counted), 4) if counted else None


def _ndcg(outcomes: Sequence[Outcome]) -> float | None:
    """Mean nDCG@10; a gold passage that was not among the ten counts as one that could have been."""
    if not outcomes:
        return None
    from ir_measures import Qrel, ScoredDoc, calc_aggregate, nDCG

    judgements, run = [], []
    for number, outcome in enumerate(outcomes):
        query = str(number)
        ranked = [f"rank {rank}" for rank in range(len(outcome.ranking))]
        gold = [name for name, hit in zip(ranked, outcome.ranking, strict=True) if hit]
        missed = [f"missed {i}" for i in range(max(outcome.gold_passages, 1) - len(gold))]
        judgements += [Qrel(query, name, 1) for name in gold + missed]
        run += [ScoredDoc(query, name, -float(rank)) for rank, name in enumerate(ranked)]
        run += [ScoredDoc(query, "none", -1000.0)]
    return round(float(calc_aggregate([nDCG @ 10], judgements, run)[nDCG @ 10]), 4)


def _gold_passages(judged: Judged, version: Version) -> int:
    wanted = {gold.document for gold in judged.gold}
    documents = {number for number, document in enumerate(version.documents) if document.id in wanted}
    rows = np.flatnonzero(np.isin(version.passages[:, 0], list(documents)))
    passages = (version.passage(int(row)) for row in rows)
    return sum(judged.is_hit_by(passage.document, passage.text) for passage in passages)
