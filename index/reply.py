"""Excerpts to one reply: no side of a disagreement is left out, the newest comes first for what is so now, copies are named."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.document import PartialDate
from index.differences import Difference, differences
from index.excerpt import Excerpt
from index.search import Asked, Prepared
from index.wanted import is_status_question

_BRIEFS = -1
"""All briefs of ours are one origin, and nobody else's."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is shown at once, and what for "more"; ranked through."""

    excerpts: tuple[Excerpt, ...]
    more: tuple[Excerpt, ...] = ()
    difference: Difference | None = None
    """Its `excerpt` numbers are places in `excerpts`."""


def arrange(prepared: Prepared, question: Asked, found: Sequence[Excerpt], *, count: int) -> Reply:
    """The `count` best excerpts, or fewer best and the other side where sources differ."""
    apart = _differences(prepared, question, found)
    sides = [value.excerpt for value in apart.sides][:count] if apart else []
    others = [place for place in range(len(found)) if place not in sides]
    places = sorted((sides + others)[:count])
    shown = [found[place] for place in places]
    if is_status_question(question.text):
        shown.sort(key=_by_age, reverse=True)
    rest = [excerpt for place, excerpt in enumerate(found) if place not in places]
    ranked = [
        replace(excerpt, rank=rank, also_in=also_in(prepared, excerpt))
        for rank, excerpt in enumerate([*shown, *rest], 1)
    ]
    first = tuple(ranked[: len(shown)])
    return Reply(
        first, tuple(ranked[len(shown) :]), _differences(prepared, question, first) if apart else None
    )


def _by_age(excerpt: Excerpt) -> tuple[bool, PartialDate]:
    """Sorts by age, our briefs first: the day one was written says nothing of the time it tells of."""
    return not excerpt.document.is_brief, excerpt.document.published


def independent_origins(prepared: Prepared, excerpts: Sequence[Excerpt]) -> int:
    """How many origins stand behind the excerpts: an agency's text in ten papers is one."""
    return len(set(_origins(prepared, excerpts)))


def _differences(prepared: Prepared, question: Asked, excerpts: Sequence[Excerpt]) -> Difference | None:
    return differences(question.text, excerpts, origins=_origins(prepared, excerpts), people=question.people)


def _origins(prepared: Prepared, excerpts: Sequence[Excerpt]) -> list[int]:
    numbers = prepared.origins.numbers
    return [
        _BRIEFS if excerpt.document.is_brief else int(numbers[prepared.numbers[excerpt.document.id]])
        for excerpt in excerpts
    ]


def also_in(prepared: Prepared, excerpt: Excerpt) -> tuple[str, ...]:
    """Other publishers that printed a copy with the same words."""
    number = prepared.numbers[excerpt.document.id]
    copies = prepared.origins.also_in(excerpt.quote, number, prepared.documents)
    others = (prepared.documents[copy] for copy in copies)
    publishers = dict.fromkeys(other.publisher for other in others if not other.is_brief)
    return tuple(publisher for publisher in publishers if publisher != excerpt.document.publisher)
