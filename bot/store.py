"""What the database holds for a dialogue: updates, which are public, and records of people where they can be sealed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.announcements import Announcements
from bot.database import Engine
from bot.deletions import Deletions
from bot.dialogue import Dialogue
from bot.digests import owe_digest
from bot.keeping import Keeping
from bot.keys import KeySource
from bot.record import Record
from bot.subscribers import Subscribers

Quiet = Callable[[int], Awaitable[None]]
"""Returns when no message to a chat is under way any more."""


async def at_once(_chat: int) -> None:
    """Where nothing is ever sent unasked."""


@dataclass(frozen=True, slots=True)
class Store:
    """The tables, as the handlers use them. Without `keeping` nothing is kept about anybody."""

    announcements: Announcements
    dialogue: Dialogue
    keeping: Keeping | None = None
    quiet: Quiet = at_once
    subscribers: Subscribers | None = None
    deletions: Deletions | None = None

    @property
    def following(self) -> bool:
        """Whether people can follow something."""
        return self.keeping is not None


def open_store(
    engine: Engine,
    keys: KeySource | None,
    *,
    keep_months: int,
    now: Callable[[], float],
    quiet: Quiet = at_once,
) -> Store:
    """The tables of a database; without `keys` only what is public."""
    announcements = Announcements(engine, now)
    if keys is None:
        return Store(announcements, Dialogue(now=now))
    subscribers, deletions = Subscribers(engine, keys, now=now), Deletions(engine, keys, now=now)

    def owe(old: Record, new: Record) -> None:
        owe_digest(engine, old, new, subscribers.tags_of(old.chat), now=now())

    keeping = Keeping(subscribers, latest=announcements.latest, keep_months=keep_months, now=now, owe=owe)
    dialogue = Dialogue(subscribers, deletions, now=now)
    return Store(announcements, dialogue, keeping, quiet, subscribers, deletions)
