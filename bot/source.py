"""How a source is named: the lines under a quote, the reliability labels, and the list of publishers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from bot.compose import Writer, inline
from bot.links import source_link
from bot.texts import Texts
from corpus.document import Document, PartialDate, Reliability
from index.excerpt import Excerpt
from index.value import Day
from index.values import values

_FURNITURE = str.maketrans("·[]", "-()", "⚠⚖↗")


_MOST_NAME, MOST_NOTICE = 200, 300
"""Characters of a name or title, and of a warning, that are shown; a longer one leaves no room for the quote."""
MOST_SOURCES = 3
"""Sources of a brief named under its quote, so that three quotes leave the buttons in sight; all stand in the context."""


def named(name: str) -> str:
    """A publisher's name or a title as one fact among others: without our separator, the brackets of a label, our signs,
    and not as long as a message. A page names itself, and could otherwise write a publisher, a date and a label before
    ours."""
    return inline(name.translate(_FURNITURE), most=_MOST_NAME)


def titled(document: Document) -> str:
    """The title of a document, or its id."""
    return named(document.title) or document.id


@lru_cache(256)
def told_until(document: Document) -> PartialDate:
    """Until when a document tells what happened: when it was published; a brief of ours, written from older sources,
    goes as far as the latest date that it names."""
    if not document.is_brief:
        return document.published
    days = (value.content for value in values(document.text) if isinstance(value.content, Day))
    named = [PartialDate(*day) for day in days if day.year and (day.month or not day.day)]
    return max((day for day in named if day <= document.published), default=document.published)


def attribution(
    writer: Writer,
    excerpt: Excerpt,
    texts: Texts,
    *,
    number: int,
    first: bool = True,
    most: int | None = MOST_SOURCES,
) -> None:
    """Append number and linked title, then publisher, date, language and label, then what must stand with a quote.

    What a brief of ours was written from stands under the `first` of its quotes in a message only: `most` of it, the
    rest as a number.
    """
    document = excerpt.document
    link = source_link(document, excerpt.start, excerpt.end)
    writer.plain(f"{number} · ").link(titled(document), link)
    writer.plain(" ↗" if link else "").plain("\n")
    facts = [
        texts.say("this project's brief") if document.is_brief else named(document.publisher),
        texts.date(document.published),
        texts.language_name(document.language),
        label(texts, document.reliability),
    ]
    writer.plain(" · ".join(facts))
    if not link and not document.is_brief:
        writer.plain(" · ").plain(texts.say("no public address"))
    if excerpt.also_in:
        publishers = ", ".join(named(name) for name in excerpt.also_in)
        writer.plain("\n").plain(texts.say("Also in: {publishers}", publishers=publishers))
    if document.sources and first:
        _written_from(writer, document.sources, texts, most=most)
    _warnings(writer, document, texts)


def short_attribution(writer: Writer, excerpt: Excerpt, texts: Texts, *, when: str, link: str | None) -> None:
    """Append publisher, linked, date, language and label, then what must stand with a quote.

    `when` says what the date is, as in "as of 12 Sep 2025".
    """
    document = excerpt.document
    name = (
        texts.say("this project's brief") if document.is_brief else named(document.publisher) or document.id
    )
    writer.link(name, link).plain(" ↗" if link else "")
    facts = [when, texts.language_name(document.language), label(texts, document.reliability)]
    writer.plain(f" · {' · '.join(facts)}")
    if not link and not document.is_brief:
        writer.plain(" · ").plain(texts.say("no public address"))
    _warnings(writer, document, texts)


def _warnings(writer: Writer, document: Document, texts: Texts) -> None:
    if document.notice:
        notice = inline(document.notice, most=MOST_NOTICE)
        writer.plain("\n⚠ ").plain(texts.say("The source says: {notice}", notice=notice))
    if document.note:
        writer.plain("\n⚠ ").plain(texts.say("Note: {note}", note=inline(document.note, most=MOST_NOTICE)))


def _written_from(writer: Writer, sources: Sequence[str], texts: Texts, *, most: int | None) -> None:
    writer.plain("\n").plain(texts.say("Written from:"))
    for i, address in enumerate(sources[:most]):
        host = (urlsplit(address).hostname or "").removeprefix("www.")
        writer.plain(", " if i else " ").link(host or inline(address), address if host else None)
    if (left := len(sources) - len(sources[:most])) > 0:
        writer.plain(f", +{left}")


def label(texts: Texts, reliability: str) -> str:
    """A reliability label with its meaning."""
    match reliability:
        case Reliability.A:
            meaning = texts.say("first-hand")
        case Reliability.B:
            meaning = texts.say("summary")
        case Reliability.C:
            meaning = texts.say("retelling or copy")
        case _:
            meaning = texts.say("unsigned or AI")
    return f"[{reliability}] {meaning}"


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher as the list of sources shows it."""

    name: str
    documents: int
    languages: tuple[str, ...]
    labels: tuple[str, ...]
    has_notice: bool
    own: bool


def publishers(documents: Sequence[Document]) -> tuple[Publisher, ...]:
    """The publishers of these documents, those with most documents first, our own briefs last."""
    by_name: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        by_name[document.publisher].append(document)
    found = [
        Publisher(
            name=name,
            documents=len(theirs),
            languages=tuple(sorted({d.language for d in theirs})),
            labels=tuple(sorted({d.reliability.value for d in theirs})),
            has_notice=any(d.notice for d in theirs),
            own=theirs[0].is_brief,
        )
        for name, theirs in by_name.items()
    ]
    return tuple(sorted(found, key=lambda p: (p.own, -p.documents, p.name)))
