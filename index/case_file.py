"""What the sources say about one case, as spans only: where the person is, what happened when, who is named with them.

Nothing is summarised: a line is one whole sentence, or two where the second leans on the first. Which sentences are
about the person is `about.py`; whether one tells where they are is `statements.py` together with its verbs.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from corpus.cases import Case, Cases, CaseType, Mention
from corpus.document import Document, PartialDate
from index.about import people, subjects
from index.clauses import EVENTS, clauses, events, nearest_event
from index.excerpt import MAX_CHARS, MAX_SENTENCE, Excerpt
from index.mentions import MentionTable
from index.origins import from_files
from index.search import MENTIONS
from index.statements import Statements
from index.values import Day, Value, ValueKind, values
from index.version import Version

CLOSE = 5
"""People shown as close, at most."""
DESIGNATIONS = 3
"""Publishers shown that call the person a political prisoner, at most."""
_PASSAGES = 400
"""Of the newest documents; more do not change a card, and would take long."""
_SURE, _POSSIBLE = 0.11, -0.045
"""Scores (`Statements.scores`) from which a sentence is a status by its meaning alone, and with a verb that says so."""
_SAME = 0.9
"""Cosine from which two sentences with one event and one date count as saying the same."""
_WHERE = frozenset(
    {"freed", "crossed", "arrested", "sentenced", "held", "moved", "pardoned", "expelled", "died", "solitary"}
)
"""Events that change or state where a person is."""
_ELSE_WHERE = (
    r"home\b|disappear|missing\b|prison hospital|in (?:\w+ ){0,2}colony|вернул|дома\b|пропал|исчез|в (?:\w+ ){0,2}колонии"
    r"|вярну|знік|у (?:\w+ ){0,2}калоніі"
)
"""What the tables of `clauses.py`, made for comparing values, need not know."""
_WHERE_WORDS = re.compile(
    rf"(?<!\w)(?:{'|'.join(EVENTS[name] for name in sorted(_WHERE))}|{_ELSE_WHERE})", re.IGNORECASE
)
_ONLY_WANTED = re.compile(
    r"\b(?:call(?:s|ed|ing)? (?:for|on)|demand\w*|ask(?:s|ed)? for|hop(?:es?|ed)|требу\w+|призва\w+|надее\w+|патрабу\w+|патрабав\w+|закліка\w+"
    r"|спадзя\w+)\b",
    re.IGNORECASE,
)
_ON_SOURCES = re.compile(
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

_LEANS = re.compile(
    r"(?:(?:he|she|his|her|он|она|его|её|ее|ён|яна|яго|яе|a court|the court|суд)\b"
    r"|(?:[\w’'-]+\s+){0,6}?(?:him|her|he|she|его|её|ее|ему|ей|он|она|яго|яе|яму|ёй|ён|яна)\b)",
    re.IGNORECASE,
)
_AMONG_THEM = re.compile(r"(?:among them|среди них|в их числе|сярод іх|у іх ліку|серед них)\b", re.IGNORECASE)
_PRISONER = (
    r"(?:political prisoner|prisoners? of conscience|политзаключ|политическ\w+ заключ|узни\w+ совести|палітвяз|палітзняволен"
    r"|палітычн\w+ вязн|вязн\w+ сумлення|політв.язн|więź\w+ polityczn|politisch\w* gefangen)"
)
_DESIGNATION = re.compile(rf"\b{_PRISONER}", re.IGNORECASE)
_DENIAL = re.compile(
    rf"\b(?:not|no|never|den(?:y|ies|ied)|so-called|не|нет|ня|няма|отрица\w+|адмаўля\w+|так называем\w+|так званы\w*)\b[^.]{{0,40}}{_PRISONER}",
    re.IGNORECASE,
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What one version of the index says about one case."""

    case: str
    status: tuple[Line, ...]
    """Where the person is, newest document first, one line of each origin."""
    timeline: tuple[Line, ...]
    """By date, the earliest first; a line without a date stands where its document was published."""
    designations: tuple[Line, ...]
    """Who calls the person a political prisoner: one line a publisher, newest first. Our briefs never do."""
    close: tuple[str, ...]
    """Ids of the people most often named in the same passages."""
    similar: tuple[str, ...]
    """Ids of other people with a similar name."""


def may_have_card(case: Case) -> bool:
    """Whether a case is a person of whom a card may be shown, if documents name them."""
    return case.type is CaseType.PERSON and not case.protected and not case.official


@dataclass(frozen=True, slots=True)
class _Said:
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


class CaseBook:
    """The case files of one version, each made when it is first asked for."""

    def __init__(self, version: Version, statements: Statements, cases: Cases) -> None:
        self.version = version
        self._statements = statements
        self._cases = cases
        numbers = from_files(version.files).numbers
        self._origin = dict(zip(version.documents, numbers, strict=True))
        self._named = MentionTable.from_bytes(version.files[MENTIONS])
        self._first = np.searchsorted(version.sentences[:, 0], np.arange(len(version.passages) + 1))
        self.case_file = lru_cache(256)(self._case_file)
        self._mentions = lru_cache(512)(self._mentions_in)

    def has_card(self, case: str) -> bool:
        """Whether there is a card: for people whom documents name, but no child and nobody in office."""
        found = self._cases.by_id.get(case)
        return found is not None and may_have_card(found) and self._named.is_named(case)

    def people(self) -> tuple[str, ...]:
        """Everybody with a card, in the order of the cases."""
        return tuple(case.id for case in self._cases if self.has_card(case.id))

    def _case_file(self, case: str, language: str) -> CaseFile | None:
        """What the documents say about a case, briefs of ours in `language` where they are; `None` without a card."""
        if not self.has_card(case):
            return None
        passages = self._passages_of(case)
        said = [one for passage in passages for one in self._said(case, passage)]
        status = self._one_of_each_origin([one for one in said if one.is_status], language)
        dated = [one for one in said if one.line.date]
        similar = self._cases[case].confusable
        return CaseFile(
            case=case,
            status=tuple(one.line for one in _without_overtaken_briefs(status)),
            timeline=self._timeline([*dated, *(one for one in status if not one.line.date)], language),
            designations=_designations(said),
            close=self._close(case, passages, similar),
            similar=tuple(other for other in similar if self.has_card(other)),
        )

    def _passages_of(self, case: str) -> list[int]:
        """The passages that name a case, those of the newest documents first."""
        rows = self._named.passages_naming(case).tolist()
        published = [self.version.passage(row).document.published for row in rows]
        order = sorted(range(len(rows)), key=lambda i: (published[i], -rows[i]), reverse=True)
        return [rows[i] for i in order[:_PASSAGES]]

    def _mentions_in(self, document: Document) -> tuple[Mention, ...]:
        """Whom the text of a document names; its title may explain a surname."""
        offset = len(document.title) + 2
        return tuple(
            Mention(mention.start - offset, mention.end - offset, mention.cases)
            for mention in self._cases.mentions(f"{document.title}\n\n{document.text}")
            if mention.start >= offset
        )

    def _said(self, case: str, passage: int) -> Iterator[_Said]:
        """The sentences of a passage that are about the case."""
        document = self.version.passage(passage).document
        rows = range(int(self._first[passage]), int(self._first[passage + 1]))
        scores = self._statements.scores(self.version.sentence_vectors[rows.start : rows.stop])
        for row, score in zip(rows, scores.tolist(), strict=True):
            span = self._span_about(case, document, row)
            if span and not (document.is_brief and _ON_SOURCES.search(document.text, *span)):
                yield _said(document, span, int(self.version.sentences[row][1]), row, score)

    def _span_about(self, case: str, document: Document, row: int) -> tuple[int, int] | None:
        """The sentence, with the one before it where it needs that one; `None` when it is not about the case."""
        start, end = (int(x) for x in self.version.sentences[row][1:])
        before = self._before(document, row)
        named = self._people(document, start, end)
        if named:
            together = subjects(document.text, named, case, start)
            if not together or not self._is_theirs(document.text, (start, end), named, together):
                return None
            if _AMONG_THEM.match(document.text, start):
                start = before if before is not None and end - before <= MAX_CHARS else start
        elif before is None or end - before > MAX_CHARS or not _LEANS.match(document.text, start):
            return None
        else:
            earlier = self._people(document, before, start)
            if {mention.cases for mention in earlier} != {(case,)}:
                return None
            if not subjects(document.text, earlier, case, before):
                return None
            start = before
        if end - start > MAX_SENTENCE or self._names_child(document, start, end):
            return None
        return start, end

    def _is_theirs(
        self, text: str, span: tuple[int, int], named: Sequence[Mention], together: Sequence[Mention]
    ) -> bool:
        """Whether what happens stands nearer to `together` than to anybody else who is named, officials aside."""
        others = [
            one
            for one in named
            if one not in together and not any(self._cases[case].official for case in one.cases)
        ]
        happens = [match.span() for match in _WHERE_WORDS.finditer(text, *span)]
        return not others or not happens or _gap(together, happens) <= _gap(others, happens)

    def _before(self, document: Document, row: int) -> int | None:
        """Where the sentence before begins, if nothing but white space separates it from this one."""
        sentences, passages = self.version.sentences, self.version.passages
        if row == 0 or passages[sentences[row - 1][0]][0] != passages[sentences[row][0]][0]:
            return None
        gap = document.text[int(sentences[row - 1][2]) : int(sentences[row][1])]
        return None if gap.strip() else int(sentences[row - 1][1])

    def _people(self, document: Document, start: int, end: int) -> list[Mention]:
        return people(self._mentions(document), self._cases, start, end)

    def _names_child(self, document: Document, start: int, end: int) -> bool:
        named = (case for mention in self._people(document, start, end) for case in mention.cases)
        return any(self._cases[case].protected for case in named)

    def _cosine(self, one: _Said, other: _Said) -> float:
        vectors = self.version.sentence_vectors
        return float(vectors[one.row] @ vectors[other.row])

    def _one_of_each_origin(self, status: Sequence[_Said], language: str) -> list[_Said]:
        """The line of each origin that is true last; newest document first. All briefs of ours are one origin."""
        groups: dict[int, list[_Said]] = {}
        for one in status:
            document = one.line.document
            groups.setdefault(-1 if document.is_brief else self._origin[document], []).append(one)
        chosen = [_last(group, language) for group in groups.values()]
        return sorted(chosen, key=lambda one: (one.line.document.published, one.score), reverse=True)

    def _timeline(self, said: Iterable[_Said], language: str) -> tuple[Line, ...]:
        """By date; of lines that say the same, the one of the nearest source, of a brief only where no source does."""
        kept: list[_Said] = []
        for one in sorted(said, key=lambda one: (*_standing(one.line.document, language), one.row)):
            if not any(self._same(one, other) for other in kept):
                kept.append(one)
        return tuple(one.line for one in sorted(kept, key=lambda one: (_when(one.line), one.row)))

    def _same(self, one: _Said, other: _Said) -> bool:
        if one.line.date is None or other.line.date is None:
            return one.row == other.row
        mine, others = one.line.document, other.line.document
        translated = mine.is_brief and others.is_brief and mine.language != others.language
        if not one.line.date.meets(other.line.date):
            return False
        return translated or bool(one.events & other.events and self._cosine(one, other) > _SAME)

    def _close(self, case: str, passages: Sequence[int], similar: Sequence[str]) -> tuple[str, ...]:
        """Those named in the same passages most, less by a list of many; a similar name alone is no closeness."""
        weight: defaultdict[str, float] = defaultdict(float)
        for row in passages:
            passage = self.version.passage(row)
            named = {
                mention.cases[0]
                for mention in self._people(passage.document, passage.start, passage.end)
                if len(mention.cases) == 1
            }
            if case in named:
                others = [other for other in named if other not in {case, *similar} and self.has_card(other)]
                for other in others:
                    weight[other] += 1 / len(named)
        return tuple(sorted(weight, key=lambda other: (-weight[other], other))[:CLOSE])


def _designations(said: Sequence[_Said]) -> tuple[Line, ...]:
    newest: dict[str, Line] = {}
    for one in said:
        line = one.line
        words = line.document.text[line.start : line.end]
        if not line.document.is_brief and _DESIGNATION.search(words) and not _DENIAL.search(words):
            known = newest.get(line.document.publisher)
            if known is None or known.document.published < line.document.published:
                newest[line.document.publisher] = line
    found = sorted(newest.values(), key=lambda line: line.document.published, reverse=True)
    return tuple(found[:DESIGNATIONS])


def _without_overtaken_briefs(status: Sequence[_Said]) -> list[_Said]:
    """The same without a brief of ours that tells what a later source tells too, or that is older than what one tells."""
    sources = [one for one in status if not one.line.document.is_brief]
    return [
        one
        for one in status
        if not one.line.document.is_brief or not any(_overtakes(source, one) for source in sources)
    ]


def _overtakes(source: _Said, brief: _Said) -> bool:
    if brief.latest is None or brief.latest < _when(source.line):
        return True
    published = source.line.document.published
    later = ((published.year or 0), published.month or 12, published.day or 31) >= brief.latest
    return later and bool(_WHERE & source.events & brief.events)


def _gap(named: Sequence[Mention], spans: Sequence[tuple[int, int]]) -> int:
    """Characters between the nearest two of them."""
    return min(max(start - one.end, one.start - end) for one in named for start, end in spans)


def _said(document: Document, span: tuple[int, int], sentence: int, row: int, score: float) -> _Said:
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
    return _Said(
        line,
        row,
        score,
        events=events(text),
        latest=max((_key(day) for day in days if day.year), default=None),
        by_verb=_WHERE_WORDS.search(text) is not None,
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
            event is None and _WHERE_WORDS.search(text[clause.start : clause.end])
        ):
            return date
    return None


def _when(line: Line) -> tuple[int, int, int]:
    return _key(line.date or line.document.published)


def _key(day: Day | PartialDate) -> tuple[int, int, int]:
    return (day.year or 0, day.month or 0, day.day or 0)


def _standing(document: Document, language: str) -> tuple[bool, str, bool, tuple[int, int, int]]:
    """Sorts the source to quote first: no brief, the better label, the reader's language, the earlier date."""
    published = document.published
    day = (published.year or 9999, published.month or 99, published.day or 99)
    return (document.is_brief, document.reliability, document.language != language, day)


def _last(group: Sequence[_Said], language: str) -> _Said:
    """Of lines of one origin the one about the latest time; an article that gives no date means the day it came out.

    A brief of ours was written long after what it tells: there only the dates in the sentence count.
    """
    first = min(_standing(one.line.document, language) for one in group)
    best = [one for one in group if _standing(one.line.document, language) == first]

    def rank(one: _Said) -> tuple[tuple[int, int, int], float, int]:
        day = one.latest or (0, 0, 0) if one.line.document.is_brief else _when(one.line)
        return (day, 0.0 if one.line.date is None else one.score, -one.row)

    return max(best, key=rank)
