"""What counts as addressed to the bot: everything in private, only /ask, /help and mentions in a group."""

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Message

from bot.incoming import Kind, read, read_as_guest

BOT = "sprava_bot"


def message(text: str | None, *, chat: str = "private", **more: Any) -> Message:
    """A message as Telegram sends it, with the entities that Telegram would find."""
    entities = []
    for word in (text or "").split():
        kind = {"/": "bot_command", "@": "mention"}.get(word[0])
        if kind:
            offset = len((text or "")[: (text or "").index(word)].encode("utf-16-le")) // 2
            entities.append({"type": kind, "offset": offset, "length": len(word)})
    raw = {
        "message_id": 1,
        "date": int(datetime(2026, 11, 20, tzinfo=UTC).timestamp()),
        "chat": {"id": 5, "type": chat, "title": "Group"},
        "from": {"id": 7, "is_bot": False, "first_name": "Alena"},
        **({"text": text, "entities": entities} if text else {}),
        **more,
    }
    made = Message.de_json(raw, None)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("text", "kind", "command", "words"),
    [
        ("Where is he?", Kind.QUESTION, "", "Where is he?"),
        ("@sprava_bot where is he?", Kind.QUESTION, "", "@sprava_bot where is he?"),
        ("/ask Where is he?", Kind.QUESTION, "", "Where is he?"),
        ("/ASK@Sprava_Bot Where is he?", Kind.QUESTION, "", "Where is he?"),
        ("/ask", Kind.COMMAND, "ask", ""),
        ("/start a_b", Kind.COMMAND, "start", "a_b"),
        ("/ask@other_bot Where?", Kind.NOTHING, "", ""),
        ("is /help a command?", Kind.QUESTION, "", "is /help a command?"),
    ],
)
def test_in_private_any_text_is_a_question(text: str, kind: Kind, command: str, words: str) -> None:
    incoming = read(message(text), bot_name=BOT)
    assert (incoming.kind, incoming.command, incoming.text) == (kind, command, words)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Where is he?", Kind.NOTHING, ""),
        ("/ask Where is he?", Kind.QUESTION, "Where is he?"),
        ("/ask@sprava_bot Where is he?", Kind.QUESTION, "Where is he?"),
        ("🔔 @Sprava_bot where is he?", Kind.QUESTION, "🔔 where is he?"),
        ("@sprava_bot", Kind.NOTHING, ""),
        ("@sprava_bot_2 where is he?", Kind.NOTHING, ""),
        ("/start", Kind.NOTHING, ""),
        ("/sources", Kind.NOTHING, ""),
        ("/help", Kind.COMMAND, ""),
    ],
)
@pytest.mark.parametrize("chat", ["group", "supergroup"])
def test_in_a_group_only_ask_help_and_a_mention_count(chat: str, text: str, kind: Kind, words: str) -> None:
    incoming = read(message(text, chat=chat), bot_name=BOT)
    assert (incoming.kind, incoming.text) == (kind, words)


def test_a_reply_to_the_bot_in_a_group_is_not_for_it() -> None:
    earlier = {
        "message_id": 3,
        "date": 1,
        "chat": {"id": 5, "type": "group"},
        "from": {"id": 1, "is_bot": True, "first_name": "b"},
    }
    assert (
        read(message("And then?", chat="group", reply_to_message=earlier), bot_name=BOT).kind is Kind.NOTHING
    )


@pytest.mark.parametrize("chat", ["private", "supergroup"])
@pytest.mark.parametrize("text", ["/ask", "/ask@sprava_bot"])
def test_ask_alone_in_reply_to_a_person_asks_what_they_wrote(chat: str, text: str) -> None:
    earlier = {"message_id": 3, "date": 1, "chat": {"id": 5, "type": chat}, "text": "Where is he?"}
    person = {"id": 8, "is_bot": False, "first_name": "Barys"}
    asking = message(text, chat=chat, reply_to_message=earlier | {"from": person})
    assert (read(asking, bot_name=BOT).kind, read(asking, bot_name=BOT).text) == (
        Kind.QUESTION,
        "Where is he?",
    )
    own = read(message(f"{text} And she?", chat=chat, reply_to_message=earlier), bot_name=BOT)
    assert own.text == "And she?", "words of one's own go first"
    bots = message(text, chat=chat, reply_to_message=earlier | {"from": person | {"is_bot": True}})
    assert (read(bots, bot_name=BOT).kind, read(bots, bot_name=BOT).command) == (Kind.COMMAND, "ask")


def test_a_mention_alone_in_reply_to_a_person_asks_what_they_wrote() -> None:
    earlier = {"message_id": 3, "date": 1, "chat": {"id": 5, "type": "group"}, "text": "Where is he?"}
    mention = message("@sprava_bot", chat="group", reply_to_message=earlier)
    assert read(mention, bot_name=BOT).text == read_as_guest(mention, bot_name=BOT) == "Where is he?"
    words = message("I agree", chat="group", reply_to_message=earlier)
    assert read(words, bot_name=BOT).kind is Kind.NOTHING


PHOTO = {
    "photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}],
    "caption": "Who is this?",
}
VOICE = {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 1}}
CONTACT = {"contact": {"phone_number": "1", "first_name": "b"}}
PLACE = {"location": {"latitude": 1.0, "longitude": 1.0}}
JOINED = {"new_chat_members": [{"id": 7, "is_bot": False, "first_name": "b"}]}
PINNED = {"group_chat_created": True}


@pytest.mark.parametrize(
    "content", [PHOTO, VOICE, CONTACT, PLACE], ids=["photo", "voice", "contact", "place"]
)
def test_what_is_not_text_is_told_so_in_private_and_passed_over_in_groups(content: dict[str, Any]) -> None:
    assert read(message(None, **content), bot_name=BOT).kind is Kind.UNREADABLE
    assert read(message(None, chat="group", **content), bot_name=BOT).kind is Kind.NOTHING


@pytest.mark.parametrize("content", [JOINED, PINNED], ids=["joined", "created"])
def test_service_messages_are_passed_over(content: dict[str, Any]) -> None:
    assert read(message(None, **content), bot_name=BOT).kind is Kind.NOTHING
