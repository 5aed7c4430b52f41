"""Commands of `sprava index` that change something: parse, call, print. Heavy modules are imported inside."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from index.asking import ask, calibrate, chat, evaluate
from index.console import counted, encoding, loading, open_console, print_rows, sizes
from index.inspecting import status, verify, versions

if TYPE_CHECKING:
    from corpus.document import Document
    from index.settings import IndexSettings
    from index.version import Version

app = typer.Typer(
    help="The index: update, status, verify, versions, rollback, evaluate.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (evaluate, calibrate, status, verify, versions):
    app.command()(command)

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
    console = open_console()
    started = perf_counter()

    def opened() -> Encoder:
        with loading(settings, console):
            return open_encoder(settings)

    try:
        with encoding(console) as progress:
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
            typer.echo(f"{name}: {how}, {counted(count, 'passage')}", err=True)
        raise
    seconds = f"in {perf_counter() - started:.1f} s"
    if not done.published and quiet:
        return
    if not done.published:
        typer.echo(f"nothing changed: index version {done.version.number} is up to date ({seconds})")
        return
    typer.echo(f"index version {done.version.number} published {seconds}")
    print_rows({**sizes(done.version), "encoded": f"{counted(done.encoded)}, {done.reused:,} vectors reused"})


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
    console = open_console()
    with loading(settings, console):
        encoder = open_encoder(settings)
    with encoding(console) as progress:
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
def measure_tokens(
    sets: Annotated[
        list[str], typer.Argument(help="DOCUMENTS=QUESTIONS, as for calibrate; the questions are not used.")
    ],
) -> None:
    """Measure what all tokens of the model in use have in common; for maintainers, before calibrate.

    The next update encodes everything again.
    """
    from index.calibrate import read_set
    from index.encoder import open_encoder
    from index.settings import IndexSettings
    from index.token_mean import measure, write
    from index.tokens import FILE

    documents = [document for argument in sets for document in read_set(argument).documents]
    encoder = open_encoder(IndexSettings())
    write(encoder.name, measure(documents, encoder), path=FILE)
    typer.echo(f"{encoder.name}: written to {FILE}; undo: git checkout {FILE}")


@app.command()
def rollback(
    version: int | None = typer.Argument(None, help="Its number; without it, the one before."),
) -> None:
    """Publish an older version again, under a new number; a running bot takes it up by itself."""
    from index import store
    from index.publishing import writing
    from index.settings import IndexSettings

    folder = IndexSettings().index_folder
    with writing(folder) as writer:
        number = store.previous_number(folder) if version is None else version
        new = writer.restore(number, created=datetime.now(UTC))
    typer.echo(
        f"index version {new.number} published: version {number} again, {counted(len(new.documents), 'document')}"
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
