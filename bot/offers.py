"""The pages on the way to updates: what can be followed, what is kept for it, and what comes of a yes. None of them
repeats a keyword or question, and in quiet mode none names anybody."""

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton

from bot.callbacks import ListCases
from bot.compose import Page, Writer, inline
from bot.keeping import Kept
from bot.own_callbacks import (
    AskFollow,
    ConfirmFollow,
    ListNews,
    ListPublishers,
    Option,
    Own,
    SetOption,
    ShowSetting,
)
from bot.record import MAX_FOLLOWS, MAX_KEYWORD, MAX_QUESTION, MIN_KEYWORD, Follow, FollowKind, Sound
from bot.texts import Texts
from corpus.cases import Cases
from corpus.document import PartialDate
from corpus.publishers import Publisher, load_publishers

_PUBLISHERS_A_PAGE = 8
_EVERYTHING = Follow(FollowKind.EVERYTHING)

Row = tuple[InlineKeyboardButton, ...]


def button(text: str, callback: object) -> InlineKeyboardButton:
    """A button of the dialogue."""
    return InlineKeyboardButton(text, callback_data=str(callback))


@dataclass(frozen=True, slots=True)
class Offers:
    """The pages in one language; `quiet`: for somebody whose messages name nobody."""

    words: Texts
    cases: Cases
    quiet: bool = False

    def kinds(self) -> Page:
        """What can be followed, the safest first."""
        say = self.words.say
        writer = Writer().bold(say("Get updates")).plain("\n").plain(self._safest()).plain("\n")
        writer.plain(say("The latest updates can be read without following anything: /news"))
        return writer.page(
            (
                (self._everything(),),
                (
                    button(say("A case"), AskFollow(FollowKind.CASE)),
                    button(say("A source"), ListPublishers(0)),
                ),
                (
                    button(say("A word"), AskFollow(FollowKind.KEYWORD)),
                    button(say("A question"), AskFollow(FollowKind.QUESTION)),
                ),
                (button(say("Latest updates"), ListNews(0)), self.close()),
            )
        )

    def how(self, kind: FollowKind) -> Page:
        """How to follow one case, word or question: with an example."""
        say = self.words.say
        rows: tuple[Row, ...] = ()
        match kind:
            case FollowKind.KEYWORD:
                lines = (
                    say(
                        "Write the word after the command, for example: /subscribe {word}",
                        word=say("amnesty"),
                    ),
                    say(
                        "{fewest} to {most} characters. It is found in every form, in quotes and in titles.",
                        fewest=MIN_KEYWORD,
                        most=MAX_KEYWORD,
                    ),
                )
            case FollowKind.QUESTION:
                question = say("When is the next trial?")
                lines = (
                    say(
                        "Write the question after the command, for example: /subscribe {word}", word=question
                    ),
                    say(
                        "Up to {most} characters. You get what newly answers it. Or ask it as usual, then press Follow.",
                        most=MAX_QUESTION,
                    ),
                )
            case _:
                lines = (
                    say(
                        "Write the name after the command, for example: /subscribe {word}", word=say("Losik")
                    ),
                    say("Or open a case and press Follow."),
                )
                rows = ((button(say("Everybody ▸"), ListCases(0)),),)
        return Page("\n".join(lines), keyboard=(*rows, (self._back(), self.close())))

    def publishers(self, page: int) -> Page:
        """A page of the publishers, each as a button."""
        say = self.words.say
        listed = followable_publishers()
        last = max(len(listed) - 1, 0) // _PUBLISHERS_A_PAGE
        page = min(page, last)
        turns = [(page - 1, say("◂ Earlier"), page > 0), (page + 1, say("Next ▸"), page < last)]
        turning = tuple(button(text, ListPublishers(to)) for to, text, there in turns if there)
        rows = tuple(
            (button(inline(each.name), AskFollow(FollowKind.PUBLISHER, each.id)),)
            for each in listed[page * _PUBLISHERS_A_PAGE :][:_PUBLISHERS_A_PAGE]
        )
        text = say("Which source? Page {n} of {last}.", n=page + 1, last=last + 1)
        return Page(text, keyboard=(*rows, *((turning,) if turning else ()), (self._back(), self.close())))

    def choice(self, found: Sequence[Follow]) -> Page:
        """What the text after /subscribe may stand for; everything first."""
        say = self.words.say
        rows: list[Row] = [(self._everything(),)]
        for follow in found:
            match follow.kind:
                case FollowKind.KEYWORD:
                    label = say("This word, in every form")
                case FollowKind.QUESTION:
                    label = say("What newly answers this question")
                case _:
                    label = self._short(follow)
            what = follow.what if follow.kind in {FollowKind.CASE, FollowKind.PUBLISHER} else ""
            rows.append((button(label, AskFollow(follow.kind, what)),))
        text = say("What do you want to follow?") + "\n" + self._safest()
        return Page(text, keyboard=(*rows, (self.close(),)))

    def consent(self, follow: Follow, kept: Kept | None, until: PartialDate) -> Page:
        """What is kept for it and until when, before it is kept."""
        say = self.words.say
        writer = Writer().bold(say("Updates about: {what}", what=self._named(follow))).plain("\n")
        if kept is None or not kept.record.follows:
            writer.plain(
                say(
                    "For this the bot keeps, encrypted: the number of this chat, what you follow, your settings, the month. "
                    "Nothing else."
                )
            ).plain("\n")
        elif follow == _EVERYTHING:
            writer.plain(say("This takes the place of what you follow now.")).plain("\n")
        writer.plain(say("Kept until {date}, unless you renew it.", date=self.words.date(until))).plain("\n")
        writer.plain(
            say("Telegram knows that you talk to this bot. Before a border or a search, delete this chat.")
        )
        writer.plain("\n").plain(say("What is stored: /privacy"))
        yes = ConfirmFollow(follow.kind, follow.what if _has_id(follow) else "")
        if follow == _EVERYTHING or (kept and kept.record.follows):
            return writer.page(((button(say("Yes"), yes), button(say("No"), Own.CLOSE)),))
        writer.plain("\n\n").plain(self._safest())
        everything = button(say("🔔 Everything instead"), ConfirmFollow(FollowKind.EVERYTHING))
        return writer.page(
            ((everything,), (button(say("Yes, only this"), yes), button(say("No"), Own.CLOSE)))
        )

    def done(self, kept: Kept) -> Page:
        """That it is followed now, and how it comes."""
        say, record = self.words.say, kept.record
        writer = Writer().bold(say("Done.")).plain(" ")
        writer.plain(say("Kept until {date}, unless you renew it.", date=self.words.date(kept.until)))
        if record.sound is Sound.OFF:
            writer.plain("\n").plain(say("Updates come without a sound."))
        first: Row = ()
        if not record.quiet:
            writer.plain("\n").plain(say("In quiet mode an update names nobody until you open it."))
            first = (button(say("Turn on quiet mode"), SetOption(Option.QUIET, "1")),)
        rows = (
            first,
            (button(say("My updates"), Own.MINE), button(say("Settings"), ShowSetting())),
            (button(say("Stop all"), Own.STOP), self.close()),
        )
        return writer.page(tuple(row for row in rows if row))

    def included(self) -> Page:
        """Everything is followed already."""
        say = self.words.say
        return Page(
            say("You get every update already; this is among them."),
            keyboard=((button(say("My updates"), Own.MINE), self.close()),),
        )

    def full(self) -> Page:
        """No more fits."""
        say = self.words.say
        return Page(
            say(
                "No more can be kept: {most} at most, fewer with long questions. Follow everything, or stop one first.",
                most=MAX_FOLLOWS,
            ),
            keyboard=((self._everything(),), (button(say("My updates"), Own.MINE), self.close())),
        )

    def refused(self) -> Page:
        """A child, a relative, or what is private."""
        return Page(
            self.words.say(
                "Children, relatives, addresses, phones and other private data cannot be followed."
            ),
            keyboard=((self._back(), self.close()),),
        )

    def stranger(self) -> Page:
        """A name that neither the cases nor the sources know."""
        return Page(
            self.words.say(
                "No source names this person: private people cannot be followed. Whom the sources name: /case and the name"
            ),
            keyboard=((self._back(), self.close()),),
        )

    def nothing_kept(self) -> Page:
        """This bot has no key, so it keeps nothing."""
        say = self.words.say
        return Page(
            say("This bot keeps nothing about anybody, so it sends no updates. The latest ones: /news"),
            keyboard=((button(say("Latest updates"), ListNews(0)), self.close()),),
        )

    def close(self) -> InlineKeyboardButton:
        """Takes the message away."""
        return button(self.words.say("Close"), Own.CLOSE)

    def _back(self) -> InlineKeyboardButton:
        return button(self.words.say("Back"), Own.KINDS)

    def _everything(self) -> InlineKeyboardButton:
        return button(self.words.say("🔔 Everything"), AskFollow(FollowKind.EVERYTHING))

    def _safest(self) -> str:
        return self.words.say("“Everything” is the safest: it points at nobody.")

    def _short(self, follow: Follow) -> str:
        if self.quiet:
            case = follow.kind is FollowKind.CASE
            return self.words.say("This case") if case else self.words.say("This source")
        return name_of(follow, self.words, self.cases)

    def _named(self, follow: Follow) -> str:
        say = self.words.say
        match follow.kind:
            case FollowKind.EVERYTHING:
                return say("everything new")
            case FollowKind.KEYWORD:
                return say("this word, in every form")
            case FollowKind.QUESTION:
                return say("what newly answers this question")
            case FollowKind.CASE if self.quiet:
                return say("this case")
            case FollowKind.PUBLISHER if self.quiet:
                return say("this source")
            case _:
                return name_of(follow, self.words, self.cases)


def name_of(follow: Follow, words: Texts, cases: Cases) -> str:
    """What is followed, by its name: for the list that somebody asked to see."""
    match follow.kind:
        case FollowKind.EVERYTHING:
            return words.say("everything new")
        case FollowKind.CASE if follow.what in cases.by_id:
            return inline(cases.display_name(follow.what, words.language))
        case FollowKind.PUBLISHER:
            known = {publisher.id: publisher.name for publisher in load_publishers()}
            return inline(known.get(follow.what, follow.what))
        case _:
            return inline(follow.what)


def followable_publishers() -> tuple[Publisher, ...]:
    """The publishers that can be followed, those from Belarus first: all but this project itself."""
    return tuple(publisher for publisher in load_publishers() if publisher.hosts)


def _has_id(follow: Follow) -> bool:
    return follow.kind in {FollowKind.CASE, FollowKind.PUBLISHER}
