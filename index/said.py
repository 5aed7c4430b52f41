"""What one sentence tells of a case: what happened and when, and whether it is where the person is now."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.document import Document, PartialDate
from index.clauses import EVENTS, clauses, events, nearest_event
from index.excerpt import Excerpt
from index.value import Day, Value, ValueKind
from index.values import values

_SURE, _POSSIBLE = 0.11, -0.045
"""Scores (`Statements.scores`) from which a sentence is a status by its meaning alone, and with a verb that says so."""
WHERE = frozenset(
    {"freed", "crossed", "arrested", "sentenced", "held", "moved", "pardoned", "expelled", "died", "solitary"}
)
"""Events that change or state where a person is."""
_ELSE_WHERE = (
    r"home\b|disappear|missing\b|prison hospital|in (?:\w+ ){0,2}colony|вернул|дома\b|пропал|исчез|в (?:\w+ ){0,2}колонии"
    r"|вярну|знік|у (?:\w+ ){0,2}калоніі"
)
"""What the tables of `clauses.py`, made for comparing values, need not know."""
WHERE_WORDS = re.compile(
    rf"(?<!\w)(?:{'|'.join(EVENTS[name] for name in sorted(WHERE))}|{_ELSE_WHERE})", re.IGNORECASE
)
_ONLY_WANTED = re.compile(
    r"\b(?:call(?:s|ed|ing)? (?:for|on)|demand\w*|ask(?:s|ed)? for|hop(?:es?|ed)|требу\w+|призва\w+|надее\w+|патрабу\w+|патрабав\w+|закліка\w+"
    r"|спадзя\w+)\b",
    re.IGNORECASE,
)
ON_SOURCES = re.compile(
    r"\b(?:sources? .{0,30}(?:do(?:es)? not|differ)|none of the sources|источник\w* .{0,30}(?:не |расход)|крыніц\w* .{0,30}(?:не |разыход)"
    r"|contradicts|another order|another date|nevertheless|machine|automatic|partly with AI|автоматическ|искусственн\w+ интеллект|аўтаматычн|штучн\w+ інтэлект|расходится с|in contrast|у адрозненне)",
    re.IGNORECASE,
)
"""A brief that compares sources: worth an answer, no event in a life."""
_REPORT = re.compile(
    r"(?:report|article|story|summary|statement|account|сообщени\w+|стать\w+|публикаци\w+|паведамленн\w+|артыкул\w*)\s+(?:(?:of|from|on|от|ад)\s+)?$",
    re.IGNORECASE,
)
"""Before the date of a text."""

_SENSITIVE = re.compile(
    r"suicid|self-harm|wrists|tortur|beat(?:en|ing)|raped?\b|health|stroke|cancer|hospital|intensive care|injur|hunger|lost weight|\bdied\b|death"
    r"|суицид|самоуб|вскры\w+ вен|пытк|пытал|избит|избил|здоров|инсульт|инфаркт|онколог|больниц|реаним|травм|голодовк|голодал|похудел|умер|смерт"
    r"|самагуб|катава|катуюц|збіт|збіл|здароў|інсульт|інфаркт|бальніц|рэанім|галадоўк|галадаў|схуднеў|пам[её]р|смерц",
    re.IGNORECASE,
)
_YEAR_ALONE = re.compile(
    r"\b(?:in|since|until|till|by|during|в|во|с|со|до|по|к|у|ў|з|са|да|па)\s+$", re.IGNORECASE
)
"""Before a year that dates what happened; "the 2010 election" dates something else."""


@dataclass(frozen=True, slots=True)
class Line:
    """Whole sentences about a case. `date` is when it happened, where they say so, and `dated` the words that do."""

    document: Document
    start: int
    end: int
    sensitive: bool
    """Health, violence or death: shown folded."""
    date: Day | None = None
    dated: tuple[int, int] | None = None
    """Start and end of those words in the document's text."""

    @property
    def excerpt(self) -> Excerpt:
        """The span as every other quote."""
        return Excerpt(self.document, self.start, self.end, 1, 1.0)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that is about the case."""

    line: Line
    row: int
    """Its row among the version's sentences."""
    score: float
    events: frozenset[str]
    latest: tuple[int, int, int] | None
    """The latest date that it names, be it the day of a report."""
    by_verb: bool
    """Whether its verbs tell where somebody is."""
    wanted: bool
    """Whether it says what somebody asks or hopes for."""

    @property
    def is_status(self) -> bool:
        """Whether it tells where the person is."""
        return not self.wanted and self.score >= (_POSSIBLE if self.by_verb else _SURE)


def read_sentence(document: Document, span: tuple[int, int], sentence: int, row: int, score: float) -> Said:
    """What the sentence that begins at `sentence`, the last of the span, says."""
    start, end = span
    text = document.text[sentence:end]
    dates = [value for value in values(text) if value.kind is ValueKind.DATE]
    days = [date.content for date in dates if isinstance(date.content, Day)]
    happened = _happened(text, dates)
    line = Line(
        document,
        start,
        end,
        sensitive=_SENSITIVE.search(document.text[start:end]) is not None,
        date=happened.content if happened and isinstance(happened.content, Day) else None,
        dated=(sentence + happened.start, sentence + happened.end) if happened else None,
    )
    return Said(
        line,
        row,
        score,
        events=events(text),
        latest=max((_key(day) for day in days if day.year), default=None),
        by_verb=WHERE_WORDS.search(text) is not None,
        wanted=_ONLY_WANTED.search(text) is not None,
    )


def _happened(text: str, dates: Sequence[Value]) -> Value | None:
    """The first date that belongs to an event; not the day of a report, nor a year that names something else."""
    whole = clauses(text, whole=[(date.start, date.end) for date in dates])
    for date in dates:
        day = date.content
        if not isinstance(day, Day) or day.year is None:
            continue
        before = text[: date.start]
        if _REPORT.search(before) or (day.month is None and not _YEAR_ALONE.search(before)):
            continue
        clause = next(clause for clause in whole if clause.start <= date.start < clause.end)
        event = nearest_event(text, clause, date.start, date.end)
        if event not in {None, "wrote"} or (
            event is None and WHERE_WORDS.search(text[clause.start : clause.end])
        ):
            return date
    return None


def when(line: Line) -> tuple[int, int, int]:
    """Sorts by what happened first, or else by the day the document came out; what is not known of it is 0."""
    return _key(line.date or line.document.published)


def _key(day: Day | PartialDate) -> tuple[int, int, int]:
    return (day.year or 0, day.month or 0, day.day or 0)
