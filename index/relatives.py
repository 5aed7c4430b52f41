"""A question about somebody's relative: who that is where the sources say so, else the word that a quote must say.

"When was Losik's wife arrested?" is no question about Losik, nor about everybody's wife.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.cases import load_cases
from corpus.fold import Token, tokens
from index.kin import APART, Kin, kin_of
from index.people import Named, named_in_passage
from index.search import Prepared

_HOLDS = {
    Kin.FATHER: {Kin.FATHER, Kin.PARENTS},
    Kin.MOTHER: {Kin.MOTHER, Kin.PARENTS},
    Kin.PARENTS: {Kin.PARENTS, Kin.FATHER, Kin.MOTHER},
    Kin.CHILDREN: {Kin.CHILDREN, Kin.SON, Kin.DAUGHTER},
    Kin.FAMILY: set(Kin),
}
"""What a quote may say instead."""
_CONVERSE = {Kin.SPOUSE: Kin.SPOUSE}
"""The husband of a wife; of other relatives, what the other one is takes a gender."""
_APPOSED = re.compile(r"\s*[,(—–-]?\s*(?:(?:is|was|это|гэта)\s+)?(?:the\s+|a\s+)?")
_OWN = frozenset({"his", "her", "its", "их", "его", "её", "ее", "яго", "яе", "іх", "jaho", "jaje"})


@dataclass(frozen=True, slots=True)
class About:
    """Whom an answer must be about."""

    people: tuple[str, ...]
    kin: tuple[Kin, ...] = ()
    """What every quote must name as well, because nobody says who that relative is."""

    def is_told_by(self, quote: str) -> bool:
        """Whether a quote names each of these relatives."""
        if not self.kin:
            return True
        said = {kin for token in tokens(quote) if (kin := kin_of(token))}
        return all(not said.isdisjoint(_HOLDS.get(kin, {kin})) for kin in self.kin)


def about(person: str, kin: tuple[Kin, ...], prepared: Prepared) -> About:
    """The relatives themselves, where the sources of this version name them as such; else the person, and the word."""
    known = _relatives(person, kin[0], prepared) if len(kin) == 1 else ()
    return About(known) if known else About((person,), kin)


def _relatives(person: str, kin: Kin, prepared: Prepared) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for number in prepared.mentions.passages_naming(person).tolist():
        passage = prepared.passage(number)
        found.update(
            (relative, None)
            for owner, said, relative in _relations(passage.text, named_in_passage(passage))
            if owner == person and said is kin
        )
    return tuple(case for case in found if not load_cases()[case].protected)


def _relations(text: str, named: Sequence[Named]) -> Iterator[tuple[str, Kin, str]]:
    """(whose, what, who) as a text says it; `named` are the people in it, in order."""
    read = tokens(text)
    for at, token in enumerate(read):
        kin = kin_of(token)
        if kin is None:
            continue
        before = [one for one in named if one.start >= 0 and one.end <= token.start]
        after = [one for one in named if one.start >= token.end]
        for owner, relative in _joined(text, token, read[at - 1] if at else None, before, after):
            if owner != relative:
                yield owner, kin, relative
                if kin in _CONVERSE:
                    yield relative, _CONVERSE[kin], owner


def _joined(
    text: str, token: Token, previous: Token | None, before: Sequence[Named], after: Sequence[Named]
) -> Iterator[tuple[str, str]]:
    """(whose, who) for one word that names a relative."""
    own = previous is not None and previous.word.casefold() in _OWN
    if not after or not _near(text, token.end, after[0].start):
        return
    if own:  # his wife Daria
        owner = _only_one(text, token.start, before)
        if owner and text[token.end : after[0].start].strip(" ,") == "":
            yield owner, after[0].case
        return
    possessive = before and text[before[-1].end : token.start] in {"'s ", "’s "}
    if possessive:  # Losik's wife, Daria
        yield before[-1].case, after[0].case
    elif len(after) > 1 and text[after[0].end : after[1].start] in {" ", ", "}:  # жена Лосика Дарья
        yield after[0].case, after[1].case
    elif before and _APPOSED.fullmatch(
        text, before[-1].end, token.start
    ):  # Daria, the wife of the blogger Ihar Losik
        yield after[0].case, before[-1].case


def _only_one(text: str, place: int, before: Sequence[Named]) -> str | None:
    """The one person, officials aside, of whom the sentence speaks up to `place`, or where it names nobody, the text."""
    cases = load_cases()
    begins = max(text.rfind(sign, 0, place) for sign in ".!?\n")
    people = [one for one in before if not cases[one.case].official]
    spoken = {one.case for one in people if one.start > begins} or {one.case for one in people}
    return spoken.pop() if len(spoken) == 1 else None


def _near(text: str, start: int, end: int) -> bool:
    """Whether only a few words of the same sentence stand between two places."""
    between = text[start:end]
    return len(between.split()) <= APART + 1 and not any(sign in between for sign in ".!?;\n")
