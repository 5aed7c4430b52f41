"""Numbered update messages: what each tells. `announcements.py` lists them, `matching.py` knows who gets them.

A message is public text and stands for itself: it keeps its quotes, so that it can be sent days later, from a machine
without the index, in the words that were approved.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from corpus.document import PartialDate, Reliability
from index.risks import Risk

HOUR = 3600


class NewsKind(StrEnum):
    """What a message does."""

    NEW = "new"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


class Reason(StrEnum):
    """Why something is corrected or withdrawn; nothing else is ever given as a reason."""

    SOURCE_CHANGED = "source changed"
    SOURCE_WITHDREW = "source withdrew"
    WRONG_PERSON = "wrong person"
    WRONG_DATE = "wrong date"
    OUR_ERROR = "our error"
    SAFETY = "safety"
    LEGAL_REQUEST = "legal request"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsQuote:
    """An exact slice of a document, with what must stand beside it."""

    text: str
    document: str
    start: int
    end: int
    title: str
    publisher: str
    published: PartialDate
    language: str
    reliability: Reliability
    link: str | None = None
    """To the quoted words; `None` for a document without a public address."""
    notice: str | None = None
    note: str | None = None
    sensitive: bool = False
    """Health, violence or death: shown folded."""
    before: str | None = None
    """In a correction: what stood there when it was announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a message tells, before it has a number."""

    kind: NewsKind
    documents: tuple[str, ...]
    """Their ids: the document that is quoted, then those that say the same."""
    cases: tuple[str, ...] = ()
    """Ids of the people it is about, the main one first."""
    publishers: tuple[str, ...] = ()
    """Ids of `corpus/publishers.py`."""
    quotes: tuple[NewsQuote, ...] = ()
    """One to three; none in a withdrawal, whose words are not repeated."""
    stems: str = ""
    """The words of quotes and titles as `matching.phrase` folds them; of a withdrawal those that it withdraws."""
    risks: tuple[Risk, ...] = ()
    """What kinds of grave facts it tells."""
    corrects: int | None = None
    """The first № about this: that of the new message, also where a correction of it is corrected again."""
    reason: Reason | None = None

    @property
    def key(self) -> str:
        """64 hex digits of exactly what it tells: what a maintainer approves, and what is announced only once."""
        return hashlib.sha256(_json(_told(self)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class News(Draft):
    """A message that was announced."""

    number: int
    """The public №."""
    hour: int
    """Hours since 1970 when it was announced."""
    cancelled: bool = False
    """Taken back before it was sent to all."""
    overtaken: int | None = None
    """The newest № that corrects or withdraws what this one tells."""
    withdrawn: bool = False
    """Whether that one, or this one, withdraws it: its words may not be shown any more."""

    def __hash__(self) -> int:
        return self.number


def content(draft: Draft) -> str:
    """What a draft tells beside its kind and the № that it corrects, as JSON."""
    return _json({name: value for name, value in _told(draft).items() if name not in {"kind", "corrects"}})


def _told(draft: Draft) -> dict[str, Any]:
    told = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    quotes = [
        {field.name: getattr(quote, field.name) for field in fields(NewsQuote)} for quote in draft.quotes
    ]
    return told | {"quotes": quotes}


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)


def read(row: Row[Any]) -> News:
    """The message of a row, as if nothing had come after it."""
    told = json.loads(row.content)
    quotes = tuple(
        NewsQuote(
            **quote
            | {
                "published": PartialDate.parse(quote["published"]),
                "reliability": Reliability(quote["reliability"]),
            }
        )
        for quote in told["quotes"]
    )
    return News(
        number=row.number,
        hour=row.hour,
        cancelled=row.cancelled,
        kind=NewsKind(row.kind),
        corrects=row.corrects,
        documents=tuple(told["documents"]),
        cases=tuple(told["cases"]),
        publishers=tuple(told["publishers"]),
        quotes=quotes,
        stems=told["stems"],
        risks=tuple(map(Risk, told["risks"])),
        reason=Reason(told["reason"]) if told["reason"] else None,
    )
