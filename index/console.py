"""What the commands of the index show beside their result: progress, tables of two columns, moments, counts."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from index.build import Progress
    from index.settings import IndexSettings
    from index.version import Version

_LONG = 100
"""Texts from which on encoding takes some seconds; between the first report of progress and the second."""


@contextmanager
def loading(settings: "IndexSettings", console: "Console") -> "Iterator[None]":
    """Say what takes long before it does: on a terminal while it lasts, in a pipe on the first run only."""
    from index import weights

    first = not settings.model and not weights.unpacked(settings.model_folder)
    doing = "unpacking the embedded model, once: up to half a minute" if first else "loading the model"
    if first and not console.is_terminal:
        typer.echo(doing, err=True)
    with console.status(doing):
        yield


def open_console(*, err: bool = True) -> "Console":
    """The terminal to write to: standard error unless told otherwise; a pipe is never folded."""
    from rich.console import Console

    console = Console(stderr=err, highlight=False)
    if not console.is_terminal:
        console.width = 200  # a pipe has no width: never fold a line there
    return console


@contextmanager
def encoding(console: "Console") -> "Iterator[Progress]":
    """A progress bar that appears with the first report; in a pipe, one line where it takes long."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("encoding"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("texts"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("encoding", total=None)

    def report(done: int, total: int) -> None:
        if not console.is_terminal and done < _LONG <= total:
            typer.echo(f"encoding {counted(total)}", err=True)
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        bar.stop()


def print_rows(rows: dict[str, str]) -> None:
    """Print names and values, aligned."""
    width = max(map(len, rows))
    for name, value in rows.items():
        typer.echo(f"{name:{width}}  {value}")


def sizes(version: "Version") -> dict[str, str]:
    """How much is in a version."""
    return {
        "documents": f"{len(version.documents):,}",
        "passages": f"{len(version.passages):,}",
        "sentences": f"{len(version.sentences):,}",
    }


def counts(values: Iterator[str]) -> str:
    """How often each value occurs, most often first."""
    return " · ".join(f"{value} {count:,}" for value, count in Counter(values).most_common())


def counted(count: int, noun: str = "text") -> str:
    """A number and what it counts."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def age(moment: datetime) -> str:
    """A moment in UTC, and how long ago that is."""
    ago = datetime.now(UTC) - moment
    units = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
    for unit, length in units.items():
        if ago >= length:
            return f"{moment_of(moment)}, {counted(ago // length, unit)} ago"
    return f"{moment_of(moment)}, just now"


def moment_of(moment: datetime) -> str:
    """A moment in UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
