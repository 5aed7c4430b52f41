"""Numbers in a text, in digits and in words, with what hedges them: en, ru, be."""

import re
from collections.abc import Iterator
from math import inf
from typing import NamedTuple


class Numeral(NamedTuple):
    """A number where it stands; `low` and `high` are the least and the greatest that the text allows."""

    start: int
    end: int
    low: float
    high: float
    unit: str = ""
    """The unit of time that is part of the same word: "летний" of двухлетний."""


_WORDS = {
    1: "one один одна одного одной одному адзін адна аднаго адной аднаму",
    1.5: "полтора полторы полутора паўтара паўтары",
    2: "two both two's два две двух двум двумя двое двоих дзве дзвюх двума дваіх",
    3: "three три трех трем тремя трое троих тры трох трыма траіх",
    4: "four четыре четырех четырем четверо четверых чатыры чатырох чацвера чацвярых",
    5: "five пят пяти пятю пятеро пятерых пяц пяці пяццю пяцера пяцярых",
    6: "six шест шести шестю шестеро шестерых шэсц шасці шасцю шасцера",
    7: "seven сем семи семю семеро семерых сямі сямю сямера",
    8: "eight восем восми восмеро васмі",
    9: "nine девят девяти дзевяц дзевяці",
    10: "ten десят десяти десятеро дзесяц дзесяці",
    11: "eleven одиннадцат адзінаццац", 12: "twelve двенадцат дванаццац", 13: "thirteen тринадцат трынаццац",
    14: "fourteen четырнадцат чатырнаццац", 15: "fifteen пятнадцат пятнаццац", 16: "sixteen шестнадцат шаснаццац",
    17: "seventeen семнадцат сямнаццац", 18: "eighteen восемнадцат васямнаццац васемнаццац",
    19: "nineteen девятнадцат дзевятнаццац", 20: "twenty двадцат дваццац", 30: "thirty тридцат трыццац",
    40: "forty сорок сорока сорак сарака",
    50: "fifty пятдесят пятидесяти пяцдзясят пяцдзесят пяцідзесяці",
    60: "sixty шестдесят шестидесяти шэсцдзясят шэсцдзесят шасцідзесяці",
    70: "seventy семдесят семидесяти семдзесят сямідзесяці", 80: "eighty восемдесят восмидесяти восемдзесят васмідзесяці",
    90: "ninety девяносто девяноста дзевяноста",
    100: "hundred сто ста", 200: "двести двухсот дзвесце", 300: "триста трехсот трыста трохсот",
    400: "четыреста четырехсот чатырыста чатырохсот", 500: "пятсот пятисот пяцсот пяцісот", 600: "шестсот шестисот шэсцсот",
    700: "семсот семисот", 800: "восемсот", 900: "девятсот дзевяцсот",
    1000: "thousand тысяча тысячи тысяч тысячу тысячы тыс", 1_000_000: "million миллион миллиона миллионов мільён мільёна мільёнаў",
}  # fmt: skip
"""Without ь and with е for ё, as `_plain` makes them."""

_VALUE = {word: float(value) for value, words in _WORDS.items() for word in words.split()}
_VALUE |= {
    word + ending: value
    for word, value in list(_VALUE.items())
    if 11 <= value <= 30
    for ending in ("и", "і", "ю")
    if word[-1] in "тц"
}
_VAGUE = {
    "dozens десятки десятков дзясяткі дзесяткі": (20, 199),
    "hundreds сотни сотен сотні сотняў": (200, 999),
    "thousands тысячи тысячы": (2000, 99_999),
}
_BOUNDS_OF = {word: bounds for words, bounds in _VAGUE.items() for word in words.split()}
"""Read so only where no number stands before them: две тысячи is 2,000."""

_TOKEN = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+(?![\d-])|\d+(?:[.,]\d+)?|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*"
)
_JOIN = re.compile(r"[ \u00a0]|-| and ")
_COMPOUND = re.compile(r"(?P<number>\w+?)(?P<unit>летн\w+|гадов\w+|месячн\w+|дневн\w+|дзённ\w+)")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b|-(?:[йямы]|го|га|му|ой|ая|ую|ага|х)(?!\w)", re.IGNORECASE)
_AT_LEAST = re.compile(
    r"(?:over|more than|at least|no (?:fewer|less) than|above|более|больше|свыше|не менее|как минимум|по меньшей мере"
    r"|больш(?: за| як| чым)?|болей(?: за| як)?|звыш|не менш(?: за| як)?|прынамсі|як мінімум)(?: чем)?[ \u00a0]$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:under|(?:less|fewer) than|up to|at most|менее|меньше|не более|не больше|менш(?: за| як)?|не больш(?: за)?)(?: чем)?[ \u00a0]$",
    re.IGNORECASE,
)
_NEARLY = re.compile(r"(?:nearly|almost|close to|почти|без малого|амаль)[ \u00a0]$", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:about|around|some|approximately|roughly|около|примерно|порядка|приблизительно|каля|прыкладна|прыблізна|блізу)[ \u00a0]$",
    re.IGNORECASE,
)


class _Token(NamedTuple):
    start: int
    end: int
    value: float
    text: str


def numerals(text: str) -> Iterator[Numeral]:
    """The numbers of a text in order; ordinals ("42nd day") are none."""
    group: list[_Token] = []
    for match in _TOKEN.finditer(text):
        if group and match[0] == "and":
            continue
        token = _token(match)
        if (
            group
            and token
            and _JOIN.fullmatch(text[group[-1].end : token.start])
            and _continues(group, token)
        ):
            group.append(token)
            continue
        yield from _numeral(text, group)
        group = [token] if token else []
        if token is None:
            yield from _of_one_word(match)
    yield from _numeral(text, group)


def _token(match: re.Match[str]) -> _Token | None:
    word = match[0]
    if not word[0].isdecimal():
        value = _VALUE.get(_plain(word))
    elif re.fullmatch(r"\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+", word):
        value = float(re.sub(r"\D", "", word))
    else:
        value = float(word.replace(",", "."))
    return None if value is None else _Token(match.start(), match.end(), value, word)


def _of_one_word(match: re.Match[str]) -> Iterator[Numeral]:
    """ "двухлетний", "сотни": a number that is not a word of its own, or no exact one."""
    word = _plain(match[0])
    if word in _BOUNDS_OF:
        yield Numeral(match.start(), match.end(), *_BOUNDS_OF[word])
    elif (compound := _COMPOUND.fullmatch(match[0].casefold())) and (
        value := _VALUE.get(_plain(compound["number"]))
    ):
        yield Numeral(match.start(), match.end(), value, value, compound["unit"])


def _numeral(text: str, group: list[_Token]) -> Iterator[Numeral]:
    if not group or (group[-1].text[0].isdecimal() and _ORDINAL.match(text, group[-1].end)):
        return
    start, end = group[0].start, group[-1].end
    word = _plain(group[0].text)
    if len(group) == 1 and word in _BOUNDS_OF:
        yield Numeral(start, end, *_BOUNDS_OF[word])
        return
    yield Numeral(start, end, *_bounds(text[max(0, start - 24) : start], text[end : end + 1], _total(group)))


def _continues(group: list[_Token], token: _Token) -> bool:
    """Whether a word goes on with the number before it: a multiplier, or smaller than its last place."""
    if token.value >= 1000 or _plain(token.text) == "hundred":
        return not token.text[0].isdecimal()
    last = group[-1].value
    return (
        not token.text[0].isdecimal()
        and last >= 20
        and last % 10 == 0
        and token.value < 10 ** (len(str(int(last))) - len(str(int(last)).rstrip("0")))
    )


def _total(group: list[_Token]) -> float:
    total = current = 0.0
    for token in group:
        if token.value >= 1000 and not token.text[0].isdecimal():
            total, current = total + max(current, 1) * token.value, 0.0
        elif _plain(token.text) == "hundred":
            current = max(current, 1) * 100
        else:
            current += token.value
    return total + current


def _bounds(before: str, after: str, value: float) -> tuple[float, float]:
    """What a hedge before the number leaves open; a round number may be half of its last place off, and two percent."""
    if _AT_LEAST.search(before) or after == "+":
        return value, inf
    if _NEARLY.search(before):
        return 0.85 * value, value
    if _AT_MOST.search(before):
        return 0.0, value
    if _ABOUT.search(before):
        return 0.9 * value, 1.1 * value
    slack = 0.0
    if value >= 100 and value % 10 == 0:
        digits = str(int(value))
        slack = min(0.02 * value, 10 ** (len(digits) - len(digits.rstrip("0"))) / 2)
    return value - slack, value + slack


def _plain(word: str) -> str:
    return word.casefold().replace("ь", "").replace("ё", "е").replace("’", "").replace("'", "")
