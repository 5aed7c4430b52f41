"""What the chat page is told, as JSON: people, groups and messages."""

from typing import TYPE_CHECKING, Any

from bot.sandbox.chats import Account, Chat, Group, Message
from bot.sandbox.panel import FAULTY
from bot.sandbox.world import BOT_USERNAME, World

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

SERVICE = {
    "new_chat_members": "{} joined the group",
    "left_chat_member": "{} left the group",
    "migrate_to_chat_id": "the group became a supergroup",
    "migrate_from_chat_id": "the group became a supergroup",
}


def state(sandbox: "Sandbox") -> dict[str, Any]:
    """Everything but the messages."""
    world = sandbox.world
    return {
        "bot_listens": world.bot_listens,
        "username": BOT_USERNAME,
        "people": [_account(world, account) for account in world.accounts.values()],
        "groups": [_group(world, group) for group in world.groups.values()],
        "fault": str(sandbox.faults.coming(FAULTY) or ""),
    }


def _group(world: World, group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "kind": group.kind,
        "name": group.title,
        "members": [account.id for account in group.members],
        "bot": group.bot,
        "last": _last(world, group),
    }


def _last(world: World, chat: Chat) -> dict[str, Any] | None:
    last = next((m for m in reversed(world.messages.values()) if m.chat is chat), None)
    return None if last is None else {"text": told(last)[:100], "date": last.date}


def _account(world: World, account: Account) -> dict[str, Any]:
    language = (account.language_code or "")[:2]
    return {
        "id": account.id,
        "name": account.first_name,
        "language": account.language_code,
        "blocked": account.blocked,
        "commands": world.commands_for(account),
        "group_commands": world.commands_for(account, place="all_group_chats"),
        "bot_name": world.profile_text("name", language) or world.me_short()["first_name"],
        "description": world.profile_text("description", language),
        "last": _last(world, account),
    }


def message(world: World, message: Message) -> dict[str, Any]:
    """A message with all that the page draws of it."""
    target = world.messages.get(message.reply_to or 0)
    return {
        "id": message.id,
        "from_bot": message.from_bot,
        "sender": message.sender.id if message.sender else None,
        "via_bot": message.via_bot,
        "guest": message.guest_of is not None,
        "service": bool(message.content.keys() & SERVICE),
        "date": message.date,
        "text": told(message),
        "entities": message.entities,
        "keyboard": message.keyboard,
        "edits": message.edits,
        "silent": message.silent,
        "reply": None
        if target is None
        else {
            "id": target.id,
            "from_bot": target.from_bot,
            "sender": target.sender.id if target.sender else None,
            "text": (message.quote or {}).get("text", target.text)[:200],
        },
        "calls": message.calls,
    }


def told(message: Message) -> str:
    """The text of a message, or in words what else it is."""
    if message.text:
        return message.text
    for kind, words in SERVICE.items():
        if kind in message.content:
            who = message.content[kind]
            names = [
                one["first_name"]
                for one in (who if isinstance(who, list) else [who])
                if isinstance(one, dict)
            ]
            return words.format(", ".join(names))
    return f"[{', '.join(message.content)}]"
