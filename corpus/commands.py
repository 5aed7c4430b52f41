"""Commands of `sprava corpus`: parse, call, print. Heavy modules are imported inside, so that --help stays fast."""

import typer

app = typer.Typer(help="The documents: add, list, show, withdraw, check.", no_args_is_help=True, pretty_exceptions_enable=False)
