"""What came of sending an update: the one place that reads an error of the Bot API for what is done next.

python-telegram-bot derives `BadRequest` and `TimedOut` from `NetworkError`, so the table is ordered, most particular
class first: whoever retries on `NetworkError` repeats a 400 for ever.
"""

from dataclasses import dataclass
from enum import Enum, auto

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.intake import seconds_of
from bot.transport import NotSentError, OutcomeUnknownError


class Kind(Enum):
    """What to do with the row of a message."""

    SENT = auto()
    """Telegram has it: the row goes."""
    WAIT = auto()
    """Telegram asks every sender to wait; it did not take the message."""
    NOT_SENT = auto()
    """It never left this machine: later, after a growing pause."""
    UNKNOWN = auto()
    """It may have arrived. Sent again, because a missing update is worse than a repeated one."""
    GONE = auto()
    """Nobody can be reached there any more: the record goes, with all its rows."""
    MOVED = auto()
    """The group is a supergroup now, under another number."""
    STOP = auto()
    """Nothing can be sent at all: the token is revoked or wrong."""
    CONFLICT = auto()
    """Somebody else uses the token: nothing is sent for a while."""
    BUG = auto()
    """Telegram refuses this very message: it is kept aside, told to the operator, and not tried again by itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try."""

    kind: Kind
    seconds: float = 0.0
    """How long Telegram asks to wait."""
    chat: int = 0
    """Where a group has moved to."""
    message: int = 0
    """Its number, where it was sent."""
    error: str = ""
    """The class of the error, for the log."""


TABLE: tuple[tuple[type[TelegramError], Kind], ...] = (
    (ChatMigrated, Kind.MOVED),
    (RetryAfter, Kind.WAIT),
    (Forbidden, Kind.GONE),
    (InvalidToken, Kind.STOP),
    (EndPointNotFound, Kind.STOP),
    (Conflict, Kind.CONFLICT),
    (PassportDecryptionError, Kind.BUG),
    (BadRequest, Kind.BUG),
    (NotSentError, Kind.NOT_SENT),
    (OutcomeUnknownError, Kind.UNKNOWN),
    (TimedOut, Kind.UNKNOWN),
    (NetworkError, Kind.UNKNOWN),
    (TelegramError, Kind.UNKNOWN),
)
"""Every class of error that a call may raise; a 5xx is a `NetworkError`."""

_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "group chat was deactivated",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
)
"""What a 400 says where nobody can be written to (tdlib/telegram-bot-api, Client.cpp)."""


def read(error: Exception) -> Outcome:
    """What `error`, raised by a call that sends, means for the message."""
    name = type(error).__name__
    if isinstance(error, TimeoutError):  # our own limit on the whole call
        return Outcome(Kind.UNKNOWN, error=name)
    kind = next((kind for known, kind in TABLE if isinstance(error, known)), Kind.BUG)
    if isinstance(error, RetryAfter):
        return Outcome(kind, seconds=seconds_of(error), error=name)
    if isinstance(error, ChatMigrated):
        return Outcome(kind, chat=error.new_chat_id, error=name)
    if isinstance(error, BadRequest) and any(words in error.message.casefold() for words in _GONE):
        return Outcome(Kind.GONE, error=name)
    return Outcome(kind, error=name)
