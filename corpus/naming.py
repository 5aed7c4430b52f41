"""How names stand in a text: the spans that they take, and what the letters and marks of a word tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from corpus.fold import Token, is_cyrillic

_QUOTES = "«„“”\"'‘’‚‹"


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of a text that names a case; several cases where a surname fits several and the text does not tell."""

    start: int
    end: int
    cases: tuple[str, ...]


class Fit(StrEnum):
    """How much of a person's name a span holds."""

    FULL = "full"
    SURNAME = "surname"
    OTHER = "other"
    """A surname we know beside a given name that none of its bearers has: somebody else."""


class PersonSpan(NamedTuple):
    """Tokens `first` to `last` (included) that name a person, and the cases that fit."""

    first: int
    last: int
    fit: Fit
    cases: tuple[str, ...]


class Phrase(NamedTuple):
    """A name of several words at most, of whatever is no person."""

    case: str
    forms: tuple[frozenset[str], ...]
    letters: int
    """Of an acronym, else 0: BBB and B have one skeleton."""
    common: bool
    term: bool


def starts_sentence(text: str, start: int) -> bool:
    """Whether a word begins a sentence or a line; a word in quotation marks does not."""
    before = text[max(0, start - 8) : start].rstrip(" ")
    return not before or before[-1] in ".!?…\n:—–-*#•"


def adjoin(text: str, found: Sequence[Token], left: int, right: int) -> bool:
    """Whether only spaces, an initial's full stop or a hyphen stand between two tokens."""
    between = text[found[left].end : found[right].start]
    return between.isspace() or between == "-" or (len(found[left].word) == 1 and between.strip() == ".")


def is_written_as_name(text: str, token: Token, phrase: Phrase) -> bool:
    """Whether one word is written as the name that it may be, not as an ordinary word."""
    quoted = token.start > 0 and text[token.start - 1] in _QUOTES
    if phrase.term:
        return quoted or token.word.isupper() or not phrase.common
    if phrase.letters:
        return token.word.isupper() and len(token.word) == phrase.letters
    common = phrase.common and is_cyrillic(token.word)  # written in Latin letters, Viasna is no season
    return token.capital and (quoted or not (common and starts_sentence(text, token.start)))
