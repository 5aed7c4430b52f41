"""Documents and passages: spans over a text that was normalised once. No text is ever copied out of a document.

An offset counts code points of `Document.text`; `start` is included, `end` is not.
"""

import hashlib
import re
import unicodedata
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property, total_ordering


class Reliability(StrEnum):
    """How near a document stands to what happened; a maintainer sets it for a publisher or a document."""

    A = "A"
    """A primary statement, or the own reporting of a known newsroom, organisation or the UN."""
    B = "B"
    """A summary by such a publisher."""
    C = "C"
    """An aggregator, a rewrite or a mirror."""
    D = "D"
    """Unsigned, unknown, or declared to be made with AI."""


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A calendar date as precisely as the source gives it: what is unknown is `None`, never invented.

    `PartialDate()` is "undated". Sorts by time; an unknown part comes before every known one.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a date that is not in the calendar, or a day without its month."""
        if (self.year is None and self.month is not None) or (self.month is None and self.day is not None):
            raise ValueError(f"a date without its larger parts: {self.year}, {self.month}, {self.day}")
        if self.year is not None:
            date(self.year, self.month or 1, self.day or 1)

    def __str__(self) -> str:
        """ISO 8601, shortened to what is known: `2025`, `2025-09`, `2025-09-12`, or `undated`."""
        parts = (f"{part:02}" for part in (self.month, self.day) if part is not None)
        return UNDATED if self.year is None else "-".join((f"{self.year:04}", *parts))

    def __lt__(self, other: "PartialDate") -> bool:
        """Whether this is earlier, or equal but less precise."""
        return self._key < other._key

    @property
    def _key(self) -> tuple[int, int, int]:
        return (self.year or 0, self.month or 0, self.day or 0)

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """The date that `str` writes; the time of day of an ISO timestamp is dropped. ValueError says what is wrong."""
        if text == UNDATED:
            return cls()
        match = _ISO_DATE.fullmatch(text)
        if not match:
            raise ValueError(
                f"{text!r} is not a date like 2025-09-12, 2025-09 or 2025, nor the word {UNDATED}"
            )
        try:
            return cls(*(int(part) for part in match.groups() if part))
        except ValueError as error:
            raise ValueError(f"{text!r} is not in the calendar: {error}") from None


UNDATED = "undated"
"""How a source that gives no date at all is marked, so that a forgotten date cannot be mistaken for it."""

_ISO_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?)?)?")


@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    """One article or brief: its metadata and its normalised text. Two documents are the same object or differ."""

    id: str
    title: str
    publisher: str
    published: PartialDate
    language: str
    """A code as in `corpus/README.md`: be, be-tarask, be-latn, ru, en, uk, pl, lt, de …"""
    reliability: Reliability
    text: str = field(repr=False)
    url: str | None = None
    """Where it was published, as readers are given it; never the address of a mirror."""
    mirror: str | None = None
    """The address of a copy that it was taken from: a record for maintainers, never a link."""
    author: str | None = None
    cases: tuple[str, ...] = ()
    """Case ids of `cases.toml` that a maintainer tagged; `cases.py` finds those that the text names."""
    note: str | None = None
    """A maintainer's remark about this document, shown with every quote."""
    notice: str | None = None
    """The publisher's own words on how the text was made (partly by AI, say), shown with every quote."""
    sources: tuple[str, ...] = ()
    """Addresses that a brief of ours was written from."""
    withdrawn: str | None = None
    """Why the document may no longer be quoted; `None` while it may."""

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the text: what the offsets of its passages are valid for."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def is_brief(self) -> bool:
        """Whether this project wrote it; a brief is never preferred to a source that says the same."""
        return self.publisher == OWN_PUBLISHER


OWN_PUBLISHER = "sprava"
"""The publisher name of this project's own briefs."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph-sized span of a document; the passages of a document, joined, equal its text."""

    document: Document
    start: int
    end: int

    @property
    def text(self) -> str:
        """The slice."""
        return self.document.text[self.start : self.end]

    @property
    def id(self) -> str:
        """Ten base64url characters: the first 60 bits of SHA-256 over document id, text hash, start and end."""
        key = f"{self.document.id}\0{self.document.sha256}\0{self.start}\0{self.end}"
        return urlsafe_b64encode(hashlib.sha256(key.encode()).digest())[:10].decode()


_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_SPACES = re.compile("[\t\v\f]")
_TELEGRAM_DROPS = re.compile("[\u030a\u0333\u033f]")
_EMOJI_JOINER = re.compile(
    "(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
)
_JOINER_KEPT = "\ue000"


def normalise(raw: str) -> str:
    """The one form of a text that is stored, indexed and quoted.

    NFC; line feeds only; no control or format characters (bidirectional marks, zero-width characters, soft
    hyphens, byte order marks) except the joiner inside an emoji; no combining marks that Telegram would drop.
    Idempotent. "Verbatim" always means: an exact slice of this text.
    """
    text = _SPACES.sub(" ", _LINE_ENDS.sub("\n", raw)).replace(_JOINER_KEPT, "")
    text = _TELEGRAM_DROPS.sub("", unicodedata.normalize("NFC", text))  # after composing: å stays å
    text = _EMOJI_JOINER.sub(_JOINER_KEPT, text)
    dropped = {c for c in set(text) if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - {"\n"}
    text = text.translate(dict.fromkeys(map(ord, dropped))) if dropped else text
    return unicodedata.normalize("NFC", text.replace(_JOINER_KEPT, "\u200d"))
