"""Judged questions: a file of them, and whether a quote hits. The format is in `index/README.md`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.document import Document, normalise
from corpus.errors import SpravaError


class JudgedFileError(SpravaError):
    """A file of questions cannot be used: which file and line, and what about it."""


@dataclass(frozen=True, slots=True)
class Gold:
    """An exact piece of a document that answers."""

    document: str
    """Document id."""
    text: str

    def is_hit_by(self, document: Document, quote: str) -> bool:
        """Whether the quote contains it, or lies within it and covers at least half of it."""
        if document.id != self.document:
            return False
        return self.text in quote or (quote in self.text and 2 * len(quote) >= len(self.text))


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and what a careful editor expects."""

    id: str
    question: str
    language: str
    kind: str
    answerable: bool
    gold: tuple[Gold, ...]
    part: str = ""
    """"dev" may be fitted on, "held" is only reported; empty where the file does not say."""
    topic: str = ""
    """Questions of one topic are about the same facts: never fitted on one and judged on another."""

    def is_hit_by(self, document: Document, quote: str) -> bool:
        """Whether a quote answers the question."""
        return any(gold.is_hit_by(document, quote) for gold in self.gold)


def read_judged(path: Path) -> list[Judged]:
    """The questions of a file, in order. Raises JudgedFileError naming the line that is wrong."""
    return [_judged(path, number, line) for number, line in read_lines(path)]


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line of a JSONL file; blank lines are passed over. Raises JudgedFileError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise JudgedFileError(
            f"cannot read {path} ({error.strerror}): give the path of a JSONL file"
        ) from error
    except UnicodeDecodeError as error:
        raise JudgedFileError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except json.JSONDecodeError as error:
            raise JudgedFileError(
                f"{path}, line {number}: not JSON ({error.msg}): one object a line"
            ) from error
        if not isinstance(fields, dict):
            raise JudgedFileError(f"{path}, line {number}: not an object: write {{…}}")
        yield number, fields


def text_field(path: Path, number: int, fields: dict[str, Any], name: str) -> str:
    """A field that must be a string. Raises JudgedFileError."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise JudgedFileError(f'{path}, line {number}: "{name}" must be a string, it is {json.dumps(value)}')
    return value


def _judged(path: Path, number: int, fields: dict[str, Any]) -> Judged:
    answerable = fields.get("answerable")
    if not isinstance(answerable, bool):
        raise JudgedFileError(f'{path}, line {number}: "answerable" must be true or false')
    pieces = fields.get("gold", [])
    if not isinstance(pieces, list) or not all(isinstance(piece, dict) for piece in pieces):
        raise JudgedFileError(f'{path}, line {number}: "gold" must be a list of {{"file", "text"}}')
    gold = tuple(
        Gold(
            Path(text_field(path, number, piece, "file")).stem,
            normalise(text_field(path, number, piece, "text")),
        )
        for piece in pieces
    )
    if answerable and not gold:
        raise JudgedFileError(f'{path}, line {number}: an answerable question needs at least one "gold"')
    id_, question, language, kind = (
        text_field(path, number, fields, name) for name in ("id", "question", "language", "kind")
    )
    part, topic = (str(fields.get(name) or "") for name in ("part", "topic"))
    return Judged(id_, question, language, kind, answerable, gold, part, topic)
