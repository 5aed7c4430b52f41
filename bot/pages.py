"""The pages that no index is needed for: greetings, help, what is stored, and what went wrong."""

from telegram import InlineKeyboardButton

from bot.callbacks import ShowExample
from bot.compose import Page, Writer, inline
from bot.incoming import IN_GROUPS
from bot.own_callbacks import ListNews, Own
from bot.places import Places
from bot.source import label
from bot.texts import Texts

_OWN_COMMANDS = frozenset({"subscribe", "my", "stop", "mydata"})
"""Commands that do nothing where nothing is kept."""


def start(words: Texts, *, following: bool) -> Page:
    """What the bot is, the risk of using it, three example questions as buttons, and the way to updates."""
    say = words.say
    writer = Writer().bold(say("Ask about a person or a case from Belarus.")).plain("\n")
    writer.plain(
        say("I answer with exact quotes from published sources, and say so when no source has the answer.")
    )
    writer.plain("\n\n").plain(
        say("Telegram knows that you talk to this bot. Before a border or a search, delete this chat.")
    )
    writer.plain(" ").plain(say("What is stored: /privacy")).plain("\n\n").plain(say("For example:"))
    updates = (say("Get updates"), Own.KINDS) if following else (say("Latest updates"), ListNews(0))
    last = [updates, (say("What is stored"), Own.PRIVACY)]
    return writer.page(
        (
            *(
                (InlineKeyboardButton(question, callback_data=str(ShowExample(number))),)
                for number, question in enumerate(examples(words))
            ),
            tuple(InlineKeyboardButton(text, callback_data=str(callback)) for text, callback in last),
        )
    )


def examples(words: Texts) -> tuple[str, str, str]:
    """Questions that the bundled documents answer."""
    return (
        words.say("When was Ihar Losik arrested?"),
        words.say("Where is Mikalai Statkevich now?"),
        words.say("How many people were released in September 2025?"),
    )


def help_page(words: Texts, bot_name: str, places: Places, *, following: bool, private: bool = True) -> Page:
    """Commands, those of groups outside a private chat; labels, limits, and whom to write to."""
    say = words.say
    writer = Writer().bold(say("Help")).plain("\n")
    writer.plain(say("Write a question in Belarusian, Russian or English, in any spelling.")).plain("\n\n")
    listed = commands(words, following=following) if private else group_commands(words)
    for command, meaning in listed:
        writer.plain(f"/{command} – {meaning}\n")
    writer.plain("\n")
    if places.groups:
        writer.plain(say("In a group: /ask@{bot} and the question.", bot=bot_name)).plain("\n")
    if places.inline:
        writer.plain(say("In any chat: @{bot} and the question.", bot=bot_name)).plain("\n")
    writer.plain(say("Limits: 500 characters a question, 10 questions a minute.")).plain("\n\n")
    writer.bold(say("How near a source is")).plain("\n")
    writer.plain("\n".join(label(words, letter) for letter in "ABCD")).plain("\n\n")
    if places.contact:
        contact = inline(places.contact)
        writer.plain(say("Mistakes, and requests to take something down: {contact}", contact=contact)).plain(
            "\n"
        )
    return writer.plain(say("The only genuine name of this bot is @{bot}.", bot=bot_name)).page()


def commands(words: Texts, *, following: bool) -> tuple[tuple[str, str], ...]:
    """The command menu. The descriptions are neutral on purpose: a phone shows them to whoever looks. Without
    `following` nothing is kept, and there is nothing to subscribe to."""
    say = words.say
    menu = (
        ("start", say("Start")),
        ("ask", say("Ask a question")),
        ("case", say("Open a case")),
        ("cases", say("All cases")),
        ("news", say("Latest updates")),
        ("subscribe", say("Get updates")),
        ("my", say("My updates")),
        ("stop", say("Stop all updates")),
        ("settings", say("Settings")),
        ("sources", say("Sources")),
        ("corrections", say("Corrections")),
        ("privacy", say("What is stored")),
        ("mydata", say("My data")),
        ("forget", say("Delete my data")),
        ("language", say("Language")),
        ("help", say("Help")),
    )
    return tuple(each for each in menu if following or each[0] not in _OWN_COMMANDS)


def group_commands(words: Texts) -> tuple[tuple[str, str], ...]:
    """The command menu of groups: what is answered there."""
    return tuple((name, meaning) for name, meaning in commands(words, following=False) if name in IN_GROUPS)


def about(words: Texts) -> tuple[str, str]:
    """The bot's description, shown before Start, and its short description, shown in its profile. Neutral as well."""
    return (
        words.say("Ask a question and get exact quotes from published sources, with links."),
        words.say("Questions answered with quotes and sources"),
    )


def privacy(words: Texts, *, following: bool) -> Page:
    """What is stored about a person, what is not, and what this bot cannot promise. Without `following` nothing is."""
    say = words.say
    stored = [say("Never: questions, answers, names, usernames, phone numbers, exact times.")]
    if following:
        stored += [
            say(
                "Only after you agreed to updates or self-deleting messages: one encrypted record with the number of this "
                "chat, what you follow, your settings and the month. A word or a question only if you follow it."
            ),
            say("An update that waits for you, until it is sent."),
            say("The encrypted numbers of messages that delete themselves, until then: 48 hours at most."),
            say(
                "The record is deleted by /forget and /stop, when you block the bot, and when you do not renew it."
            ),
        ]
    else:
        stored.insert(0, say("About you: nothing. This bot keeps no list of anybody."))
    stored += [
        say("For a day: the numbers of handled messages, without text or sender, so that none is lost."),
        say(
            "In memory until the program restarts: the language you chose, how often you asked in the last minute, and the "
            "numbers of the messages here, so that /forget can delete them."
        ),
    ]
    unchangeable = (
        say("Telegram sees everything, and keeps what was not yet delivered for up to 24 hours."),
        say("Whoever steals the key of this bot could read recent chats."),
        say("Only you can delete this chat from your phone."),
    )
    writer = Writer()
    for title, lines in (
        (say("What is stored"), stored),
        (say("What this bot cannot change"), unchangeable),
    ):
        writer.bold(title).plain("\n").plain("".join(f"• {line}\n" for line in lines)).plain("\n")
    mine = (say("My data"), Own.DATA) if following else (say("Latest updates"), ListNews(0))
    rows = ((mine, (say("Delete my data"), Own.FORGET)), ((say("Close"), Own.CLOSE),))
    return writer.page(
        tuple(
            tuple(InlineKeyboardButton(text, callback_data=str(callback)) for text, callback in row)
            for row in rows
        )
    )


def closed(words: Texts) -> Page:
    """In place of a page that is too old to be deleted."""
    return Page(words.say("Closed."))


def only_these_cases(words: Texts) -> Page:
    """A question that is none, kept or not."""
    return Page(words.say("I only quote sources about these cases."))


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


def press_failed(words: Texts, code: str) -> Page:
    """The same of a button: nobody asked anything."""
    return Page(
        words.say(
            "That did not work. It is our fault. Code {code}. You can press the button again.", code=code
        )
    )
