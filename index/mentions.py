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


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The table of the previous version, made with the same cases, and which documents can be taken over from it."""

    table: MentionTable
    passages: NDArray[np.int32]
    """(n, 3), of the previous version."""
    documents: int
    """How many the previous version has."""
    numbers: NDArray[np.int64]
    """For each document of the new version its number in the previous one; -1 for a new or changed document."""


def mention_table(
    documents: Sequence[Document],
    passages: NDArray[np.int32],
    cases: Cases,
    *,
    earlier: Earlier | None = None,
) -> MentionTable:
    """Who is named where. `passages` is (n, 3): number of the document, start, end, ordered by document and start."""
    bounds = np.searchsorted(passages[:, 0], np.arange(len(documents) + 1))
    in_passages: set[tuple[int, int]] = set()
    in_titles: set[tuple[int, int]] = set()
    for number, document in enumerate(documents):
        if earlier and earlier.numbers[number] >= 0:
            continue
        first = int(bounds[number])
        inside, titles = _named(document, passages[first : bounds[number + 1], 1], cases)
        in_passages.update((first + place, case) for place, case in inside)
        in_titles.update((number, case) for case in titles)
    kept_inside, kept_titles = _kept(earlier, bounds) if earlier else (_NOTHING, _NOTHING)
    return MentionTable(
        tuple(case.id for case in cases), _rows(in_passages, kept_inside), _rows(in_titles, kept_titles)
    )


def _named(
    document: Document, starts: NDArray[np.int32], cases: Cases
) -> tuple[set[tuple[int, int]], set[int]]:
    """(place of the passage within the document, case) for each that one names, and the cases of title and tags."""
    offset = (
        len(document.title) + 2
    )  # title and text are read as one: a surname may be explained by the title
    titles = {cases.numbers[case] for case in document.cases if case in cases.numbers}
    inside: set[tuple[int, int]] = set()
    for mention in cases.mentions(f"{document.title}\n\n{document.text}"):
        named = [cases.numbers[case] for case in mention.cases]
        if mention.start < offset:
            titles.update(named)
        elif len(starts):
            place = int(np.searchsorted(starts, mention.start - offset, side="right")) - 1
            inside.update((place, case) for case in named)
    return inside, titles


_NOTHING = np.empty((0, 2), np.int32)


def _kept(earlier: Earlier, bounds: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The rows of documents that are taken over, with the numbers that their passages and titles have now."""
    now = np.full(earlier.documents, -1, np.int64)
    taken = np.flatnonzero(earlier.numbers >= 0)
    now[earlier.numbers[taken]] = taken
    owners = earlier.passages[:, 0]
    first = np.searchsorted(owners, np.arange(earlier.documents))
    rows, cases = earlier.table.passages.T
    old = owners[rows]
    moved = np.column_stack([rows - first[old] + bounds[now[old]], cases])[now[old] >= 0]
    titles, title_cases = earlier.table.titles.T
    return moved.astype(np.int32), np.column_stack([now[titles], title_cases])[now[titles] >= 0].astype(
        np.int32
    )


def _rows(pairs: set[tuple[int, int]], kept: NDArray[np.int32]) -> NDArray[np.int32]:
    rows = np.concatenate([np.array(list(pairs), np.int32).reshape(-1, 2), kept])
    return rows[np.lexsort((rows[:, 1], rows[:, 0]))]


def _first_column(rows: NDArray[np.int32], second: int) -> NDArray[np.int32]:
    first: NDArray[np.int32] = rows[rows[:, 1] == second, 0]
    return first
