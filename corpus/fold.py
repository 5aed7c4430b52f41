"""One Latin skeleton for a word in any script: what names and lexical search compare instead of letters.

A name of one person is written in Belarusian (official, classical and Latin), Russian, Ukrainian, and in English,
German, Polish, Czech and Lithuanian transliteration. The rules below send these spellings to one string, or to
strings one letter apart. A skeleton is compared, never shown. In the order in which they apply:

| rule | reason |
|---|---|
| look-alike letters follow the script of most letters | a Latin `i` typed inside Лосiк |
| apostrophes, `ь`, `ъ` and accents vanish | Дар'я = Дарья = Daria; stress marks; ś ź ń |
| `ш sh sz š sch` = s, `ж zh ž ż` = z, `ч ch cz č tsch` = c, `щ` = sc | each spelling has its own signs, and diacritics get lost |
| `х kh` = h; `ch` too, in a word with signs of Latin Slavic spelling (`c`, `w`, `ł`, `š` …), else it is ч | Cichanouski, Tichanowski, but Statkevich |
| `г g ґ` = h | Ihar = Igor |
| `дз dz` = d; `ц ts c` before e, i = t, else c | Дзядок = Дедок, Ціханоўскі = Тихановский, Бяляцкі = Bialacki |
| `я ia ya ja`, `ё io yo`, `е ie ye je` = e; `ю iu yu` = u | яканне: Бяляцкі = Беляцкий; ё is often written е |
| `o` = a | аканне: Калеснікава = Колесникова |
| `і и ы й y j` = i | the same sounds, split differently in each language |
| `у ў u в w` = v | Паўліна = Pavlina, Салаўёў = Solovyov |
| a repeated letter counts once | Lossik, Геннадий = Генадзь |

Endings stay, so Ціханоўскі (`tihanavski`) and Ціханоўская (`tihanavskae`) differ. Other scripts pass unchanged.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

APOSTROPHES = "'’ʼ`‘ʹ′"

_WORD = re.compile(rf"[^\W_](?:[^\W_]|[\u0300\u0301]|[{APOSTROPHES}\-\u2010\u2011](?=[^\W_]))*")
_POSSESSIVE = re.compile(rf"[{APOSTROPHES}][sS]$")
_HYPHEN = re.compile("[-\u2010\u2011]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LATIN_TWINS = "ABCEHIKMOPTXYaceiopxy"
_CYRILLIC_TWINS = "АВСЕНІКМОРТХУасеіорху"
_TO_CYRILLIC = str.maketrans(_LATIN_TWINS, _CYRILLIC_TWINS)
_TO_LATIN = str.maketrans(_CYRILLIC_TWINS, _LATIN_TWINS)

# Capital C is ч and capital Z is ж until the last step: they must not join a digraph.
_FROM_CYRILLIC = str.maketrans(
    dict(zip("абвгґдежзийіїклмнопрстуўфхцчшыэє", "abvhhdeZziiiiklmnoprstuufhcCsyee", strict=True))
    | {"я": "ia", "ю": "iu", "ё": "io", "щ": "sC", "ь": None, "ъ": None}
)
_HARD_TS = re.compile("ць(?!к)")
_FROM_LATIN = str.maketrans(
    {"č": "C", "ć": "t", "ž": "Z", "ż": "Z", "š": "s", "ł": "l", "ŭ": "u", "ß": "s", "đ": "d", "ø": "o"}
)
_DIGRAPHS = {
    **{"shch": "sC", "tsch": "C", "tch": "C", "cz": "C", "sch": "s", "sh": "s", "sz": "s", "zh": "Z"},
    **{"kh": "h", "ts": "c", "tz": "c", "rz": "r", "ph": "f", "x": "ks", "q": "k"},
}
_DIGRAPH = re.compile("|".join(sorted([*_DIGRAPHS, "ch"], key=len, reverse=True)))
_SLAVIC_LATIN = re.compile("[čšžłŭćśńżźąęw]|cz|sz|(?<![st])c(?!h)")
_IOTATED = re.compile("[ijy]+([aeou])")
_AFTER_IOTA = {"a": "e", "e": "e", "o": "e", "u": "u"}
_SOFT_C = re.compile("c+(?=[ijye])")
_MERGED = str.maketrans("oijyuwgCZ", "aiiivvhcz")
_REPEATED = re.compile(r"(\D)\1+")
_MARKS = re.compile("[\u0300-\u036f]")
_DROPPED = str.maketrans(dict.fromkeys(APOSTROPHES + "-\u2010\u2011\u0300\u0301"))


def words(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and letters of each word, in order: letters and digits, with apostrophes and hyphens inside."""
    for match in _WORD.finditer(text):
        yield match.start(), match.end(), match.group()


class Token(NamedTuple):
    """A word of a text, or one side of a hyphen in it, without an English possessive ending."""

    start: int
    end: int
    word: str
    skeleton: str

    @property
    def capital(self) -> bool:
        """Whether it starts with a capital letter."""
        return self.word[0].isupper()


def tokens(text: str) -> list[Token]:
    """The words of a text with their skeletons, in order."""
    found = []
    for start, _, spelt in words(text):
        word = spelt[:-2] if spelt[-1] in "sS" and _POSSESSIVE.search(spelt) else spelt
        offset = start
        for part in _HYPHEN.split(word) if not word.isalnum() else (word,):
            found.append(Token(offset, offset + len(part), part, skeleton(part)))
            offset += len(part) + 1
    return found


def is_cyrillic(word: str) -> bool:
    """Whether a word starts with a Cyrillic letter."""
    return "\u0400" <= word[:1] <= "\u04ff"


@lru_cache(maxsize=1 << 17)
def skeleton(word: str) -> str:
    """The folded Latin form of one word; a hyphen or an apostrophe inside it is dropped."""
    word = unicodedata.normalize("NFC", word).translate(_DROPPED)
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    if cyrillic and latin:
        word = word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)
    word = word.casefold()
    letters = _HARD_TS.sub("т", word) if cyrillic and cyrillic >= latin else _read_digraphs(word)
    letters = letters.translate(_FROM_CYRILLIC).translate(_FROM_LATIN)
    letters = _MARKS.sub("", unicodedata.normalize("NFD", letters))
    letters = _SOFT_C.sub("t", _REPEATED.sub(r"\1", letters).replace("dz", "d"))
    letters = _IOTATED.sub(lambda match: _AFTER_IOTA[match[1]], letters)
    return _REPEATED.sub(r"\1", letters.translate(_MERGED))


@lru_cache(maxsize=1 << 17)
def ngrams(word: str, n: int) -> tuple[str, ...]:
    """The character n-grams of a word's skeleton with `_` at both ends; a shorter word is one gram."""
    framed = f"_{skeleton(word)}_"
    return tuple(framed[i : i + n] for i in range(max(1, len(framed) - n + 1)))


def _read_digraphs(word: str) -> str:
    ch = "h" if _SLAVIC_LATIN.search(word) else "C"
    return _DIGRAPH.sub(lambda match: _DIGRAPHS.get(match[0], ch), word)
