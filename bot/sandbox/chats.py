"""The records of the sandbox: people's accounts, groups and channels, messages, pressed buttons, as the Bot API shows them."""

from dataclasses import dataclass, field
from typing import Any

MEMBERS = frozenset({"member", "administrator"})
"""Statuses with which the bot is in a chat."""
_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip


def present(**fields: object) -> dict[str, Any]:
    """The fields that have something to say."""
    return {name: value for name, value in fields.items() if value not in (None, (), [], False)}


@dataclass(slots=True, eq=False)
class Account:
    """A fictional person's account, and their private chat with the bot."""

    id: int
    first_name: str
    language_code: str | None = None
    username: str | None = None
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    action_until: float = 0.0

    def user(self) -> dict[str, Any]:
        """The User object."""
        user = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        return user | present(username=self.username, language_code=self.language_code)

    def chat(self) -> dict[str, Any]:
        """The private Chat object."""
        chat = {"id": self.id, "type": "private", "first_name": self.first_name}
        return chat | present(username=self.username)


@dataclass(slots=True, eq=False)
class Group:
    """A group, supergroup or channel, who is in it, and what the bot is there: a ChatMember status."""

    id: int
    kind: str
    title: str
    members: list[Account]
    bot: str = "left"
    moved_to: int | None = None
    bot_spoke_last: bool = False
    action_until: float = 0.0

    def chat(self) -> dict[str, Any]:
        """The Chat object."""
        return {"id": self.id, "type": self.kind, "title": self.title}


Chat = Account | Group


def member(status: str, user: dict[str, Any]) -> dict[str, Any]:
    """The ChatMember object with the fields that its status requires."""
    required: dict[str, dict[str, Any]] = {
        "kicked": {"until_date": 0},
        "administrator": dict.fromkeys(_RIGHTS, False),
    }
    return {"status": status, "user": user} | required.get(status, {})


@dataclass(slots=True, eq=False)
class Message:
    """A message in a chat; `sender` is None for the bot; `calls` are the Bot API calls that made and changed it."""

    id: int
    chat: Chat
    sender: Account | None
    date: int
    text: str
    entities: tuple[dict[str, Any], ...]
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    reply_to: int | None = None
    quote: dict[str, Any] | None = None
    link_preview: dict[str, Any] | None = None
    silent: bool = False
    protected: bool = False
    edit_date: int | None = None
    content: dict[str, Any] = field(default_factory=dict)
    edits: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)
    via_bot: bool = False
    """Chosen by its sender from the bot's inline results."""
    inline_id: str | None = None
    guest_of: Account | None = None
    """Who mentioned the bot that answered here as a guest."""
    forward: dict[str, Any] | None = None
    """Whom a forwarded message comes from, as the bot is told (MessageOrigin)."""
    album: str | None = None
    """The group of photos or files that it was sent in."""
    told: bool = False
    """Whether the bot got an update with it."""

    @property
    def from_bot(self) -> bool:
        """Whether the bot sent it itself."""
        return self.sender is None


@dataclass(slots=True, eq=False)
class Press:
    """A button that was pressed, and what the bot answered; None while it has not."""

    id: str
    account: Account
    message_id: int
    data: str
    expires: float
    answer: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """What a bot answered to an inline query."""

    results: tuple[dict[str, Any], ...]
    button: dict[str, Any] | None
    next_offset: str


@dataclass(slots=True, eq=False)
class InlineQuery:
    """What a person types after the bot's name, in some chat, and what they are shown; None while nothing came."""

    id: str
    account: Account
    chat: Chat
    text: str
    offset: str
    expires: float
    answer: InlineAnswer | None = None


@dataclass(slots=True, eq=False)
class GuestQuery:
    """A message that mentions the bot where it is no member; a bot answers it once."""

    id: str
    message: Message
    expires: float
    answered: bool = False
