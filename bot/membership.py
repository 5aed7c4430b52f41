"""Being added to groups and channels: which the bot stays in, and how it leaves the others."""

import logging

from telegram import Chat, ChatMember, ChatMemberUpdated
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden

from bot import pages
from bot.places import Places
from bot.replies import Replies
from bot.texts import Texts

logger = logging.getLogger(__name__)

_MEMBER = {ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.RESTRICTED}


class Membership:
    """Leaves channels, and groups where the operator switched them off, but for those that get every update."""

    def __init__(self, replies: Replies, places: Places, *, bot_name: str) -> None:
        self._replies = replies
        self._places = places
        self._bot_name = bot_name

    async def changed(self, change: ChatMemberUpdated, words: Texts) -> None:
        """Somebody added the bot to a chat, or changed what it is there."""
        joined = change.new_chat_member.status in _MEMBER
        in_group = change.chat.type in {ChatType.GROUP, ChatType.SUPERGROUP}
        if self._places.gets_updates(change.chat):
            return
        if joined and (change.chat.type == ChatType.CHANNEL or (in_group and not self._places.groups)):
            await self.leave(change.chat, words)

    async def leave(self, chat: Chat, words: Texts) -> None:
        """Leave, from a group not without a word."""
        if chat.type != ChatType.CHANNEL:
            try:
                await self._replies.send(chat.id, pages.leaving(words, self._bot_name))
            except (BadRequest, Forbidden):
                logger.info("left without a word")  # whoever may not write there may still go
        await self._replies.leave(chat.id)
