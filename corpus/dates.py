"""Dates as articles write them -> PartialDate. A part that the text does not give is never filled in.

A table of our own rather than dateparser: that library reads "52" as the year 2052, gives "May" the current year,
takes 09/12/2025 for one of its two readings, and does not know the classical spelling ("верасьня").
"""

import re
from calendar import monthrange

from corpus.document import PartialDate, normalise

_MONTHS = (
    "january jan январь января янв студзень студзеня стд studzień studzienia sausio sausis січень січня "
    "stycznia styczeń januar jänner",
    "february feb февраль февраля февр фев люты лютага лют luty lutaha vasario vasaris лютий лютого lutego "
    "februar feber",
    "march mar март марта мар сакавік сакавіка сак sakavik sakavika kovo kovas березень березня marca marzec "
    "märz",
    "april apr апрель апреля апр красавік красавіка крас krasavik krasavika balandžio balandis квітень квітня "
    "kwietnia kwiecień",
    "may май мая травень траўня трав travień traŭnia gegužės gegužė травня maja maj mai",
    "june jun июнь июня июн чэрвень чэрвеня чэрв červień červienia birželio birželis червень червня czerwca "
    "czerwiec juni",
    "july jul июль июля июл ліпень ліпеня ліп lipień lipienia liepos liepa липень липня lipca lipiec juli",
    "august aug август августа авг жнівень жніўня жн žnivień žniŭnia rugpjūčio rugpjūtis серпень серпня "
    "sierpnia sierpień",
    "september sep sept сентябрь сентября сент сен верасень верасня верасьня вер vierasień vierasnia vieraśnia "
    "rugsėjo rugsėjis вересень вересня września wrzesień",
    "october oct октябрь октября окт кастрычнік кастрычніка кастр kastryčnik kastryčnika spalio spalis жовтень "
    "жовтня października październik oktober okt",
    "november nov ноябрь ноября нояб ноя лістапад лістапада ліст listapad listapada lapkričio lapkritis "
    "листопад листопада listopada listopad",
    "december dec декабрь декабря дек снежань снежня сьнежань сьнежня снеж śniežań śniežnia gruodžio gruodis "
    "грудень грудня grudnia grudzień dezember dez",
)
"""January first: English, Russian, Belarusian (official, classical, Latin), Lithuanian, Ukrainian, Polish, German."""

_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}

_WEEKDAY = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|понедельник|вторник|среда|четверг|пятница|суббота"
    r"|воскресенье|панядзелак|аўторак|серада|чацвер|пятніца|субота|нядзеля"
)
_TIME = r"(?:,?\s*(?:at|в|у|а|о|,|-|–|\|)?\s*\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?(?:\s*\(?(?:utc|gmt|msk|мск|cest|cet|eest|eet)\)?)?)?"
_YEAR_WORD = r"(?:\s*(?:г\.?|года|году|год|р\.?|року|roku|m\.?|hoda|hodu))?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_NAME = r"(?P<month>[^\W\d_]{3,})\.?"
_DAY = r"(?P<day>\d{1,2})"

_FORMS = tuple(
    re.compile(rf"(?:(?:{_WEEKDAY})\.?,?\s+)?(?:{form})\.?", re.IGNORECASE)
    for form in (
        rf"{_YEAR}-(?P<month>\d{{2}})-{_DAY}(?:[t ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?\s*(?:z|[+-]\d{{2}}:?\d{{2}})?)?",
        rf"{_YEAR}-(?P<month>\d{{2}})",
        rf"{_DAY}\.(?P<month>\d{{1,2}})\.{_YEAR}{_YEAR_WORD}{_TIME}",
        rf"{_DAY}(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_NAME},?\s+{_YEAR}{_YEAR_WORD}{_TIME}",
        rf"{_NAME}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}{_TIME}",
        rf"{_NAME},?\s+{_YEAR}{_YEAR_WORD}",
        rf"{_YEAR}{_YEAR_WORD}",
    )
)


def parse_date(text: str) -> PartialDate | None:
    """The date that the whole of `text` is, with or without a time of day; `None` if it is anything else.

    A date that does not exist, and one whose order is anybody's guess (09/12/2025), are refused.
    """
    text = " ".join(normalise(text).split())
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _checked(match.groupdict())
    return None


def _checked(parts: dict[str, str]) -> PartialDate | None:
    year = int(parts["year"])
    if "month" not in parts:
        return PartialDate(year)
    name = parts["month"].casefold()
    month = int(name) if name.isdecimal() else _MONTH.get(name, 0)
    if not 1 <= month <= 12:
        return None
    if "day" not in parts:
        return PartialDate(year, month)
    day = int(parts["day"])
    return PartialDate(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None
