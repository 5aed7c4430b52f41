"""Inline and guest queries in the sandbox: the limits of answers, the cache, and the message that comes of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from sandboxes import Client
from test_sandbox_groups import NAME, group, updates

from bot.sandbox.server import Sandbox

OLD = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest.fixture
async def api() -> AsyncIterator[Client]:
    async with Sandbox(throttle=False) as sandbox, ClientSession() as session:
        yield Client(sandbox, session)


def article(number: int = 1, **more: Any) -> dict[str, Any]:
    content = {"message_text": f"Text {number}", "entities": [{"type": "bold", "offset": 0, "length": 4}]}
    return {"type": "article", "id": str(number), "title": "Title", "input_message_content": content} | more


async def test_a_query_is_asked_answered_and_its_result_posted(api: Client) -> None:
    alena, room = group(api)
    await updates(api)
    query = await alena.type_inline("who", room=room)
    (update,) = await updates(api)
    asked = update["inline_query"]
    assert (asked["id"], asked["query"], asked["offset"], asked["chat_type"]) == (
        query,
        "who",
        "",
        "supergroup",
    )
    assert await api.ok("answerInlineQuery", inline_query_id=query, results=[article(1), article(2)]) is True
    assert len((await alena.wait_for_results(query)).results) == 2
    posted = await alena.choose(query, "2")
    assert (posted.text, posted.entities[0]["type"]) == ("Text 2", "bold")
    (update,) = await updates(api)
    assert update["message"]["via_bot"]["id"] == 7_000_000_001
    assert update["message"]["from"]["first_name"] == "Alena"
    with pytest.raises(LookupError):
        await alena.choose(query, "3")
    assert api.sandbox.violations == []


async def test_a_result_posted_where_the_bot_is_not_is_not_told(api: Client) -> None:
    alena, room = group(api, bot="left")
    query = await alena.type_inline("who", room=room)
    await api.ok("answerInlineQuery", inline_query_id=query, results=[article()])
    await updates(api)
    await alena.choose(query, "1")
    assert await updates(api) == []
    assert [message.text for message in room.posted()] == ["Text 1"]


@pytest.mark.parametrize(("cache", "seconds"), [({}, 300), ({"cache_time": 20}, 20), ({"cache_time": 0}, 0)])
async def test_an_answer_is_given_to_everybody_who_types_the_same_until_it_is_old(
    api: Client, cache: dict[str, int], seconds: int
) -> None:
    alena, barys = api.sandbox.person("Alena"), api.sandbox.person("Barys")
    query = await alena.type_inline("who")
    await api.ok("answerInlineQuery", inline_query_id=query, results=[article()], **cache)
    await updates(api)
    if seconds:
        api.sandbox.clock.advance(seconds - 2)
        kept = await barys.wait_for_results(await barys.type_inline("who"))
        assert [result["id"] for result in kept.results] == ["1"]
        assert await updates(api) == []
    await barys.type_inline("whom")
    assert len(await updates(api)) == 1
    api.sandbox.clock.advance(3)
    await barys.type_inline("who")
    assert len(await updates(api)) == 1


async def test_a_personal_answer_is_kept_for_its_person_alone(api: Client) -> None:
    alena, barys = api.sandbox.person("Alena"), api.sandbox.person("Barys")
    query = await alena.type_inline("who")
    await api.ok("answerInlineQuery", inline_query_id=query, results=[], is_personal=True)
    await updates(api)
    await alena.wait_for_results(await alena.type_inline("who"))
    assert await updates(api) == []
    await barys.type_inline("who")
    assert len(await updates(api)) == 1


@pytest.mark.parametrize(
    ("results", "refusal"),
    [
        ([article(n) for n in range(51)], "RESULTS_TOO_MUCH"),
        ([article(1), article(1)], "RESULT_ID_DUPLICATE"),
        ([article(id="a" * 65)], "65 bytes"),
        ([article(id="ш" * 33)], "66 bytes"),
        ([article(id="")], "0 bytes"),
        ([article(title=" ")], "ARTICLE_TITLE_EMPTY"),
        ([article(input_message_content={"message_text": ""})], "message_text"),
        ([article(input_message_content={"message_text": "a" * 4097})], "4097 characters"),
        ([article(input_message_content={"message_text": " \n"})], "text must be non-empty"),
        ([article(reply_markup={"inline_keyboard": [[{"text": "b"}]]})], "unallowed"),
        ([article(colour="red")], "colour: unknown field"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_wrong_answer_is_refused_and_is_a_breach(api: Client, results: Any, refusal: str) -> None:
    query = await api.sandbox.person("Alena").type_inline("who")
    assert refusal in await api.refused("answerInlineQuery", inline_query_id=query, results=results)
    assert api.sandbox.violations
    await api.ok("answerInlineQuery", inline_query_id=query, results=[article(n) for n in range(50)])


async def test_an_entity_outside_the_text_of_a_result_is_noted(api: Client) -> None:
    query = await api.sandbox.person("Alena").type_inline("who")
    content = {"message_text": "ab", "entities": [{"type": "bold", "offset": 1, "length": 9}]}
    await api.raw(
        "answerInlineQuery", inline_query_id=query, results=[article(input_message_content=content)]
    )
    assert api.sandbox.violations


@pytest.mark.parametrize(
    ("button", "accepted"),
    [
        ({"text": "Open", "start_parameter": "a_B-9"}, True),
        ({"text": "Open", "start_parameter": "a b"}, False),
        ({"text": "Open", "start_parameter": "a" * 65}, False),
        ({"text": " ", "start_parameter": "a"}, False),
        ({"text": "Open"}, False),
    ],
)
async def test_the_button_above_the_results_opens_the_private_chat(
    api: Client, button: dict[str, str], accepted: bool
) -> None:
    query = await api.sandbox.person("Alena").type_inline("who")
    status, _ = await api.raw("answerInlineQuery", inline_query_id=query, results=[], button=button)
    assert (status == 200) is accepted
    assert bool(api.sandbox.violations) is not accepted


async def test_an_answer_comes_within_thirty_seconds_and_once(api: Client) -> None:
    alena = api.sandbox.person("Alena")
    query = await alena.type_inline("who")
    await api.ok("answerInlineQuery", inline_query_id=query, results=[])
    assert await api.refused("answerInlineQuery", inline_query_id=query, results=[]) == OLD
    late = await alena.type_inline("whom")
    api.sandbox.clock.advance(31)
    assert await api.refused("answerInlineQuery", inline_query_id=late, results=[]) == OLD
    assert await updates(api) == []


async def test_a_query_has_at_most_256_characters(api: Client) -> None:
    alena = api.sandbox.person("Alena")
    await alena.type_inline("🔔" * 128)
    with pytest.raises(ValueError, match="256"):
        await alena.type_inline("🔔" * 128 + "a")


async def test_a_mention_where_the_bot_is_not_is_a_guest_query_answered_once(api: Client) -> None:
    alena, room = group(api, bot="left")
    message = await alena.say(f"{NAME} who?", room=room)
    await alena.say("nothing for the bot", room=room)
    (update,) = await updates(api)
    guest = update["guest_message"]
    assert (guest["message_id"], guest["chat"]["id"], guest["text"]) == (message, room.id, f"{NAME} who?")
    query = guest["guest_query_id"]
    sent = await api.ok("answerGuestQuery", guest_query_id=query, result=article())
    assert set(sent) == {"inline_message_id"}
    reply = await room.wait_for_reply(message)
    assert reply.text == "Text 1"
    assert await api.refused("answerGuestQuery", guest_query_id=query, result=article()) == OLD
    assert await api.refused("answerGuestQuery", guest_query_id="7", result=article()) == OLD
    assert await api.refused("sendMessage", chat_id=room.id, text="x") == (
        "403 Forbidden: bot is not a member of the supergroup chat"
    )
    assert api.sandbox.violations == []
