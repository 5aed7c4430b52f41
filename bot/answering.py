"""Pages about questions and quotes: what is asked, and what the buttons under an answer show."""

import logging
import time

from telegram.constants import ChatType

from bot import pages
from bot.asker import Asker, BusyError
from bot.callbacks import (
    Callback,
    ShowCitations,
    ShowClosest,
    ShowContext,
    ShowMore,
    ShowQuotes,
    ShowSources,
)
from bot.compose import Page
from bot.kept import NOTHING, Kept
from bot.places import public
from bot.render import Renderer
from bot.texts import Texts
from corpus.cases import Cases
from corpus.errors import SpravaError

logger = logging.getLogger(__name__)


class Answering:
    """Answers and quotes as pages, from the newest version of the index."""

    def __init__(self, asker: Asker, cases: Cases, bot_name: str, *, following: bool) -> None:
        self._following = following
        self._asker = asker
        self._cases = cases
        self._bot_name = bot_name

    async def answered(
        self, question: str, words: Texts, *, heading: str | None = None, place: str = ChatType.PRIVATE
    ) -> Page | None:
        """The page that answers; None when too many questions are waiting."""
        started = time.monotonic()
        try:
            answer, quotes = await self._asker.ask(question)
        except BusyError:
            return None
        except SpravaError as error:
            logger.error("index unreadable", extra={"error": type(error).__name__})
            return pages.no_index(words)
        ms = round((time.monotonic() - started) * 1000)
        logger.info(
            "answered", extra={"ms": ms, "outcome": answer.reason or "quotes", "version": answer.version}
        )
        private = place == ChatType.PRIVATE
        following = private and self._following and heading is None  # the question must stand in the chat
        renderer = Renderer(words, quotes, self._bot_name, self._cases, dialogue=private, following=following)
        page = renderer.answer(answer, heading=heading)
        return page if private else public(page, words, bot_name=self._bot_name)

    def shown(self, callback: Callback, words: Texts, kept: Kept = NOTHING) -> Page | None:
        """The page for a button that shows what is in the index, with what was `kept` of the answer above it; None when
        that is no longer there."""
        quotes = self._asker.quotes()
        renderer = Renderer(words, quotes, self._bot_name, self._cases)
        match callback:
            case ShowSources(page):
                return renderer.sources(page)
            case ShowContext(number, shift, ids):
                excerpt = quotes.find(ids[number - 1], rank=number)
                context = quotes.around(excerpt, shift=shift) if excerpt else None
                if context is None:
                    return None
                return renderer.context(context, number=number, shift=shift, ids=ids, kept=kept)
            case ShowCitations(ids):
                cited = quotes.find_all(ids)
                return renderer.citations(cited, ids, kept) if cited else None
            case ShowQuotes(ids):
                found = quotes.find_all(ids)
                return renderer.shown_again(found, kept) if found else None
            case ShowMore(ids):
                found = quotes.find_all(ids)
                return renderer.more(found) if found else None
            case ShowClosest(ids):
                found = quotes.find_all(ids)
                return renderer.closest(found) if found else None
        return None
