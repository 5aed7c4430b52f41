"""A message as Telegram counts it: text and entities with offsets in UTF-16 units, never markup; limits checked here.

Telegram trims a message, rewrites some characters and refuses entities that it cannot place, so whatever would not
arrive exactly as composed is refused before it is sent (Bot API, "Formatting options"; tdlib/td, misc.cpp).
"""

import re
import unicodedata
from dataclasses import dataclass, field

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.callbacks import MAX_BYTES

MAX_UNITS = 4096
MAX_ENTITIES = 100
_MAX_BUTTONS = 100
_MAX_IN_ROW = 8
_EXPANDABLE_FROM = 320

_REWRITTEN = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\u200e\u200f\u0333\u033f\u030a\ud800-\udfff]")
"""What Telegram drops or turns into a space."""
_DIRECTIONS = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""What is not seen and turns or joins what stands beside it; the joiner inside emoji is not among them."""
_MARKS = {"Mn", "Me"}
_MOST_MARKS = 3
"""Marks that a letter carries in the languages that write most of them (Hebrew, Vietnamese taken apart)."""
_RIGHT_TO_LEFT = {"R", "AL"}
_ISOLATE, _POP = "\u2068", "\u2069"


class PageError(ValueError):
    """A message that Telegram would refuse or change: a mistake of the layout."""


def utf16_units(text: str) -> int:
    """The length that Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def arrives_unchanged(quote: str) -> bool:
    """Whether Telegram would deliver exactly these words."""
    return bool(quote) and quote == quote.strip() and not _REWRITTEN.search(quote)


def inline(text: str, *, most: int | None = None) -> str:
    """A title or name as one line of at most about `most` characters; right-to-left text is isolated, so that it cannot
    reorder what stands around it, and no letter carries so many marks that they cover other lines. Not for quotes."""
    line = _unstacked(" ".join(_REWRITTEN.sub(" ", _DIRECTIONS.sub("", text)).split()))
    if most is not None and len(line) > most:
        line = f"{line[:most].rpartition(' ')[0] or line[:most]} …"
    if any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in line):
        return f"{_ISOLATE}{line}{_POP}"
    return line


def _unstacked(text: str) -> str:
    """The text with the first few marks of each letter."""
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


Keyboard = tuple[tuple[InlineKeyboardButton, ...], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One message, ready to send; making one that breaks a limit raises `PageError`."""

    text: str
    entities: tuple[MessageEntity, ...] = ()
    keyboard: Keyboard = ()

    def __post_init__(self) -> None:
        if not self.text or self.text != self.text.strip() or utf16_units(self.text) > MAX_UNITS:
            raise PageError(f"text of {utf16_units(self.text)} units")
        if len(self.entities) > MAX_ENTITIES:
            raise PageError(f"{len(self.entities)} entities")
        for entity in self.entities:
            covered = slice_of(self.text, entity)
            if not covered or covered != covered.strip():
                raise PageError(f"{entity.type} entity at {entity.offset} covers white space")
        self._check_keyboard()

    def _check_keyboard(self) -> None:
        buttons = [button for row in self.keyboard for button in row]
        if len(buttons) > _MAX_BUTTONS or any(len(row) > _MAX_IN_ROW for row in self.keyboard):
            raise PageError(f"{len(buttons)} buttons")
        for button in buttons:
            if isinstance(button.callback_data, str) and len(button.callback_data.encode()) > MAX_BYTES:
                raise PageError(f"callback of {len(button.callback_data)} bytes")

    @property
    def markup(self) -> InlineKeyboardMarkup | None:
        """The keyboard as python-telegram-bot sends it."""
        return InlineKeyboardMarkup(self.keyboard) if self.keyboard else None

    @property
    def quotes(self) -> tuple[str, ...]:
        """What the blockquotes of this message hold."""
        kinds = {MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE}
        return tuple(slice_of(self.text, entity) for entity in self.entities if entity.type in kinds)


def slice_of(text: str, entity: MessageEntity) -> str:
    """The words that an entity covers."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "replace")


@dataclass(slots=True)
class Writer:
    """Collects a message piece by piece and keeps count of where each entity stands."""

    _parts: list[str] = field(default_factory=list)
    _entities: list[MessageEntity] = field(default_factory=list)
    _units: int = 0

    def plain(self, text: str) -> "Writer":
        """Append text without an entity."""
        self._parts.append(text)
        self._units += utf16_units(text)
        return self

    def bold(self, text: str) -> "Writer":
        """Append bold text."""
        return self._marked(text, MessageEntity.BOLD)

    def italic(self, text: str) -> "Writer":
        """Append text in italics."""
        return self._marked(text, MessageEntity.ITALIC)

    def link(self, text: str, url: str | None) -> "Writer":
        """Append text that opens `url`, or plain text without one."""
        return self._marked(text, MessageEntity.TEXT_LINK, url=url) if url else self.plain(text)

    def code(self, text: str) -> "Writer":
        """Append text that a touch copies."""
        return self._marked(text, MessageEntity.CODE)

    def quote(self, text: str, *, folded: bool = False) -> "Writer":
        """Append a blockquote; a long one, and one that is to be `folded`, can be opened."""
        expandable = folded or len(text) > _EXPANDABLE_FROM
        return self._marked(
            text, MessageEntity.EXPANDABLE_BLOCKQUOTE if expandable else MessageEntity.BLOCKQUOTE
        )

    def quote_with_bold(self, text: str, start: int, end: int) -> "Writer":
        """Append a blockquote in which `text[start:end]`, as far as it lies within, is bold; however long, it is open:
        whoever asks for it wants to see it."""
        at = self._units
        self._marked(text, MessageEntity.BLOCKQUOTE)
        start, end = max(start, 0), min(end, len(text))
        if start >= end:
            return self
        offset, length = utf16_units(text[:start]), utf16_units(text[start:end])
        self._entities.append(MessageEntity(MessageEntity.BOLD, at + offset, length))
        return self

    @property
    def units(self) -> int:
        """The length so far, as Telegram counts it."""
        return self._units

    @property
    def count(self) -> int:
        """The entities so far."""
        return len(self._entities)

    def page(self, keyboard: Keyboard = ()) -> Page:
        """The message so far; raises `PageError` when it breaks a limit."""
        return Page("".join(self._parts).rstrip(), tuple(self._entities), keyboard)

    def _marked(self, text: str, kind: str, *, url: str | None = None) -> "Writer":
        self._entities.append(MessageEntity(kind, self._units, utf16_units(text), url=url))
        return self.plain(text)
