"""/my, /stop, /mydata, /forget: what is kept for somebody, and every way to end it."""

from bot.compose import Page
from bot.keeping import Kept
from bot.my_pages import MyPages
from bot.own_callbacks import Unfollow
from bot.replies import Replies
from bot.speech import Speech
from bot.store import Store
from bot.texts import Texts
from corpus.cases import Cases


class Mine:
    """Pages about what is kept. Where nothing is kept there are still messages to delete."""

    def __init__(
        self,
        store: Store,
        *,
        replies: Replies,
        speech: Speech,
        cases: Cases,
    ) -> None:
        self._keeping = store.keeping
        self._dialogue = store.dialogue
        self._quiet = store.quiet
        self._replies = replies
        self._speech = speech
        self._cases = cases

    async def shown(self, chat: int, words: Texts) -> Page:
        """What is followed, in counts."""
        return self._pages(words).mine(await self._kept(chat))

    async def listed(self, chat: int, page: int, words: Texts) -> Page:
        """What is followed, by name."""
        return self._pages(words).followed(await self._kept(chat), page)

    async def data(self, chat: int, words: Texts) -> Page:
        """All that is kept about the chat."""
        waiting = await self._keeping.waiting(chat) if self._keeping else 0
        return self._pages(words).data(await self._kept(chat), waiting=waiting)

    async def renewed(self, chat: int, words: Texts) -> Page:
        """Keep it for the full time again."""
        kept = await self._keeping.renew(chat) if self._keeping else None
        pages = self._pages(words)
        return pages.renewed(kept) if kept else pages.mine(None)

    async def unfollowed(self, chat: int, button: Unfollow, words: Texts) -> Page:
        """Stop one thing, or a kind: the list without it, or the counts."""
        if self._keeping is None:
            return self._pages(words).mine(None)
        self._keep_language(chat, words)
        kept = await self._keeping.unfollow(chat, button)
        pages = self._pages(words)
        return pages.followed(kept, 0) if button.what else pages.mine(kept)

    async def stopped(self, chat: int, words: Texts) -> Page:
        """End everything: confirmed when nothing to this chat is under way any more."""
        self._keep_language(chat, words)
        await self._end(chat)
        return self._pages(words).stopped()

    async def forgotten(self, chat: int, words: Texts) -> None:
        """End everything, delete the messages that are known, and say so in one neutral line."""
        await self._end(chat)
        self._speech.forget(chat)
        deleted = await self._replies.delete(chat, await self._dialogue.known(chat))
        await self._dialogue.drop(chat, deleted=deleted)
        await self._replies.send(chat, self._pages(words).forgotten())

    async def gone(self, chat: int) -> None:
        """Somebody blocked the bot: end everything at once. There is no way to delete messages, or to say so."""
        await self._end(chat)
        self._speech.forget(chat)
        await self._dialogue.drop(chat, deleted=True)

    async def _end(self, chat: int) -> None:
        if self._keeping:
            await self._keeping.forget(chat)
            await self._quiet(chat)

    def _keep_language(self, chat: int, words: Texts) -> None:
        """The language of a record that may be deleted now stays in memory."""
        if self._keeping and self._keeping.language(chat):
            self._speech.choose(chat, words.language)

    def _pages(self, words: Texts) -> MyPages:
        return MyPages(words, self._cases)

    async def _kept(self, chat: int) -> Kept | None:
        return await self._keeping.kept(chat) if self._keeping else None
