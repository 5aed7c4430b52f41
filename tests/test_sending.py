"""Updates end to end: announced, matched, written, sent at once or with a digest, by the sender that the bot runs."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from articles import numbered, publish
from mailings import KEYS, SECRET, Clock, keep
from telegram.error import Forbidden, NetworkError
from test_bot_process import bot

from bot import broadcasts, delivery, mailing
from bot.announcements import Announcements
from bot.compose import Page, PageError
from bot.database import Engine, open_database
from bot.deletions import Deletions
from bot.intake import Backoff
from bot.mailing import Standing
from bot.news import Draft, News, NewsKind, NewsQuote, Reason
from bot.outbox import Outbox
from bot.record import Cadence, Follow, FollowKind, Record, Sound
from bot.sandbox import groups
from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox
from bot.sending import Sending, open_sending
from bot.store import open_store
from bot.subscribers import StaleKeyError, Subscribers, month_of
from bot.switches import switch
from bot.texts import Texts
from bot.ticks import Ticks
from bot.transport import NotSentError, TelegramBot
from corpus.document import PartialDate, Reliability

MONDAY_9 = 1_791_180_000.0 - 1_791_180_000.0 % 604_800 + 4 * 86_400 + 6 * 3600
"""A Monday, nine o'clock in Minsk."""
HOUR, DAY = 3600.0, 86_400.0


def draft(text: str, *, case: str = "losik", publisher: str = "pin", **more: object) -> Draft:
    quote = NewsQuote(
        text=text,
        document="letter",
        start=0,
        end=len(text),
        title="A letter",
        publisher=publisher,
        published=PartialDate(2026, 11, 20),
        language="en",
        reliability=Reliability.B,
    )
    told = {"kind": NewsKind.NEW, "documents": ("letter",), "cases": (case,), "publishers": (publisher,)}
    return Draft(**({"quotes": (quote,)} | told | more))  # type: ignore[arg-type]


class Post:
    """The sender over a sandbox, a database and a clock; and what people got."""

    def __init__(
        self,
        sandbox: Sandbox,
        engine: Engine,
        sender: TelegramBot,
        targets: tuple[int | str, ...],
        standing: Standing | None,
    ) -> None:
        self.sandbox, self.engine, self.clock = sandbox, engine, Clock(MONDAY_9 - HOUR)
        self.people = Subscribers(engine, lambda: KEYS, now=self.clock)
        self.outbox = Outbox(engine, now=self.clock, tags_of=self.people.tags_of)
        self.store = open_store(engine, lambda: KEYS, keep_months=3, now=self.clock, quiet=self.outbox.quiet)
        self.news = self.store.announcements
        self.sending: Sending = open_sending(
            sender,
            self.store,
            self.outbox,
            keep_months=3,
            targets=targets,
            standing=standing,
            now=self.clock,
        )
        self.ticks = Ticks(engine, now=self.clock, keep_months=3, subscribers=self.people, erase=self._erase)
        self.ticks.tick()

    def person(self, name: str, **record: object) -> Person:
        person = self.sandbox.person(name)
        person.account.started = True
        everything = Record(chat=person.id, language="en", follows=(Follow(FollowKind.EVERYTHING),))
        keep(self.people, replace(everything, **record))  # type: ignore[arg-type]
        return person

    def announce(self, *drafts: Draft) -> tuple[int, ...]:
        return self.news.announce(drafts, considered={})

    async def quiet(self) -> None:
        """Return when everything that is due is sent."""
        async with asyncio.timeout(60):
            while self.outbox.open():
                await asyncio.sleep(0.02)
                self.clock.now += 0.1  # so slowly that a message on its way is not taken for lost

    async def go_to(self, moment: float) -> None:
        """Set the clock, let it tick, and wait until all is sent."""
        self.clock.now = moment
        self.ticks.tick()
        await self.quiet()

    async def _erase(self, _chat: int, _messages: object) -> None:
        return None


@asynccontextmanager
async def sending(
    tmp_path: Path, targets: tuple[int | str, ...] = (), standing: Standing | None = None
) -> AsyncIterator[Post]:
    engine = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    async with Sandbox() as sandbox:
        sender = TelegramBot(sandbox.token, api_url=sandbox.api_url, poll_timeout_s=1)
        await sender.initialize()
        post = Post(sandbox, engine, sender, targets, standing)
        task = asyncio.create_task(post.sending.run())
        try:
            yield post
            assert sandbox.violations == []
        finally:
            post.sending.stop()
            await task
            await sender.shutdown()
            engine.dispose()


def texts_of(person: Person) -> list[str]:
    return [message.text for message in person.messages()]


async def test_each_gets_what_they_follow_since_they_follow_it(tmp_path: Path) -> None:
    async with sending(tmp_path) as post:
        everything = post.person("Everything")
        losik = post.person("Losik", follows=(Follow(FollowKind.CASE, "losik"),))
        other = post.person("Other", follows=(Follow(FollowKind.CASE, "statkevich"),))
        late = post.person("Late", since=1)
        paused = post.person("Paused", paused=True)
        assert post.announce(draft("He was freed.")) == (1,)
        await post.quiet()
        assert [len(p.messages()) for p in (everything, losik, other, late, paused)] == [1, 1, 0, 0, 0]
        assert everything.messages()[0].quotes == ["He was freed."]
        assert "№ 1" in texts_of(everything)[0]


async def test_a_quiet_update_names_nobody_and_sounds_follow_the_hour(tmp_path: Path) -> None:
    async with sending(tmp_path) as post:
        quiet = post.person("Quiet", quiet=True, sound=Sound.ON)
        loud = post.person("Loud", sound=Sound.ON)
        by_day = post.person("Day", sound=Sound.DAY)
        usual = post.person("Usual")
        post.announce(draft("He was freed."))
        await post.quiet()
        assert texts_of(quiet) == ["1 new message № 1"]
        assert [p.messages()[0].silent for p in (quiet, loud, by_day, usual)] == [True, False, False, True]
        post.clock.now = MONDAY_9 + 13.5 * HOUR  # half past ten in the evening
        post.announce(draft("She was freed."))
        await post.quiet()
        assert [p.messages()[1].silent for p in (loud, by_day)] == [False, True]


async def test_a_correction_goes_to_the_same_people_and_ends_what_it_corrects(tmp_path: Path) -> None:
    async with sending(tmp_path) as post:
        person = post.person("Reader", since=0)
        late = post.person("Late", since=1)
        broadcasts.set_paused(post.engine, True)
        post.announce(draft("Three years."))
        post.announce(draft("Two years.", kind=NewsKind.CORRECTION, corrects=1, reason=Reason.SOURCE_CHANGED))
        broadcasts.set_paused(post.engine, False)
        await post.quiet()
        assert [message.quotes for message in person.messages()] == [["Two years."]]
        assert late.messages() == []


async def test_a_digest_comes_at_its_hour_with_all_since_the_last_one(tmp_path: Path) -> None:
    async with sending(tmp_path) as post:
        daily = post.person("Daily", cadence=Cadence.DAILY, hour=9)
        evening = post.person("Evening", cadence=Cadence.DAILY, hour=20)
        weekly = post.person("Weekly", cadence=Cadence.WEEKLY, hour=9)
        post.announce(draft("First."), draft("Second."))
        await post.quiet()
        assert [len(p.messages()) for p in (daily, evening, weekly)] == [0, 0, 0]
        await post.go_to(MONDAY_9 + 10)
        assert [len(p.messages()) for p in (daily, evening, weekly)] == [1, 0, 1]
        assert daily.messages()[0].quotes == ["First.", "Second."]
        post.announce(draft("Third."))
        await post.go_to(MONDAY_9 + 11 * HOUR)
        assert evening.messages()[0].quotes == ["First.", "Second.", "Third."]
        await post.go_to(MONDAY_9 + DAY + 10)
        assert [message.quotes for message in daily.messages()][1:] == [["Third."]]
        await post.go_to(MONDAY_9 + 2 * DAY)
        assert len(daily.messages()) == 2, "nothing new, no digest"
        await post.go_to(MONDAY_9 + 7 * DAY)
        assert [message.quotes for message in weekly.messages()][1:] == [["Third."]]


@pytest.mark.parametrize("away", [3 * DAY, 30 * DAY])
async def test_digests_that_were_missed_are_made_up_for_once(tmp_path: Path, away: float) -> None:
    async with sending(tmp_path) as post:
        daily = post.person("Daily", cadence=Cadence.DAILY, hour=9)
        post.announce(draft("First."))
        await post.go_to(MONDAY_9 + 10)
        post.announce(draft("Second."))
        post.clock.now += DAY
        post.announce(draft("Third."))
        await post.go_to(MONDAY_9 + away + 5 * HOUR)
        assert [message.quotes for message in daily.messages()] == [["First."], ["Second.", "Third."]]


@pytest.mark.parametrize("jump", [DAY, -DAY, 40 * DAY, -40 * DAY])
async def test_a_clock_that_jumps_and_comes_back_loses_and_repeats_nothing(
    tmp_path: Path, jump: float
) -> None:
    async with sending(tmp_path) as post:
        daily = post.person("Daily", cadence=Cadence.DAILY, hour=9)
        post.announce(draft("First."))
        await post.go_to(MONDAY_9 + 10)
        post.announce(draft("Second."))
        await post.go_to(MONDAY_9 + jump + 20)
        await post.go_to(MONDAY_9 + 2 * HOUR)
        post.announce(draft("Third."))
        for hour in range(8, 57, 8):
            await post.go_to(MONDAY_9 + hour * HOUR)
        told = [quote for message in daily.messages() for quote in message.quotes]
        assert told == ["First.", "Second.", "Third."]


async def test_a_correction_reaches_at_once_whoever_a_digest_has_told(tmp_path: Path) -> None:
    async with sending(tmp_path) as post:
        told = post.person("Told", cadence=Cadence.DAILY, hour=9)
        to_be_told = post.person("Later", cadence=Cadence.DAILY, hour=20)
        post.announce(draft("Three years."))
        await post.go_to(MONDAY_9 + 10)
        correction = draft("Two years.", kind=NewsKind.CORRECTION, corrects=1, reason=Reason.OUR_ERROR)
        post.announce(correction)
        await post.quiet()
        assert [message.quotes for message in told.messages()] == [["Three years."], ["Two years."]]
        assert to_be_told.messages() == []
        await post.go_to(MONDAY_9 + 11 * HOUR)
        assert [message.quotes for message in to_be_told.messages()] == [["Two years."]]
        await post.go_to(MONDAY_9 + DAY)
        assert len(told.messages()) == 2


async def test_what_a_digest_owes_comes_when_its_hour_is_changed(tmp_path: Path) -> None:
    async with sending(tmp_path) as post:
        person = post.person("Reader", cadence=Cadence.DAILY, hour=20)
        post.announce(draft("First."))
        await post.go_to(MONDAY_9 + 11 * HOUR)
        post.announce(draft("Second."))
        await post.go_to(MONDAY_9 + 12 * HOUR + 60)
        keeping = post.store.keeping
        assert keeping
        await keeping.set(person.id, hour=21)
        await post.quiet()
        assert [message.quotes for message in person.messages()] == [["First."], ["Second."]]
        await keeping.set(person.id, cadence=Cadence.INSTANT)
        await keeping.set(person.id, quiet=True)
        await post.quiet()
        assert len(person.messages()) == 2


CADENCES: Sequence[dict[str, object]] = [
    {"cadence": Cadence.INSTANT},
    {"cadence": Cadence.DAILY, "hour": 9},
    {"cadence": Cadence.DAILY, "hour": 20},
    {"cadence": Cadence.WEEKLY, "hour": 9},
]


@pytest.mark.parametrize(
    ("old", "new"), [(old, new) for old in CADENCES for new in CADENCES if old != new], ids=str
)
async def test_a_change_of_cadence_while_something_waits_loses_and_repeats_nothing(
    tmp_path: Path, old: dict[str, object], new: dict[str, object]
) -> None:
    async with sending(tmp_path) as post:
        person = post.person("Reader", **old)
        keeping = post.store.keeping
        assert keeping
        broadcasts.set_paused(post.engine, True)
        post.announce(draft("First."))
        post.clock.now = MONDAY_9 + 60
        post.ticks.tick()
        post.announce(draft("Second."))
        for each in (new, old, new):
            await keeping.set(person.id, **each)
        broadcasts.set_paused(post.engine, False)
        await post.quiet()
        post.announce(draft("Third."))
        days = 8 if new["cadence"] is Cadence.WEEKLY else 2
        for hour in range(12, 24 * days, 24):
            await post.go_to(MONDAY_9 + hour * HOUR + 60)
        told = [quote for message in person.messages() for quote in message.quotes]
        assert sorted(told) == ["First.", "Second.", "Third."]


async def test_a_channel_gets_every_update_without_buttons_and_is_followed_when_it_moves(
    tmp_path: Path,
) -> None:
    async with sending(tmp_path, targets=(-1, "@nowhere")) as post:
        owner = post.sandbox.person("Owner")
        room = post.sandbox.room("Updates", owner, kind="group")
        room.set_bot(owner, "member")
        post.announce(draft("First."))
        await post.quiet()
        assert room.messages()[0].quotes == ["First."]
        assert [button for button in room.messages()[0].buttons if "callback_data" in button] == []
        new = groups.upgrade(post.sandbox.world, room.group)
        post.announce(draft("Second."))
        post.announce(draft("Third."))
        await post.quiet()
        sent = [e for e in post.sandbox.calls("sendMessage") if e.parameters["chat_id"] != "@nowhere"]
        assert [(e.parameters["chat_id"], e.code) for e in sent] == [
            (-1, 200),
            (-1, 400),
            (new.id, 200),
            (new.id, 200),
        ]


async def test_a_channel_that_lets_the_bot_in_again_gets_what_it_missed(tmp_path: Path) -> None:
    rooms = (-1, -2, -3)
    async with sending(tmp_path, targets=rooms) as post:
        owner = post.sandbox.person("Owner")
        made = [post.sandbox.room(f"Updates {n}", owner, kind="group") for n in rooms]
        reader = post.person("Reader")
        post.announce(draft("First."))
        await post.quiet()
        assert texts_of(reader), "channels that are closed hold nobody up"
        for room in made:
            room.set_bot(owner, "member")
        assert [room.messages() for room in made] == [[], [], []]
        broadcasts.set_paused(post.engine, False)
        await post.quiet()
        assert [room.messages()[0].quotes for room in made] == [["First."]] * 3
        assert len(texts_of(reader)) == 1


async def test_a_page_that_cannot_be_written_keeps_no_other_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = mailing.news_page

    def page(news: News, words: Texts, *, quiet: bool, renewal: bool) -> Page:
        if words.language == "be":
            raise PageError("too long")
        return written(news, words, quiet=quiet, renewal=renewal)

    monkeypatch.setattr(mailing, "news_page", page)
    async with sending(tmp_path) as post:
        unlucky, other = post.person("Unlucky", language="be"), post.person("Other")
        post.announce(draft("First."))
        await post.quiet()
        assert (len(unlucky.messages()), len(other.messages())) == (0, 1)


class Poisoned:
    """Answers every saved question but one, which it fails on, alone or among others."""

    async def answered(self, questions: Sequence[str], news: News) -> list[bool]:
        if "poison?" in questions:
            raise RuntimeError
        return [True] * len(questions)


async def test_a_saved_question_that_always_fails_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "Backoff", lambda _first, _last: Backoff(0.01, 0.02))
    async with sending(tmp_path, standing=Poisoned()) as post:
        poisoned = post.person("Poisoned", follows=(Follow(FollowKind.QUESTION, "poison?"),))
        asked = post.person("Asked", follows=(Follow(FollowKind.QUESTION, "who?"),))
        other = post.person("Other")
        post.announce(draft("First."))
        await post.quiet()
        post.announce(draft("Second."))
        await post.quiet()
        assert [len(p.messages()) for p in (poisoned, asked, other)] == [0, 2, 2]


async def test_an_update_that_can_never_be_made_up_is_held_and_the_next_one_goes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = mailing.news_page

    def page(news: News, words: Texts, *, quiet: bool, renewal: bool) -> Page:
        if news.number == 1:
            raise KeyError("no such word")
        return written(news, words, quiet=quiet, renewal=renewal)

    monkeypatch.setattr(mailing, "news_page", page)
    monkeypatch.setattr(delivery, "Backoff", lambda _first, _last: Backoff(0.01, 0.02))
    async with sending(tmp_path) as post:
        person = post.person("Reader")
        post.announce(draft("First."), draft("Second."))
        await post.quiet()
        assert [message.quotes for message in person.messages()] == [["Second."]]
        assert [(each.number, each.state) for each in broadcasts.status(post.engine)] == [(1, "held")]
        monkeypatch.setattr(mailing, "news_page", written)
        broadcasts.set_paused(post.engine, False)
        await post.quiet()
        assert person.messages()[1].quotes == ["First."]


async def test_a_message_that_arrived_is_not_sent_again_because_a_key_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def note(_chat: int, _message: int) -> None:
        raise StaleKeyError

    async with sending(tmp_path) as post:
        person = post.person("Reader")
        monkeypatch.setattr(post.store.dialogue, "note", note)
        post.announce(draft("First."))
        await post.quiet()
        post.announce(draft("Second."))
        await post.quiet()
        assert [message.quotes for message in person.messages()] == [["First."], ["Second."]]


async def test_a_chat_where_deleting_fails_keeps_nobody_elses_messages(tmp_path: Path) -> None:
    engine, clock = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}"), Clock()
    deletions = Deletions(engine, lambda: KEYS, now=clock)
    erased: list[int] = []

    async def erase(chat: int, _messages: Sequence[int]) -> None:
        if chat == 7:
            raise NetworkError("Bad Gateway")
        erased.append(chat)

    ticks = Ticks(engine, now=clock, keep_months=3, deletions=deletions, erase=erase)
    deletions.remember(7, [1], clock())
    deletions.remember(7, [2], clock())
    deletions.remember(8, [3], clock() + HOUR)
    clock.now += 2 * HOUR
    await ticks.delete_due()
    assert erased == [8]
    assert len(deletions.of_chat(7)) == 2
    engine.dispose()


async def test_a_record_that_expires_is_told_once_and_then_goes(tmp_path: Path) -> None:
    async with sending(tmp_path) as post:
        told = post.person("Told")
        other = post.person("Renewed")
        start = post.clock.now
        post.clock.now = start + 80 * DAY
        record = post.people.get(other.id)
        assert record
        keep(post.people, record)
        days = int((start + 160 * DAY) // DAY) - int(post.clock.now // DAY)
        for _ in range(days):
            await post.go_to(post.clock.now + DAY)
        assert [text.count("3 days") for text in texts_of(told)] == [1]
        assert post.people.get(told.id) is None
        assert texts_of(other) == []
        assert post.people.get(other.id)


async def test_a_bot_that_was_away_when_a_record_expired_tells_and_waits_three_days(tmp_path: Path) -> None:
    async with sending(tmp_path) as post:
        late = post.person("Late")
        start = post.clock.now
        month = month_of(start)
        day = start
        while month_of(day) < month + 4:
            day += DAY
        await post.go_to(day - 10 * DAY)
        assert texts_of(late) == []
        await post.go_to(day + DAY)  # the last days of the month passed without a bot
        assert [text.count("3 days") for text in texts_of(late)] == [1]
        for days in (2, 3):
            await post.go_to(day + days * DAY)
            assert post.people.get(late.id)
        await post.go_to(day + 4 * DAY + HOUR)
        assert post.people.get(late.id) is None
        assert len(texts_of(late)) == 1


async def test_a_clock_that_is_wrong_for_two_days_deletes_nobody(tmp_path: Path) -> None:
    async with sending(tmp_path) as post:
        person = post.person("Person")
        start = post.clock.now
        for wrong in (start + 200 * DAY, start + 201 * DAY, start + 202 * DAY):
            await post.go_to(wrong)
        assert post.people.get(person.id)
        for days in range(1, 70):
            await post.go_to(start + days * DAY)
        assert post.people.get(person.id)
        assert [text.count("3 days") for text in texts_of(person)] == [1], "of the wrong clock"
        for days in range(70, 160):
            await post.go_to(start + days * DAY)
        assert post.people.get(person.id) is None
        assert [text.count("3 days") for text in texts_of(person)] == [1, 1]


def test_on_a_server_its_own_clock_says_what_is_due(engine: Engine) -> None:
    ahead = time.time() + 200 * DAY

    async def erase(_chat: int, _messages: object) -> None:
        return None

    Ticks(engine, now=lambda: ahead, keep_months=3, erase=erase).tick()
    with engine.connect() as connection:
        hour = int(switch(connection, "ticked") or 0)
    on_a_server = engine.dialect.name == "postgresql"
    assert abs(hour - (time.time() if on_a_server else ahead) // 3600) <= 1


async def test_messages_delete_themselves_when_their_time_has_come(tmp_path: Path) -> None:
    engine, clock = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}"), Clock()
    deletions = Deletions(engine, lambda: KEYS, now=clock)
    answers: list[Exception | None] = [NotSentError("No connection."), Forbidden("blocked"), None]
    erased: list[tuple[int, ...]] = []

    async def erase(_chat: int, messages: Sequence[int]) -> None:
        erased.append(tuple(messages))
        if error := answers.pop(0):
            raise error

    ticks = Ticks(engine, now=clock, keep_months=3, deletions=deletions, erase=erase)
    deletions.remember(7, [1, 2], clock() + HOUR)
    await ticks.delete_due()
    assert erased == []
    clock.now += 2 * HOUR
    await ticks.delete_due()
    deletions.remember(8, [3], clock() - HOUR)
    await ticks.delete_due()
    await ticks.delete_due()
    assert sorted(erased) == [(1, 2), (1, 2), (3,)]
    engine.dispose()


async def test_the_running_bot_sends_what_another_process_announces(tmp_path: Path) -> None:
    publish(tmp_path, numbered(3))
    engine = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    store = Subscribers(engine, lambda: KEYS, now=time.time)
    async with Sandbox() as sandbox:
        crowd = [sandbox.person(f"Person {n}") for n in range(30)]
        for person in crowd:
            person.account.started = True
            keep(store, Record(chat=person.id, language="en", follows=(Follow(FollowKind.EVERYTHING),)))
        async with bot(sandbox, tmp_path, settings={"SPRAVA_SECRET_KEY": SECRET}) as process:
            Announcements(engine, time.time).announce([draft("He was freed.")], considered={})
            for person in crowd:
                assert (await person.wait_for_message(timeout_s=30)).quotes == ["He was freed."]
            process.send_signal(signal.SIGTERM)
            _, log = await asyncio.wait_for(process.communicate(), 30)
            assert process.returncode == 0, log.decode()
        assert [len(person.messages()) for person in crowd] == [1] * 30
        assert sandbox.violations == []
    engine.dispose()
