"""In which language the bot speaks to a person."""

from telegram import User

from bot.memory import Recent
from bot.texts import Texts, from_telegram, texts
from corpus.languages import interface_language


class Speech:
    """The words for each person: in the language they chose, else that of their question, else of their Telegram."""

    def __init__(self) -> None:
        self._chosen: Recent[str] = Recent()

    def choose(self, person: User, language: str) -> None:
        """Speak this language to a person from now on."""
        self._chosen.put(language, person.id)

    def words(self, person: User | None, question: str | None = None) -> Texts:
        """The words for a person who asks this question, or nothing."""
        chosen = self._chosen.get(person.id) if person else None
        asked = interface_language(question) if question and not chosen else None
        return texts(chosen or asked or from_telegram(person.language_code if person else None))
