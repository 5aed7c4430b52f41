"""The sandbox's webhook as tdlib/telegram-bot-api does it (WebhookActor.cpp), seen by a receiver that knows no bot."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from sandboxes import Client

from bot.sandbox.server import Sandbox
from bot.sandbox.webhook import check

Answer = Callable[[dict[str, Any]], tuple[int, dict[str, str]]]


@dataclass
class Receiver:
    """Notes what comes in; answers as told, when told."""

    url: str = ""
    answer: Answer = lambda _: (200, {})
    held: asyncio.Event = field(default_factory=asyncio.Event)
    texts: list[str] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    inside: int = 0
    most: int = 0

    async def post(self, request: web.Request) -> web.Response:
        update = json.loads(await request.read())
        self.texts.append(update["message"]["text"])
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.inside += 1
        self.most = max(self.most, self.inside)
        await self.held.wait()
        self.inside -= 1
        status, headers = self.answer(update)
        return web.Response(status=status, headers=headers)


@pytest.fixture
async def api() -> AsyncIterator[Client]:
    async with Sandbox(throttle=False) as sandbox, ClientSession() as session:
        yield Client(sandbox, session)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    receiver.held.set()
    app = web.Application()
    app.router.add_post("/hook", receiver.post)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_updates_are_posted_in_order_with_the_secret_and_are_gone_when_accepted(
    api: Client, receiver: Receiver
) -> None:
    person = api.sandbox.person("Alena")
    await person.say("before")
    await api.ok("setWebhook", url=receiver.url, secret_token="s-1_")
    await person.say("after")
    await until(lambda: not api.sandbox.world.updates.pending())
    assert (receiver.texts, receiver.secrets) == (["before", "after"], ["s-1_", "s-1_"])
    assert (await api.ok("getWebhookInfo"))["url"] == receiver.url


async def test_one_update_of_a_chat_is_in_flight_and_chats_run_side_by_side(
    api: Client, receiver: Receiver
) -> None:
    receiver.held.clear()
    await api.ok("setWebhook", url=receiver.url, max_connections=3)
    for name in "ABCDE":
        person = api.sandbox.person(name)
        for number in range(2):
            await person.say(f"{name}{number}")
    await until(lambda: receiver.inside == 3)
    await asyncio.sleep(0.05)
    assert receiver.texts == ["A0", "B0", "C0"]
    receiver.held.set()
    await until(lambda: not api.sandbox.world.updates.pending())
    assert receiver.most == 3
    for name in "ABCDE":
        assert [text for text in receiver.texts if text[0] == name] == [f"{name}0", f"{name}1"]


async def test_a_failure_is_repeated_at_once_and_then_with_growing_pauses(
    api: Client, receiver: Receiver
) -> None:
    receiver.answer = lambda _: (500, {})
    await api.ok("setWebhook", url=receiver.url)
    await api.sandbox.person("Alena").say("hello")
    await until(lambda: len(receiver.texts) == 2)
    for tries, pause_s in ((3, 2), (4, 4), (5, 8)):
        api.sandbox.clock.advance(pause_s - 1)
        await asyncio.sleep(0.05)
        assert len(receiver.texts) == tries - 1
        api.sandbox.clock.advance(1)
        await until(lambda tries=tries: len(receiver.texts) == tries)
    info = await api.ok("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
    assert info["pending_update_count"] == 1
    receiver.answer = lambda _: (200, {})
    api.sandbox.clock.advance(120)
    await until(lambda: not api.sandbox.world.updates.pending())


async def test_retry_after_is_honoured_and_holds_its_chat_alone(api: Client, receiver: Receiver) -> None:
    receiver.answer = lambda update: (
        (503, {"Retry-After": "30"}) if update["message"]["text"] == "A" else (200, {})
    )
    await api.ok("setWebhook", url=receiver.url)
    await api.sandbox.person("Alena").say("A")
    await api.sandbox.person("Barys").say("B")
    await until(lambda: receiver.texts == ["A", "B"])
    api.sandbox.clock.advance(29)
    await asyncio.sleep(0.05)
    assert receiver.texts == ["A", "B"]
    api.sandbox.clock.advance(1)
    await until(lambda: receiver.texts == ["A", "B", "A"])


async def test_an_update_that_would_expire_before_the_next_try_is_dropped(
    api: Client, receiver: Receiver
) -> None:
    receiver.answer = lambda _: (503, {"Retry-After": "3600"})
    await api.ok("setWebhook", url=receiver.url)
    await api.sandbox.person("Alena").say("hello")
    await until(lambda: len(receiver.texts) == 1)
    api.sandbox.clock.advance(86_400 - 3000)
    await until(lambda: not api.sandbox.world.updates.pending())
    assert len(receiver.texts) == 2


async def test_an_address_that_is_gone_for_23_hours_is_forgotten(api: Client, receiver: Receiver) -> None:
    receiver.answer = lambda _: (410, {"Retry-After": "3600"})
    await api.ok("setWebhook", url=receiver.url)
    await api.sandbox.person("Alena").say("hello")
    await until(lambda: len(receiver.texts) == 1)
    await asyncio.sleep(0.05)
    api.sandbox.clock.advance(23 * 3600)
    await until(lambda: len(receiver.texts) == 2)
    await until(lambda: api.sandbox.pusher.info()["url"] == "")
    await api.sandbox.person("Barys").say("hello")
    assert len(await api.ok("getUpdates")) == 1, "what comes now can be polled"
    assert len(receiver.texts) == 2, "nothing more is posted"


async def test_polls_are_refused_while_there_is_a_webhook(api: Client, receiver: Receiver) -> None:
    receiver.answer = lambda _: (503, {"Retry-After": "60"})
    await api.ok("setWebhook", url=receiver.url)
    await api.sandbox.person("Alena").say("hello")
    assert await api.refused("getUpdates") == (
        "409 Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    await api.ok("deleteWebhook")
    assert len(await api.ok("getUpdates")) == 1
    assert (await api.ok("getWebhookInfo"))["url"] == ""


async def test_a_webhook_can_be_set_once_a_second(api: Client, receiver: Receiver) -> None:
    await api.ok("setWebhook", url=receiver.url)
    assert await api.refused("setWebhook", url=receiver.url) == "429 Too Many Requests: retry after 1"
    api.sandbox.clock.advance(1)
    await api.ok("setWebhook", url="")
    assert (await api.ok("getWebhookInfo"))["url"] == ""


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("http://bot.example/hook", None, "An HTTPS URL must be provided"),
        ("https://bot.example:8444/hook", None, "ports 80, 88, 443 or 8443"),
        ("https://bot.example/hook", None, "loopback addresses only"),
        ("http://127.0.0.1:9/hook", "with space", "unallowed characters"),
    ],
)
def test_an_address_that_telegram_refuses_is_refused(url: str, secret: str | None, words: str) -> None:
    with pytest.raises(Exception, match=words):
        check(url, secret)
