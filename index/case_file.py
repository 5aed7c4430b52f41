"""What the sources say about one case, as spans only: where the person is, what happened when, who is named with them.

Nothing is summarised: a line is one whole sentence, or two where the second leans on the first. Which sentences are
about the person is `about.py`, what one tells `said.py` with `statements.py`, which are shown `choosing.py`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from corpus.cases import Case, Cases, CaseType, load_cases
from corpus.document import Document
from corpus.naming import Mention
from index import choosing
from index.about import people, subjects
from index.disagreements import Disagreement, disagreements
from index.encoder import Encoder
from index.excerpt import MAX_CHARS, MAX_SENTENCE
from index.mentions import MentionTable
from index.origins import from_files
from index.said import ON_SOURCES, WHERE_WORDS, Line, Said, read_sentence
from index.search import MENTIONS
from index.statements import Statements, statements
from index.version import Version

CLOSE = 5
"""People shown as close, at most."""
_PASSAGES = 400
"""Of the newest documents; more do not change a card, and would take long."""
_LEANS = re.compile(
    r"(?:(?:he|she|his|her|он|она|его|её|ее|ён|яна|яго|яе|a court|the court|суд)\b"
    r"|(?:[\w’'-]+\s+){0,6}?(?:him|her|he|she|его|её|ее|ему|ей|он|она|яго|яе|яму|ёй|ён|яна)\b)",
    re.IGNORECASE,
)
_AMONG_THEM = re.compile(r"(?:among them|среди них|в их числе|сярод іх|у іх ліку|серед них)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What one version of the index says about one case."""

    case: str
    status: tuple[Line, ...]
    """Where the person is, what was so last first, one line of each origin."""
    timeline: tuple[Line, ...]
    """By date, the earliest first; a line without a date stands where its document was published."""
    designations: tuple[Line, ...]
    """Who calls the person a political prisoner: one line a publisher, newest first. Our briefs never do."""
    close: tuple[str, ...]
    """Ids of the people most often named in the same passages."""
    similar: tuple[str, ...]
    """Ids of other people with a similar name."""
    disagreements: tuple[Disagreement, ...]
    """What sources of different origins disagree about."""


def may_have_card(case: Case) -> bool:
    """Whether a case is a person of whom a card may be shown, if documents name them."""
    return case.type is CaseType.PERSON and not case.protected and not case.official


@lru_cache(maxsize=1)
def case_book(version: Version, encoder: Encoder) -> "CaseBook":
    """The case files of a version; those of the last one that was asked for are kept."""
    return CaseBook(version, statements(encoder), load_cases())


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

    def said_in(self, case: str, document: int) -> list[Said]:
        """The sentences of document `document` that are about a case, in order."""
        rows = self._named.passages_naming(case).tolist()
        mine = [row for row in rows if self.version.passages[row][0] == document]
        return [one for row in mine for one in self._said(case, row)]

    def _case_file(self, case: str, language: str) -> CaseFile | None:
        """What the documents say about a case, briefs of ours in `language` where they are; `None` without a card."""
        if not self.has_card(case):
            return None
        passages = self._passages_of(case)
        said = [one for passage in passages for one in self._said(case, passage)]
        newest = choosing.newest((one for one in said if one.is_status), self._origin, language)
        happened = [*(one for one in said if one.line.date), *(one for one in newest if not one.line.date)]
        similar = self._cases[case].confusable
        return CaseFile(
            case=case,
            status=tuple(one.line for one in choosing.without_overtaken_briefs(newest)),
            timeline=choosing.timeline(happened, self.version.sentence_vectors, language),
            designations=choosing.designations(said),
            close=self._close(case, passages, similar),
            similar=tuple(other for other in similar if self.has_card(other)),
            disagreements=disagreements(
                [one.line for one in said],
                case=case,
                language=language,
                origin=self._origin,
                cases=self._cases,
            ),
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

    def _said(self, case: str, passage: int) -> Iterator[Said]:
        """The sentences of a passage that are about the case."""
        document = self.version.passage(passage).document
        rows = range(int(self._first[passage]), int(self._first[passage + 1]))
        scores = self._statements.scores(self.version.sentence_vectors[rows.start : rows.stop])
        for row, score in zip(rows, scores.tolist(), strict=True):
            span = self._span_about(case, document, row)
            if span and not (document.is_brief and ON_SOURCES.search(document.text, *span)):
                yield read_sentence(document, span, int(self.version.sentences[row][1]), row, score)

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
        if end - start > MAX_SENTENCE or self.names_child(document, start, end):
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
        happens = [match.span() for match in WHERE_WORDS.finditer(text, *span)]
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

    def names_child(self, document: Document, start: int, end: int) -> bool:
        """Whether somebody of whom nothing may be shown is named from `start` to `end`."""
        named = (case for mention in self._people(document, start, end) for case in mention.cases)
        return any(self._cases[case].protected for case in named)

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


def _gap(named: Sequence[Mention], spans: Sequence[tuple[int, int]]) -> int:
    """Characters between the nearest two of them."""
    return min(max(start - one.end, one.start - end) for one in named for start, end in spans)
