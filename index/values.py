"""The values that a text states, found and normalised so that they compare across languages: en, ru, be.

Numbers in digits and words with their bounds ("over 1,000"), durations, dates as precise as given, places and
charges (`value.py`). What a value means is its clause (`clauses.py`); whether two differ is `differences.py`.
"""

import re
from collections.abc import Iterable, Iterator

from corpus.cases import Cases, CaseType
from corpus.fold import skeleton
from corpus.naming import Mention
from index.charges import charges_in
from index.numerals import Numeral, numerals
from index.value import Day, Names, Range, Value, ValueKind

THINGS = {
    "percent": "per ?cent|%|процент|працэнт",
    "journalist": "journalist|reporter|media work|журналист|журналіст|медиаработ|медыяработ",
    "pole": "poles?\\b|polish|поляк|польск|паляк|(?:граждан\\w*|грамадзян\\w*|citizens of|nationals of) (?:польш|poland)",
    "lithuanian": "lithuanian|литов|літоў|літоу|(?:граждан\\w*|грамадзян\\w*|citizens of|nationals of) (?:литв|літв|lithuania)",
    "foreigner": "foreign|иностран|замежн|(?:граждан\\w*|грамадзян\\w*|citizens of|nationals of) (?:други|іншы|other)",
    "woman": "wom[ae]n|женщин|жанчын|кабет",
    "child": "child|minor|дет[еяи]|ребен|дзяц|дзіц|непаўналет|несовершеннолет",
    "defendant": "co-?defend|defendant|обвиняем|подсудим|абвінавачан|падсудн",
    "letter": "letter|пис[еь]м|письм|пісьм|пісем|ліст[аоы]",
    "stitch": "stitch|шв[аоы]|швоў|швам",
    "post": "post|запис|допіс|публикац|публікац|comment|комментар|каментар",
    "article": "articl|стат[ье]|артыкул",
    "rouble": "r[ou]+ble|руб",
    "case": "case|дел[ао]?|спра[ўв]",
    "country": "countr|стран|краін",
    "person": "prisoner|people|person|men|detainee|inmate|hostage|citizen|national|civilian|human|belarusian|человек|люд|лиц|заключ"
    "|политзаключ|политузник|узник|гражд|белорус|чалавек|асоб|людз|зняволен|палітвяз|палітзня|вяз|грамадз|беларус",
}
"""What is counted, by the beginnings of words; where two begin at one place, the particular stands first."""

THING_CHARS = 5
"""Of a folded word that is in no table: enough to know it again in another case."""
_THINGS = {name: re.compile(rf"(?<!\w)(?:{stems})", re.IGNORECASE) for name, stems in THINGS.items()}
_PHRASE = re.compile(r"[^.,;:()\d\n—–!?]*")
_WORDS_LOOKED_AT = 4
_BEFORE_CHARS = 90
_OTHER = re.compile(r"other|more\b|друг|іншых|остальн|астатн", re.IGNORECASE)
_MORE = re.compile(r"(?:another|ещ[её]|яшчэ|другие|іншыя)[ \u00a0]$", re.IGNORECASE)
_PART = re.compile(
    r"(?<!\w)(?:among|including|of (?:them|those|these|whom)|среди|из них|в том числе|включая|сярод|з іх|у тым ліку|уключаючы)"
    r"(?:[ \u00a0][^\s.,;:–—]+){2,}[ \u00a0]$",
    re.IGNORECASE,
)
"""Two words or more between "among" and the number: it counts a part; "among the 52" counts all."""
_VERB = re.compile(
    r"\s*(?:were|was|are|have|had|crossed|arrived|refused|turned|remain|пересек|перасек|прибыл|остал|застал)",
    re.IGNORECASE,
)

_UNITS = {
    "year": "years?|лет|год(?:а|у|ам|амі|ами|ы)?|гадо[ўу]|гад(?:ы|ам|оу)|летн\\w+|гадов\\w+",
    "month": "months?|месяц(?:а|у|е|ы|ев|аў|ам|ами|амі)?|месячн\\w+",
    "week": "weeks?|недел\\w+|тыд(?:зень|н\\w+)",
    "day": "days?|дн(?:я|ей|и|ям|і|ёў)|день|дзень|дзён|сут(?:ки|ок|кі|ак)|дневн\\w+|дзённ\\w+",
    "hour": "hours?|час(?:а|ов|оў|ы)?",
}
_DAYS = {"year": 365.25, "month": 365.25 / 12, "week": 7.0, "day": 1.0, "hour": 1 / 24}
_UNIT = re.compile(
    r"(?P<half>\s+(?:and a half|с половиной|з паловай))?[\s-]*(?:"
    + "|".join(f"(?P<{unit}>{words})" for unit, words in _UNITS.items())
    + r")\b",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(r"(?:летн|гадов|месячн)\w+$", re.IGNORECASE)
_TERM = re.compile(
    r"\s+(?:\w+\s+)?(?:срок|заключ|тюрем|лишен|колон|тэрмін|зняв|калон|пазбаў|турэм|арышт|арест|голод|галад)",
    re.IGNORECASE,
)
_AGE = re.compile(r"[\s-]*old\b|\s+of age\b", re.IGNORECASE)
_AGED = re.compile(
    r"(?:aged|at the age of|в возрасте|ва ўзросце|исполни\w+|споўні\w+)\s+\w*\s*$", re.IGNORECASE
)
_AND = re.compile(r"\s*(?:,|and|и|і)?\s*$", re.IGNORECASE)

_MONTHS = (
    r"jan(?:uary|\.)?|январ\w+|янв\.?|студзен\w*", r"feb(?:ruary|\.)?|феврал\w+|лют(?:ы|ага|ым|аму)",
    r"mar(?:ch|\.)|март\w?|сакавік\w?", r"apr(?:il|\.)?|апрел\w+|красавік\w?", r"may|ма[йяею]|маі|траў?н\w+|травен\w*",
    r"june?|июн\w+|чэрвен\w*", r"july?|июл\w+|ліпен\w*", r"aug(?:ust|\.)?|август\w?|жні(?:вен|ўн)\w*",
    r"sept?(?:ember|\.)?|сентябр\w+|верас\w+", r"oct(?:ober|\.)?|октябр\w+|кастрычнік\w?",
    r"nov(?:ember|\.)?|ноябр\w+|лістапад\w?", r"dec(?:ember|\.)?|декабр\w+|сь?неж\w+",
)  # fmt: skip
_MONTH = "|".join(_MONTHS)
_KNOWN_MONTHS, _KNOWN_DAYS = {None, *range(1, 13)}, {None, *range(1, 32)}
_YEAR = r"(?:19|20)\d\d"
_DATES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b(?P<year>{_YEAR})-(?P<number>\d\d)-(?P<day>\d\d)\b",
        rf"\b(?P<day>\d\d?)\.(?P<number>\d\d?)\.(?P<year>{_YEAR})\b",
        rf"\b(?P<day>\d\d?)(?:st|nd|rd|th|-го|-га)?\s+(?:of\s+)?(?P<month>{_MONTH})(?!\w)(?:,?\s+(?P<year>{_YEAR})\b)?",
        rf"\b(?P<month>{_MONTH})(?!\w)\s+(?P<day>\d\d?)(?:st|nd|rd|th)?(?!\w)(?:,?\s+(?P<year>{_YEAR})\b)?",
        rf"\b(?P<month>{_MONTH})(?!\w),?\s+(?P<year>{_YEAR})\b",
        rf"(?<!\w)(?:in|since|until|by|early|late|last|в|у|ў|с|з|до|да)\s+(?P<month>{_MONTH})(?!\w)",
        rf"\b(?P<year>{_YEAR})\b(?![.,]\d)",
    )
)


def values(text: str) -> list[Value]:
    """The values of a text, by place; a number that belongs to a date, a duration or an article is not one.

    Places need a roster: `places` finds them.
    """
    charges = _charges(text)
    days = _free(_dates(text), charges)
    counted = _free(_counted(text), [*charges, *days])
    return sorted([*charges, *days, *counted], key=lambda value: value.start)


def dates(text: str) -> list[Value]:
    """The dates among the values of a text."""
    return _free(_dates(text), _charges(text))


def _charges(text: str) -> list[Value]:
    return [Value(ValueKind.CHARGE, start, end, Names({name})) for start, end, name in charges_in(text)]


def places(mentions: Iterable[Mention], cases: Cases) -> list[Value]:
    """The places among the mentions of a text."""
    found = []
    for mention in mentions:
        names = [case for case in mention.cases if cases[case].type is CaseType.PLACE]
        if names:
            around = {_WITHIN[name] for name in names if name in _WITHIN}
            found.append(Value(ValueKind.PLACE, mention.start, mention.end, Names({*names, *around})))
    return found


def thing_of(phrase: str) -> str:
    """What the words after a number, or a question, say is counted: a key of `THINGS`, or empty."""
    found = ((match.start(), name) for name, pattern in _THINGS.items() if (match := pattern.search(phrase)))
    return min(found, key=lambda pair: pair[0], default=(0, ""))[1]


def _free(found: Iterator[Value], taken: list[Value]) -> list[Value]:
    kept: list[Value] = []
    for value in found:
        if all(value.end <= other.start or other.end <= value.start for other in (*taken, *kept)):
            kept.append(value)
    return kept


def _dates(text: str) -> Iterator[Value]:
    for form in _DATES:
        for match in form.finditer(text):
            parts = match.groupdict()
            month = int(parts["number"]) if parts.get("number") else _month(parts.get("month"))
            year, day = (int(parts[name]) if parts.get(name) else None for name in ("year", "day"))
            if month not in _KNOWN_MONTHS or day not in _KNOWN_DAYS:
                continue
            if month is None and day is None and thing_of(_following(text, match.end())) == "person":
                continue
            start = match.start("month") if day is None and year is None else match.start()
            yield Value(ValueKind.DATE, start, match.end(), Day(year, month, day))


def _month(word: str | None) -> int | None:
    if word is None:
        return None
    return next(i for i, form in enumerate(_MONTHS, 1) if re.fullmatch(form, word, re.IGNORECASE))


def _counted(text: str) -> Iterator[Value]:
    """Durations and numbers; a year and a month that follow each other are one duration."""
    pending: Value | None = None
    for numeral in numerals(text):
        value = _duration(text, numeral) or _number(text, numeral)
        if value is None:
            continue
        joined = _joined(text, pending, value)
        if pending is not None and joined is None:
            yield pending
        pending = joined or value
    if pending is not None:
        yield pending


def _joined(text: str, first: Value | None, second: Value) -> Value | None:
    if first is None or not isinstance(first.content, Range) or not isinstance(second.content, Range):
        return None
    a, b = first.content, second.content
    smaller = a.unit in _DAYS and b.unit in _DAYS and _DAYS[b.unit] < _DAYS[a.unit]
    if not smaller or not _AND.match(text[first.end : second.start]):
        return None
    both = Range(a.low + b.low, a.high + b.high, f"{a.unit} {b.unit}")
    return Value(ValueKind.DURATION, first.start, second.end, both)


def _duration(text: str, numeral: Numeral) -> Value | None:
    """The numeral with its unit of time; `None` where it has none, or is somebody's age."""
    match = (numeral.unit and _UNIT.fullmatch(numeral.unit)) or _UNIT.match(text, numeral.end)
    if match is None:
        return None
    end = numeral.end if numeral.unit else match.end()
    about_person = _ADJECTIVE.search(text[numeral.start : end]) and not _TERM.match(text, end)
    if about_person or _AGE.match(text, end) or _AGED.search(text[: numeral.start]):
        return None
    unit = next(name for name in _DAYS if match[name])
    half = 0.5 if match["half"] else 0.0
    low, high = ((bound + half) * _DAYS[unit] for bound in (numeral.low, numeral.high))
    return Value(ValueKind.DURATION, numeral.start, end, Range(low, high, unit))


def _number(text: str, numeral: Numeral) -> Value | None:
    if numeral.unit or _AGE.match(text, numeral.end):
        return None
    following = _following(text, numeral.end)
    thing = thing_of(following)
    before = text[max(0, numeral.start - _BEFORE_CHARS) : numeral.start]
    if _OTHER.match(following) or _MORE.search(before) or (thing == "person" and _PART.search(before)):
        thing = f"other {thing}"
    if not thing and not _VERB.match(following) and (words := following.split()):
        thing = skeleton(words[0])[:THING_CHARS]
    return Value(ValueKind.NUMBER, numeral.start, numeral.end, Range(numeral.low, numeral.high), thing)


def _following(text: str, end: int) -> str:
    match = _PHRASE.match(text, end)
    return " ".join(match[0].split()[:_WORDS_LOOKED_AT]) if match else ""


_WITHIN = {"akrestsina": "minsk", "valadarka": "minsk", "kamenny-loh": "zhodzina"}
"""Jails by the town they are in or near: one source names the one, another the other."""
