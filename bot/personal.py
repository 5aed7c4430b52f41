"""Commands and buttons about updates and one's own settings: which page each leads to."""

from telegram import Message

from bot import pages
from bot.asker import Asker
from bot.compose import Page
from bot.incoming import Incoming
from bot.my import Mine
from bot.news_pages import corrections_page, news_list_page, news_page
from bot.offers import Offers
from bot.own_callbacks import (
    AskFollow,
    ConfirmFollow,
    ListFollowed,
    ListNews,
    ListPublishers,
    Option,
    Own,
    OwnCallback,
    SetOption,
    ShowNews,
    ShowSetting,
    Unfollow,
)
from bot.preferences import Preferences
from bot.replies import Replies
from bot.speech import Speech
from bot.store import Store
from bot.subscribing import Subscribing
from bot.texts import Texts
from corpus.cases import Cases

COMMANDS = frozenset(
    {"subscribe", "my", "stop", "settings", "language", "mydata", "forget", "privacy", "news", "corrections"}
)


class Personal:
    """The dialogue of a private chat about what is sent to it and kept of it."""

    def __init__(self, store: Store, *, asker: Asker, replies: Replies, cases: Cases, speech: Speech) -> None:
        self._store = store
        self._replies = replies
        self._cases = cases
        self._subscribing = Subscribing(store.keeping, asker, cases) if store.keeping else None
        self._preferences = Preferences(store.keeping, speech)
        self._mine = Mine(store, replies=replies, speech=speech, cases=cases)

    async def said(self, message: Message, incoming: Incoming, words: Texts) -> None:
        """Follow one of `COMMANDS`."""
        if incoming.command == "forget":
            await self._mine.forgotten(message.chat_id, words)
        elif page := await self._command(message.chat_id, incoming, words):
            await self._replies.reply(message, page)

    async def forgotten(self, chat: int, words: Texts) -> None:
        """Delete all that is kept of a chat, and its messages."""
        await self._mine.forgotten(chat, words)

    async def gone(self, chat: int) -> None:
        """Somebody blocked the bot."""
        await self._mine.gone(chat)

    async def _command(self, chat: int, incoming: Incoming, words: Texts) -> Page:
        if incoming.command == "subscribe":
            if self._subscribing is None:
                return self._nothing_kept(words)
            return await self._subscribing.text(chat, incoming.text, words)
        callbacks: dict[str, OwnCallback] = {
            "my": Own.MINE,
            "stop": Own.STOP,
            "settings": ShowSetting(),
            "language": ShowSetting(Option.LANGUAGE),
            "mydata": Own.DATA,
            "privacy": Own.PRIVACY,
            "news": ListNews(0),
            "corrections": ListNews(0, corrections=True),
        }
        return await self.page(chat, callbacks[incoming.command], "", words)

    async def page(self, chat: int, callback: OwnCallback, written: str, words: Texts) -> Page:
        """The page for a button; `written` is what the message that it stands under replies to."""
        match callback:
            case Own.PRIVACY:
                return pages.privacy(words, following=self._store.following)
            case ShowNews(number):
                news = self._store.announcements.get(number)
                return news_page(news, words) if news and not news.cancelled else pages.changed(words)
            case ListNews(page, corrections=True):
                return corrections_page(self._store.announcements.corrections(), page, words)
            case ListNews(page):
                return news_list_page(self._store.announcements.recent(), page, words)
            case ShowSetting(option):
                return await self._preferences.shown(chat, option, words)
            case SetOption():
                return await self._preferences.changed(chat, callback, words)
            case Own.DATA:
                return await self._mine.data(chat, words)
            case _ if self._subscribing is None:
                return self._nothing_kept(words)
            case Own.KINDS | AskFollow() | ConfirmFollow() | ListPublishers():
                return await self._offered(self._subscribing, chat, callback, written, words)
            case _:
                return await self._about_mine(chat, callback, words)

    async def _offered(
        self, subscribing: Subscribing, chat: int, callback: OwnCallback, written: str, words: Texts
    ) -> Page:
        match callback:
            case AskFollow():
                return await subscribing.asked(chat, callback, written, words)
            case ConfirmFollow():
                return await subscribing.agreed(chat, callback, written, words)
            case ListPublishers(page):
                return await subscribing.publishers(chat, page, words)
            case _:
                return await subscribing.kinds(chat, words)

    async def _about_mine(self, chat: int, callback: OwnCallback, words: Texts) -> Page:
        match callback:
            case Own.STOP:
                return await self._mine.stopped(chat, words)
            case Own.RENEW:
                return await self._mine.renewed(chat, words)
            case Unfollow():
                return await self._mine.unfollowed(chat, callback, words)
            case ListFollowed(page):
                return await self._mine.listed(chat, page, words)
            case _:
                return await self._mine.shown(chat, words)

    def _nothing_kept(self, words: Texts) -> Page:
        return Offers(words, self._cases).nothing_kept()
