"""Text to search terms: stems within one script, and 4-grams of a Latin skeleton that all scripts share.

A term says what it is by its first character, so that both kinds live in one lexical index: "=" a stem, "~" a
4-gram. No language needs to be known: Latin words are stemmed as English, Cyrillic ones as Russian (for Belarusian
and Ukrainian no stemmer exists; their 4-grams do the work).
"""

import re
import unicodedata
from functools import lru_cache

import Stemmer

from corpus import fold

GRAM = 4
"""Length of a character gram: shorter ones say too little, longer ones miss inflected and misspelt words."""

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_SIGNS = str.maketrans("ё", "е", fold.APOSTROPHES + "\u0301")


def words(text: str) -> list[str]:
    """The words and numbers of a text in order, case-folded, without stress marks and apostrophes."""
    folded = unicodedata.normalize("NFC", text.casefold())
    return [part for _, _, word in fold.words(folded) for part in word.translate(_SIGNS).split("-") if part]


def terms(text: str) -> list[str]:
    """The search terms of a text, with repetitions, in order: what the lexical index counts."""
    return [term for word in words(text) for term in word_terms(word)]


@lru_cache(maxsize=100_000)
def word_terms(word: str) -> tuple[str, ...]:
    """The stem and the 4-grams of one case-folded word."""
    return ("=" + stem(word), *("~" + gram for gram in fold.ngrams(word, GRAM)))


def stem(word: str) -> str:
    """The stem of a case-folded word: Russian rules for Cyrillic letters, English ones for others."""
    stemmer = _stemmer("russian" if _CYRILLIC.search(word) else "english")
    return str(stemmer.stemWord(word))


@lru_cache(maxsize=2)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language)
