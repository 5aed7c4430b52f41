"""Misspelt names of a question put right: only to a form that the cases know, and only where nobody else is meant.

A near namesake is another person: two letters may differ only in a long name, a consonant only beside the right given
name, and frequent surnames of other people are never corrected.
"""

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from corpus.cases import Cases
from corpus.fold import Token
from index.learnt import Learnt
from index.ordinary import ORDINARY

ALONE, BESIDE_GIVEN_NAME = {1: 6, 2: 9}, {1: 5, 2: 7}
"""Letters that a surname needs so that one, or two, of them may be wrong."""
_VOWELS = frozenset("aeiv")


def correct(
    found: list[Token], cases: Cases, learnt: Learnt | None
) -> tuple[list[Token], dict[int, tuple[str, ...]]]:
    """The tokens with misspelt names put right; and, by token, whom a doubtful correction might mean."""
    read, doubtful = list(found), dict[int, tuple[str, ...]]()
    for at, token in enumerate(found):
        if _is_known(token, cases):
            continue
        if token.word[-1] in "sS" and token.skeleton[:-1] in cases.surnames:  # whose: losiks wife
            read[at] = token._replace(skeleton=token.skeleton[:-1])
            continue
        if not (token.capital or len(token.skeleton) >= 8):
            continue
        if learnt is not None and learnt.knows_word(token.skeleton):
            continue
        given = {
            person
            for one in found[max(0, at - 2) : at + 2]
            for person in cases.given_of.get(one.skeleton, ())
        }
        reach = _nearest_surnames(token.skeleton, cases)
        fitting = [(form, off) for form, off in reach if not given.isdisjoint(cases.surnames[form])]
        near = fitting or [(form, off) for form, off in reach if len(form) >= ALONE[off]]
        if not near or not _may_stand_for(token, *near[0], beside_given_name=bool(fitting)):
            continue
        read[at] = token._replace(skeleton=near[0][0])
        rivals = [form for form, off in reach if off <= near[0][1] + 1]
        bearers = dict.fromkeys(person for form in rivals for person in cases.bare(form))
        if not token.capital or len(bearers) > 1 or not _is_slip(token.skeleton, near[0][0]):
            doubtful[at] = tuple(bearers)
    for at, token in enumerate(read):
        for beside in (at - 1, at + 1) if token.skeleton in cases.surnames else ():
            if 0 <= beside < len(read) and not _is_known(read[beside], cases):
                given_name = _nearest_given(read[beside].skeleton, cases, cases.surnames[token.skeleton])
                read[beside] = read[beside]._replace(skeleton=given_name or read[beside].skeleton)
    return read, doubtful


def _is_known(token: Token, cases: Cases) -> bool:
    form = token.skeleton
    return form in cases.surnames or form in cases.given or form in ORDINARY or form in cases.common_surnames


@lru_cache(maxsize=1 << 12)
def _nearest_surnames(written: str, cases: Cases) -> tuple[tuple[str, int], ...]:
    """Forms of surnames that a misspelling may stand for, nearest first, with how many letters are wrong."""
    found = process.extract(written, cases.surnames.keys(), scorer=OSA.distance, score_cutoff=2, limit=None)
    return tuple((form, off) for form, off, _ in found if off and len(form) >= BESIDE_GIVEN_NAME[off])


def _may_stand_for(token: Token, form: str, off: int, *, beside_given_name: bool) -> bool:
    """Whether a misspelling is worth considering: people get the first letter right, above all in a short name."""
    if form[0] != token.skeleton[0]:
        return beside_given_name and off == 1 and len(form) >= 7
    return beside_given_name or token.capital or off == 1


def _nearest_given(written: str, cases: Cases, bearers: Sequence[str]) -> str | None:
    if len(written) < 5:
        return None
    forms = [form for form, people in cases.given_of.items() if not people.isdisjoint(bearers)]
    near = process.extractOne(written, forms, scorer=OSA.distance, score_cutoff=1)
    return near[0] if near else None


def _is_slip(written: str, right: str) -> bool:
    """Whether only one letter is wrong, and not one consonant for another: Stankevich is not Statkevich."""
    if OSA.distance(written, right) > 1:
        return False
    if len(written) != len(right):
        return True
    pairs = [(a, b) for a, b in zip(written, right, strict=True) if a != b]
    return len(pairs) == 2 or all(a in _VOWELS and b in _VOWELS for a, b in pairs)
