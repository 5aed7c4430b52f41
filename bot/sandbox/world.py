"""Everything that exists in the sandbox: people, chats, messages, and what the bot has set about itself."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from bot.sandbox.chats import (
    MEMBERS,
    Account,
    Chat,
    Group,
    GuestQuery,
    InlineAnswer,
    InlineQuery,
    Message,
    Press,
    member,
    present,
)
from bot.sandbox.clock import Bell, Clock
from bot.sandbox.refusal import ApiError, bad_request, forbidden
from bot.sandbox.text import clean, found_entities
from bot.sandbox.updates import LIFETIMES_S, UpdateQueue

BOT_ID = 7_000_000_001
BOT_USERNAME = "sprava_sandbox_bot"
CHAT_ACTION_S = 5
_FILE = {"file_id": "AgACAgIAAxkBAAM", "file_unique_id": "AQADsandbox", "file_size": 12_345}
# What else a person can send, with the least that the documentation requires of it.
CONTENT: Mapping[str, Any] = {
    "photo": [_FILE | {"width": 640, "height": 480}],
    "voice": _FILE | {"duration": 3, "mime_type": "audio/ogg"},
    "document": _FILE | {"file_name": "list.pdf", "mime_type": "application/pdf"},
    "sticker": _FILE
    | {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": "🙂",
    },
    "location": {"latitude": 53.9, "longitude": 27.56},
    "contact": {"phone_number": "+375000000000", "first_name": "Nobody"},
    "video_note": _FILE | {"length": 240, "duration": 5},
}


class World:
    """The state behind the Bot API; methods change it, people change it, listeners hear of it."""

    def __init__(self, *, throttle: bool = True) -> None:
        self.bell = Bell()
        self.clock = Clock(self.bell)
        self.updates = UpdateQueue(self.clock, self.bell, throttle=throttle)
        self.accounts: dict[int, Account] = {}
        self.groups: dict[int, Group] = {}
        self.messages: dict[int, Message] = {}
        self.presses: dict[str, Press] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.inline_cache: dict[tuple[int | None, str, str], tuple[float, InlineAnswer]] = {}
        self.guest_queries: dict[str, GuestQuery] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.commands: dict[tuple[str, int | None, str], list[dict[str, str]]] = {}
        self.bot_listens = False
        self.listeners: set[Callable[[str, dict[str, Any]], None]] = set()
        self._message_ids = count(1)
        self._account_ids = count(5_100_000_001)
        self._query_ids = count(4_400_000_000_000_000_001)

    # What people do

    def add_account(
        self, name: str, *, language_code: str | None = None, username: str | None = None
    ) -> Account:
        """A new person who has not yet talked to the bot."""
        account = Account(next(self._account_ids), name, language_code, username)
        self.accounts[account.id] = account
        self.tell("people", {})
        return account

    def say(self, account: Account, text: str, *, reply_to: int | None = None) -> Message:
        """A person writes to the bot; Telegram cleans the text and marks commands."""
        kept = written(text)
        return self.arrive(account, kept, tuple(found_entities(kept)), reply_to=reply_to)

    def send(self, account: Account, kind: str) -> Message:
        """A person sends something that is not text: a key of `CONTENT`."""
        return self.arrive(account, "", (), content={kind: CONTENT[kind]})

    def forward(self, account: Account, text: str) -> Message:
        """A person forwards a text of somebody who hides their account."""
        kept, date = written(text), int(self.clock.now())
        origin = {"type": "hidden_user", "date": date, "sender_user_name": "Somebody"}
        return self.arrive(account, kept, tuple(found_entities(kept)), forward=origin)

    def send_album(self, account: Account, count: int) -> list[Message]:
        """A person sends photos together: to the bot, each is a message."""
        album = self.new_query_id()
        return [
            self.arrive(account, "", (), content={"photo": CONTENT["photo"]}, album=album)
            for _ in range(count)
        ]

    def arrive(
        self, account: Account, text: str, entities: tuple[dict[str, Any], ...], **more: Any
    ) -> Message:
        """A message of a person reaches their private chat with the bot."""
        if account.blocked:
            raise ValueError(f"{account.first_name} has blocked the bot: unblock first")
        account.started = True
        message = self.keep(account, account, text, entities, **more)
        self.deliver(message)
        return message

    def deliver(self, message: Message) -> None:
        """The bot gets an update with the message."""
        message.told = True
        self.updates.add("message", self.message_json(message))

    def edit_own(self, account: Account, message_id: int, text: str) -> Message:
        """A person edits their own message."""
        message = self.messages[message_id]
        if message.sender is not account or message.via_bot:
            raise ValueError(f"message {message_id} is not one of {account.first_name}")
        message.text = written(text)
        message.entities = tuple(found_entities(message.text))
        self.mark_edited(message)
        if message.told:
            self.updates.add("edited_message", self.message_json(message))
        return message

    def press(self, account: Account, message_id: int, data: str, *, chat: Chat | None = None) -> Press:
        """A person presses a callback button; of a message that is gone the bot learns only where it was."""
        expires = self.clock.now() + LIFETIMES_S["callback_query"]
        press = Press(self.new_query_id(), account, message_id, data, expires)
        self.presses[press.id] = press
        message = self.messages.get(message_id)
        chat = message.chat if message else chat or account
        gone = {"chat": chat.chat(), "message_id": message_id, "date": 0}
        query = {
            "id": press.id,
            "from": account.user(),
            "chat_instance": str(chat.id * 31),
            "data": data,
            "message": self.message_json(message) if message else gone,
        }
        self.updates.add("callback_query", query)
        return press

    def set_blocked(self, account: Account, blocked: bool) -> None:
        """A person blocks the bot, or takes that back; the bot learns it as a change of membership."""
        if account.blocked == blocked:
            return
        account.blocked = blocked
        self.tell_membership(
            account, account.user(), *(("member", "kicked") if blocked else ("kicked", "member"))
        )
        self.tell("people", {})

    def tell_membership(self, chat: Chat, by: Mapping[str, Any], old: str, new: str) -> None:
        """The bot learns what it is in a chat now."""
        me = self.me_short()
        change = {"chat": chat.chat(), "from": by, "date": int(self.clock.now())}
        statuses = {"old_chat_member": member(old, me), "new_chat_member": member(new, me)}
        self.updates.add("my_chat_member", change | statuses)

    def reset(self) -> None:
        """Empty every chat, as if nobody had ever written; what the bot set about itself stays."""
        self.messages.clear()
        self.presses.clear()
        self.inline_queries.clear()
        self.inline_cache.clear()
        self.guest_queries.clear()
        self.updates.drop()
        for account in self.accounts.values():
            account.started = account.blocked = False
        for group in self.groups.values():
            group.bot_spoke_last = False
        self.tell("reset", {})

    # What methods build on

    def me_short(self) -> dict[str, Any]:
        """The User object of the bot, as it stands in messages."""
        name = self.profile.get(("name", ""), "sprava")
        return {"id": BOT_ID, "is_bot": True, "first_name": name, "username": BOT_USERNAME}

    def new_query_id(self) -> str:
        """The id of a press or a query."""
        return str(next(self._query_ids))

    def reachable(self, chat_id: int | str) -> Chat:
        """A chat, if the bot may write to it."""
        chat = self.known(chat_id)
        if isinstance(chat, Group):
            if chat.bot not in MEMBERS:
                how = "bot was kicked from the" if chat.bot == "kicked" else "bot is not a member of the"
                raise forbidden(f"{how} {'group' if chat.kind == 'group' else chat.kind} chat")
            return chat
        if chat.deactivated:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def known(self, chat_id: int | str) -> Chat:
        """A chat, whether the bot may write to it or not."""
        number = chat_id if isinstance(chat_id, int) else 0
        chat: Chat | None = self.accounts.get(number) or self.groups.get(number)
        if chat is None:
            raise bad_request("chat not found", breach=False)
        if isinstance(chat, Group) and chat.moved_to is not None:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, words, parameters={"migrate_to_chat_id": chat.moved_to})
        return chat

    def keep(
        self, chat: Chat, sender: Account | None, text: str, entities: tuple[dict[str, Any], ...], **more: Any
    ) -> Message:
        """Add a message to a chat; the bot's own has no sender."""
        date = int(self.clock.now())
        message = Message(next(self._message_ids), chat, sender, date, text, entities, **more)
        self.messages[message.id] = message
        if isinstance(chat, Group):
            chat.bot_spoke_last = sender is None
        self.tell("message", {"chat": chat.id, "message": message.id})
        return message

    def mark_edited(self, message: Message) -> None:
        """Note that a message changed."""
        message.edit_date = int(self.clock.now())
        message.edits += 1
        self.tell("message", {"chat": message.chat.id, "message": message.id})

    def remove(self, message: Message) -> None:
        """Delete a message for everyone."""
        del self.messages[message.id]
        self.tell("deleted", {"chat": message.chat.id, "message": message.id})

    def message_in(self, chat: Chat, message_id: int, otherwise: str) -> Message:
        """A message of this chat, or a 400 with these words."""
        message = self.messages.get(message_id)
        if message is None or message.chat is not chat:
            raise bad_request(otherwise, breach=False)
        return message

    def message_json(self, message: Message, *, nested: bool = True) -> dict[str, Any]:
        """The Message object; a reply holds the message it replies to, one level deep."""
        sender = message.sender.user() if message.sender else self.me_short()
        body = {
            "message_id": message.id,
            "from": sender,
            "chat": message.chat.chat(),
            "date": message.date,
        }
        if message.via_bot:
            body["via_bot"] = self.me_short()
        if message.guest_of:
            body["guest_bot_caller_user"] = message.guest_of.user()
        body |= present(edit_date=message.edit_date, has_protected_content=message.protected)
        if nested and message.reply_to in self.messages:
            body["reply_to_message"] = self.message_json(self.messages[message.reply_to], nested=False)
        body |= present(forward_origin=message.forward, media_group_id=message.album)
        body |= present(quote=message.quote) | (message.content or {"text": message.text})
        body |= present(entities=list(message.entities), link_preview_options=message.link_preview)
        if message.keyboard:
            body["reply_markup"] = {"inline_keyboard": message.keyboard}
        return body

    def commands_for(self, account: Account, *, place: str = "all_private_chats") -> list[dict[str, str]]:
        """The command menu of a private chat or, with the scope of those, of groups:
        core.telegram.org/bots/api#botcommandscope, narrowest first."""
        language = (account.language_code or "")[:2]
        for scope, chat in (("chat", account.id), (place, None), ("default", None)):
            for wanted in (language, ""):
                if found := self.commands.get((scope, chat, wanted)):
                    return found
        return []

    def profile_text(self, what: str, language: str) -> str:
        """The bot's name or a description in a language, or the one for every language."""
        return self.profile.get((what, language)) or self.profile.get((what, ""), "")

    def tell(self, event: str, details: Mapping[str, Any]) -> None:
        """Wake who waits, and tell the page what changed."""
        self.bell.ring()
        for listener in list(self.listeners):
            listener(event, dict(details))


def written(text: str) -> str:
    """A person's text as Telegram's own clients send it."""
    kept = clean(text).strip(" \n")
    if not kept:
        raise ValueError("a person cannot send an empty message")
    return kept


def unanswered(press: Press | None, now: float) -> Press:
    """The press, if its query can still be answered."""
    if press is None or press.answer is not None or press.expires <= now:
        raise ApiError(
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        )
    return press
