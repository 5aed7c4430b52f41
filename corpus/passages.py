"""Document to passages, and passage to sentences: spans that cut a text at paragraphs and sentence ends.

Where one sentence ends is decided in `sentences.py`; here are lines, paragraphs, headings and lengths.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from corpus.document import Document, Passage
from corpus.sentences import sentence_starts

MIN_CHARS, MAX_CHARS = 200, 900
"""A shorter paragraph is joined to its neighbour, a longer one is cut at sentence ends."""
_MAX_ITEM = 300
"""A line of a list or timeline up to this long is one sentence, so that no clause loses its date."""
_SHORT_LINE = 60
"""A line break after a shorter line is meant; after a longer one, the line was only wrapped."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADING = re.compile(r"^#{1,6} +(?=\S)(.*)", re.MULTILINE)
_BULLET = re.compile(r"[ \u00a0]*[-*•‣·] +(?=\S)")
_NUMBER = re.compile(r"[ \u00a0]*\d{1,3}[.)] +\S")
_TIMELINE = re.compile(r"(?=\D{0,20}\d)[\w.,/ -]{4,30}?(?::| [-–—|])\s+\S")


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading line, or the lines of one paragraph; with the white space after it."""

    start: int
    end: int
    is_heading: bool


def passages(document: Document) -> tuple[Passage, ...]:
    """Passages that, joined, equal the text; a heading starts a passage and stays with the text below it."""
    spans: list[_Block] = []
    for block in _blocks(document.text):
        for piece in _pieces(document, block):
            if spans and _belong_together(spans[-1], piece):
                spans[-1] = _Block(spans[-1].start, piece.end, piece.is_heading)
            else:
                spans.append(piece)
    return tuple(Passage(document, span.start, span.end) for span in spans)


def sentences(passage: Passage) -> tuple[tuple[int, int], ...]:
    """Spans of the sentences in offsets of the document, ordered, disjoint, without white space around them.

    Never a heading, never across a paragraph; a line of a list or timeline is one, without its bullet.
    """
    text = passage.text
    spans = []
    for block in _blocks(text):
        starts = [] if block.is_heading else _starts(text, block, passage.document.language)
        for start, end in zip(starts, [*starts[1:], block.end], strict=False):
            bullet = _BULLET.match(text, start, end)
            first = bullet.end() if bullet else start
            sentence = text[first:end].rstrip()
            last, length = passage.start + first + len(sentence), len(sentence.lstrip())
            if length:
                spans.append((last - length, last))
    return tuple(spans)


def heading(passage: Passage) -> str:
    """The section heading in force, without its `#`; empty above the first. Context for the encoder."""
    starts, titles = _headings(passage.document)
    own = _leading_headings_end(passage)
    found = bisect_right(starts, max(passage.start, own - 1))
    return titles[found - 1] if found else ""


@lru_cache(maxsize=4)
def _headings(document: Document) -> tuple[list[int], list[str]]:
    """Where the headings of a document start, and what they say."""
    found = list(_HEADING.finditer(document.text))
    return [match.start() for match in found], [match[1].strip().rstrip("#").rstrip() for match in found]


def _leading_headings_end(passage: Passage) -> int:
    end = passage.start
    for block in _blocks(passage.text):
        if not block.is_heading:
            break
        end = passage.start + block.end
    return end


def _blocks(text: str) -> Iterator[_Block]:
    """Headings and paragraphs, covering the text."""
    start, is_heading, filled, ended = 0, False, False, False
    for line in _LINE.finditer(text):
        blank, heads = not line[0].strip(), bool(_HEADING.match(line[0]))
        if filled and not blank and (ended or heads or is_heading):
            yield _Block(start, line.start(), is_heading)
            start, filled = line.start(), False
        if blank:
            ended = filled
        else:
            filled, ended, is_heading = True, False, heads
    if text:
        yield _Block(start, len(text), is_heading)


def _pieces(document: Document, block: _Block) -> Iterator[_Block]:
    """The block, or if it is too long, parts of about equal length that end where sentences do."""
    length = block.end - block.start
    if length <= MAX_CHARS:
        yield block
        return
    starts = _starts(document.text, block, document.language)
    target = length / -(-length // MAX_CHARS)
    start = block.start
    for cut, end in zip(starts[1:], [*starts[2:], block.end], strict=False):
        if end - start > MAX_CHARS or (cut + end) / 2 - start > target:
            yield _Block(start, cut, block.is_heading)
            start = cut
    yield _Block(start, block.end, block.is_heading)


def _belong_together(before: _Block, after: _Block) -> bool:
    """Whether two neighbours make one passage: a heading and its text, or a tiny paragraph and the next."""
    if before.is_heading or after.is_heading:
        return before.is_heading
    lengths = (before.end - before.start, after.end - after.start)
    return min(lengths) < MIN_CHARS and sum(lengths) <= MAX_CHARS


def _starts(text: str, block: _Block, language: str) -> list[int]:
    """Where the sentences of a block start; the first is the block's own start."""
    starts: list[int] = []
    for start, end in _units(text, block):
        unit = text[start:end]
        if _is_item(unit) and len(unit) <= _MAX_ITEM:
            starts.append(start)
        else:
            starts += (start + offset for offset in sentence_starts(unit, language=language))
    return starts


def _units(text: str, block: _Block) -> Iterator[tuple[int, int]]:
    """Runs of lines that sentences do not cross: a line of a list by itself, wrapped lines together."""
    start, above = block.start, ""
    for line in _LINE.finditer(text, block.start, block.end):
        breaks = _is_item(above) or _is_item(line[0]) or len(above) < _SHORT_LINE
        if above and line[0].strip() and breaks:
            yield start, line.start()
            start = line.start()
        above = line[0].rstrip() or above
    yield start, block.end


def _is_item(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_BULLET, _NUMBER, _TIMELINE))
