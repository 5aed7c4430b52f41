"""The messages that were announced, in the database: numbered, listed, corrected, taken back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from bot.database import Engine, transaction
from bot.news import HOUR, Draft, News, NewsKind, content, read
from bot.switches import set_switch
from bot.tables import BROADCASTS, CONSIDERED, NEWS
from corpus.errors import SpravaError

A_PAGE = 5
RECENT = 10
"""Messages that /news goes back."""
CORRECTIONS = 20
"""Corrections and withdrawals that /corrections goes back."""
_LOOKED_AT = 100
"""Messages read for a list: some of them may be cancelled or withdrawn."""


class NoSuchNewsError(SpravaError):
    """No message has this number."""


class OutdatedError(SpravaError):
    """Something else was announced since the messages were looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Something was announced since these messages were made up; nothing was sent: run `sprava news preview` again."
        )


class Announcements:
    """The announced messages in the database. `now` is the time in seconds since 1970."""

    def __init__(self, engine: Engine, now: Callable[[], float]) -> None:
        self._engine = engine
        self._now = now

    def all(self) -> tuple[News, ...]:
        """Every message, cancelled ones included, in order."""
        with self._engine.connect() as connection:
            return _news(connection.execute(select(NEWS).order_by(NEWS.c.number)).all())

    def get(self, number: int) -> News | None:
        """The message with this №, cancelled or not."""
        about = (NEWS.c.number == number) | (NEWS.c.corrects == number)
        with self._engine.connect() as connection:
            row = connection.execute(select(NEWS).where(NEWS.c.number == number)).one_or_none()
            if row is not None and row.corrects is not None:
                about = (NEWS.c.number == row.corrects) | (NEWS.c.corrects == row.corrects)
            rows = connection.execute(select(NEWS).where(about).order_by(NEWS.c.number)).all()
        return next((news for news in _news(rows) if news.number == number), None)

    def latest(self) -> int:
        """The newest №; 0 before the first."""
        with self._engine.connect() as connection:
            return int(connection.scalar(select(func.coalesce(func.max(NEWS.c.number), 0))) or 0)

    def recent(self) -> tuple[News, ...]:
        """The messages that /news shows, newest first: not cancelled, not withdrawn since."""
        shown = [news for news in self._newest(select(NEWS), _LOOKED_AT) if not news.cancelled]
        shown = [news for news in shown if not news.withdrawn or news.kind is NewsKind.WITHDRAWAL]
        return tuple(reversed(shown[-RECENT:]))

    def corrections(self) -> tuple[News, ...]:
        """The last corrections and withdrawals, newest first."""
        found = self._newest(select(NEWS).where(NEWS.c.kind != NewsKind.NEW), _LOOKED_AT)
        return tuple(reversed([news for news in found if not news.cancelled][-CORRECTIONS:]))

    def _newest(self, rows: Select[Any], count: int) -> tuple[News, ...]:
        """The last `count` of the rows, in order: what overtook one of them is among them, for it came later."""
        with self._engine.connect() as connection:
            found = connection.execute(rows.order_by(NEWS.c.number.desc()).limit(count)).all()
        return _news(reversed(found))

    def considered(self) -> Mapping[str, str]:
        """Id and sha256 of every document that is no news any more: told of, left out, or there from the start.

        The key of a correction that was left out is among them, as its own sha256.
        """
        with self._engine.connect() as connection:
            return _considered(connection)

    def begin(self, documents: Mapping[str, str]) -> bool:
        """Take documents, sha256 by id, as the starting point, where there is none yet; whether this did."""
        with transaction(self._engine) as connection:
            set_switch(connection, "announcing", "")
            first = connection.scalar(select(func.count()).select_from(CONSIDERED)) == 0
            if first:
                _consider(connection, documents)
        return first

    def announce(
        self,
        drafts: Sequence[Draft],
        *,
        considered: Mapping[str, str],
        seen: Mapping[str, str] | None = None,
    ) -> tuple[int, ...]:
        """Give each draft a number and open its broadcast, in one transaction; returns the numbers, in order.

        `considered` are the documents, sha256 by id, that are settled with this. What was announced before keeps its
        number and is not sent again. Where `seen` is given and is not what is considered by now, somebody else
        announced meanwhile: raises `OutdatedError`, and nothing changes.
        """
        with transaction(self._engine) as connection:
            set_switch(connection, "announcing", "")  # PostgreSQL: whoever else announces waits for this row
            if seen is not None and _considered(connection) != seen:
                raise OutdatedError
            numbers = [_announce(connection, draft, int(self._now() // HOUR)) for draft in drafts]
            _consider(connection, considered)
        return tuple(numbers)

    def cancel(self, number: int) -> None:
        """Send a message to nobody else; those who have it keep it. Raises `NoSuchNewsError`."""
        with self._engine.begin() as connection:
            found = connection.execute(update(NEWS).where(NEWS.c.number == number).values(cancelled=True))
            if not found.rowcount:
                raise NoSuchNewsError(
                    f"There is no message № {number}: `sprava news status` lists the last ones."
                )
            _close(connection, number)
            _reopen(connection, number)


def _news(rows: Iterable[Row[Any]]) -> tuple[News, ...]:
    """Rows in the order of their numbers, each knowing what came after it."""
    found = [read(row) for row in rows]
    last: dict[int, News] = {}
    for news in found:
        if not news.cancelled:
            last[news.corrects or news.number] = news
    return tuple(_with_last(news, last.get(news.corrects or news.number)) for news in found)


def _with_last(news: News, last: News | None) -> News:
    if last is None or last.kind is NewsKind.NEW:
        return news
    overtaken = last.number if last.number > news.number else None
    return replace(news, overtaken=overtaken, withdrawn=last.kind is NewsKind.WITHDRAWAL)


def _announce(connection: Connection, draft: Draft, hour: int) -> int:
    """The number of a draft: the one that it has, or the next, with its broadcast."""
    known = connection.scalar(select(NEWS.c.number).where(NEWS.c.key == draft.key))
    if known is not None:
        return int(known)
    number = int(connection.scalar(select(func.coalesce(func.max(NEWS.c.number), 0))) or 0) + 1
    connection.execute(
        insert(NEWS).values(
            number=number,
            key=draft.key,
            kind=draft.kind,
            corrects=draft.corrects,
            hour=hour,
            cancelled=False,
            content=content(draft),
        )
    )
    connection.execute(
        insert(BROADCASTS).values(what="news", number=number, state="open", cursor=b"", filled=False)
    )
    if draft.corrects is not None:
        earlier = select(NEWS.c.number).where(
            (NEWS.c.number == draft.corrects) | (NEWS.c.corrects == draft.corrects), NEWS.c.number < number
        )
        for old in connection.scalars(earlier).all():
            _overtake(connection, old)  # what is no longer so is sent to nobody else
    return number


def _overtake(connection: Connection, number: int) -> None:
    """Send a message to nobody else, unless what corrects it is cancelled before it has gone out."""
    this = (BROADCASTS.c.what == "news") & (BROADCASTS.c.number == number)
    running = BROADCASTS.c.state.in_(("open", "held"))
    connection.execute(update(BROADCASTS).where(this, running).values(state="overtaken"))


def _reopen(connection: Connection, cancelled: int) -> None:
    """Let what a cancelled correction had ended go on, where nothing else corrects it."""
    first = connection.scalar(select(NEWS.c.corrects).where(NEWS.c.number == cancelled))
    if first is None:
        return
    same = (NEWS.c.number == first) | (NEWS.c.corrects == first)
    rows = connection.execute(select(NEWS).where(same).order_by(NEWS.c.number)).all()
    stands = [news.number for news in _news(rows) if not news.cancelled and news.overtaken is None]
    this = (BROADCASTS.c.what == "news") & BROADCASTS.c.number.in_(stands)
    connection.execute(update(BROADCASTS).where(this, BROADCASTS.c.state == "overtaken").values(state="open"))


def _close(connection: Connection, number: int) -> None:
    """End the broadcast of a message, unless it has ended."""
    this = (BROADCASTS.c.what == "news") & (BROADCASTS.c.number == number) & (BROADCASTS.c.state != "done")
    connection.execute(update(BROADCASTS).where(this).values(state="cancelled"))


def _considered(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(CONSIDERED.c.item, CONSIDERED.c.sha256)).all()
    return {row.item: row.sha256 for row in rows}


def _consider(connection: Connection, documents: Mapping[str, str]) -> None:
    known = _considered(connection)
    added = [{"item": each, "sha256": documents[each]} for each in documents.keys() - known.keys()]
    changed = {each for each in documents.keys() & known.keys() if documents[each] != known[each]}
    if added:
        connection.execute(insert(CONSIDERED), added)
    for each in sorted(changed):
        row = update(CONSIDERED).where(CONSIDERED.c.item == each)
        connection.execute(row.values(sha256=documents[each]))
