"""What the sender knows of people and news: a letter for each row, and whom to tell what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.compose import Page
from bot.rows import Claimed


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one chat: a person's number, or a channel's number or @name."""

    chat: int | str
    page: Page | None
    """None where it could not be written: a mistake of ours, and never sent."""
    silent: bool = True
    person: bool = False
    """Somebody with a record; else a channel or group that the operator configured."""


class Mailing(Protocol):
    """What the sender knows of people and news."""

    async def letters(self, rows: Sequence[Claimed]) -> Mapping[bytes, Letter]:
        """The message for each row whose person follows it, by tag."""

    async def arrived(self, letter: Letter, message: int) -> None:
        """Telegram has the letter, as message number `message`."""

    def gone(self, letter: Letter) -> None:
        """This person cannot be reached any more."""

    def moved(self, tag: bytes, chat: int) -> None:
        """The group of this tag, which the operator configured, has a new number."""
