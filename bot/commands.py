"""Commands of `sprava bot`: parse, call, print. Heavy modules are imported inside, so that --help stays fast."""

import typer

app = typer.Typer(help="The service: run, doctor.", no_args_is_help=True, pretty_exceptions_enable=False)
