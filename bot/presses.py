"""What a press of a button does: acknowledged before any work, then shown by editing the message or in a new one."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from telegram import CallbackQuery, InaccessibleMessage, Message, MessageEntity
from telegram.constants import ChatType

from bot import callbacks, pages
from bot.answering import Answering
from bot.callbacks import (
    AnswerForCase,
    Callback,
    ListCases,
    ShowCase,
    ShowClosest,
    ShowExample,
    ShowMore,
    Tab,
)
from bot.casework import Casework
from bot.compose import Page
from bot.dialogue import DELETABLE_S
from bot.incoming import Incoming, Kind, read
from bot.kept import kept_of
from bot.memory import Limits, Recent
from bot.own_callbacks import AskFollow, ConfirmFollow, Own, OwnCallback, ShowNews
from bot.personal import Personal
from bot.record import FollowKind
from bot.replies import Replies
from bot.speech import Speech
from bot.texts import Texts
from corpus.cases import Cases

_TWICE_S = 3
"""A button pressed again so soon, which shows its page in a new message, was meant once."""


class Presses:
    """The buttons of private chats. `limits` counts what is asked, `look_ups` what is looked up."""

    def __init__(
        self,
        answering: Answering,
        casework: Casework,
        personal: Personal,
        *,
        replies: Replies,
        cases: Cases,
        bot_name: str,
        speech: Speech,
        limits: Limits,
        look_ups: Limits,
    ) -> None:
        self._answering = answering
        self._casework = casework
        self._personal = personal
        self._replies = replies
        self._cases = cases
        self._bot_name = bot_name
        self._speech = speech
        self._limits = limits
        self._look_ups = look_ups
        self._shown_below: Recent[float] = Recent()
        self._begun: Recent[asyncio.Task[bool]] = Recent()

    def begin(self, query: CallbackQuery) -> None:
        """Acknowledge a press now; what it asks for is done in its turn."""
        acknowledging = asyncio.create_task(self._acknowledged(query))
        acknowledging.add_done_callback(
            lambda task: task.cancelled() or task.exception()
        )  # `pressed` tries again
        self._begun.put(acknowledging, query.id)

    async def pressed(self, query: CallbackQuery) -> None:
        """Do what a press asks for, once it is acknowledged."""
        begun = self._begun.get(query.id)
        self._begun.drop(query.id)
        callback, words = self._read(query)
        if await (begun or self._acknowledged(query)) and callback:
            await self._do(query, callback, words)

    async def _acknowledged(self, query: CallbackQuery) -> bool:
        """Acknowledge a press; whether it is to be followed."""
        callback, words = self._read(query)
        refusal = self._refusal(query, callback, words) if callback else pages.changed(words)
        await self._replies.acknowledge(query, refusal.text if refusal else None)
        return refusal is None

    def _read(self, query: CallbackQuery) -> tuple[Callback | None, Texts]:
        """What a press asks for, and the language for it."""
        private = query.message is not None and query.message.chat.type == ChatType.PRIVATE
        # Elsewhere our buttons are links: such a press was made by hand, to change what others were answered.
        callback = callbacks.parse(query.data or "") if private else None
        return callback, self._speech.words(query.from_user, self._replied_question(query))

    async def _do(self, query: CallbackQuery, callback: Callback, words: Texts) -> None:
        match callback:
            case AnswerForCase(case):
                await self._answer_for_case(query, case, words)
            case ShowExample(number):
                question = pages.examples(words)[number]
                await self._below(query, words, lambda: self._example(question, words))
            case ShowCase(tab=Tab.NEW):
                await self._below(query, words, lambda: self._casework.opened(callback, words))
            case ShowCase():
                await self._turn(query, await self._casework.opened(callback, words), words)
            case ListCases():
                await self._turn(query, await self._casework.listed(callback, words), words)
            case Own.FORGET:
                await self._personal.forgotten(query.from_user.id, words)
            case Own.CLOSE:
                await self._close(query, words)
            case _ if isinstance(callback, OwnCallback):
                await self._own(query, callback, words)
            case ShowMore() | ShowClosest():
                await self._below(query, words, lambda: self._shown(callback, words), answers=_asked(query))
            case _:
                await self._turn(query, self._answering.shown(callback, words, kept_of(query.message)), words)

    async def _example(self, question: str, words: Texts) -> Page:
        """The answer to a question that nobody wrote in the chat: it is the heading."""
        return await self._answering.answered(question, words, heading=question) or pages.busy(words)

    async def _shown(self, callback: Callback, words: Texts) -> Page | None:
        return self._answering.shown(callback, words)

    async def _own(self, query: CallbackQuery, callback: OwnCallback, words: Texts) -> None:
        """A page about updates or settings: in place of another one, but below answers, cards and updates."""
        asked = query.message.reply_to_message if isinstance(query.message, Message) else None
        incoming = read(asked, bot_name=self._bot_name) if asked else Incoming(Kind.NOTHING)
        written = incoming.text if incoming.kind is Kind.QUESTION or incoming.command == "subscribe" else ""

        async def make() -> Page:
            return await self._personal.page(query.from_user.id, callback, written, words)

        if _is_replaced(query):
            await self._turn(query, await make(), words)
        else:
            await self._below(query, words, make, answers=_asked(query))

    async def _close(self, query: CallbackQuery, words: Texts) -> None:
        """Take a message away; where it is too old for that, its content."""
        if isinstance(query.message, Message) and time.time() - query.message.date.timestamp() < DELETABLE_S:
            await self._replies.delete(query.from_user.id, (query.message.message_id,))
        else:
            await self._turn(query, pages.closed(words), words)

    def _refusal(self, query: CallbackQuery, callback: Callback, words: Texts) -> Page | None:
        """Why a press is not followed: its person asked, or looked up, too much in the last minute."""
        person, at, number = query.from_user.id, time.time(), query.id
        match callback:
            case ShowExample() | AnswerForCase():
                return None if self._limits.admit(person, at, number) else pages.wait_a_little(words)
            case ShowCase() | ListCases():
                return None if self._look_ups.admit(person, at, number) else pages.slower(words)
            case Own():  # what ends something, or shows what is kept, is never refused
                return None
            case AskFollow(kind=FollowKind.QUESTION) | ConfirmFollow(kind=FollowKind.QUESTION):
                return None if self._limits.admit(person, at, number) else pages.wait_a_little(words)
            case _ if isinstance(callback, OwnCallback):
                return None if self._look_ups.admit(person, at, number) else pages.slower(words)
        return None

    async def _below(
        self,
        query: CallbackQuery,
        words: Texts,
        make: Callable[[], Awaitable[Page | None]],
        *,
        answers: int | None = None,
    ) -> None:
        """Show a page in a new message, because the pressed one must stay; once for a press that came twice."""
        if query.message is None:
            return
        chat, key = query.message.chat.id, (query.message.chat.id, query.message.message_id, query.data)
        last = self._shown_below.get(*key)
        if last is not None and time.monotonic() < last + _TWICE_S:
            return
        async with self._replies.typing(chat):
            page = await make()
        if page:
            await self._replies.send(chat, page, answers=answers)
        else:
            await self._turn(query, None, words)
        self._shown_below.put(time.monotonic(), *key)

    async def _turn(self, query: CallbackQuery, page: Page | None, words: Texts) -> None:
        """Show `page` in place of the message; without one say below it, once a minute, that things changed."""
        if page:
            await self._show(query, page)
        elif query.message:
            chat, what, at = query.message.chat.id, f"changed {query.message.message_id}", time.time()
            if not self._limits.was_told(chat, what, at):
                await self._replies.send(chat, pages.changed(words), answers=query.message.message_id)
                self._limits.tell(chat, what, at)

    async def _answer_for_case(self, query: CallbackQuery, case: str, words: Texts) -> None:
        """Answer the question that the message replies to for one person; open their card where it is gone."""
        question = self._replied_question(query)
        if not query.message or not question or case not in self._cases.by_id:
            await self._turn(query, await self._casework.opened(ShowCase(case), words), words)
            return
        name = self._cases.display_name(case, words.language)
        async with self._replies.typing(query.message.chat.id):
            page = await self._answering.answered(f"{name}: {question}", words)
        await self._show(query, page or pages.busy(words))

    async def _show(self, query: CallbackQuery, page: Page) -> None:
        message = query.message
        if message is None:
            return
        gone = isinstance(message, InaccessibleMessage)
        if gone or not await self._replies.edit(message.chat.id, message.message_id, page):
            await self._replies.send(message.chat.id, page)

    def _replied_question(self, query: CallbackQuery) -> str | None:
        """The question that the message with the pressed button replies to."""
        message = query.message
        asked = message.reply_to_message if isinstance(message, Message) else None
        incoming = read(asked, bot_name=self._bot_name) if asked else None
        return incoming.text if incoming and incoming.kind is Kind.QUESTION else None


def _asked(query: CallbackQuery) -> int | None:
    """The number of the message that the one with the pressed button replies to."""
    asked = query.message.reply_to_message if isinstance(query.message, Message) else None
    return asked.message_id if asked else None


def _is_replaced(query: CallbackQuery) -> bool:
    """Whether the message with the button is a page of one's own, and not an answer, a card or an update."""
    message = query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return True
    buttons = [button for row in message.reply_markup.inline_keyboard for button in row]
    offered = [callbacks.parse(str(button.callback_data)) for button in buttons if button.callback_data]
    several = sum(isinstance(each, ShowNews) for each in offered) > 1
    if several and query.data and isinstance(callbacks.parse(query.data), ShowNews):
        return False  # the others are still to be opened
    if Own.CLOSE in offered:
        return True
    kinds = {MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE}
    quotes = any(entity.type in kinds for entity in message.entities)
    own = all(isinstance(each, OwnCallback) for each in offered)
    return own and not quotes and not all(isinstance(each, AskFollow) for each in offered)
