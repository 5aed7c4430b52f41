"""What is kept about a chat that asked for something to be kept: a record of fixed size once packed. No keys here."""

import struct
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from corpus.errors import SpravaError

PACKED = 932
"""Bytes of every packed record, however much or little it holds: sealed, 960. A row of that size stays on one page of
an SQLite table WITHOUT ROWID, whose limit for a page of 4,096 bytes is 1,002 (sqlite.org/fileformat2, section 1.6)."""
MAX_FOLLOWS = 24
MAX_KEYWORD = 40
MIN_KEYWORD = 3
MAX_QUESTION = 300

_VERSION = 1
_HEAD = struct.Struct(">BqI2sBBBBBB")
_ENTRY = struct.Struct(">cH")


class RecordFullError(SpravaError):
    """There is no room in a record for one more thing to follow."""


class FollowKind(StrEnum):
    """What can be followed; the letter is also that of the button."""

    EVERYTHING = "e"
    CASE = "c"
    PUBLISHER = "p"
    KEYWORD = "k"
    QUESTION = "q"


class Cadence(IntEnum):
    """When updates come."""

    INSTANT = 0
    DAILY = 1
    WEEKLY = 2


class Sound(IntEnum):
    """When an update may make a sound."""

    OFF = 0
    DAY = 1
    """Not between 22 and 8 o'clock in Minsk."""
    ON = 2


class DeleteAfter(IntEnum):
    """When the messages of the dialogue delete themselves."""

    NEVER = 0
    MINUTES = 1
    """Five."""
    HOUR = 2
    DAY = 3


@dataclass(frozen=True, slots=True)
class Follow:
    """One thing to be told of: a case by its id, a publisher by its id, a keyword or question as it was written."""

    kind: FollowKind
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that is known of one private chat. Nothing in it says when or how often somebody wrote."""

    chat: int
    since: int = 0
    """The newest № when following began: only later ones are sent."""
    language: str = ""
    """be, ru, en; empty where none was chosen."""
    follows: tuple[Follow, ...] = ()
    cadence: Cadence = Cadence.INSTANT
    hour: int = 9
    """Of a digest, 0 to 23, in Minsk; a weekly one comes on Mondays."""
    sound: Sound = Sound.OFF
    quiet: bool = False
    """Updates name nobody until they are opened."""
    paused: bool = False
    delete_after: DeleteAfter = DeleteAfter.NEVER


def pack(record: Record) -> bytes:
    """The record in exactly `PACKED` bytes. Raises `RecordFullError` where it does not fit."""
    head = _HEAD.pack(
        _VERSION,
        record.chat,
        record.since,
        record.language.encode(),
        record.cadence,
        record.hour,
        record.sound,
        record.quiet | record.paused << 1,
        record.delete_after,
        len(record.follows),
    )
    entries = [(follow.kind.encode(), follow.what.encode()) for follow in record.follows]
    packed = head + b"".join(_ENTRY.pack(kind, len(what)) + what for kind, what in entries)
    if len(packed) > PACKED or len(entries) > MAX_FOLLOWS:
        raise RecordFullError("This is more than can be kept: follow everything instead.")
    return packed.ljust(PACKED, b"\0")


def packed_chat(packed: bytes) -> int:
    """The chat id of a packed record, without the rest."""
    return int.from_bytes(packed[1:9], "big", signed=True)


def unpack(packed: bytes) -> Record:
    """The record that `pack` packed. Raises ValueError for another version of the layout."""
    version, chat, since, language, cadence, hour, sound, flags, delete_after, count = _HEAD.unpack_from(
        packed
    )
    if version != _VERSION:
        raise ValueError(f"layout {version} of a record is not known")
    follows, at = [], _HEAD.size
    for _ in range(count):
        kind, length = _ENTRY.unpack_from(packed, at)
        at += _ENTRY.size + length
        follows.append(Follow(FollowKind(kind.decode()), packed[at - length : at].decode()))
    return Record(
        chat=chat,
        since=since,
        language=language.rstrip(b"\0").decode(),
        follows=tuple(follows),
        cadence=Cadence(cadence),
        hour=hour,
        sound=Sound(sound),
        quiet=bool(flags & 1),
        paused=bool(flags & 2),
        delete_after=DeleteAfter(delete_after),
    )
