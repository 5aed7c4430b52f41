"""Every word the bot says, from the gettext catalogues in `locales/`. English texts are the message ids."""

import datetime
import gettext
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from babel import Locale, dates, numbers
from babel.messages import mofile, pofile

from corpus.document import PartialDate

LANGUAGES = ("be", "ru", "en")
"""The interface languages; a person's Telegram language chooses the first that fits, else English."""
DEFAULT = "en"

_DAY = {"en": "d MMM y"}
_MONTH = {"en": "LLL y"}


@dataclass(frozen=True)
class Texts:
    """The words of one interface language."""

    language: str
    catalogue: gettext.NullTranslations

    def say(self, msgid: str, **values: Any) -> str:
        """The translation of `msgid` with its {fields} filled."""
        return self.catalogue.gettext(msgid).format(**values)

    def count(self, one: str, many: str, n: int, **values: Any) -> str:
        """The plural form that fits `n`, which fills {n}."""
        form = self.catalogue.ngettext(one, many, n)
        return form.format(n=numbers.format_decimal(n, locale=self._locale), **values)

    def date(self, date: PartialDate) -> str:
        """The date as precisely as it is known, in words of this language."""
        if date.year is None:
            return self.say("date unknown")
        if date.month is None:
            return str(date.year)
        day = datetime.date(date.year, date.month, date.day or 1)
        pattern = (
            _MONTH.get(self.language, "LLLL y") if date.day is None else _DAY.get(self.language, "d MMMM y")
        )
        return _formatted(day, pattern, self.language)

    def language_name(self, code: str) -> str:
        """The name of the language of a quote."""
        if code == "be-tarask":
            return self.say("Belarusian, classical spelling")
        if code == "be-latn":
            return self.say("Belarusian in Latin letters")
        return str(self._locale.languages.get(code.partition("-")[0], code))

    @property
    def _locale(self) -> Locale:
        return Locale(self.language)


@lru_cache(4096)
def _formatted(day: datetime.date, pattern: str, language: str) -> str:
    return dates.format_date(day, pattern, locale=language)


@cache
def texts(language: str) -> Texts:
    """The words of `language`, one of `LANGUAGES`. Catalogues are read as text: there is no compiled file to forget."""
    source = files("bot.locales").joinpath(f"{language}.po").read_bytes()
    compiled = BytesIO()
    mofile.write_mo(compiled, pofile.read_po(BytesIO(source), locale=language))
    compiled.seek(0)
    return Texts(language, gettext.GNUTranslations(compiled))


def from_telegram(language_code: str | None) -> str:
    """The interface language for Telegram's `language_code`, an IETF tag such as "ru" or "be-BY"."""
    code = (language_code or "").split("-")[0].casefold()
    return code if code in LANGUAGES else DEFAULT
