"""getUpdates as tdlib/telegram-bot-api does it: confirmation, throttle, expiry, conflict; and faults on the way."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import pytest
from aiohttp import ClientError, ClientSession
from sandboxes import Client

from bot.sandbox import faults
from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox


@pytest.fixture
async def api() -> AsyncIterator[Client]:
    async with Sandbox(throttle=False) as sandbox, ClientSession() as session:
        yield Client(sandbox, session)


async def said(api: Client, count: int) -> Person:
    person = api.sandbox.person("Alena")
    for number in range(count):
        await person.say(f"question {number}")
    return person


async def numbers(api: Client, **parameters: object) -> list[int]:
    return [update["update_id"] for update in await api.ok("getUpdates", **parameters)]


async def test_updates_wait_until_an_offset_confirms_them(api: Client) -> None:
    await said(api, 3)
    first = await numbers(api)
    assert (len(first), await numbers(api)) == (3, first)
    assert await numbers(api, offset=first[1]) == first[1:]
    assert await numbers(api, offset=0) == first[1:]


async def test_a_negative_offset_forgets_all_but_the_last(api: Client) -> None:
    await said(api, 5)
    last = await numbers(api, offset=-2)
    assert len(last) == 2
    assert await numbers(api) == last


async def test_a_limit_is_held_to_its_range_and_the_breach_is_noted(api: Client) -> None:
    await said(api, 3)
    assert len(await numbers(api, limit=2)) == 2
    assert len(await numbers(api, limit=0)) == 1
    assert api.sandbox.violations == ["call 5 getUpdates: limit: has 0 as its value, allowed are 1-100"]


async def test_a_long_poll_returns_when_somebody_writes(api: Client) -> None:
    person = await said(api, 1)
    seen = await numbers(api)
    poll = asyncio.create_task(numbers(api, offset=seen[-1] + 1, timeout=50))
    await asyncio.sleep(0.05)
    await person.say("another")
    assert await asyncio.wait_for(poll, 1) == [seen[-1] + 1]


async def test_a_long_poll_ends_empty_when_virtual_time_is_over(api: Client) -> None:
    poll = asyncio.create_task(numbers(api, timeout=50))
    await asyncio.sleep(0.05)
    api.sandbox.clock.advance(50)
    assert await asyncio.wait_for(poll, 1) == []


async def test_the_older_of_two_polls_gets_the_conflict(api: Client) -> None:
    older = asyncio.create_task(api.refused("getUpdates", timeout=50))
    await asyncio.sleep(0.05)
    newer = asyncio.create_task(numbers(api, timeout=50))
    assert await asyncio.wait_for(older, 1) == (
        "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    api.sandbox.clock.advance(50)
    assert await newer == []


async def test_allowed_updates_are_remembered_and_do_not_touch_what_waits(api: Client) -> None:
    person = await said(api, 1)
    assert len(await numbers(api, allowed_updates=["callback_query"])) == 1
    await person.say("not wanted")
    assert len(await numbers(api)) == 1
    await numbers(api, allowed_updates=[])
    await person.say("wanted again")
    assert len(await numbers(api)) == 2


async def test_updates_expire_by_kind(api: Client) -> None:
    person = await said(api, 1)
    keyboard = {"inline_keyboard": [[{"text": "b", "callback_data": "a"}]]}
    sent = await api.ok("sendMessage", chat_id=person.id, text="x", reply_markup=keyboard)
    await person.press(sent["message_id"], "b")
    assert len(await numbers(api)) == 2
    api.sandbox.clock.advance(151)
    assert len(await numbers(api)) == 1
    api.sandbox.clock.advance(86_400)
    assert await numbers(api) == []


async def test_the_same_offset_again_is_held_for_three_seconds_and_to_one_update() -> None:
    async with Sandbox() as sandbox, ClientSession() as session:
        api = Client(sandbox, session)
        await numbers(api, offset=7)
        person = await said(api, 2)
        assert len(await numbers(api, offset=7)) == 1
        await numbers(api, offset=800_000_000)
        await numbers(api, offset=800_000_001)
        started = monotonic()
        held = asyncio.create_task(numbers(api, offset=800_000_001))
        await asyncio.sleep(0.1)
        assert not held.done()
        sandbox.clock.advance(3)
        assert await held == []
        assert monotonic() - started < 2
        await person.say("late")


async def test_pending_updates_can_be_dropped_with_the_webhook(api: Client) -> None:
    await said(api, 2)
    assert (await api.ok("getWebhookInfo"))["pending_update_count"] == 2
    await api.ok("deleteWebhook", drop_pending_updates=True)
    assert await numbers(api) == []


async def test_a_dropped_call_was_not_accepted_before_and_was_accepted_after(api: Client) -> None:
    person = await said(api, 1)
    for fault, texts in ((faults.drop_before(), []), (faults.drop_after(), ["x"])):
        api.sandbox.faults.add("sendMessage", fault)
        with pytest.raises(ClientError):
            await api.ok("sendMessage", chat_id=person.id, text="x")
        assert [message.text for message in person.messages()] == texts
    assert [(call.verdict, call.fault) for call in api.sandbox.calls("sendMessage")] == [
        ("fault", "drop_before"),
        ("ok", "drop_after"),
    ]


@pytest.mark.parametrize(
    ("fault", "code", "parameters"),
    [
        (faults.error(502, "Bad Gateway"), 502, None),
        (faults.error(409, "Conflict: terminated by other getUpdates request"), 409, None),
        (faults.too_many_requests(7), 429, {"retry_after": 7}),
    ],
)
async def test_a_call_can_be_refused_on_demand(
    api: Client, fault: faults.Fault, code: int, parameters: dict[str, int] | None
) -> None:
    person = await said(api, 1)
    api.sandbox.faults.add("*", fault)
    status, body = await api.raw("sendMessage", chat_id=person.id, text="x")
    assert (status, body.get("parameters")) == (code, parameters)
    assert person.messages() == []
    await api.ok("sendMessage", chat_id=person.id, text="x")


async def test_garbage_is_not_json_and_the_message_was_sent(api: Client) -> None:
    person = await said(api, 1)
    api.sandbox.faults.add("sendMessage", faults.garbage())
    with pytest.raises(ValueError, match="Unterminated"):
        await api.ok("sendMessage", chat_id=person.id, text="x")
    assert len(person.messages()) == 1


async def test_a_delayed_call_is_accepted_late(api: Client) -> None:
    person = await said(api, 1)
    api.sandbox.faults.add("sendMessage", faults.delay(0.2))
    call = asyncio.create_task(api.ok("sendMessage", chat_id=person.id, text="x"))
    await asyncio.sleep(0.05)
    assert person.messages() == []
    await call
    assert len(person.messages()) == 1


async def test_a_bot_library_of_others_reads_every_reply() -> None:
    from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters

    async with Sandbox() as sandbox, Bot(sandbox.token, base_url=sandbox.api_url) as bot:
        person = sandbox.person("Alena", language_code="be")
        question = await person.start("c_losik")
        [update] = await bot.get_updates()
        assert update.message is not None
        assert update.message.parse_entities(["bot_command"])
        sent = await bot.send_message(
            person.id,
            "a quote",
            entities=[MessageEntity("blockquote", 0, 7)],
            reply_parameters=ReplyParameters(question),
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="1m")]]),
        )
        reply = await person.wait_for_reply(question, timeout_s=1)
        assert (reply.id, reply.quotes, reply.silent) == (sent.message_id, ["a quote"], False)
        await person.press(reply, "More")
        updates = await bot.get_updates(offset=update.update_id + 1)
        assert updates[0].callback_query is not None
        assert updates[0].callback_query.data == "1m"
        assert sandbox.violations == []
