"""What may be followed as a word: long enough to mean something, and neither a child's name nor a way to private data."""

import unicodedata
from functools import cache

from bot.matching import phrase
from bot.record import MAX_KEYWORD, MIN_KEYWORD
from corpus.cases import Cases
from index.names import resolve

_PRIVATE = """
address addresses phone telephone mobile passport apartment flat street school kindergarten classmate workplace employer
child children kid minor toddler baby
адрес телефон паспорт квартира улица школа детсад садик одноклассник ребёнок дети детский несовершеннолетний
адрас тэлефон пашпарт кватэра вуліца дзіця дзеці дзіцячы дзіцсадок аднакласнік непаўналетні
"""


def keyword(text: str) -> str | None:
    """The text as a keyword; None where it is too short, too long, or holds no word."""
    word = " ".join(unicodedata.normalize("NFC", text).split())
    fits = MIN_KEYWORD <= len(word) <= MAX_KEYWORD and word.isprintable()
    return word if fits and sum(letter.isalnum() for letter in word) >= MIN_KEYWORD else None


def is_protected(text: str, cases: Cases) -> bool:
    """Whether a text names a child."""
    found = resolve(text, cases=cases)
    return any(cases[case].protected for case in found.cases)


def is_private(word: str) -> bool:
    """Whether a keyword is one by which private data would be watched."""
    return not _private().isdisjoint(phrase(word).split())


@cache
def _private() -> frozenset[str]:
    return frozenset(phrase(_PRIVATE).split())
