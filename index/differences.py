"""Do sources disagree about the fact asked for? Typed values of excerpts on the same person and event, compared.

Two values differ only where a careful reader would say so: an exact number satisfies "over 1,000", June 2020 agrees
with 25 June 2020, and what was true in August need not be in March. In doubt there is no difference: a false alarm
discredits the true ones.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import NamedTuple

from corpus.cases import Cases, CaseType, load_cases
from corpus.document import PartialDate
from corpus.naming import Mention
from index.charges import UNLISTED
from index.clauses import Clause, clauses, events, nearest_event
from index.excerpt import Excerpt
from index.value import Day, Names, Value, ValueKind
from index.values import places, values
from index.wanted import wanted_thing, wanted_value

_SAME_NEWS_DAYS = 60
"""Undated numbers of persons published further apart are about different events."""
_SAME_STATE_DAYS = 31
"""What is held where, or how many, may change in longer than that."""
_OTHER_EVENT_YEARS = 2
"""Two dates further apart are of two events: people were arrested twice, ten years apart."""
_BEFORE_CHARS = 600
"""So far before an excerpt its people are looked for when it names none."""
_STAGES = frozenset(
    {"began", "ended", "demanded", "served", "left", "died", "fined", "pardoned", "solitary", "hunger"}
)
"""Events that make another fact of a clause when only one of two clauses has them."""

_PRONOUN = re.compile(
    r"\b(?:he|she|him|her|his|hers|they|them|он|она|его|её|ее|ему|ей|ним|ней|ён|яна|яго|яе|яму|ёй|ім)\b",
    re.IGNORECASE,
)


class Differing(NamedTuple):
    """The words of one excerpt that state its value, as a span of its document's text."""

    excerpt: int
    """Its place among the excerpts that were compared."""
    start: int
    end: int
    side: int
    """From 0: values of one side agree with each other."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Sources that disagree: of what kind, and the words of each, newest first."""

    kind: ValueKind
    values: tuple[Differing, ...]
    """At least two, of different origins."""

    @property
    def sides(self) -> tuple[Differing, ...]:
        """The first excerpt of each side: what an answer must show so that it makes no silent choice."""
        firsts: dict[int, Differing] = {}
        for value in sorted(self.values):
            firsts.setdefault(value.side, value)
        return tuple(firsts.values())


@dataclass(frozen=True, slots=True)
class _Stated:
    """A value that answers, with what its clause says about it."""

    value: Value
    events: frozenset[str]
    people: frozenset[str]
    days: tuple[Day, ...]
    """When it happened: the date of its sentence that stands nearest; none on which somebody wrote."""
    published: PartialDate


def differences(
    question: str,
    excerpts: Sequence[Excerpt],
    *,
    origins: Sequence[int],
    people: Collection[str] = (),
    cases: Cases | None = None,
) -> Difference | None:
    """What the excerpts disagree about, or `None`. `origins[i]` is the origin of excerpt i; `people` whom it is asked about.

    An excerpt takes part with the values that answer the question, and agrees with another where any of them do.
    """
    asking = _asking(question, frozenset(people), cases or load_cases())
    if asking is None or len(set(origins)) < 2:
        return None
    stated = [asking.stated(excerpt) for excerpt in excerpts]
    apart: dict[int, Value] = {}
    for a, b in combinations(range(len(excerpts)), 2):
        if origins[a] != origins[b] and (pair := asking.conflict(stated[a], stated[b])):
            apart.setdefault(a, pair[0])
            apart.setdefault(b, pair[1])
    if not apart:
        return None
    sides: list[Value] = []
    found = []
    for number in sorted(apart, key=lambda number: excerpts[number].document.published, reverse=True):
        value, start = apart[number], excerpts[number].start
        side = next((i for i, other in enumerate(sides) if other.meets(value)), len(sides))
        sides += [value] if side == len(sides) else []
        found.append(Differing(number, start + value.start, start + value.end, side))
    return Difference(asking.kind, tuple(found))


def _asking(question: str, people: frozenset[str], cases: Cases) -> "_Asking | None":
    """What the question asks for, or `None` where it does not say enough to compare answers."""
    kind = wanted_value(question)
    named = events(question) - {"wrote"}
    thing = wanted_thing(question) if kind is ValueKind.NUMBER else ""
    if not named and (kind is ValueKind.PLACE or thing == "person"):
        named = frozenset({"held"})
    if kind is None or not (named or thing) or (kind is ValueKind.DURATION and not people):
        return None
    days = tuple(value.content for value in values(question) if isinstance(value.content, Day))
    return _Asking(kind, named, thing, days, people, cases)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A question, and what of an excerpt answers it."""

    kind: ValueKind
    events: frozenset[str]
    thing: str
    days: tuple[Day, ...]
    people: frozenset[str]
    cases: Cases

    def stated(self, excerpt: Excerpt) -> list[_Stated]:
        """The values of an excerpt that answer the question."""
        found = values(excerpt.quote)
        if self.kind is not ValueKind.PLACE and all(value.kind is not self.kind for value in found):
            return []
        around = _Around(excerpt, self.cases)
        if self.kind is ValueKind.PLACE:
            found = sorted([*found, *around.places()], key=lambda value: value.start)
        parts = clauses(excerpt.quote, whole=[(value.start, value.end) for value in found])
        answers = []
        for value in found:
            part = next(part for part in parts if part.start <= value.start < part.end)
            if self._answers(value, excerpt.quote, part):
                people, days = around.people(value, part, parts), _days(value, found, parts, part.sentence)
                stated = _Stated(value, part.events, people, days, excerpt.document.published)
                if self._is_about(stated):
                    answers.append(stated)
        return answers

    def _answers(self, value: Value, quote: str, part: Clause) -> bool:
        if value.kind is not self.kind or (self.events and not self.events & part.events):
            return False
        if not part.holds(quote, value.start):
            return False
        if self.kind is ValueKind.DATE:
            return nearest_event(quote, part, value.start, value.end) != "wrote"
        return self.kind is not ValueKind.NUMBER or _counts(self.thing, value.thing)

    def _is_about(self, stated: _Stated) -> bool:
        """Whether it is about the people and the time that the question names."""
        if self.people and not self.people & stated.people:
            return False
        timeless = self.kind is ValueKind.DATE or not self.days or not stated.days
        return timeless or _same_time(self.days, stated.days)

    def conflict(self, a: Sequence[_Stated], b: Sequence[_Stated]) -> tuple[Value, Value] | None:
        """A value of each excerpt that cannot both be true; `None` where some agree or nothing is comparable."""
        pairs = [(one, other) for one in a for other in b if self._comparable(one, other)]
        if not pairs or any(one.value.meets(other.value) for one, other in pairs):
            return None
        one, other = pairs[0]
        return one.value, other.value

    def _comparable(self, a: _Stated, b: _Stated) -> bool:
        shared = a.events & b.events & (self.events or a.events)
        if not shared or (a.events ^ b.events) & (_STAGES - self.events):
            return False
        by_people = self.people or self.kind is not ValueKind.NUMBER
        if by_people and a.people and b.people and not a.people & b.people:
            return False
        match self.kind:
            case ValueKind.NUMBER:
                return _counts(a.value.thing, b.value.thing) and self._same_event(a, b, shared)
            case ValueKind.DATE:
                return _same_occasion(a.value.content, b.value.content)
            case ValueKind.PLACE:
                return self._same_event(a, b, shared)
            case ValueKind.CHARGE:
                same_stage = ("sentenced" in a.events) == ("sentenced" in b.events)
                return same_stage and _both_known(a.value.content, b.value.content)
            case ValueKind.DURATION:
                return not (a.days and b.days) or _same_time(a.days, b.days)

    def _same_event(self, a: _Stated, b: _Stated, shared: frozenset[str]) -> bool:
        if a.days and b.days and not _same_time(a.days, b.days):
            return False
        if "held" in shared:
            return _near(a, b, _SAME_STATE_DAYS)
        dated = bool(a.days and b.days)
        return dated or self.kind is not ValueKind.NUMBER or bool(self.people) or _near(a, b, _SAME_NEWS_DAYS)


class _Around:
    """Whom and which places an excerpt names, and whom the text before it."""

    def __init__(self, excerpt: Excerpt, cases: Cases) -> None:
        document = excerpt.document
        before = document.text[max(0, excerpt.start - _BEFORE_CHARS) : excerpt.start]
        context = f"{document.title}\n\n{before}"
        self._quote = excerpt.quote
        self._cases = cases
        self._mentions = [
            Mention(mention.start - len(context), mention.end - len(context), mention.cases)
            for mention in cases.mentions(context + excerpt.quote)
        ]
        self._people = [
            (mention.start, people)
            for mention in self._mentions
            if (people := {case for case in mention.cases if cases[case].type is CaseType.PERSON})
        ]

    def places(self) -> list[Value]:
        """The places that the excerpt itself names."""
        return places((mention for mention in self._mentions if mention.start >= 0), self._cases)

    def people(self, value: Value, part: Clause, parts: Sequence[Clause]) -> frozenset[str]:
        """Whom a value is about: whom its clause names before it or, without a pronoun, after it; else the sentence.

        "Arrested in May, X was tried" is about X; "A court gave him ten years, as it did X" is not.
        """
        sentence = [other for other in parts if other.sentence == part.sentence]
        pronoun = _PRONOUN.search(self._quote, part.start, value.start)
        groups = [
            self._between(part.start, value.start),
            [] if pronoun else self._between(value.start, part.end),
            self._between(sentence[0].start, part.start)[-1:],
            [] if pronoun else self._between(part.end, sentence[-1].end)[:1],
            [people for start, people in self._people if start < sentence[0].start][-1:],
        ]
        return frozenset(case for people in next(filter(None, groups), []) for case in people)

    def _between(self, start: int, end: int) -> list[set[str]]:
        return [people for place, people in self._people if start <= place < end]


def _counts(asked: str, thing: str) -> bool:
    """Whether a number of `thing` tells how many `asked` there are; an unsaid thing is persons."""
    return (asked or "person") == (thing or "person")


def _days(value: Value, found: Sequence[Value], parts: Sequence[Clause], sentence: int) -> tuple[Day, ...]:
    """The date nearest to a value in its sentence, in no clause that only says who wrote; empty for a date."""
    spans = [
        (part.start, part.end) for part in parts if part.sentence == sentence and part.events != {"wrote"}
    ]
    near = [
        (max(other.start - value.end, value.start - other.end), other.content)
        for other in found
        if isinstance(other.content, Day) and any(start <= other.start < end for start, end in spans)
    ]
    return tuple(day for _, day in sorted(near, key=lambda pair: pair[0])[:1])


def _same_time(a: Sequence[Day], b: Sequence[Day]) -> bool:
    return any(one.meets(other) for one in a for other in b)


def _same_occasion(a: object, b: object) -> bool:
    """Whether two dates are near enough to be meant for one event."""
    if not isinstance(a, Day) or not isinstance(b, Day) or a.year is None or b.year is None:
        return True
    return abs(a.year - b.year) <= _OTHER_EVENT_YEARS


def _both_known(a: object, b: object) -> bool:
    """Whether both charges are of our table; a bare article number that is not may be any of them."""
    unknown = [name.startswith(UNLISTED) for names in (a, b) if isinstance(names, Names) for name in names]
    return all(unknown) or not any(unknown)


def _near(a: _Stated, b: _Stated, days: int) -> bool:
    """Whether two documents were published within so many days; an unknown date is near nothing."""
    dates = [stated.published for stated in (a, b)]
    if any(published.year is None for published in dates):
        return False
    first, second = (date(d.year or 1, d.month or 7, d.day or 15) for d in dates)
    return abs((first - second).days) <= days
