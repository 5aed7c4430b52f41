"""The Bot API methods that the sandbox emulates, each as the documentation and tdlib/telegram-bot-api describe it.

A method names the parameters it honours. A parameter that Telegram knows but the sandbox does not emulate is
refused rather than ignored, so that no test passes by luck.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox import groups, inline
from bot.sandbox.chats import Chat, Group, Message
from bot.sandbox.markup import inline_keyboard
from bot.sandbox.refusal import bad_request
from bot.sandbox.specification import utf16_length
from bot.sandbox.text import FormattedText, clean, formatted
from bot.sandbox.world import CHAT_ACTION_S, World, unanswered

DELETABLE_S = 48 * 3600
MAX_COMMANDS = 100
ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What a method returns, the message it made or changed, and what it would silently have corrected."""

    result: Any
    message: Message | None = None
    breaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """An emulated method and the parameters it honours."""

    run: Callable[[World, Parameters], Done]
    honours: frozenset[str]


METHODS: dict[str, Method] = {}


def _emulates(
    name: str, honours: str = ""
) -> Callable[[Callable[[World, Parameters], Done]], Callable[[World, Parameters], Done]]:
    def register(run: Callable[[World, Parameters], Done]) -> Callable[[World, Parameters], Done]:
        METHODS[name] = Method(run, frozenset(honours.split()))
        return run

    return register


@_emulates("getMe")
def _get_me(world: World, _given: Parameters) -> Done:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_guest_queries": True,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
        "supports_join_request_queries": False,
    }
    return Done(world.me_short() | abilities)


@_emulates(
    "sendMessage",
    "chat_id text entities link_preview_options disable_notification protect_content reply_parameters reply_markup",
)
def _send_message(world: World, given: Parameters) -> Done:
    text = formatted(given["text"], given.get("entities", ()))
    keyboard = inline_keyboard(given.get("reply_markup"))
    chat = world.reachable(given["chat_id"])
    reply_to, quote = _reply(world, chat, given.get("reply_parameters"))
    chat.action_until = 0
    message = world.keep(
        chat,
        None,
        text.text,
        text.entities,
        keyboard=keyboard,
        reply_to=reply_to,
        quote=quote,
        link_preview=given.get("link_preview_options"),
        silent=given.get("disable_notification", False),
        protected=given.get("protect_content", False),
    )
    return Done(world.message_json(message), message, text.breaches)


def _reply(world: World, chat: Chat, wanted: Parameters | None) -> tuple[int | None, dict[str, Any] | None]:
    """The id of the message to reply to and the quoted part of it."""
    if wanted is None:
        return None, None
    if wanted.get("chat_id", chat.id) != chat.id:
        raise bad_request("the sandbox does not emulate replies to another chat")
    target = world.messages.get(wanted["message_id"])
    if target is None or target.chat is not chat:
        if wanted.get("allow_sending_without_reply"):
            return None, None
        raise bad_request("message to be replied not found", breach=False)
    quoted = wanted.get("quote")
    if not quoted:
        return target.id, None
    if utf16_length(quoted) > 1024 or quoted not in target.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    position = utf16_length(target.text[: target.text.index(quoted)])
    return target.id, {"text": quoted, "position": position, "is_manual": True}


@_emulates("editMessageText", "chat_id message_id text entities link_preview_options reply_markup")
def _edit_message_text(world: World, given: Parameters) -> Done:
    text = formatted(given.get("text", ""), given.get("entities", ()))
    return _edit(world, given, text)


@_emulates("editMessageReplyMarkup", "chat_id message_id reply_markup")
def _edit_message_reply_markup(world: World, given: Parameters) -> Done:
    return _edit(world, given, None)


def _edit(world: World, given: Parameters, text: FormattedText | None) -> Done:
    keyboard = inline_keyboard(given.get("reply_markup"))
    if "chat_id" not in given or "message_id" not in given:
        raise bad_request("message identifier is not specified")
    chat = world.known(given["chat_id"])
    message = world.message_in(chat, given["message_id"], "message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    new = FormattedText(message.text, message.entities) if text is None else text
    if (new.text, new.entities, keyboard) == (message.text, message.entities, message.keyboard):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message",
            breach=False,
        )
    message.text, message.entities, message.keyboard = new.text, new.entities, keyboard
    if "link_preview_options" in given:
        message.link_preview = given["link_preview_options"]
    world.mark_edited(message)
    return Done(world.message_json(message), message, new.breaches)


@_emulates("deleteMessage", "chat_id message_id")
def _delete_message(world: World, given: Parameters) -> Done:
    chat = world.known(given["chat_id"])
    message = world.message_in(chat, given["message_id"], "message to delete not found")
    if world.clock.now() - message.date >= DELETABLE_S:
        raise bad_request("message can't be deleted for everyone", breach=False)
    world.remove(message)
    return Done(True, message)


@_emulates("deleteMessages", "chat_id message_ids")
def _delete_messages(world: World, given: Parameters) -> Done:
    chat = world.known(given["chat_id"])
    for message_id in given["message_ids"]:
        message = world.messages.get(message_id)
        # Identifiers that are not found are skipped; those too old stay.
        if message and message.chat is chat and world.clock.now() - message.date < DELETABLE_S:
            world.remove(message)
    return Done(True)


@_emulates("answerCallbackQuery", "callback_query_id text show_alert cache_time")
def _answer_callback_query(world: World, given: Parameters) -> Done:
    press = unanswered(world.presses.get(given["callback_query_id"]), world.clock.now())
    press.answer = {"text": clean(given.get("text", "")), "show_alert": given.get("show_alert", False)}
    world.tell("answer", {"person": press.account.id, "message": press.message_id} | press.answer)
    return Done(True)


@_emulates("sendChatAction", "chat_id action")
def _send_chat_action(world: World, given: Parameters) -> Done:
    if given["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = world.reachable(given["chat_id"])
    chat.action_until = world.clock.now() + CHAT_ACTION_S
    world.tell("action", {"chat": chat.id, "action": given["action"], "seconds": CHAT_ACTION_S})
    return Done(True)


@_emulates("leaveChat", "chat_id")
def _leave_chat(world: World, given: Parameters) -> Done:
    chat = world.known(given["chat_id"])
    if not isinstance(chat, Group):
        raise bad_request("chat member status can't be changed in private chats")
    groups.leave(world, chat)
    return Done(True)


@_emulates("answerInlineQuery", "inline_query_id results cache_time is_personal next_offset button")
def _answer_inline_query(world: World, given: Parameters) -> Done:
    return Done(True, breaches=inline.answer(world, given))


@_emulates("answerGuestQuery", "guest_query_id result")
def _answer_guest_query(world: World, given: Parameters) -> Done:
    message, breaches = inline.answer_guest(world, given)
    return Done({"inline_message_id": message.inline_id}, message, breaches)


@_emulates("getChat", "chat_id")
def _get_chat(world: World, given: Parameters) -> Done:
    chat = world.known(given["chat_id"])
    gifts = dict.fromkeys(
        ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"],
        True,
    )
    required = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return Done(chat.chat() | required)


def _scope(given: Parameters) -> tuple[str, int | None, str]:
    scope = given.get("scope", {"type": "default"})
    language = given.get("language_code", "")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad_request("invalid language_code specified")
    return scope["type"], scope.get("chat_id"), language


@_emulates("setMyCommands", "commands scope language_code")
def _set_my_commands(world: World, given: Parameters) -> Done:
    if len(given["commands"]) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in given["commands"]:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not command["description"].strip():
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    kept = [
        {"command": command["command"].removeprefix("/"), "description": command["description"].strip()}
        for command in given["commands"]
    ]
    world.commands[_scope(given)] = kept
    world.tell("people", {})
    return Done(True)


@_emulates("getMyCommands", "scope language_code")
def _get_my_commands(world: World, given: Parameters) -> Done:
    return Done(world.commands.get(_scope(given), []))


@_emulates("deleteMyCommands", "scope language_code")
def _delete_my_commands(world: World, given: Parameters) -> Done:
    world.commands.pop(_scope(given), None)
    world.tell("people", {})
    return Done(True)


def _emulate_profile(what: str, method: str) -> None:
    """The setter and the getter of one of the bot's own texts."""

    @_emulates(f"set{method}", f"{what} language_code")
    def _set(world: World, given: Parameters) -> Done:
        world.profile[what, given.get("language_code", "")] = given.get(what, "")
        world.tell("people", {})
        return Done(True)

    @_emulates(f"get{method}", "language_code")
    def _get(world: World, given: Parameters) -> Done:
        return Done({what: world.profile_text(what, given.get("language_code", ""))})


_emulate_profile("name", "MyName")
_emulate_profile("description", "MyDescription")
_emulate_profile("short_description", "MyShortDescription")
