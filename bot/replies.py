"""How pages reach a chat: the only caller of the sending methods of the Bot API, and what their refusals mean."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from telegram import CallbackQuery, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.compose import Page
from bot.intake import seconds_of
from bot.transport import TelegramBot

_LONGEST_WAIT_S = 10
_TYPING_AFTER_S = 0.4
_TYPING_EVERY_S = 4.5
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_HARMLESS = ("message is not modified", "query is too old", "query id is invalid")
_UNEDITABLE = ("message can't be edited", "message to edit not found")

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Replies:
    """Sends, edits and acknowledges; a reply that Telegram asks to delay too long is dropped and counted."""

    def __init__(self, bot: TelegramBot) -> None:
        self._bot = bot

    async def reply(self, message: Message, page: Page) -> int | None:
        """Send `page` as a reply to `message`; the id of the sent message."""
        sent = await _patiently(
            lambda: self._bot.send_message(
                message.chat_id,
                page.text,
                entities=page.entities,
                reply_markup=page.markup,
                link_preview_options=_NO_PREVIEW,
                reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
                message_thread_id=message.message_thread_id if message.is_topic_message else None,
            )
        )
        return sent.message_id if sent else None

    async def edit(self, chat_id: int, message_id: int, page: Page) -> bool:
        """Replace the content of an earlier message; false when it cannot be edited any more."""
        try:
            await _patiently(
                lambda: self._bot.edit_message_text(
                    page.text,
                    chat_id,
                    message_id,
                    entities=page.entities,
                    reply_markup=page.markup,
                    link_preview_options=_NO_PREVIEW,
                )
            )
        except BadRequest as error:
            if any(words in error.message.casefold() for words in _UNEDITABLE):
                return False
            raise
        return True

    async def send(self, chat_id: int, page: Page) -> None:
        """Send `page` to a chat whose earlier message is out of reach."""
        await _patiently(
            lambda: self._bot.send_message(
                chat_id,
                page.text,
                entities=page.entities,
                reply_markup=page.markup,
                link_preview_options=_NO_PREVIEW,
            )
        )

    async def acknowledge(self, query: CallbackQuery, text: str | None = None) -> None:
        """Stop the waiting sign on a button; `text` is shown for a moment."""
        await _patiently(lambda: self._bot.answer_callback_query(query.id, text))

    async def leave(self, chat_id: int) -> None:
        """Leave a group or channel."""
        await _patiently(lambda: self._bot.leave_chat(chat_id))

    @asynccontextmanager
    async def typing(self, message: Message) -> AsyncIterator[None]:
        """Show that work is going on, once it takes longer than a moment."""
        task = asyncio.create_task(self._keep_typing(message))
        try:
            yield
        finally:
            task.cancel()

    async def _keep_typing(self, message: Message) -> None:
        thread = message.message_thread_id if message.is_topic_message else None
        await asyncio.sleep(_TYPING_AFTER_S)
        while True:
            try:
                await self._bot.send_chat_action(message.chat_id, ChatAction.TYPING, message_thread_id=thread)
            except TelegramError:
                return  # a courtesy: the answer itself will show what is wrong
            await asyncio.sleep(_TYPING_EVERY_S)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T | None:
    """The result of `call`, made again once after a short pause that Telegram asked for; None when it was dropped."""
    try:
        try:
            return await call()
        except RetryAfter as error:
            if seconds_of(error) > _LONGEST_WAIT_S:
                raise
            await asyncio.sleep(seconds_of(error))
            return await call()
    except RetryAfter as error:
        logger.warning("reply dropped", extra={"retry_s": seconds_of(error), "error": "RetryAfter"})
    except BadRequest as error:
        if not any(words in error.message.casefold() for words in _HARMLESS):
            raise
    return None
