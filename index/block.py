"""A block: some consecutive documents with all that was made of each, in memory and as one file.

Versions share blocks: one changed document makes one new block, and every other block stays the file that it is.
A block of one document is also what building makes first; blocks are cut and joined by the columns alone.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, PartialDate, Reliability
from index.lexical import Counted
from index.tokens import Packed

COLUMNS = {
    "documents.passages": "<u4",  # how many passages the document has; the columns below in its order
    "passages.span": "<i4",  # (2) start and end in the document's text
    "passages.key": "u1",  # (16) of the text that was encoded
    "passages.vector": "<f2",  # (dimension) unit length
    "passages.sentences": "<u4",  # how many sentences it has
    "passages.terms": "<u4",  # how many distinct search terms it has
    "sentences.span": "<i4",
    "sentences.key": "u1",
    "sentences.vector": "<f2",
    "sentences.tokens": "<u4",  # how many tokens it has
    "terms.hash": "<u4",
    "terms.count": "u1",  # how often the passage has the term
    "tokens.piece": "<u4",
    "tokens.bits": "u1",  # (dimension / 8) signs
}
"""Every column's type; before the dot, what a row of it is. A half-precision component is off by at most 0.05 %."""
_CHILDREN = {
    "passages": "documents.passages",
    "sentences": "passages.sentences",
    "terms": "passages.terms",
    "tokens": "sentences.tokens",
}
"""Rows -> the column that counts how many of them belong to each row of their owner."""
KEY_BYTES = 16
_ALIGNED = 8
_DOCUMENT_FIELDS = [field.name for field in fields(Document) if field.name != "withdrawn"]


@dataclass(frozen=True, slots=True)
class Stored:
    """The file of a block, and what its bytes were when they were read."""

    path: Path
    length: int
    sha256: str


@dataclass(frozen=True, eq=False)
class Block:
    """Consecutive documents and their columns; row i of "passages.vector" belongs to row i of "passages.span"."""

    documents: tuple[Document, ...]
    columns: Mapping[str, NDArray[Any]]
    stored: "Stored | None" = None
    """The file that it was read from; `None` before it was written."""

    @cached_property
    def counted(self) -> Counted:
        """What the lexical index needs of it."""
        return Counted(
            self.columns["passages.terms"], self.columns["terms.hash"], self.columns["terms.count"]
        )

    @cached_property
    def packed(self) -> Packed:
        """The tokens of its sentences, one after the other."""
        return Packed(self.columns["tokens.piece"], self.columns["tokens.bits"])

    def only(self, place: int) -> Self:
        """The document at `place`, as a block of its own."""
        bounds = {"documents": (place, place + 1)}
        for rows, counts in _CHILDREN.items():
            first, last = bounds[counts.partition(".")[0]]
            start = int(self.columns[counts][:first].sum())
            bounds[rows] = (start, start + int(self.columns[counts][first:last].sum()))
        columns = {
            name: column[slice(*bounds[name.partition(".")[0]])] for name, column in self.columns.items()
        }
        return type(self)((self.documents[place],), columns)


def join(blocks: Sequence[Block]) -> Block:
    """The documents of several blocks, in order, as one."""
    documents = tuple(document for block in blocks for document in block.documents)
    return Block(
        documents, {name: np.concatenate([block.columns[name] for block in blocks]) for name in COLUMNS}
    )


def to_bytes(block: Block) -> bytes:
    """The file: a line of JSON with type and shape of each column, the documents a line each, the columns raw."""
    columns = {name: np.ascontiguousarray(block.columns[name], kind) for name, kind in COLUMNS.items()}
    lines = b"".join(document_line(document) for document in block.documents)
    head = {
        "documents": len(lines),
        "columns": {name: [COLUMNS[name], *column.shape] for name, column in columns.items()},
    }
    parts = [json.dumps(head).encode() + b"\n", lines, *(column.tobytes() for column in columns.values())]
    return b"".join(part + bytes(-len(part) % _ALIGNED) for part in parts)


def from_bytes(raw: bytes, *, stored: Stored | None = None) -> Block:
    """The block in a file whose hash was checked, without copying its columns.

    Raises ValueError, KeyError or TypeError where it does not hold together.
    """
    end = raw.index(b"\n") + 1
    head = json.loads(raw[:end])
    at = end + -end % _ALIGNED
    lines = raw[at : at + head["documents"]]
    at += len(lines) + -len(lines) % _ALIGNED
    columns: dict[str, NDArray[Any]] = {}
    for name, (kind, *shape) in head["columns"].items():
        column = np.frombuffer(raw, kind, int(np.prod(shape)), at)
        columns[name] = column.reshape(shape)
        at += column.nbytes + -column.nbytes % _ALIGNED
    block = Block(tuple(document_of(line) for line in lines.splitlines()), columns, stored)
    if at != len(raw) or head["columns"].keys() != COLUMNS.keys() or not _fits(block):
        raise ValueError("its columns do not fit together")
    return block


def _fits(block: Block) -> bool:
    """Whether every column has as many rows as its owners say."""
    rows = {"documents": len(block.documents)}
    rows |= {name: int(block.columns[counts].sum()) for name, counts in _CHILDREN.items()}
    return all(len(column) == rows[name.partition(".")[0]] for name, column in block.columns.items())


def problem(block: Block) -> str | None:
    """What is wrong with a block that is about to be written: its columns, or a vector not finite and of length one."""
    if not _fits(block):
        return "its columns do not fit together"
    for name in ("passages.vector", "sentences.vector"):
        vectors = block.columns[name].astype(np.float32)
        squares = np.einsum("ij,ij->i", vectors, vectors)
        if not np.abs(squares - 1).max(initial=0) < 2e-3:
            return "a vector is not of length one"
    return None


def key_of(text: str) -> bytes:
    """What tells a text that is encoded from every other."""
    return hashlib.sha256(text.encode()).digest()[:KEY_BYTES]


def document_line(document: Document) -> bytes:
    """One document as a line of JSON: its metadata and its whole text."""
    values = {name: getattr(document, name) for name in _DOCUMENT_FIELDS}
    published = document.published
    values["published"] = [
        part for part in (published.year, published.month, published.day) if part is not None
    ]
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def document_of(line: bytes) -> Document:
    """The document that `document_line` wrote."""
    values = json.loads(line)
    values["published"] = PartialDate(*values["published"])
    values["reliability"] = Reliability(values["reliability"])
    values["cases"] = tuple(values["cases"])
    values["sources"] = tuple(values["sources"])
    return Document(**values)


def same_document(one: Document, other: Document) -> bool:
    """Whether two documents would be the same line."""
    return one is other or _fields_of(one) == _fields_of(other)


_fields_of = attrgetter(*_DOCUMENT_FIELDS)
