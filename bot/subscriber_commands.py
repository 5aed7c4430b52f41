"""Commands of `sprava subscribers`: rounded counts, deletion, keys. None takes or prints a person."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.database import Engine
    from bot.keys import Keys

app = typer.Typer(
    help="The people who follow something: never a list, only counts, keys and deletion.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def count() -> None:
    """Say how many people follow something, rounded down to ten."""
    import time

    from bot.settings import BotSettings
    from bot.subscribers import Subscribers

    settings = BotSettings()
    people = Subscribers(_engine(settings.database()), _required_keys, now=time.time).count_rounded()
    typer.echo(f"at least {people}" if people else "fewer than 10")


@app.command()
def disclose() -> None:
    """Print all that could be handed over: files, tables, columns, counts, and a row of each table as it is stored."""
    from bot.disclosure import disclose
    from bot.settings import BotSettings

    settings = BotSettings()
    for line in disclose(_engine(settings.database()), settings.home):
        typer.echo(line)
    typer.echo("")
    typer.echo(
        "Numbers of people are rounded here; whoever has the database can count exactly. Without the secret"
    )
    typer.echo(
        "key nobody can tell who the rows belong to, or what they hold. With it, everything in them is read:"
    )
    typer.echo(
        "chat ids, what is followed, saved keywords and questions, settings. The key is not in the database."
    )
    typer.echo(f"It comes from {settings.key_place()}.")


@app.command()
def create_key(path: Path) -> None:
    """Write a new secret key to a file that only its owner can read, and say what to do with it."""
    import secrets

    from bot.settings import BotSettings

    BotSettings().refuse_beside_the_data(path)
    _write_secret(path, secrets.token_urlsafe(32))
    typer.echo(f"A new secret key is in {path}. Set SPRAVA_SECRET_KEY_FILE={path}, and restart the bot.")
    typer.echo(
        "Keep one copy offline, away from every backup of the database. Without the key nobody, you included,"
    )
    typer.echo("can read the rows that are sealed with it.")
    typer.echo(
        "To rotate: append the old key to this file as a second line, let it take the old file's place, restart"
    )
    typer.echo("the bot, and run `sprava subscribers rotate-key`.")


@app.command()
def rotate_key() -> None:
    """Seal every row anew with the first key of the secret; the bot may go on answering meanwhile."""
    import time

    from rich.progress import Progress

    from bot.rotation import Rotation
    from bot.settings import BotSettings
    from bot.subscribers import rounded

    settings = BotSettings()
    keys = _required_keys()
    with Progress() as progress:
        task = progress.add_task("Sealing anew", total=None)
        moved = Rotation(_engine(settings.database()), keys, now=time.time).run(
            lambda done, total: progress.update(task, completed=done, total=total)
        )
        progress.update(task, completed=1, total=1)
    typer.echo(f"At least {rounded(moved)} rows were sealed anew; every row is under the first key now.")
    if keys.older:
        typer.echo(
            "Take the further lines out of the secret, restart the bot, make a fresh backup if you keep any, and"
        )
        typer.echo("destroy the old key and the backups from before: with both, the old rows can be read.")


@app.command()
def purge() -> None:
    """Delete every person's row, and everything that waits to be sent or deleted, after a typed word."""
    from bot.settings import BotSettings
    from bot.subscribers import purge

    engine = _engine(BotSettings().database())
    typer.echo("Everybody's subscription will be deleted. It cannot be undone, and nobody will be told.")
    if typer.prompt("Type PURGE to go on", default="", show_default=False).upper() != "PURGE":
        typer.echo("Nothing was deleted.")
        raise typer.Exit(1)
    purge(engine)
    typer.echo(
        "Every person's row is deleted, with everything that waited to be sent. Backups still hold them:"
    )
    typer.echo("destroy those, or the key that they were sealed with.")


def _engine(url: str) -> "Engine":
    from bot.database import open_database

    return open_database(url)


def _required_keys() -> "Keys":
    from bot.settings import BotSettings, SecretError

    keys = BotSettings().keys()
    if keys is None:
        raise SecretError("No secret key: make one with `sprava subscribers create-key PATH`.")
    return keys


def _write_secret(path: Path, secret: str) -> None:
    """A new file that was never readable to others, not even for a moment. Raises `SecretError`."""
    import os

    from bot.settings import SecretError

    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secret}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SecretError(
            f"The key cannot be written to {path} ({error.strerror}): choose a new file in a folder of yours."
        ) from None
