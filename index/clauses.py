"""What happens in which clause of a text: freed, sentenced, arrested …, in en, ru and be.

A value means what its clause says: "52 were freed, 51 crossed the border" states two facts. The tables know the words
of these cases, not the language; a clause whose verb they do not know has no event.
"""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

EVENTS = {
    "freed": r"free[ds]?\b|releas|liberat|let (?:\w+ ){0,4}(?:go|out)\b|(?:came|walk\w*|got) (?:out|free)\b|освобо|на свобод|на вол[юе]|отпуст|вы(?:шл|ше)"
    r"|выпус[тк]|выпущ|вызвал|адпусц|на вол|выйш|выпусц|vyzval|vyjsa|vyjša",
    "crossed": r"cross|arriv|перес[её]к|пересека|прибы|въех|пераеха|перасек|перасяк|перайшл|прыбы|прыеха",
    "departed": r"left (?:belarus|the country|for)|leav\w+ (?:belarus|the country)|departed|покин|уеха|выеха|пакіну|з['’]еха",
    "arrested": r"arrest|detain|detention|seized|t(?:aken|ook) \w* ?away|picked up|round(?:ed|s) up|into custody|взял[иа]|взят|узял[іа]|забрал|задерж"
    r"|арест(?!ант)|схват|под стражу|затрым|арышт(?!ант)|схапі|пад варту|zatrym|arysht|aryst|aryšt|zaderzh",
    "sentenced": r"sentenc|convict|condemn|handed|jailed|imprisoned for|given|got\b|gets?\b|receiv|verdict|guilty|term\b|осу[дж]|засуд|пригов|\bдали|получ"
    r"|назнач|срок|винов|асу[дж]|прысу[дж]|прызнач|далі\b|атрым|тэрмін|вінават|пакаран|asudz",
    "demanded": r"demand|ask(?:s|ed) for|sought|seeks?\b|prosecutor|требу|запрос|прос[иія]|прокурор|пракурор|патрабу|патрабав",
    "served": r"served?\b|spent|spend|пров[её]л|отсидел|отбыл|отбыв\b|отбывш|прав[ёяе]|адсядзе|адседзе|адбы[ўлч]",
    "tried": r"tried\b|trial|hearing|суди(?:л|т|м)|суд над|процесс|заседан|судзі|працэс|пасяджэн",
    "accused": r"accus|charg|suspect|обвин|вменя|предъяв|подозрева|инкрим|абвінав|прад['’]яв|інкрым|падазра|вінаваці",
    "hunger": r"hunger|голода|галада",
    "began": r"beg[aiu]n|start|launch|open(?:s|ed)\b|нач[аи]|объяв|откры|пача|абвясц|адкры|pacha|pača",
    "ended": r"end(?:s|ed)\b|stopp|quit|gave up|законч|прекра|скончы|спыні|завярш",
    "died": r"die[ds]?\b|death|умер|сконча|смерт|погиб|пам[её]р|смерц|загіну",
    "fined": r"fine[ds]?\b|штраф|аштраф",
    "held": r"held|holding|remain|behind bars|in (?:prison|jail|detention)|imprisoned(?! for)|kept|serving|содерж|держ[аи]|сид[ия]т|отбыва|оста[её]?[юе]тся"
    r"|за реш[её]т|в тюрьм|находится|трыма|застаю|застае|за крат|у турм|сядз|адбыва|знаходз",
    "moved": r"transfer|moved|taken\b(?! away)|sent (?:back )?to|перев[её]л|перевез|перевод|этап|отправ|увез|пераве|перавя|адправ|павез",
    "pardoned": r"pardon|amnest|помил|амнист|памілав|амніст",
    "left": r"without|без(?:\s)",
    "expelled": r"expel|deport|exile|высл|вывез",
    "solitary": r"solitary|punishment cell|isolation|isolator|карцер|шизо|карцар|шыза",
    "born": r"born|birth|родил|рожден|нарадз",
    "wrote": r"report(?:s|ed)|wrote|writes?|said|says?\b|announc|according|publish|as of|сообщ|напис|пис[ау]|пиш|заяв|по данн|по состоян|по слов"
    r"|паведам|напіс|пісал|піш|сказа|станам|паводле слоў",
}
"""By the beginnings of words. `wrote` is what a source does: a date beside it is when it wrote."""

_EVENTS = {name: re.compile(rf"(?<!\w)(?:{stems})", re.IGNORECASE) for name, stems in EVENTS.items()}
_PENALTY = re.compile(
    r"(?:сутак|дзён|суток|дней|days)(?: of| in)? (арыш|арес|arrest|detention)", re.IGNORECASE
)
"""Fifteen days of arrest are a penalty."""
_SENTENCE_END = re.compile(r"(?<=[.!?…])[»”\"')]*\s+(?=[\"«“'(]?[A-ZА-ЯЁІЎ\d])|\n+")
_BREAK = re.compile(
    r";\s|:\s|,\s|\s[–—-]\s|\s(?=(?:and|but|after|before|until|while|when|who|whom|which|и|но|после|перед|пока|когда|котор\w+|і|але|пасля|перад"
    r"|пакуль|калі|як[іая]\w*)\s)",
    re.IGNORECASE,
)
_OPENS = re.compile(r"(?:on|in|at|by|в|во|на|при|у|ў|пры|с|з|по|па)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A span of a text with what happens in it; `sentence` numbers the sentence that it belongs to."""

    start: int
    end: int
    sentence: int
    events: frozenset[str]
    tails: tuple[int, ...] = ()
    """Starts of parts at its end that name no event: they may be about something that the tables do not know."""

    def holds(self, text: str, start: int) -> bool:
        """Whether what starts at `start` surely belongs to its events: at most two words of its tail stand before it."""
        tail = max((tail for tail in self.tails if tail <= start), default=None)
        return tail is None or len(text[tail:start].split()) <= 2


def clauses(text: str, *, whole: list[tuple[int, int]]) -> list[Clause]:
    """The clauses of a text, in order, covering it; none ends inside a span of `whole` (a date, say)."""
    found: list[Clause] = []
    starts = [0, *(m.end() for m in _SENTENCE_END.finditer(text) if not _inside(m.start(), whole)), len(text)]
    for number, (start, end) in enumerate(pairwise(starts)):
        found.extend(_of_sentence(text, start, end, number, whole))
    return found


def events(text: str) -> frozenset[str]:
    """What happens in a text."""
    named = {name for name, pattern in _EVENTS.items() if pattern.search(text)}
    if penalty := _PENALTY.search(text):
        named.add("sentenced")
        others = text[: penalty.start(1)] + text[penalty.end(1) :]
        named -= set() if _EVENTS["arrested"].search(others) else {"arrested"}
    return frozenset(named)


def nearest_event(text: str, clause: Clause, start: int, end: int) -> str | None:
    """The event of a clause whose words stand nearest to the span from `start` to `end`."""
    gaps = (
        (max(match.start() - end, start - match.end()), name)
        for name in sorted(clause.events)
        for match in _EVENTS[name].finditer(text, clause.start, clause.end)
    )
    return min(gaps, default=(0, None))[1]


def _of_sentence(text: str, start: int, end: int, number: int, whole: list[tuple[int, int]]) -> list[Clause]:
    """Split where both sides have an event of their own; a part without one belongs to its neighbour.

    It opens the next clause at the beginning of a sentence or with a preposition, else it is a tail of the one before.
    """
    breaks = [m.end() for m in _BREAK.finditer(text, start, end) if not _inside(m.start(), whole)]
    found: list[Clause] = []
    waiting = start
    for first, last in zip([start, *breaks], [*breaks, end], strict=True):
        if named := events(text[waiting:last]):
            found.append(Clause(waiting, last, number, named))
        elif found and (last == end or (waiting == first and not _OPENS.match(text, first))):
            before = found[-1]
            found[-1] = replace(before, end=last, tails=(*before.tails, waiting))
        elif last == end:
            found.append(Clause(waiting, last, number, named))
        else:
            continue
        waiting = last
    return found


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < place < end for start, end in spans)
