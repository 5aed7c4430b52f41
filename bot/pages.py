"""The pages that no index is needed for: greetings, help, what is stored, and what went wrong."""

from telegram import InlineKeyboardButton

from bot.callbacks import ShowExample
from bot.compose import Page, Writer
from bot.incoming import IN_GROUPS
from bot.own_callbacks import Option, SetOption
from bot.places import Places
from bot.source import label
from bot.texts import LANGUAGES, Texts

_OWN_NAMES = {"be": "Беларуская", "ru": "Русский", "en": "English"}


def start(words: Texts) -> Page:
    """What the bot is, the risk of using it, three example questions as buttons."""
    say = words.say
    writer = Writer().bold(say("Ask about a person or a case from Belarus.")).plain("\n")
    writer.plain(
        say("I answer with exact quotes from published sources, and say so when no source has the answer.")
    )
    writer.plain("\n\n").plain(
        say("Telegram knows that you talk to this bot. Before a border or a search, delete this chat.")
    )
    writer.plain(" ").plain(say("What is stored: /privacy")).plain("\n\n").plain(say("For example:"))
    return writer.page(
        tuple(
            (InlineKeyboardButton(question, callback_data=str(ShowExample(number))),)
            for number, question in enumerate(examples(words))
        )
    )


def examples(words: Texts) -> tuple[str, str, str]:
    """Questions that the bundled documents answer."""
    return (
        words.say("When was Ihar Losik arrested?"),
        words.say("Where is Mikalai Statkevich now?"),
        words.say("How many people were released in September 2025?"),
    )


def help_page(words: Texts, bot_name: str, places: Places) -> Page:
    """Commands, labels and limits."""
    say = words.say
    writer = Writer().bold(say("Help")).plain("\n")
    writer.plain(say("Write a question in Belarusian, Russian or English, in any spelling.")).plain("\n\n")
    for command, meaning in commands(words):
        writer.plain(f"/{command} – {meaning}\n")
    writer.plain("\n")
    if places.groups:
        writer.plain(say("In a group: /ask@{bot} and the question.", bot=bot_name)).plain("\n")
    if places.inline:
        writer.plain(say("In any chat: @{bot} and the question.", bot=bot_name)).plain("\n")
    writer.plain(say("Limits: 500 characters a question, 10 questions a minute.")).plain("\n\n")
    writer.bold(say("How near a source is")).plain("\n")
    writer.plain("\n".join(label(words, letter) for letter in "ABCD")).plain("\n\n")
    return writer.plain(say("The only genuine name of this bot is @{bot}.", bot=bot_name)).page()


def commands(words: Texts) -> tuple[tuple[str, str], ...]:
    """The command menu. The descriptions are neutral on purpose: a phone shows them to whoever looks."""
    say = words.say
    return (
        ("start", say("Start")),
        ("ask", say("Ask a question")),
        ("case", say("Open a case")),
        ("cases", say("All cases")),
        ("sources", say("Sources")),
        ("language", say("Language")),
        ("privacy", say("What is stored")),
        ("help", say("Help")),
    )


def group_commands(words: Texts) -> tuple[tuple[str, str], ...]:
    """The command menu of groups: what is answered there."""
    return tuple((name, meaning) for name, meaning in commands(words) if name in IN_GROUPS)


def about(words: Texts) -> tuple[str, str]:
    """The bot's description, shown before Start, and its short description, shown in its profile. Neutral as well."""
    return (
        words.say("Ask a question and get exact quotes from published sources, with links."),
        words.say("Questions answered with quotes and sources"),
    )


def privacy(words: Texts) -> Page:
    """What is stored about a person, what is not, and what this bot cannot promise."""
    say = words.say
    writer = Writer().bold(say("What is stored")).plain("\n")
    writer.plain(
        say("About you: nothing. No question, answer, name, phone number or chat number is written down.")
    )
    writer.plain("\n").plain(
        say("For a day: the numbers of handled messages, without text or sender, so that none is lost.")
    )
    writer.plain("\n").plain(
        say(
            "In memory until the program restarts: your choice of language, and how often you asked in the last minute."
        )
    )
    writer.plain("\n\n").bold(say("What this bot cannot change")).plain("\n")
    writer.plain(
        say("Telegram sees everything, and keeps what was not yet delivered for up to 24 hours.")
    ).plain("\n")
    writer.plain(say("Whoever steals the key of this bot could read recent chats.")).plain("\n")
    return writer.plain(say("Only you can delete this chat from your phone.")).page()


def language(words: Texts) -> Page:
    """The choice of languages."""
    say = words.say
    text = say("Choose the language of the bot. Quotes stay in the language of their source.")
    kept = say(
        "The choice is not stored: after a restart of the program the bot goes by your question again."
    )
    row = tuple(
        InlineKeyboardButton(
            f"✓ {_OWN_NAMES[code]}" if code == words.language else _OWN_NAMES[code],
            callback_data=str(SetOption(Option.LANGUAGE, code)),
        )
        for code in LANGUAGES
    )
    return Page(f"{text}\n{kept}", keyboard=(row,))


def ask_how(words: Texts) -> Page:
    """What /ask without a question is answered with."""
    return Page(
        words.say(
            "Write the question after the command, for example: /ask {example}", example=examples(words)[0]
        )
    )


def unknown_command(words: Texts) -> Page:
    """A command that does not exist."""
    return Page(words.say("I do not know this command. /help lists all; any other text is a question."))


def text_only(words: Texts) -> Page:
    """A photo, a file, a voice message."""
    return Page(words.say("Text only; I did not open it."))


def wait_a_little(words: Texts) -> Page:
    """More than ten questions in a minute."""
    return Page(words.say("10 questions in a minute: wait a little."))


def slower(words: Texts) -> Page:
    """More cards and lists in a minute than anybody reads."""
    return Page(words.say("Too many requests in a minute: wait a little."))


def busy(words: Texts) -> Page:
    """Too many questions wait, from everybody."""
    return Page(words.say("Too many questions right now. Please send it again in a minute. It was not kept."))


def leaving(words: Texts, bot_name: str) -> Page:
    """The one line before the bot leaves a group."""
    return Page(
        words.say("This bot does not talk in groups. Write to it in a private chat: @{bot}", bot=bot_name)
    )


def no_children(words: Texts) -> Page:
    """A name that is a child's."""
    return Page(words.say("I do not answer questions about addresses, phones, relatives or children."))


def changed(words: Texts) -> Page:
    """A button or link that points at what is no longer there."""
    return Page(words.say("This has changed. Ask again."))


def no_index(words: Texts) -> Page:
    """No version of the index can be read."""
    return Page(words.say("I cannot read the index now. Try later."))


def failed(words: Texts, code: str) -> Page:
    """Our fault; the log has the same code."""
    return Page(
        words.say("That did not work. It is our fault. Code {code}. Your question was not kept.", code=code)
    )
