"""What a maintainer does with messages: look at what there is to tell, approve it, leave it out, announce it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from bot.announcements import Announcements
from bot.changes import Comparison, compare
from bot.database import Engine
from bot.keys import KeySource
from bot.matching import QuestionBase, Standing, follows, is_due, questions
from bot.news import HOUR, Draft, News, NewsKind
from bot.news_pages import MINSK
from bot.proposals import Known, Proposal
from bot.record import Record
from bot.subscribers import Subscribers, rounded
from bot.telling import Teller
from corpus import library
from corpus.cases import load_cases
from corpus.document import Document
from corpus.errors import SpravaError
from index.case_file import CaseBook
from index.version import Version

KEY = 12
"""Hex digits of a message's key that are shown and typed."""


class RolledBackError(SpravaError):
    """The index is an older one again."""


class UnknownKeyError(SpravaError):
    """No message that could be announced has this key."""


class UnknownDocumentError(SpravaError):
    """A document that is to be told of is not in the index."""


class NewsBase(QuestionBase, Protocol):
    """The published index as the newsroom needs it."""

    def case_book(self) -> CaseBook:
        """What the newest version says about each case."""
        ...


@dataclass(frozen=True, slots=True)
class Outlook:
    """What there is to tell at one moment."""

    comparison: Comparison
    numbers: tuple[int, ...]
    """The № that each message would get if all were announced now."""
    considered: Mapping[str, str]
    version: Version


@dataclass(frozen=True, slots=True)
class Choice:
    """What of it would be announced, what waits for approval, and what is left out for good."""

    ready: tuple[Proposal, ...]
    waiting: tuple[Proposal, ...]
    skipped: tuple[Proposal, ...]


def key_of(proposal: Proposal) -> str:
    """What a maintainer types to approve exactly this text, or to leave it out."""
    return proposal.draft.key[:KEY]


def as_news(draft: Draft, number: int, hour: int) -> News:
    """A draft as the message that it would be."""
    told = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    return News(number=number, hour=hour, withdrawn=draft.kind is NewsKind.WITHDRAWAL, **told)


class Newsroom:
    """The published index beside what was announced. `keys` is None where no key is there: then nobody is counted."""

    def __init__(
        self,
        base: NewsBase,
        engine: Engine,
        keys: KeySource | None,
        *,
        folders: Sequence[Path],
        now: Callable[[], float],
    ) -> None:
        self._base = base
        self._folders = folders
        self._now = now
        self.announcements = Announcements(engine, now)
        self._subscribers = Subscribers(engine, keys, now=now) if keys else None

    def begin(self) -> Version | None:
        """Take the present index as the starting point, where there is none yet; then that version."""
        version = self._base.quotes().version
        return version if begin(self.announcements, version) else None

    def look(self, *, anew: Set[str] = frozenset()) -> Outlook:
        """What the index says that nobody was told. Raises `RolledBackError`, `UnknownDocumentError`."""
        version = self._base.quotes().version
        if version.restored is not None:
            raise RolledBackError(
                f"Index version {version.number} is version {version.restored} again: what is missing in it is no news. "
                "Run `sprava index update` first."
            )
        for document in sorted(anew - {each.id for each in version.documents}):
            raise UnknownDocumentError(
                f"There is no document {document!r} in index version {version.number}: `sprava corpus list` shows the ids."
            )
        considered = self.announcements.considered()  # first: who announces later must not go unseen
        announced = self.announcements.all()
        known = Known(
            considered=considered,
            announced=announced,
            withdrawn=self._withdrawn(announced, version),
            anew=anew,
        )
        today = datetime.fromtimestamp(self._now(), MINSK).date()
        found = compare(Teller(self._base.case_book(), load_cases()), known, today=today)
        first = max((news.number for news in announced), default=0) + 1
        numbers = tuple(range(first, first + len(found.proposals)))
        return Outlook(found, numbers, considered, version)

    def news(self, outlook: Outlook) -> tuple[News, ...]:
        """The messages as they would be if they were announced now."""
        hour = int(self._now() // HOUR)
        pairs = zip(outlook.comparison.proposals, outlook.numbers, strict=True)
        return tuple(as_news(proposal.draft, number, hour) for proposal, number in pairs)

    def audience(self, news: Sequence[News]) -> list[int] | None:
        """How many people would get each message, rounded down to ten; None where no key opens their records."""
        if self._subscribers is None:
            return None
        return [rounded(n) for n in count(self._subscribers.scan(), news, Standing(self._base))]

    def announce(self, outlook: Outlook, choice: Choice) -> tuple[int, ...]:
        """Announce what is ready, and settle what is left out. Raises `OutdatedError` where somebody else announced."""
        documents = {document.id: document for document in outlook.version.documents}
        settled = [*_settled(choice, documents)]
        settled += [documents[one.document] for one in outlook.comparison.left_out if one.settled]
        considered = {document.id: document.sha256 for document in settled}
        keys = {one.draft.key: one.draft.key for one in choice.skipped}
        return self.announcements.announce(
            [one.draft for one in choice.ready], considered=considered | keys, seen=outlook.considered
        )

    def _withdrawn(self, announced: Sequence[News], version: Version) -> dict[str, str]:
        """Why documents that were quoted are not in the index: the reason of each that was withdrawn."""
        there = {document.id for document in version.documents}
        quoted = {quote.document for news in announced for quote in news.quotes} - there
        if not quoted:
            return {}
        paths = {path.stem for path in library.document_paths(self._folders)}
        found = (library.find(document, self._folders) for document in sorted(quoted & paths))
        return {document.id: document.withdrawn for document in found if document.withdrawn}


def begin(announcements: Announcements, version: Version) -> bool:
    """Take a version as the starting point, where there is none yet: only what comes after it is news."""
    return announcements.begin({document.id: document.sha256 for document in version.documents})


def choose(comparison: Comparison, *, approve: Collection[str], skip: Collection[str]) -> Choice:
    """Sort the messages by the keys that were typed. Raises `UnknownKeyError` for one that is no message's."""
    keys = {key_of(one) for one in comparison.proposals}
    for key in sorted({*approve, *skip} - keys):
        raise UnknownKeyError(
            f"No message has the key {key!r}: its text has changed, or it was announced; nothing was sent. "
            "Run `sprava news preview` again."
        )
    kept = [one for one in comparison.proposals if key_of(one) not in skip]
    return Choice(
        ready=tuple(one for one in kept if not one.approval or key_of(one) in approve),
        waiting=tuple(one for one in kept if one.approval and key_of(one) not in approve),
        skipped=tuple(one for one in comparison.proposals if key_of(one) in skip),
    )


def count(records: Iterable[Record], news: Sequence[News], standing: Standing) -> list[int]:
    """How many of the records each message is for; saved questions are asked of those that follow nothing else of it."""
    counts = [0] * len(news)
    asked: list[list[tuple[str, ...]]] = [[] for _ in news]
    for record in records:
        saved = questions(record)
        for i, each in enumerate(news):
            if follows(record, each):
                counts[i] += 1
            elif saved and is_due(record, each):
                asked[i].append(saved)
    for i, each in enumerate(news):
        flat = [question for saved in asked[i] for question in saved]
        answered = iter(standing.answered_at_once(flat, each))
        counts[i] += sum(any(list(islice(answered, len(saved)))) for saved in asked[i])
    return counts


def _settled(choice: Choice, documents: Mapping[str, Document]) -> Iterator[Document]:
    for one in (*choice.ready, *choice.skipped):
        yield from (documents[document] for document in one.settles)
