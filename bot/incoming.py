"""What a message asks of the bot: pure reading of python-telegram-bot's `Message`, no effects."""

from dataclasses import dataclass
from enum import Enum, auto

from telegram import Message, MessageEntity
from telegram.constants import ChatType


class Kind(Enum):
    """What a message is to the bot."""

    COMMAND = auto()
    QUESTION = auto()
    UNREADABLE = auto()
    """A photo, a voice message, a file: something that is not text, in a private chat."""
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message, read: `command` is a name without the slash, `text` its arguments or the question."""

    kind: Kind
    text: str = ""
    command: str = ""


_NOTHING = Incoming(Kind.NOTHING)
IN_GROUPS = frozenset({"ask", "help"})
"""The commands that are answered in groups."""


def read(message: Message, *, bot_name: str) -> Incoming:
    """In private any text is a question; in a group only /ask, /help and a mention of the bot count.

    /ask or a mention alone, in reply to what somebody wrote, asks that.
    """
    if message.via_bot:  # an answer that somebody sent on from the inline results is no question
        return _NOTHING
    private = message.chat.type == ChatType.PRIVATE
    if not message.text:
        return Incoming(Kind.UNREADABLE) if private and message.effective_attachment else _NOTHING
    if (command := _command(message, bot_name)) is not None:
        if command.kind is Kind.COMMAND and command.command == "ask":
            question = command.text or _replied_to(message)
            return Incoming(Kind.QUESTION, question) if question else command
        return command if private or command.command in IN_GROUPS else _NOTHING
    if private:
        return Incoming(Kind.QUESTION, message.text)
    mentioned = _asked_by_mention(message, bot_name)
    return Incoming(Kind.QUESTION, mentioned) if mentioned else _NOTHING


def read_as_guest(message: Message, *, bot_name: str) -> str:
    """The question of a message that mentions the bot in a chat which it has not joined; empty without one."""
    return _asked_by_mention(message, bot_name)


def _command(message: Message, bot_name: str) -> Incoming | None:
    """The command that the message begins with; NOTHING when it is another bot's."""
    found = message.parse_entities([MessageEntity.BOT_COMMAND])
    word = next((words for entity, words in found.items() if entity.offset == 0), None)
    if word is None or message.text is None:
        return None
    name, _, target = word[1:].partition("@")
    if target and target.casefold() != bot_name.casefold():
        return _NOTHING
    return Incoming(Kind.COMMAND, message.text[len(word) :].strip(), name.casefold())


def _asked_by_mention(message: Message, bot_name: str) -> str:
    """The text around a mention of the bot, or what a mention alone replies to; empty without a mention."""
    wanted = f"@{bot_name}".casefold()
    for words in message.parse_entities([MessageEntity.MENTION]).values():
        if words.casefold() == wanted and message.text:
            return " ".join(message.text.replace(words, " ").split()) or _replied_to(message)
    return ""


def _replied_to(message: Message) -> str:
    """The text of the message that this one points at as the question; none for a bot's words."""
    asked = message.reply_to_message
    by_person = asked and not asked.via_bot and not (asked.from_user and asked.from_user.is_bot)
    return (asked.text or "") if asked and by_person else ""
