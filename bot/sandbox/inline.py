"""Inline queries and guest queries: what a person types after the bot's name, and the message that comes of it.

Limits: core.telegram.org/bots/api#inline-mode. Telegram keeps an answer for `cache_time` seconds and gives it to
everybody who types the same, unless it is personal. How long a query may be answered is not published: here for the
30 seconds for which Telegram keeps the update (telegram-bot-api, Client.cpp).
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.sandbox import groups
from bot.sandbox.chats import Account, Chat, Group, InlineAnswer, InlineQuery, Message
from bot.sandbox.markup import inline_keyboard
from bot.sandbox.refusal import ApiError, bad_request
from bot.sandbox.specification import utf16_length
from bot.sandbox.text import FormattedText, formatted
from bot.sandbox.updates import LIFETIMES_S
from bot.sandbox.world import World

MAX_QUERY = 256
MAX_RESULTS = 50
DEFAULT_CACHE_S = 300
MAX_CACHE_S = 86_400
_ARTICLE = frozenset({"type", "id", "title", "input_message_content", "reply_markup", "url", "description"})
_CONTENT = frozenset({"message_text", "entities", "link_preview_options"})
_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def ask(world: World, account: Account, chat: Chat, text: str, *, offset: str = "") -> InlineQuery:
    """A person has typed `text` after the bot's name; what is cached is shown without asking the bot."""
    if utf16_length(text) > MAX_QUERY:
        raise ValueError(f"an inline query has at most {MAX_QUERY} characters")
    now = world.clock.now()
    query = InlineQuery(world.new_query_id(), account, chat, text, offset, now + LIFETIMES_S["inline_query"])
    world.inline_queries[query.id] = query
    for person in (None, account.id):
        until, answer_ = world.inline_cache.get((person, text, offset), (0.0, None))
        if until > now:
            query.answer = answer_
            return query
    kind = chat.kind if isinstance(chat, Group) else "sender"
    asked = {"id": query.id, "from": account.user(), "query": text, "offset": offset, "chat_type": kind}
    world.updates.add("inline_query", asked)
    return query


def answer(world: World, given: Mapping[str, Any]) -> tuple[str, ...]:
    """answerInlineQuery; returns what would silently have been corrected."""
    query = world.inline_queries.get(given["inline_query_id"])
    results = given["results"]
    if len(results) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [result["id"] for result in results]
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    breaches = tuple(breach for result in results for breach in _message_of(result)[1].breaches)
    _check_button(given.get("button"))
    if query is None or query.answer is not None or query.expires <= world.clock.now():
        raise ApiError(400, _TOO_OLD)
    query.answer = InlineAnswer(tuple(results), given.get("button"), given.get("next_offset", ""))
    person = query.account.id if given.get("is_personal") else None
    seconds = min(max(given.get("cache_time", DEFAULT_CACHE_S), 0), MAX_CACHE_S)
    world.inline_cache[person, query.text, query.offset] = (world.clock.now() + seconds, query.answer)
    world.tell("inline", {"person": query.account.id, "query": query.id})
    return breaches


def choose(world: World, query: InlineQuery, result_id: str) -> Message:
    """A person sends one of the results to the chat in which they typed."""
    results = query.answer.results if query.answer else ()
    found = next((result for result in results if result["id"] == result_id), None)
    if found is None:
        raise LookupError(f"no result {result_id!r}")
    keyboard, text = _message_of(found)
    inline_id = f"AAI{query.id}" if keyboard else None
    made: dict[str, Any] = {"keyboard": keyboard, "via_bot": True, "inline_id": inline_id}
    made["link_preview"] = found["input_message_content"].get("link_preview_options")
    if isinstance(query.chat, Account):
        return world.arrive(query.account, text.text, text.entities, **made)
    message = world.keep(query.chat, query.account, text.text, text.entities, **made)
    if groups.is_member(query.chat):
        world.deliver(message)
    return message


def answer_guest(world: World, given: Mapping[str, Any]) -> tuple[Message, tuple[str, ...]]:
    """answerGuestQuery: the bot's one message in a chat that it has not joined."""
    keyboard, text = _message_of(given["result"])
    query = world.guest_queries.get(given["guest_query_id"])
    if query is None or query.answered or query.expires <= world.clock.now():
        raise ApiError(400, _TOO_OLD)
    query.answered = True
    asked = query.message
    message = world.keep(
        asked.chat,
        None,
        text.text,
        text.entities,
        keyboard=keyboard,
        reply_to=asked.id,
        inline_id=f"AAG{query.id}",
        guest_of=asked.sender,
        link_preview=given["result"]["input_message_content"].get("link_preview_options"),
    )
    return message, text.breaches


def _message_of(result: Mapping[str, Any]) -> tuple[list[list[dict[str, Any]]], FormattedText]:
    """The keyboard and the text that a result posts."""
    if result["type"] != "article" or "message_text" not in result["input_message_content"]:
        raise bad_request("the sandbox emulates articles with a text only")
    if unknown := (result.keys() - _ARTICLE) | (result["input_message_content"].keys() - _CONTENT):
        raise bad_request(f"the sandbox does not emulate {sorted(unknown)[0]} of a result")
    if not result["title"].strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = result["input_message_content"]
    text = formatted(content["message_text"], content.get("entities", ()))
    return inline_keyboard(result.get("reply_markup")), text


def _check_button(button: Mapping[str, Any] | None) -> None:
    if button is None:
        return
    if "start_parameter" not in button or "web_app" in button:
        raise bad_request("the sandbox emulates buttons with a start_parameter only")
    if not button["text"].strip() or not re.fullmatch("[A-Za-z0-9_-]{1,64}", button["start_parameter"]):
        raise bad_request("START_PARAM_INVALID")
