"""The pages of update messages: the message itself, digests, /news and /corrections, the notice before settings expire.

One text for all who get a message. Quiet pages name nobody and say nothing of what happened.
"""

import datetime
from collections.abc import Callable, Sequence
from typing import TypeVar

from telegram import InlineKeyboardButton

from bot.announcements import A_PAGE
from bot.callbacks import ShowCase, Tab
from bot.compose import Keyboard, Page, PageError, Writer, inline
from bot.news import News, NewsKind, NewsQuote, Reason
from bot.own_callbacks import ListNews, Own, ShowNews, Unfollow
from bot.record import FollowKind
from bot.source import MOST_NOTICE, label, named
from bot.texts import Texts
from corpus.cases import load_cases
from corpus.document import PartialDate

MINSK = datetime.timezone(datetime.timedelta(hours=3))
_NAMES = 3
"""Names in a heading, and buttons that open a case."""
_IN_DIGEST = 3

Row = tuple[InlineKeyboardButton, ...]
Part = TypeVar("Part")


def news_page(news: News, words: Texts, *, quiet: bool = False, renewal: bool = False) -> Page:
    """One message; `renewal` adds the buttons that keep or end what is stored. A withdrawn one shows no words."""
    rows: list[Row] = []
    if quiet:
        show = InlineKeyboardButton(words.say("Show"), callback_data=str(ShowNews(news.number)))
        rows.append((show,))
        text = words.say("1 new message № {number}", number=news.number)
        return Page(text, keyboard=(*rows, *_renewal(words, renewal)))
    if news.withdrawn:
        return Page(_withdrawal(news, words), keyboard=_renewal(words, renewal))
    keyboard = (*_buttons(news, words), *_renewal(words, renewal))
    return _fitting(news.quotes, lambda quotes: _message(news, quotes, words, keyboard))


def digest_page(news: Sequence[News], words: Texts, *, quiet: bool = False) -> Page:
    """The messages of a day or a week, in order: the first three with a quote each, a button for each of the others."""
    say = words.say
    first, last = news[0].number, news[-1].number
    numbers = f"{first}–{last}" if first != last else str(first)
    others = news[_IN_DIGEST:]
    if quiet:
        text = words.count(
            "{n} new message № {numbers}", "{n} new messages № {numbers}", len(news), numbers=numbers
        )
        return Page(text, keyboard=(*_numbers(news[:8]), *_more(news[8:], words)))

    def page(shown: Sequence[News]) -> Page:
        day = words.date(_day(news[-1].hour))
        writer = Writer().bold(say("Digest {date} · № {numbers}", date=day, numbers=numbers)).plain("\n")
        for each in news[:_IN_DIGEST]:
            writer.plain("\n")
            _brief(writer, each, words, quoted=each in shown)
        return writer.page((*_numbers(news[:_IN_DIGEST]), *_more(others, words)))

    return _fitting(news[:_IN_DIGEST], page)


def renewal_page(words: Texts) -> Page:
    """The one line in the last days before what is stored expires."""
    return Page(words.say("Your settings will be deleted in 3 days."), keyboard=_renewal(words, True))


def news_list_page(recent: Sequence[News], page: int, words: Texts) -> Page:
    """Page `page`, from 0, of the `recent` messages, newest first, five a page; one past the end is the last."""
    return _list(recent, page, words, corrections=False)


def corrections_page(corrections: Sequence[News], page: int, words: Texts) -> Page:
    """The same of the corrections and withdrawals."""
    return _list(corrections, page, words, corrections=True)


def _list(news: Sequence[News], page: int, words: Texts, *, corrections: bool) -> Page:
    say = words.say
    title = say("Corrections") if corrections else say("Latest updates")
    close = (InlineKeyboardButton(say("Close"), callback_data=str(Own.CLOSE)),)
    if not news:
        return Page(title + "\n" + say("There is none yet."), keyboard=(close,))
    last = (len(news) - 1) // A_PAGE
    page = min(page, last)
    turns = [(page - 1, say("◂ Newer"), page > 0), (page + 1, say("Older ▸"), page < last)]
    turning = tuple(
        InlineKeyboardButton(text, callback_data=str(ListNews(to, corrections=corrections)))
        for to, text, there in turns
        if there
    )
    here = news[page * A_PAGE :][:A_PAGE]
    keyboard = (*_numbers(here), *((turning,) if turning else ()), close)

    def leaf(shown: Sequence[News]) -> Page:
        writer = Writer().bold(title).plain("\n")
        for each in here:
            writer.plain("\n")
            _brief(writer, each, words, quoted=each in shown)
        return writer.page(keyboard)

    return _fitting(here, leaf)


def _message(news: News, quotes: Sequence[NewsQuote], words: Texts, keyboard: Keyboard) -> Page:
    writer = Writer().bold(_heading(news, words)).plain("\n")
    for number, quote in enumerate(quotes, 1):
        if quote.before is not None:
            writer.plain(words.say("Before")).plain("\n").quote(quote.before).plain("\n")
            writer.plain(words.say("Now")).plain("\n")
        writer.quote(quote.text, folded=quote.sensitive).plain("\n")
        writer.plain(f"{number} · ")
        _attribution(writer, quote, words)
        writer.plain("\n")
    if news.overtaken is not None:
        writer.plain("\n").plain(words.say("Corrected by № {number}.", number=news.overtaken))
    return writer.page(keyboard)


def _heading(news: News, words: Texts) -> str:
    """The № and whom it is about."""
    number, corrects = news.number, news.corrects
    if news.kind is NewsKind.WITHDRAWAL:
        heading = words.say("🚫 № {number} withdraws № {corrects}.", number=number, corrects=corrects)
        return " ".join([heading, *([_reason(news.reason, words)] if news.reason else [])])
    start = f"🔔 № {number}"
    if news.kind is NewsKind.CORRECTION:
        start = words.say("✏️ № {number} corrects № {corrects}", number=number, corrects=corrects)
    start = " · ".join([start, *([_names(news, words)] if _named(news) else [])])
    return f"{start}. {_reason(news.reason, words)}" if news.reason else start


def _withdrawal(news: News, words: Texts) -> str:
    """That something was withdrawn: what a withdrawal says, and what is left of a message that was withdrawn."""
    if news.kind is not NewsKind.WITHDRAWAL:
        return words.say(
            "№ {number} was withdrawn by № {by}. Please do not pass it on.",
            number=news.number,
            by=news.overtaken,
        )
    return " ".join([_heading(news, words), words.say("Please do not pass it on.")])


def _reason(reason: Reason, words: Texts) -> str:
    say = words.say
    match reason:
        case Reason.SOURCE_CHANGED:
            return say("Reason: the source changed its text.")
        case Reason.SOURCE_WITHDREW:
            return say("Reason: the source withdrew it.")
        case Reason.WRONG_PERSON:
            return say("Reason: wrong person.")
        case Reason.WRONG_DATE:
            return say("Reason: wrong date.")
        case Reason.OUR_ERROR:
            return say("Reason: our error.")
        case Reason.SAFETY:
            return say("Reason: safety.")
        case Reason.LEGAL_REQUEST:
            return say("Reason: a legal request.")


def _named(news: News) -> list[str]:
    """The cases that have a name to show: no child, also where somebody became one after the announcement."""
    known = load_cases().by_id
    return [case for case in news.cases if case in known and not known[case].protected]


def _names(news: News, words: Texts) -> str:
    """The names of the first cases, and how many more there are."""
    cases = _named(news)
    names = ", ".join(_name(case, words) for case in cases[:_NAMES])
    more = len(cases) - _NAMES
    return names if more <= 0 else names + " " + words.count("and {n} more", "and {n} more", more)


def _name(case: str, words: Texts) -> str:
    names = load_cases()[case].names
    return inline(names.get(words.language, names["en"]))


def _attribution(writer: Writer, quote: NewsQuote, words: Texts) -> None:
    """Append linked title, publisher, date, language and label, and what must stand with the quote."""
    writer.link(named(quote.title) or quote.document, quote.link).plain(" ↗" if quote.link else "")
    date = words.date(quote.published)
    facts = [
        named(quote.publisher),
        date,
        words.language_name(quote.language),
        label(words, quote.reliability),
    ]
    writer.plain(f" · {' · '.join(facts)}")
    if not quote.link:
        writer.plain(" · ").plain(words.say("no public address"))
    if quote.notice:
        notice = inline(quote.notice, most=MOST_NOTICE)
        writer.plain("\n⚠ ").plain(words.say("The source says: {notice}", notice=notice))
    if quote.note:
        note = inline(quote.note, most=MOST_NOTICE)
        writer.plain("\n⚠ ").plain(words.say("Note: {note}", note=note))


def _brief(writer: Writer, news: News, words: Texts, *, quoted: bool) -> None:
    """Append a message as part of a list: its heading, and its first quote where there is room for it."""
    if news.withdrawn:
        writer.plain(_withdrawal(news, words)).plain("\n")
        return
    writer.plain(f"{_heading(news, words)} · {words.date(_day(news.hour))}\n")
    if quoted and news.quotes:
        quote = news.quotes[0]
        writer.quote(quote.text, folded=quote.sensitive).plain("\n")
        _attribution(writer, quote, words)
        writer.plain("\n")


def _fitting(parts: Sequence[Part], page: Callable[[Sequence[Part]], Page]) -> Page:
    """The page with as many of the parts as fit: what does not fit is left out whole, never cut."""
    for count in range(len(parts), 0, -1):
        try:
            return page(parts[:count])
        except PageError:
            continue
    return page(())


def _day(hour: int) -> PartialDate:
    day = datetime.datetime.fromtimestamp(hour * 3600, MINSK)
    return PartialDate(day.year, day.month, day.day)


def _buttons(news: News, words: Texts) -> tuple[Row, ...]:
    """Buttons that open the first cases, and that end what is followed."""
    mine = InlineKeyboardButton(words.say("My updates"), callback_data=Own.MINE)
    cases = _named(news)[:_NAMES]
    if len(cases) == 1:
        (case,) = cases
        unfollow = str(Unfollow(FollowKind.CASE, case))
        last = (InlineKeyboardButton(words.say("Unfollow"), callback_data=unfollow), mine)
        return (_open(case, words.say("Open case")),), last
    opens = tuple(_open(case, _name(case, words)) for case in cases)
    return (opens, (mine,)) if opens else ((mine,),)


def _open(case: str, text: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=str(ShowCase(case, Tab.NEW)))


def _renewal(words: Texts, wanted: bool) -> tuple[Row, ...]:
    if not wanted:
        return ()
    keep = InlineKeyboardButton(words.say("Keep"), callback_data=Own.RENEW)
    return ((keep, InlineKeyboardButton(words.say("Stop"), callback_data=Own.STOP)),)


def _numbers(news: Sequence[News]) -> tuple[Row, ...]:
    return (
        tuple(
            InlineKeyboardButton(f"№ {each.number}", callback_data=str(ShowNews(each.number)))
            for each in news
        ),
    )


def _more(news: Sequence[News], words: Texts) -> tuple[Row, ...]:
    text = words.count("{n} more", "{n} more", len(news))
    return ((InlineKeyboardButton(text, callback_data=str(ListNews(0))),),) if news else ()
