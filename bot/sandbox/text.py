"""What Telegram does to a text and its entities before it is a message; offsets count UTF-16 code units.

Cleaning: `clean_input_string` and `replace_offending_characters` in tdlib/td, misc.cpp. Entities:
core.telegram.org/bots/api#messageentity and #formatting-options, and MessageEntity.cpp in tdlib/td.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.refusal import bad_request
from bot.sandbox.specification import utf16_length

MAX_ENTITIES = 100
_STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_BLOCKQUOTES = frozenset({"blockquote", "expandable_blockquote"})
_VERBATIM = frozenset({"pre", "code"})
# Telegram finds these itself and ignores what a bot claims about them.
_AUTOMATIC = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
_CARRIERS = frozenset({"text_link", "text_mention", "custom_emoji", "date_time"})
ENTITY_TYPES = _STYLES | _BLOCKQUOTES | _VERBATIM | _AUTOMATIC | _CARRIERS
_DROPPED = frozenset("\r\u030a\u0333\u033f") | {chr(code) for code in range(0x2028, 0x202F)}
_DIRECTION_MARKS = "\u200e\u200f"
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u2060-\u206f\u2800\u3164\ufeff]*"
)
_COMMAND = re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")
_URL = re.compile(r"https?://[^\s<>\"«»]*[^\s<>\"«».,;:!?)\]]")
_MENTION = re.compile(r"(?<![\w/@])@\w{3,32}(?!\w)")


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text as Telegram keeps it; `breaches` names what a careful bot would not have sent."""

    text: str
    entities: tuple[dict[str, Any], ...]
    breaches: tuple[str, ...] = ()


def clean(text: str) -> str:
    """The text with control characters as spaces, and without what Telegram drops; not yet trimmed."""
    return "".join(_cleaned(text))


def _cleaned(text: str) -> list[str]:
    """One string for each character of the text: what is left of it."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise bad_request("strings must be encoded in UTF-8")
    pieces = ["" if c in _DROPPED else " " if c < " " and c != "\n" else c for c in text]
    for here, following in zip(range(len(pieces)), range(1, len(pieces)), strict=False):
        # Of a run of direction marks only the last stays; the others become U+200C.
        if (
            pieces[here] in _DIRECTION_MARKS
            and pieces[here]
            and pieces[following]
            and pieces[following] in _DIRECTION_MARKS
        ):
            pieces[here] = "\u200c"
    return pieces


def formatted(text: str, entities: Sequence[Mapping[str, Any]] = (), *, limit: int = 4096) -> FormattedText:
    """The message text that Telegram would keep, or a refusal in its words."""
    if not text:
        raise bad_request("message text is empty")
    pieces = _cleaned(text)
    moved = _moved_entities(text, pieces, entities)
    cleaned = "".join(pieces)
    first = min((entity["offset"] for entity in moved), default=utf16_length(cleaned))
    left = min(len(cleaned) - len(cleaned.lstrip(" \n")), _characters(cleaned, first))
    kept = cleaned[left:].rstrip(" \n")
    if _INVISIBLE.fullmatch(kept):
        raise bad_request("text must be non-empty")
    if utf16_length(kept) > limit:
        raise bad_request("message is too long")
    inside, breaches = _checked(_clipped(moved, utf16_length(cleaned[:left]), kept))
    inside += [entity for entity in found_entities(kept) if not _taken(entity, inside)]
    return FormattedText(kept, tuple(sorted(inside, key=_order)), tuple(breaches))


def found_entities(text: str) -> list[dict[str, Any]]:
    """The addresses, commands and mentions that Telegram marks by itself."""
    addresses = list(_URL.finditer(text))
    spans = [("url", found) for found in addresses]
    spans += [
        (kind, found)
        for kind, pattern in (("bot_command", _COMMAND), ("mention", _MENTION))
        for found in pattern.finditer(text)
        if not any(url.start() <= found.start() < url.end() for url in addresses)
    ]
    return [
        {"type": kind, "offset": utf16_length(text[: found.start()]), "length": utf16_length(found[0])}
        for kind, found in sorted(spans, key=lambda span: span[1].start())
    ]


def _taken(found: Mapping[str, Any], entities: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a found entity shares characters with one that cannot hold it, or crosses one."""
    begin, end = found["offset"], found["offset"] + found["length"]
    for entity in entities:
        first, last = entity["offset"], entity["offset"] + entity["length"]
        if first < end and begin < last:
            holds = entity["type"] in _STYLES | _BLOCKQUOTES and first <= begin and end <= last
            if not holds:
                return True
    return False


def _order(entity: Mapping[str, Any]) -> tuple[int, int, str]:
    return entity["offset"], -entity["length"], entity["type"]


def _characters(text: str, units: int) -> int:
    """How many characters stand before a UTF-16 offset that is a character boundary."""
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le"))


def _moved_entities(
    text: str, pieces: Sequence[str], entities: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Entities with their offsets moved from the text as sent to the text as cleaned."""
    where, old, new = {0: 0}, 0, 0
    for character, piece in zip(text, pieces, strict=True):
        old, new = old + 1 + (character > "\uffff"), new + len(piece) + (piece > "\uffff")
        where[old] = new
    moved = []
    for entity in entities:
        begin, length = entity["offset"], entity["length"]
        end = begin + length
        if entity["type"] not in ENTITY_TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        if begin < 0 or length <= 0:
            raise bad_request(f"entity with offset {begin} and length {length} is empty or negative")
        if begin > old:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {begin}")
        if end > old:
            raise bad_request(
                f"entity beginning at UTF-16 offset {begin} ends after the end of the text at UTF-16 offset {end}"
            )
        if begin not in where:
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {begin}")
        if end not in where:
            raise bad_request(
                f"entity beginning at UTF-16 offset {begin} ends in a middle of a UTF-16 symbol at UTF-16 offset {end}"
            )
        if entity["type"] == "text_link":
            check_url(entity.get("url", ""), "entity URL")
        moved.append({**entity, "offset": where[begin], "length": where[end] - where[begin]})
    return moved


def check_url(url: str, what: str) -> None:
    """Refuse an address that a link or a button cannot carry."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = parts.hostname or ""
    except ValueError:
        raise bad_request(f"{what} '{url}' is invalid: Wrong HTTP URL") from None
    if parts.scheme in ("tg", "ton") and host:
        return
    if parts.scheme not in ("http", "https") or "." not in host.strip(".") or re.search(r"\s", url):
        raise bad_request(f"{what} '{url}' is invalid: Wrong HTTP URL")


def _clipped(entities: Iterable[dict[str, Any]], cut: int, kept: str) -> list[dict[str, Any]]:
    """Entities moved left by the trimmed beginning and cut at the trimmed end, in Telegram's order."""
    end, clipped = utf16_length(kept), []
    for entity in entities:
        begin = entity["offset"] - cut
        length = min(entity["length"], end - begin)
        clipped.append({**entity, "offset": begin, "length": length})
    return sorted(clipped, key=_order)


def _checked(entities: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """What stays, and what Telegram would silently change: too many, empty, crossing, or wrongly nested."""
    kept: list[dict[str, Any]] = []
    breaches = []
    for entity in entities:
        problem = _problem(entity, kept)
        if problem:
            breaches.append(f"entity {entity['type']} at {entity['offset']}: {problem}")
        else:
            kept.append(entity)
    return kept, breaches


def _problem(entity: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]) -> str | None:
    if len(earlier) >= MAX_ENTITIES:
        return f"only the first {MAX_ENTITIES} entities are kept"
    if entity["length"] <= 0:
        return "covers only white space that is trimmed"
    if entity["type"] in _AUTOMATIC:
        return "Telegram finds these by itself"
    begin, end = entity["offset"], entity["offset"] + entity["length"]
    for outer in earlier:
        outer_end = outer["offset"] + outer["length"]
        if begin >= outer_end:
            continue
        if end > outer_end:
            return f"crosses the end of {outer['type']} at {outer['offset']}"
        if outer["type"] in _VERBATIM or entity["type"] in _VERBATIM:
            return f"{entity['type']} and {outer['type']} may not share characters"
        if outer["type"] in _BLOCKQUOTES and entity["type"] in _BLOCKQUOTES:
            return "blockquotes may not be nested"
        if not {outer["type"], entity["type"]} & _STYLES:
            return f"{outer['type']} may not contain {entity['type']}"
    return None
