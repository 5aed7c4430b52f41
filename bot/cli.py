"""The `sprava` command: the rooms' commands under one roof, and the one place where errors become one line."""

import errno
import sys

import typer

from bot.commands import app as bot_app
from bot.news_commands import app as news_app
from bot.sandbox.commands import sandbox
from bot.subscriber_commands import app as subscribers_app
from corpus.commands import app as corpus_app
from corpus.errors import SpravaError
from index.asking import ask, chat, evaluate
from index.commands import app as index_app

_UNUSABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST}
"""What a disk says of a place where nothing can be kept: for the operator to mend, and no bug."""

app = typer.Typer(
    name="sprava",
    help="Answers questions about the cases of Belarusian political prisoners with exact, attributed quotes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(ask)
app.command()(chat)
app.command()(sandbox)
index_app.command()(evaluate)
app.add_typer(corpus_app, name="corpus")
app.add_typer(index_app, name="index")
app.add_typer(bot_app, name="bot")
app.add_typer(news_app, name="news")
app.add_typer(subscribers_app, name="subscribers")


def main() -> None:
    """Run the command line; an operator's error is one line on stderr and exit code 2."""
    try:
        app()
    except SpravaError as error:
        sys.stderr.write(f"sprava: {error}\n")
        sys.exit(2)
    except OSError as error:
        if error.errno not in _UNUSABLE:
            raise
        place = f"{error.filename}: " if error.filename else ""
        advice = "check who may write there and how much is free, or set SPRAVA_HOME"
        sys.stderr.write(f"sprava: {place}{error.strerror}; {advice}\n")
        sys.exit(2)
    except ValueError as error:
        sys.stderr.write(f"sprava: {_wrong_settings(error)}; bot/README.md lists every setting\n")
        sys.exit(2)


def _wrong_settings(error: ValueError) -> str:
    """Which settings have a value that they cannot have, without the value; any other error goes on its way."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        raise error
    return "; ".join(f"SPRAVA_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
