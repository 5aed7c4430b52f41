"""What a test can do as a person in a chat or a group, and how it sees what the bot sent."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.sandbox import groups, inline
from bot.sandbox.chats import Account, Chat, Group, InlineAnswer, Message, Press
from bot.sandbox.world import World

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class BotMessage:
    """A message of the bot at one moment; entity offsets count UTF-16 units."""

    id: int
    text: str
    entities: tuple[dict[str, Any], ...]
    keyboard: tuple[tuple[dict[str, Any], ...], ...]
    reply_to: int | None
    edits: int
    silent: bool

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """All buttons, row by row."""
        return [button for row in self.keyboard for button in row]

    @property
    def quotes(self) -> list[str]:
        """The text under each blockquote, in order."""
        return [self.under(entity) for entity in self.entities if entity["type"].endswith("blockquote")]

    def under(self, entity: dict[str, Any]) -> str:
        """The text that an entity covers."""
        units = self.text.encode("utf-16-le")
        begin = 2 * entity["offset"]
        return units[begin : begin + 2 * entity["length"]].decode("utf-16-le")


def seen(message: Message) -> BotMessage:
    """A message as it is now."""
    rows = tuple(tuple(dict(button) for button in row) for row in message.keyboard)
    return BotMessage(
        message.id, message.text, message.entities, rows, message.reply_to, message.edits, message.silent
    )


class Watched:
    """A chat as a test sees it: the bot's messages there."""

    def __init__(self, world: World, chat: Chat, record: Callable[..., object]) -> None:
        self._world = world
        self._chat = chat
        self._record = record

    @property
    def id(self) -> int:
        """The id of the chat."""
        return self._chat.id

    def messages(self) -> list[BotMessage]:
        """What the bot sent here and did not delete, oldest first."""
        return [seen(message) for message in self._own_messages()]

    def message(self, message_id: int) -> BotMessage:
        """One message of the bot as it is now."""
        return seen(self._world.messages[message_id])

    async def wait_for_reply(self, to: int, *, timeout_s: float = 10) -> BotMessage:
        """The first message of the bot that replies to message `to`."""
        return await self._wait(
            lambda: next((seen(m) for m in self._own_messages() if m.reply_to == to), None), timeout_s
        )

    async def wait_for_message(self, after: int = 0, *, timeout_s: float = 10) -> BotMessage:
        """The first message of the bot with an id greater than `after`, whatever it replies to."""
        return await self._wait(
            lambda: next((seen(m) for m in self._own_messages() if m.id > after), None), timeout_s
        )

    async def wait_for_edit(self, message_id: int, *, edits: int = 1, timeout_s: float = 10) -> BotMessage:
        """A message of the bot once it was edited so many times."""

        def edited() -> BotMessage | None:
            message = self._world.messages.get(message_id)
            return seen(message) if message and message.edits >= edits else None

        return await self._wait(edited, timeout_s)

    def _own_messages(self) -> list[Message]:
        return [
            m for m in self._world.messages.values() if m.chat is self._chat and m.from_bot and not m.content
        ]

    async def _wait(self, look: Callable[[], Found | None], timeout_s: float) -> Found:
        async with asyncio.timeout(timeout_s):
            while (found := look()) is None:
                await self._world.bell.wait(timeout_s)
        return found


class Room(Watched):
    """A group, supergroup or channel."""

    def __init__(self, world: World, group: Group, record: Callable[..., object]) -> None:
        super().__init__(world, group, record)
        self.group = group

    def set_bot(self, by: "Person", status: str = "member") -> None:
        """A person makes the bot a member or an administrator, or removes it: left or kicked."""
        groups.set_bot(self._world, self.group, by.account, status)
        self._record("set_bot", person=by.id, chat=self.id, status=status)

    def posted(self) -> list[BotMessage]:
        """What people sent here through the bot."""
        here = (m for m in self._world.messages.values() if m.chat is self.group)
        return [seen(message) for message in here if message.via_bot]

    async def until_bot_left(self, *, timeout_s: float = 10) -> None:
        """Return when the bot is not in the group any more."""
        await self._wait(lambda: None if groups.is_member(self.group) else True, timeout_s)


class Person(Watched):
    """A fictional person with a Telegram account; `record` writes their acts to the ledger."""

    def __init__(self, world: World, account: Account, record: Callable[..., object]) -> None:
        super().__init__(world, account, record)
        self.account = account

    async def say(self, text: str, *, reply_to: int | None = None, room: Room | None = None) -> int:
        """Send a text to the bot, or to a room; returns the message id."""
        if room is None:
            message = self._world.say(self.account, text, reply_to=reply_to)
            self._record("say", person=self.id, text=text, message_id=message.id)
        else:
            message = groups.say(self._world, room.group, self.account, text, reply_to=reply_to)
            self._record("say_in", person=self.id, chat=room.id, text=text, message_id=message.id)
        return message.id

    async def type_inline(self, text: str, *, room: Room | None = None) -> str:
        """Type a text after the bot's name, in the chat with the bot or in a room; returns the query id."""
        query = inline.ask(self._world, self.account, room.group if room else self.account, text)
        self._record("type_inline", person=self.id, text=text, query=query.id)
        return query.id

    async def wait_for_results(self, query: str, *, timeout_s: float = 10) -> InlineAnswer:
        """What the bot offers for an inline query, or what Telegram had kept."""
        return await self._wait(lambda: self._world.inline_queries[query].answer, timeout_s)

    async def choose(self, query: str, result_id: str) -> BotMessage:
        """Send one of the results to the chat in which it was typed."""
        message = inline.choose(self._world, self._world.inline_queries[query], result_id)
        self._record("choose", person=self.id, query=query, result=result_id, message_id=message.id)
        return seen(message)

    async def start(self, parameter: str = "") -> int:
        """Open the bot by a link t.me/<bot>?start=parameter, or press Start."""
        return await self.say(f"/start {parameter}".strip())

    async def edit(self, message_id: int, text: str) -> None:
        """Edit an own message."""
        self._world.edit_own(self.account, message_id, text)
        self._record("edit", person=self.id, text=text, message_id=message_id)

    async def send(self, kind: str) -> int:
        """Send something that is not text: photo, voice, document, sticker, location, contact or video_note."""
        message = self._world.send(self.account, kind)
        self._record("send", person=self.id, kind=kind, message_id=message.id)
        return message.id

    async def forward(self, text: str) -> int:
        """Forward a text that somebody else wrote."""
        message = self._world.forward(self.account, text)
        self._record("forward", person=self.id, text=text, message_id=message.id)
        return message.id

    async def send_album(self, count: int = 3) -> list[int]:
        """Send photos together."""
        messages = self._world.send_album(self.account, count)
        for message in messages:
            self._record("send", person=self.id, kind="photo", message_id=message.id)
        return [message.id for message in messages]

    async def delete(self, message: BotMessage | int) -> None:
        """Delete a message for both sides; the bot is not told."""
        message_id = message if isinstance(message, int) else message.id
        self._world.remove(self._world.messages[message_id])
        self._record("delete", person=self.id, message_id=message_id)

    async def press(self, message: BotMessage | int, button: str) -> str:
        """Press the callback button with this text or data; returns the callback query id.

        A `BotMessage` is pressed as it was seen, even when it has been edited or deleted since.
        """
        shown = self.message(message) if isinstance(message, int) else message
        found = [one for one in shown.buttons if button in (one["text"], one.get("callback_data"))]
        if not found or "callback_data" not in found[0]:
            raise LookupError(f"message {shown.id} has no callback button {button!r}")
        press = self._world.press(self.account, shown.id, found[0]["callback_data"])
        self._record("press", person=self.id, data=press.data, message_id=shown.id)
        return press.id

    def block(self) -> None:
        """Block the bot."""
        self._world.set_blocked(self.account, True)
        self._record("block", person=self.id)

    def unblock(self) -> None:
        """Take the block back."""
        self._world.set_blocked(self.account, False)
        self._record("unblock", person=self.id)

    async def wait_for_callback_answer(self, callback_id: str, *, timeout_s: float = 10) -> dict[str, Any]:
        """What the bot answered to a pressed button: text and show_alert."""

        def answered() -> dict[str, Any] | None:
            press: Press = self._world.presses[callback_id]
            return press.answer

        return await self._wait(answered, timeout_s)
