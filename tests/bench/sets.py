"""Judged questions and their documents: the repository's own, and those that a shared folder may hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from corpus.adding import Given, propose
from corpus.document import Document
from corpus.library import load
from corpus.readers.reading import read as read_raw
from corpus.settings import BUNDLED
from index.encoder import Encoder
from index.judged import Judged, read_judged
from index.squad import read_squad
from index.update import update
from index.version import Version

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
CACHE = ROOT / ".sprava" / "bench" / "ablation"
EVERY = 4
"""Of XQuAD's questions, every so-manieth is asked."""


@dataclass(frozen=True, slots=True)
class Set:
    """Documents, and questions asked of them."""

    name: str
    documents: Sequence[Document]
    questions: Sequence[Judged]


def read_sets(shared: Path) -> Iterator[Set]:
    """The repository's own questions, and what the shared folder has."""
    briefs = load([BUNDLED])
    questions = read_judged(ROOT / "index" / "judged" / "briefs.jsonl")
    for part in ("dev", "held"):
        yield Set(f"briefs, {part}", briefs, [judged for judged in questions if judged.part == part])
    for name in ("more", "blind", "fresh"):
        asked_by_others = read_judged(ROOT / "index" / "judged" / f"{name}.jsonl")
        for part in dict.fromkeys(judged.part for judged in asked_by_others):
            yield Set(f"{name}, {part}", briefs, [one for one in asked_by_others if one.part == part])
    data = shared / "data"
    if (seeds := shared / "seeds").is_dir():
        articles = [_read(path) for path in sorted(seeds.glob("*.txt"))]
        yield Set("seeds", articles, read_judged(data / "questions" / "seeds-dev.jsonl"))
        articles = [*articles, *(_read(path) for path in sorted((data / "articles").glob("*.md")))]
        asked = read_judged(data / "questions" / "articles-dev.jsonl")
        yield Set("articles and briefs", [*articles, *briefs], asked)
    for language in ("en", "ru"):
        paths = [data / "xquad" / f"xquad-dev.{name}.json" for name in ("en", language)]
        if all(path.is_file() for path in paths):
            yield _halved(f"XQuAD {language}→en", *read_squad(*paths))


def _read(path: Path) -> Document:
    draft = read_raw(path.read_bytes(), name=path.name)
    today = datetime.now(UTC).date()
    return propose(draft, Given(), id=path.stem, name=path.name, today=today).document


def _halved(name: str, documents: Sequence[Document], questions: Sequence[Judged]) -> Set:
    """Every second paragraph alone: what the others answered is unanswerable."""
    kept = [replace(one, text="\n\n".join(one.text.split("\n\n")[::2])) for one in documents]
    texts = {one.id: one.text for one in kept}
    asked = [
        replace(judged, answerable=any(gold.text in texts[gold.document] for gold in judged.gold))
        for judged in questions[::EVERY]
    ]
    return Set(name, kept, asked)


def version_of(one: Set, encoder: Encoder, *, form: str = "whole") -> Version:
    """The set's index, kept on disk so that a second run encodes only what changed."""
    name = "".join(letter if letter.isalnum() else "-" for letter in one.name)
    folder = CACHE / f"{name}-{form}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    created = datetime.now(UTC)
    done = update(folder, one.documents, lambda: encoder, model=encoder.name, created=created, accept=True)
    return done.version
