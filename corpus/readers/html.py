"""A saved web page -> Draft: `page.py` takes it apart in a limited child, and its lines pass the furniture rules."""

import re
from typing import Any

from corpus.dates import parse_date
from corpus.document import OWN_PUBLISHER, normalise
from corpus.furniture import sort_page
from corpus.lines import numbered
from corpus.publishers import find_publisher
from corpus.readers import isolated
from corpus.readers.draft import Draft
from corpus.readers.text import draft_of


def looks_like_html(raw: bytes) -> bool:
    """Whether the file begins as a web page, whatever its name."""
    return bool(
        re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html)\b", raw[:1000], re.I)
    )


def read_html(raw: bytes, *, name: str) -> Draft:
    """The article of a page with its title, byline, date, site and canonical address."""
    return draft_of_page(isolated.run("corpus.readers.page", raw, name=name))


def draft_of_page(found: dict[str, Any]) -> Draft:
    """The draft that `page.take_apart` makes; a value of another type than it promises counts as missing."""
    title, url, site = (_one_line(found.get(key)) for key in ("title", "url", "site"))
    text = found.get("text")
    lines = normalise(text).split("\n") if isinstance(text, str) else []
    draft = draft_of(sort_page(numbered(lines), title=title))
    known = find_publisher(url or site or "")
    publisher = known.name if known else site or draft.publisher
    if not known and url and publisher and find_publisher(publisher):
        publisher = None  # a page at another address cannot take a known publisher's name, nor its label
    return Draft(
        body=draft.body,
        title=title,
        publisher=None if publisher == OWN_PUBLISHER else publisher,  # no page can say that it is our brief
        author=_one_line(found.get("author")) or draft.author,
        published=parse_date(_one_line(found.get("published")) or "") or draft.published,
        url=url,
        reliability=draft.reliability,
        notice=draft.notice,
        cut=draft.cut,
    )


def _one_line(text: object) -> str | None:
    return " ".join(normalise(text).split()) or None if isinstance(text, str) else None
