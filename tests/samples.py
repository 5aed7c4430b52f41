"""Small documents and index versions for tests that need some, whatever they say."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from encoders import HashingEncoder

from corpus.document import Document, PartialDate, Reliability
from index.block import to_bytes
from index.build import assemble
from index.version import Version

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def sample_document(number: int, *, text: str | None = None, withdrawn: str | None = None) -> Document:
    """Document `number`: two paragraphs about somebody, in a language of its own."""
    return Document(
        id=f"document-{number}",
        title=f"Title {number}",
        publisher=("Viasna", "Reform")[number % 2],
        published=PartialDate(2025, number % 12 + 1),
        language=("en", "ru", "be")[number % 3],
        reliability=Reliability.A,
        text=text
        or f"Person {number} was arrested in Minsk.\n\nThe trial of person {number} began in May. It was closed.",
        url=f"https://example.org/{number}",
        cases=("losik",),
        sources=("https://example.org/source",),
        withdrawn=withdrawn,
    )


def sample_version(*numbers: int) -> Version:
    """An unpublished version of these documents."""
    documents = [sample_document(number) for number in numbers]
    return assemble(documents, HashingEncoder(), created=NOON).version


def file_names(version: Version) -> list[str]:
    """The names of the files that it is published as."""
    blocks = [hashlib.sha256(to_bytes(block)).hexdigest()[:32] for block in version.blocks]
    return sorted([*version.files, *(f"{name}.block" for name in blocks), "manifest.json"])


def block_path(folder: Path) -> Path:
    """The one block in a version's folder."""
    (path,) = folder.glob("*.block")
    return path
