"""The emulated methods: each refusal and each effect as the Bot API documents it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from sandboxes import Client

from bot.sandbox.faults import FaultPlan
from bot.sandbox.rates import Rates
from bot.sandbox.server import Sandbox
from bot.sandbox.specification import Fact, load
from bot.sandbox.world import CONTENT


@pytest.fixture
async def api() -> AsyncIterator[Client]:
    async with Sandbox(throttle=False) as sandbox, ClientSession() as session:
        yield Client(sandbox, session)


async def started(api: Client, **about: Any) -> Any:
    person = api.sandbox.person("Alena", **about)
    await person.start()
    return person


async def test_a_wrong_token_is_unauthorized(api: Client) -> None:
    status, body = await api.raw("getMe", token="1:wrong")
    assert (status, body) == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})


async def test_an_unknown_method_is_not_found_and_a_breach(api: Client) -> None:
    assert await api.refused("sendMassage") == "404 Not Found: method not found"
    assert api.sandbox.violations == ["call 1 sendMassage: unknown method"]


async def test_an_unknown_parameter_is_a_breach_but_no_error(api: Client) -> None:
    person = await started(api)
    await api.ok("sendMessage", chat_id=person.id, text="hi", colour="red")
    assert api.sandbox.violations == ["call 2 sendMessage: unknown parameter colour"]


async def test_method_names_are_not_case_sensitive(api: Client) -> None:
    assert (await api.ok("GETME"))["is_bot"] is True


@pytest.mark.parametrize("how", ["query", "form", "multipart", "json"])
async def test_parameters_come_in_four_ways(api: Client, how: str) -> None:
    person = await started(api)
    reply = {"message_id": 1}
    flat = {"chat_id": str(person.id), "text": "привет", "reply_parameters": json.dumps(reply)}
    multipart = FormData(flat)
    multipart.add_field("unused", b"x", filename="x.bin")
    sent: dict[str, Any] = {
        "query": {"params": flat},
        "form": {"data": flat},
        "multipart": {"data": multipart},
        "json": {"json": {"chat_id": person.id, "text": "привет", "reply_parameters": reply}},
    }[how]
    async with ClientSession() as session:
        verb = session.get if how == "query" else session.post
        async with verb(f"{api.sandbox.api_url}{api.sandbox.token}/sendMessage", **sent) as response:
            result = (await response.json())["result"]
    assert (result["text"], result["reply_to_message"]["message_id"]) == ("привет", 1)


async def test_replies_are_as_the_documentation_types_them(api: Client) -> None:
    specification = load()
    person = await started(api, language_code="be", username="alena")
    keyboard = {"inline_keyboard": [[{"text": "More", "callback_data": "1m"}]]}
    quote = {"message_id": 1, "quote": "start"}
    bold = [{"type": "bold", "offset": 0, "length": 2}]
    message = await api.ok(
        "sendMessage", chat_id=person.id, text="hi there", entities=bold, reply_markup=keyboard, reply_parameters=quote
    )  # fmt: skip
    await person.press(message["message_id"], "More")
    await person.edit(1, "/start again")
    person.block()
    person.unblock()
    updates = await api.ok("getUpdates")
    assert {key for update in updates for key in update} == {
        "update_id", "message", "edited_message", "callback_query", "my_chat_member",
    }  # fmt: skip
    replies = {
        "Message": message,
        "User": await api.ok("getMe"),
        "WebhookInfo": await api.ok("getWebhookInfo"),
        "ChatFullInfo": await api.ok("getChat", chat_id=person.id),
        "Array of Update": updates,
    }
    for kind, value in replies.items():
        assert specification.breaches(Fact((kind,), True), value, kind) == []
    assert message["quote"] == {"text": "start", "position": 1, "is_manual": True}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": 5}, "message text is empty"),
        ({"chat_id": 5, "text": "x"}, "chat not found"),
        ({"chat_id": "@nobody", "text": "x"}, "chat not found"),
        ({"chat_id": "--5", "text": "x"}, "chat not found"),
        ({"chat_id": "9" * 5000, "text": "x"}, "chat not found"),
        ({"chat_id": 5, "text": "x", "reply_parameters": "[" * 5_000}, "can't parse reply_parameters JSON object"),
        ({"chat_id": 5, "text": "x", "entities": "[{"}, "can't parse entities JSON object"),
        ({"chat_id": 5, "text": "x", "entities": [{"type": "bold"}]}, "can't parse entities[0].offset: is required"),
        ({"chat_id": 5, "text": "x", "disable_notification": "maybe"}, "can't parse disable_notification: must be of type Boolean"),
        ({"chat_id": 5, "text": "<b>x", "parse_mode": "HTML"}, "the sandbox does not emulate parse_mode of sendMessage"),
        ({"chat_id": 5, "text": "x", "message_effect_id": "1"}, "the sandbox does not emulate message_effect_id of sendMessage"),
    ],
)  # fmt: skip
async def test_a_message_that_cannot_be_sent_is_refused(
    api: Client, parameters: dict[str, Any], words: str
) -> None:
    assert await api.refused("sendMessage", **parameters) == f"400 Bad Request: {words}"


def button(**action: Any) -> dict[str, Any]:
    return {"text": "b"} | action


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[button()]], "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ([[button(callback_data="a", url="http://a.by")]], "can't parse inline keyboard button: exactly one action is allowed, not callback_data, url"),
        ([[button(callback_data="ж" * 33)]], "BUTTON_DATA_INVALID"),
        ([[button(callback_data="")]], "BUTTON_DATA_INVALID"),
        ([[button(copy_text={"text": "x" * 257})]], "BUTTON_COPY_TEXT_INVALID"),
        ([[button(url="nowhere")]], "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"),
        ([[button(callback_data="a")] * 9], "REPLY_MARKUP_TOO_LONG: a row has 9 buttons, at most 8 are shown"),
        ([[button(callback_data="a")]] * 101, "REPLY_MARKUP_TOO_LONG"),
    ],
)  # fmt: skip
async def test_a_keyboard_beyond_the_limits_is_refused(api: Client, rows: list[Any], words: str) -> None:
    person = await started(api)
    markup = {"inline_keyboard": rows}
    refused = await api.refused("sendMessage", chat_id=person.id, text="x", reply_markup=markup)
    assert refused == f"400 Bad Request: {words}"
    assert len(api.sandbox.violations) >= 1


async def test_a_keyboard_at_the_limits_is_kept(api: Client) -> None:
    person = await started(api)
    rows = [[button(callback_data="x" * 64)] * 8] * 12 + [[button(copy_text={"text": "ж" * 256})] * 4]
    sent = await api.ok("sendMessage", chat_id=person.id, text="x", reply_markup={"inline_keyboard": rows})
    assert sent["reply_markup"]["inline_keyboard"] == rows
    assert api.sandbox.violations == []


async def test_a_person_who_never_started_cannot_be_written_to(api: Client) -> None:
    person = api.sandbox.person("Alena")
    words = "403 Forbidden: bot can't initiate conversation with a user"
    assert await api.refused("sendMessage", chat_id=person.id, text="x") == words


async def test_a_block_refuses_messages_until_it_is_taken_back(api: Client) -> None:
    person = await started(api)
    person.block()
    refused = await api.refused("sendMessage", chat_id=person.id, text="x")
    assert refused == "403 Forbidden: bot was blocked by the user"
    person.unblock()
    await api.ok("sendMessage", chat_id=person.id, text="x")
    statuses = [
        u["my_chat_member"]["new_chat_member"]["status"]
        for u in await api.ok("getUpdates")
        if "my_chat_member" in u
    ]
    assert statuses == ["kicked", "member"]
    assert api.sandbox.violations == []


async def test_a_deactivated_account_is_forbidden(api: Client) -> None:
    person = await started(api)
    person.account.deactivated = True
    assert (
        await api.refused("sendMessage", chat_id=person.id, text="x") == "403 Forbidden: user is deactivated"
    )


async def test_a_reply_needs_its_message_and_its_exact_quote(api: Client) -> None:
    person = await started(api)
    question = await person.say("When was she released?")
    gone = {"message_id": 999}
    assert "message to be replied not found" in await api.refused(
        "sendMessage", chat_id=person.id, text="x", reply_parameters=gone
    )
    alone = await api.ok(
        "sendMessage",
        chat_id=person.id,
        text="x",
        reply_parameters=gone | {"allow_sending_without_reply": True},
    )
    assert "reply_to_message" not in alone
    wrong = {"message_id": question, "quote": "was he"}
    assert "QUOTE_TEXT_INVALID" in await api.refused(
        "sendMessage", chat_id=person.id, text="x", reply_parameters=wrong
    )


async def test_an_edit_keeps_the_message_and_marks_it(api: Client) -> None:
    person = await started(api)
    keyboard = {"inline_keyboard": [[button(callback_data="a")]]}
    sent = await api.ok("sendMessage", chat_id=person.id, text="one", reply_markup=keyboard)
    api.sandbox.clock.advance(60)
    edited = await api.ok("editMessageText", chat_id=person.id, message_id=sent["message_id"], text="two")
    assert (edited["text"], edited["message_id"], edited["date"]) == ("two", sent["message_id"], sent["date"])
    assert edited["edit_date"] >= sent["date"] + 60
    assert "reply_markup" not in edited


async def test_an_edit_without_a_change_is_refused_and_is_no_breach(api: Client) -> None:
    person = await started(api)
    sent = await api.ok("sendMessage", chat_id=person.id, text="one")
    refused = await api.refused(
        "editMessageText", chat_id=person.id, message_id=sent["message_id"], text=" one "
    )
    assert refused == (
        "400 Bad Request: message is not modified: specified new message content and reply markup "
        "are exactly the same as a current content and reply markup of the message"
    )
    assert api.sandbox.violations == []


async def test_only_own_messages_of_that_chat_can_be_edited(api: Client) -> None:
    person, other = await started(api), await started(api)
    sent = await api.ok("sendMessage", chat_id=other.id, text="one")
    for message_id, words in (
        (sent["message_id"], "message to edit not found"),
        (1, "message can't be edited"),
    ):
        refused = await api.refused("editMessageText", chat_id=person.id, message_id=message_id, text="two")
        assert refused == f"400 Bad Request: {words}"


async def test_message_ids_come_from_one_counter_for_all_chats(api: Client) -> None:
    one, two = await started(api), await started(api)
    assert [await one.say("a"), await two.say("b"), await one.say("c")] == [3, 4, 5]


async def test_a_callback_is_answered_once_and_not_too_late(api: Client) -> None:
    person = await started(api)
    keyboard = {"inline_keyboard": [[button(callback_data="a")]]}
    sent = await api.ok("sendMessage", chat_id=person.id, text="one", reply_markup=keyboard)
    too_old = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    query = await person.press(sent["message_id"], "b")
    await api.ok("answerCallbackQuery", callback_query_id=query, text="done")
    assert await person.wait_for_callback_answer(query) == {"text": "done", "show_alert": False}
    assert await api.refused("answerCallbackQuery", callback_query_id=query) == too_old
    late = await person.press(sent["message_id"], "a")
    api.sandbox.clock.advance(151)
    assert await api.refused("answerCallbackQuery", callback_query_id=late) == too_old
    assert "allowed are 0-200" in await api.refused(
        "answerCallbackQuery", callback_query_id=query, text="x" * 201
    )


async def test_a_button_of_a_deleted_message_tells_only_where_it_was(api: Client) -> None:
    person = await started(api)
    keyboard = {"inline_keyboard": [[button(callback_data="a")]]}
    await api.ok("sendMessage", chat_id=person.id, text="one", reply_markup=keyboard)
    [shown] = person.messages()
    await person.delete(shown)
    await person.press(shown, "b")
    query = (await api.ok("getUpdates"))[-1]["callback_query"]
    assert query["message"] == {"chat": person.account.chat(), "message_id": shown.id, "date": 0}
    assert query["data"] == "a"


@pytest.mark.parametrize("kind", sorted(CONTENT))
async def test_a_person_can_send_more_than_text(api: Client, kind: str) -> None:
    person = await started(api)
    await person.send(kind)
    update = (await api.ok("getUpdates"))[-1]
    assert "text" not in update["message"]
    assert kind in update["message"]
    assert load().breaches(Fact(("Update",), True), update, "update") == []


async def test_a_message_can_be_deleted_for_48_hours(api: Client) -> None:
    person = await started(api)
    young = await api.ok("sendMessage", chat_id=person.id, text="young")
    old = await api.ok("sendMessage", chat_id=person.id, text="old")
    api.sandbox.clock.advance(48 * 3600 - 60)
    assert await api.ok("deleteMessage", chat_id=person.id, message_id=young["message_id"]) is True
    api.sandbox.clock.advance(60)
    refused = await api.refused("deleteMessage", chat_id=person.id, message_id=old["message_id"])
    assert refused == "400 Bad Request: message can't be deleted for everyone"
    assert [message.text for message in person.messages()] == ["old"]


async def test_many_messages_are_deleted_in_one_call_and_missing_ones_are_skipped(api: Client) -> None:
    person = await started(api)
    ids = [(await api.ok("sendMessage", chat_id=person.id, text=str(n)))["message_id"] for n in range(3)]
    await api.ok("deleteMessages", chat_id=person.id, message_ids=[*ids[:2], 999])
    assert [message.id for message in person.messages()] == ids[2:]
    assert "allowed are 1-100" in await api.refused(
        "deleteMessages", chat_id=person.id, message_ids=[1] * 101
    )


async def test_a_wrong_chat_action_is_refused(api: Client) -> None:
    person = await started(api)
    assert await api.ok("sendChatAction", chat_id=person.id, action="typing") is True
    refused = await api.refused("sendChatAction", chat_id=person.id, action="thinking")
    assert refused == "400 Bad Request: wrong parameter action in request"


def commands(*names: str) -> list[dict[str, str]]:
    return [{"command": name, "description": name.title()} for name in names]


async def test_the_narrowest_scope_and_the_persons_language_choose_the_menu(api: Client) -> None:
    person, other = await started(api, language_code="be-tarask"), await started(api, language_code="de")
    menus = {
        "plain": {},
        "belarusian": {"language_code": "be"},
        "private": {"scope": {"type": "all_private_chats"}},
        "hers": {"scope": {"type": "chat", "chat_id": person.id}},
    }
    seen = []
    for name, where in menus.items():
        await api.ok("setMyCommands", commands=commands(name), **where)
        menu = [api.sandbox.world.commands_for(who.account)[0]["command"] for who in (person, other)]
        seen.append(menu)
    assert seen == [["plain", "plain"], ["belarusian", "plain"], ["private", "private"], ["hers", "private"]]
    await api.ok("deleteMyCommands", scope={"type": "chat", "chat_id": person.id})
    assert api.sandbox.world.commands_for(person.account)[0]["command"] == "private"
    assert await api.ok("getMyCommands", language_code="be") == commands("belarusian")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([{"command": "Start", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "x" * 33, "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "a", "description": " "}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "a", "description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        (commands("a") * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_a_wrong_command_is_refused(api: Client, wrong: list[Any], words: str) -> None:
    assert await api.refused("setMyCommands", commands=wrong) == f"400 Bad Request: {words}"


async def test_a_description_falls_back_to_the_one_for_every_language(api: Client) -> None:
    await api.ok("setMyDescription", description="Asks sources")
    await api.ok("setMyDescription", description="Пытае крыніцы", language_code="be")
    assert await api.ok("getMyDescription", language_code="be") == {"description": "Пытае крыніцы"}
    assert await api.ok("getMyDescription", language_code="ru") == {"description": "Asks sources"}
    assert "allowed are 0-512" in await api.refused("setMyDescription", description="x" * 513)


async def test_rates_refuse_with_a_pause_and_a_call_inside_it_is_a_breach() -> None:
    async with Sandbox(rates=Rates()) as sandbox, ClientSession() as session:
        api = Client(sandbox, session)
        person = await started(api)
        await api.ok("sendMessage", chat_id=person.id, text="one")
        status, body = await api.raw("sendMessage", chat_id=person.id, text="two")
        assert (status, body["description"]) == (429, "Too Many Requests: retry after 1")
        assert body["parameters"] == {"retry_after": 1}
        assert sandbox.violations == []
        await api.refused("sendMessage", chat_id=person.id, text="two")
        assert len(sandbox.violations) == 1
        sandbox.clock.advance(1)
        await api.ok("sendMessage", chat_id=person.id, text="two")


async def test_thirty_messages_a_second_pass_and_the_next_does_not() -> None:
    async with Sandbox(rates=Rates()) as sandbox, ClientSession() as session:
        api = Client(sandbox, session)
        people = [await started(api) for _ in range(31)]
        sandbox.world.clock._time = lambda: 1_000.0
        for person in people[:30]:
            await api.ok("sendMessage", chat_id=person.id, text="x")
        assert (await api.refused("sendMessage", chat_id=people[30].id, text="x")).startswith("429")


async def test_the_ledger_is_on_disk_without_the_token_before_the_reply(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    async with Sandbox(ledger=path) as sandbox, ClientSession() as session:
        api = Client(sandbox, session)
        person = await started(api)
        sent = await api.ok("sendMessage", chat_id=person.id, text="hi", reply_parameters={"message_id": 1})
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert [(line["sequence"], line["method"], line["verdict"]) for line in lines] == [
            (1, "say", "act"),
            (2, "sendMessage", "ok"),
        ]
        assert lines[1]["message_id"] == sent["message_id"]
        assert lines[1]["parameters"]["reply_parameters"] == {"message_id": 1}
        assert sandbox.token not in path.read_text("utf-8")


def test_a_fault_plan_counts_from_the_moment_it_is_made() -> None:
    from bot.sandbox.faults import garbage

    plan = FaultPlan()
    plan.take("getMe")
    plan.add("getMe", garbage(), nth=2, times=2)
    assert [plan.take("getMe") is not None for _ in range(4)] == [False, True, True, False]
