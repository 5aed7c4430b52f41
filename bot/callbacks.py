"""What a button carries: at most 64 ASCII bytes, a grammar of its own, no state on our side.

The first character is the version of the grammar, the second the verb. Old buttons stay valid across restarts and
index versions; what cannot be read, or names what is no longer there, is answered with "ask again".

    1a<quotes>         show these quotes again          1q<case>   answer the replied-to question for this case
    1x<n><shift><quotes>  context of quote n            1g<page>   a page of the sources
    1m<quotes>         further quotes
    1c<quotes>         closest quotes, not an answer  1e<n>      answer an example question
    1b<quotes>         how to cite these quotes
    1k<tab><page><case>   a case: s status, t timeline, d differences, n status in a new message
    1l<page><search>   a page of the people

Buttons about one's own updates and settings are in `own_callbacks.py`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.own_callbacks import OwnCallback, parse_own

QUOTE_ID = 12
MAX_BYTES = 64
MAX_SHOWN = 3
MAX_MORE = 5
MAX_SEARCH = 24

_QUOTES = rf"(?:[A-Za-z0-9_-]{{{QUOTE_ID}}})"
_CASE = r"[a-z0-9-]{1,32}"


@dataclass(frozen=True, slots=True)
class ShowQuotes:
    """Show these quotes again: one to three."""

    quotes: tuple[str, ...]

    def __str__(self) -> str:
        return f"1a{''.join(self.quotes)}"


@dataclass(frozen=True, slots=True)
class ShowContext:
    """Show what stands around quote `number` (from 1): shift -1 before, 0 both, 1 after."""

    number: int
    shift: int
    quotes: tuple[str, ...]

    def __str__(self) -> str:
        return f"1x{self.number}{'-0+'[self.shift + 1]}{''.join(self.quotes)}"


@dataclass(frozen=True, slots=True)
class ShowMore:
    """Show further quotes that were chosen when the answer was made: one to five."""

    quotes: tuple[str, ...]

    def __str__(self) -> str:
        return f"1m{''.join(self.quotes)}"


@dataclass(frozen=True, slots=True)
class ShowClosest:
    """Show quotes that are near the question but do not answer it: one to five."""

    quotes: tuple[str, ...]

    def __str__(self) -> str:
        return f"1c{''.join(self.quotes)}"


@dataclass(frozen=True, slots=True)
class AnswerForCase:
    """Answer the question that the message with this button replies to, for this case."""

    case: str

    def __str__(self) -> str:
        return f"1q{self.case}"


@dataclass(frozen=True, slots=True)
class ShowSources:
    """Show this page of the sources, from 0."""

    page: int

    def __str__(self) -> str:
        return f"1g{self.page:02}"


@dataclass(frozen=True, slots=True)
class ShowExample:
    """Answer example question `number`, 0 to 2, of the greeting."""

    number: int

    def __str__(self) -> str:
        return f"1e{self.number}"


@dataclass(frozen=True, slots=True)
class ShowCitations:
    """Show how to cite the documents of these quotes: one to three."""

    quotes: tuple[str, ...]

    def __str__(self) -> str:
        return f"1b{''.join(self.quotes)}"


class Tab(StrEnum):
    """A side of a case's card."""

    STATUS = "s"
    TIMELINE = "t"
    DIFFERENCES = "d"
    NEW = "n"
    """The status in a new message: what the button stands under stays."""


@dataclass(frozen=True, slots=True)
class ShowCase:
    """Show this page, from 0, of a side of a case's card."""

    case: str
    tab: Tab = Tab.STATUS
    page: int = 0

    def __str__(self) -> str:
        return f"1k{self.tab}{self.page:02}{self.case}"


@dataclass(frozen=True, slots=True)
class ListCases:
    """Show this page, from 0, of the people whose folded name holds `search`: at most 24 letters."""

    page: int
    search: str = ""

    def __str__(self) -> str:
        return f"1l{self.page:02}{self.search}"


Callback = (
    ShowQuotes
    | ShowContext
    | ShowMore
    | ShowClosest
    | AnswerForCase
    | ShowSources
    | ShowExample
    | ShowCitations
    | ShowCase
    | ListCases
    | OwnCallback
)

_GRAMMAR = re.compile(
    rf"1(?:a(?P<shown>{_QUOTES}{{1,{MAX_SHOWN}}})|x(?P<number>[1-3])(?P<shift>[-0+])(?P<context>{_QUOTES}{{1,{MAX_SHOWN}}})"
    rf"|m(?P<more>{_QUOTES}{{1,{MAX_MORE}}})|c(?P<closest>{_QUOTES}{{1,{MAX_MORE}}})"
    rf"|q(?P<case>{_CASE})|g(?P<page>[0-9]{{2}})|e(?P<example>[0-2])"
    rf"|b(?P<cited>{_QUOTES}{{1,{MAX_SHOWN}}})|k(?P<tab>[stdn])(?P<leaf>[0-9]{{2}})(?P<card>{_CASE})"
    rf"|l(?P<list>[0-9]{{2}})(?P<search>[a-z]{{0,{MAX_SEARCH}}}))",
    re.ASCII,
)
_CASE_LINK = re.compile(rf"c_({_CASE})", re.ASCII)
_SHARED = re.compile(rf"a_({_QUOTES}{{1,{MAX_SHOWN}}})", re.ASCII)


def parse(data: str) -> Callback | None:
    """What the button asks for; None for an older grammar, a damaged or a forged text."""
    match = _GRAMMAR.fullmatch(data)
    if match is None:
        return parse_own(data)
    found = match.groupdict()
    if found["context"]:
        quotes, number = _split(found["context"]), int(found["number"])
        return ShowContext(number, "-0+".index(found["shift"]) - 1, quotes) if number <= len(quotes) else None
    if found["page"]:
        return ShowSources(int(found["page"]))
    if found["example"]:
        return ShowExample(int(found["example"]))
    if found["card"]:
        return ShowCase(found["card"], Tab(found["tab"]), int(found["leaf"]))
    if found["list"]:
        return ListCases(int(found["list"]), found["search"])
    if found["cited"]:
        return ShowCitations(_split(found["cited"]))
    for verb, group in ((ShowQuotes, "shown"), (ShowMore, "more"), (ShowClosest, "closest")):
        if found[group]:
            return verb(_split(found[group]))
    return AnswerForCase(found["case"])


def shared(quotes: tuple[str, ...]) -> str:
    """The parameter of a /start link that shows these quotes to whoever opens it."""
    return f"a_{''.join(quotes)}"


def case_link(case: str) -> str:
    """The parameter of a /start link that opens a case."""
    return f"c_{case}"


def parse_shared(parameter: str) -> tuple[str, ...] | None:
    """The quotes that a /start parameter names; None when it names none."""
    match = _SHARED.fullmatch(parameter)
    return _split(match[1]) if match else None


def parse_case_link(parameter: str) -> str | None:
    """The case that a /start parameter names; None when it names none."""
    match = _CASE_LINK.fullmatch(parameter)
    return match[1] if match else None


def _split(quotes: str) -> tuple[str, ...]:
    return tuple(quotes[i : i + QUOTE_ID] for i in range(0, len(quotes), QUOTE_ID))
