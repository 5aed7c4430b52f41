"""The way to updates: /subscribe, follow buttons and links. Nothing is kept before it was said what, and agreed to."""

import asyncio
from collections.abc import Sequence

from bot import pages
from bot.asker import Asker, BusyError
from bot.compose import Page
from bot.keeping import Keeping
from bot.keywords import (
    MANY_WORDS,
    asks_of_a_child,
    is_private,
    is_protected,
    is_question,
    keyword,
    names_a_stranger,
)
from bot.offers import Offers, followable_publishers
from bot.own_callbacks import AskFollow, ConfirmFollow
from bot.record import MAX_QUESTION, Follow, FollowKind, RecordFullError
from bot.texts import Texts
from corpus.cases import Cases, CaseType
from corpus.fold import skeleton
from index.answer import Reason
from index.case_file import may_have_card
from index.learnt import Learnt
from index.names import resolve
from index.search import LEARNT
from index.version import Version

_MOST_FOUND = 5
_EVERYTHING = Follow(FollowKind.EVERYTHING)


class Subscribing:
    """Pages for what somebody asks to follow. A keyword and a question are `written` in the message replied to."""

    def __init__(self, keeping: Keeping, asker: Asker, cases: Cases) -> None:
        self._keeping = keeping
        self._asker = asker
        self._cases = cases
        self._learnt: tuple[Version, Learnt] | None = None

    async def kinds(self, chat: int, words: Texts) -> Page:
        """What can be followed."""
        return (await self._offers(chat, words)).kinds()

    async def publishers(self, chat: int, page: int, words: Texts) -> Page:
        """The publishers that can be followed."""
        return (await self._offers(chat, words)).publishers(page)

    async def text(self, chat: int, text: str, words: Texts) -> Page:
        """What the text after /subscribe may stand for, or what it can be."""
        offers = await self._offers(chat, words)
        if not text.strip():
            return offers.kinds()
        if is_protected(text, self._cases):
            return offers.refused()
        found = list(self._named(text))
        word = keyword(text) if len(text.split()) <= MANY_WORDS and "?" not in text else None
        refusal = await self._refusal(word, offers) if word else None
        if word and refusal is None:
            found.append(Follow(FollowKind.KEYWORD))
        if offers.quiet and len([each for each in found if each.kind is FollowKind.CASE]) > 1:
            found = [each for each in found if each.kind is not FollowKind.CASE]  # a choice would name them
        if is_question(text):
            found.append(Follow(FollowKind.QUESTION))
        if refusal is not None and all(each.kind is FollowKind.QUESTION for each in found):
            return refusal
        if not found:
            return offers.how(FollowKind.QUESTION if len(text) > MAX_QUESTION else FollowKind.KEYWORD)
        return offers.choice(found)

    async def asked(self, chat: int, ask: AskFollow, written: str, words: Texts) -> Page:
        """What is kept for this, or why it cannot be followed, or which one is meant."""
        offers = await self._offers(chat, words)
        if not ask.what and (ask.kind in {FollowKind.CASE, FollowKind.PUBLISHER} or not written):
            return (
                offers.how(ask.kind)
                if ask.kind is not FollowKind.EVERYTHING
                else await self._consent(chat, _EVERYTHING, offers)
            )
        follow = await self._checked(ask.kind, ask.what or written, offers)
        return follow if isinstance(follow, Page) else await self._consent(chat, follow, offers)

    async def agreed(self, chat: int, confirm: ConfirmFollow, written: str, words: Texts) -> Page:
        """That it is followed now; checked again, because a press can be forged."""
        offers = await self._offers(chat, words)
        follow: Follow | Page = _EVERYTHING
        if confirm.kind is not FollowKind.EVERYTHING:
            if not confirm.what and not written:
                return offers.how(confirm.kind)
            follow = await self._checked(confirm.kind, confirm.what or written, offers)
        if isinstance(follow, Page):
            return follow
        try:
            kept = await self._keeping.follow(chat, follow, language=words.language)
        except RecordFullError:
            return offers.full()
        return offers.done(kept)

    async def _consent(self, chat: int, follow: Follow, offers: Offers) -> Page:
        kept = await self._keeping.kept(chat)
        if kept and follow != _EVERYTHING and _EVERYTHING in kept.record.follows:
            return offers.included()
        return offers.consent(follow, kept, self._keeping.until())

    async def _checked(self, kind: FollowKind, what: str, offers: Offers) -> Follow | Page:
        """What may be followed, or the page that says why not."""
        match kind:
            case FollowKind.CASE:
                case = self._cases.by_id.get(what)
                if case and case.protected:
                    return offers.refused()
                return Follow(kind, what) if case and may_have_card(case) else pages.changed(offers.words)
            case FollowKind.PUBLISHER:
                known = any(publisher.id == what for publisher in followable_publishers())
                return Follow(kind, what) if known else pages.changed(offers.words)
            case FollowKind.KEYWORD:
                word = keyword(what)
                if word is None:
                    return offers.how(kind)
                return await self._refusal(word, offers) or Follow(kind, word)
            case _:
                return await self._checked_question(what, offers)

    async def _refusal(self, word: str, offers: Offers) -> Page | None:
        """Why a keyword may not be followed; None where it may."""
        if is_private(word) or is_protected(word, self._cases):
            return offers.refused()
        version = self._asker.quotes().version
        if self._learnt is None or self._learnt[0] is not version:
            learnt = await asyncio.to_thread(Learnt.from_bytes, version.files[LEARNT])
            self._learnt = version, learnt
        return offers.stranger() if names_a_stranger(word, self._cases, self._learnt[1]) else None

    async def _checked_question(self, question: str, offers: Offers) -> Follow | Page:
        question = " ".join(question.split())
        if not is_question(question):
            return offers.how(FollowKind.QUESTION)
        if is_protected(question, self._cases) or asks_of_a_child(question, self._cases):
            return offers.refused()
        try:
            answer, _ = await self._asker.ask(question)
        except BusyError:
            return pages.busy(offers.words)
        if answer.reason is Reason.REFUSED:
            return offers.refused() if answer.private else pages.only_these_cases(offers.words)
        return Follow(FollowKind.QUESTION, question)

    def _named(self, text: str) -> Sequence[Follow]:
        """The people and publishers that a text names."""
        found = resolve(text, cases=self._cases)
        people = [
            case
            for case in (*found.cases, *found.ambiguous)
            if self._cases[case].type is CaseType.PERSON and may_have_card(self._cases[case])
        ]
        wanted = _folded(text)
        publishers = [
            publisher.id for publisher in followable_publishers() if wanted in map(_folded, publisher.names)
        ]
        return [
            *(Follow(FollowKind.CASE, case) for case in dict.fromkeys(people[:_MOST_FOUND])),
            *(Follow(FollowKind.PUBLISHER, each) for each in publishers),
        ]

    async def _offers(self, chat: int, words: Texts) -> Offers:
        kept = await self._keeping.kept(chat)
        return Offers(words, self._cases, quiet=bool(kept and kept.record.quiet))


def _folded(name: str) -> str:
    return " ".join(skeleton(word) for word in name.split())
