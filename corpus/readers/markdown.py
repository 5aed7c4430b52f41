"""Markdown with or without front matter -> Draft: inline markup becomes plain text, headings stay `#` lines."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.dates import parse_date
from corpus.document import PartialDate, Reliability
from corpus.format import split_front_matter
from corpus.furniture import sort_page
from corpus.lines import Line
from corpus.readers.draft import Cut, Draft, UnreadableError
from corpus.readers.text import draft_of

_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE
)
_SHORT = 60
_MAX_PARAGRAPH = 20_000
"""The parser is quadratic in the brackets of a paragraph; no paragraph of an article is a tenth as long."""


def has_front_matter(text: str) -> bool:
    """Whether the text begins with a line `---` that another one closes."""
    return bool(re.match(r"---[ ]*\n(?:.*\n)*?---[ ]*(?:\n|$)", text[:70_000]))


def read_markdown(text: str, *, name: str) -> Draft:
    """The article in a normalised Markdown text; what its front matter says wins over what the page says."""
    fields, body, first = split_front_matter(text, where=name)
    if fields.get("withdrawn") is not None:
        advice = "delete the line `withdrawn:` if it may be quoted again"
        raise UnreadableError(
            f"{name}: it was withdrawn ({fields['withdrawn']}), so it is not added; {advice}"
        )
    if max(map(len, body.split("\n\n"))) > _MAX_PARAGRAPH:
        problem = f"a paragraph of more than {_MAX_PARAGRAPH:,} characters"
        raise UnreadableError(f"{name}: {problem}; divide it by an empty line, or give the file as .txt")
    lines, images = _lines(body, first)
    title = _string(fields, "title") or next(
        (line.text[2:] for line in lines if line.text.startswith("# ")), None
    )
    found = draft_of(sort_page(lines, title=title))
    notice = _string(fields, "notice") or found.notice
    return replace(
        found,
        publisher=_string(fields, "publisher") or found.publisher,
        author=_string(fields, "author") or found.author,
        published=_published(fields, name) or found.published,
        language=_string(fields, "language"),
        url=_string(fields, "url"),
        mirror=_string(fields, "mirror"),
        reliability=_reliability(fields, name) or (Reliability.D if notice else None),
        notice=notice,
        note=_string(fields, "note"),
        cases=_strings(fields, "cases"),
        sources=_strings(fields, "sources"),
        cut=tuple(sorted((*found.cut, *images), key=lambda cut: cut.line)),
    )


def _lines(body: str, first: int) -> tuple[list[Line], list[Cut]]:
    """The plain lines with their numbers in the file, an empty one between blocks, and the lines that show nothing."""
    source = body.split("\n")
    lines: list[Line] = []
    blank: list[Cut] = []
    for start, text in _blocks(MarkdownIt("commonmark").enable("table").parse(body)):
        number = first + start
        if text.strip():
            texts = (one.strip() for one in text.split("\n"))
            lines.extend(Line(number + offset, one) for offset, one in enumerate(texts) if one)
            lines.append(Line(number, ""))
        elif start < len(source) and source[start].strip():  # an unclosed fence has its text past the end
            blank.append(Cut(number, source[start].strip(), "an image, a rule or a comment"))
    return lines, blank


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """(line from 0, plain text) of each heading, paragraph, list item, table row, code or HTML block."""
    prefix = ""
    row: list[str] = []
    before = ""
    for token in tokens:
        start = token.map[0] if token.map else 0
        if token.type == "heading_open":
            prefix = "#" * int(token.tag[1]) + " "
        elif token.type == "list_item_open":
            prefix = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "tr_open":
            row, row_start = [], start
        elif token.type == "tr_close":
            yield row_start, " | ".join(filter(None, row))
        elif token.type == "inline" and before in {"th_open", "td_open"}:
            row.append(_plain(token.children or []))
        elif token.type == "inline":
            text = _plain(token.children or [])
            yield start, prefix + text if text.strip() else ""
            prefix = ""
        elif token.type in {"fence", "code_block"}:
            yield start + (token.type == "fence"), token.content
        elif token.type == "html_block":
            yield start, html.unescape(_TAG.sub("", token.content))
        elif token.type == "hr":
            yield start, ""
        before = token.type


def _plain(children: Sequence[Token]) -> str:
    """Inline markup as the text that a reader sees; lines broken only where all of them are short."""
    parts = []
    for token in children:
        if token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
    lines = "".join(parts).split("\n")
    broken_on_purpose = all(len(line) < _SHORT for line in lines)
    return ("\n" if broken_on_purpose else " ").join(line.strip() for line in lines)


def _string(fields: dict[str, object], key: str) -> str | None:
    value = fields.get(key)
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _strings(fields: dict[str, object], key: str) -> tuple[str, ...]:
    value = fields.get(key)
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _published(fields: dict[str, object], name: str) -> PartialDate | None:
    text = _string(fields, "published") or _string(fields, "date")
    if text is None:
        return None
    try:
        return PartialDate.parse(text)
    except ValueError:
        if date := parse_date(text):
            return date
        problem = (
            f"published is {text!r}, which is not surely one date; write it as 2025-09-12, 2025-09 or 2025"
        )
        raise UnreadableError(f"{name}: {problem}") from None


def _reliability(fields: dict[str, object], name: str) -> Reliability | None:
    text = _string(fields, "reliability")
    if text is None:
        return None
    if text not in set(Reliability):
        raise UnreadableError(f"{name}: reliability is {text!r}; write A, B, C or D")
    return Reliability(text)
