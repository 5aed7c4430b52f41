"""Fictional documents for tests of the bot, their index, and a base that answers from it by plain rules."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
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


RUSSIAN = tuple(
    replace(VERDICT, id=name, title=title, publisher=publisher, url=f"https://{name}.example/news", language="ru", published=PartialDate(2024, 3, day), text=normalise(text))
    for name, title, publisher, day, text in (
        ("vesti", "Приговор Игорю Лосику", "Пример-Вести", 12, "Игоря Лосика задержали 25 июня 2020 года в Барановичах. Суд приговорил его к 15 годам колонии. Процесс был закрытым.\n\nДо ареста Лосик вёл канал о новостях."),
        ("gazeta", "Что известно о деле Лосика", "Пробная газета", 10, "Блогера Лосика задержали 24 июня 2020 года, рассказали друзья. Процесс шёл в Гомеле."),
    )
)  # fmt: skip
BELARUSIAN = tuple(
    replace(VERDICT, id=name, title=title, publisher=publisher, url=f"https://{name}.example/naviny", language="be", published=PartialDate(2024, 3, day), text=normalise(text))
    for name, title, publisher, day, text in (
        ("vestki", "Прысуд Ігару Лосіку", "Прыклад-Весткі", 12, "Ігара Лосіка затрымалі 25 чэрвеня 2020 года ў Баранавічах. Суд прысудзіў яму 15 гадоў калоніі. Працэс быў закрыты.\n\nДа арышту Лосік вёў канал пра навіны."),
        ("hazieta", "Што вядома пра справу Лосіка", "Пробная газета", 10, "Блогера Лосіка затрымалі 24 чэрвеня 2020 года, расказалі сябры. Працэс ішоў у Гомелі."),
    )
)  # fmt: skip
MANY_PEOPLE = replace(
    VERDICT,
    id="many",
    title="Ten years of trials",
    text=normalise(
        " ".join(
            f"{load_cases().display_name(case, 'en')} was arrested in June 2020."
            for case in ("losik-ihar", "statkevich", "tsikhanouski-siarhei", "babaryka-viktar", "babaryka-eduard", "bialiatski", "kalesnikava", "losik-daria", "znak", "rabkova")
        )
    ),
)  # fmt: skip
BASES = {"three": DOCUMENTS, "russian": RUSSIAN, "belarusian": BELARUSIAN, "many people": (MANY_PEOPLE,)}
"""What the scripts of `conversations/` are played before, by name."""


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
        if re.search("address|адрес|адрас", question):
            return Answer(reason=Reason.REFUSED, private=True, **about)
        if question.startswith(("Losik?", "Лосик?", "Лосік?")):
            return Answer(reason=Reason.AMBIGUOUS, candidates=("losik-ihar", "losik-daria"), **about)
        if not excerpts:
            nearest = _matching("Losik Лосик Лосік", quotes.version)[:2]
            return Answer(reason=Reason.NO_SOURCE, candidates=("losik-ihar",), nearest=nearest, **about)
        if re.search("Ihar Losik|Игор[ья] Лосик|Ігар Лосік|Ігара Лосіка", question):
            about["candidates"] = ("losik-ihar",)
        best = max(each.score for each in excerpts)
        shown = tuple(each for each in excerpts if each.score == best)[:3]
        difference = None
        if re.search("differ|расход|разыход", question):
            shown = excerpts[:2]
            sides = tuple(_value(excerpt, place) for place, excerpt in enumerate(shown))
            difference = Difference(ValueKind.DATE, sides)
        return Answer(excerpts=shown, more=excerpts[len(shown) :][:5], difference=difference, **about)


def _value(excerpt: Excerpt, place: int) -> Differing:
    """What a quote says when, or how many: the first numbers in it, else all of it."""
    told = re.search(r"[A-Z]\w+ \d{4}|\d+(?: \w+ \d{4})?", excerpt.quote)
    start, end = told.span() if told else (0, len(excerpt.quote))
    return Differing(place, excerpt.start + start, excerpt.start + end, place)


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
