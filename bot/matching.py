"""Who is told of a message: whether a record follows it, in memory, record by record."""

from functools import lru_cache

from bot.news import Draft, News, NewsKind
from bot.record import Follow, FollowKind, Record
from corpus.fold import skeleton
from index.analyze import stem, words


def phrase(text: str) -> str:
    """The stems of a text in any script as one line, a space around each: a keyword is followed where its line is in it."""
    return f" {' '.join(skeleton(stem(word)) for word in words(text))} "


def follows(record: Record, news: News) -> bool:
    """Whether the message is for this record, saved questions aside (`Standing`): what it follows, and since when."""
    return is_due(record, news) and any(_meets(follow, news) for follow in record.follows)


def is_due(record: Record, news: News) -> bool:
    """Whether following began before the message; a correction is for those for whom what it corrects was due."""
    return not record.paused and record.since < (news.corrects or news.number)


def questions(record: Record) -> tuple[str, ...]:
    """The saved questions of a record."""
    return tuple(follow.what for follow in record.follows if follow.kind is FollowKind.QUESTION)


def _meets(follow: Follow, news: Draft) -> bool:
    match follow.kind:
        case FollowKind.EVERYTHING:
            return True
        case FollowKind.CASE:
            return follow.what in news.cases
        case FollowKind.PUBLISHER:
            return follow.what in news.publishers
        case FollowKind.KEYWORD:
            keyword = _keyword(follow.what)
            return keyword != _NOTHING and keyword in news.stems
        case FollowKind.QUESTION:
            # The words of a withdrawn document are gone, and with them what the question found in it.
            return news.kind is NewsKind.WITHDRAWAL


_NOTHING = phrase("")
_keyword = lru_cache(maxsize=64)(phrase)  # small: it holds what people wrote
