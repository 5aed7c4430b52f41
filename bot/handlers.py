"""What the bot does with an update: read it, ask for a page, reply. Each method is one thing a person can do."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from telegram import ChatMember, ChatMemberUpdated, Message, Update
from telegram.constants import ChatType

from bot import callbacks, pages
from bot.answering import Answering
from bot.asker import Asker
from bot.callbacks import ShowCase, ShowQuotes, ShowSources
from bot.casework import Casework
from bot.compose import Page
from bot.incoming import Incoming, Kind, read, read_as_guest
from bot.inline import Inline, article
from bot.membership import Membership
from bot.memory import LOOK_UPS_A_MINUTE, Limits, Recent
from bot.own_callbacks import parse_own_link
from bot.personal import COMMANDS, Personal
from bot.places import Places
from bot.presses import Presses
from bot.replies import Replies
from bot.speech import Speech
from bot.store import Store
from bot.texts import Texts
from corpus.cases import Cases


class Handlers:
    """Everything a person can do with the bot, in the `places` that the operator left switched on."""

    def __init__(
        self,
        *,
        asker: Asker,
        replies: Replies,
        cases: Cases,
        bot_name: str,
        places: Places,
        store: Store,
    ) -> None:
        self._asker = asker
        self._replies = replies
        self._store = store
        self._cases = cases
        self._bot_name = bot_name
        self._places = places
        self._membership = Membership(replies, places, bot_name=bot_name)
        self._inline = Inline(asker=asker, replies=replies, cases=cases, bot_name=bot_name)
        self._speech = Speech(store.keeping.language) if store.keeping else Speech()
        self._answers: Recent[int] = Recent()
        self._albums: Recent[bool] = Recent()
        self._limits = Limits()
        self._look_ups = Limits(LOOK_UPS_A_MINUTE)
        self._answering = Answering(asker, cases, bot_name, following=store.following)
        self._casework = Casework(asker, cases, bot_name, following=store.following)
        self._personal = Personal(store, asker=asker, replies=replies, cases=cases, speech=self._speech)
        self._presses = Presses(
            self._answering,
            self._casework,
            self._personal,
            replies=replies,
            cases=cases,
            bot_name=bot_name,
            speech=self._speech,
            limits=self._limits,
            look_ups=self._look_ups,
        )
        self._commands: dict[str, Callable[[Message, Incoming, Texts], Awaitable[None]]] = {
            "start": self._start,
            "ask": self._ask_for_question,
            "case": self._case,
            "cases": self._cases_list,
            "help": self._help,
            "about": self._help,
            "sources": self._sources,
            "subscribe": self._subscribe,
            **dict.fromkeys(COMMANDS - {"subscribe"}, self._personal.said),
        }

    def begin(self, update: Update) -> None:
        """Acknowledge a press, however long it has to wait for its turn."""
        if update.callback_query:
            self._presses.begin(update.callback_query)

    async def handle(self, update: Update) -> None:
        """Do all that an update asks for; an exception means that it was not done."""
        if update.callback_query:
            await self._presses.pressed(update.callback_query)
        elif update.my_chat_member:
            await self._member(update.my_chat_member)
        elif update.message:
            await self._message(update.message)
        elif update.edited_message:
            await self._edited(update.edited_message)
        elif update.inline_query and self._places.inline:
            await self._inline.answer(update.inline_query)
        elif update.guest_message and self._places.guest:
            await self._as_guest(update.guest_message)

    async def give_up(self, update: Update, code: str) -> None:
        """Tell the person that an update failed for good."""
        query, message = update.callback_query, update.message or update.edited_message
        if query:
            await self._replies.acknowledge(query)
            if query.message and query.message.chat.type == ChatType.PRIVATE:
                page = pages.press_failed(self._speech.words(query.from_user), code)
                await self._replies.send(query.message.chat.id, page)
        elif message and (message.chat.type == ChatType.PRIVATE or self._read(message).kind is Kind.QUESTION):
            await self._replies.reply(message, pages.failed(self._words(message, message.text), code))
        elif (guest := update.guest_message) and self._places.guest and guest.guest_query_id:
            failed = pages.failed(self._words(guest, guest.text), code)
            await self._replies.answer_guest(guest.guest_query_id, article("0", failed.text, "", failed))

    async def _member(self, change: ChatMemberUpdated) -> None:
        """The bot was added to a group or removed from it, or somebody blocked it."""
        if change.chat.type != ChatType.PRIVATE:
            await self._membership.changed(change, self._speech.words(change.from_user, private=False))
        elif change.new_chat_member.status == ChatMember.BANNED:
            await self._personal.gone(change.chat.id)

    # Messages

    async def _message(self, message: Message) -> None:
        await self._store.dialogue.note(message.chat_id, message.message_id)
        if message.chat.type != ChatType.PRIVATE and not self._places.groups:
            if not self._places.gets_updates(message.chat):  # it was added while the switch was on
                await self._membership.leave(message.chat, self._words(message))
            return
        incoming = self._read(message)
        match incoming.kind:
            case Kind.QUESTION:
                await self._question(message, incoming.text)
            case Kind.COMMAND:
                words = self._words(message)
                await self._commands.get(incoming.command, self._unknown)(message, incoming, words)
            case Kind.UNREADABLE:
                await self._unreadable(message)

    async def _question(self, message: Message, question: str, *, instead_of: int | None = None) -> None:
        """Answer a question; `instead_of` is the message with the answer to its earlier wording."""
        if not self._admit(message):
            await self._once_a_minute(message, "limit", pages.wait_a_little, question)
            return
        page = None
        if not self._asker.is_busy:
            words = self._words(message, question)
            # In a rush it would be one more call for each.
            async with nullcontext() if self._asker.crowd.lasts else self._typing(message):
                page = await self._answering.answered(question, words, place=message.chat.type)
        if page is None:
            await self._once_a_minute(message, "busy", pages.busy, question)
        elif instead_of is None or not await self._replies.edit(message.chat_id, instead_of, page):
            sent = await self._replies.reply(message, page)
            if sent:
                self._answers.put(sent, message.chat_id, message.message_id)

    async def _edited(self, message: Message) -> None:
        """An edited question edits its answer."""
        incoming = self._read(message)
        if incoming.kind is Kind.QUESTION:
            earlier = self._answers.get(message.chat_id, message.message_id)
            await self._question(message, incoming.text, instead_of=earlier)

    async def _unreadable(self, message: Message) -> None:
        album = message.media_group_id
        if album is None or not self._albums.get(album):
            await self._replies.reply(message, pages.text_only(self._words(message)))
            if album:
                self._albums.put(True, album)

    # Commands

    async def _start(self, message: Message, incoming: Incoming, words: Texts) -> None:
        quotes, case = callbacks.parse_shared(incoming.text), callbacks.parse_case_link(incoming.text)
        if case:
            await self._look_up(message, words, lambda: self._casework.opened(ShowCase(case), words))
            return
        if own := parse_own_link(incoming.text):
            await self._replies.reply(message, await self._personal.page(message.chat_id, own, "", words))
            return
        page = (
            self._answering.shown(ShowQuotes(quotes), words)
            if quotes
            else pages.start(words, following=self._store.following)
        )
        await self._replies.reply(message, page or pages.changed(words))

    async def _ask_for_question(self, message: Message, _incoming: Incoming, words: Texts) -> None:
        await self._replies.reply(message, pages.ask_how(words))

    async def _case(self, message: Message, incoming: Incoming, words: Texts) -> None:
        await self._look_up(message, words, lambda: self._casework.named(incoming.text, words))

    async def _cases_list(self, message: Message, incoming: Incoming, words: Texts) -> None:
        await self._look_up(message, words, lambda: self._casework.searched(incoming.text, words))

    async def _look_up(
        self, message: Message, words: Texts, look: Callable[[], Awaitable[Page | None]]
    ) -> None:
        """Reply with what `look` finds in the case files, unless its author looked up too much."""
        if not self._admit(message, self._look_ups):
            await self._once_a_minute(message, "look-ups", pages.slower)
            return
        async with self._typing(message):
            page = await look()
        await self._replies.reply(message, page or pages.changed(words))

    async def _help(self, message: Message, _incoming: Incoming, words: Texts) -> None:
        private, following = message.chat.type == ChatType.PRIVATE, self._store.following
        page = pages.help_page(words, self._bot_name, self._places, following=following, private=private)
        await self._replies.reply(message, page)

    async def _sources(self, message: Message, _incoming: Incoming, words: Texts) -> None:
        await self._replies.reply(
            message, self._answering.shown(ShowSources(0), words) or pages.no_index(words)
        )

    async def _subscribe(self, message: Message, incoming: Incoming, words: Texts) -> None:
        """Look for what is to be followed, unless its author looked up too much."""
        if self._admit(message, self._look_ups):
            await self._personal.said(message, incoming, words)
        else:
            await self._once_a_minute(message, "look-ups", pages.slower)

    async def _unknown(self, message: Message, _incoming: Incoming, _words: Texts) -> None:
        await self._once_a_minute(message, "unknown", pages.unknown_command)

    # Chats that we have not joined

    async def _as_guest(self, message: Message) -> None:
        """Answer a mention, once and with links only; what is no question is passed over."""
        question = read_as_guest(message, bot_name=self._bot_name)
        if not question or not message.guest_query_id or not self._admit(message):
            return
        words = self._words(message, question)
        page = await self._answering.answered(question, words, place=message.chat.type) or pages.busy(words)
        await self._replies.answer_guest(message.guest_query_id, article("0", question[:64], "", page))

    # What they share

    def _typing(self, message: Message) -> AbstractAsyncContextManager[None]:
        """Show that work is going on."""
        thread = message.message_thread_id if message.is_topic_message else None
        return self._replies.typing(message.chat_id, thread=thread)

    def _words(self, message: Message, question: str | None = None) -> Texts:
        private = message.chat.type == ChatType.PRIVATE
        return self._speech.words(message.from_user, question, private=private)

    def _read(self, message: Message) -> Incoming:
        if message.chat.type != ChatType.PRIVATE and not self._places.groups:
            return Incoming(Kind.NOTHING)
        return read(message, bot_name=self._bot_name)

    async def _once_a_minute(
        self, message: Message, what: str, make: Callable[[Texts], Page], question: str | None = None
    ) -> None:
        """Reply with a page, unless the chat was told so within the last minute."""
        at = _written(message)
        if self._limits.was_told(message.chat_id, what, at):
            return
        if await self._replies.reply(message, make(self._words(message, question))):
            self._limits.tell(message.chat_id, what, at)

    def _admit(self, message: Message, limits: Limits | None = None) -> bool:
        """Whether its author may ask, or do what `limits` counts. Who writes as a group or channel is that: their `from_user` is Telegram's own
        stand-in, the same everywhere."""
        author = message.sender_chat or message.from_user or message.chat
        at = _written(message)
        number = f"{message.chat_id} {message.message_id} {at}"  # an edited question is another one
        return (limits or self._limits).admit(author.id, at, number)


def _written(message: Message) -> float:
    return (message.edit_date or message.date).timestamp()
