"""What must hold before a version is published: it answers, and no mass change happens unseen."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from corpus.cases import load_cases
from corpus.document import Document
from corpus.errors import SpravaError
from index.answer import answer_many
from index.block import same_document
from index.encoder import Encoder
from index.mentions import MentionTable
from index.search import MENTIONS
from index.version import Version

SHARE = 0.05
"""More than this share of the passages that were there, altered or gone, is a mass change."""
ENOUGH = 20
"""Passages from which on a share says something: below, one passage would be more than SHARE."""
QUESTIONS = ("When was Ihar Losik arrested?", "Сколько лет дали Сергею Тихановскому?")
"""Asked of every new version, beside some of its titles; whether there is an answer depends on the documents."""


class MassChangeError(SpravaError):
    """An update would alter or remove much of what was there, and nobody has accepted that."""

    def __init__(self, loss: "Loss") -> None:
        super().__init__(
            f"{loss}; nothing was published: look at the difference above, then run `sprava index update --accept`"
        )
        self.loss = loss


class SelfCheckError(SpravaError):
    """A new version does not answer as it should; it was not published."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What of an older version's text is no longer there. Additions do not count."""

    before: int
    """Passages that there were, without those of documents withdrawn since."""
    passages: dict[str, int]
    """By document: how many of its passages do not stand in it any more."""
    removed: frozenset[str]
    """Those of these documents that are gone altogether."""
    cases: tuple[str, ...] = ()
    """Cases that no document names any more."""

    @property
    def is_mass(self) -> bool:
        """Whether somebody has to accept it."""
        much = self.before >= ENOUGH and sum(self.passages.values()) > SHARE * self.before
        return much or bool(self.cases)

    def __str__(self) -> str:
        lost = sum(self.passages.values())
        parts = [f"{lost:,} of {self.before:,} passages altered or gone ({lost / max(self.before, 1):.0%})"]
        if self.cases:
            parts.append(f"no document names {', '.join(self.cases)} any more")
        return ", ".join(parts)


def lost_passages(version: Version, documents: Iterable[Document]) -> Loss:
    """What these documents no longer say of what `version` holds, passage by passage, however they are cut now.

    A withdrawn document does not count: somebody decided on it and gave the reason, and it must take effect at once.
    """
    now = {document.id: document for document in documents}
    counts = np.bincount(version.passages[:, 0], minlength=len(version.documents))
    before, passages, removed = 0, {}, set()
    for number, old in enumerate(version.documents):
        new = now.get(old.id)
        if new is not None and new.withdrawn is not None:
            continue
        before += int(counts[number])
        if new is None:
            removed.add(old.id)
            passages[old.id] = int(counts[number])
        elif not same_document(old, new):
            spans = version.passages[version.passages[:, 0] == number, 1:].tolist()
            gone = sum(old.text[start:end].strip() not in new.text for start, end in spans)
            if gone:
                passages[old.id] = gone
    return Loss(before, passages, frozenset(removed))


def dropped_cases(before: Version, after: Version, documents: Iterable[Document]) -> tuple[str, ...]:
    """Cases that `before` names, withdrawn documents apart, and `after` does not; those that we no longer list apart."""
    withdrawn = {document.id for document in documents if document.withdrawn is not None}
    kept = np.array([document.id not in withdrawn for document in before.documents])
    table = MentionTable.from_bytes(before.files[MENTIONS])
    named = set(table.passages[kept[before.passages[table.passages[:, 0], 0]], 1].tolist())
    named |= set(table.titles[kept[table.titles[:, 0]], 1].tolist())
    now = MentionTable.from_bytes(after.files[MENTIONS])
    known = load_cases().by_id
    cases = (table.cases[number] for number in sorted(named))
    return tuple(case for case in cases if case in known and not now.is_named(case))


def self_check(version: Version, encoder: Encoder) -> None:
    """Ask the fixed questions and three titles as a reader would. Raises SelfCheckError unless every quote is exact."""
    by_id = {document.id: document for document in version.documents}
    titles = [version.documents[place * (len(version.documents) - 1) // 2].title for place in range(3)]
    for found in answer_many([*QUESTIONS, *titles], version=version, encoder=encoder):
        for excerpt in (*found.excerpts, *found.nearest):
            text = by_id[excerpt.document.id].text if excerpt.document.id in by_id else ""
            exact = 0 <= excerpt.start < excerpt.end <= len(text)
            if not exact or excerpt.quote != text[excerpt.start : excerpt.end]:
                raise SelfCheckError(
                    f"the new index version quotes {excerpt.document.id} {excerpt.start}:{excerpt.end} wrongly "
                    f"for {found.question!r}: it was not published"
                )
