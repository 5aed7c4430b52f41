"""Commands of `sprava index`: parse, call, print. Heavy modules are imported inside, so that --help stays fast."""

import typer

app = typer.Typer(help="The index: update, status, verify, versions, rollback, evaluate.", no_args_is_help=True, pretty_exceptions_enable=False)


def ask(question: str) -> None:
    """Answer a question as the bot would."""


def chat() -> None:
    """Ask in a loop, in the terminal."""
