"""Commands of `sprava corpus`: parse, call, print. Heavy modules are imported inside, so that --help stays fast."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from corpus.adding import Given, Proposal
    from corpus.document import Document
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
            _print_json(_added_fields(proposal, added)) if as_json else _print_added(proposal, added)
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
            _print_json(_fields(document))
    elif documents:
        _print_table(documents)
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
    _print_rows(_described(document))
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


def _fields(document: "Document") -> dict[str, Any]:
    names = ("id", "title", "publisher", "published", "language", "reliability", "url", "withdrawn")
    values = {name: getattr(document, name) for name in names}
    return {**values, "published": str(document.published)}


def _added_fields(proposal: "Proposal", added: "Added") -> dict[str, Any]:
    from corpus.passages import passages

    document = proposal.document
    return {
        **_fields(document),
        "author": document.author,
        "notice": document.notice,
        "passages": len(passages(document)),
        "cut": [{"line": cut.line, "text": cut.text, "why": cut.why} for cut in proposal.cut],
        "warnings": list(proposal.warnings),
        "replaced": added.replaced,
        "path": str(added.path),
    }


def _described(document: "Document") -> list[tuple[str, str, str]]:
    """Rows of label, value, remark; absent values are left out."""
    rows = [
        ("id", document.id, ""),
        ("title", document.title, ""),
        ("publisher", document.publisher, ""),
        ("author", document.author or "", ""),
        ("published", str(document.published), ""),
        ("language", document.language, ""),
        ("reliability", document.reliability.value, _LABELS[document.reliability.value]),
        ("url", document.url or "", ""),
        ("mirror", document.mirror or "", "" if not document.mirror else "never shown to readers"),
        ("cases", ", ".join(document.cases), ""),
        ("notice", document.notice or "", ""),
        ("note", document.note or "", ""),
        *(("source", source, "") for source in document.sources),
        ("withdrawn", document.withdrawn or "", ""),
    ]
    return [row for row in rows if row[1]]


_LABELS = {"A": "first-hand", "B": "summary", "C": "retelling or copy", "D": "unsigned or AI"}


def _print_added(proposal: "Proposal", added: "Added") -> None:
    from corpus.passages import passages

    document, origins = proposal.document, proposal.origins
    typer.echo(f"{'replaced' if added.replaced else 'added'} {added.path}")
    rows = []
    for label, value, remark in _described(document):
        origin = origins.get(label, "file")
        rows.append((label, value, ", ".join(filter(None, (remark, origin if origin != "file" else "")))))
    rows.append(("passages", str(len(passages(document))), ""))
    rows += [("warning", warning, "") for warning in proposal.warnings]
    if proposal.cut:
        lines = "1 line that is" if len(proposal.cut) == 1 else f"{len(proposal.cut)} lines that are"
        rows.append(("cut", f"{lines} not the article:", ""))
    _print_rows(rows)
    _print_cut(proposal)
    earlier = "add the earlier file again, with --replace"
    typer.echo(
        f"  undo: {earlier if added.replaced else f'sprava corpus withdraw {document.id} --reason …'}\n"
    )


def _print_rows(rows: list[tuple[str, str, str]]) -> None:
    """Labelled values that wrap beside their label."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    for label, value, remark in rows:
        line = Text(value)
        if remark:
            line.append(f"  ({remark})", style="dim")
        grid.add_row(Text(f"  {label}", style="yellow" if label == "warning" else "bold"), line)
    _print(grid)


def _print_cut(proposal: "Proposal") -> None:
    """The lines that were left out: number in the file, why, and as much of each as fits."""
    from rich.console import Group
    from rich.text import Text

    width = max((len(cut.why) for cut in proposal.cut), default=0)
    rows = (
        Text(f"{cut.line:>6}  {cut.why:<{width}}  ", no_wrap=True, overflow="ellipsis").append(
            cut.text, style="dim"
        )
        for cut in proposal.cut
    )
    _print(Group(*rows))


def _print_table(documents: "tuple[Document, ...]") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("published", no_wrap=True)
    table.add_column("lang", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("id, title and publisher")
    for document in documents:
        line = Text().append(document.id, style="bold")
        if document.withdrawn:
            line.append(f"  withdrawn: {document.withdrawn}", style="red")
        line.append(f"\n{document.title}").append(f" · {document.publisher}", style="dim")
        table.add_row(str(document.published), document.language, document.reliability.value, line)
    _print(table)
    typer.echo(f"{len(documents)} documents")


def _print(renderable: "RenderableType") -> None:
    """Print as wide as the terminal is; into a pipe plainly, never folded, without spaces at line ends."""
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 1000
    with console.capture() as captured:
        console.print(renderable)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())


def _print_json(fields: dict[str, Any]) -> None:
    typer.echo(json.dumps(fields, ensure_ascii=False))
