"""What the sources disagree about in one case: the fixed questions that a card asks of everything they say of it.

Only facts with one true value are asked for. A trial and its appeal, or the charge at an arrest and at a verdict, differ
without a contradiction, so neither the date of a sentence nor a charge is among them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.cases import Cases
from corpus.document import Document
from index.differences import differences
from index.said import Line


class Topic(StrEnum):
    """A fact that sources may disagree about, as the question that asks for it."""

    ARREST = "When was he arrested?"
    SENTENCE = "To how many years was he sentenced?"
    PLACE = "Where is he held?"
    RELEASE = "When was he released?"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A fact on which sources of different origins do not agree: a line of each side, with the words that differ."""

    topic: Topic
    lines: tuple[Line, ...]
    """At least two."""
    words: tuple[tuple[int, int], ...]
    """Start and end, in the text of the document of each line."""


def disagreements(
    lines: Sequence[Line], *, case: str, language: str, origin: Mapping[Document, int], cases: Cases
) -> tuple[Disagreement, ...]:
    """What lines about `case` disagree about; a side is told by a source where one does, else by a brief in `language`."""
    ordered = sorted(lines, key=lambda line: _rank(line.document, language))
    excerpts = [line.excerpt for line in ordered]
    origins = [origin[line.document] for line in ordered]
    found = []
    for topic in Topic:
        differing = differences(topic, excerpts, origins=origins, people=(case,), cases=cases)
        if differing is not None:
            shown = tuple(ordered[side.excerpt] for side in differing.sides)
            words = tuple((side.start, side.end) for side in differing.sides)
            found.append(Disagreement(topic, shown, words))
    return tuple(found)


def _rank(document: Document, language: str) -> int:
    """Who tells a side: a source, else a brief in the reader's language, else another one."""
    return document.is_brief + (document.is_brief and document.language != language)
