"""Fictional documents for tests of the bot, and the index of them."""

from datetime import UTC, datetime
from pathlib import Path

from encoders import HashingEncoder

from corpus.document import Document, PartialDate, Reliability, normalise
from index import store
from index.build import assemble
from index.version import Version

VERDICT = Document(
    id="verdict",
    title="Verdict in the Losik case",
    publisher="Example News",
    url="https://news.example/verdict",
    published=PartialDate(2024, 3, 12),
    language="en",
    reliability=Reliability.A,
    text=normalise(
        "# Verdict\n\nThe court found Ihar Losik guilty and sentenced him to fifteen years in prison. "
        "The trial was closed to the public.\n\n"
        "Losik was arrested in June 2020 in Baranavichy. He went on a hunger strike in December 2020."
    ),
)
COPY = Document(
    id="copy",
    title="Blogger freed in September",
    publisher="Copy Daily",
    url=None,
    published=PartialDate(2025, 9),
    language="en",
    reliability=Reliability.D,
    notice="This text was partly made with AI.",
    text=normalise(
        "Ihar Losik was released together with 51 other people. They crossed into Lithuania the same day."
    ),
)
BRIEF = Document(
    id="brief",
    title="Мікола Статкевіч",
    publisher="sprava",
    published=PartialDate(2025, 9, 12),
    language="be",
    reliability=Reliability.B,
    sources=("https://news.example/statkevich",),
    text=normalise("Мікола Статкевіч адмовіўся пакідаць Беларусь. Ён вярнуўся на мяжу ў верасні 2025 года."),
)
DOCUMENTS = (VERDICT, COPY, BRIEF)


def version(*documents: Document) -> Version:
    """An index version of the documents, in memory."""
    created = datetime(2026, 11, 20, tzinfo=UTC)
    return assemble(documents or DOCUMENTS, HashingEncoder(), created=created).version


def publish(home: Path, *documents: Document) -> None:
    """Publish an index of the documents under a home."""
    folder = home / "index"
    with store.writing(folder) as writer:
        writer.publish(version(*documents))
