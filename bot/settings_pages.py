"""The pages of /settings: all of them at a glance, and the choices of each."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton

from bot.compose import Keyboard, Page, Writer
from bot.offers import button
from bot.own_callbacks import Option, Own, SetOption, ShowSetting
from bot.record import Cadence, DeleteAfter, Record, Sound
from bot.texts import LANGUAGES, Texts
from corpus.document import PartialDate

_OWN_NAMES = {"be": "Беларуская", "ru": "Русский", "en": "English"}
_HOURS_IN_ROW = 6

Row = tuple[InlineKeyboardButton, ...]
Choice = tuple[str, str]
"""The value of an option as its button carries it, and its words."""


def settings(words: Texts, record: Record | None) -> Page:
    """Every setting with what it is now. Without a record there is little to set, and nothing is kept."""
    say = words.say
    writer = Writer().bold(say("Settings")).plain("\n")
    language = (button(say("Language"), ShowSetting(Option.LANGUAGE)),)
    delete = (button(say("Self-deleting messages"), ShowSetting(Option.DELETE)),)
    last = (
        (button(say("What is stored"), Own.PRIVACY), button(say("My data"), Own.DATA)),
        (_close(words),),
    )
    if record is None:
        writer.plain(say("Language: {value}", value=_OWN_NAMES[words.language])).plain("\n")
        writer.plain(say("The other settings come with updates: /subscribe"))
        return writer.page((language, delete, (button(say("Get updates"), Own.KINDS),), *last))
    for name, value in told(words, record):
        writer.plain(f"{name}: {value}\n")
    if record.paused:
        writer.plain(say("Paused: nothing is sent."))
    when = (
        button(say("When they come"), ShowSetting(Option.CADENCE)),
        button(say("Sound"), ShowSetting(Option.SOUND)),
    )
    quiet = (
        button(say("Quiet mode"), ShowSetting(Option.QUIET)),
        button(say("Pause"), ShowSetting(Option.PAUSE)),
    )
    return writer.page((when, quiet, delete, (*language, button(say("My updates"), Own.MINE)), *last))


def told(words: Texts, record: Record) -> list[Choice]:
    """Each setting of a record by name, with its value in words."""
    say = words.say
    cadence = dict(_cadences(words))[str(int(record.cadence))]
    if record.cadence is not Cadence.INSTANT:
        cadence = say("{when}, at {hour}:00 in Minsk", when=cadence, hour=f"{record.hour:02}")
    return [
        (say("Updates come"), cadence),
        (say("Sound"), dict(_sounds(words))[str(int(record.sound))]),
        (say("Quiet mode"), say("on") if record.quiet else say("off")),
        (say("Messages here delete themselves"), dict(_delays(words))[str(int(record.delete_after))]),
        (say("Language"), _OWN_NAMES.get(record.language, record.language)),
    ]


def choices(words: Texts, option: Option, record: Record | None) -> Page:
    """What one setting can be, with a mark at what it is."""
    say = words.say
    match option:
        case Option.LANGUAGE:
            return language(words, kept=record is not None)
        case Option.SOUND if record:
            text = say("When may an update make a sound?")
            return _page(words, text, option, _sounds(words), str(int(record.sound)))
        case Option.QUIET if record:
            text = say("In quiet mode an update names nobody until you open it.")
            return _page(words, text, option, _switch(words), str(int(record.quiet)))
        case Option.PAUSE if record:
            text = say("In a pause nothing is sent. What is new meanwhile stays in /news.")
            switch = [("1", say("Pause")), ("0", say("Resume"))]
            return _page(words, text, option, switch, str(int(record.paused)))
        case Option.CADENCE | Option.HOUR if record:
            return _when(words, record)
        case Option.DELETE | Option.AGREED:
            text = say("When do the messages here, yours and mine, delete themselves?")
            text += "\n" + say("Times are counted in steps of ten minutes.")
            deleting = record.delete_after if record else DeleteAfter.NEVER
            return _page(words, text, Option.DELETE, _delays(words), str(int(deleting)))
    return settings(words, record)


def language(words: Texts, *, kept: bool) -> Page:
    """The choice of languages; `kept`: in a record, else in memory only."""
    say = words.say
    text = say("Choose the language of the bot. Quotes stay in the language of their source.")
    if not kept:
        text += "\n" + say(
            "The choice is not stored: after a restart of the program the bot goes by your question again."
        )
    named = [(code, _OWN_NAMES[code]) for code in LANGUAGES]
    return Page(text, keyboard=(_row(Option.LANGUAGE, named, words.language), _leave(words)))


def agree_to_delete(words: Texts, value: str, until: PartialDate) -> Page:
    """What must be kept so that messages delete themselves, before it is kept."""
    say = words.say
    writer = Writer().bold(say("Self-deleting messages")).plain(": ")
    writer.plain(dict(_delays(words))[value]).plain("\n")
    writer.plain(
        say(
            "For this the bot keeps, encrypted: the number of this chat, your settings, the month; and the numbers of the "
            "messages until they are deleted, 48 hours at most."
        )
    ).plain("\n")
    writer.plain(say("Kept until {date}, unless you renew it.", date=words.date(until))).plain("\n")
    writer.plain(
        say("Telegram knows that you talk to this bot. Before a border or a search, delete this chat.")
    )
    writer.plain("\n").plain(say("What is stored: /privacy"))
    yes = button(say("Yes"), SetOption(Option.AGREED, value))
    return writer.page(((yes, button(say("No"), ShowSetting(Option.DELETE))),))


def _when(words: Texts, record: Record) -> Page:
    """At once, or as a digest at an hour."""
    say = words.say
    text = say("When do updates come? A weekly digest comes on Mondays.")
    rows: list[Row] = [(each,) for each in _row(Option.CADENCE, _cadences(words), str(int(record.cadence)))]
    if record.cadence is not Cadence.INSTANT:
        text += "\n" + say("At which hour, in Minsk?")
        hours = _row(Option.HOUR, [(f"{hour:02}", f"{hour:02}") for hour in range(24)], f"{record.hour:02}")
        rows += [hours[first : first + _HOURS_IN_ROW] for first in range(0, 24, _HOURS_IN_ROW)]
    return Page(text, keyboard=(*rows, _leave(words)))


def _page(words: Texts, text: str, option: Option, offered: Sequence[Choice], now: str) -> Page:
    rows: Keyboard = tuple((each,) for each in _row(option, offered, now))
    return Page(text, keyboard=(*rows, _leave(words)))


def _row(option: Option, offered: Sequence[Choice], now: str) -> Row:
    named = [(value, text[0].upper() + text[1:]) for value, text in offered]
    return tuple(
        button(f"✓ {text}" if value == now else text, SetOption(option, value)) for value, text in named
    )


def _leave(words: Texts) -> Row:
    return (button(words.say("Back"), ShowSetting()), _close(words))


def _close(words: Texts) -> InlineKeyboardButton:
    return button(words.say("Close"), Own.CLOSE)


def _cadences(words: Texts) -> list[Choice]:
    texts = {
        Cadence.INSTANT: words.say("at once"),
        Cadence.DAILY: words.say("once a day"),
        Cadence.WEEKLY: words.say("once a week"),
    }
    return [(str(int(value)), text) for value, text in texts.items()]


def _sounds(words: Texts) -> list[Choice]:
    texts = {
        Sound.OFF: words.say("never"),
        Sound.DAY: words.say("by day only, from 8 to 22 in Minsk"),
        Sound.ON: words.say("always"),
    }
    return [(str(int(value)), text) for value, text in texts.items()]


def _delays(words: Texts) -> list[Choice]:
    texts = {
        DeleteAfter.NEVER: words.say("never"),
        DeleteAfter.MINUTES: words.say("after 5 minutes"),
        DeleteAfter.HOUR: words.say("after an hour"),
        DeleteAfter.DAY: words.say("after a day"),
    }
    return [(str(int(value)), text) for value, text in texts.items()]


def _switch(words: Texts) -> list[Choice]:
    return [("1", words.say("on")), ("0", words.say("off"))]
