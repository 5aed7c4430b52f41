"""What is kept of a chat, and how it changes: every change is written before anybody is told of it."""

import asyncio
import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.own_callbacks import Unfollow
from bot.record import DeleteAfter, Follow, FollowKind, Record
from bot.subscribers import Subscribers, month_of
from corpus.document import PartialDate

_FIRST_YEAR = 2020


@dataclass(frozen=True, slots=True)
class Kept:
    """The record of a chat, and the last day on which it is there unless it is renewed."""

    record: Record
    until: PartialDate


class Keeping:
    """The records, as their people change them. `latest` returns the newest № that was announced; `owe` sends
    what a change of cadence or hour would leave out."""

    def __init__(
        self,
        subscribers: Subscribers,
        *,
        latest: Callable[[], int],
        keep_months: int,
        now: Callable[[], float],
        owe: Callable[[Record, Record], None] = lambda _old, _new: None,
    ) -> None:
        self._subscribers = subscribers
        self._owe = owe
        self._latest = latest
        self._keep_months = keep_months
        self._now = now

    def language(self, chat: int) -> str | None:
        """The language that a chat chose for good."""
        record = self._subscribers.get(chat)
        return record.language or None if record else None

    def until(self) -> PartialDate:
        """The last day of what is renewed now."""
        return _last_day(month_of(self._now()) + self._keep_months)

    async def kept(self, chat: int) -> Kept | None:
        """What is kept of a chat; None where nothing is."""
        return await asyncio.to_thread(self._kept, chat)

    async def waiting(self, chat: int) -> int:
        """How many updates are on their way of which it is not yet settled whether they are for this chat."""
        return await asyncio.to_thread(self._subscribers.waiting, chat)

    async def follow(self, chat: int, follow: Follow, *, language: str) -> Kept:
        """Follow one thing more, and keep it all for the full time again. Raises `RecordFullError`."""
        latest = await asyncio.to_thread(self._latest)

        def followed(record: Record | None) -> Record:
            if record is None or not record.follows:  # only what is announced from now on
                record = replace(record or Record(chat=chat, language=language), since=latest)
            return _with(record, follow)

        return await self._put(chat, followed)

    async def unfollow(self, chat: int, button: Unfollow) -> Kept | None:
        """Follow this no longer. A record that is of no more use is deleted."""

        def left(record: Record) -> Record | None:
            follows = tuple(follow for follow in record.follows if not button.means(follow))
            record = replace(record, follows=follows)
            return record if follows or record.delete_after is not DeleteAfter.NEVER else None

        return await self._change(chat, left)

    async def set(self, chat: int, **settings: Any) -> Kept | None:
        """Change settings of a record; where there is none, nothing. It expires when it would have."""

        def changed(record: Record) -> Record | None:
            record = replace(record, **settings)
            return record if record.follows or record.delete_after is not DeleteAfter.NEVER else None

        return await self._change(chat, changed)

    async def delete_after(self, chat: int, value: DeleteAfter, *, language: str) -> Kept:
        """Let the messages of a chat delete themselves, for which a record is kept."""

        def set_(record: Record | None) -> Record:
            return replace(record or Record(chat=chat, language=language), delete_after=value)

        return await self._put(chat, set_)

    async def renew(self, chat: int) -> Kept | None:
        """Keep what is kept for the full time again."""
        return await self._change(chat, lambda record: record, renew=True)

    async def forget(self, chat: int) -> None:
        """Delete the record and all that waits to be sent to the chat."""
        await asyncio.to_thread(self._subscribers.forget, chat)

    async def _put(self, chat: int, make: Callable[[Record | None], Record]) -> Kept:
        record = await asyncio.to_thread(self._subscribers.change, chat, make, renew=True)
        return Kept(record or Record(chat=chat), self.until())

    async def _change(
        self, chat: int, change: Callable[[Record], Record | None], *, renew: bool = False
    ) -> Kept | None:
        """What a change makes of a record; where there is none, nothing."""

        def changed() -> Kept | None:
            before = self._subscribers.get(chat)
            if before and (after := change(before)):
                self._owe(before, after)
            self._subscribers.change(chat, lambda record: change(record) if record else None, renew=renew)
            return self._kept(chat)

        return await asyncio.to_thread(changed)

    def _kept(self, chat: int) -> Kept | None:
        record, month = self._subscribers.get(chat), self._subscribers.month(chat)
        if record is None or month is None:
            return None
        return Kept(record, _last_day(month + self._keep_months))


def _with(record: Record, follow: Follow) -> Record:
    """The record with one thing more; everything takes the place of all else."""
    if follow in record.follows or Follow(FollowKind.EVERYTHING) in record.follows:
        return record
    if follow.kind is FollowKind.EVERYTHING:
        return replace(record, follows=(follow,))
    return replace(record, follows=(*record.follows, follow))


def _last_day(month: int) -> PartialDate:
    """Of a month counted from January 2020."""
    year, month = _FIRST_YEAR + month // 12, month % 12 + 1
    return PartialDate(year, month, calendar.monthrange(year, month)[1])
