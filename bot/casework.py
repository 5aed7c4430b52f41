"""What a person does with cases: /case, /cases, links that open a card, and the buttons of cards and lists."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.asker import Asker
from bot.callbacks import MAX_SEARCH, ListCases, ShowCase
from bot.cards import Cards
from bot.compose import Page
from bot.pages import no_children
from bot.texts import Texts
from corpus.cases import Cases, CaseType
from corpus.fold import skeleton, tokens
from index.case_file import CaseBook
from index.names import resolve

_NEAREST = 3
_NEAR = 60
"""Likeness, of 100, from which a name is worth offering for one that nobody has."""


class Casework:
    """Pages for names, links and buttons, from the newest version of the index."""

    def __init__(self, asker: Asker, cases: Cases, bot_name: str, *, following: bool) -> None:
        self._following = following
        self._asker = asker
        self._cases = cases
        self._bot_name = bot_name

    async def named(self, name: str, words: Texts) -> Page:
        """The card of whoever is meant, a choice of several, or the nearest names; without a name asks for one."""
        if not name.strip():
            return self._cards(words).no_name()
        return await self._asker.look_up(lambda book: self._named(book, name, words))

    async def opened(self, callback: ShowCase, words: Texts) -> Page | None:
        """The page of a card that a button or a link names; None when there is none any more."""

        def look(book: CaseBook) -> Page | None:
            file = book.case_file(callback.case, words.language)
            return self._cards(words).card(file, callback.tab, callback.page) if file else None

        return await self._asker.look_up(look)

    async def listed(self, callback: ListCases, words: Texts) -> Page:
        """A page of the people whose names hold what is searched for."""

        def look(book: CaseBook) -> Page:
            everybody = self._sorted(book.people(), words)
            found = [case for case in everybody if self._fits(case, callback.search)]
            cards = self._cards(words)
            if not found:
                return cards.nobody(self._nearest(callback.search, everybody))
            return cards.people(found, callback.page, search=callback.search, among=len(everybody))

        return await self._asker.look_up(look)

    async def searched(self, name: str, words: Texts) -> Page:
        """The first page of a search by some letters of a name, or of everybody."""
        return await self.listed(ListCases(0, _folded(name)), words)

    def _named(self, book: CaseBook, name: str, words: Texts) -> Page:
        cards = self._cards(words)
        found = resolve(name, cases=self._cases)
        people = [case for case in found.cases if self._cases[case].type is CaseType.PERSON]
        if any(self._cases[case].protected for case in people):
            return no_children(words)
        everybody = self._sorted(book.people(), words)
        meant = [case for case in (*people, *found.ambiguous) if book.has_card(case)]
        if not meant and not people:
            meant = [case for case in everybody if self._fits(case, _folded(name))]
        if len(meant) == 1 and (file := book.case_file(meant[0], words.language)):
            return cards.card(file, ShowCase(meant[0]).tab, 0)
        return cards.which(meant) if meant else cards.nobody(self._nearest(name, everybody))

    def _fits(self, case: str, search: str) -> bool:
        """Whether a word of a person's name begins with what is searched for, in any script."""
        spellings = self._cases[case].spellings
        folded = [[token.skeleton for token in tokens(name)] for name in spellings]
        return any(
            "".join(words[first:]).startswith(search) for words in folded for first in range(len(words))
        )

    def _nearest(self, name: str, people: Sequence[str]) -> list[str]:
        asked = [token.skeleton for token in tokens(name)]

        def likeness(case: str) -> float:
            own = {token.skeleton for spelling in self._cases[case].spellings for token in tokens(spelling)}
            return max((fuzz.ratio(one, other) for one in asked for other in own), default=0.0)

        best = sorted(((likeness(case), case) for case in people), key=lambda each: -each[0])
        return [case for near, case in best[:_NEAREST] if near >= _NEAR]

    def _sorted(self, people: Sequence[str], words: Texts) -> list[str]:
        """By surname as it is shown."""

        def surname(case: str) -> tuple[str, str]:
            name = self._cases.display_name(case, words.language).casefold()
            return name.split()[-1], name

        return sorted(people, key=surname)

    def _cards(self, words: Texts) -> Cards:
        return Cards(words, self._asker.quotes(), self._bot_name, self._cases, following=self._following)


def _folded(name: str) -> str:
    """The letters of a search as a button carries them: folded, so that any script finds any spelling."""
    letters = "".join(skeleton(word) for word in name.split()).lower()
    return "".join(letter for letter in letters if "a" <= letter <= "z")[:MAX_SEARCH]
