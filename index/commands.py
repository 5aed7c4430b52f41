"""Commands of `sprava index`: parse, call, print. Heavy modules are imported inside, so that --help stays fast."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from index.asking import ask, calibrate, chat, evaluate

if TYPE_CHECKING:
    from rich.console import Console

    from corpus.document import Document
    from index.build import Progress
    from index.settings import IndexSettings
    from index.version import Version

_LONG = 100
"""Texts from which on encoding takes some seconds; between the first report of progress and the second."""

app = typer.Typer(
    help="The index: update, status, verify, versions, rollback, evaluate.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(evaluate)
app.command()(calibrate)

__all__ = ["app", "ask", "chat"]


@app.command()
def update(
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing where nothing changed.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Publish although much of what was there changed or is gone.")
    ] = False,
) -> None:
    """Encode what changed in the documents, and publish a new version; a running bot takes it up by itself.

    Stops where over 5 % of the passages that were there changed or are gone,
    or a case: see the difference it prints, then --accept. Additions and
    withdrawn documents do not count.
    """
    from time import perf_counter

    from index.encoder import Encoder, model_name, open_encoder
    from index.floors import check
    from index.gate import MassChangeError
    from index.settings import IndexSettings
    from index.update import update as update_index

    settings = IndexSettings()
    console = _console()
    started = perf_counter()

    def opened() -> Encoder:
        with _loading(settings, console):
            return open_encoder(settings)

    try:
        with _encoding(console) as progress:
            done = update_index(
                settings.index_folder,
                _documents(settings),
                opened,
                model=model_name(settings),
                created=datetime.now(UTC),
                progress=progress,
                accept=accept,
                check=check,
            )
    except MassChangeError as error:
        for name, count in error.loss.passages.items():
            how = "gone" if name in error.loss.removed else "changed"
            typer.echo(f"{name}: {how}, {_texts(count, 'passage')}", err=True)
        raise
    seconds = f"in {perf_counter() - started:.1f} s"
    if not done.published and quiet:
        return
    if not done.published:
        typer.echo(f"nothing changed: index version {done.version.number} is up to date ({seconds})")
        return
    typer.echo(f"index version {done.version.number} published {seconds}")
    _print_rows(
        {**_sizes(done.version), "encoded": f"{_texts(done.encoded)}, {done.reused:,} vectors reused"}
    )


@app.command()
def floors(
    reason: Annotated[
        str | None, typer.Option("--set", help="Write new floors below these figures, with this reason.")
    ] = None,
) -> None:
    """Measure the bundled documents against the floors that `index update` keeps; for maintainers.

    The exit code is 2 below a floor.
    """
    from corpus.settings import BUNDLED
    from index.build import assemble
    from index.encoder import open_encoder
    from index.floors import FILE, compare, measure, read, set_floors
    from index.settings import IndexSettings

    settings = IndexSettings().model_copy(update={"corpus": BUNDLED, "model": None})
    console = _console()
    with _loading(settings, console):
        encoder = open_encoder(settings)
    with _encoding(console) as progress:
        built = assemble(
            _documents(settings),
            encoder,
            created=datetime.now(UTC),
            previous=_published(settings),
            progress=progress,
        )
    figures = measure(built.version, encoder)
    if reason is not None:
        set_floors(figures, reason=reason, today=datetime.now(UTC).date())
        typer.echo(f"written to {FILE}; undo: git checkout {FILE}")
    stored = read()
    for name, share in figures.items():
        limit = stored["floors"].get(name)
        typer.echo(
            f"{name:16} {share.value:.3f} of {share.of:3}   floor {'none' if limit is None else f'{limit:.3f}'}"
        )
    compare(figures, stored=stored)


@app.command()
def status() -> None:
    """Show the version that serves, what is in it, and whether documents changed since."""
    from index import store
    from index.build import changes, recipe
    from index.encoder import model_name
    from index.settings import IndexSettings

    settings = IndexSettings()
    version = store.current(settings.index_folder)
    pending = changes(version, _documents(settings))
    since = [f"documents {pending}"] if pending else []
    if version.recipe != recipe():
        since.append("the program prepares documents differently")
    model = model_name(settings) or settings.model
    size = store.size(settings.index_folder, version.number)
    _print_rows(
        {
            "version": f"{version.number}, {_age(version.created)}",
            **_sizes(version),
            "languages": _counts(document.language for document in version.documents),
            "publishers": _counts(document.publisher for document in version.documents),
            "model": version.model,
            "on disk": f"{size / 1e6:,.1f} MB in {settings.index_folder}",
            "since then": ", ".join(since) or "nothing changed",
        }
    )
    if since:
        typer.echo("run `sprava index update` to take that up")
    if version.model != model:
        typer.echo(f"SPRAVA_MODEL is {model}: run `sprava index update`, or questions cannot be answered")


@app.command()
def verify() -> None:
    """Check every byte of every version and of the embedded model; a damaged file is named, and the exit code is 2."""
    from index import store, weights
    from index.settings import IndexSettings
    from index.version import DamagedVersionError

    settings = IndexSettings()
    folder = settings.index_folder
    damaged = []
    try:
        served = store.published(folder).number
    except DamagedVersionError as error:
        served = None
        damaged.append(str(error))
    for number in store.numbers(folder):
        try:
            store.read_version(folder, number)
            typer.echo(f"index version {number}: whole{', published' if number == served else ''}")
        except store.OtherFormatError:
            typer.echo(f"index version {number}: of another format, not read by this program")
        except DamagedVersionError as error:
            typer.echo(f"index version {number}: damaged")
            damaged.append(str(error))
    if not settings.model and (path := weights.unpacked(settings.model_folder)):
        try:
            weights.check(path)
            typer.echo(f"model {weights.NAME}: whole")
        except weights.WeightsError as error:
            damaged.append(str(error))
    for problem in dict.fromkeys(damaged):
        typer.echo(f"sprava: {problem}", err=True)
    if damaged:
        raise typer.Exit(2)


@app.command()
def versions() -> None:
    """List the versions on disk, newest first; `*` is the published one."""
    from rich.table import Table

    from index import store
    from index.settings import IndexSettings
    from index.version import DamagedVersionError

    folder = IndexSettings().index_folder
    published, _ = store.pointer(folder)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("", "version", "published", "documents", "passages", "MB", "remarks"):
        table.add_column(
            column, justify="left" if column in {"published", "remarks"} else "right", no_wrap=True
        )
    models = set()
    for number in reversed(store.numbers(folder)):
        mark = "*" if number == published else ""
        try:
            stored = store.read_manifest(folder, number)
        except store.OtherFormatError:
            table.add_row(mark, str(number), "", "", "", "", "of another format")
            continue
        except DamagedVersionError:
            table.add_row(mark, str(number), "", "", "", "", "damaged")
            continue
        models.add(stored["model"])
        table.add_row(
            mark,
            str(number),
            _moment(datetime.fromisoformat(stored["created"])),
            f"{stored['documents']:,}",
            f"{stored['passages']:,}",
            f"{store.size(folder, number) / 1e6:,.1f}",
            f"version {stored['restored']} again" if stored["restored"] else "",
        )
    _console(err=False).print(table)
    if models:
        typer.echo(f"made with {', '.join(sorted(models))}")


@app.command()
def rollback(
    version: int | None = typer.Argument(None, help="Its number; without it, the one before."),
) -> None:
    """Publish an older version again, under a new number; a running bot takes it up by itself."""
    from index import store
    from index.settings import IndexSettings

    folder = IndexSettings().index_folder
    with store.writing(folder) as writer:
        number = store.previous_number(folder) if version is None else version
        new = writer.restore(number, created=datetime.now(UTC))
    typer.echo(
        f"index version {new.number} published: version {number} again, {_texts(len(new.documents), 'document')}"
    )
    typer.echo("the next `sprava index update` follows the documents again; withdraw what must not come back")


def _documents(settings: "IndexSettings") -> "tuple[Document, ...]":
    from corpus.library import load

    return load(settings.document_folders)


def _published(settings: "IndexSettings") -> "Version | None":
    """The version that serves, to take vectors from; `None` where there is none that is whole."""
    from index import store
    from index.version import DamagedVersionError

    try:
        return store.current(settings.index_folder)
    except (store.NoIndexError, DamagedVersionError):
        return None


@contextmanager
def _loading(settings: "IndexSettings", console: "Console") -> "Iterator[None]":
    """Say what takes long before it does: on a terminal while it lasts, in a pipe on the first run only."""
    from index import weights

    first = not settings.model and not weights.unpacked(settings.model_folder)
    doing = "unpacking the embedded model, once: up to half a minute" if first else "loading the model"
    if first and not console.is_terminal:
        typer.echo(doing, err=True)
    with console.status(doing):
        yield


def _console(*, err: bool = True) -> "Console":
    from rich.console import Console

    console = Console(stderr=err, highlight=False)
    if not console.is_terminal:
        console.width = 200  # a pipe has no width: never fold a line there
    return console


@contextmanager
def _encoding(console: "Console") -> "Iterator[Progress]":
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
            typer.echo(f"encoding {_texts(total)}", err=True)
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        bar.stop()


def _print_rows(rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        typer.echo(f"{name:{width}}  {value}")


def _sizes(version: "Version") -> dict[str, str]:
    return {
        "documents": f"{len(version.documents):,}",
        "passages": f"{len(version.passages):,}",
        "sentences": f"{len(version.sentences):,}",
    }


def _counts(values: Iterator[str]) -> str:
    return " · ".join(f"{value} {count:,}" for value, count in Counter(values).most_common())


def _texts(count: int, noun: str = "text") -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _age(moment: datetime) -> str:
    """A moment in UTC, and how long ago that is."""
    ago = datetime.now(UTC) - moment
    units = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
    for unit, length in units.items():
        if ago >= length:
            return f"{_moment(moment)}, {_texts(ago // length, unit)} ago"
    return f"{_moment(moment)}, just now"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
