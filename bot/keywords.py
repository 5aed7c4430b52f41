"""What may be followed as a word: long enough to mean something, and neither a child's name nor a way to private data."""

import re
import unicodedata

from bot.record import MAX_KEYWORD, MAX_QUESTION, MIN_KEYWORD
from corpus.cases import Cases
from index.names import resolve

MANY_WORDS = 3
"""So many may still be looked for together; from so many on a text may be a question."""

_PRIVATE = re.compile(
    r"\b(?:address|phone|telephone|mobile|passport|apartment|school|kindergarten|classmate|workplace|employer|"
    r"child|kids?\b|minors?\b|toddler|bab(?:y|ies)\b|"
    r"адрес|телефон|паспорт|квартир|школ|детсад|садик|однокласс|ребён|ребен|дет(?:и|ей|ям|ях|ск\w+)\b|несовершеннолет|"
    r"адрас|тэлефон|пашпарт|кватэр|дзіц|дзец|дзяц|аднаклас|непаўналет)",
    re.IGNORECASE,
)


def keyword(text: str) -> str | None:
    """The text as a keyword; None where it is too short, too long, or holds no word."""
    word = " ".join(unicodedata.normalize("NFC", text).split())
    fits = MIN_KEYWORD <= len(word) <= MAX_KEYWORD and word.isprintable()
    return word if fits and sum(letter.isalnum() for letter in word) >= MIN_KEYWORD else None


def is_question(text: str) -> bool:
    """Whether a text is long enough to be asked, and short enough to be kept."""
    return len(text) <= MAX_QUESTION and (len(text.split()) >= MANY_WORDS or text.rstrip().endswith("?"))


def is_protected(text: str, cases: Cases) -> bool:
    """Whether a text names a child."""
    found = resolve(text, cases=cases)
    return any(cases[case].protected for case in found.cases)


def is_private(word: str) -> bool:
    """Whether a keyword is one by which private data would be watched."""
    return _PRIVATE.search(word) is not None
