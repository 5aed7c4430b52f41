"""What happens in which clause of a text: freed, sentenced, arrested …, in en, ru and be.

A value means what its clause says: "52 were freed, 51 crossed the border" states two facts. The tables know the words
of these cases, not the language; a clause whose verb they do not know has no event.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

EVENTS = {
    "freed": r"free[ds]?\b|releas|liberat|let (?:\w+ ){0,4}(?:go|out)\b|came out|walked out|освобо|на свобод|на волю|отпуст|вы(?:шл|ше)"
    r"|выпус[тк]|выпущ|вызвал|адпусц|на вол|выйш|выпусц|vyzval|vyjsa|vyjša",
    "crossed": r"cross|arriv|перес[её]к|пересека|прибы|въех|пераеха|перасек|перасяк|перайшл|прыбы|прыеха",
    "arrested": r"arrest|detain|seized|t(?:aken|ook) \w* ?away|picked up|взял[иа]|взят|узял[іа]|забрал|задерж|арест(?!ант)|затрым|арышт(?!ант)|zatrym|arysht|aryst|aryšt|zaderzh",
    "sentenced": r"sentenc|convict|jailed|imprisoned for|given|got\b|gets?\b|receiv|verdict|guilty|term\b|осу[дж]|пригов|\bдали|получ|назнач"
    r"|срок|винов|асу[дж]|прысу[дж]|далі\b|атрым|тэрмін|вінават|asudz",
    "demanded": r"demand|ask(?:s|ed) for|sought|seeks?\b|prosecutor|требу|запрос|прос[иія]|прокурор|пракурор|патрабу|патрабав",
    "served": r"served?\b|spent|spend|пров[её]л|отсидел|отбы|прав[ёяе]|адсядзе|адседзе|адбы",
    "tried": r"tried\b|trial|суди(?:л|т|м)|процесс|судзі|працэс",
    "accused": r"accus|charg|обвин|вменя|предъяв|абвінав|прад'яв|інкрым",
    "hunger": r"hunger|голода|галада",
    "began": r"beg[aiu]n|start|launch|нач[аи]|объяв|пача|абвясц|pacha|pača",
    "ended": r"end(?:s|ed)\b|stopp|quit|gave up|законч|прекра|скончы|спыні|завярш",
    "died": r"die[ds]?\b|death|умер|сконча|смерт|пам[её]р|смерц",
    "fined": r"fine[ds]?\b|штраф|аштраф",
    "held": r"held|holding|remain|behind bars|in (?:prison|jail|detention)|imprisoned(?! for)|kept|содерж|держ[аи]|сид[ия]т|оста[её]?[юе]тся"
    r"|за реш[её]т|в тюрьм|в колонии наход|находится|трыма|застаю|застае|за крат|у турм|сядз|знаходз",
    "moved": r"transfer|moved|taken (?:back )?to|sent (?:back )?to|перев[её]л|перевез|перевод|этап|пераве|перавя",
    "pardoned": r"pardon|помил|памілав",
    "left": r"without|без(?:\s)",
    "expelled": r"expel|deport|exile|высл|вывез",
    "solitary": r"solitary|punishment cell|isolation|карцер|шизо|карцар|шыза",
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
    """Split where both sides have an event of their own; a piece without one belongs to its neighbour."""
    breaks = [m.end() for m in _BREAK.finditer(text, start, end) if not _inside(m.start(), whole)]
    pieces: list[tuple[int, int]] = []
    waiting = start
    for first, last in zip([start, *breaks], [*breaks, end], strict=True):
        if events(text[waiting:last]) or last == end:
            if pieces and not events(text[waiting:last]):
                pieces[-1] = (pieces[-1][0], last)
            else:
                pieces.append((waiting, last))
            waiting = last
        elif pieces and waiting == first and not _OPENS.match(text, first):
            pieces[-1] = (pieces[-1][0], last)
            waiting = last
    return [Clause(first, last, number, events(text[first:last])) for first, last in pieces]


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < place < end for start, end in spans)
