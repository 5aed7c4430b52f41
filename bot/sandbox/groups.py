"""Groups, supergroups and channels: who writes there, what the bot is there, and what of it the bot is told.

In privacy mode a member is told commands that are meant for it, replies to it and what was sent through it; an
administrator is told everything, and a bot that is no member only what mentions it, as a guest
(core.telegram.org/bots/features#privacy-mode, core.telegram.org/api/bots/guest-mode). Nothing says that a plain
mention reaches a member in privacy mode: here it does not.
"""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.chats import MEMBERS, Account, Group, GuestQuery, Message
from bot.sandbox.text import found_entities
from bot.sandbox.updates import DAY_S
from bot.sandbox.world import BOT_USERNAME, World, written

KINDS = ("group", "supergroup", "channel")
STATUSES = ("member", "administrator", "left", "kicked")


def add(world: World, title: str, people: Sequence[Account], *, kind: str = "supergroup") -> Group:
    """A new group of these people, without the bot."""
    if kind not in KINDS or not title.strip():
        raise ValueError(f"a {kind} named {title!r}")
    number = len(world.groups) + 1
    group = Group(-number if kind == "group" else -1_000_000_000_000 - number, kind, title, list(people))
    world.groups[group.id] = group
    world.tell("people", {})
    return group


def is_member(group: Group) -> bool:
    """Whether the bot is in the group."""
    return group.bot in MEMBERS


def join(world: World, group: Group, account: Account) -> None:
    """A person joins; a bot that is a member sees the service message."""
    if account in group.members:
        raise ValueError(f"{account.first_name} is in {group.title} already")
    group.members.append(account)
    _service(world, group, account, {"new_chat_members": [account.user()]})
    world.tell("people", {})


def set_bot(world: World, group: Group, by: Account, status: str) -> None:
    """A person adds the bot, removes it, or changes what it may do; the bot learns it."""
    if status not in STATUSES:
        raise ValueError(f"no status {status}")
    old, group.bot = group.bot, status
    if old == status:
        return
    world.tell_membership(group, by.user(), old, status)
    if group.kind != "channel" and (old in MEMBERS) != (status in MEMBERS):
        me = world.me_short()
        told = {"new_chat_members": [me]} if status in MEMBERS else {"left_chat_member": me}
        _service(world, group, by, told)
    world.tell("people", {})


def leave(world: World, group: Group) -> None:
    """The bot leaves by itself."""
    world.reachable(group.id)
    old, group.bot = group.bot, "left"
    if group.kind != "channel":
        world.keep(group, None, "", (), content={"left_chat_member": world.me_short()})
    world.tell_membership(group, world.me_short(), old, "left")
    world.tell("people", {})


def upgrade(world: World, group: Group) -> Group:
    """A group becomes a supergroup with another id; the old one refuses every call and names the new one."""
    if group.kind != "group" or group.moved_to is not None:
        raise ValueError(f"{group.title} cannot be upgraded")
    new = add(world, group.title, group.members)
    new.bot, group.moved_to = group.bot, new.id
    _service(world, group, group.members[0], {"migrate_to_chat_id": new.id})
    _service(world, new, group.members[0], {"migrate_from_chat_id": group.id})
    return new


def say(world: World, group: Group, account: Account, text: str, *, reply_to: int | None = None) -> Message:
    """A person writes in a group; whether the bot is told is up to Telegram."""
    if account not in group.members:
        raise ValueError(f"{account.first_name} is not in {group.title}")
    kept = written(text)
    spoke_last = group.bot_spoke_last
    message = world.keep(group, account, kept, tuple(found_entities(kept)), reply_to=reply_to)
    if group.kind == "channel":
        if group.bot in MEMBERS:
            world.updates.add("channel_post", world.message_json(message))
    elif group.bot in MEMBERS:
        if group.bot == "administrator" or _is_for_bot(world, message, spoke_last=spoke_last):
            world.deliver(message)
    elif _mentions(message):
        _summon(world, message)
    return message


def _is_for_bot(world: World, message: Message, *, spoke_last: bool) -> bool:
    target = world.messages.get(message.reply_to or 0)
    if target and (target.from_bot or target.via_bot):
        return True
    for command in _words(message, "bot_command"):
        _, _, name = command.partition("@")
        if name.casefold() == BOT_USERNAME or (not name and spoke_last):
            return True
    return False


def _mentions(message: Message) -> bool:
    return any(words.casefold() == f"@{BOT_USERNAME}" for words in _words(message, "mention"))


def _words(message: Message, kind: str) -> list[str]:
    units = message.text.encode("utf-16-le")
    spans = [
        (2 * e["offset"], 2 * (e["offset"] + e["length"])) for e in message.entities if e["type"] == kind
    ]
    return [units[begin:end].decode("utf-16-le") for begin, end in spans]


def _summon(world: World, message: Message) -> None:
    """The bot is asked as a guest; how long it may answer is not published: as long as Telegram keeps a message."""
    query = GuestQuery(world.new_query_id(), message, world.clock.now() + DAY_S)
    world.guest_queries[query.id] = query
    world.updates.add("guest_message", world.message_json(message) | {"guest_query_id": query.id})


def _service(world: World, group: Group, by: Account, content: dict[str, Any]) -> None:
    message = world.keep(group, by, "", (), content=content)
    if group.bot in MEMBERS:
        world.deliver(message)
