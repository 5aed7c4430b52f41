"""The pages about cases: a card with status, timeline and what sources differ about, the list of people, and what is said when there is no card."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from telegram import CopyTextButton, InlineKeyboardButton

from bot.callbacks import ListCases, ShowCase, Tab, case_link, shared
from bot.compose import MAX_ENTITIES, MAX_UNITS, Keyboard, Page, Writer, arrives_unchanged, inline
from bot.links import deep_link, source_link
from bot.own_callbacks import AskFollow
from bot.quotes import Quotes
from bot.record import FollowKind
from bot.render import which_person
from bot.source import named, short_attribution, told_until
from bot.texts import Texts
from corpus.cases import Cases
from corpus.document import PartialDate
from index.case_file import CaseFile
from index.disagreements import Disagreement, Topic
from index.said import Line

_STATUS_LINES, _TIMELINE_LINES = 3, 5
_PEOPLE = 8
_MAX_LEAVES = 100
"""Pages that a button can name."""
_NAMES = ("be", "ru", "en")

Draw = Callable[[Writer, Line], None]


@dataclass(frozen=True)
class Cards:
    """Pages about cases in one language, from one version of the index."""

    texts: Texts
    quotes: Quotes
    bot_name: str
    cases: Cases
    following: bool = False
    """Whether updates about a case can be had."""

    def card(self, file: CaseFile, tab: Tab, page: int) -> Page:
        """A side of a card; a page past the last one is the last."""
        if tab is Tab.DIFFERENCES and file.disagreements:
            return self._differences(file, page)
        timeline = tab is Tab.TIMELINE
        lines, draw = (file.timeline, self._event) if timeline else (file.status, self._status)
        count = _TIMELINE_LINES if timeline else _STATUS_LINES
        head, foot = self._head(file, timeline=timeline), self._foot(file, timeline=timeline)
        leaves = _leaves(lines, draw, count, room=_room(head, foot))
        page = min(page, len(leaves) - 1)
        writer = Writer()
        head(writer)
        title = self.texts.say("Timeline") if timeline else self.texts.say("Status, newest first")
        writer.bold(self._titled(title, page, len(leaves))).plain("\n\n" if timeline else "\n")
        for line in leaves[page]:
            draw(writer, line)
            writer.plain("\n\n")
        if not leaves[page]:
            nothing = self.texts.say("No source in the base says where this person is.")
            writer.plain(nothing).plain("\n\n")
        foot(writer)
        here = Tab.TIMELINE if timeline else Tab.STATUS
        return writer.page(self._keyboard(file, here, page, len(leaves)))

    def _differences(self, file: CaseFile, page: int) -> Page:
        """What the sources disagree about, a fact a page; one that fits on no page is told on two."""
        foot = self._foot(file, timeline=True)
        leaves = [
            (head, lines)
            for head, fact in ((self._fact(file, fact), fact) for fact in file.disagreements)
            for lines in _leaves(fact.lines, self._status, _STATUS_LINES, room=_room(head, foot))
        ]
        page = min(page, len(leaves) - 1)
        head, lines = leaves[page]
        writer = Writer()
        title = self._titled(self.texts.say("Sources differ"), page, len(leaves))
        writer.bold(title).plain("\n")
        head(writer)
        for line in lines:
            self._status(writer, line)
            writer.plain("\n\n")
        foot(writer)
        return writer.page(self._keyboard(file, Tab.DIFFERENCES, page, len(leaves)))

    def _fact(self, file: CaseFile, fact: Disagreement) -> Callable[[Writer], None]:
        """Whom a fact is about, and the words of each side, which are slices of the quotes below."""
        sides = zip(fact.lines, fact.words, strict=True)
        words = " / ".join(f"«{inline(line.document.text[slice(*span)])}»" for line, span in sides)

        def head(writer: Writer) -> None:
            writer.plain(f"{self._name(file.case)} · {self._topic(fact.topic)}\n{words}\n\n")

        return head

    def _topic(self, topic: Topic) -> str:
        say = self.texts.say
        return {
            Topic.ARREST: say("Date of arrest"),
            Topic.SENTENCE: say("Length of the sentence"),
            Topic.PLACE: say("Place of detention"),
            Topic.RELEASE: say("Date of release"),
        }[topic]

    def _titled(self, title: str, page: int, leaves: int) -> str:
        """The title of a side, with the number of its page where there are several."""
        of = self.texts.say("page {n} of {last}", n=page + 1, last=leaves)
        return f"{title} · {of}" if leaves > 1 else title

    def people(self, people: Sequence[str], page: int, *, search: str, among: int) -> Page:
        """A page of people as buttons; `among` is how many have a card at all."""
        say = self.texts.say
        last = min(max(len(people) - 1, 0) // _PEOPLE, _MAX_LEAVES - 1)
        page = min(page, last)
        writer = Writer().bold(say("People")).plain("\n")
        writer.plain(self.texts.count("{n} person in the base.", "{n} people in the base.", among))
        if search:
            writer.plain(" ").plain(self.texts.count("{n} name fits.", "{n} names fit.", len(people)))
        writer.plain("\n").plain(
            say("Search by the beginning of a name: /cases {example}", example=self._example())
        )
        turns = [(page - 1, say("◂ Back"), page > 0), (page + 1, say("Next ▸"), page < last)]
        row = tuple(
            InlineKeyboardButton(words, callback_data=str(ListCases(to, search)))
            for to, words, there in turns
            if there
        )
        shown = self.choice(people[page * _PEOPLE :][:_PEOPLE], Tab.NEW)
        return writer.page((*shown, row) if row else shown)

    def which(self, people: Sequence[str]) -> Page:
        """An ambiguous name, asked back."""
        return which_person(self.choice(people[:_PEOPLE], Tab.STATUS), self.texts)

    def nobody(self, nearest: Sequence[str]) -> Page:
        """A name without a card, with the nearest ones that have one."""
        writer = Writer().bold(self.texts.say("There is no card for this name."))
        writer.plain(" ").plain(self.texts.say("Cards are only for people whose cases are in the base."))
        writer.plain("\n").plain(self.texts.say("Everybody: /cases"))
        if nearest:
            writer.plain("\n").plain(self.texts.say("Nearest names:"))
        return writer.page(self.choice(nearest, Tab.STATUS))

    def no_name(self) -> Page:
        """What /case without a name is answered with."""
        example = self._example()
        return Page(
            self.texts.say("Write a name after the command, for example: /case {example}", example=example),
            keyboard=(
                (InlineKeyboardButton(self.texts.say("Everybody ▸"), callback_data=str(ListCases(0))),),
            ),
        )

    def choice(self, people: Iterable[str], tab: Tab) -> Keyboard:
        """A button a person."""
        return tuple(
            (InlineKeyboardButton(self._name(case), callback_data=str(ShowCase(case, tab))),)
            for case in people
        )

    def _name(self, case: str) -> str:
        return inline(self.cases.display_name(case, self.texts.language))

    def _example(self) -> str:
        return self.texts.say("Losik")

    def _head(self, file: CaseFile, *, timeline: bool) -> Callable[[Writer], None]:
        names = [self._name(file.case)]
        names += [inline(self.cases[file.case].names.get(code, "")) for code in _NAMES]
        first, *others = dict.fromkeys(name for name in names if name)

        def head(writer: Writer) -> None:
            writer.bold(first).plain("".join(f" · {name}" for name in others)).plain("\n")
            if file.designations and not timeline:
                writer.plain(self.texts.say("Called a political prisoner in:")).plain(" ")
                for place, line in enumerate(file.designations):
                    document = line.document
                    words = f"{named(document.publisher)} ({self.texts.date(document.published)})"
                    link = source_link(document, line.start, line.end)
                    writer.plain(", " if place else "").link(words, link).plain(" ↗" if link else "")
                writer.plain("\n")
            writer.plain("\n")

        return head

    def _foot(self, file: CaseFile, *, timeline: bool) -> Callable[[Writer], None]:
        say = self.texts.say
        groups = ((say("Often named together:"), file.close), (say("Similar name:"), file.similar))

        def foot(writer: Writer) -> None:
            told = [(words, people) for words, people in groups if people and not timeline]
            for words, people in told:
                writer.plain(words).plain(" ")
                for place, case in enumerate(people):
                    writer.plain(", " if place else "").link(self._name(case), self._link(case))
                writer.plain("\n")
            writer.plain("\n" if told else "")
            made = self.quotes.version.created
            index = say(
                "Index of {date}.", date=self.texts.date(PartialDate(made.year, made.month, made.day))
            )
            writer.plain(say("Exact quotes, nothing added.")).plain(" ").plain(index)

        return foot

    def _status(self, writer: Writer, line: Line) -> None:
        until = told_until(line.document)
        date = self.texts.date(until)
        when = date if until == PartialDate() else self.texts.say("as of {date}", date=date)
        self._quote(writer, line, when)

    def _event(self, writer: Writer, line: Line) -> None:
        date = self.texts.date(line.document.published)
        published = self.texts.say("published {date}", date=date)
        writer.bold(inline(line.document.text[slice(*line.dated)]) if line.dated else published).plain("\n")
        self._quote(writer, line, date)

    def _quote(self, writer: Writer, line: Line, when: str) -> None:
        writer.quote(line.excerpt.quote, folded=line.sensitive).plain("\n")
        link = source_link(line.document, line.start, line.end)
        if line.document.is_brief and (quote := self.quotes.id_of(line.excerpt)):
            link = deep_link(self.bot_name, shared((quote,)))  # there stands what it was written from
        short_attribution(writer, line.excerpt, self.texts, when=when, link=link)

    def _link(self, case: str) -> str:
        return deep_link(self.bot_name, case_link(case))

    def _keyboard(self, file: CaseFile, here: Tab, page: int, leaves: int) -> Keyboard:
        say = self.texts.say
        turning = {
            Tab.STATUS: (say("◂ Newer"), say("Older ▸")),
            Tab.TIMELINE: (say("◂ Earlier"), say("Later ▸")),
            Tab.DIFFERENCES: (say("◂ Back"), say("Next ▸")),
        }[here]
        turns = zip((page - 1, page + 1), turning, (page > 0, page + 1 < leaves), strict=True)
        timeline = self.texts.count("Timeline, {n} line ▸", "Timeline, {n} lines ▸", len(file.timeline))
        differ = say("⚖ Sources differ ({n})", n=len(file.disagreements))
        sides = (
            (Tab.STATUS, say("◂ Status"), True),
            (Tab.TIMELINE, timeline, bool(file.timeline)),
            (Tab.DIFFERENCES, differ, bool(file.disagreements)),
        )
        opening = [(side, words) for side, words, there in sides if there and side is not here]
        copying = InlineKeyboardButton(say("Copy link"), copy_text=CopyTextButton(self._link(file.case)))
        turned = tuple(self._leaf(file, here, to, words) for to, words, possible in turns if possible)
        opened = tuple(self._leaf(file, side, 0, words) for side, words in opening)
        following = InlineKeyboardButton(
            say("🔔 Follow"), callback_data=str(AskFollow(FollowKind.CASE, file.case))
        )
        last = (following, copying) if self.following else (copying,)
        rows = ((*opened, *last),) if len(opened) + len(last) < 3 else (opened, last)  # three would be cut
        return tuple(row for row in (turned, *rows) if row)

    def _leaf(self, file: CaseFile, side: Tab, page: int, words: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(words, callback_data=str(ShowCase(file.case, side, page)))


def _leaves(lines: Sequence[Line], draw: Draw, count: int, *, room: tuple[int, int]) -> list[list[Line]]:
    """The lines by pages: at most `count` each, and as many as fit; one that could not be shown exactly is left out."""
    leaves: list[list[Line]] = [[]]
    units = entities = 0
    for line in lines:
        needs = _needs(line, draw)
        if needs is None or needs[0] > room[0] or needs[1] > room[1]:
            continue
        full = units + needs[0] > room[0] or entities + needs[1] > room[1] or len(leaves[-1]) == count
        if full and len(leaves) == _MAX_LEAVES:
            break
        if full:
            leaves.append([])
            units = entities = 0
        leaves[-1].append(line)
        units, entities = units + needs[0], entities + needs[1]
    return leaves


def _needs(line: Line, draw: Draw) -> tuple[int, int] | None:
    """UTF-16 units and entities that a line takes up with what stands around it."""
    if not arrives_unchanged(line.excerpt.quote):
        return None
    writer = Writer()
    draw(writer, line)
    return writer.units + 2, writer.count


_TITLE_UNITS = 120
"""Kept free for the heading of a side and what is said where it is empty."""


def _room(*parts: Callable[[Writer], None]) -> tuple[int, int]:
    """What the lines of a page may take up beside these parts."""
    writer = Writer()
    for part in parts:
        part(writer)
    return MAX_UNITS - _TITLE_UNITS - writer.units, MAX_ENTITIES - 1 - writer.count
