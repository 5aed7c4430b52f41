"""Whether a span speaks of the people whom a question names: a near namesake or a relative never answers for them."""

from collections.abc import Iterator
from functools import lru_cache

from corpus.cases import CaseType, load_cases
from corpus.document import Passage
from corpus.fold import tokens


def speaks_of(people: tuple[str, ...], passage: Passage, start: int, end: int) -> bool:
    """Whether the span names one of these people or, naming nobody else, stands where its passage or title does."""
    named = _named(passage.document.title, passage.text)
    inside = {
        case for first, last, case in named if passage.start + first < end and start < passage.start + last
    }
    if inside:
        return bool(inside & set(people))
    return any(case in people for _, _, case in named)


@lru_cache(maxsize=8192)
def _named(title: str, text: str) -> tuple[tuple[int, int, str], ...]:
    """Start and end in the text (below 0 in the title) and case of each time that a person is named.

    Both are read together: a bare surname in the text means whoever the title names in full.
    """
    whole = f"{title}.\n{text}"
    shift = len(title) + 2
    return tuple((start - shift, end - shift, case) for start, end, case in _people(whole))


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
