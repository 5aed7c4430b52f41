"""Plain text as copied from a page -> Draft."""

from corpus import format
from corpus.document import Reliability, normalise
from corpus.furniture import sort_page
from corpus.lines import Page, numbered
from corpus.readers.draft import Draft


def decode(raw: bytes, *, name: str) -> str:
    """UTF-8 with or without a byte order mark, as normalised text; `FormatError` names the first bad line."""
    return normalise(format.decode(raw, where=name))


def read_text(text: str) -> Draft:
    """The article in a normalised text, and what its page said about it."""
    return draft_of(sort_page(numbered(text.split("\n"))))


def draft_of(page: Page) -> Draft:
    """The draft that a sorted page makes; a notice that the text was made with AI forces the label D."""
    return Draft(
        body=page.body,
        title=page.title,
        publisher=page.publisher,
        author=page.author,
        published=page.published,
        notice=page.notice,
        reliability=Reliability.D if page.notice else None,
        cut=page.cut,
    )
