"""Groups in the sandbox: what of them a bot is told, and what it may do there."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from sandboxes import Client

from bot.sandbox import groups
from bot.sandbox.people import Person, Room
from bot.sandbox.rates import Rates
from bot.sandbox.server import Sandbox
from bot.sandbox.specification import Fact, load

NAME = "@sprava_sandbox_bot"


@pytest.fixture
async def api() -> AsyncIterator[Client]:
    async with Sandbox(throttle=False) as sandbox, ClientSession() as session:
        yield Client(sandbox, session)


async def updates(api: Client) -> list[dict[str, Any]]:
    """What the bot is told since the last call; each update is as the specification says."""
    found: list[dict[str, Any]] = await api.ok("getUpdates")
    if found:
        await api.ok("getUpdates", offset=found[-1]["update_id"] + 1)
    specification = load()
    for update in found:
        assert specification.breaches(Fact(("Update",), required=True), update, "update") == []
    return found


def group(api: Client, *, kind: str = "supergroup", bot: str = "member") -> tuple[Person, Room]:
    alena = api.sandbox.person("Alena")
    room = api.sandbox.room("Friends", alena, api.sandbox.person("Barys"), kind=kind)
    room.set_bot(alena, bot)
    return alena, room


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"/ask{NAME} Who?", True),
        (f"/ASK{NAME.upper()} Who?", True),
        ("/ask Who?", False),
        ("/ask@other_bot Who?", False),
        ("Who was freed?", False),
        (f"{NAME} who was freed?", False),
    ],
)
async def test_a_member_in_privacy_mode_is_told_what_is_addressed_to_it(
    api: Client, text: str, told: bool
) -> None:
    alena, room = group(api)
    await updates(api)
    await alena.say(text, room=room)
    assert [update["message"]["text"] for update in await updates(api)] == ([text] if told else [])


async def test_a_general_command_reaches_the_bot_that_spoke_last(api: Client) -> None:
    alena, room = group(api)
    await api.ok("sendMessage", chat_id=room.id, text="Hello")
    await updates(api)
    await alena.say("/ask Who?", room=room)
    await alena.say("/ask Who?", room=room)
    assert [update["message"]["text"] for update in await updates(api)] == ["/ask Who?"]


async def test_a_reply_to_the_bot_reaches_it_and_a_reply_to_somebody_else_does_not(api: Client) -> None:
    alena, room = group(api)
    sent = await api.ok("sendMessage", chat_id=room.id, text="Hello")
    await updates(api)
    mine = await alena.say("And then?", room=room, reply_to=sent["message_id"])
    await alena.say("Nothing", room=room, reply_to=mine)
    (update,) = await updates(api)
    assert update["message"]["reply_to_message"]["text"] == "Hello"
    assert update["message"]["chat"] == {"id": room.id, "type": "supergroup", "title": "Friends"}


async def test_an_administrator_is_told_everything(api: Client) -> None:
    alena, room = group(api, bot="administrator")
    await updates(api)
    await alena.say(f"{NAME} who?", room=room)
    await alena.say("Good morning", room=room)
    assert len(await updates(api)) == 2


async def test_an_edit_is_told_only_where_the_message_was(api: Client) -> None:
    alena, room = group(api)
    heard, unheard = await alena.say(f"/ask{NAME} a", room=room), await alena.say("b", room=room)
    await updates(api)
    for message in (heard, unheard):
        await alena.edit(message, f"/ask{NAME} c")
    assert [update["edited_message"]["message_id"] for update in await updates(api)] == [heard]


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_being_added_and_removed_is_a_change_of_membership(api: Client, kind: str) -> None:
    alena, room = group(api, kind=kind, bot="administrator")
    room.set_bot(alena, "kicked")
    changes = [update["my_chat_member"] for update in await updates(api) if "my_chat_member" in update]
    assert [(c["old_chat_member"]["status"], c["new_chat_member"]["status"]) for c in changes] == [
        ("left", "administrator"),
        ("administrator", "kicked"),
    ]
    assert (room.id < -1_000_000_000_000) == (kind != "group")
    assert await api.refused("sendMessage", chat_id=room.id, text="x") == (
        f"403 Forbidden: bot was kicked from the {kind} chat"
    )


async def test_a_bot_leaves_a_group_once_and_no_private_chat(api: Client) -> None:
    alena, room = group(api)
    await updates(api)
    assert await api.ok("leaveChat", chat_id=room.id) is True
    assert room.group.bot == "left"
    assert [u["my_chat_member"]["new_chat_member"]["status"] for u in await updates(api)] == ["left"]
    words = "403 Forbidden: bot is not a member of the supergroup chat"
    assert await api.refused("leaveChat", chat_id=room.id) == words
    assert (await api.refused("leaveChat", chat_id=alena.id)).startswith("400")
    assert await api.refused("leaveChat", chat_id=-99) == "400 Bad Request: chat not found"


async def test_a_group_that_was_upgraded_names_its_new_id(api: Client) -> None:
    _, room = group(api, kind="group")
    new = groups.upgrade(api.sandbox.world, room.group)
    status, body = await api.raw("sendMessage", chat_id=room.id, text="x")
    assert (status, body["parameters"]) == (400, {"migrate_to_chat_id": new.id})
    assert body["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert (await api.ok("sendMessage", chat_id=new.id, text="x"))["chat"]["id"] == new.id
    assert any("migrate_to_chat_id" in update.get("message", {}) for update in await updates(api))


async def test_somebody_who_is_not_in_a_group_cannot_write_there(api: Client) -> None:
    _, room = group(api)
    stranger = api.sandbox.person("Stranger")
    with pytest.raises(ValueError, match="not in Friends"):
        await stranger.say("hello", room=room)
    groups.join(api.sandbox.world, room.group, stranger.account)
    assert await stranger.say("hello", room=room)


async def test_a_group_takes_twenty_messages_a_minute() -> None:
    async with Sandbox(rates=Rates(), throttle=False) as sandbox, ClientSession() as session:
        api = Client(sandbox, session)
        _, room = group(api)
        for _ in range(20):
            await api.ok("sendMessage", chat_id=room.id, text="x")
        assert (await api.refused("sendMessage", chat_id=room.id, text="x")).startswith("429")
        sandbox.clock.advance(61)
        await api.ok("sendMessage", chat_id=room.id, text="x")
        assert sandbox.violations == []


async def test_a_button_in_a_group_is_pressed_by_anybody(api: Client) -> None:
    _, room = group(api)
    keyboard = {"inline_keyboard": [[{"text": "b", "callback_data": "a"}]]}
    sent = await api.ok("sendMessage", chat_id=room.id, text="x", reply_markup=keyboard)
    await updates(api)
    await api.sandbox.person("Vera").press(sent["message_id"], "b")
    (update,) = await updates(api)
    assert update["callback_query"]["from"]["first_name"] == "Vera"
    assert update["callback_query"]["message"]["chat"]["id"] == room.id
