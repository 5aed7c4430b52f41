"""Answer to page: the only maker of messages. Quotes are exact slices; every other word comes from the catalogues."""

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import CopyTextButton, InlineKeyboardButton

from bot import callbacks
from bot.callbacks import MAX_MORE, MAX_SHOWN, Tab
from bot.citation import citations
from bot.compose import Keyboard, Page, PageError, Writer, arrives_unchanged, inline
from bot.kept import NOTHING, Kept
from bot.links import source_link
from bot.own_callbacks import AskFollow
from bot.quotes import Context, Quotes, parts
from bot.record import FollowKind
from bot.source import attribution, label, named, publishers, told_until
from bot.texts import Texts
from corpus.cases import Cases
from corpus.document import PartialDate
from index.answer import Answer, Reason
from index.case_file import may_have_card
from index.excerpt import Excerpt

_PUBLISHERS_A_PAGE = 10


@dataclass(frozen=True)
class Renderer:
    """Pages about one version of the index, in one language."""

    texts: Texts
    quotes: Quotes
    bot_name: str
    cases: Cases
    dialogue: bool = True
    """Whether the reader can send commands to the bot where the page is shown."""
    following: bool = False
    """Whether updates about the question can be had where the page is shown."""

    def answer(self, answer: Answer, *, heading: str | None = None) -> Page:
        """What the sources say, or why nothing is said; `heading` is a question that nobody wrote in the chat."""
        if answer.answered:
            more = self._more_button(answer.more)
            headings = [each for each in (heading, self._difference(answer)) if each]
            return self._with_quotes(
                answer.excerpts,
                heading="\n".join(headings),
                extra=more,
                about=self._about(answer.candidates),
            )
        return self._without_answer(answer)

    def _difference(self, answer: Answer) -> str | None:
        """That the sources differ, with the words of each side, which are slices of the quotes below."""
        if answer.difference is None:
            return None
        sides = (
            answer.excerpts[side.excerpt].document.text[side.start : side.end]
            for side in answer.difference.sides
        )
        values = " / ".join(f"«{inline(words)}»" for words in sides)
        return self.texts.say("⚖ The sources differ: {values}", values=values)

    def shown_again(self, excerpts: Sequence[Excerpt], kept: Kept = NOTHING) -> Page:
        """The quotes of an earlier answer, with what it has `kept`, or of a shared link."""
        return self._with_quotes(excerpts, heading=kept.heading, extra=kept.more, about=kept.about)

    def one(self, excerpt: Excerpt, *, differs: bool) -> Page:
        """A single quote of an answer; `differs` says that it does not stand undisputed."""
        heading = self.texts.say("⚖ Other sources say something else.") if differs else None
        return self._with_quotes((excerpt,), heading=heading)

    def more(self, excerpts: Sequence[Excerpt]) -> Page:
        """Further quotes."""
        return self._with_quotes(excerpts, heading=self.texts.say("More from the sources"))

    def closest(self, excerpts: Sequence[Excerpt]) -> Page:
        """What the sources say near a question that they do not answer."""
        return self._with_quotes(
            excerpts, heading=self.texts.say("This is closest. It does not answer the question.")
        )

    def context(
        self, context: Context, *, number: int, shift: int, ids: tuple[str, ...], kept: Kept = NOTHING
    ) -> Page:
        """A quote, bold, among the sentences around it; `kept` is what its answer has besides."""
        excerpt, say = context.excerpt, self.texts.say
        document = excerpt.document
        steps = [(-1, say("◂ Before"), context.has_before), (1, say("After ▸"), context.has_after)]
        row = [
            InlineKeyboardButton(words, callback_data=str(callbacks.ShowContext(number, step, ids)))
            for step, words, there in steps
            if there and step != shift
        ]
        row.append(self._cite_button(ids))
        row.append(InlineKeyboardButton(say("Back"), callback_data=str(callbacks.ShowQuotes(ids))))
        writer = Writer()
        if kept.heading:
            writer.italic(kept.heading).plain("\n")
        for part in parts(document.text, context.start, context.end):
            words = document.text[part.start : part.end]
            if not arrives_unchanged(words):
                return Page(self.texts.say("This has changed. Ask again."))
            if part.is_heading:
                writer.bold(words)
            else:
                writer.quote_with_bold(words, excerpt.start - part.start, excerpt.end - part.start)
            writer.plain("\n")
        attribution(writer, excerpt, self.texts, number=number, most=None)
        return writer.page((tuple(row), *kept.rows))

    def citations(self, excerpts: Sequence[Excerpt], ids: tuple[str, ...], kept: Kept = NOTHING) -> Page:
        """How to cite the documents of these quotes."""
        retrieved = self.quotes.version.created.date()
        return citations(excerpts, ids, self.texts, retrieved=retrieved, cases=self.cases, kept=kept)

    def sources(self, page: int) -> Page:
        """The publishers with labels and counts, ten a page."""
        say, count = self.texts.say, self.texts.count
        listed = publishers(self.quotes.version.documents)
        last = max(len(listed) - 1, 0) // _PUBLISHERS_A_PAGE
        page = min(page, last)
        writer = Writer().bold(say("Sources")).plain("\n").plain(self._base_line()).plain("\n\n")
        for publisher in listed[page * _PUBLISHERS_A_PAGE :][:_PUBLISHERS_A_PAGE]:
            name = say("This project's briefs") if publisher.own else named(publisher.name)
            languages = ", ".join(self.texts.language_name(code) for code in publisher.languages)
            labels = " ".join(f"[{each}]" for each in publisher.labels)
            line = f"{labels} {name} · {languages} · " + count(
                "{n} document", "{n} documents", publisher.documents
            )
            writer.plain(line)
            if publisher.has_notice:
                writer.plain(" · ").plain(say("partly AI"))
            writer.plain("\n")
        if not listed:
            writer.plain(say("There is no document yet.")).plain("\n")
        writer.plain("\n").plain(" · ".join(label(self.texts, each) for each in "ABCD"))
        turns = [(page - 1, say("◂ Back"), page > 0), (page + 1, say("Next ▸"), page < last)]
        row = [
            InlineKeyboardButton(w, callback_data=str(callbacks.ShowSources(p)))
            for p, w, there in turns
            if there
        ]
        return writer.page((tuple(row),) if row else ())

    def _with_quotes(
        self,
        excerpts: Sequence[Excerpt],
        *,
        heading: str | None = None,
        extra: InlineKeyboardButton | None = None,
        about: Sequence[InlineKeyboardButton] = (),
    ) -> Page:
        """As many of the quotes as fit, at least one; a quote is left out whole, never cut."""
        shown = [excerpt for excerpt in excerpts if arrives_unchanged(excerpt.quote)]
        for n in range(len(shown), 0, -1):
            try:
                page = self._quotes_page(shown[:n], heading, extra, about)
            except PageError:
                continue
            if page.quotes == tuple(excerpt.quote for excerpt in shown[:n]):
                return page
        return Page(
            self.texts.say(
                "The sources have an answer, but it cannot be shown as a message. Look at /sources."
            )
        )

    def _quotes_page(
        self,
        excerpts: Sequence[Excerpt],
        heading: str | None,
        extra: InlineKeyboardButton | None,
        about: Sequence[InlineKeyboardButton],
    ) -> Page:
        say, count = self.texts.say, self.texts.count
        writer = Writer()
        if heading:
            writer.bold(heading).plain("\n")
        for number, excerpt in enumerate(excerpts, 1):
            first = all(earlier.document is not excerpt.document for earlier in excerpts[: number - 1])
            writer.quote(excerpt.quote).plain("\n")
            attribution(writer, excerpt, self.texts, number=number, first=first)
            writer.plain("\n\n")
        newest = max(told_until(excerpt.document) for excerpt in excerpts)
        if newest != PartialDate():
            as_of = count(
                "As of {date}; later events are not in this quote.",
                "As of {date}; later events are not in these quotes.",
                len(excerpts),
                date=self.texts.date(newest),
            )
            writer.plain(as_of).plain(" ")
        writer.plain(say("Exact quotes, nothing added.")).plain(" ").plain(self._index_line())
        keyboard = self._answer_keyboard(excerpts, extra)
        return writer.page((*keyboard, tuple(about)) if about else keyboard)

    def _answer_keyboard(self, excerpts: Sequence[Excerpt], extra: InlineKeyboardButton | None) -> Keyboard:
        say = self.texts.say
        ids = self.quotes.ids_of(excerpts)
        links = [(n, source_link(e.document, e.start, e.end)) for n, e in enumerate(excerpts, 1)]
        open_row = [InlineKeyboardButton(say("{n} Source ↗", n=n), url=url) for n, url in links if url]
        last_row = []
        context_row = []
        if len(ids) == len(excerpts) <= MAX_SHOWN:
            context_row = [
                InlineKeyboardButton(
                    say("{n} Context", n=n), callback_data=str(callbacks.ShowContext(n, 0, ids))
                )
                for n in range(1, len(ids) + 1)
            ]
            link = f"https://t.me/{self.bot_name}?start={callbacks.shared(ids)}"
            last_row.append(InlineKeyboardButton(say("Copy link"), copy_text=CopyTextButton(link)))
            last_row.append(self._cite_button(ids))
        if extra:
            last_row.append(extra)
        first_rows = [open_row + context_row] if len(excerpts) == 1 else [open_row, context_row]
        return tuple(tuple(row) for row in [*first_rows, last_row] if row)

    def _cite_button(self, ids: tuple[str, ...]) -> InlineKeyboardButton:
        return InlineKeyboardButton(self.texts.say("Cite"), callback_data=str(callbacks.ShowCitations(ids)))

    def _about(self, candidates: Sequence[str]) -> list[InlineKeyboardButton]:
        """Opens the card of the one person whom an answer is about, and follows them; else follows the question."""
        case = self.cases.by_id.get(candidates[0]) if len(candidates) == 1 else None
        if case is None or not may_have_card(case):
            return [self._follow_button(AskFollow(FollowKind.QUESTION))] if self.following else []
        name = inline(self.cases.display_name(case.id, self.texts.language))
        words = self.texts.say("Case: {name} ▸", name=name)
        card = InlineKeyboardButton(words, callback_data=str(callbacks.ShowCase(case.id, Tab.NEW)))
        follow = self._follow_button(AskFollow(FollowKind.CASE, case.id))
        return [card, follow] if self.following else [card]

    def _follow_button(self, ask: AskFollow, words: str = "") -> InlineKeyboardButton:
        return InlineKeyboardButton(words or self.texts.say("🔔 Follow"), callback_data=str(ask))

    def _more_button(self, excerpts: Sequence[Excerpt]) -> InlineKeyboardButton | None:
        ids = self.quotes.ids_of(excerpts, most=MAX_MORE)
        if not ids:
            return None
        return InlineKeyboardButton(self.texts.say("More ▸"), callback_data=str(callbacks.ShowMore(ids)))

    def _without_answer(self, answer: Answer) -> Page:
        say = self.texts.say
        names = tuple(
            (
                InlineKeyboardButton(
                    inline(self.cases.display_name(case, self.texts.language)), callback_data=data
                ),
            )
            for case in answer.candidates
            if case in self.cases.by_id and callbacks.parse(data := str(callbacks.AnswerForCase(case)))
        )
        match answer.reason:
            case Reason.AMBIGUOUS:
                return which_person(names, self.texts)
            case Reason.REFUSED if answer.private:
                return Page(say("I do not answer questions about addresses, phones, relatives or children."))
            case Reason.REFUSED:
                return Page(say("I only quote sources about these cases."))
            case Reason.TOO_LONG:
                return Page(say("Please ask in up to 500 characters."))
            case _:
                return self._no_source(answer, names)

    def _no_source(self, answer: Answer, names: Keyboard) -> Page:
        say = self.texts.say
        writer = Writer().bold(say("No source in the base says this.")).plain(" ")
        writer.plain(say("The bot does not make things up.")).plain("\n").plain(self._base_line())
        if self.dialogue:
            writer.plain(" ").plain(say("All sources: /sources"))
        if names:
            writer.plain("\n").plain(say("Nearest cases:"))
        keyboard = names
        if ids := self.quotes.ids_of(answer.nearest, most=MAX_MORE):
            closest = InlineKeyboardButton(
                say("Closest, not an answer ▸"), callback_data=str(callbacks.ShowClosest(ids))
            )
            keyboard = (*keyboard, (closest,))
        if self.following:
            tell = say("🔔 Tell me when a source answers")
            keyboard = (*keyboard, (self._follow_button(AskFollow(FollowKind.QUESTION), tell),))
        return writer.page(keyboard)

    def _base_line(self) -> str:
        documents = self.quotes.version.documents
        if not documents:
            return self._index_line()
        newest = self.texts.date(max(document.published for document in documents))
        return self.texts.count(
            "The base holds {n} document; the newest: {date}.",
            "The base holds {n} documents; the newest: {date}.",
            len(documents),
            date=newest,
        )

    def _index_line(self) -> str:
        made = self.quotes.version.created
        return self.texts.say(
            "Index of {date}.", date=self.texts.date(PartialDate(made.year, made.month, made.day))
        )


def which_person(names: Keyboard, texts: Texts) -> Page:
    """An ambiguous name, asked back: `names` is a row for each person whom the base knows by it."""
    which = texts.say("More than one person matches. Which one do you mean?")
    if len(names) == 1:  # the others of that name have no case here
        which = texts.say("Do you mean {name}?", name=names[0][0].text)
    return Page(f"{which}\n{texts.say('Someone else? Write the full name.')}", keyboard=names)
