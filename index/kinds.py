"""What kind of thing a question asks for (a date, a number, a name), and the names and numbers in a text. en, ru, be, uk."""

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
_DIGITS = re.compile(r"\d+")


def asked(question: str) -> Kind | None:
    """The kind that the question asks for by its first question word; `None` when it may be anything."""
    found = [
        (match.start(), kind) for kind, pattern in _PATTERNS.items() if (match := pattern.search(question))
    ]
    return min(found)[1] if found else None


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
