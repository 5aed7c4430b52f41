"""How documents look in a terminal and as JSON. Rich is imported inside, so that --help stays fast."""

import json
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from corpus.adding import Proposal
    from corpus.document import Document
    from corpus.library import Added


def fields_of(document: "Document") -> dict[str, Any]:
    """A document as a JSON object."""
    names = ("id", "title", "publisher", "published", "language", "reliability", "url", "withdrawn")
    values = {name: getattr(document, name) for name in names}
    return {**values, "published": str(document.published)}


def added_fields(proposal: "Proposal", added: "Added") -> dict[str, Any]:
    """What `corpus add` recognised, as a JSON object."""
    from corpus.passages import passages

    document = proposal.document
    return {
        **fields_of(document),
        "author": document.author,
        "notice": document.notice,
        "passages": len(passages(document)),
        "cut": [{"line": cut.line, "text": cut.text, "why": cut.why} for cut in proposal.cut],
        "warnings": list(proposal.warnings),
        "replaced": added.replaced,
        "path": str(added.path),
    }


def described(document: "Document") -> list[tuple[str, str, str]]:
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


def print_added(proposal: "Proposal", added: "Added") -> None:
    """What was added, as it was recognised, and how to undo it."""
    from corpus.passages import passages

    document, origins = proposal.document, proposal.origins
    typer.echo(f"{'replaced' if added.replaced else 'added'} {added.path}")
    rows = []
    for label, value, remark in described(document):
        origin = origins.get(label, "file")
        rows.append((label, value, ", ".join(filter(None, (remark, origin if origin != "file" else "")))))
    rows.append(("passages", str(len(passages(document))), ""))
    rows += [("warning", warning, "") for warning in proposal.warnings]
    if proposal.cut:
        lines = "1 line that is" if len(proposal.cut) == 1 else f"{len(proposal.cut)} lines that are"
        rows.append(("cut", f"{lines} not the article:", ""))
    print_rows(rows)
    _print_cut(proposal)
    earlier = "add the earlier file again, with --replace"
    typer.echo(
        f"  undo: {earlier if added.replaced else f'sprava corpus withdraw {document.id} --reason …'}\n"
    )


def print_rows(rows: list[tuple[str, str, str]]) -> None:
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


def print_table(documents: "tuple[Document, ...]") -> None:
    """A row a document."""
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


def print_json(fields: dict[str, Any]) -> None:
    """One object on one line."""
    typer.echo(json.dumps(fields, ensure_ascii=False))
