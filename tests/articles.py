"""Fictional documents for tests of the bot, their index, and a base that answers from it by plain rules."""

import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from encoders import HashingEncoder
from numpy.typing import NDArray

from bot.quotes import Quotes
from corpus.cases import load_cases
from corpus.document import Document, PartialDate, Reliability, normalise
from index.answer import Answer, Reason
from index.build import assemble
from index.case_file import CaseBook
from index.differences import Difference, Differing
from index.excerpt import Excerpt
from index.publishing import writing
from index.statements import statements
from index.value import ValueKind
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
    with writing(folder) as writer:
        writer.publish(version(*documents))


def numbered(count: int) -> Document:
    """A document whose sentence n says what letter n says, so that every question has an answer of its own."""
    sentences = "\n\n".join(
        f"Letter number {n} arrived on time and was read aloud to everyone." for n in range(count)
    )
    return Document(
        id="letters",
        title="Letters",
        publisher="Example News",
        url="https://news.example/letters",
        published=PartialDate(2024, 3, 12),
        language="en",
        reliability=Reliability.A,
        text=normalise(sentences),
    )


class RuleBase:
    """Answers a question from the real excerpts of a version: the sentences that share its rarest words.

    It stands where the encoder and the search stand, takes `pause_s` for each batch, and counts its batches.
    """

    def __init__(self, quotes: Callable[[], Quotes], *, pause_s: float = 0) -> None:
        self.quotes = quotes
        self.pause_s = pause_s
        self.batches: list[int] = []

    def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
        """An answer for each question, and the quotes of the version they came from."""
        time.sleep(self.pause_s)
        self.batches.append(len(questions))
        quotes = self.quotes()
        return [self._answer(question, quotes) for question in questions], quotes

    def vectors(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """The questions as the version's encoder sees them."""
        return HashingEncoder().encode_queries(questions)

    def case_book(self) -> CaseBook:
        """The case files of the version."""
        return CaseBook(self.quotes().version, statements(HashingEncoder()), load_cases())

    def _answer(self, question: str, quotes: Quotes) -> Answer:
        excerpts = _matching(question, quotes.version)
        about = {"question": question, "version": quotes.version.number, "elapsed_ms": 1.0}
        if len(question) > 500:
            return Answer(reason=Reason.TOO_LONG, **about)
        if "address" in question:
            return Answer(reason=Reason.REFUSED, private=True, **about)
        if question.startswith("Losik?"):
            return Answer(reason=Reason.AMBIGUOUS, candidates=("losik-ihar", "losik-daria"), **about)
        if not excerpts:
            nearest = _matching("Losik", quotes.version)[:2]
            return Answer(reason=Reason.NO_SOURCE, candidates=("losik-ihar",), nearest=nearest, **about)
        if "Ihar Losik" in question:
            about["candidates"] = ("losik-ihar",)
        best = max(each.score for each in excerpts)
        shown = tuple(each for each in excerpts if each.score == best)[:3]
        sides = (Differing(0, shown[0].start, shown[0].end, 0), Differing(0, shown[0].start, shown[0].end, 1))
        difference = Difference(ValueKind.DATE, sides) if "differ" in question else None
        return Answer(excerpts=shown, more=excerpts[len(shown) :][:5], difference=difference, **about)


def _matching(question: str, version: Version) -> tuple[Excerpt, ...]:
    """Sentences with the number that the question has, else those that share its longer words, most first."""
    wanted = set(re.findall(r"\d+", question)) or set(re.findall(r"\w{5,}", question.casefold()))
    found: list[tuple[int, Document, int, int]] = []
    for passage, start, end in version.sentences.tolist():
        document = version.passage(passage).document
        shared = len(wanted & set(re.findall(r"\d+|\w{5,}", document.text[start:end].casefold())))
        if shared:
            found.append((shared, document, start, end))
    found.sort(key=lambda each: -each[0])
    return tuple(
        Excerpt(document, start, end, rank, float(shared))
        for rank, (shared, document, start, end) in enumerate(found, 1)
    )
