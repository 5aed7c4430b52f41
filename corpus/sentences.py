"""Where sentences start inside one paragraph: `sentencex`, corrected for the texts that we quote.

Half a sentence may never be quoted, two at once may: wherever a full stop is in doubt, there is no boundary.
"""

import re
from collections.abc import Iterator

_CYRILLIC = """
    г гг р рр ст стст арт ч чч гл абз разд подп вул ул пр праспект просп пер пл зав бул наб кв
    обл р-н тыс тис млн млрд трлн руб коп грн дол долл им ім імя імені св сьв акад праф проф доц канд д-р інж инж
    авт гос деп ин пгт проф дисс жит инд гр гр-н гр-ка сп спн сп-р спадар тав тов нар рус бел руск англ лац лат польск укр ням нем літ лит тэл тел
    напр напрыклад см параўн ср ок кал прыкл прибл рэд ред заг зам пам ген палк подп дз дж вв м-р
    т.зв т.н т.е т.к т.ч г.зн г.зв студз лют сак крас трав чэрв ліп жн вер кастр ліст снеж
    янв февр мар апр июн июл авг сент окт нояб дек
"""
_LATIN = """
    mr mrs ms dr prof sen rep gen col lt sgt capt rev hon gov pres st v vs e.g i.e cf approx ca fig jr sr
    jan feb apr jun jul aug sept sep oct nov dec
    art ust pkt ul pl im św ks inż mgr hab tzw tzn tj np m.in ok godz tys mln mld br ub ur zm woj
    pvz doc gyv plg žr tūkst mlrd tzv napr čl ods nám
    z.b bzw u.a d.h nr abs usw geb gest hr
    hh stst vul vuł praf akad dz dž ał
"""
_ABBREVIATIONS = frozenset(f"{word}." for word in (_CYRILLIC + _LATIN).split())
_BEFORE_NUMBERS = frozenset({"no.", "nos.", "para.", "sec.", "ch.", "vol."})
"""Abbreviations in front of a number only: "No. 5" goes on, "He said no." ends."""
_LISTS_END = r"\b(?:[гт]\. ?[дп]|інш|др|ін)\."
"""и т.д., і г.д., и др.: before a capital letter they end the sentence."""
_LIST_ENDS = re.compile(f"{_LISTS_END}$")
_MORE_ENDS = re.compile(
    rf"""(?:\w(?:…|\.\.\.)|[.!?…]["»”’)]*\)|{_LISTS_END})["»”’)]*\s+(?=["«“„(\[—–-]*\s?[^\W\d_])"""
)
"""Ends that sentencex passes over: an ellipsis, a sentence in brackets, "и т.д."; a capital must follow."""
_LETTER = re.compile(r"[^\W\d_]")
_MAX_WORD = 100
"""Characters before a boundary in which its last word and the white space after it are looked for."""
_LETTERS = re.compile(r"(?:[^\W\d_]\.-?)+")
_LATIN_LETTERS = re.compile(r"[A-Za-z]\.(?:[A-Za-z]\.)+")
_ORDINAL = re.compile(r"\d{1,2}\.")
_ORDINAL_LANGUAGES = frozenset({"de", "sk", "cs", "lt", "lv"})
_OPENING = "\"'«“„‘([—–-… \u00a0\n"
_CLOSING = "»”)]"
_ENDS_WITHOUT_SPACE = "。！？"

_RULES = {"ru": "be"}
"""sentencex takes "муж.", "жен." and "мин." for abbreviations in Russian; its general rules do better with our list."""
_CHUNK = 8_000
"""sentencex is quadratic in the quotes left open within one call; no paragraph meant for reading is longer."""
MAX_SENTENCE = 2_000
"""Characters after which a "sentence" without an end is cut at a space; nothing that long is ever quoted."""


def sentence_starts(text: str, *, language: str) -> list[int]:
    """Offsets at which the sentences of one paragraph start, ascending, the first 0; they cover the text."""
    starts, offset = [0], 0
    while offset < len(text):
        space = text.rfind(" ", offset, offset + _CHUNK) if len(text) - offset > _CHUNK else -1
        end = space + 1 if space >= 0 else offset + _CHUNK
        chunk = text[offset:end]
        if not chunk.isspace():
            starts += (offset + start for start in _starts(chunk, language.partition("-")[0]))
        offset = end
    return list(_limited(text, starts))


def _starts(text: str, language: str) -> Iterator[int]:
    """Sentence starts after the first, in a text of at most `_CHUNK` characters."""
    from sentencex import get_sentence_boundaries

    boundaries = get_sentence_boundaries(_RULES.get(language, language), text)
    found = {boundary["start_index"] for boundary in boundaries}
    found |= {match.end() for match in _MORE_ENDS.finditer(text) if _next_letter(text, match.end()).isupper()}
    previous = searched = 0
    has_letter = False
    for start in sorted(found):
        has_letter = has_letter or _LETTER.search(text, searched, start) is not None
        searched = start
        if 0 < start < len(text) and has_letter and _is_boundary(text, previous, start, language):
            yield start
            previous, has_letter = start, False


def _limited(text: str, starts: list[int]) -> Iterator[int]:
    """The same starts, and more where a sentence would be longer than `MAX_SENTENCE`."""
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        cut = start
        yield cut
        while end - cut > MAX_SENTENCE:
            space = text.rfind(" ", cut + 1, cut + MAX_SENTENCE)
            cut = space + 1 if space > 0 else cut + MAX_SENTENCE
            yield cut


def _is_boundary(text: str, previous: int, start: int, language: str) -> bool:
    """Whether a sentence that started at `previous` ends before `start`, where one may end."""
    before = text[max(previous, start - _MAX_WORD) : start]
    if not before[-1].isspace():
        return before[-1] in _ENDS_WITHOUT_SPACE
    before = before.rstrip()
    if text[start] in _CLOSING or not before or _next_letter(text, start).islower():
        return False
    if not before.endswith(".") or _LIST_ENDS.search(before):
        return True
    return not _is_abbreviated(before.split()[-1].lstrip(_OPENING), text[start : start + 1], language)


def _is_abbreviated(word: str, following: str, language: str) -> bool:
    """Whether the full stop of `word` may belong to it rather than to the sentence."""
    if _LETTERS.fullmatch(word):
        # А. Лукашенко, т.зв.; but U.S. and p.m. are known to sentencex, and "… ён і я." is an end.
        return not _LATIN_LETTERS.fullmatch(word) and word != "я."
    if _ORDINAL.fullmatch(word):
        return language in _ORDINAL_LANGUAGES
    folded = word.casefold()
    return folded in _ABBREVIATIONS or (folded in _BEFORE_NUMBERS and following.isdigit())


def _next_letter(text: str, start: int) -> str:
    """The first character of a sentence after its quotes, brackets and dashes."""
    return text[start : start + 20].lstrip(_OPENING)[:1]
