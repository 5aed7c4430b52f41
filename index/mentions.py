"""Which passages and titles name which cases: computed when a version is built, read when it answers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpus.cases import Cases
from corpus.document import Document


@dataclass(frozen=True, eq=False)
class MentionTable:
    """The cases that each passage names. Rows are sorted and unique."""

    cases: tuple[str, ...]
    """Case ids by number, as they were when the table was made."""
    passages: NDArray[np.int32]
    """(m, 2): number of the passage, number of the case."""
    titles: NDArray[np.int32]
    """(k, 2): number of the document, number of the case that its title names or that a maintainer tagged it with."""

    def passages_naming(self, case_id: str) -> NDArray[np.int32]:
        """Numbers of the passages that name a case, ascending."""
        return _first_column(self.passages, self._numbers.get(case_id, -1))

    def titles_naming(self, case_id: str) -> NDArray[np.int32]:
        """Numbers of the documents whose title or tags name a case, ascending."""
        return _first_column(self.titles, self._numbers.get(case_id, -1))

    def is_named(self, case_id: str) -> bool:
        """Whether any document names a case: a person whom we know may occur in no document."""
        return bool(len(self.passages_naming(case_id)) or len(self.titles_naming(case_id)))

    def to_bytes(self) -> bytes:
        """One line of JSON (case ids and row counts), then the rows as little-endian int32."""
        head = {"cases": self.cases, "passages": len(self.passages), "titles": len(self.titles)}
        rows = np.concatenate([self.passages, self.titles]).astype("<i4").tobytes()
        return json.dumps(head).encode() + b"\n" + rows

    @classmethod
    def from_bytes(cls, raw: bytes | memoryview) -> "MentionTable":
        """The table that `to_bytes` wrote."""
        head, _, body = bytes(raw).partition(b"\n")
        fields = json.loads(head)
        rows = np.frombuffer(body, dtype="<i4").astype(np.int32).reshape(-1, 2)
        return cls(tuple(fields["cases"]), rows[: fields["passages"]], rows[fields["passages"] :])

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {case_id: number for number, case_id in enumerate(self.cases)}


def mention_table(documents: Sequence[Document], passages: NDArray[np.int32], cases: Cases) -> MentionTable:
    """Who is named where. `passages` is (n, 3): number of the document, start, end, ordered by document and start."""
    bounds = np.searchsorted(passages[:, 0], np.arange(len(documents) + 1))
    in_passages: set[tuple[int, int]] = set()
    in_titles: set[tuple[int, int]] = set()
    for number, document in enumerate(documents):
        offset = (
            len(document.title) + 2
        )  # title and text are read as one: a surname may be explained by the title
        starts = passages[bounds[number] : bounds[number + 1], 1]
        in_titles.update((number, cases.numbers[case]) for case in document.cases if case in cases.numbers)
        for mention in cases.mentions(f"{document.title}\n\n{document.text}"):
            named = [cases.numbers[case] for case in mention.cases]
            if mention.start < offset:
                in_titles.update((number, case) for case in named)
            elif len(starts):
                row = bounds[number] + np.searchsorted(starts, mention.start - offset, side="right") - 1
                in_passages.update((int(row), case) for case in named)
    return MentionTable(tuple(case.id for case in cases), _rows(in_passages), _rows(in_titles))


def _rows(pairs: set[tuple[int, int]]) -> NDArray[np.int32]:
    return np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)


def _first_column(rows: NDArray[np.int32], second: int) -> NDArray[np.int32]:
    first: NDArray[np.int32] = rows[rows[:, 1] == second, 0]
    return first
