"""How to cite a document: a plain line, and APA 7 (American Psychological Association, 2020, ch. 9 and 10.16).

APA puts surnames first. Only a name that begins with a known given name is turned round; any other may be an
organisation and stands as its publisher wrote it.
"""

import datetime
import re
from collections.abc import Sequence

from babel import dates
from telegram import CopyTextButton, InlineKeyboardButton

from bot.callbacks import ShowQuotes
from bot.compose import Page, Writer, inline, utf16_units
from bot.kept import NOTHING, Kept
from bot.texts import Texts
from corpus.cases import Cases
from corpus.document import Document, PartialDate
from corpus.fold import skeleton
from index.excerpt import Excerpt

_MOST_TITLE = 200
MAX_COPY = 256
"""Characters that a button can copy (Bot API, CopyTextButton)."""

_BETWEEN_AUTHORS = re.compile(r"\s*(?:,|;|&|\b(?:and|и|і|ды)\b)\s*")
_DAY_OF_YEAR = {"en": "MMMM d"}
_WHOLE_DAY = {"en": "MMMM d, y"}
_ENDS = ".?!…"


def plain(document: Document, texts: Texts) -> str:
    """Author or publisher, title, site, date as precisely as it is known, address: those that there are."""
    title = f"“{_title(document)}”" if texts.language == "en" else f"«{_title(document)}»"
    parts = [title if not _author(document) else f"{_author(document)}, {title}", _site(document, texts)]
    parts.append(texts.date(document.published))
    return ", ".join([*parts, document.url] if document.url else parts)


def apa(document: Document, texts: Texts, *, retrieved: datetime.date, cases: Cases) -> str:
    """Author. (Date). Title. Site. Address.

    `retrieved` is told only for a page without a date, which may have changed since.
    """
    author = _author(document)
    first = _surnames_first(author, texts, cases) if author else _site(document, texts)
    title = _title(document)
    if document.is_brief:
        kind = texts.say("Brief")
        title = f"{title} [{kind}]"
    parts = [_closed(first), f"({_apa_date(document.published, texts)}).", _closed(title)]
    if author:
        parts.append(_closed(_site(document, texts)))
    if document.url and document.published.year is None:
        parts.append(
            texts.say("Retrieved {date}, from {url}", date=_in_full(retrieved, texts), url=document.url)
        )
    elif document.url:
        parts.append(document.url)
    return " ".join(parts)


def citations(
    excerpts: Sequence[Excerpt],
    ids: tuple[str, ...],
    texts: Texts,
    *,
    retrieved: datetime.date,
    cases: Cases,
    kept: Kept = NOTHING,
) -> Page:
    """Both citations of each quoted document, to be copied by a touch; `ids` are the quotes to go back to, `kept` what
    their answer has besides."""
    writer = Writer()
    if kept.heading:
        writer.italic(kept.heading).plain("\n")
    writer.bold(texts.say("Cite")).plain("\n")
    rows = []
    documents = list(dict.fromkeys(excerpt.document for excerpt in excerpts))
    for number, document in enumerate(documents, 1):
        row = []
        for name, words in (
            (texts.say("Plain"), plain(document, texts)),
            ("APA 7", apa(document, texts, retrieved=retrieved, cases=cases)),
        ):
            writer.plain(f"{number} · {name}\n").code(words).plain("\n")
            if utf16_units(words) <= MAX_COPY:
                label = texts.say("{n} Copy: {kind}", n=number, kind=name)
                row.append(InlineKeyboardButton(label, copy_text=CopyTextButton(words)))
        writer.plain("\n")
        rows.append(tuple(row))
    writer.plain(texts.say("Touch a citation to copy it."))
    back = InlineKeyboardButton(texts.say("Back"), callback_data=str(ShowQuotes(ids)))
    return writer.page((*(row for row in rows if row), (back,), *kept.rows))


def _title(document: Document) -> str:
    return inline(document.title, most=_MOST_TITLE)


def _author(document: Document) -> str:
    """The author, where it is not the publisher under another spelling."""
    author = inline(document.author or "", most=_MOST_TITLE)
    return "" if author.casefold() == inline(document.publisher, most=_MOST_TITLE).casefold() else author


def _site(document: Document, texts: Texts) -> str:
    return texts.say("sprava project") if document.is_brief else inline(document.publisher, most=_MOST_TITLE)


def _surnames_first(author: str, texts: Texts, cases: Cases) -> str:
    names = [_inverted(name, cases) for name in _BETWEEN_AUTHORS.split(author) if name]
    if len(names) == 1:
        return names[0]
    last = texts.say("& {author}", author=names[-1])
    return f"{', '.join(names[:-1])}{',' if texts.language == 'en' else ''} {last}"


def _inverted(name: str, cases: Cases) -> str:
    words = name.split()
    if not 2 <= len(words) <= 3 or skeleton(words[0]) not in cases.given:
        return name
    return f"{words[-1]}, {' '.join(f'{word[0]}.' for word in words[:-1])}"


def _apa_date(date: PartialDate, texts: Texts) -> str:
    if date.year is None:
        return texts.say("n.d.")
    if date.month is None:
        return str(date.year)
    day = datetime.date(date.year, date.month, date.day or 1)
    pattern = "LLLL" if date.day is None else _DAY_OF_YEAR.get(texts.language, "d MMMM")
    return f"{date.year}, {dates.format_date(day, pattern, locale=texts.language)}"


def _in_full(date: datetime.date, texts: Texts) -> str:
    return dates.format_date(date, _WHOLE_DAY.get(texts.language, "d MMMM y"), locale=texts.language)


def _closed(words: str) -> str:
    return words if words.rstrip("”»\u2069")[-1:] in _ENDS else f"{words}."
