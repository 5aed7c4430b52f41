"""How pages reach a chat: the only caller of the sending methods of the Bot API, and what their refusals mean."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from math import ceil
from typing import Any, TypeVar

from telegram import (
    CallbackQuery,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TelegramError

from bot.compose import Page
from bot.dialogue import Dialogue
from bot.intake import seconds_of
from bot.pace import SHORT_S, Pace
from bot.transport import NotSentError, OutcomeUnknownError, TelegramBot

_TRIES = 5
_BACK_OFF_S = (1.0, 3.0, 8.0)
"""Between tries while Telegram answers with 5xx, or not at all."""
_REPLY_S = 14.0
"""All tries of a call together: less than a handler has left when its question waited longest (`handling.py`)."""
_TYPING_AFTER_S = 0.4
_TYPING_EVERY_S = 4.5
"""Clients show it for five seconds (Bot API, sendChatAction)."""
_MOST_DELETED = 100
"""Messages that one call may delete (Bot API, deleteMessages)."""
_DELETING_S = 8
_ACKNOWLEDGE_S = 5
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_HARMLESS = ("message is not modified", "query is too old", "query id is invalid")
_UNEDITABLE = ("message can't be edited", "message to edit not found")

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Replies:
    """Sends, edits and acknowledges; a reply that Telegram asks to delay too long is dropped and counted."""

    def __init__(self, bot: TelegramBot, dialogue: Dialogue, pace: Pace | None = None) -> None:
        self._bot = bot
        self._dialogue = dialogue
        self._pace = pace or Pace()

    async def reply(self, message: Message, page: Page) -> int | None:
        """Send `page` as a reply to `message`; the id of the sent message."""
        thread = message.message_thread_id if message.is_topic_message else None
        try:
            return await self._send(message.chat_id, page, answers=message.message_id, thread=thread)
        except ChatMigrated as moved:  # a group that became a supergroup while the answer was made
            await self.send(moved.new_chat_id, page)  # no reply: there, the number is that of another message
            return None

    async def send(self, chat_id: int, page: Page, *, answers: int | None = None) -> None:
        """Send `page` to a chat, as a reply to the message `answers` where it is still there."""
        await self._send(chat_id, page, answers=answers)

    async def edit(self, chat_id: int, message_id: int, page: Page) -> bool:
        """Replace the content of an earlier message; false when it cannot be edited any more."""
        try:
            await self._patiently(
                chat_id,
                lambda: self._bot.edit_message_text(
                    page.text,
                    chat_id,
                    message_id,
                    entities=page.entities,
                    reply_markup=page.markup,
                    link_preview_options=NO_PREVIEW,
                ),
            )
        except BadRequest as error:
            if any(words in error.message.casefold() for words in _UNEDITABLE):
                return False
            raise
        return True

    async def delete(self, chat_id: int, messages: Sequence[int]) -> bool:
        """Delete messages of a private chat; false where Telegram could not be made to within a few seconds."""
        try:
            async with asyncio.timeout(_DELETING_S):
                for first in range(0, len(messages), _MOST_DELETED):
                    some = messages[first : first + _MOST_DELETED]
                    call = partial(self._bot.delete_messages, chat_id, some)
                    if await self._patiently(chat_id, call) is None:
                        return False
        except (TimeoutError, TelegramError) as error:
            logger.warning("messages not deleted", extra={"error": type(error).__name__})
            return False
        return True

    async def acknowledge(self, query: CallbackQuery, text: str | None = None) -> None:
        """Stop the waiting sign on a button; `text` is shown for a moment. Waits for no pause, because it is no message,
        and fails for nothing but a missing connection: the page that the button asks for comes all the same."""
        async with _dropping(), asyncio.timeout(_ACKNOWLEDGE_S):
            await self._bot.answer_callback_query(query.id, text)

    async def offer(
        self,
        query: InlineQuery,
        found: Sequence[InlineQueryResultArticle],
        above: InlineQueryResultsButton,
        *,
        cache_s: int,
    ) -> None:
        """Offer results for an inline query; what is not to be kept is for this person alone."""
        await self._patiently(
            None,
            lambda: self._bot.answer_inline_query(
                query.id, found, cache_time=cache_s, is_personal=cache_s == 0, button=above
            ),
        )

    async def answer_guest(self, query_id: str, result: InlineQueryResultArticle) -> None:
        """Post the one message that a mention in a chat we have not joined asks for."""
        await self._patiently(None, lambda: self._bot.answer_guest_query(query_id, result))

    async def leave(self, chat_id: int) -> None:
        """Leave a group or channel."""
        await self._patiently(chat_id, lambda: self._bot.leave_chat(chat_id))

    @asynccontextmanager
    async def typing(self, chat_id: int, *, thread: int | None = None) -> AsyncIterator[None]:
        """Show that work is going on, once it takes longer than a moment and for as long as it takes."""
        task = asyncio.create_task(self._keep_typing(chat_id, thread))
        try:
            yield
        finally:
            task.cancel()

    async def _keep_typing(self, chat_id: int, thread: int | None) -> None:
        await asyncio.sleep(_TYPING_AFTER_S)
        while True:
            try:
                await self._bot.send_chat_action(chat_id, ChatAction.TYPING, message_thread_id=thread)
            except TelegramError:
                return  # a courtesy: the answer itself will show what is wrong
            await asyncio.sleep(_TYPING_EVERY_S)

    async def _send(
        self, chat_id: int, page: Page, *, answers: int | None = None, thread: int | None = None
    ) -> int | None:
        more: dict[str, Any] = {"message_thread_id": thread} if thread else {}
        if answers:
            more["reply_parameters"] = ReplyParameters(answers, allow_sending_without_reply=True)
        sent = await self._patiently(chat_id, partial(self._bot.send_text, chat_id, **_content(page), **more))
        if sent:
            await self._dialogue.note_sent(chat_id, sent)
        return sent

    async def _patiently(self, chat_id: int | None, call: Callable[[], Awaitable[T]]) -> T | None:
        """The result of `call`, made again after the short pauses that Telegram asks for, and while it is out of order;
        None when it was dropped. Raises what no repetition helps, and `NotSentError`, after which all may be repeated.

        Calls without a chat have no pace of their own.
        """
        async with _dropping(), asyncio.timeout(_REPLY_S):
            return await self._taken(chat_id, call)
        return None

    async def _taken(self, chat_id: int | None, call: Callable[[], Awaitable[T]]) -> T:
        """The result of `call`, or its last error. What may have arrived is repeated once and no more: a person may see
        an answer twice, but not four times."""
        unsure, refusals, waits = False, 0, iter(_BACK_OFF_S)
        while True:
            if chat_id is not None:
                await self._turn(chat_id)
            try:
                return await call()
            except RetryAfter as error:
                refusals += 1
                if chat_id is None or refusals == _TRIES:
                    raise
                self._pace.pause(chat_id, seconds_of(error))
            except BadRequest:
                raise
            except NetworkError as error:
                unknown = isinstance(error, OutcomeUnknownError)
                if (unknown and unsure) or (isinstance(error, NotSentError) and not unsure):
                    raise
                unsure = unsure or unknown
                await self._until_well(waits, error)

    async def _turn(self, chat_id: int) -> None:
        """Return when a message may go to a chat; raises `RetryAfter` when that takes longer than an answer waits."""
        if (held_s := self._pace.held_s(chat_id)) > SHORT_S:
            raise RetryAfter(ceil(held_s))
        await self._pace.turn(chat_id)

    async def _until_well(self, waits: Iterator[float], error: NetworkError) -> None:
        """Wait until Telegram answers again, asked for something harmless; raises `error` when it does not."""
        for pause_s in waits:
            await asyncio.sleep(pause_s)
            try:
                await self._bot.get_me()
            except NetworkError:
                continue
            return
        raise error


@asynccontextmanager
async def _dropping() -> AsyncIterator[None]:
    """What Telegram refuses, or does not answer in time, is dropped and logged; raised is what no repetition helps, and
    `NotSentError`, after which all may be repeated."""
    try:
        yield
    except BadRequest as error:
        _check_harmless(error)
    except NotSentError:
        raise
    except RetryAfter as error:
        _drop(error, retry_s=seconds_of(error))
    except (NetworkError, TimeoutError) as error:
        _drop(error)


def _drop(error: Exception, **fields: float) -> None:
    logger.warning("reply dropped", extra={**fields, "error": type(error).__name__})


def _content(page: Page) -> dict[str, Any]:
    """A page as the parameters of sendMessage."""
    content = {"text": page.text, "entities": page.entities, "link_preview_options": NO_PREVIEW}
    return {**content, "reply_markup": page.markup} if page.markup else content


async def deliver(bot: TelegramBot, chat: int | str, page: Page, *, silent: bool) -> int:
    """Send an update once, whatever comes of it; the number of the message."""
    return await bot.send_text(chat, **_content(page), disable_notification=silent)


async def erase(bot: TelegramBot, chat_id: int, messages: Sequence[int]) -> None:
    """Delete messages of a chat once, whatever comes of it."""
    await bot.delete_messages(chat_id, messages)


def _check_harmless(error: BadRequest) -> None:
    """Raise the refusal, unless it says that there was nothing to do."""
    if not any(words in error.message.casefold() for words in _HARMLESS):
        raise error
