"""How messages look to a maintainer: the very page that people would get, and beside it what decides about it."""

from collections.abc import Sequence

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from telegram import MessageEntity

from bot.compose import Page, slice_of
from bot.news import News
from bot.proposals import LeftOut, Proposal

_BAR = "▌ "
_SHOWN = 20
"""Documents that are left out, listed by id."""
_STYLES = {MessageEntity.BOLD: "bold", MessageEntity.TEXT_LINK: "underline"}


def show_message(
    console: Console, news: News, proposal: Proposal, page: Page, *, key: str, people: int | None
) -> None:
    """Print one message with everything that an approver has to know."""
    title = f"№ {news.number} · {news.kind} · {key}"
    console.print(Panel(drawn(page), title=title, title_align="left", width=100))
    rows = Table.grid(padding=(0, 2))
    rows.add_row("document", news.documents[0])
    if copies := news.documents[1:]:
        rows.add_row("folded", f"{', '.join(copies)}: near-duplicates that say nothing else")
    rows.add_row("people", _counted(people))
    rows.add_row("cases", ", ".join(news.cases) or "none")
    rows.add_row("publishers", ", ".join(news.publishers) or "none that can be followed")
    rows.add_row("why", "; ".join(proposal.why))
    if proposal.approval:
        rows.add_row("approval", Text(f"needed: {', '.join(proposal.approval)}", style="bold"))
        rows.add_row("", f"sprava news announce --send --approve {key}")
    else:
        rows.add_row("approval", "not needed")
    console.print(rows)
    console.print()


def show_left_out(console: Console, left_out: Sequence[LeftOut]) -> None:
    """Print which documents make no message, and why."""
    if not left_out:
        return
    rows = Table("left out", "why", box=None, pad_edge=False)
    for one in left_out[:_SHOWN]:
        rows.add_row(one.document, one.why)
    console.print(rows)
    if len(left_out) > _SHOWN:
        console.print(f"and {len(left_out) - _SHOWN} more: --json lists all")
    console.print()


def _counted(people: int | None) -> str:
    if people is None:
        return "not counted: no secret key is set"
    return f"{people} to {people + 9}" if people else "fewer than 10"


def drawn(page: Page) -> Text:
    """A page as the terminal can show it: quotes behind a bar, buttons in brackets."""
    text = Text(page.text)
    for entity in page.entities:
        style = _STYLES.get(entity.type)
        if style:
            start = len(_before(page.text, entity.offset))
            text.stylize(style, start, start + len(slice_of(page.text, entity)))
    quoted = {
        line
        for entity in page.entities
        if entity.type in {MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE}
        for line in _lines(page.text, entity)
    }
    lines = [
        Text(_BAR if number in quoted else "").append_text(line)
        for number, line in enumerate(text.split("\n", allow_blank=True))
    ]
    for row in page.keyboard:
        lines.append(Text("  ".join(f"[{button.text}]" for button in row), style="dim"))
    return Text("\n").join(lines)


def _before(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le")


def _lines(text: str, entity: MessageEntity) -> range:
    """Numbers of the lines that an entity covers."""
    first = _before(text, entity.offset).count("\n")
    return range(first, first + slice_of(text, entity).count("\n") + 1)
