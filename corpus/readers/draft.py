"""What a reader recognised in one file, before a maintainer accepts it as a document."""

from dataclasses import dataclass

from corpus.document import PartialDate, Reliability
from corpus.errors import SpravaError


class UnreadableError(SpravaError):
    """A file that is not text, Markdown or HTML that we can read without guessing; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One line of the file that is not part of the article: kept as a record, never as a passage."""

    line: int
    """Counted from 1; in an HTML page, the line of the text that was extracted from it."""
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The body of an article, normalised, and whatever the file itself says about it; `None` is "not found"."""

    body: str
    """Plain paragraphs and `#` headings, separated by an empty line; no inline markup."""
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: PartialDate | None = None
    language: str | None = None
    url: str | None = None
    """As the file gives it: it may be the address of a mirror."""
    mirror: str | None = None
    reliability: Reliability | None = None
    notice: str | None = None
    """The publisher's own sentences saying that the text was made with AI."""
    note: str | None = None
    cases: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    cut: tuple[Cut, ...] = ()
