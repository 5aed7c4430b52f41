"""Commands of `sprava corpus`: parse, call, print. Heavy modules are imported inside, so that --help stays fast."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.terminal import (
    added_fields,
    described,
    fields_of,
    print_added,
    print_json,
    print_rows,
    print_table,
)

if TYPE_CHECKING:
    from corpus.adding import Given, Proposal
    from corpus.library import Added

app = typer.Typer(
    help="The documents: add, list, show, withdraw, check.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The document's id: its file name without .md.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


@app.command()
def add(
    sources: Annotated[list[str], typer.Argument(metavar="FILE", help="Text, Markdown or HTML files.")],
    *,
    url: Annotated[str | None, typer.Option(help="Where the article was published.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who published it.")] = None,
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    author: Annotated[str | None, typer.Option(help="Who wrote it.")] = None,
    published: Annotated[str | None, typer.Option(help="2025-09-12, 2025-09, 2025 or undated.")] = None,
    language: Annotated[str | None, typer.Option(help="be, be-tarask, ru, en, uk, pl …")] = None,
    reliability: Annotated[
        str | None, typer.Option(help="A first-hand, B summary, C retelling or copy, D unsigned or AI.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Make it the new revision of its id.")] = False,
    as_json: Json = False,
) -> None:
    """Add articles; prints what was recognised. What is given here wins over what a file says."""
    from corpus.adding import Given
    from corpus.errors import SpravaError
    from corpus.library import imported
    from corpus.settings import CorpusSettings

    given = Given(
        url=url, publisher=publisher, title=title, author=author,
        published=published, language=language, reliability=reliability,
    )  # fmt: skip
    folders = CorpusSettings().document_folders
    known = imported(folders)
    failed = 0
    for source in sources:
        try:
            proposal, added = _add_one(source, given, folders, known, replace)
        except SpravaError as error:
            failed += 1
            typer.echo(f"sprava: {error}", err=True)
        else:
            print_json(added_fields(proposal, added)) if as_json else print_added(proposal, added)
    if failed < len(sources) and not as_json:
        typer.echo("Next: sprava index update")
    if failed:
        raise typer.Exit(2)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the documents, withdrawn ones included."""
    from corpus.library import load
    from corpus.settings import CorpusSettings

    folders = CorpusSettings().document_folders
    documents = load(folders)
    if as_json:
        for document in documents:
            print_json(fields_of(document))
    elif documents:
        print_table(documents)
    else:
        places = ", ".join(map(str, folders))
        typer.echo(f"no documents yet in {places}; add one with `sprava corpus add FILE`")


@app.command()
def show(
    id: Id,
    *,
    text: Annotated[
        bool, typer.Option("--text", help="Exactly the text that quotes index, nothing else.")
    ] = False,
) -> None:
    """Show a document: what is known about it, and its text."""
    import sys

    from corpus.library import LibraryError, find
    from corpus.settings import CorpusSettings

    document = find(id, CorpusSettings().document_folders)
    if text:
        if document.withdrawn:
            raise LibraryError(f"{id} is withdrawn ({document.withdrawn}): its text may no longer be quoted")
        sys.stdout.buffer.write(document.text.encode())
        return
    print_rows(described(document))
    typer.echo(
        "\n" + (document.text if not document.withdrawn else "(withdrawn: the text stays in the file only)")
    )


@app.command()
def withdraw(
    id: Id,
    *,
    reason: Annotated[str, typer.Option(help="Why; readers may see it.")],
) -> None:
    """Mark a document as one that may no longer be quoted; nothing is deleted."""
    from corpus import library
    from corpus.settings import CorpusSettings

    settings = CorpusSettings()
    path = library.withdraw(id, reason=reason, folders=settings.document_folders)
    typer.echo(f"withdrawn: {id} ({' '.join(reason.split())})")
    typer.echo(
        f"Its quotes stop with the next `sprava index update`. To undo: delete the line `withdrawn:` in {path}"
    )


@app.command()
def check() -> None:
    """Check every document file; all problems at once."""
    from datetime import UTC, datetime

    from corpus import checking
    from corpus.library import document_paths
    from corpus.settings import CorpusSettings

    folders = CorpusSettings().document_folders
    problems = checking.check(folders, today=datetime.now(UTC).date())
    for problem in problems:
        typer.echo(f"{'error' if problem.is_error else 'warning'}: {problem.message}")
    errors = sum(problem.is_error for problem in problems)
    files = len(document_paths(folders))
    typer.echo(f"{files} documents, {errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise typer.Exit(2)


def _add_one(
    source: str, given: "Given", folders: tuple[Path, ...], known: dict[str, str], replace: bool
) -> "tuple[Proposal, Added]":
    from datetime import UTC, datetime

    from corpus import library
    from corpus.adding import propose
    from corpus.readers.reading import read

    if source.lower().startswith(("http://", "https://")):
        advice = f"save the page as HTML and run `sprava corpus add PAGE.html --url {source}`"
        raise library.LibraryError(f"{source}: fetching pages is not available yet; {advice}")
    path = Path(source)
    raw = library.read_bytes(path)
    draft = read(raw, name=path.name)
    today = datetime.now(UTC).date()
    proposal = propose(draft, given, id=library.id_of(path.name), name=path.name, today=today)
    added = library.add(proposal, raw=raw, name=path.name, folders=folders, known=known, replace=replace)
    return proposal, added
