"""Inline mode: what somebody who types a question after the bot's name, in any chat, is offered to send there.

Telegram gives an answer to everybody who types the same, so nothing here knows the person: the language is that of
the question, and the only thing a person is needed for is to count how much one of them asks.
"""

import asyncio
import logging
import time

from telegram import (
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from bot.asker import Asker, BusyError
from bot.compose import Page, inline
from bot.memory import Limits
from bot.places import public
from bot.render import Renderer
from bot.replies import NO_PREVIEW, Replies
from bot.source import named, titled, told_until
from bot.texts import DEFAULT, Texts, texts
from corpus.cases import Cases
from corpus.document import PartialDate
from corpus.errors import SpravaError
from corpus.languages import interface_language
from index.answer import Answer, Reason
from index.excerpt import Excerpt

SHORTEST = 3
CARDS = 10
CACHE_S = 300
QUERIES_A_MINUTE = 60
"""Clients ask at each pause in typing, so one question takes several queries."""
_ANSWER_S = 1.8
_DESCRIPTION = 120
_START = "inline"

logger = logging.getLogger(__name__)


class Inline:
    """Answers inline queries within two seconds; what is late or too much is told so, and not kept by Telegram."""

    def __init__(self, *, asker: Asker, replies: Replies, cases: Cases, bot_name: str) -> None:
        self._asker = asker
        self._replies = replies
        self._cases = cases
        self._bot_name = bot_name
        self._limits = Limits(QUERIES_A_MINUTE)

    async def answer(self, query: InlineQuery) -> None:
        """Offer cards for a question, or say in the button above them why there are none."""
        question = query.query.strip()
        words = texts(interface_language(question) or DEFAULT)
        if len(question) < SHORTEST:
            await self._offer(query, [], words.say("Type a question: 3 letters or more"))
            return
        if not self._limits.admit(query.from_user.id, time.time(), query.id):
            await self._not_now(query, words)
            return
        try:
            async with asyncio.timeout(_ANSWER_S):
                answer, quotes = await self._asker.ask(question)
        except (BusyError, TimeoutError):
            await self._not_now(query, words)
            return
        except SpravaError as error:
            logger.error("index unreadable", extra={"error": type(error).__name__})
            await self._offer(query, [], words.say("I cannot read the index now. Try later."), cache_s=0)
            return
        renderer = Renderer(words, quotes, self._bot_name, self._cases, dialogue=False)
        found = cards(answer, renderer)
        why = renderer.answer(answer).text.partition("\n")[0]
        await self._offer(query, found, words.say("Open in a private chat") if found else why)

    async def _not_now(self, query: InlineQuery, words: Texts) -> None:
        await self._offer(query, [], words.say("Too many questions: try again in a minute"), cache_s=0)

    async def _offer(
        self,
        query: InlineQuery,
        found: list[InlineQueryResultArticle],
        button: str,
        *,
        cache_s: int = CACHE_S,
    ) -> None:
        above = InlineQueryResultsButton(button, start_parameter=_START)
        await self._replies.offer(query, found, above, cache_s=cache_s)


def cards(answer: Answer, renderer: Renderer) -> list[InlineQueryResultArticle]:
    """A card for each quote, best first; for a question without an answer one that says so; none for a refusal."""
    if answer.answered:
        several = [(e, True) for e in answer.excerpts] + [(e, False) for e in answer.more]
        made = [
            _quote_card(str(number), e, answer, renderer, differs=answer.differs and own)
            for number, (e, own) in enumerate(several)
        ]
        return [card for card in made if card][:CARDS]
    if answer.reason not in {Reason.NO_SOURCE, Reason.AMBIGUOUS}:
        return []
    page = renderer.answer(answer)
    first, _, rest = page.text.partition("\n")
    names = [button.text for row in page.keyboard for button in row if answer.reason is Reason.AMBIGUOUS]
    return [
        article(
            "0",
            first,
            " · ".join(names) or rest.partition("\n")[0],
            public(page, renderer.texts, bot_name=renderer.bot_name),
        )
    ]


def _quote_card(
    number: str, excerpt: Excerpt, answer: Answer, renderer: Renderer, *, differs: bool
) -> InlineQueryResultArticle | None:
    """A quote with whom it names, and until when and by whom it is told; None for one that no message can hold."""
    page = public(renderer.one(excerpt, differs=differs), renderer.texts, bot_name=renderer.bot_name)
    if not page.quotes:
        return None
    document, say = excerpt.document, renderer.texts.say
    title = _person(excerpt, answer, renderer) or titled(document)
    if (date := told_until(document)) != PartialDate():
        title = f"{title} · {say('as of {date}', date=renderer.texts.date(date))}"
    teller = say("this project's brief") if document.is_brief else named(document.publisher)
    return article(number, title, f"{teller} · {_beginning(inline(excerpt.quote))}", page)


def _person(excerpt: Excerpt, answer: Answer, renderer: Renderer) -> str | None:
    """Whom the quote names: of several the one that the question is about."""
    cases = [each.cases[0] for each in renderer.cases.mentions(excerpt.quote) if len(each.cases) == 1]
    asked = [case for case in cases if case in answer.candidates]
    return next((renderer.cases.display_name(case, renderer.texts.language) for case in asked or cases), None)


def _beginning(quote: str) -> str:
    if len(quote) <= _DESCRIPTION:
        return quote
    return f"{quote[:_DESCRIPTION].rpartition(' ')[0] or quote[:_DESCRIPTION]} …"


def article(number: str, title: str, description: str, page: Page) -> InlineQueryResultArticle:
    """A page as Telegram wants it where the bot cannot send it itself; `number` is unique among its like."""
    return InlineQueryResultArticle(
        number,
        title,
        InputTextMessageContent(page.text, entities=page.entities, link_preview_options=NO_PREVIEW),
        reply_markup=InlineKeyboardMarkup(page.keyboard) if page.keyboard else None,
        description=description or None,
    )
