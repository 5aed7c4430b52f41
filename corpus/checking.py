"""What is wrong with the document files, all at once: for `sprava corpus check` and for review before publishing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from corpus.cases import load_cases
from corpus.document import Document, PartialDate
from corpus.errors import SpravaError
from corpus.format import parse_document, split_front_matter
from corpus.library import document_paths, imported, read_bytes

_WORD = re.compile(r"\w+")
_LATIN = re.compile("[A-Za-z]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_MAX_WORDS = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the report."""

    message: str
    """Names the file, and the line where there is one."""
    is_error: bool
    """Whether the document cannot be used as it is; else it is something to look at."""


def check(folders: Sequence[Path], *, today: date) -> tuple[Problem, ...]:
    """Every problem of every document file, errors first."""
    problems: list[Problem] = []
    documents: dict[Path, Document] = {}
    for path in document_paths(folders):
        try:
            documents[path] = parse_document(read_bytes(path), path=path)
        except SpravaError as error:
            problems.append(Problem(str(error), is_error=True))
    try:
        imported(folders)
    except SpravaError as error:
        problems.append(Problem(str(error), is_error=True))
    for path, document in documents.items():
        problems += (Problem(f"{path}: {said}", is_error=False) for said in _remarks(document, today))
        problems += (Problem(f"{path}{said}", is_error=False) for said in _mixed_words(path, document))
    problems += _copies(documents)
    return tuple(sorted(problems, key=lambda problem: not problem.is_error))


def _remarks(document: Document, today: date) -> Iterator[str]:
    if document.withdrawn:
        return
    if document.published > PartialDate(today.year, today.month, today.day):
        yield f"published {document.published} is in the future; correct the date"
    if not document.url and not document.is_brief:
        yield "no address: quotes carry no link; add a line `url: …`"
    if document.is_brief and not document.sources:
        yield "a brief without sources; add a list `sources:`"
    known = {case.id for case in load_cases()}
    for case in document.cases:
        if case not in known:
            yield f"unknown case {case!r}; correct it, or add the case to cases.toml"


def _mixed_words(path: Path, document: Document) -> Iterator[str]:
    """Words with Latin and Cyrillic letters in them: often a wrong letter that a search would miss."""
    mixed = [
        word for word in _WORD.finditer(document.text) if _LATIN.search(word[0]) and _CYRILLIC.search(word[0])
    ]
    first = _first_line(path) if mixed else 0
    for word in mixed[:_MAX_WORDS]:
        line = first + document.text.count("\n", 0, word.start())
        yield f":{line}: {word[0]!r} mixes Latin and Cyrillic letters; correct it if that is a typing error"
    if len(mixed) > _MAX_WORDS:
        yield f": {len(mixed) - _MAX_WORDS} more words mix Latin and Cyrillic letters"


def _first_line(path: Path) -> int:
    """The line of the file on which the document's text starts."""
    _, body, line = split_front_matter(path.read_text(encoding="utf-8"), where=str(path))
    return line + body.count("\n", 0, len(body) - len(body.lstrip()))


def _copies(documents: dict[Path, Document]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, document in documents.items():
        if document.withdrawn:
            continue
        other = first.setdefault(document.sha256, document.id)
        if other != document.id:
            yield Problem(f"{path}: the same text as {other}; withdraw one of them", is_error=False)
