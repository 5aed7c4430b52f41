"""Names and words that the documents use: learnt when a version is built, so that a question can be told apart from them.

A person whom no document names is recognised by being absent here; see `index/names.py`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from corpus.cases import Cases
from corpus.document import Document
from corpus.fold import Token, is_cyrillic, tokens
from corpus.naming import starts_sentence

ENOUGH_WORDS = 200
"""Distinct words in a script, and at least a sixth of all, from which on a word that no document says is strange."""
_UNHEARD = re.compile("dz|h")
_ENDING = re.compile("(?<=...)(?:aha|amv|avi|ami|ai|ei|am|em|im|ih|ae|[aeiv])$")


@dataclass(frozen=True, eq=False)
class Learnt:
    """What the documents say, as skeletons."""

    names: dict[tuple[str, str], int] = field(repr=False)
    """Two capitalised words that stand together -> how often they do."""
    words: dict[str, int] = field(repr=False)
    """Every word of the documents -> how many documents use it."""
    in_cyrillic: dict[str, int] = field(default_factory=dict, repr=False)
    """Every word that occurs in Cyrillic letters -> in how many documents it does."""
    cases: dict[str, int] = field(default_factory=dict)
    """Case id -> how many documents name it."""

    @property
    def cyrillic(self) -> int:
        """How many of the words occur in Cyrillic letters."""
        return len(self.in_cyrillic)

    def covers(self, word: str) -> bool:
        """Whether the documents say enough in the script of a word for its absence to mean something."""
        said = self.cyrillic if is_cyrillic(word) else len(self.words) - self.cyrillic
        return said >= max(ENOUGH_WORDS, len(self.words) // 6)

    def knows_word(self, skeleton: str) -> bool:
        """Whether the documents use this word in some case form."""
        return not self._stems.isdisjoint(stems(skeleton))

    def knows_similar_word(self, skeleton: str) -> bool:
        """The same, or one letter away from a word of six letters or more."""
        if self.knows_word(skeleton):
            return True
        if len(skeleton) < 6:
            return False
        near = process.extractOne(skeleton, self._long_words, scorer=OSA.distance, score_cutoff=1)
        return near is not None

    def knows_sounds(self, parts: Sequence[str]) -> bool:
        """Whether words of the documents sound as these do, the last one nearly: a foreign name is spelt by ear."""
        *first, last = map(_heard, parts)
        near = process.extractOne(last, self._sounds, scorer=OSA.distance, score_cutoff=len(last) // 4)
        return near is not None and self._sounds.issuperset(first)

    def knows_name(self, parts: Sequence[str]) -> bool:
        """Whether two of these neighbouring words stand together in a name of the documents, in some case form."""
        return any(self._pairs_with(one, other) for one, other in pairwise(parts))

    def to_bytes(self) -> bytes:
        """JSON, UTF-8, sorted: the same documents give the same bytes."""
        fields = {
            "names": sorted([*name, count] for name, count in self.names.items()),
            "words": self.words,
            "cyrillic": self.in_cyrillic,
            "cases": self.cases,
        }
        return json.dumps(fields, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, raw: bytes | memoryview) -> "Learnt":
        """What `to_bytes` wrote."""
        fields = json.loads(bytes(raw))
        names = {(one, other): count for one, other, count in fields["names"]}
        return cls(names, fields["words"], fields["cyrillic"], fields["cases"])

    def _pairs_with(self, one: str, other: str) -> bool:
        for stem in stems(one):
            beside = self._beside.get(stem)
            if beside and (not beside.isdisjoint(stems(other)) or _any_near(other, beside)):
                return True
        return False

    @cached_property
    def _beside(self) -> dict[str, set[str]]:
        """Stem of a word of a name -> stems of the words next to it in that name, either side."""
        beside: dict[str, set[str]] = {}
        for one, other in self.names:
            for left in stems(one):
                beside.setdefault(left, set()).update(stems(other))
            for right in stems(other):
                beside.setdefault(right, set()).update(stems(one))
        return beside

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(stem for word in self.words for stem in stems(word))

    @cached_property
    def _sounds(self) -> frozenset[str]:
        return frozenset(_heard(word) for word in self.words if len(word) >= 3)

    @cached_property
    def _long_words(self) -> list[str]:
        return [word for word in self.words if len(word) >= 5]


def learn(
    documents: Iterable[Document],
    cases: Cases,
    *,
    earlier: Learnt | None = None,
    forgotten: Iterable[Document] = (),
) -> Learnt:
    """The names, words and cases of the documents, titles included.

    With `earlier`, made with the same cases: what it holds, without the `forgotten` documents, and with these.
    """
    before = earlier or Learnt({}, {})
    counts: list[Counter[Any]] = [
        Counter(part) for part in (before.names, before.words, before.in_cyrillic, before.cases)
    ]
    for document in documents:
        for count, found in zip(counts, _said(document, cases), strict=True):
            count.update(found)
    for document in forgotten:
        for count, found in zip(counts, _said(document, cases), strict=True):
            count.subtract(found)
    return Learnt(*({key: number for key, number in count.items() if number} for count in counts))


def _said(document: Document, cases: Cases) -> tuple[list[tuple[str, str]], set[str], set[str], set[str]]:
    """What one document says: neighbours in names, each as often as it occurs; words, those in Cyrillic; cases."""
    text = f"{document.title}\n\n{document.text}"
    found = tokens(text)
    return (
        [(one.skeleton, other.skeleton) for run in capital_runs(text, found) for one, other in pairwise(run)],
        {token.skeleton for token in found},
        {token.skeleton for token in found if is_cyrillic(token.word)},
        {case for mention in cases.mentions(text) for case in mention.cases if len(mention.cases) == 1},
    )


def capital_runs(text: str, found: Sequence[Token]) -> Iterator[list[Token]]:
    """Capitalised words that stand together, in order; a sentence's first word belongs to a run like any other."""
    run: list[Token] = []
    for token in found:
        joined = bool(run) and text[run[-1].end : token.start] in {" ", "-", ". ", "\u00a0"}
        initial = bool(run) and len(run[-1].word) == 1
        if run and not (joined and token.capital and (initial or not starts_sentence(text, token.start))):
            yield run
            run = []
        if token.capital:
            run.append(token)
    if run:
        yield run


def stems(skeleton: str) -> tuple[str, ...]:
    """The word and the word without a case ending: two forms of one word share one of these."""
    stripped = _ENDING.sub("", skeleton)
    return (skeleton,) if stripped == skeleton else (skeleton, stripped)


def _heard(skeleton: str) -> str:
    """The stem without what English spelling hides: Джон and John, Смит and Smith, Джаред and Jared are then alike."""
    return _UNHEARD.sub("", _ENDING.sub("", skeleton)).replace("e", "a")


def _any_near(skeleton: str, others: set[str]) -> bool:
    if len(skeleton) < 5:
        return False
    return (
        process.extractOne(skeleton, others, scorer=OSA.distance, score_cutoff=1 + (len(skeleton) >= 9))
        is not None
    )
