"""Which things of these cases a text speaks of (a judge, a fine, letters, women): en, ru, be. Not whom it is about.

A near-miss names the right person and leaves out the thing asked for. Paraphrases of one thing stand together in
`concepts.json`, so that "taken away" is an arrest; what the table does not know says nothing either way.
"""

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from corpus.fold import is_cyrillic, skeleton
from index.analyze import words

FILE = Path(__file__).with_name("concepts.json")
RELATIVES = frozenset({"spouse", "child", "parents", "siblings", "family", "cousin", "godparents"})
"""Whom a question is about, or who asks it, rather than what it asks: what says "his wife" is not better for it."""
_SHORTEST = 2
"""Of a word's beginning."""
_SHORTEST_IN_LATIN = 5
"""Of one that is also read in Latin letters, where it may be one letter shorter: skolko is no школа."""
_SOFT = re.compile("ь(?=[бвгджзклмнпрстфхцчшщ])")
"""Classical Belarusian spelling writes it between consonants, the official one does not."""


class Concepts(NamedTuple):
    """The things that a text names as a question does, and all that it speaks of."""

    asked: frozenset[str]
    said: frozenset[str]


_NOTHING = Concepts(frozenset(), frozenset())


class _Table(NamedTuple):
    beginnings: dict[str, Concepts]
    whole: dict[str, Concepts]
    phrases: dict[str, tuple[tuple[tuple[str, ...], Concepts], ...]]
    """By the beginning of their first word."""
    longest: int


@lru_cache(maxsize=1 << 12)
def said_by(source: str) -> frozenset[str]:
    """All that a text of a source speaks of: some are looked at for many questions. A question is never kept so."""
    return concepts(source).said


def share_said(asked: frozenset[str], source: str) -> float:
    """The share of the things asked for that a text of a source speaks of; 0 where nothing is asked for."""
    return len(asked & said_by(source)) / len(asked) if asked else 0.0


def asked_by(question: str, language: str | None) -> frozenset[str]:
    """The things that a question asks for. Words in Latin letters count as in Cyrillic where it is not in English."""
    spelt = concepts(question).asked
    return spelt if language == "en" else spelt.union(*map(_asked_in_latin, words(question)))


@lru_cache(maxsize=1 << 12)
def _asked_in_latin(word: str) -> frozenset[str]:
    """The things that a Belarusian or Russian word in Latin letters names: schapili is схапілі."""
    if is_cyrillic(word):
        return frozenset()
    table, letters = _latin_table(), skeleton(word)
    found = [table.beginnings.get(letters[:n]) for n in range(1, len(letters) + 1)]
    found.append(table.whole.get(letters))
    return frozenset().union(*(meant.asked for meant in found if meant))


def concepts(text: str) -> Concepts:
    """The things that a text speaks of."""
    spoken = _spelt(text)
    found = [_of_word(word) for word in spoken]
    for place, word in enumerate(spoken):
        for rest, concept in _phrases_at(word):
            after = spoken[place + 1 : place + 1 + len(rest)]
            if len(after) == len(rest) and all(map(_begins, after, rest)):
                found.append(concept)
    return _union(found)


@lru_cache(maxsize=1 << 16)
def _of_word(word: str) -> Concepts:
    table = _table()
    lengths = range(_SHORTEST, min(len(word), table.longest) + 1)
    found = [table.beginnings[word[:n]] for n in lengths if word[:n] in table.beginnings]
    return _union([*found, table.whole[word]] if word in table.whole else found)


@lru_cache(maxsize=1 << 16)
def _phrases_at(word: str) -> tuple[tuple[tuple[str, ...], Concepts], ...]:
    """What may follow a word to make a phrase, and what that says."""
    table = _table()
    lengths = range(1, len(word) + 1)
    return tuple(phrase for n in lengths for phrase in table.phrases.get(word[:n], ()))


@cache
def _table() -> _Table:
    stored = json.loads(FILE.read_text(encoding="utf-8"))["concepts"]
    beginnings: dict[str, list[Concepts]] = {}
    whole: dict[str, list[Concepts]] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], Concepts]]] = {}
    for name, ways in stored.items():
        here = frozenset([name])
        by_asking = Concepts(here, frozenset() if ways.get("strict") else here)
        for way, meant in (("asked", by_asking), ("said", Concepts(frozenset(), here))):
            for written in ways.get(way, "").split():
                first, *rest = (
                    "".join(_spelt(part)) + "." * part.endswith(".") for part in written.split("_")
                )
                if rest:
                    phrases.setdefault(first.rstrip("."), []).append((tuple(rest), meant))
                else:
                    known = whole if first.endswith(".") else beginnings
                    known.setdefault(first.rstrip("."), []).append(meant)
    return _Table(
        {beginning: _union(meant) for beginning, meant in beginnings.items()},
        {word: _union(meant) for word, meant in whole.items()},
        {first: tuple(rest) for first, rest in phrases.items()},
        max(map(len, beginnings)),
    )


class _LatinTable(NamedTuple):
    """The Cyrillic words of the table by their skeletons."""

    beginnings: dict[str, Concepts]
    whole: dict[str, Concepts]


@cache
def _latin_table() -> _LatinTable:
    table = _table()
    by_skeleton = _LatinTable({}, {})
    for ours, theirs in ((table.beginnings, by_skeleton.beginnings), (table.whole, by_skeleton.whole)):
        for word, meant in ours.items():
            letters = skeleton(word)
            if is_cyrillic(word) and len(word) >= _SHORTEST_IN_LATIN <= len(letters) + 1:
                theirs[letters] = _union([meant, theirs.get(letters, _NOTHING)])
    return by_skeleton


def _begins(word: str, part: str) -> bool:
    """Whether a word is what part of a phrase says: with a dot the whole of it, else its beginning."""
    return word == part[:-1] if part.endswith(".") else word.startswith(part)


def _spelt(text: str) -> list[str]:
    return words(_SOFT.sub("", text.casefold()))


def _union(found: list[Concepts]) -> Concepts:
    return Concepts(
        frozenset().union(*(concept.asked for concept in found)),
        frozenset().union(*(concept.said for concept in found)),
    )
