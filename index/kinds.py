"""What kind of thing a question asks for (a date, a number, a name), and whether a text holds one. en, ru, be, uk."""

import re
from enum import StrEnum

from corpus import fold


class Kind(StrEnum):
    """The kind of thing that would answer."""

    DATE = "date"
    NUMBER = "number"
    NAME = "name"
    """A person, an organisation or a place."""


_ASKED = {
    Kind.DATE: r"when|what (?:year|date|day|month)|(?:which|what) year|on what (?:day|date)|since when|как(?:ого числа|ой день)"
    r"|когда|как(?:ом|ой|ого) (?:году?а?|дату|дата|месяце)|(?:с|до) каких пор|калі|як(?:ім|ога|і) год(?:зе|а)?|якога чысла|коли|якому році|kali",
    Kind.NUMBER: r"how (?:many|much|long|old|often)|what (?:number|percentage|share)|на сколько|сколько|как долго|скольких|каков срок"
    r"|колькі|як доўга|скільки|як довго|kolki",
    Kind.NAME: r"who|whom|whose|where|which (?:city|town|country|colony|prison|court|place|person|organi[sz]ation)"
    r"|кто|кого|кому|кем|чей|чья|где|куда|откуда|в как(?:ом|ой) (?:городе|стране|колонии|тюрьме|суде|больнице)"
    r"|хто|каго|каму|кім|чый|чыя|дзе|куды|адкуль|у як(?:ім|ой) (?:горадзе|краіне|калоніі|турме|судзе)"
    r"|де|куди|хто|kto|chto|dzie|hdzie|gdzie",
}
_PATTERNS = {kind: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for kind, pattern in _ASKED.items()}
_MONTHS = re.compile(
    r"\b(?:jan|feb|mar[ct]|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|март|апр|ма[йя]\b|июн|июл|авг|сен|окт|ноя|дек"
    r"|студз|лют|сакав|крас|травен|траўн|чэрв|ліп|жні|верас|кастр|ліст|снеж)",
    re.IGNORECASE,
)
_NUMERALS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|half|several|both|twice|once"
    r"|один|одна|одного|два|две|двух|двое|три|трёх|трое|четыр|пят|шест|сем|восем|восьм|девят|десят|двенад|пятнад|сорок|сто\b|сот|тысяч|полов|нескольк"
    r"|адзін|адна|аднаго|дзв|двух|двое|тры|трох|чатыр|пяц|шэсц|сем|восем|дзевя|дзеся|сто\b|сотн|тысяч|палов|некальк)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


def asked(question: str) -> Kind | None:
    """The kind that the question asks for by its first question word; `None` when it may be anything."""
    found = [
        (match.start(), kind) for kind, pattern in _PATTERNS.items() if (match := pattern.search(question))
    ]
    return min(found)[1] if found else None


def holds(kind: Kind, text: str, *, question: str) -> bool:
    """Whether `text` holds something of that kind that the question itself does not already say."""
    known = set(_DIGITS.findall(question))
    new_digits = any(digits not in known for digits in _DIGITS.findall(text))
    match kind:
        case Kind.DATE:
            return new_digits or (_MONTHS.search(text) is not None and not _MONTHS.search(question))
        case Kind.NUMBER:
            return new_digits or _NUMERALS.search(text) is not None
        case Kind.NAME:
            said = {fold.skeleton(word) for _, _, word in fold.words(question)}
            return any(fold.skeleton(name) not in said for name in names(text))


def names(text: str) -> list[str]:
    """Words that are written as names: a capital letter inside a sentence, or capitals throughout."""
    found = []
    for start, _, word in fold.words(text):
        before = text[:start].rstrip(" «\"“‘'(—–-")
        inside = bool(before) and before[-1] not in ".!?…\n"
        if word[0].isupper() and (inside or (len(word) > 1 and word.isupper())):
            found.append(word)
    return found


def numbers(text: str) -> list[str]:
    """The runs of digits in a text."""
    return _DIGITS.findall(text)
