"""Words for relatives, and whose relative a question asks about: Losik's wife, жонку Лосіка, у Лосика есть дети."""

from collections.abc import Mapping, Sequence
from enum import Enum

from corpus.declension import place_forms
from corpus.fold import Token, skeleton

APART = 3
"""Words between a relative and whose relative that is, at most: wife of the blogger Ihar Losik."""


class Kin(Enum):
    """Kinds of relatives, with their words in English, Russian, Belarusian, Ukrainian and Polish."""

    SPOUSE = "wife husband spouse жена супруга муж мужа мужу мужем мужам супруг жонка мужык żona mąż дружина чоловік"
    FATHER = "father dad отец папа бацька тата ojciec батько"
    MOTHER = "mother mom mum мать матерью мама маці матка матуля matka мати матери матері"
    PARENTS = "parents родители родителей бацькі rodzice батьки"
    SON = "son сын сына сыну сыном сынам сыне syn syna син сина"
    DAUGHTER = "daughter дочь дочка дочери дачка córka донька"
    CHILDREN = "child children kid kids ребёнок дети детей дзіця дзеці дзяцей dziecko dzieci дитина діти"
    BROTHER = "brother брат brat"
    SISTER = "sister сестра сястра siostra"
    FAMILY = "family relatives семья родные родственник сям'я сваяк родзічы rodzina родина"


def _forms(word: str) -> frozenset[str]:
    """The case forms of a word; a short one has none here, since дочь would be declined into даты."""
    base = skeleton(word)
    return place_forms(base) if len(base) > 3 else frozenset({base})


_FORMS: Mapping[str, Kin] = {form: kin for kin in Kin for word in kin.value.split() for form in _forms(word)}
_OF = frozenset({"of", "the", "for", "a"})
_HAS = frozenset(
    {"have", "has", "had", "есть", "ёсць", "ли", "ці", "быў", "была", "были", "былі", "any", "a"}
)
_AT = frozenset({"у", "ў", "u"})


def kin_of(token: Token) -> Kin | None:
    """Which relative a word names, in any script and case form."""
    return _FORMS.get(token.skeleton)


def kin_asked(question: str, read: Sequence[Token], first: int, last: int) -> tuple[Kin, ...]:
    """Whose of the person named by tokens `first` to `last` is asked about: (SPOUSE, SISTER) of "Losik's wife's sister".

    Nothing where a relative only takes part: "What did Losik tell his wife?"
    """
    after = [kin for at in range(last + 1, len(read)) if (kin := _owned(question, read, last, at))]
    if after:
        return tuple(after)
    before: list[Kin] = []
    for at in range(first - 1, max(-1, first - 2 - APART), -1):
        kin = kin_of(read[at])
        if kin is not None:
            before.append(kin)
        elif before or (len(read[at].word) <= 3 and read[at].word.casefold() not in _OF):
            break
        if not question[read[at].end : read[at + 1].start].isspace():
            return ()
    if before:
        return tuple(before)
    return _had(read, first, last)


def _owned(question: str, read: Sequence[Token], last: int, at: int) -> Kin | None:
    """The relative that token `at` names, if only possessives stand between it and the name: Losik's wife's sister."""
    owners = read[last:at]
    if not all(
        _is_possessive(question, one, read[i + 1]) for i, one in zip(range(last, at), owners, strict=True)
    ):
        return None
    if any(kin_of(one) is None for one in owners[1:]):
        return None
    return kin_of(read[at])


def _is_possessive(question: str, token: Token, following: Token) -> bool:
    between = question[token.end : following.start]
    return between[1:2] in {"s", "S"} or between[:1] in {"'", "’"} or token.word[-1:] in {"s", "S"}


def _had(read: Sequence[Token], first: int, last: int) -> tuple[Kin, ...]:
    """Есть ли у Лосика дети? Does Losik have children?"""
    at = first > 0 and read[first - 1].word.casefold() in _AT
    for token in read[last + 1 : last + 4]:
        if kin := kin_of(token):
            return (kin,)
        if not at and token.word.casefold() not in _HAS:
            return ()
        at = at or token.word.casefold() in {"have", "has", "had"}
    return ()
