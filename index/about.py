"""Whom a sentence is about: named in it is not enough. "His wife was arrested" is no news of the husband.

In doubt a sentence is about nobody: a line less on a card is better than one on the wrong person's card.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpus.cases import Cases, CaseType
from corpus.naming import Mention
from index.clauses import events
from index.cues import RELATIVE

_PRONOUN = re.compile(
    r"\b(?:he|him|she|her|они|он|она|его|её|ее|ему|ей|ён|яна|яго|яе|яму|ёй|він|вона|його|її)\b", re.IGNORECASE
)
_BESIDE = (
    r"(?:lawyer|attorney|colleague|friend|cellmate|supporter|spokes\w+|адвокат\w*|коллег\w+|друг(?:а|у|ом|ья|зей)?|сторонни\w+"
    r"|адвакат\w*|калег\w+|сябр\w+|прыхільні\w+)"
)
_SOMEBODY = rf"(?:{RELATIVE.pattern}|\b{_BESIDE}\b)"
_OF = re.compile(rf"{_SOMEBODY}\s+(?:of\s+)?(?:[\w’'-]+\s+){{0,2}}$", re.IGNORECASE)
_ITS = re.compile(rf"['’]s?\s+(?:[\w’'-]+\s+){{0,2}}?{_SOMEBODY}", re.IGNORECASE)
_POSSESSIVE = re.compile(r"\b(?:his|her|their|его|её|ее|их|яго|яе|іх)\s+$", re.IGNORECASE)
_SPEECH = (
    r"(?:said|says?|told|tells|asked|wrote|writes|reported|announced|recalled|added|thanked|сказа\w+|сообщ\w+|рассказ\w+|заяви\w+"
    r"|напис\w+|говор\w+|пиш\w+|отмети\w+|паведам\w+|расказ\w+|заяві\w+|напіс\w+|піш\w+|кажа|казал\w+)"
)
_SPEAKS = re.compile(rf"[\s,]*(?:[\w’'-]+\s+){{0,2}}?{_SPEECH}\b", re.IGNORECASE)
_SPOKEN = re.compile(
    rf"(?:{_SPEECH}|according to|по словам|по данным|паводле(?: слоў)?|са слоў|со слов)(?:\s+[\w’'-]+){{0,5}}\s+$",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"(?:\s+[\w’'.-]+){0,5}\s*(?:\([^)]*\)\s*)?(?:[,;]|\b(?:and|or|и|или|і|ды|або)\b|as well as|а также|а таксама)[\s,]*"
    r"(?:(?:and|or|и|или|і|ды|або|а|as well as|а также|а таксама)\s+)?(?:[\w’'.,-]+\s+){0,5}",
    re.IGNORECASE,
)
"""Between two people of whom the same is said."""
_SUBORDINATE = re.compile(
    r"\b(?:that|which|who|whom|whose|because|while|when|что|котор\w+|когда|пока|што|які|якая|якія|якога|якую|калі|пакуль|що)\b",
    re.IGNORECASE,
)
_WITH_RELATIVE = re.compile(
    r"\b(?:and|и|і|ды)\s+(?:his|her|его|её|ее|яго|яе)\s+[\w’'-]+[,\s]*$", re.IGNORECASE
)
_OWN_RELATIVE = re.compile(rf"['’]s?\s+{RELATIVE.pattern}[,\s]*", re.IGNORECASE)


def people(mentions: Sequence[Mention], cases: Cases, start: int, end: int) -> list[Mention]:
    """The mentions of people from `start` to `end`."""
    return [
        mention
        for mention in mentions
        if start <= mention.start < end and any(cases[case].type is CaseType.PERSON for case in mention.cases)
    ]


def subjects(text: str, named: Sequence[Mention], case: str, start: int) -> tuple[Mention, ...]:
    """Those of whom the sentence from `start` speaks, if `case` is one of them; `named` are the people it names.

    That is the one named first, and whoever is joined to them by an "and". Not somebody by whose name another person
    is told (wife of …), nor who only says something, nor who comes after a "him" that means somebody else.
    """
    own = next((mention for mention in named if mention.cases == (case,)), None)
    if own is None or _PRONOUN.search(text, start, own.start):
        return ()
    if _is_only_beside(text, own, start) or _says_something(text, own, start):
        return ()
    together = [named[0]]
    for left, right in pairwise(named):
        if not _joined(text[left.end : right.start]):
            break
        together.append(right)
    return tuple(together) if own in together else ()


def _is_only_beside(text: str, own: Mention, start: int) -> bool:
    before = _OF.search(text[start : own.start])
    if before and not _POSSESSIVE.search(text[start : start + before.start()]):
        return True
    return _ITS.match(text, own.end) is not None


def _says_something(text: str, own: Mention, start: int) -> bool:
    return _SPEAKS.match(text, own.end) is not None or _SPOKEN.search(text[start : own.start]) is not None


def _joined(between: str) -> bool:
    if _OWN_RELATIVE.fullmatch(between):
        return True
    if RELATIVE.search(between) and not _WITH_RELATIVE.search(between):
        return False
    if _SUBORDINATE.search(between) or events(between):
        return False
    return _JOIN.fullmatch(between) is not None
