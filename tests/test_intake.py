"""Updates in: confirmed only after handling, in order within a chat, one bad update stops nobody."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import pytest
from doors import a_door
from sqlalchemy.exc import OperationalError
from telegram import Update

from bot import handling, intake, webhook
from bot.asker import Crowd
from bot.database import open_database
from bot.handling import Handling
from bot.intake import Backoff, Intake, TokenRejectedError
from bot.lanes import chat_of
from bot.sandbox import faults
from bot.sandbox.server import Sandbox
from bot.seen import Claim, Seen
from bot.settings import Door
from bot.tables import METADATA
from bot.transport import NotSentError, TelegramBot
from bot.webhook import Webhook

Handle = Callable[[Update], Awaitable[None]]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses a hundred times shorter."""
    monkeypatch.setattr(intake, "_NETWORK_S", (0.005, 0.6))
    monkeypatch.setattr(intake, "_STANDBY_S", (0.05, 0.6))
    monkeypatch.setattr(webhook, "_UNREACHABLE_S", 0)


class Taking(Protocol):
    """An intake at work; yields the codes it gave up with."""

    def __call__(
        self, sandbox: Sandbox, folder: Path, handle: Handle
    ) -> AbstractAsyncContextManager[list[str]]: ...


@asynccontextmanager
async def at_work(
    sandbox: Sandbox, folder: Path, handle: Handle, *, door: Door | None = None
) -> AsyncIterator[list[str]]:
    bot = TelegramBot(sandbox.token, api_url=sandbox.api_url, poll_timeout_s=50)
    engine = open_database(f"sqlite:///{folder}/bot.sqlite")
    given_up: list[str] = []

    async def give_up(_update: Update, code: str) -> None:
        given_up.append(code)

    tries = Handling(bot, Seen(engine, now=lambda: 0.0), handle=handle, give_up=give_up)
    taker = Webhook(bot, tries, crowd=Crowd(), door=door) if door else Intake(bot, tries, crowd=Crowd())
    await bot.initialize()
    task = asyncio.create_task(taker.run())
    try:
        yield given_up
    finally:
        taker.stop()
        await task
        await bot.shutdown()
        engine.dispose()


@pytest.fixture(params=["polling", "webhook"])
def taking(request: pytest.FixtureRequest) -> Taking:
    """Both ways in: every promise holds for both."""
    return partial(at_work, door=a_door() if request.param == "webhook" else None)


@pytest.fixture
def polling() -> Taking:
    """The one way that has offsets and conflicts."""
    return at_work


def collecting() -> tuple[list[str], Handle]:
    texts: list[str] = []

    async def handle(update: Update) -> None:
        assert update.message is not None
        texts.append(update.message.text or "")

    return texts, handle


async def until(sandbox: Sandbox, happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happened():
            await sandbox.world.bell.wait(0.01)


async def test_an_update_stays_with_telegram_until_it_is_handled(tmp_path: Path, taking: Taking) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(_update: Update) -> None:
        begun.set()
        await go_on.wait()

    async with Sandbox() as sandbox, taking(sandbox, tmp_path, handle):
        await sandbox.person("Alena").say("hello")
        await begun.wait()
        await asyncio.sleep(0.2)
        assert len(sandbox.world.updates.pending()) == 1
        go_on.set()
        await until(sandbox, lambda: not sandbox.world.updates.pending())


async def test_order_is_kept_within_a_chat_and_chats_run_side_by_side(tmp_path: Path, taking: Taking) -> None:
    done: list[str] = []
    slow = asyncio.Event()

    async def handle(update: Update) -> None:
        assert update.message is not None
        if update.message.text == "A0":
            await slow.wait()
        done.append(update.message.text or "")

    async with Sandbox() as sandbox:
        alena, barys = sandbox.person("Alena"), sandbox.person("Barys")
        for n in range(3):
            await alena.say(f"A{n}")
            await barys.say(f"B{n}")
        async with taking(sandbox, tmp_path, handle):
            await until(sandbox, lambda: len(done) == 3)
            assert done == ["B0", "B1", "B2"]
            slow.set()
            await until(sandbox, lambda: len(done) == 6)
    assert done[3:] == ["A0", "A1", "A2"]


async def test_a_poison_update_is_tried_twice_given_up_and_passed(tmp_path: Path, taking: Taking) -> None:
    tried: list[str] = []

    async def handle(update: Update) -> None:
        assert update.message is not None
        tried.append(update.message.text or "")
        if update.message.text == "poison":
            raise ValueError(update.message.text)

    async with Sandbox() as sandbox, taking(sandbox, tmp_path, handle) as given_up:
        alena = sandbox.person("Alena")
        await alena.say("poison")
        await alena.say("after it")
        await until(sandbox, lambda: not sandbox.world.updates.pending())
    assert tried == ["poison", "poison", "after it"]
    assert len(given_up) == 1
    assert given_up[0].startswith("E-")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"chat": []},
        {"chat": {"id": [1]}},
        {"chat": {"id": 5, "type": "private"}, "date": "yesterday", "message_id": 1},
    ],
    ids=["empty", "chat is a list", "id is a list", "bad date"],
)
async def test_an_update_that_cannot_be_parsed_stops_nobody(
    tmp_path: Path, payload: dict[str, object], taking: Taking
) -> None:
    texts, handle = collecting()
    async with Sandbox() as sandbox, taking(sandbox, tmp_path, handle) as given_up:
        sandbox.world.updates.add("message", payload)
        await sandbox.person("Alena").say("after it")
        await until(sandbox, lambda: not sandbox.world.updates.pending())
    assert texts == ["after it"]
    assert given_up == []


@pytest.mark.parametrize("number", [2**63, -1])
async def test_an_update_with_an_impossible_number_stops_nobody(
    tmp_path: Path, number: int, taking: Taking
) -> None:
    texts, handle = collecting()
    async with Sandbox() as sandbox, taking(sandbox, tmp_path, handle):
        sandbox.world.updates.add("message", {"text": "impossible"}, number=number)
        for n in range(2):
            await sandbox.person("Alena").say(f"after it {n}")
            await until(sandbox, lambda n=n: len(texts) == n + 1)  # type: ignore[misc]
    assert texts == ["after it 0", "after it 1"]


async def test_a_handler_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taking: Taking
) -> None:
    monkeypatch.setattr(handling, "HANDLER_S", 0.05)

    async def handle(_update: Update) -> None:
        await asyncio.sleep(5)

    async with Sandbox() as sandbox, taking(sandbox, tmp_path, handle) as given_up:
        await sandbox.person("Alena").say("hello")
        await until(sandbox, lambda: len(given_up) == 1)
    assert len(given_up) == 1, "once, not again when it ends"


async def test_what_never_left_is_tried_until_it_does(tmp_path: Path, quick: None, taking: Taking) -> None:
    tries = 0

    async def handle(_update: Update) -> None:
        nonlocal tries
        tries += 1
        if tries < 6:
            raise NotSentError("no connection")

    async with Sandbox() as sandbox, taking(sandbox, tmp_path, handle) as given_up:
        await sandbox.person("Alena").say("hello")
        await until(sandbox, lambda: not sandbox.world.updates.pending())
    assert (tries, given_up) == (6, [])


async def test_a_finished_update_that_comes_again_is_not_handled_again(
    tmp_path: Path, taking: Taking
) -> None:
    texts, handle = collecting()
    begun = asyncio.Event()

    async def hold_first(update: Update) -> None:
        assert update.message is not None
        if update.message.text == "first":
            begun.set()
            raise NotSentError("held")  # unfinished, so the offset cannot pass it
        await handle(update)

    async with Sandbox() as sandbox:
        alena, barys = sandbox.person("Alena"), sandbox.person("Barys")
        await alena.say("first")
        await barys.say("second")
        async with taking(sandbox, tmp_path, hold_first):
            await until(sandbox, lambda: texts == ["second"])
        async with taking(sandbox, tmp_path, handle):
            await until(sandbox, lambda: not sandbox.world.updates.pending())
    assert texts == ["second", "first"]


async def test_polls_that_repeat_their_offset_keep_half_a_second_apart(
    tmp_path: Path, polling: Taking
) -> None:
    go_on = asyncio.Event()

    async def handle(_update: Update) -> None:
        await go_on.wait()

    async with Sandbox() as sandbox, polling(sandbox, tmp_path, handle):
        await sandbox.person("Alena").say("hello")
        await asyncio.sleep(2)
        polls = [entry.time for entry in sandbox.calls("getUpdates")]
        assert all(later - earlier > 0.5 for earlier, later in pairwise(polls[1:]))
        assert sandbox.violations == []
        go_on.set()


async def test_while_one_chat_waits_for_its_reply_another_is_answered(
    tmp_path: Path, polling: Taking
) -> None:
    texts, collect = collecting()
    go_on = asyncio.Event()

    async def handle(update: Update) -> None:
        assert update.message is not None
        if update.message.text == "slow":
            await go_on.wait()
        await collect(update)

    async with Sandbox() as sandbox, polling(sandbox, tmp_path, handle):
        await sandbox.person("Alena").say("slow")
        await asyncio.sleep(0.1)  # two polls in a row have seen it alone
        for n in range(3):
            said = time.monotonic()
            await sandbox.person("Barys").say(f"quick {n}")
            await until(sandbox, lambda n=n: len(texts) == n + 1)  # type: ignore[misc]
            assert time.monotonic() - said < 2.5, "the slow one's turn is three seconds"
        go_on.set()
        await until(sandbox, lambda: not sandbox.world.updates.pending())


async def test_while_another_poller_holds_the_token_it_stands_by(
    tmp_path: Path, quick: None, polling: Taking
) -> None:
    texts, handle = collecting()
    async with Sandbox() as sandbox:
        sandbox.faults.add(
            "getUpdates", faults.error(409, "Conflict: terminated by other getUpdates request"), times=3
        )
        await sandbox.person("Alena").say("hello")
        async with polling(sandbox, tmp_path, handle):
            await until(sandbox, lambda: texts == ["hello"])
    assert [entry.code for entry in sandbox.calls("getUpdates")][:4] == [409, 409, 409, 200]


@pytest.mark.parametrize(
    "fault",
    [
        faults.drop_before(),
        faults.error(502, "Bad Gateway"),
        faults.garbage(),
        faults.drop_after(),
        faults.too_many_requests(1),
    ],
    ids=str,
)
async def test_a_poll_that_fails_is_repeated_and_loses_nothing(
    tmp_path: Path, quick: None, fault: faults.Fault, polling: Taking
) -> None:
    texts, handle = collecting()
    async with Sandbox(throttle=False) as sandbox:
        sandbox.faults.add("getUpdates", fault, times=2)
        await sandbox.person("Alena").say("hello")
        async with polling(sandbox, tmp_path, handle):
            await until(sandbox, lambda: bool(texts))
    assert texts == ["hello"]


async def test_a_revoked_token_ends_the_bot(tmp_path: Path, taking: Taking) -> None:
    _, handle = collecting()
    async with Sandbox() as sandbox:
        sandbox.faults.add("getUpdates", faults.error(401, "Unauthorized"))
        sandbox.faults.add("setWebhook", faults.error(401, "Unauthorized"))
        with pytest.raises(TokenRejectedError):
            async with taking(sandbox, tmp_path, handle):
                await asyncio.sleep(0.5)


async def test_a_database_that_fails_ends_the_bot_and_the_update_stays_with_telegram(
    tmp_path: Path, taking: Taking
) -> None:
    async def handle(_update: Update) -> None:
        engine = open_database(f"sqlite:///{tmp_path}/bot.sqlite")
        METADATA.drop_all(engine)
        engine.dispose()

    async with Sandbox() as sandbox:
        await sandbox.person("Alena").say("hello")
        with pytest.raises(OperationalError):
            async with taking(sandbox, tmp_path, handle):
                await asyncio.sleep(0.5)
        assert len(sandbox.world.updates.pending()) == 1


async def test_a_stop_leaves_what_was_not_begun_to_telegram(tmp_path: Path, taking: Taking) -> None:
    begun = asyncio.Event()
    texts, collect = collecting()

    async def handle(update: Update) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        await collect(update)

    async with Sandbox() as sandbox:
        alena = sandbox.person("Alena")
        await alena.say("begun")
        await alena.say("not begun")
        async with taking(sandbox, tmp_path, handle):
            await begun.wait()
        assert texts == ["begun"]
        # Polling has not confirmed "begun" yet, but knows that it is finished.
        assert 1 <= len(sandbox.world.updates.pending()) <= 2
        async with taking(sandbox, tmp_path, collect):
            await until(sandbox, lambda: not sandbox.world.updates.pending())
    assert texts == ["begun", "not begun"]


def test_numbers_of_handled_updates_are_forgotten_after_a_day(tmp_path: Path) -> None:
    now = 1_000_000.0
    engine = open_database(f"sqlite:///{tmp_path}/bot.sqlite")
    seen = Seen(engine, now=lambda: now)
    seen.finish(1)
    assert (seen.fail(2), seen.fail(2), seen.failures(2)) == (1, 2, 2)
    assert (seen.claim(1), seen.claim(2)) == (Claim.FINISHED, Claim.GRANTED)
    now += 24 * 3600
    seen.forget_old()
    assert seen.claim(1) is Claim.FINISHED
    now += 3600
    seen.forget_old()
    assert (seen.claim(1), seen.failures(2)) == (Claim.GRANTED, 0)
    engine.dispose()


def test_a_claim_is_held_for_its_lease_and_then_a_trace_of_a_crash(tmp_path: Path) -> None:
    now = 1_000_000.0
    engine = open_database(f"sqlite:///{tmp_path}/bot.sqlite")
    one, other = (Seen(engine, now=lambda: now) for _ in range(2))
    assert (one.claim(1), one.claim(1), other.claim(1)) == (Claim.GRANTED, Claim.GRANTED, Claim.HELD)
    one.release(1)
    assert other.claim(1) is Claim.GRANTED
    now += 31
    assert (one.claim(1), one.failures(1)) == (Claim.SUSPECT, 0), "it was not alone: nothing is proved"
    one.claim(1, alone=True)
    other.end_claims()
    other.forget_old()
    assert (other.claim(1), other.failures(1)) == (Claim.SUSPECT, 1)
    other.finish(1)
    assert one.claim(1) is Claim.FINISHED
    engine.dispose()


def test_the_pause_doubles_up_to_its_cap_and_starts_over() -> None:
    backoff = Backoff(1, 4)
    pauses = [backoff.next() for _ in range(4)]
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, [1, 2, 4, 4], strict=True))
    backoff.reset()
    assert backoff.next() <= 1


def test_updates_of_one_chat_share_a_queue_whatever_their_kind() -> None:
    chat = {"chat": {"id": 7}}
    updates = [
        {"message": chat},
        {"edited_message": chat},
        {"callback_query": {"message": chat, "from": {"id": 1}}},
    ]
    assert {chat_of({"update_id": 5, **update}) for update in updates} == {7}
    assert chat_of({"update_id": 5, "callback_query": {"from": {"id": 1}}}) == 1
    assert chat_of({"update_id": 5}) == "update 5"
