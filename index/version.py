"""One immutable version of the index, and what its manifest says: pure. `store.py` has the disk, `block.py` the bulk."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Passage
from corpus.errors import SpravaError
from index.block import Block
from index.stacked import Stacked

FORMAT = 5
"""Of the files; a program refuses a version of another format, and `index update` writes it anew."""

MEAN = "tokens.mean"
"""A part: what all tokens of the model have in common, float32; absent where the model tells none."""


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
    blocks: tuple[Block, ...]
    """The documents that may be quoted, by id, with what was made of each; withdrawn ones are not in a version."""
    files: dict[str, memoryview]
    """Parts about all documents together, by file name (learnt names, copies): bytes that their own module reads."""
    recipe: str = ""
    """What cut and prepared the texts (`changes.recipe`); unchanged documents are taken over only under the same one."""
    restored: int | None = None
    """The number of the older version that a rollback published again as this one."""

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Those that may be quoted, by id."""
        return tuple(document for block in self.blocks for document in block.documents)

    @cached_property
    def passages(self) -> NDArray[np.int32]:
        """(n, 3): number of the document, start, end; ordered by document and start."""
        return _numbered(self.column("documents.passages"), self.column("passages.span"))

    @cached_property
    def sentences(self) -> NDArray[np.int32]:
        """(m, 3): number of the passage, start, end in the document's text; ordered; without surrounding white space."""
        return _numbered(self.column("passages.sentences"), self.column("sentences.span"))

    @cached_property
    def passage_vectors(self) -> Stacked:
        """Float32, (n, dimension), unit length."""
        return Stacked([block.columns["passages.vector"] for block in self.blocks], np.float32)

    @cached_property
    def sentence_vectors(self) -> Stacked:
        """Float32, (m, dimension), unit length."""
        return Stacked([block.columns["sentences.vector"] for block in self.blocks], np.float32)

    def column(self, name: str) -> NDArray[Any]:
        """A column of all blocks, joined."""
        return np.concatenate([block.columns[name] for block in self.blocks])

    def passage(self, number: int) -> Passage:
        """Passage `number` as a span."""
        document, start, end = (int(x) for x in self.passages[number])
        return Passage(self.documents[document], start, end)


def _numbered(counts: NDArray[np.uint32], spans: NDArray[np.int32]) -> NDArray[np.int32]:
    """Spans with the number of their owner before them; owner i has `counts[i]` of them."""
    owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return np.column_stack([owners, spans])


def manifest(version: Version, blocks: Sequence[str], files: Mapping[str, Mapping[str, Any]]) -> bytes:
    """What a version is, the names of its blocks in order, and length and sha256 of each of its files, as JSON."""
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
            "blocks": blocks,
            "files": dict(sorted(files.items())),
        },
        indent=1,
    ).encode()


def version_of(manifest: Mapping[str, Any], blocks: Sequence[Block], files: Mapping[str, bytes]) -> Version:
    """The version that consists of these blocks and files, whose hashes were checked.

    Raises DamagedVersionError where their contents do not fit together.
    """
    version = Version(
        number=manifest["number"],
        created=datetime.fromisoformat(manifest["created"]),
        model=manifest["model"],
        recipe=manifest["recipe"],
        restored=manifest["restored"],
        blocks=tuple(blocks),
        files={name: memoryview(content) for name, content in files.items()},
    )
    check(version)
    return version


def check(version: Version) -> None:
    """Raise DamagedVersionError unless every span lies in its text."""
    lengths = np.array([len(document.text) for document in version.documents], np.int64)
    problem = _span_problem(version.passages, upper=lengths) or _span_problem(
        version.sentences, lower=version.passages[:, 1], upper=version.passages[:, 2]
    )
    if problem:
        raise DamagedVersionError(f"index version {version.number} does not hold together: {problem}")


def _span_problem(
    spans: NDArray[np.int32], *, upper: NDArray[Any], lower: NDArray[Any] | None = None
) -> str | None:
    """What is wrong with spans (owner, start, end) that must lie, in order, within their owners' bounds."""
    owners, starts, ends = spans[:, 0], spans[:, 1], spans[:, 2]
    floor = 0 if lower is None else lower[owners]
    if ((starts < floor) | (ends <= starts) | (ends > upper[owners])).any():
        return "a span outside its text"
    if ((np.diff(owners) == 0) & (starts[1:] < ends[:-1])).any():
        return "spans out of order"
    return None
