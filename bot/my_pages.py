"""The pages about what is kept for somebody: in counts, and by name only on the one page that lists it to be stopped."""

from collections import Counter
from dataclasses import dataclass

from telegram import InlineKeyboardButton

from bot.compose import Page, Writer
from bot.keeping import Kept
from bot.offers import button, name_of
from bot.own_callbacks import ListFollowed, ListNews, Option, Own, SetOption, ShowSetting, Unfollow
from bot.record import FollowKind, Record
from bot.settings_pages import told
from bot.texts import Texts
from corpus.cases import Cases

_A_PAGE = 8
_MAX_LABEL = 40

Row = tuple[InlineKeyboardButton, ...]


@dataclass(frozen=True, slots=True)
class MyPages:
    """The pages in one language."""

    words: Texts
    cases: Cases

    def mine(self, kept: Kept | None) -> Page:
        """What is followed, in counts, and what can be done about it."""
        say = self.words.say
        if kept is None or not kept.record.follows:
            stored = "" if kept else " " + say("Nothing is stored about this chat.")
            return Page(
                say("You follow nothing.") + stored,
                keyboard=(
                    (button(say("Get updates"), Own.KINDS), button(say("Latest updates"), ListNews(0))),
                    (button(say("Settings"), ShowSetting()), self._close()),
                ),
            )
        record = kept.record
        writer = Writer().bold(say("My updates")).plain("\n")
        writer.plain(say("You follow: {what}.", what=self.counts(record))).plain("\n")
        if record.paused:
            writer.plain(say("Paused: nothing is sent.")).plain("\n")
        writer.plain(say("Kept until {date}, unless you renew it.", date=self.words.date(kept.until)))
        pause, other = (say("Resume"), "0") if record.paused else (say("Pause"), "1")
        rows = (
            (button(say("Renew"), Own.RENEW), button(pause, SetOption(Option.PAUSE, other))),
            (button(say("Show what I follow"), ListFollowed(0)),),
            self._kinds(record),
            (button(say("Get more"), Own.KINDS), button(say("Settings"), ShowSetting())),
            (button(say("Stop all"), Own.STOP), self._close()),
        )
        return writer.page(tuple(row for row in rows if row))

    def followed(self, kept: Kept | None, page: int) -> Page:
        """What is followed, by name, each with the button that stops it."""
        say = self.words.say
        if kept is None or not kept.record.follows:
            return self.mine(kept)
        follows = kept.record.follows
        last = (len(follows) - 1) // _A_PAGE
        page = min(page, last)
        shown = tuple(
            (button(f"✕ {_cut(name_of(follow, self.words, self.cases))}", Unfollow.of(follow)),)
            for follow in follows[page * _A_PAGE :][:_A_PAGE]
        )
        turns = [(page - 1, say("◂ Earlier"), page > 0), (page + 1, say("Next ▸"), page < last)]
        turning = tuple(button(text, ListFollowed(to)) for to, text, there in turns if there)
        text = say("What you follow. Touch one to stop it.") + "\n" + say("Close takes this list away.")
        rows = (*shown, turning, (button(say("Back"), Own.MINE), self._close()))
        return Page(text, keyboard=tuple(row for row in rows if row))

    def renewed(self, kept: Kept) -> Page:
        """That it is kept for the full time again."""
        say = self.words.say
        return Page(
            say("Kept until {date}, unless you renew it.", date=self.words.date(kept.until)),
            keyboard=((button(say("My updates"), Own.MINE), self._close()),),
        )

    def stopped(self) -> Page:
        """After /stop. There is no button: nothing is left to do."""
        return Page(self.words.say("Stopped. Nothing more will be sent."))

    def forgotten(self) -> Page:
        """After /forget."""
        return Page(self.words.say("Deleted. Clear this chat yourself to remove it from your phone."))

    def data(self, kept: Kept | None, *, waiting: int) -> Page:
        """All that is kept about a chat, in plain words; `waiting` updates are not settled."""
        say = self.words.say
        writer = Writer().bold(say("My data")).plain("\n")
        if kept is None:
            writer.plain(say("Nothing is stored about this chat.")).plain("\n")
        else:
            for line in self._lines(kept):
                writer.plain(line).plain("\n")
            if waiting:
                writer.plain(say("Updates on their way that may be for you: {n}.", n=waiting)).plain("\n")
            writer.plain(
                say("Names are not listed here, so that a searched phone does not show them.")
            ).plain("\n")
        writer.plain(say("What is stored: /privacy"))
        return writer.page(
            (
                (button(say("Delete all"), Own.FORGET),),
                (button(say("What is stored"), Own.PRIVACY), self._close()),
            )
        )

    def counts(self, record: Record) -> str:
        """What is followed, without a name."""
        counted = Counter(follow.kind for follow in record.follows)
        count, parts = self.words.count, []
        if counted[FollowKind.EVERYTHING]:
            parts.append(self.words.say("everything new"))
        if n := counted[FollowKind.CASE]:
            parts.append(count("{n} case", "{n} cases", n))
        if n := counted[FollowKind.PUBLISHER]:
            parts.append(count("{n} source", "{n} sources", n))
        if n := counted[FollowKind.KEYWORD]:
            parts.append(count("{n} word", "{n} words", n))
        if n := counted[FollowKind.QUESTION]:
            parts.append(count("{n} question", "{n} questions", n))
        return ", ".join(parts) or self.words.say("nothing")

    def _lines(self, kept: Kept) -> list[str]:
        say, record = self.words.say, kept.record
        lines = [
            say("The number of this chat, which Telegram gave it."),
            say("You follow: {what}.", what=self.counts(record)),
        ]
        if record.follows and record.since:
            lines.append(say("Updates after № {number} only.", number=record.since))
        lines += [f"{name}: {value}" for name, value in told(self.words, record)]
        lines.append(say("Kept until {date}, unless you renew it.", date=self.words.date(kept.until)))
        return lines

    def _kinds(self, record: Record) -> Row:
        """Stops a whole kind without showing what is of it; where there is one kind only, “Stop all” does that."""
        say = self.words.say
        names = {
            FollowKind.CASE: say("✕ Cases"),
            FollowKind.PUBLISHER: say("✕ Sources"),
            FollowKind.KEYWORD: say("✕ Words"),
            FollowKind.QUESTION: say("✕ Questions"),
        }
        there = [kind for kind in names if any(follow.kind is kind for follow in record.follows)]
        return tuple(button(names[kind], Unfollow(kind)) for kind in there) if len(there) > 1 else ()

    def _close(self) -> InlineKeyboardButton:
        return button(self.words.say("Close"), Own.CLOSE)


def _cut(name: str) -> str:
    return name if len(name) <= _MAX_LABEL else f"{name[: _MAX_LABEL - 1].rstrip()}…"
