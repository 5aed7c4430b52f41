"""Plain text as copied from a page -> Draft."""

from corpus.document import Reliability, normalise
from corpus.furniture import Page, numbered, sort_page
from corpus.readers.draft import Draft, UnreadableError


def decode(raw: bytes, *, name: str) -> str:
    """UTF-8 with or without a byte order mark, as normalised text; the first bad line is named, nothing is guessed."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8 and add it again"
        raise UnreadableError(f"{name}:{line}: {problem}") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableError(f"{name}:{line}: a zero byte: this is a binary file, not text")
    return normalise(text)


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
