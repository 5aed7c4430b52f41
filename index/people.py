"""Whether a span speaks of the people whom a question names: a near namesake or a relative never answers for them."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from corpus.cases import CaseType, load_cases
from corpus.document import Passage
from corpus.fold import tokens

_SENTENCE_ENDS = re.compile(r"[.!?…][»”\"')]*\s|\n")


def speaks_of(people: tuple[str, ...], passage: Passage, start: int, end: int) -> bool:
    """Whether the span names one of these people or, naming nobody, goes on about one of them."""
    named = _named(passage.document.title, passage.text)
    spoken = named_in(passage, start, end) or _spoken_of(named, passage.text, start - passage.start)
    return not (spoken or {one.case for one in named}).isdisjoint(people)


def named_in(passage: Passage, start: int, end: int) -> frozenset[str]:
    """The people whom a span of a passage names."""
    first, last = start - passage.start, end - passage.start
    named = _named(passage.document.title, passage.text)
    return frozenset(one.case for one in named if one.start < last and first < one.end)


def named_in_passage(passage: Passage) -> tuple["Named", ...]:
    """Each time that a passage or its title names a person, in order."""
    return _named(passage.document.title, passage.text)


class Named(NamedTuple):
    """A place where a person is named."""

    start: int
    """In the text of the passage; below 0 in the title."""
    end: int
    case: str


def _spoken_of(named: Sequence[Named], text: str, place: int) -> set[str]:
    """Whom a text speaks of at `place`: those whom the last sentence before it names that names anybody.

    Officials aside: "Lukashenka pardoned him" is followed by more about him.
    """
    cases = load_cases()
    before = [one for one in named if one.end <= place and not cases[one.case].official]
    spoken: set[str] = set()
    after = place
    for one in reversed(before):
        if spoken and (one.start < 0 <= after or _SENTENCE_ENDS.search(text, max(0, one.end), max(0, after))):
            break
        spoken.add(one.case)
        after = one.start
    return spoken


@lru_cache(maxsize=8192)
def _named(title: str, text: str) -> tuple[Named, ...]:
    """Each time that a person is named, in order.

    Title and text are read together: a bare surname in the text means whoever the title names in full.
    """
    whole = f"{title}.\n{text}"
    shift = len(title) + 2
    return tuple(sorted(Named(start - shift, end - shift, case) for start, end, case in _people(whole)))


def _people(text: str) -> Iterator[tuple[int, int, str]]:
    """By name or surname, and by a given name alone where the same text has the surname."""
    cases = load_cases()
    mentions = cases.mentions(text)
    for mention in mentions:
        yield from (
            (mention.start, mention.end, case)
            for case in mention.cases
            if cases[case].type is CaseType.PERSON
        )
    found = tokens(text)
    families = {case for token in found if token.capital for case in cases.surnames.get(token.skeleton, ())}
    for token in found:
        if token.capital and not any(m.start < token.end and token.start < m.end for m in mentions):
            for case in cases.given_of.get(token.skeleton, frozenset()) & families:
                yield token.start, token.end, case
