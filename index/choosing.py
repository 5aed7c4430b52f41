"""Which sentences about a case to show: where the person is, in what order things happened, who says prisoner."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document
from index.said import WHERE, Line, Said, when
from index.stacked import Stacked

DESIGNATIONS = 3
"""Publishers shown that call the person a political prisoner, at most."""
_SAME = 0.9
"""Cosine from which two sentences with one event and one date count as saying the same."""
_PRISONER = (
    r"(?:political prisoner|prisoners? of conscience|политзаключ|политическ\w+ заключ|узни\w+ совести|палітвяз|палітзняволен"
    r"|палітычн\w+ вязн|вязн\w+ сумлення|політв.язн|więź\w+ polityczn|politisch\w* gefangen)"
)
_DESIGNATION = re.compile(rf"\b{_PRISONER}", re.IGNORECASE)
_DENIAL = re.compile(
    rf"\b(?:not|no|never|den(?:y|ies|ied)|so-called|не|нет|ня|няма|отрица\w+|адмаўля\w+|так называем\w+|так званы\w*)\b[^.]{{0,40}}{_PRISONER}",
    re.IGNORECASE,
)


def newest(said: Iterable[Said], origins: Mapping[Document, int], language: str) -> list[Said]:
    """The line of each origin that is true last, what was so last first. All briefs of ours are one origin."""
    groups: dict[int, list[Said]] = {}
    for one in said:
        document = one.line.document
        groups.setdefault(-1 if document.is_brief else origins[document], []).append(one)
    chosen = [_last(group, language) for group in groups.values()]
    return sorted(chosen, key=lambda one: (_told(one), one.line.document.published, one.score), reverse=True)


def without_overtaken_briefs(status: Sequence[Said]) -> list[Said]:
    """The same without a brief of ours that tells what a later source tells too, or that is older than what one tells."""
    sources = [one for one in status if not one.line.document.is_brief]
    return [
        one
        for one in status
        if not one.line.document.is_brief or not any(_overtakes(source, one) for source in sources)
    ]


def timeline(said: Iterable[Said], vectors: Stacked | NDArray[np.float32], language: str) -> tuple[Line, ...]:
    """By date; of lines that say the same, the one of the nearest source, of a brief only where no source does.

    `vectors` are those of all sentences, (n, dimension), unit length.
    """
    kept: list[Said] = []
    for one in sorted(said, key=lambda one: (*_standing(one.line.document, language), one.row)):
        if not any(_same(one, other, vectors) for other in kept):
            kept.append(one)
    return tuple(one.line for one in sorted(kept, key=lambda one: (when(one.line), one.row)))


def designations(said: Iterable[Said]) -> tuple[Line, ...]:
    """Who calls the person a political prisoner: the newest line of each publisher, newest first; no brief of ours."""
    latest: dict[str, Line] = {}
    for one in said:
        line = one.line
        words = line.document.text[line.start : line.end]
        if not line.document.is_brief and _DESIGNATION.search(words) and not _DENIAL.search(words):
            known = latest.get(line.document.publisher)
            if known is None or known.document.published < line.document.published:
                latest[line.document.publisher] = line
    found = sorted(latest.values(), key=lambda line: line.document.published, reverse=True)
    return tuple(found[:DESIGNATIONS])


def _told(one: Said) -> tuple[int, int, int]:
    """Until when a line is known to be so: the last date that it names, if all are past, else when it was published.

    An article of this month that looks back on a verdict of 2021 tells of 2021. What is not known of a date is late.
    """
    published = one.line.document.published
    came_out = _late((published.year or 0, published.month or 0, published.day or 0))
    named = _late(one.latest or (0, 0, 0))
    if one.line.document.is_brief:
        return named
    if one.latest is None or one.line.date is None:
        return came_out
    return named if published.year is None else min(named, came_out)


def _late(day: tuple[int, int, int]) -> tuple[int, int, int]:
    return (day[0], day[1] or 12, day[2] or 31)


def _overtakes(source: Said, brief: Said) -> bool:
    if brief.latest is None or brief.latest < when(source.line):
        return True
    published = source.line.document.published
    later = ((published.year or 0), published.month or 12, published.day or 31) >= brief.latest
    return later and bool(WHERE & source.events & brief.events)


def _same(one: Said, other: Said, vectors: Stacked | NDArray[np.float32]) -> bool:
    if one.line.date is None or other.line.date is None:
        return one.row == other.row
    mine, others = one.line.document, other.line.document
    translated = mine.is_brief and others.is_brief and mine.language != others.language
    if not one.line.date.meets(other.line.date):
        return False
    return translated or bool(
        one.events & other.events and float(vectors[one.row] @ vectors[other.row]) > _SAME
    )


def _standing(document: Document, language: str) -> tuple[bool, str, bool, tuple[int, int, int]]:
    """Sorts the source to quote first: no brief, the better label, the reader's language, the earlier date."""
    published = document.published
    day = (published.year or 9999, published.month or 99, published.day or 99)
    return (document.is_brief, document.reliability, document.language != language, day)


def _last(group: Sequence[Said], language: str) -> Said:
    """Of lines of one origin the one about the latest time; an article that gives no date means the day it came out.

    A brief of ours was written long after what it tells: there only the dates in the sentence count.
    """
    first = min(_standing(one.line.document, language) for one in group)
    best = [one for one in group if _standing(one.line.document, language) == first]

    def rank(one: Said) -> tuple[tuple[int, int, int], float, int]:
        day = one.latest or (0, 0, 0) if one.line.document.is_brief else when(one.line)
        return (day, 0.0 if one.line.date is None else one.score, -one.row)

    return max(best, key=rank)
