"""One immutable version of the index, and its form as files: pure. `store.py` has the disk."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, PartialDate, Passage, Reliability
from corpus.errors import SpravaError

FORMAT = 4
"""Of the files; a program refuses a version of another format, and `index update` writes it anew."""

_ARRAYS = {
    "passages": ("passages.i32", "<i4"),
    "sentences": ("sentences.i32", "<i4"),
    "passage_vectors": ("passages.f32", "<f4"),
    "sentence_vectors": ("sentences.f32", "<f4"),
}
_DOCUMENTS = "documents.jsonl"
_DOCUMENT_FIELDS = [field.name for field in fields(Document) if field.name != "withdrawn"]


class DamagedVersionError(SpravaError):
    """A version is not, byte for byte, what was published: it must not be served."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Version:
    """Everything an answer is built from, loaded and checked. Row i of `passage_vectors` belongs to `passages[i]`."""

    number: int
    created: datetime
    """Aware, UTC."""
    model: str
    """`Encoder.name` of the encoder that made the vectors."""
    documents: tuple[Document, ...]
    """Those that may be quoted, by id; withdrawn ones are not in a version."""
    passages: NDArray[np.int32]
    """(n, 3): number of the document, start, end; ordered by document and start."""
    sentences: NDArray[np.int32]
    """(m, 3): number of the passage, start, end in the document's text; ordered; without surrounding white space."""
    passage_vectors: NDArray[np.float32]
    """(n, dimension), unit length."""
    sentence_vectors: NDArray[np.float32]
    """(m, dimension), unit length."""
    files: dict[str, memoryview]
    """Further parts by file name (lexical index, learnt names, calibration): bytes that their own module reads."""
    recipe: str = ""
    """What cut and prepared the texts (`build.recipe`); unchanged documents are taken over only under the same one."""
    restored: int | None = None
    """The number of the older version that a rollback published again as this one."""

    def passage(self, number: int) -> Passage:
        """Passage `number` as a span."""
        document, start, end = (int(x) for x in self.passages[number])
        return Passage(self.documents[document], start, end)


def document_line(document: Document) -> bytes:
    """One document as a line of JSON: its metadata and its whole text."""
    values = {name: getattr(document, name) for name in _DOCUMENT_FIELDS}
    published = document.published
    values["published"] = [
        part for part in (published.year, published.month, published.day) if part is not None
    ]
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def same_document(one: Document, other: Document) -> bool:
    """Whether two documents would be the same line."""
    return _fields_of(one) == _fields_of(other)


_fields_of = attrgetter(*_DOCUMENT_FIELDS)


def to_files(version: Version) -> dict[str, bytes | memoryview]:
    """The version as files by name: arrays raw and little-endian, documents a line each. The manifest is not in it."""
    files: dict[str, bytes | memoryview] = {
        name: np.ascontiguousarray(getattr(version, field), kind).tobytes()
        for field, (name, kind) in _ARRAYS.items()
    }
    files[_DOCUMENTS] = b"".join(document_line(document) for document in version.documents)
    return files | version.files


def manifest(version: Version, files: Mapping[str, bytes | memoryview]) -> bytes:
    """What a version is and the length and sha256 of each of its files, as JSON."""
    return json.dumps(
        {
            "format": FORMAT,
            "number": version.number,
            "created": version.created.astimezone(UTC).isoformat(),
            "model": version.model,
            "recipe": version.recipe,
            "restored": version.restored,
            "dimension": version.passage_vectors.shape[1],
            "documents": len(version.documents),
            "passages": len(version.passages),
            "sentences": len(version.sentences),
            "files": {
                name: {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                for name, content in sorted(files.items())
            },
        },
        indent=1,
    ).encode()


def from_files(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Version:
    """The version in files whose hashes were checked, without copying their bytes.

    Raises DamagedVersionError where their contents do not fit together.
    """
    number = manifest["number"]
    shapes = {
        "passages": (manifest["passages"], 3),
        "sentences": (manifest["sentences"], 3),
        "passage_vectors": (manifest["passages"], manifest["dimension"]),
        "sentence_vectors": (manifest["sentences"], manifest["dimension"]),
    }
    arrays: dict[str, NDArray[Any]] = {}
    for field, (name, kind) in _ARRAYS.items():
        rows, columns = shapes[field]
        if len(files[name]) != rows * columns * 4:
            raise DamagedVersionError(
                f"index version {number}: {name} has {len(files[name])} bytes for {rows} rows"
            )
        arrays[field] = np.frombuffer(files[name], kind).reshape(rows, columns)
    version = Version(
        number=number,
        created=datetime.fromisoformat(manifest["created"]),
        model=manifest["model"],
        recipe=manifest["recipe"],
        restored=manifest["restored"],
        documents=tuple(_document(json.loads(line)) for line in files[_DOCUMENTS].splitlines()),
        files={name: memoryview(content) for name, content in files.items() if name not in _OWN},
        **arrays,
    )
    check(version)
    return version


_OWN = {_DOCUMENTS, *(name for name, _ in _ARRAYS.values())}


def _document(values: dict[str, Any]) -> Document:
    values["published"] = PartialDate(*values["published"])
    values["reliability"] = Reliability(values["reliability"])
    values["cases"] = tuple(values["cases"])
    values["sources"] = tuple(values["sources"])
    return Document(**values)


def check(version: Version) -> None:
    """Raise DamagedVersionError unless every span lies in its text and every vector has length one."""
    lengths = np.array([len(document.text) for document in version.documents], np.int64)
    problem = (
        _span_problem(version.passages, upper=lengths)
        or _span_problem(version.sentences, lower=version.passages[:, 1], upper=version.passages[:, 2])
        or _vector_problem(version.passage_vectors)
        or _vector_problem(version.sentence_vectors)
    )
    if problem:
        raise DamagedVersionError(f"index version {version.number} does not hold together: {problem}")


def _span_problem(
    spans: NDArray[np.int32], *, upper: NDArray[Any], lower: NDArray[Any] | None = None
) -> str | None:
    """What is wrong with spans (owner, start, end) that must lie, in order, within their owners' bounds."""
    owners, starts, ends = spans[:, 0], spans[:, 1], spans[:, 2]
    if ((owners < 0) | (owners >= len(upper))).any() or (np.diff(owners) < 0).any():
        return "a span of nothing"
    floor = 0 if lower is None else lower[owners]
    if ((starts < floor) | (ends <= starts) | (ends > upper[owners])).any():
        return "a span outside its text"
    if ((np.diff(owners) == 0) & (starts[1:] < ends[:-1])).any():
        return "spans out of order"
    return None


def _vector_problem(vectors: NDArray[np.float32]) -> str | None:
    """What is wrong with vectors that must be finite and of length one."""
    squares = np.einsum("ij,ij->i", vectors, vectors)
    return None if np.abs(squares - 1).max(initial=0) < 1e-3 else "a vector is not of length one"
