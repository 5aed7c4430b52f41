"""Bytes of a file -> Draft: which reader a file gets, and what can be said about it whatever its format."""

from dataclasses import replace
from pathlib import PurePath

from corpus.languages import detect
from corpus.publishers import find_publisher
from corpus.readers.draft import Draft, UnreadableError
from corpus.readers.html import looks_like_html, read_html
from corpus.readers.markdown import has_front_matter, read_markdown
from corpus.readers.text import decode, read_text

_MAX_LINES = 50_000
"""Of text or Markdown: far beyond any article."""
_TEXT = {".txt", ".text"}
_MARKDOWN = {".md", ".markdown"}
_HTML = {".html", ".htm", ".xhtml"}


def read(raw: bytes, *, name: str) -> Draft:
    """What the file says; `name` chooses the reader by its suffix and is named in errors.

    A text file that begins as an HTML page or with front matter is read as such.
    Raises UnreadableError for anything that is not readable text of a known kind.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in _TEXT | _MARKDOWN | _HTML:
        raise UnreadableError(
            f"{name}: cannot read {suffix or 'a file without a suffix'}; give it as .txt, .md or .html"
        )
    if not raw.strip():
        raise UnreadableError(f"{name}: the file is empty; nothing was added")
    if suffix in _HTML or (suffix in _TEXT and looks_like_html(raw)):
        draft = read_html(raw, name=name)
    else:
        text = decode(raw, name=name)
        if text.count("\n") > _MAX_LINES:
            raise UnreadableError(f"{name}: more than {_MAX_LINES:,} lines; give the article alone")
        markdown = suffix in _MARKDOWN or has_front_matter(text)
        draft = read_markdown(text, name=name) if markdown else read_text(text)
    if not draft.body:
        raise UnreadableError(f"{name}: no text of an article found; nothing was added")
    return _completed(draft)


def _completed(draft: Draft) -> Draft:
    """The draft with what follows from it: the language of its body, the label of its publisher."""
    known = find_publisher(draft.publisher or draft.url or draft.mirror or "")
    return replace(
        draft,
        publisher=draft.publisher or (known.name if known else None),
        language=draft.language or detect(draft.body),
        reliability=draft.reliability or (known.reliability if known else None),
    )
