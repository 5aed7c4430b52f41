"""Whom a broadcast is for and what it says to each: records are opened here, a batch at a time, just before the send."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot import matching
from bot.broadcasts import Broadcast, is_target, target_tag
from bot.compose import Page, PageError
from bot.database import Engine, transaction
from bot.digests import Slot, covered, in_daytime, period, slot
from bot.letters import Letter
from bot.news import News, NewsKind
from bot.news_pages import digest_page, news_page, renewal_page
from bot.places import public
from bot.record import Cadence, Record, Sound
from bot.rows import Claimed
from bot.store import Store
from bot.subscribers import month_of
from bot.switches import set_switch, switch
from bot.texts import DEFAULT, LANGUAGES, Texts, texts
from corpus.errors import SpravaError

_FRESH_S = 5.0
"""How long the list of news is good for: what was cancelled since may still stand in a digest."""
_TRIES = 3
"""After so many failures in a row to compare saved questions each is asked alone, so that one holds nobody else up."""
_POISONED = 10
"""So many of them that fail alone mean that none can be compared."""

logger = logging.getLogger(__name__)


class Standing(Protocol):
    """Knows which saved questions something new would answer."""

    async def answered(self, questions: Sequence[str], news: News) -> Sequence[bool]:
        """Whether a passage of the news' documents answers each question."""


@dataclass(slots=True)
class _Batch:
    """The people of some rows, by tag, and what each gets told."""

    records: Mapping[bytes, Record]
    told: dict[bytes, list[News]] = field(default_factory=dict)


class Mailing:
    """The letters of every kind of broadcast. Where no records are kept, there are only the channels in `targets`."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        *,
        bot_name: str,
        keep_months: int,
        now: Callable[[], float],
        targets: Sequence[int | str] = (),
        standing: Standing | None = None,
    ) -> None:
        self._engine = engine
        self._announcements = store.announcements
        self._subscribers = store.subscribers
        self._dialogue = store.dialogue
        self._bot_name = bot_name
        self._keep_months = keep_months
        self._now = now
        self._targets = {target_tag(str(target)): target for target in targets}
        self._standing = standing
        self._read: tuple[int, float, tuple[News, ...]] | None = None
        self._pages: dict[tuple[object, ...], Page] = {}
        self._failures = 0

    async def letters(self, rows: Sequence[Claimed]) -> Mapping[bytes, Letter]:
        """The message for each row whose person, or channel, gets it. The rows are of one broadcast."""
        broadcast = rows[0].broadcast
        self._pages.clear()
        news = await asyncio.to_thread(self._news, broadcast)
        batch = await asyncio.to_thread(self._matched, broadcast, rows, news)
        await self._ask(broadcast, batch, news)
        return await asyncio.to_thread(self._written, broadcast, rows, batch, news)

    async def arrived(self, letter: Letter, message: int) -> None:
        """Where somebody's messages delete themselves, this one does."""
        if letter.person and isinstance(letter.chat, int):
            try:
                await self._dialogue.note(letter.chat, message)
            except SpravaError as error:  # it has arrived: nothing may send it again
                logger.warning("message not noted", extra={"error": type(error).__name__})

    def gone(self, letter: Letter) -> None:
        """Nobody can be reached there: the record and all that waits for it go in one transaction."""
        if self._subscribers:
            self._subscribers.forget(int(letter.chat), drop_deletions=True)

    def moved(self, tag: bytes, chat: int) -> None:
        """A group that the operator configured is a supergroup now, and gets its updates there."""
        with transaction(self._engine) as connection:
            set_switch(connection, _switch(tag), str(chat))

    # Whom it is for

    def _news(self, broadcast: Broadcast) -> tuple[News, ...]:
        """What a broadcast tells of, without what was cancelled, corrected or withdrawn since."""
        if broadcast.what == "news":
            news = self._announcements.get(broadcast.number)
            return (news,) if news and not news.cancelled and news.overtaken is None else ()
        if broadcast.what == "renewal":
            return ()
        return tuple(
            news
            for news in self._all()
            if broadcast.after < news.number <= broadcast.upto
            and not news.cancelled
            and news.overtaken is None
        )

    def _all(self) -> tuple[News, ...]:
        """Every message; whatever was announced by now is among them."""
        latest, now = self._announcements.latest(), time.monotonic()
        if self._read is None or self._read[0] != latest or self._read[1] < now - _FRESH_S:
            self._read = (latest, now, self._announcements.all())
        return self._read[2]

    def _covered(self) -> dict[Slot, int]:
        with self._engine.connect() as connection:
            return covered(connection)

    def _matched(self, broadcast: Broadcast, rows: Sequence[Claimed], news: Sequence[News]) -> _Batch:
        people = [row.person for row in rows if row.person]
        batch = _Batch(self._subscribers.opened(people) if self._subscribers else {})
        if broadcast.what != "renewal":
            uptos = self._covered() if news else {}
            for tag, record in batch.records.items():
                timely = [each for each in news if _is_timely(record, broadcast, each, uptos)]
                batch.told[tag] = [each for each in timely if matching.follows(record, each)]
        return batch

    async def _ask(self, broadcast: Broadcast, batch: _Batch, news: Sequence[News]) -> None:
        """Add what answers somebody's saved question."""
        if (standing := self._standing) is None or broadcast.what == "renewal":
            return
        uptos = await asyncio.to_thread(self._covered)
        for each in news:
            waiting = [
                (tag, question)
                for tag, record in batch.records.items()
                if each not in batch.told[tag]
                and matching.is_due(record, each)
                and _is_timely(record, broadcast, each, uptos)
                for question in matching.questions(record)
            ]
            if not waiting:
                continue
            answered = await self._answered(standing, [question for _, question in waiting], each)
            for tag in {tag for (tag, _), found in zip(waiting, answered, strict=True) if found}:
                batch.told[tag].append(each)

    async def _answered(self, standing: Standing, questions: Sequence[str], news: News) -> Sequence[bool]:
        try:
            answered = await standing.answered(questions, news)
        except Exception as error:
            self._failures += 1
            if self._failures < _TRIES:
                raise  # all wait a moment: the index may be back by then
            logger.error("saved questions not compared", exc_info=error, extra={"number": news.number})
            return await _one_by_one(standing, questions, news)
        self._failures = 0
        return answered

    # What it says

    def _written(
        self, broadcast: Broadcast, rows: Sequence[Claimed], batch: _Batch, news: Sequence[News]
    ) -> dict[bytes, Letter]:
        letters: dict[bytes, Letter] = {}
        for row in rows:
            record = batch.records.get(row.tag)
            try:
                if is_target(row.tag):
                    letter = self._for_target(row.tag, news)
                elif record:
                    letter = self._for_person(broadcast, row, record, batch.told.get(row.tag, []))
                else:
                    letter = None
            except PageError:  # one page that cannot be written keeps no other back
                letter = Letter(record.chat if record else 0, None, person=record is not None)
            if letter:
                letters[row.tag] = letter
        return letters

    def _for_person(
        self, broadcast: Broadcast, row: Claimed, record: Record, told: Sequence[News]
    ) -> Letter | None:
        month = broadcast.number if broadcast.what == "renewal" else month_of(self._now())
        expires = row.person is not None and row.person.month <= month - self._keep_months
        if broadcast.what == "renewal":
            page = self._renewal(record) if expires and not self._was_offered(record, month) else None
        elif not told:
            page = None
        elif broadcast.what == "news":
            page = self._page(record, told, renewal=expires)
        else:
            page = self._page(record, told, renewal=None)
        silent = record.quiet or not _is_loud(record, self._now())
        return Letter(record.chat, page, silent=silent, person=True) if page else None

    def _page(self, record: Record, told: Sequence[News], *, renewal: bool | None) -> Page:
        """One message, or with `renewal=None` a digest, made once for all who get the same."""
        told = sorted(told, key=lambda news: news.number)
        key = (tuple(news.number for news in told), record.language, record.quiet, renewal)
        if key not in self._pages:
            words = texts(record.language or DEFAULT)
            self._pages[key] = (
                digest_page(told, words, quiet=record.quiet)
                if renewal is None
                else news_page(told[0], words, quiet=record.quiet, renewal=renewal)
            )
        return self._pages[key]

    def _renewal(self, record: Record) -> Page:
        return renewal_page(texts(record.language or DEFAULT))

    def _was_offered(self, record: Record, month: int) -> bool:
        """Whether an update of a month has carried the button that renews."""
        this_month = (
            news for news in self._all() if month_of(news.hour * 3600.0) == month and not news.cancelled
        )
        return record.cadence is Cadence.INSTANT and any(
            matching.follows(record, news) for news in this_month
        )

    def _for_target(self, tag: bytes, news: Sequence[News]) -> Letter | None:
        target = self._targets.get(tag)
        if target is None or not news:  # the operator has taken it out of the settings
            return None
        with self._engine.connect() as connection:
            moved = switch(connection, _switch(tag))
        words = _words_of(news[0])
        page = public(news_page(news[0], words), words, bot_name=self._bot_name)
        return Letter(int(moved) if moved else target, page, silent=False)


async def _one_by_one(standing: Standing, questions: Sequence[str], news: News) -> list[bool]:
    """What answers each question; one that cannot be compared counts as not answered."""
    found, failures = [False] * len(questions), 0
    for i, question in enumerate(questions):
        try:
            found[i] = (await standing.answered([question], news))[0]
        except Exception:  # noqa: BLE001 (whatever it is, the message goes to those who follow it otherwise)
            failures += 1
            if failures == _POISONED:
                break
    return found


def _is_timely(record: Record, broadcast: Broadcast, news: News, uptos: Mapping[Slot, int]) -> bool:
    """Whether this broadcast is how the record gets this message: at once, with its digest, or, where a correction is
    of something that a digest has brought already, at once all the same."""
    digest = slot(record)
    if broadcast.what == "owed":
        return True
    if broadcast.what == "news":
        if digest is None:
            return True
        corrects = news.corrects if news.kind is not NewsKind.NEW else None
        return corrects is not None and corrects <= uptos.get(digest, 0)
    if digest != (broadcast.what, broadcast.number % period(broadcast.what)):
        return False
    return news.corrects is None or news.corrects > broadcast.after


def _is_loud(record: Record, now: float) -> bool:
    return record.sound is Sound.ON or (record.sound is Sound.DAY and in_daytime(now))


def _words_of(news: News) -> Texts:
    """A channel is written to in the language of the first quote, where it is one of ours."""
    language = news.quotes[0].language.partition("-")[0] if news.quotes else DEFAULT
    return texts(language if language in LANGUAGES else DEFAULT)


def _switch(tag: bytes) -> str:
    return f"moved {tag[-9:].hex()}"
