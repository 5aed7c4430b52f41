"""In which language the bot speaks to a person."""

from collections.abc import Callable

from telegram import User

from bot.memory import Recent
from bot.texts import Texts, from_telegram, texts
from corpus.languages import interface_language


def _unrecorded(_chat: int) -> str | None:
    return None


class Speech:
    """The words for each person: in the language they chose, else that of their question, else of their Telegram.

    `recorded` returns the language in the record of a private chat; without a record, a choice stays in memory.
    """

    def __init__(self, recorded: Callable[[int], str | None] = _unrecorded) -> None:
        self._recorded = recorded
        self._chosen: Recent[str] = Recent()

    def choose(self, person: int, language: str) -> None:
        """Speak this language to a person from now on, in memory."""
        self._chosen.put(language, person)

    def forget(self, person: int) -> None:
        """Forget what a person chose."""
        self._chosen.drop(person)

    def words(self, person: User | None, question: str | None = None, *, private: bool = True) -> Texts:
        """The words for a person who asks this question, or nothing. Elsewhere than in `private` a record plays no
        part: nothing there may hint at it."""
        chosen = None
        if person:
            chosen = (self._recorded(person.id) if private else None) or self._chosen.get(person.id)
        asked = interface_language(question) if question and not chosen else None
        return texts(chosen or asked or from_telegram(person.language_code if person else None))
