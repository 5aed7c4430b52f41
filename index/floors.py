"""Floors: what an index of the bundled documents must reach on our judged questions before it is published.

`floors.json` holds them beside the digest of the questions; `sprava index floors --set REASON` writes it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corpus.errors import SpravaError
from corpus.library import load
from corpus.settings import BUNDLED
from index import weights
from index.answer import Answer, answer_many
from index.encoder import Encoder
from index.judged import Judged, read_judged
from index.version import Version

FILE = Path(__file__).with_name("floors.json")
JUDGED = Path(__file__).parent / "judged" / "briefs.jsonl"
STEP = 3
"""Every third question is asked: three would cost an update too long."""
MARGIN = 2
"""Questions of a group that may go wrong before its floor is reached: another processor rounds differently."""
FALSELY = "falsely refused"
"""The one figure whose floor is a ceiling."""
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Share:
    """A figure: so large a share of so many questions."""

    value: float
    of: int


Figures = Mapping[str, Share]
"""By name: `hit@3 en`, `hit@3 ru`, `hit@3 be`, `refused`, `falsely refused`."""


class FloorError(SpravaError):
    """An index is below a floor, or the floors do not fit the questions."""


def check(version: Version, encoder: Encoder) -> None:
    """Raise FloorError where a version of exactly the bundled documents, by the embedded model, is below a floor.

    Of other documents the floors say nothing: a source that says more than a brief rightly comes before it.
    """
    if version.model == weights.NAME and _is_bundled(version):
        compare(measure(version, encoder), stored=read())


def compare(figures: Figures, *, stored: Mapping[str, Any]) -> None:
    """Raise FloorError naming each figure below its floor, or that the questions are not those that it was set for."""
    if stored["sha256"] != digest():
        raise FloorError(
            f"{JUDGED.name} is not what the floors in {FILE.name} were set for: look at `sprava index floors`, "
            'then run `sprava index floors --set "REASON"`'
        )
    below = [
        f"{name} is {figures[name].value:.3f}, its {'ceiling' if name == FALSELY else 'floor'} {floor:.3f}"
        for name, floor in stored["floors"].items()
        if is_below(name, figures[name].value, floor)
    ]
    if below:
        raise FloorError(
            f"{'; '.join(below)}: nothing was published; see what changed with `sprava index floors`"
        )


def is_below(name: str, value: float, floor: float) -> bool:
    """Whether a figure is worse than its floor."""
    return value > floor if name == FALSELY else value < floor


def measure(version: Version, encoder: Encoder) -> dict[str, Share]:
    """The figures of the sample on a version of the bundled documents."""
    questions = sample(read_judged(JUDGED))
    answers: list[Answer] = []
    for first in range(0, len(questions), _BATCH):
        some = [judged.question for judged in questions[first : first + _BATCH]]
        answers += answer_many(some, version=version, encoder=encoder)
    counted: dict[str, list[bool]] = {}
    for judged, found in zip(questions, answers, strict=True):
        counted.setdefault(FALSELY if judged.answerable else "refused", []).append(not found.answered)
        if judged.answerable:
            hit = any(judged.is_hit_by(quote.document, quote.quote) for quote in found.excerpts)
            counted.setdefault(f"hit@3 {judged.language}", []).append(hit)
    return {name: Share(sum(flags) / len(flags), len(flags)) for name, flags in sorted(counted.items())}


def sample(questions: Sequence[Judged]) -> list[Judged]:
    """Every third answerable question of each language, and every third unanswerable one; the same every time."""
    groups: dict[tuple[str, bool], list[Judged]] = {}
    for judged in sorted(questions, key=lambda judged: judged.id):
        groups.setdefault((judged.language, judged.answerable), []).append(judged)
    return [judged for members in groups.values() for judged in members[::STEP]]


def set_floors(figures: Figures, *, reason: str, today: date, path: Path = FILE) -> dict[str, float]:
    """Write floors MARGIN questions below the figures, with the digest and the reason; the new floors."""
    floors = {
        name: round(share.value + (MARGIN if name == FALSELY else -MARGIN) / share.of, 3)
        for name, share in figures.items()
    }
    old = read(path) if path.exists() else {"floors": {}, "set": []}
    worse = [name for name, floor in floors.items() if is_below(name, floor, old["floors"].get(name, floor))]
    entry = {"on": today.isoformat(), "reason": reason, "lowered": worse}
    content = {
        "about": f"Floors of every third question of {JUDGED.name} on the bundled documents, {MARGIN} questions below "
        "what was measured. Written by `sprava index floors --set`; read by `sprava index update`.",
        "sha256": digest(),
        "floors": floors,
        "set": [*old["set"], entry],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return floors


def read(path: Path = FILE) -> dict[str, Any]:
    """What the file of floors holds."""
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return stored


def digest() -> str:
    """The sha256 of the judged questions."""
    return hashlib.sha256(JUDGED.read_bytes()).hexdigest()


def _is_bundled(version: Version) -> bool:
    bundled = {document.id for document in load([BUNDLED]) if document.withdrawn is None}
    return {document.id for document in version.documents} == bundled
