"""The endpoint: only Telegram is let in, 200 means handled, and no body is logged or repeated for ever."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from doors import SECRET, a_door
from telegram import Update
from test_logs import logged

from bot import webhook
from bot.asker import Crowd
from bot.database import open_database
from bot.handling import Handling
from bot.sandbox.server import Sandbox
from bot.seen import Seen
from bot.settings import AddressError, BotSettings, SecretError
from bot.transport import NotSentError, TelegramBot
from bot.webhook import MAX_BODY_BYTES, Webhook, path_of

HEADER = "X-Telegram-Bot-Api-Secret-Token"
Post = Callable[..., Awaitable[tuple[int, str | None]]]


def update(
    number: int, text: str = "where is my brother", *, person: int = 5100000001, date: int = 1_790_000_000
) -> dict[str, Any]:
    chat = {"id": person, "type": "private", "first_name": "Zyanon"}
    author = {"id": person, "is_bot": False, "first_name": "Zyanon"}
    message = {"message_id": number, "date": date, "chat": chat, "from": author, "text": text}
    return {"update_id": number, "message": message}


@asynccontextmanager
async def listening(
    folder: Path, handle: Callable[[Update], Awaitable[None]], *, crowd: Crowd | None = None
) -> AsyncIterator[Post]:
    """A webhook at work; yields a function that posts to it and returns status and Retry-After."""
    door = a_door()
    engine = open_database(f"sqlite:///{folder}/bot.sqlite")

    async def give_up(_update: Update, _code: str) -> None:
        return

    async with Sandbox() as sandbox, ClientSession() as session:
        bot = TelegramBot(sandbox.token, api_url=sandbox.api_url, poll_timeout_s=50)
        await bot.initialize()
        handling = Handling(bot, Seen(engine, now=lambda: 0.0), handle=handle, give_up=give_up)
        taking = Webhook(bot, handling, crowd=crowd or Crowd(), door=door)
        task = asyncio.create_task(taking.run())
        async with asyncio.timeout(5):
            while not sandbox.calls("setWebhook"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        async def post(
            body: bytes | dict[str, Any], *, secret: str | None = SECRET, path: str = path_of(SECRET)
        ) -> tuple[int, str | None]:
            payload = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers = {} if secret is None else {HEADER: secret}
            async with session.post(door.url + path, data=payload, headers=headers) as answer:
                return answer.status, answer.headers.get("Retry-After")

        yield post
        taking.stop()
        await task
        await bot.shutdown()
        engine.dispose()


async def nothing(_update: Update) -> None:
    return


async def test_telegram_is_told_a_secret_a_path_and_the_kinds_that_are_handled(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        bot = TelegramBot(sandbox.token, api_url=sandbox.api_url, poll_timeout_s=50)
        await bot.initialize()
        engine, door = open_database(f"sqlite:///{tmp_path}/bot.sqlite"), a_door()
        handling = Handling(bot, Seen(engine, now=lambda: 0.0), handle=nothing, give_up=None)  # type: ignore[arg-type]
        taking = Webhook(bot, handling, crowd=Crowd(), door=door, allowed=["message"])
        task = asyncio.create_task(taking.run())
        async with asyncio.timeout(5):
            while not (set_to := sandbox.calls("setWebhook")):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        taking.stop()
        await task
        await bot.shutdown()
        engine.dispose()
        assert set_to[0].parameters["url"] == door.url + path_of(SECRET)
        assert set_to[0].parameters["secret_token"] == SECRET
        assert set_to[0].parameters["allowed_updates"] == ["message"]
        assert sandbox.violations == []


@pytest.mark.parametrize("secret", [None, "", SECRET[:-1], SECRET + "x", SECRET.upper(), "x" * 5000])
async def test_without_the_secret_nothing_is_read_or_handled(tmp_path: Path, secret: str | None) -> None:
    handled: list[int] = []

    async def handle(got: Update) -> None:
        handled.append(got.update_id)

    async with listening(tmp_path, handle) as post:
        assert await post(update(1), secret=secret) == (403, None)
        assert await post(b"not json", secret=secret) == (403, None)
        assert (await post(update(1), path="/"))[0] == 404
    assert handled == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"\xff\xfe",
        b"{}",
        b'{"update_id":null}',
        b'{"update_id":true}',
        b'{"update_id":-5}',
        b'{"update_id":%d}' % 2**64,
        b'{"update_id":1,"message":' + b"[" * 60 + b"]" * 60 + b"}",
        b'{"update_id":' + b"[" * 100_000,
        b'{"update_id":1,"message":"' + b"x" * MAX_BODY_BYTES + b'"}',
    ],
    ids=lambda body: f"{body[:24]!r} {len(body)}",
)
async def test_a_body_that_cannot_be_used_is_refused_twice_and_then_accepted(
    tmp_path: Path, body: bytes
) -> None:
    with logged() as log:
        async with listening(tmp_path, nothing) as post:
            assert [(await post(body))[0] for _ in range(4)] == [400, 400, 200, 200]
            assert (await post(update(7)))[0] == 200
    assert "webhook body unusable" in log.getvalue()


async def test_200_comes_after_handling_and_a_finished_update_is_not_handled_again(tmp_path: Path) -> None:
    handled: list[int] = []
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(got: Update) -> None:
        begun.set()
        await go_on.wait()
        handled.append(got.update_id)

    async with listening(tmp_path, handle) as post:
        first = asyncio.create_task(post(update(1)))
        await begun.wait()
        await asyncio.sleep(0.05)
        assert not first.done()
        assert await post(update(1)) == (503, "2"), "it is being handled"
        go_on.set()
        assert (await first)[0] == 200
        assert (await post(update(1)))[0] == 200
    assert handled == [1]


async def test_a_first_failure_is_503_and_the_second_is_given_up(tmp_path: Path) -> None:
    async def fail(_update: Update) -> None:
        raise ValueError("where is my brother")

    with logged() as log:
        async with listening(tmp_path, fail) as post:
            assert [await post(update(1)) for _ in range(3)] == [(503, None), (200, None), (200, None)]
    told = log.getvalue()
    assert "update given up" in told
    assert [word for word in ("brother", "Zyanon", "5100000001", SECRET) if word in told] == []


async def test_a_rush_begins_with_many_in_flight_and_ends_when_nobody_has_waited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "_CALM_S", 0.1)
    crowd, go_on = Crowd(), asyncio.Event()

    async def hold(_update: Update) -> None:
        await go_on.wait()

    now = int(time.time())
    async with listening(tmp_path, hold, crowd=crowd) as post:
        many = [asyncio.create_task(post(update(n, person=n, date=now))) for n in range(1, 61)]
        await asyncio.sleep(0.5)
        assert not crowd.lasts, "sixty are no rush"
        many += [asyncio.create_task(post(update(n, person=n, date=now))) for n in range(61, 91)]
        await asyncio.sleep(0.5)
        assert crowd.lasts
        go_on.set()
        await asyncio.gather(*many)
        await asyncio.sleep(0.2)
        await post(update(91, date=now - 60))
        assert crowd.lasts, "what comes has waited at Telegram"
        await asyncio.sleep(0.2)
        await post(update(92, date=now))
        assert not crowd.lasts


async def test_a_few_that_waited_while_the_bot_was_down_are_no_rush(tmp_path: Path) -> None:
    crowd = Crowd()
    async with listening(tmp_path, nothing, crowd=crowd) as post:
        await asyncio.gather(*(post(update(n, person=n)) for n in range(1, 31)))
        assert not crowd.lasts


async def test_while_telegram_cannot_be_reached_the_update_waits_there(tmp_path: Path) -> None:
    async def unreachable(_update: Update) -> None:
        raise NotSentError("no connection")

    async with listening(tmp_path, unreachable) as post:
        assert [await post(update(1)) for _ in range(5)] == [(503, "5")] * 5


async def test_a_claim_of_another_process_is_503(tmp_path: Path) -> None:
    async with listening(tmp_path, nothing) as post:
        other = open_database(f"sqlite:///{tmp_path}/bot.sqlite")
        Seen(other, now=lambda: 0.0).claim(1)
        assert await post(update(1)) == (503, "2")
        Seen(other, now=lambda: 31.0).finish(1)
        assert (await post(update(1)))[0] == 200
        other.dispose()


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("webhook_url", "http://bot.example", AddressError),
        ("webhook_url", "https://bot.example:8444", AddressError),
        ("webhook_url", "https://bot.example:99999", AddressError),
        ("webhook_url", None, AddressError),
        ("webhook_secret", "x" * 31, SecretError),
        ("webhook_secret", "x" * 31 + "!", SecretError),
        ("webhook_secret", None, SecretError),
        ("webhook_listen", "8443", AddressError),
        ("webhook_listen", "127.0.0.1:x", AddressError),
    ],
)
def test_settings_that_cannot_work_are_refused_in_one_line(
    home: Path, name: str, value: str | None, error: type[Exception]
) -> None:
    good = {"webhook_url": "https://bot.example/a/", "webhook_secret": SECRET, "webhook_listen": "[::1]:8443"}
    door = BotSettings(**good).door()
    assert (door.url, door.host, door.port) == ("https://bot.example/a", "::1", 8443)
    with pytest.raises(error) as caught:
        BotSettings(**good | {name: value}).door()
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)
