"""Updates on their way to people, by the sandbox's ledger: what each answer of Telegram leads to."""

import asyncio
import logging
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import telegram.error
from mailings import Clock, Everybody, announce, join, people, waiting
from sqlalchemy import event
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot import broadcasts, delivery, outbox, outcomes, rows, transport
from bot.compose import Page
from bot.database import Engine
from bot.delivery import Delivery
from bot.intake import TokenRejectedError
from bot.outbox import Outbox
from bot.outcomes import Kind
from bot.pace import Pace
from bot.pacing import Rate
from bot.replies import deliver
from bot.sandbox import faults
from bot.sandbox.server import Sandbox
from bot.subscribers import Subscribers
from bot.transport import TelegramBot

FAST = Rate(per_s=2_000, burst=20)


@pytest.fixture
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """SQLite: what the database has to do with it is tested with the outbox."""
    return f"sqlite:///{tmp_path_factory.mktemp('out') / 'bot.sqlite'}"


class Post:
    """A sender over a sandbox, with people who follow everything."""

    def __init__(self, sandbox: Sandbox, engine: Engine, *, probe_s: float = 60, rate: Rate = FAST) -> None:
        self.sandbox, self.engine = sandbox, engine
        self.people: Subscribers = people(engine, Clock(time.time()))
        self.outbox = Outbox(engine, now=time.time, tags_of=self.people.tags_of, rate=rate)
        self.bot = TelegramBot(sandbox.token, api_url=sandbox.api_url, poll_timeout_s=1)
        self.pace = Pace()
        self.delivery = Delivery(
            self.outbox,
            Everybody(self.people),
            send=lambda chat, page, silent: deliver(self.bot, chat, page, silent=silent),
            pace=self.pace,
            probe_s=probe_s,
        )

    def crowd(self, count: int) -> list[int]:
        """So many people who have started the bot and follow everything."""
        chats = []
        for n in range(count):
            person = self.sandbox.person(f"Person {n}")
            person.account.started = True
            chats.append(person.id)
        join(self.people, *chats)
        return chats

    def got(self) -> Counter[int]:
        """How many messages each chat has accepted."""
        sent = self.sandbox.calls("sendMessage")
        return Counter(entry.parameters["chat_id"] for entry in sent if entry.verdict == "ok")

    async def until(self, done: Callable[[], bool], *, timeout_s: float = 60) -> None:
        async with asyncio.timeout(timeout_s):
            while not done():  # noqa: ASYNC110 (the database rings no bell)
                await asyncio.sleep(0.02)

    async def until_done(self) -> None:
        await self.until(lambda: not self.outbox.open())


@asynccontextmanager
async def sending(engine: Engine, **options: float) -> AsyncIterator[Post]:
    async with Sandbox() as sandbox:
        post = Post(sandbox, engine, **options)  # type: ignore[arg-type]
        await post.bot.initialize()
        task = asyncio.create_task(post.delivery.run())
        try:
            yield post
        finally:
            post.delivery.stop()
            await asyncio.wait([task], timeout=30)
            await post.bot.shutdown()


def errors_of(module: object) -> list[type[TelegramError]]:
    return [
        each for each in vars(module).values() if isinstance(each, type) and issubclass(each, TelegramError)
    ]


def test_every_error_that_a_call_may_raise_has_an_outcome() -> None:
    known = dict(outcomes.TABLE)
    assert [each for each in errors_of(telegram.error) + errors_of(transport) if each not in known] == []
    seen: list[type] = []
    for each, _ in outcomes.TABLE:
        assert not [earlier for earlier in seen if issubclass(each, earlier)], f"{each} is never reached"
        seen.append(each)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Kind.GONE),
        (BadRequest("Bad Request: chat not found"), Kind.GONE),
        (BadRequest("Bad Request: can't parse entities"), Kind.BUG),
        (NetworkError("Bad Gateway"), Kind.UNKNOWN),
        (transport.NotSentError("No connection."), Kind.NOT_SENT),
        (transport.OutcomeUnknownError("The connection broke."), Kind.UNKNOWN),
        (TimeoutError(), Kind.UNKNOWN),
        (ValueError(), Kind.BUG),
    ],
)
def test_what_an_error_means(error: Exception, kind: Kind) -> None:
    assert outcomes.read(error).kind is kind


async def test_everybody_gets_it_once_and_no_row_stays(engine: Engine) -> None:
    async with sending(engine) as post:
        chats = post.crowd(100)
        announce(engine, 1)
        announce(engine, 2)
        await post.until_done()
        assert post.got() == Counter(dict.fromkeys(chats, 2))
        assert waiting(engine) == []
        assert post.sandbox.violations == []


async def test_those_who_follow_nothing_get_nothing_and_their_rows_go(engine: Engine) -> None:
    async with sending(engine) as post:
        chats = post.crowd(20)
        join(post.people, *range(1, 300), follows=())
        announce(engine, 1)
        await post.until_done()
        assert post.got() == Counter(chats)
        assert waiting(engine) == []


async def test_blocked_people_and_unknown_chats_are_forgotten(engine: Engine) -> None:
    async with sending(engine) as post:
        chats = post.crowd(10)
        post.sandbox.people[chats[0]].account.blocked = True
        post.sandbox.people[chats[1]].account.deactivated = True
        join(post.people, 4_242)
        announce(engine, 1)
        announce(engine, 2)
        await post.until_done()
        assert [post.people.get(chat) for chat in (chats[0], chats[1], 4_242)] == [None] * 3
        assert post.got() == Counter(dict.fromkeys(chats[2:], 2))
        assert len(post.sandbox.calls("sendMessage")) == 8 * 2 + 3
        assert waiting(engine) == []


async def test_when_telegram_says_of_everybody_that_they_are_gone_nobody_else_is_deleted(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    async with sending(engine) as post:
        chats = post.crowd(60)
        forbidden = faults.error(403, "Forbidden: bot was blocked by the user")
        post.sandbox.faults.add("sendMessage", forbidden, times=60)
        announce(engine, 1)
        await post.until(lambda: broadcasts.is_paused(engine))
        await post.until(lambda: (1, "sending") not in waiting(engine))
        left = [chat for chat in chats if post.people.get(chat)]
        assert 60 - 20 - outbox.IN_FLIGHT <= len(left) <= 40
        assert "updates paused: telegram says of everybody that they are gone" in caplog.messages
        post.sandbox.faults.clear()
        broadcasts.set_paused(engine, False)
        await post.until_done()
        assert post.got() == Counter(left)


async def test_a_pause_that_telegram_asks_for_is_kept_by_all(engine: Engine) -> None:
    async with sending(engine) as post:
        chats = post.crowd(30)
        post.sandbox.faults.add("sendMessage", faults.too_many_requests(1), nth=5)
        announce(engine, 1)
        await post.until_done()
        assert post.got() == Counter(chats)
        calls = post.sandbox.calls("sendMessage")
        refused = next(entry for entry in calls if entry.code == 429)
        early = [e for e in calls if refused.sequence < e.sequence and e.time < refused.time + 1]
        assert len(early) <= 3, "what was under way already"
        assert all(entry.time < refused.time + 0.3 for entry in early)


async def test_a_lost_reply_is_sent_again_and_a_refused_connection_too(engine: Engine) -> None:
    async with sending(engine) as post:
        chats = post.crowd(20)
        plan = (faults.drop_after(), faults.garbage(), faults.error(502, "Bad Gateway"), faults.drop_before())
        for nth, fault in enumerate(plan):
            post.sandbox.faults.add("sendMessage", fault, nth=3 + 2 * nth)
        announce(engine, 1)
        await post.until_done()
        got = post.got()
        assert set(got) == set(chats)
        assert sum(got.values()) == 22, "what was accepted without a reply comes twice"


async def test_a_message_that_telegram_refuses_is_not_tried_again(engine: Engine) -> None:
    async with sending(engine) as post:
        post.crowd(5)
        post.sandbox.faults.add("sendMessage", faults.error(400, "Bad Request: can't parse entities"), nth=2)
        announce(engine, 1)
        await post.until_done()
        assert len(post.sandbox.calls("sendMessage")) == 5
        assert waiting(engine) == [(1, "dead")]


async def test_a_text_that_telegram_refuses_holds_its_broadcast_until_the_operator_resumes(
    engine: Engine,
) -> None:
    async with sending(engine) as post:
        chats = post.crowd(30)
        post.sandbox.faults.add(
            "sendMessage", faults.error(400, "Bad Request: text must be encoded"), times=20
        )
        announce(engine, 1)
        await post.until_done()
        await post.until(lambda: (1, "sending") not in waiting(engine))
        tried = len(post.sandbox.calls("sendMessage"))
        assert 3 <= tried <= 6
        post.sandbox.faults.clear()
        broadcasts.set_paused(engine, False)
        await post.until_done()
        assert post.got() == Counter(chats)


async def test_a_revoked_token_ends_the_sender(engine: Engine) -> None:
    async with Sandbox() as sandbox:
        post = Post(sandbox, engine)
        await post.bot.initialize()
        post.crowd(3)
        announce(engine, 1)
        sandbox.token = "another"
        with pytest.raises(TokenRejectedError):
            await asyncio.wait_for(post.delivery.run(), 10)
        assert {state for _, state in waiting(engine)} == {"pending"}
        await post.bot.shutdown()


async def test_while_telegram_is_away_one_message_tries_and_then_all_go(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_NETWORK_S", (0.01, 0.02))
    async with sending(engine, probe_s=0.5) as post:
        chats = post.crowd(40)
        post.sandbox.faults.add("sendMessage", faults.drop_before(), times=12)
        announce(engine, 1)
        await post.until_done()
        calls = post.sandbox.calls("sendMessage")
        assert post.got() == Counter(chats)
        failed = [entry.time for entry in calls if entry.verdict != "ok"]
        assert len(failed) == 12
        assert failed[-1] - failed[4] >= 0.5 * 3, "after five failures one message a time"


async def test_a_chat_that_always_fails_keeps_nobody_else_waiting(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, usual = list[int](), deliver

    async def fail_for_one(bot: TelegramBot, chat: int, page: Page, *, silent: bool) -> int:
        if chat == unlucky:
            tried.append(chat)
            raise NetworkError("Bad Gateway")
        return await usual(bot, chat, page, silent=silent)

    monkeypatch.setitem(globals(), "deliver", fail_for_one)
    monkeypatch.setattr(delivery, "_NETWORK_S", (0.01, 0.01 * 900))
    async with sending(
        engine, probe_s=0.6
    ) as post:  # a minute and a quarter of an hour, a hundred times faster
        (unlucky,) = post.crowd(1)
        announce(engine, 1)
        await post.until(lambda: len(tried) == 8)
        others = post.crowd(3)
        announce(engine, 2)
        await post.until(lambda: set(post.got()) == set(others), timeout_s=15)
        assert unlucky not in post.got()


async def test_pause_holds_within_a_second_and_resume_goes_on(engine: Engine) -> None:
    async with sending(engine, rate=Rate(per_s=50, burst=1)) as post:  # type: ignore[arg-type]
        chats = post.crowd(60)
        announce(engine, 1)
        await post.until(lambda: len(post.got()) >= 10)
        broadcasts.set_paused(engine, True)
        await asyncio.sleep(0.3)
        held = len(post.got())
        await asyncio.sleep(0.7)
        assert len(post.got()) == held < 60
        broadcasts.set_paused(engine, False)
        await post.until_done()
        assert post.got() == Counter(chats)


async def test_cancelling_in_the_middle_ends_it(engine: Engine) -> None:
    async with sending(engine, rate=Rate(per_s=50, burst=1)) as post:  # type: ignore[arg-type]
        post.crowd(100)
        announce(engine, 1)
        await post.until(lambda: len(post.got()) >= 10)
        broadcasts.cancel(engine, 1)
        await asyncio.sleep(0.3)
        got = len(post.got())
        await asyncio.sleep(0.7)
        assert len(post.got()) == got < 100


async def test_a_clean_stop_repeats_nothing(engine: Engine) -> None:
    async with Sandbox() as sandbox:
        chats: list[int] = []
        for turn in range(12):
            post = Post(sandbox, engine, rate=Rate(per_s=300, burst=1))
            await post.bot.initialize()
            if not turn:
                chats = post.crowd(200)
                announce(engine, 1)
            sandbox.faults.add("sendMessage", faults.delay(0.2), nth=3)
            task = asyncio.create_task(post.delivery.run())
            await asyncio.sleep(0.15)
            post.delivery.stop()
            await task
            assert "sending" not in {state for _, state in waiting(engine)}
            await post.bot.shutdown()
        while post.outbox.open():
            post = Post(sandbox, engine)
            await post.bot.initialize()
            task = asyncio.create_task(post.delivery.run())
            await post.until_done()
            post.delivery.stop()
            await task
            await post.bot.shutdown()
        assert post.got() == Counter(chats)


async def test_while_the_database_is_away_updates_wait_and_nothing_is_lost(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "LEASE_S", 3.0)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=100"))
    engine.dispose()  # the connections made from now on are impatient
    async with sending(engine, rate=Rate(per_s=100, burst=1)) as post:  # type: ignore[arg-type]
        chats = post.crowd(60)
        announce(engine, 1)
        await post.until(lambda: len(post.got()) >= 10)
        with sqlite3.connect(str(engine.url.database), isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(2)
            other.execute("ROLLBACK")
        await post.until_done()
        assert post.got() == Counter(chats)


async def test_answers_wait_a_moment_after_an_update_in_their_chat_only() -> None:
    pace = Pace()
    pace.told(7)
    started = time.monotonic()
    waiting = asyncio.create_task(pace.turn(7))
    await asyncio.sleep(0)
    await pace.turn(8)
    assert not waiting.done()
    await waiting
    assert time.monotonic() - started > 1
    assert pace.busy_s(7) > 0, "and an update after an answer"
    assert pace.busy_s(9) <= 0


async def test_the_sixth_answer_of_a_second_is_taken_from_the_updates() -> None:
    pace = Pace()
    for chat in range(20):
        await pace.turn(chat)
    assert 13 <= pace.take_over() <= 15
    assert pace.take_over() == 0


async def test_the_log_of_all_this_names_nobody(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    async with sending(engine) as post:
        chats = post.crowd(6)
        for nth, fault in enumerate(
            (faults.error(400, "no"), faults.too_many_requests(1), faults.drop_after())
        ):
            post.sandbox.faults.add("sendMessage", fault, nth=nth + 1)
        announce(engine, 1)
        await post.until_done()
    told = " ".join(
        f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name.startswith("bot")
    )
    assert "update refused" in told
    assert [chat for chat in chats if str(chat) in told] == []
