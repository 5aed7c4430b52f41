"""What a question wants that sources may disagree about, and whether it wants it as of now: en, ru, be, be-latn."""

import re

from corpus.fold import skeleton
from index import kinds
from index.clauses import events
from index.value import ValueKind
from index.values import THING_CHARS, thing_of, values

_EITHER = re.compile(r"(?<!\w)(?:or|или|ці|або|ci|albo)(?!\w)", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:how many|сколько|скольких|колькі|kolki)\s+(?!(?:were|was|are|is|have|had|has|did|do|does|of|still|now|there|сейчас|теперь|ещё|еще|всего"
    r"|их|было|ўсяго|усяго|цяпер|зараз|яшчэ|іх|было|ich)(?!\w))(?P<noun>\w+)",
    re.IGNORECASE,
)
_CHARGE = re.compile(
    r"what (?:for|charge)|(?:charge|accuse|convicte|guilty)\w*|why (?:was|were|is|did)|which article|за что|обвин|по какой стать|по каким стать|какая стать"
    r"|за што|абвінав|артыкул|za sto|za što|za chto",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"(?:what|which|как\w+|як\w+) (?:\w+ ){0,2}(?:verdict|punishment|приговор|наказание|прысуд|пакаранне)\b|how long|how many (?:\w+ )?(?:years|months|weeks|days)|sentence\b|\bterm\b|как долго|срок|скольк\w+ (?:лет|год|месяц|недел|дн|сут|времени)"
    r"|на сколько|тэрмін|як доўга|колькі (?:гадоў|гадоу|месяцаў|тыдняў|дзён|сутак|часу)|на колькі|termin|kolki hadou",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:where|wh(?:ich|at) (?:city|town|prison|colony|jail|court|place)|где|куда|откуда|в как(?:ом|ой) (?:город|колон|тюрьм|суд|сизо)"
    r"|дзе|куды|адкуль|у як(?:ім|ой) (?:горад|калон|турм|суд)|dzie|hdzie|kudy|gde|kuda)",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"\b(?:now|nowadays|current(?:ly)?|today|at present|at the moment|still|so far|latest|any news|as of"
    r"|сейчас|теперь|ныне|сегодня|на сегодня|до сих пор|вс[её] ещ[её]|ещ[её] (?:в|за)|пока ещ[её]|на данный момент|последние новости|остаются|остаётся"
    r"|цяпер|зараз|сёння|дагэтуль|усё яшчэ|ўсё яшчэ|яшчэ (?:ў|у|за|сядз\w+)|апошнія навіны|застаюцца|застаецца|на гэты момант"
    r"|ciapier|ciaper|ciapjer|tsiaper|tsyaper|zaraz|siońnia|sionnia|sionnia|siohodnia|dahetul|usio jašče|usio jasce|usio yashche)(?!\w)",
    re.IGNORECASE,
)


def is_status_question(question: str) -> bool:
    """Whether it asks how things stand now, so that the newest source goes first."""
    return _STATUS.search(question) is not None


def wanted_value(question: str) -> ValueKind | None:
    """The kind of value that would answer; `None` where no value that we can compare would."""
    if _EITHER.search(question) and sum(value.kind is ValueKind.DATE for value in values(question)) > 1:
        return ValueKind.DATE
    if _DURATION.search(question):
        return ValueKind.DURATION
    kind = kinds.asked(question)
    if kind is kinds.Kind.DATE:
        return ValueKind.DATE
    if kind is kinds.Kind.NUMBER:
        return ValueKind.NUMBER
    if _PLACE.search(question):
        return ValueKind.PLACE
    return ValueKind.CHARGE if _CHARGE.search(question) else None


def wanted_thing(question: str) -> str:
    """What a question wants counted: a key of `THINGS`, else the folded beginning of the noun; empty if unsaid."""
    match = _COUNTED.search(question)
    if (thing := thing_of(question)) or match is None or events(match["noun"]):
        return thing
    return skeleton(match["noun"])[:THING_CHARS]
