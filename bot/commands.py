"""Commands of `sprava bot`: parse, call, print. Heavy modules are imported inside, so that --help stays fast."""

from typing import Annotated

import typer

app = typer.Typer(
    help="The service: run, doctor, panic.", no_args_is_help=True, pretty_exceptions_enable=False
)


@app.command()
def run(
    webhook: Annotated[
        bool, typer.Option("--webhook", help="Let Telegram deliver to SPRAVA_WEBHOOK_URL instead of polling.")
    ] = False,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="Stop when standard input ends.")
    ] = False,
) -> None:
    """Answer on Telegram until stopped: Ctrl+C or SIGTERM finish what was begun, the same again stops at once."""
    import asyncio

    from bot.app import run as serve
    from bot.base import open_base
    from bot.settings import BotSettings

    settings = BotSettings()
    settings.token()  # before the model is loaded: what is missing is told at once
    settings.database()
    settings.keys()
    door = settings.door() if webhook else None
    base = open_base(settings)
    base.follow()
    asyncio.run(serve(settings, base=base, door=door, with_parent=with_parent))


@app.command()
def panic() -> None:
    """Destroy the secret key, everybody's rows and what waits to be sent, after a typed word. Needs no network."""
    from bot.panic import AFTERWARDS, destroy, drop_webhook
    from bot.settings import BotSettings

    settings = BotSettings()
    typer.echo(
        "The bot stops; the secret key, everybody's subscription and what waits to be sent are destroyed."
    )
    typer.echo("It cannot be undone, and takes seconds.")
    if typer.prompt("Type PANIC to go on", default="", show_default=False).upper() != "PANIC":
        typer.echo("Nothing was destroyed.")
        raise typer.Exit(1)
    said = []
    for line in destroy(settings):
        said.append(line)
        typer.echo(line)
    typer.echo(drop_webhook(settings))
    typer.echo(f"\n{AFTERWARDS}")
    if any("NOT DONE" in line for line in said):
        raise typer.Exit(2)


@app.command()
def doctor() -> None:
    """Show what is configured and what is missing; exit 2 when the bot could not run. No secret is printed."""
    import asyncio

    from bot.doctor import examine
    from bot.settings import BotSettings

    findings = asyncio.run(examine(BotSettings()))
    for finding in findings:
        typer.echo(f"{'ok' if finding.good else 'FAIL':5} {finding.what:9} {finding.found}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(2)
