"""What the buttons about one's own updates and settings carry: the second half of the grammar of `callbacks.py`.

Each acts on the chat of whoever presses it, or shows public text, so a forged one gains nothing.

    1s                 what can be followed       1S<kind><what>   follow it: what is kept was said
    1s<kind><what>     follow this? a keyword and a question stand in the message that is replied to
    1u<kind><what>     stop one thing, or a whole kind; a keyword or question by a short hash of it
    1U  stop all  1r  renew  1y  my updates  1v  what is stored  1w  my data  1F  delete it  1z  close
    1y<page>           what is followed, each with its own button
    1p<page>           publishers to follow
    1d<number>         an update        1n<page>  pages of updates     1nc<page>  of corrections
    1o                 settings         1o<option>  one of them        1o<option><value>  set it
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum

from bot.record import Follow, FollowKind

_SLUG = r"[a-z0-9-]{1,32}"
_HASH = 12


class Own(StrEnum):
    """Buttons that say all by themselves."""

    KINDS = "1s"
    STOP = "1U"
    RENEW = "1r"
    MINE = "1y"
    PRIVACY = "1v"
    DATA = "1w"
    FORGET = "1F"
    CLOSE = "1z"


class Option(StrEnum):
    """A setting, by its letter."""

    LANGUAGE = "l"
    SOUND = "s"
    QUIET = "q"
    CADENCE = "c"
    HOUR = "h"
    PAUSE = "p"
    DELETE = "d"
    AGREED = "D"
    """Self-deletion once more, after it was said what must be kept for it."""


_VALUES = {
    Option.LANGUAGE: "be|ru|en",
    Option.SOUND: "[0-2]",
    Option.QUIET: "[01]",
    Option.CADENCE: "[0-2]",
    Option.HOUR: "[01][0-9]|2[0-3]",
    Option.PAUSE: "[01]",
    Option.DELETE: "[0-3]",
    Option.AGREED: "[1-3]",
}


@dataclass(frozen=True, slots=True)
class AskFollow:
    """Ask whether to follow this; without `what`, which one."""

    kind: FollowKind
    what: str = ""

    def __str__(self) -> str:
        return f"1s{self.kind}{self.what}"


@dataclass(frozen=True, slots=True)
class ConfirmFollow:
    """Follow this, after it was said what is kept."""

    kind: FollowKind
    what: str = ""

    def __str__(self) -> str:
        return f"1S{self.kind}{self.what}"


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Follow this no longer; without `what`, nothing of the kind."""

    kind: FollowKind
    what: str = ""

    def __str__(self) -> str:
        return f"1u{self.kind}{self.what}"

    @classmethod
    def of(cls, follow: Follow) -> "Unfollow":
        """The button that stops `follow`: its id, or a short hash of what does not fit a button."""
        by_id = follow.kind in {FollowKind.CASE, FollowKind.PUBLISHER, FollowKind.EVERYTHING}
        return cls(follow.kind, follow.what if by_id else _hashed(follow.what))

    def means(self, follow: Follow) -> bool:
        """Whether `follow` is what this stops."""
        return self.kind is follow.kind and (not self.what or self == Unfollow.of(follow))


@dataclass(frozen=True, slots=True)
class ListFollowed:
    """Show this page, from 0, of what is followed."""

    page: int

    def __str__(self) -> str:
        return f"1y{self.page:02}"


@dataclass(frozen=True, slots=True)
class ListPublishers:
    """Show this page, from 0, of the publishers that can be followed."""

    page: int

    def __str__(self) -> str:
        return f"1p{self.page:02}"


@dataclass(frozen=True, slots=True)
class ShowNews:
    """Show update `number`."""

    number: int

    def __str__(self) -> str:
        return f"1d{self.number}"


@dataclass(frozen=True, slots=True)
class ListNews:
    """Show this page, from 0, of the latest updates, or of corrections and withdrawals only."""

    page: int
    corrections: bool = False

    def __str__(self) -> str:
        return f"1n{'c' if self.corrections else ''}{self.page:02}"


@dataclass(frozen=True, slots=True)
class ShowSetting:
    """Show the settings, or the choices of one."""

    option: Option | None = None

    def __str__(self) -> str:
        return f"1o{self.option or ''}"


@dataclass(frozen=True, slots=True)
class SetOption:
    """Set one of the settings."""

    option: Option
    value: str

    def __str__(self) -> str:
        return f"1o{self.option}{self.value}"


OwnCallback = (
    Own
    | AskFollow
    | ConfirmFollow
    | Unfollow
    | ListFollowed
    | ListPublishers
    | ShowNews
    | ListNews
    | ShowSetting
    | SetOption
)

_SETTING = "|".join(f"{option}(?:{values})" for option, values in _VALUES.items())
_GRAMMAR = re.compile(
    rf"1(?:s(?P<asked>[ekq]|[cp](?:{_SLUG})?)|S(?P<agreed>[ekq]|[cp]{_SLUG})"
    rf"|u(?P<stopped>e|[cp](?:{_SLUG})?|[kq](?:[A-Za-z0-9_-]{{{_HASH}}})?)"
    rf"|y(?P<followed>[0-9]{{2}})|p(?P<publishers>[0-9]{{2}})|d(?P<number>[1-9][0-9]{{0,6}})"
    rf"|n(?P<corrections>c?)(?P<news>[0-9]{{2}})|o(?P<shown>[{''.join(set(Option) - {Option.AGREED})}]?)|o(?P<set>{_SETTING}))",
    re.ASCII,
)
_FOLLOW_LINK = re.compile(rf"s_({_SLUG})", re.ASCII)
_NEWS_LINK = re.compile(r"n_([1-9][0-9]{0,6})", re.ASCII)


def parse_own(data: str) -> OwnCallback | None:
    """What the button asks for; None for anything else."""
    if data in set(Own):
        return Own(data)
    match = _GRAMMAR.fullmatch(data)
    if match is None:
        return None
    found = match.groupdict()
    for verb, group in ((AskFollow, "asked"), (ConfirmFollow, "agreed"), (Unfollow, "stopped")):
        if found[group]:
            return verb(FollowKind(found[group][0]), found[group][1:])
    if found["followed"] or found["publishers"]:
        return (
            ListFollowed(int(found["followed"]))
            if found["followed"]
            else ListPublishers(int(found["publishers"]))
        )
    if found["number"]:
        return ShowNews(int(found["number"]))
    if found["news"]:
        return ListNews(int(found["news"]), corrections=bool(found["corrections"]))
    if found["set"]:
        return SetOption(Option(found["set"][0]), found["set"][1:])
    return ShowSetting(Option(found["shown"]) if found["shown"] else None)


def parse_own_link(parameter: str) -> AskFollow | ShowNews | None:
    """The button that a /start parameter stands for; None when it is none of these."""
    if match := _FOLLOW_LINK.fullmatch(parameter):
        return AskFollow(FollowKind.CASE, match[1])
    match = _NEWS_LINK.fullmatch(parameter)
    return ShowNews(int(match[1])) if match else None


def _hashed(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:_HASH]
