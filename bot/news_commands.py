"""Commands of `sprava news`: parse, call, print. Nothing but `announce --send` sends anything."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus.errors import SpravaError

if TYPE_CHECKING:
    from bot.newsroom import Choice, Newsroom, Outlook
    from bot.proposals import Proposal
    from index.version import Version

app = typer.Typer(
    help="Update messages: preview, announce, status, pause, resume, cancel.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Include = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ID", help="Tell of this document all the same, though it is no news any more. Repeatable."
    ),
]
Language = Annotated[str, typer.Option(help="Language in which the messages are shown: en, be, ru.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The № of a message.")]

_LANGUAGES = ("en", "be", "ru")


class LanguageError(SpravaError):
    """The bot does not speak this language."""


@app.command()
def preview(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, in every language.")
    ] = False,
    language: Language = "en",
    include: Include = None,
) -> None:
    """Show each message that could be announced, who would get it, and what is left out. Sends nothing."""
    _check(language)
    newsroom = _open()
    if (started := newsroom.begin()) and not include:
        _tell_start(started, as_json=as_json)
        return
    outlook = newsroom.look(anew=frozenset(include or ()))
    if as_json:
        _print_json(newsroom, outlook)
    else:
        _show(newsroom, outlook, language)
        _tell_next(outlook)


@app.command()
def announce(
    *,
    send: Annotated[
        bool, typer.Option("--send", help="Do it: without this, only say what would be.")
    ] = False,
    approve: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Approve exactly this text, as `preview` shows it. Repeatable."),
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Leave this message out for good. Repeatable.")
    ] = None,
    include: Include = None,
) -> None:
    """Announce what needs no approval or has it; a dry run without --send. The bot then sends it to those who follow."""
    from bot.newsroom import choose

    newsroom = _open()
    if (started := newsroom.begin()) and not include:
        _tell_start(started, as_json=False)
        return
    outlook = newsroom.look(anew=frozenset(include or ()))
    choice = choose(outlook.comparison, approve=set(approve or ()), skip=set(skip or ()))
    if send:
        numbers = newsroom.announce(outlook, choice)
        for number, proposal in zip(numbers, choice.ready, strict=True):
            typer.echo(f"announced: № {number} {_told(proposal)}")
        if not numbers:
            typer.echo("Nothing was announced.")
        _tell_rest(choice, sent=True)
    else:
        for proposal in choice.ready:
            typer.echo(f"would announce: {_told(proposal)}")
        _tell_rest(choice, sent=False)
        typer.echo(
            "Nothing was sent: --send does it." if choice.ready or choice.skipped else "Nothing to send."
        )


@app.command()
def status() -> None:
    """Show whether sending is paused, how far each message is, and the last messages."""
    import time
    from datetime import datetime

    from bot.announcements import Announcements
    from bot.broadcasts import is_paused
    from bot.broadcasts import status as broadcasts
    from bot.news import HOUR
    from bot.news_pages import MINSK

    engine = _database()
    typer.echo("sending is paused: `sprava news resume`" if is_paused(engine) else "sending is not paused")
    for each in broadcasts(engine):
        some = f"about {each.refused}" if each.refused else "fewer than 10"
        refused = (
            f", {some} refused by Telegram (`sprava news resume` tries again)" if each.any_refused else ""
        )
        typer.echo(f"{each.what} {each.number}: {each.state}, about {each.waiting} wait{refused}")
    for news in Announcements(engine, time.time).all()[-10:]:
        day = datetime.fromtimestamp(news.hour * HOUR, MINSK)
        about = f" of № {news.corrects}" if news.corrects else ""
        since = f", {'withdrawn' if news.withdrawn else 'corrected'} by № {news.overtaken}"
        state = ", cancelled" if news.cancelled else since if news.overtaken else ""
        typer.echo(f"№ {news.number} {day:%Y-%m-%d %H}:00 {news.kind}{about}, {news.documents[0]}{state}")


@app.command()
def pause() -> None:
    """Send no update until `resume`; within a second. Answers go on."""
    from bot.broadcasts import set_paused

    set_paused(_database(), True)
    typer.echo("paused: nothing is sent until `sprava news resume`")


@app.command()
def resume() -> None:
    """Go on sending."""
    from bot.broadcasts import set_paused

    set_paused(_database(), False)
    typer.echo("sending goes on")


@app.command()
def cancel(number: Number) -> None:
    """Send a message to nobody else. Who has it keeps it: withdraw its document to tell them."""
    import time

    from bot.announcements import Announcements
    from bot.broadcasts import cancel as end

    engine = _database()
    some = end(engine, number)
    Announcements(engine, time.time).cancel(number)
    typer.echo(f"cancelled: № {number}{'' if some else ' (it had gone to everybody already)'}")
    typer.echo(
        "To tell those who have it: `sprava corpus withdraw`, `sprava index update`, `sprava news announce`."
    )


def _open() -> "Newsroom":
    import time

    from bot.base import open_base
    from bot.newsroom import Newsroom
    from bot.settings import BotSettings

    settings = BotSettings()
    engine = _database()
    keys = settings.key_source()
    return Newsroom(open_base(settings), engine, keys, folders=settings.document_folders, now=time.time)


def _database() -> Any:
    from bot.database import open_database
    from bot.settings import BotSettings

    return open_database(BotSettings().database())


def _check(language: str) -> None:
    if language not in _LANGUAGES:
        raise LanguageError(f"no language {language!r}: choose one of {', '.join(_LANGUAGES)}")


def _tell_start(version: "Version", *, as_json: bool) -> None:
    count = len(version.documents)
    if as_json:
        typer.echo(json.dumps({"started": version.number, "documents": count}))
        return
    typer.echo(
        f"This is the start: the {count} documents of index version {version.number} are no news, only what comes after "
        "them is. To tell of one of them: --include ID."
    )


def _show(newsroom: "Newsroom", outlook: "Outlook", language: str) -> None:
    from rich.console import Console

    from bot.news_pages import news_page
    from bot.news_terminal import show_left_out, show_message
    from bot.newsroom import key_of
    from bot.texts import texts

    console = Console()
    news = newsroom.news(outlook)
    people = newsroom.audience(news)
    for i, (each, proposal) in enumerate(zip(news, outlook.comparison.proposals, strict=True)):
        page = news_page(each, texts(language))
        show_message(
            console, each, proposal, page, key=key_of(proposal), people=people[i] if people else None
        )
    show_left_out(console, outlook.comparison.left_out)


def _print_json(newsroom: "Newsroom", outlook: "Outlook") -> None:
    from bot.news_pages import news_page
    from bot.newsroom import key_of
    from bot.texts import texts

    news = newsroom.news(outlook)
    people = newsroom.audience(news)
    for i, (each, proposal) in enumerate(zip(news, outlook.comparison.proposals, strict=True)):
        shown = {language: news_page(each, texts(language)).text for language in _LANGUAGES}
        fields = {
            "key": key_of(proposal),
            "number": each.number,
            "kind": each.kind,
            "corrects": each.corrects,
            "reason": each.reason,
            "documents": each.documents,
            "cases": each.cases,
            "publishers": each.publishers,
            "quotes": [quote.text for quote in each.quotes],
            "why": proposal.why,
            "approval": proposal.approval,
            "people": people[i] if people else None,
            "text": shown,
        }
        typer.echo(json.dumps(fields, ensure_ascii=False))
    for one in outlook.comparison.left_out:
        typer.echo(json.dumps({"left_out": one.document, "why": one.why}, ensure_ascii=False))


def _tell_next(outlook: "Outlook") -> None:
    proposals = outlook.comparison.proposals
    waiting = sum(bool(one.approval) for one in proposals)
    typer.echo(f"{len(proposals)} to announce, {waiting} of them only with approval; nothing was sent.")
    if proposals:
        typer.echo(
            "`sprava news announce` says what would be sent, `--send` sends it, `--skip KEY` leaves one out."
        )


def _tell_rest(choice: "Choice", *, sent: bool) -> None:
    for proposal in choice.skipped:
        typer.echo(f"{'left' if sent else 'would leave'} out: {_told(proposal)}")
    for proposal in choice.waiting:
        typer.echo(f"waits for approval ({', '.join(proposal.approval)}): {_told(proposal)}")


def _told(proposal: "Proposal") -> str:
    from bot.newsroom import key_of

    draft = proposal.draft
    about = f" of № {draft.corrects}" if draft.corrects else ""
    return f"{key_of(proposal)} {draft.kind}{about}, {', '.join(draft.documents)}"
