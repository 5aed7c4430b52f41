"""Text -> language code: lingua for the language, letter and spelling rules for the three ways to write Belarusian.

lingua runs in its low-accuracy mode (models of 25 MB instead of 370 MB); what it lacks on a short question,
the letters that only one of the languages has make up for.
"""

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Literal

from corpus.document import normalise

if TYPE_CHECKING:
    from lingua import LanguageDetector

_CONSIDERED = (
    "BELARUSIAN", "RUSSIAN", "UKRAINIAN", "BULGARIAN", "SERBIAN",
    "ENGLISH", "POLISH", "LITHUANIAN", "LATVIAN", "GERMAN", "CZECH", "SLOVAK", "FRENCH", "SPANISH", "ITALIAN",
)  # fmt: skip
"""Neighbours and large languages: without Bulgarian, say, lingua would call it Russian."""

_MAX_CHARS = 5000
"""As much of a text is looked at; more does not change the result."""

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z\u00df-\u024f]")
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")

_CLASSICAL = re.compile(
    r"\b(?:зь|безь|бязь|празь|церазь|ня|эўр[ао]п\w*|плян\w*|клюб\w*|кляс[ауыеі]\w*|дыялёг\w*|парлямант\w*)\b"
    r"|[зс]ь(?:[вмлнпбфц][еёюяіь]|дз)|дзьв|цьв[еёюяі]|ньн|льл|сьс|зьз|цьц"
)
"""The soft sign of assimilation (сьвет, зьмена, дзьверы, дзеяньне), the soft л and Эў- of loans, "ня" and "зь"."""

_NOT_CLASSICAL = re.compile(r"\w*(?:п[іи]сьм|осьм|тасьм|просьб|касьб|барацьб|к[уа]зьм)\w*")
"""Words with a soft sign in the official spelling too."""

_POLISH_LIKE = re.compile("[łśćźń]")
_CZECH_LIKE = re.compile("[čšž]")
_ONLY_POLISH = re.compile("[ąęóż]")

_TELLING = {
    "en": "the is are was were what when where who whom whose which why how did does do has have had and of for "
    "with from about his her their he she they been many much after before",
    "ru": "что кто где когда почему зачем сколько какой какая какие какое это его её ее они был были если чем "
    "kogda gde chto pochemu skolko",
    "be": "хто што дзе калі чаму колькі які якая якія якое гэта яго яе яны быў былі ці цяпер",
    "uk": "хто що де коли чому скільки який яка які яке це його її вони був були чи та він",
    "be-latn": "kali dzie hdzie chto što shto čamu chamu kolki jaho jaje jany byŭ ciapier",
    "pl": "gdzie kiedy dlaczego ile jest czy jego są był była się w z",
    "de": "wo wann wer warum wie ist der die das und von mit wurde",
    "lt": "kur kada kodėl kiek yra kas ar buvo jo iš",
}
_LANGUAGES_OF = {
    word: {language for language, words in _TELLING.items() if word in words.split()}
    for words in _TELLING.values()
    for word in words.split()
}
"""The little words of questions, in which lingua's statistics find too little to go by."""

_FEW_WORDS = 15


def detect(text: str) -> str | None:
    """The language that most of `text` is in: be, be-tarask, be-latn, ru, en, uk, pl, lt, de …

    `None` when there is nothing to go by: no letters, or another script than Cyrillic and Latin.
    """
    text = normalise(text[:_MAX_CHARS]).casefold()
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    others = sum(character.isalpha() for character in text) - cyrillic - latin
    if max(cyrillic, latin) < 2 or others > max(cyrillic, latin):
        return None
    found = _cyrillic(text) if cyrillic >= latin else _latin(text)
    return "be-tarask" if found == "be" and _is_classical(text) else found


def interface_language(text: str) -> Literal["be", "ru", "en"] | None:
    """The language to answer a question in, only when it surely is Belarusian, Russian or English.

    One word, which may be a name, is sure of nothing; English must show at least one of its little words.
    """
    words = _WORD.findall(text.casefold())
    found = detect(text)
    if found in {"be", "be-tarask", "be-latn"} and (len(words) > 1 or "ў" in text):
        return "be"
    if found == "ru" and len(words) > 1:
        return "ru"
    if found == "en" and any("en" in _LANGUAGES_OF.get(word, ()) for word in words):
        return "en"
    return None


def _cyrillic(text: str) -> str | None:
    """Letters that only one language has decide; then the little words; then lingua."""
    i, y, short_u = text.count("і"), text.count("и"), text.count("ў")
    ukrainian, russian = sum(map(text.count, "їєґ")), sum(map(text.count, "ыэёъ"))
    if (short_u > ukrainian or (i > y and not ukrainian)) and 10 * y <= short_u + i:
        return _by_words(text, {"be", "uk"}) or "be"
    if ukrainian > short_u and 20 * ukrainian >= i + y:
        return "uk"
    if i and y and not russian and not short_u:
        return "uk"
    if y and 10 * (i + short_u) <= y and russian:
        return "ru"
    found = _by_words(text, {"be", "ru", "uk"}) or _by_lingua(text)
    return "ru" if found in {"be", "uk", "sr"} and y and not i and not _by_words(text, {"uk"}) else found


def _latin(text: str) -> str | None:
    if "ŭ" in text or (
        _POLISH_LIKE.search(text) and _CZECH_LIKE.search(text) and not _ONLY_POLISH.search(text)
    ):
        # ŭ is in no neighbour's alphabet; soft letters as in Polish stand beside háčeks as in Czech.
        return _by_words(text, {"en", "de"}) or "be-latn"
    return _by_words(text, {"be-latn", "en", "pl", "de", "lt", "ru"}) or _by_lingua(text)


def _by_words(text: str, candidates: set[str]) -> str | None:
    """The candidate with the most little words in a short text, if no other has as many."""
    words = _WORD.findall(text)
    if len(words) > _FEW_WORDS:
        return None
    counts = Counter(
        language for word in words for language in _LANGUAGES_OF.get(word, set()) & candidates
    ).most_common(2)
    if not counts or (len(counts) > 1 and counts[0][1] == counts[1][1]):
        return None
    return counts[0][0]


def _is_classical(text: str) -> bool:
    words = len(_WORD.findall(text))
    return len(_CLASSICAL.findall(_NOT_CLASSICAL.sub("", text))) >= max(1, words / 100)


def _by_lingua(text: str) -> str | None:
    found = _detector().detect_language_of(text)
    return found.iso_code_639_1.name.lower() if found else None


@cache
def _detector() -> "LanguageDetector":
    from lingua import Language, LanguageDetectorBuilder

    considered = [getattr(Language, name) for name in _CONSIDERED]
    return LanguageDetectorBuilder.from_languages(*considered).with_low_accuracy_mode().build()
