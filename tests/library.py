"""A few documents, and an index version of them, for tests of search and answers."""

from collections.abc import Sequence
from datetime import UTC, datetime

from corpus.document import Document, PartialDate, Reliability, normalise
from index.build import assemble
from index.encoder import Encoder
from index.version import Version

ARREST = (
    "Ihar Losik was arrested in June 2020. He was held in Minsk. According to his partner, the cell was tiny."
)
SENTENCE = (
    "A court sentenced Ihar Losik to 15 years in prison. The verdict was read behind closed doors in Homel."
)
RELEASE = "Belarus released 52 political prisoners in September 2025. Mikalai Statkevich refused to leave the country."
RUSSIAN = "Николай Статкевич отказался уезжать из страны. Его вернули в колонию в Глубоком."


def document(
    id_: str,
    text: str,
    *,
    title: str | None = None,
    publisher: str = "Example News",
    published: PartialDate = PartialDate(2025, 9, 12),  # noqa: B008
    language: str = "en",
) -> Document:
    """A document with the least that one needs."""
    return Document(
        id=id_,
        title=title or f"Title of {id_}",
        publisher=publisher,
        published=published,
        language=language,
        reliability=Reliability.B,
        text=normalise(text),
    )


def news() -> list[Document]:
    """Four short articles about the same people."""
    return [
        document("arrest", ARREST),
        document("release", RELEASE),
        document("russian", RUSSIAN, language="ru"),
        document("sentence", SENTENCE),
    ]


def version_of(documents: Sequence[Document], encoder: Encoder) -> Version:
    """An unpublished version."""
    return assemble(documents, encoder, created=datetime(2026, 1, 1, tzinfo=UTC)).version
