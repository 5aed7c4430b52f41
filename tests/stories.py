"""Fictional articles for tests of update messages, and what an index of them has to tell."""

from collections.abc import Mapping, Sequence, Set
from datetime import date

from encoders import HashingEncoder
from library import version_of

from bot.changes import Comparison, compare
from bot.news import News
from bot.newsroom import as_news
from bot.proposals import Known
from bot.telling import Teller
from corpus.cases import load_cases
from corpus.document import Document, PartialDate, Reliability, normalise
from index.case_file import CaseBook
from index.statements import statements
from index.version import Version

TODAY = date(2026, 11, 22)
_STATEMENTS = statements(HashingEncoder())

TRIAL = "A court in Homel heard the case of Ihar Losik on Friday. The prosecutor asked for three years. Losik pleaded not guilty."
LETTERS = (
    "Mikalai Statkevich got a parcel from his friends in November. It had been in the post for four weeks."
)
WEATHER = "Courts across the country were closed on Monday because of snow. They open again on Tuesday."


def article(
    id_: str,
    text: str,
    *,
    title: str | None = None,
    publisher: str = "Example News",
    published: PartialDate | None = PartialDate(2026, 11, 20),  # noqa: B008
    reliability: Reliability = Reliability.A,
    language: str = "en",
    cases: tuple[str, ...] = (),
    url: str | None = "https://news.example/",
) -> Document:
    """A document of this week that nobody has to approve, unless it says otherwise."""
    return Document(
        id=id_,
        title=title or f"Notes from {id_}",
        publisher=publisher,
        published=published or PartialDate(),
        language=language,
        reliability=reliability,
        text=normalise(text),
        cases=cases,
        url=f"{url}{id_}" if url else None,
    )


def teller_of(*documents: Document) -> Teller:
    """What chooses the quotes of an index of these documents."""
    return teller(version_of(documents, HashingEncoder()))


def teller(version: Version) -> Teller:
    """What chooses the quotes of this index."""
    return Teller(CaseBook(version, _STATEMENTS, load_cases()), load_cases())


def hashes(*documents: Document) -> dict[str, str]:
    """What is considered once these were."""
    return {document.id: document.sha256 for document in documents}


def compared(
    *documents: Document,
    old: Sequence[Document] = (),
    announced: Sequence[News] = (),
    withdrawn: Mapping[str, str] | None = None,
    anew: Set[str] = frozenset(),
) -> Comparison:
    """What an index of `documents` has to tell after one of `old`."""
    known = Known(considered=hashes(*old), announced=announced, withdrawn=withdrawn or {}, anew=anew)
    return compare(teller_of(*documents), known, today=TODAY)


def announced(comparison: Comparison, *, first: int = 1) -> tuple[News, ...]:
    """All of it, as if it had been announced."""
    return tuple(
        as_news(one.draft, number, 498_000) for number, one in enumerate(comparison.proposals, first)
    )
