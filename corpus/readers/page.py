"""Bytes of a web page -> what it says, as plain text: runs in a child of its own (`isolated.py`), trafilatura at work.

Nothing is fetched, no script runs, no entity is expanded. Pages that are too deep or too large to parse safely are
refused: the parser would drop what lies beyond its own limits without a word.
"""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from corpus.dates import parse_date
from corpus.document import PartialDate
from corpus.readers.draft import UnreadableError
from corpus.readers.isolated import answer

MAX_DEPTH = 200
MAX_ELEMENTS = 50_000
"""Far beyond any article; libxml2 itself silently stops at a depth of 256."""

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)|<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]+)""",
    re.I,
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENCODINGS = {
    "utf-8": "utf-8", "ascii": "utf-8", "iso8859-1": "cp1252",
    **{name: name for name in (
        "cp1250", "cp1251", "cp1252", "cp1257", "cp866", "koi8-r", "koi8-u", "iso8859-2", "iso8859-5", "iso8859-13",
        "mac-cyrillic",
    )},
}  # fmt: skip
"""What pages of our region declare, and what browsers read it as; a declared ISO 8859-1 is windows-1252 to them."""

_WHITE = re.compile(r"[ \t\r\n]+")


def take_apart(raw: bytes, name: str) -> dict[str, Any]:
    """The `text` of the article, its `title`, `author` and `published`, the `site` and canonical `url`, or None each."""
    import trafilatura
    from trafilatura.settings import Document, Extractor

    tree = _tree(_decoded(raw, name), name)
    published, url = _published(tree), _canonical(tree)
    # The date is ours to find: htmldate completes "2024-03" with a day.
    options = Extractor(comments=False, tables=True, links=False, images=False, with_metadata=True)
    try:
        found = trafilatura.bare_extraction(tree, options=options)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
        etree.LxmlError,
    ) as error:
        raise UnreadableError(
            f"{name}: the page cannot be taken apart ({type(error).__name__}); save its text as .txt"
        ) from error
    if not isinstance(found, Document) or found.body is None:
        raise UnreadableError(f"{name}: no article found in the page; save its text as .txt")
    return {
        "text": _spaced(_blocks(found.body)),
        "title": found.title,
        "author": found.author,
        "published": str(published) if published else None,
        "site": found.sitename,
        "url": url,
    }


def _decoded(raw: bytes, name: str) -> str:
    """The page's text by its byte order mark, else by its own declaration, else as UTF-8; strictly."""
    encoding = next((encoding for bom, encoding in _BOMS if raw.startswith(bom)), None)
    if encoding is None:
        match = _DECLARED.search(raw[:4096])
        declared = (match[1] or match[2]).decode("ascii", "replace") if match else "utf-8"
        try:
            encoding = _ENCODINGS[codecs.lookup(declared).name]
        except (LookupError, ValueError):
            problem = (
                f"the page declares the encoding {declared[:40]!r}, which we do not read; save it as UTF-8"
            )
            raise UnreadableError(f"{name}: {problem}") from None
    try:
        return raw.decode(encoding).replace("\0", "")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{raw[error.start]:02x} is not {encoding}, which the page is said to be in; save it as UTF-8"
        raise UnreadableError(f"{name}:{line}: {problem}") from None


def _tree(text: str, name: str) -> HtmlElement:
    parser = HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = document_fromstring(text.encode(), parser=parser)
    except (etree.LxmlError, ValueError):
        raise UnreadableError(f"{name}: no page can be read from this file; save its text as .txt") from None
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            problem = f"the page has more than {MAX_ELEMENTS:,} elements, or {MAX_DEPTH} inside one another"
            raise UnreadableError(f"{name}: {problem}; save its text as .txt")
    return root


def _published(tree: HtmlElement) -> PartialDate | None:
    """The date of publication that the page states in its metadata, as precisely as it does."""
    meta = tree.xpath(
        "//meta[@property='article:published_time' or @name='article:published_time' or @itemprop='datePublished'"
        " or translate(@name,'DC','dc')='date' or @name='pubdate']/@content"
    )
    marked = tree.xpath("//*[@itemprop='datePublished'][not(self::meta)]")
    times = tree.xpath("//article//time[1] | //main//time[1] | //h1/following::time[1]")
    stated = chain(
        _json_ld_dates(tree),
        meta,
        chain.from_iterable(
            (time.get("datetime") or "", time.text_content()) for time in (*marked, *times[:1])
        ),
    )
    return next((date for text in stated if (date := parse_date(str(text)))), None)


def _json_ld_dates(tree: HtmlElement) -> Iterator[str]:
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            things = [json.loads(str(script))]
        except (ValueError, RecursionError):
            continue
        while things:
            thing = things.pop(0)
            if isinstance(thing, dict):
                if isinstance(date := thing.get("datePublished"), str):
                    yield date
                things.extend(thing.get("@graph", ()) if isinstance(thing.get("@graph"), list) else ())
            elif isinstance(thing, list):
                things.extend(thing)


def _canonical(tree: HtmlElement) -> str | None:
    stated = tree.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    return next(
        (url for text in stated if re.fullmatch(r"https?://[^\s/]+\S*", url := str(text).strip())), None
    )


def _blocks(element: etree._Element) -> Iterator[str]:
    """Headings, paragraphs, list items and table rows of trafilatura's tree, in order."""
    if element.tag == "head":
        yield "#" * int((element.get("rend") or "h2")[-1]) + " " + _text(element)
    elif element.tag == "row":
        yield " | ".join(filter(None, map(_text, element)))
    elif element.tag in _CONTAINERS and len(element):
        yield _text_before_children(element)
        for child in element:
            yield from _blocks(child)
            yield _WHITE.sub(" ", child.tail or "")
    else:
        yield "\n".join(line for part in _text(element).split("\n") if (line := part.strip(" ")))


_CONTAINERS = {"body", "list", "quote", "table", "div"}


def _text_before_children(element: etree._Element) -> str:
    return _WHITE.sub(" ", element.text or "")


def _text(element: etree._Element) -> str:
    """All text in the element, white space as a browser shows it, `\\n` where the page breaks a line."""
    parts = [_WHITE.sub(" ", element.text or "")]
    for child in element:
        parts.append("\n" if child.tag == "lb" else _text(child))
        parts.append(_WHITE.sub(" ", child.tail or ""))
    return "".join(parts)


def _spaced(blocks: Iterator[str]) -> str:
    """Blocks as one text, an empty line between any two."""
    return "\n\n".join(stripped for block in blocks if (stripped := block.strip(" \n")))


if __name__ == "__main__":
    answer(take_apart)
