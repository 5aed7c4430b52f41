"""The commands of `sprava index` that only look: status, verify, versions. Heavy modules are imported inside."""

from datetime import datetime

import typer

from index.console import age, counts, moment_of, open_console, print_rows, sizes


def status() -> None:
    """Show the version that serves, what is in it, and whether documents changed since."""
    from corpus.library import load
    from index import store
    from index.changes import changes, recipe
    from index.encoder import model_name
    from index.settings import IndexSettings

    settings = IndexSettings()
    version = store.current(settings.index_folder)
    pending = changes(version, load(settings.document_folders))
    since = [f"documents {pending}"] if pending else []
    if version.recipe != recipe():
        since.append("the program prepares documents differently")
    model = model_name(settings) or settings.model
    size = store.size(settings.index_folder, version.number)
    print_rows(
        {
            "version": f"{version.number}, {age(version.created)}",
            **sizes(version),
            "languages": counts(document.language for document in version.documents),
            "publishers": counts(document.publisher for document in version.documents),
            "model": version.model,
            "on disk": f"{size / 1e6:,.1f} MB in {settings.index_folder}",
            "since then": ", ".join(since) or "nothing changed",
        }
    )
    if since:
        typer.echo("run `sprava index update` to take that up")
    if version.model != model:
        typer.echo(f"SPRAVA_MODEL is {model}: run `sprava index update`, or questions cannot be answered")


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
            moment_of(datetime.fromisoformat(stored["created"])),
            f"{stored['documents']:,}",
            f"{stored['passages']:,}",
            f"{store.size(folder, number) / 1e6:,.1f}",
            f"version {stored['restored']} again" if stored["restored"] else "",
        )
    open_console(err=False).print(table)
    if models:
        typer.echo(f"made with {', '.join(sorted(models))}")
