"""A draft, completed by what a maintainer says about it, as a document: pure, so that it can be shown before it is kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from corpus.cases import CaseType, load_cases
from corpus.document import Document, PartialDate, Reliability, normalise
from corpus.errors import SpravaError
from corpus.format import ADDRESS, CASE, LANGUAGE, body_text
from corpus.publishers import find_publisher, is_mirror
from corpus.readers.draft import Cut, Draft


class IncompleteError(SpravaError):
    """What a document needs is neither in the file nor given; the message names the flag that gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a maintainer says about a document; it wins over what the file says."""

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    published: str | None = None
    language: str | None = None
    reliability: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A document that may be added, where each part of it is from, and what a maintainer should look at."""

    document: Document
    origins: dict[str, str]
    """Field -> "given", "file", "publisher's address", "publisher's label" …"""
    cut: tuple[Cut, ...]
    warnings: tuple[str, ...]


def propose(draft: Draft, given: Given, *, id: str, name: str, today: date) -> Proposal:
    """The document that a draft and the flags make. `IncompleteError` or a checked flag's error says what is wrong."""
    origins: dict[str, str] = {}
    warnings: list[str] = []
    title = _text("title", given.title, draft.title, origins)
    if not title:
        raise IncompleteError(f'{name}: no title found; give it with --title "…"')
    published = _published(draft, given, origins, name, today)
    language = _text("language", given.language, draft.language, origins)
    if not language:
        raise IncompleteError(
            f"{name}: the language is not recognised; give it with --language be (or ru, en …)"
        )
    url, mirror = _addresses(draft, given, origins)
    publisher = _publisher(
        _text("publisher", given.publisher, draft.publisher, origins), url or mirror, origins, warnings
    )
    document = Document(
        id=id,
        title=title,
        publisher=publisher,
        author=_text("author", given.author, draft.author, origins),
        url=url,
        mirror=mirror,
        published=published,
        language=_checked("--language", language, LANGUAGE, "a code like be, ru or be-tarask") or language,
        reliability=_reliability(draft, given, publisher, url or mirror, origins, warnings),
        cases=tuple(case for case in draft.cases if _checked("cases", case, CASE, "ids like ihar-losik")),
        note=_text("note", None, draft.note, origins),
        notice=_text("notice", None, draft.notice, origins),
        sources=draft.sources,
        text=body_text(draft.body),
    )
    if not document.text:
        raise IncompleteError(f"{name}: no text of an article is left; nothing was added")
    warnings += _link_warnings(url, mirror)
    warnings += _named_in(draft.cut)
    return Proposal(document=document, origins=origins, cut=draft.cut, warnings=tuple(warnings))


def _text(field: str, given: str | None, found: str | None, origins: dict[str, str]) -> str | None:
    """The given value, else the found one, in one line."""
    for value, origin in ((given, "given"), (found, "file")):
        line = " ".join(normalise(value).split()) if value else ""
        if line:
            origins[field] = origin
            return line
    return None


def _checked(field: str, value: str | None, pattern: re.Pattern[str], wanted: str) -> str | None:
    if value is not None and not pattern.fullmatch(value):
        raise IncompleteError(f"{field} is {value!r}, but must be {wanted}")
    return value


def _addresses(draft: Draft, given: Given, origins: dict[str, str]) -> tuple[str | None, str | None]:
    """The address that readers are given, and the one of a copy that only maintainers see."""
    url = _text("url", given.url, draft.url, origins)
    mirrors = (one for one in (url, draft.url) if one and is_mirror(one))
    mirror = next(mirrors, _text("mirror", None, draft.mirror, origins))
    if mirror and url == mirror:
        url, origins["mirror"] = None, origins.pop("url")
    wanted = "an address that starts with https:// or http://"
    return _checked("--url", url, ADDRESS, wanted), _checked("mirror", mirror, ADDRESS, wanted)


def _published(draft: Draft, given: Given, origins: dict[str, str], name: str, today: date) -> PartialDate:
    published = draft.published
    origins["published"] = "given" if given.published else "file"
    if given.published:
        try:
            published = PartialDate.parse(given.published)
        except ValueError as error:
            raise IncompleteError(f"--published: {error}") from None
    if published is None:
        forms = "2025-09-12, 2025-09 or 2025 (or undated, if the source gives none)"
        raise IncompleteError(f"{name}: no date of publication found; give it with --published {forms}")
    tomorrow = today + timedelta(days=1)  # the source's clock may be ahead of ours
    if published > PartialDate(tomorrow.year, tomorrow.month, tomorrow.day):
        raise IncompleteError(
            f"{name}: published {published} is in the future; give the right date with --published"
        )
    return published


def _publisher(name: str | None, url: str | None, origins: dict[str, str], warnings: list[str]) -> str:
    """The publisher's canonical name where it is known by this name, else the name as found."""
    if name:
        known = find_publisher(name)
        return known.name if known and known.name.casefold() == name.casefold() else name
    known = find_publisher(url) if url else None
    if known:
        origins["publisher"] = "address"
        return known.name
    host = (urlsplit(url).hostname if url else None) or "unknown"
    origins["publisher"] = "address" if url else "not found"
    warnings.append(f"no publisher found, shown as {host!r} with label D; give it with --publisher")
    return host


def _reliability(
    draft: Draft, given: Given, publisher: str, url: str | None, origins: dict[str, str], warnings: list[str]
) -> Reliability:
    if given.reliability:
        if given.reliability.upper() not in set(Reliability):
            raise IncompleteError(f"--reliability is {given.reliability!r}, but must be A, B, C or D")
        origins["reliability"] = "given"
        return Reliability(given.reliability.upper())
    if draft.notice:
        origins["reliability"] = "the publisher's notice"
        return Reliability.D
    known = find_publisher(publisher) or (find_publisher(url) if url else None)
    if given.publisher is None and draft.reliability:
        origins["reliability"] = (
            "known publisher" if known and known.reliability is draft.reliability else "file"
        )
        return draft.reliability
    if known:
        origins["reliability"] = "known publisher"
        return known.reliability
    origins["reliability"] = "unknown publisher"
    if given.publisher or draft.publisher:
        warnings.append(
            f"{publisher!r} is not a known publisher: label D; if you know better, give --reliability"
        )
    return Reliability.D


def _link_warnings(url: str | None, mirror: str | None) -> list[str]:
    if url:
        return []
    if mirror:
        return [
            "the address is a mirror's, which readers cannot tell from phishing: quotes will carry no link; "
            "give the publisher's own with --url"
        ]
    return ["no address: quotes will carry no link; give it with --url"]


def _named_in(cut: Sequence[Cut]) -> list[str]:
    """A warning for each cut line that names a person: the one kind of line whose loss would matter."""
    return [
        f"line {one.line} was cut ({one.why}) but names a person of our cases; see that nothing is lost"
        for one in cut
        if not one.why.startswith(_KEPT) and _names_a_person(one.text)
    ]


_KEPT = ("title", "byline")
"""Reasons of lines that are cut because they are kept as metadata."""


def _names_a_person(text: str) -> bool:
    cases = load_cases()
    named = (case for mention in cases.mentions(text) for case in mention.cases)
    return any(cases[case].type is CaseType.PERSON for case in named)
