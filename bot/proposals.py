"""What could be announced, as an operator sees it: a draft, why it says this, and whether somebody has to approve it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from bot.links import source_link
from bot.news import Draft, News, NewsQuote
from corpus.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A message that could be announced."""

    draft: Draft
    why: tuple[str, ...]
    """Why these words, for each quote."""
    approval: tuple[str, ...]
    """Why somebody has to approve exactly this text; empty where nobody has to."""
    settles: tuple[str, ...] = ()
    """Documents that are no news any more once it is announced."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A document that makes no message, and why."""

    document: str
    why: str
    settled: bool = True
    """Whether it is no news from now on; else it is looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the past knows: `considered` as `Announcements.considered`, all that was `announced`, why documents were
    `withdrawn`, by id, and documents that are to count as new all the same."""

    considered: Mapping[str, str]
    announced: Sequence[News]
    withdrawn: Mapping[str, str]
    anew: Set[str] = frozenset()


def quote_of(
    document: Document, start: int, end: int, *, sensitive: bool = False, before: str | None = None
) -> NewsQuote:
    """A span of a document as a message keeps it; `before` is what stood there when it was announced."""
    return NewsQuote(
        text=document.text[start:end],
        document=document.id,
        start=start,
        end=end,
        title=document.title,
        publisher=document.publisher,
        published=document.published,
        language=document.language,
        reliability=document.reliability,
        link=source_link(document, start, end),
        notice=document.notice,
        note=document.note,
        sensitive=sensitive,
        before=before,
    )
