"""What a new version takes over from the one before it: blocks, documents, vectors. Nothing of that is made again."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document
from index import tokens
from index.block import Block, same_document
from index.changes import recipe
from index.encoder import Encoder, TokenEncoder
from index.stacked import Stacked
from index.tokens import Packed
from index.version import MEAN, Version


@dataclass(frozen=True)
class Previous:
    """The version to take from; `None` where there is none whose vectors this encoder would give again."""

    version: Version | None

    @property
    def same_recipe(self) -> bool:
        """Whether what was made of an unchanged document is what would be made of it now."""
        return self.version is not None and self.version.recipe == recipe()

    def block(self, numbers: Sequence[int]) -> Block | None:
        """The block of just the documents with these numbers, in this order."""
        if self.version is None or min(numbers) < 0:
            return None
        place = bisect_right(self._starts, numbers[0]) - 1
        block = self.version.blocks[place]
        first = self._starts[place]
        return block if list(numbers) == list(range(first, first + len(block.documents))) else None

    def number(self, document: Document) -> int:
        """The number of this very document, not changed in any way; -1 where there is none."""
        number = self._numbers.get(document.id, -1)
        if number < 0 or self.version is None:
            return -1
        return number if same_document(self.version.documents[number], document) else -1

    def document(self, number: int) -> Block:
        """Document `number`, as a block of its own."""
        if self.version is None:
            raise ValueError("there is no previous version")
        place = bisect_right(self._starts, number) - 1
        return self.version.blocks[place].only(number - self._starts[place])

    def passage_vectors(self, keys: Collection[bytes]) -> dict[bytes, NDArray[Any]]:
        """The vectors of those of these texts that were encoded as passages, by key."""
        rows = self._rows("passages", keys)
        return {key: self.version.passage_vectors[row] for key, row in rows.items()} if self.version else {}

    def sentence_vectors(self, keys: Collection[bytes]) -> dict[bytes, NDArray[Any]]:
        """The same of sentences."""
        rows = self._rows("sentences", keys)
        return {key: self.version.sentence_vectors[row] for key, row in rows.items()} if self.version else {}

    def tokens(self, keys: Collection[bytes]) -> dict[bytes, Packed]:
        """The tokens of those of these texts that were sentences, by key."""
        rows = self._rows("sentences", keys)
        if self.version is None or not rows:
            return {}
        starts = np.concatenate([[0], np.cumsum(self.version.column("sentences.tokens"), dtype=np.int64)])
        pieces = self.version.column("tokens.piece")
        bits = Stacked([block.columns["tokens.bits"] for block in self.version.blocks], np.uint8)
        spans = {key: slice(int(starts[row]), int(starts[row + 1])) for key, row in rows.items()}
        return {key: Packed(pieces[span], bits[span]) for key, span in spans.items()}

    def _rows(self, of: Literal["passages", "sentences"], keys: Collection[bytes]) -> dict[bytes, int]:
        """Which row of a kind was made from each of these texts; the keys that are there."""
        if self.version is None or not keys:
            return {}
        stored = np.ascontiguousarray(self.version.column(f"{of}.key"))
        wanted = np.frombuffer(b"".join(keys), np.uint64).reshape(-1, 2)
        likely = np.flatnonzero(np.isin(stored.view(np.uint64)[:, 0], wanted[:, 0]))
        exact = set(keys)
        rows = {stored[row].tobytes(): row for row in likely.tolist()}
        return {key: row for key, row in rows.items() if key in exact}

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        if self.version is None or not self.same_recipe:
            return {}
        return {document.id: number for number, document in enumerate(self.version.documents)}

    @cached_property
    def _starts(self) -> list[int]:
        """The number of each block's first document."""
        counts = [len(block.documents) for block in self.version.blocks] if self.version else []
        return list(accumulate(counts[:-1], initial=0))


def previous_of(version: Version | None, encoder: Encoder) -> Previous:
    """What can be taken from a version: nothing, unless the encoder would give its vectors and tokens again."""
    if version is None or version.model != encoder.name:
        return Previous(None)
    told = isinstance(encoder, TokenEncoder)
    mean = tokens.mean_of(encoder.name, encoder.dimension).astype("<f4").tobytes() if told else None
    stored = version.files.get(MEAN)
    return Previous(version if (None if stored is None else bytes(stored)) == mean else None)
