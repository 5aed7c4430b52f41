"""/settings and /language: what a person can choose, and where the choice is kept."""

from bot.compose import Page
from bot.keeping import Keeping, Kept
from bot.own_callbacks import Option, SetOption
from bot.record import Cadence, DeleteAfter, Record, Sound
from bot.settings_pages import agree_to_delete, choices, language, settings
from bot.speech import Speech
from bot.texts import Texts, texts


class Preferences:
    """Pages of the settings. Without `keeping` there is a language to choose, in memory, and nothing else."""

    def __init__(self, keeping: Keeping | None, speech: Speech) -> None:
        self._keeping = keeping
        self._speech = speech

    async def shown(self, chat: int, option: Option | None, words: Texts) -> Page:
        """The settings, or the choices of one."""
        if self._keeping is None:
            return language(words, kept=False)
        record = _record(await self._keeping.kept(chat))
        return choices(words, option, record) if option else settings(words, record)

    async def changed(self, chat: int, change: SetOption, words: Texts) -> Page:
        """Set something; what it is now."""
        if change.option is Option.LANGUAGE:
            return await self._speak(chat, change.value)
        if self._keeping is None:
            return language(words, kept=False)
        kept = await self._keeping.kept(chat)
        value = int(change.value)
        if change.option is Option.AGREED or (change.option is Option.DELETE and kept and value):
            delay = DeleteAfter(value)
            kept = await self._keeping.delete_after(chat, delay, language=words.language)
        elif change.option is Option.DELETE and value:
            return agree_to_delete(words, change.value, self._keeping.until())
        elif kept:
            kept = await self._keeping.set(chat, **_field(change.option, value))
            if kept is None:  # nothing was left to keep: the language stays in memory
                self._speech.choose(chat, words.language)
        return choices(words, change.option, _record(kept))

    async def _speak(self, chat: int, code: str) -> Page:
        """Speak a language: kept in the record where there is one, else in memory."""
        kept = await self._keeping.set(chat, language=code) if self._keeping else None
        if kept:
            self._speech.forget(chat)
        else:
            self._speech.choose(chat, code)
        return language(texts(code), kept=kept is not None)


def _record(kept: Kept | None) -> Record | None:
    return kept.record if kept else None


def _field(option: Option, value: int) -> dict[str, object]:
    """The field of a record that an option sets."""
    match option:
        case Option.SOUND:
            return {"sound": Sound(value)}
        case Option.QUIET:
            return {"quiet": bool(value)}
        case Option.CADENCE:
            return {"cadence": Cadence(value)}
        case Option.HOUR:
            return {"hour": value}
        case Option.PAUSE:
            return {"paused": bool(value)}
        case _:
            return {"delete_after": DeleteAfter(value)}
