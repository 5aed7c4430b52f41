"""The commands that ask: `sprava ask`, `sprava chat`, `sprava index evaluate`. Heavy modules are imported inside."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus.errors import SpravaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.answer import Answer
    from index.encoder import Encoder
    from index.evaluate import Outcome
    from index.excerpt import Excerpt
    from index.judged import Judged
    from index.version import Version

_BATCH = 16
_LANGUAGES = ("en", "be", "ru")


class UsageError(SpravaError):
    """The command was given too little, or two things that do not go together."""


def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in quotation marks.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    language: Annotated[str | None, typer.Option(help="Language of our own words: en, be, ru.")] = None,
    batch: Annotated[
        Path | None, typer.Option(help='A JSONL file of {"id", "question"}: one JSON answer a line.')
    ] = None,
) -> None:
    """Answer a question as the bot would: exact quotes, or that no source says this."""
    if language is not None and language not in _LANGUAGES:
        raise UsageError(f"no language {language!r}: choose one of {', '.join(_LANGUAGES)}")
    if (question is None) == (batch is None):
        raise UsageError(
            'give either a question, as in: sprava ask "Who is Ihar Losik?", or --batch FILE.jsonl'
        )
    if batch is not None:
        _ask_all(batch)
        return
    if not str(question).strip():
        raise UsageError('the question is empty: ask something, as in: sprava ask "Who is Ihar Losik?"')
    from index.answer import answer

    version, encoder = _open()
    found = answer(str(question), version=version, encoder=encoder)
    if as_json:
        typer.echo(json.dumps(to_json(found), ensure_ascii=False))
    else:
        _show(found, language=language)


def chat(
    language: Annotated[str | None, typer.Option(help="Language of our own words: en, be, ru.")] = None,
) -> None:
    """Ask in a loop, in the terminal; an empty line or Ctrl-D ends it."""
    from rich.console import Console

    from index.answer import answer

    version, encoder = _open()
    console = Console()
    while True:
        try:
            question = console.input("[bold]? [/bold]").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not question:
            return
        _show(answer(question, version=version, encoder=encoder), language=language)


def evaluate(
    files: Annotated[
        list[Path], typer.Argument(help="JSONL files of judged questions; see index/README.md.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON.")] = False,
    compare: Annotated[
        int | None, typer.Option(help="An older version to ask too: `sprava index versions` lists them.")
    ] = None,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for the risk-coverage and reliability curves, as PNG.")
    ] = None,
) -> None:
    """Ask judged questions; show hits, refusals and latency by language and by kind."""
    from index.evaluate import compare as compared
    from index.evaluate import report
    from index.judged import read_judged
    from index.terminal import show_comparison, show_report

    questions = [judged for path in files for judged in read_judged(path)]
    if not questions:
        raise UsageError(f"no question in {', '.join(map(str, files))}: one JSON object a line")
    version, encoder = _open()
    older = None if compare is None else _open_older(compare, version, encoder)
    outcomes = _outcomes(questions, version, encoder)
    found = report(outcomes, version=version)
    comparison = None
    if older is not None:
        comparison = compared(_outcomes(questions, *older), outcomes, versions=(older[0], version))
    if as_json:
        typer.echo(json.dumps((comparison or found).as_json(), ensure_ascii=False, indent=1))
    elif comparison is None:
        show_report(found)
    else:
        show_comparison(comparison)
    if plots is not None:
        from index.plots import draw

        names = ", ".join(path.name for path in files)
        title = f"{len(questions)} questions of {names}, index version {version.number}, {version.model}"
        for path in draw(outcomes, plots, title=title):
            typer.echo(f"drawn: {path}", err=True)


def calibrate(
    sets: Annotated[
        list[str],
        typer.Argument(help="DOCUMENTS=QUESTIONS: a folder and a JSONL file, or two SQuAD files."),
    ],
) -> None:
    """Fit how sure an answer must be, for the model in use, on judged questions; for maintainers."""
    from dataclasses import astuple

    from rich.console import Console
    from rich.table import Table

    from index.calibrate import calibrate as fitted
    from index.calibrate import read_set, write
    from index.confidence import FILE
    from index.encoder import open_encoder
    from index.settings import IndexSettings

    judged_sets = [read_set(argument) for argument in sets]
    encoder = open_encoder(IndexSettings())
    coefficients, figures = fitted(judged_sets, encoder)
    write(encoder.name, coefficients, figures, path=FILE)
    table = Table("set", "answerable", "not", "AUROC", "refused", "falsely", "refused at 5 %", "near-misses")
    for one in figures:
        table.add_row(*map(str, astuple(one)))
    Console(width=160).print(table)
    typer.echo(f"threshold {coefficients['threshold']}, written to {FILE}; undo: git checkout {FILE}")


def to_json(answer: "Answer") -> dict[str, Any]:
    """The answer as JSON's types, with the fields that operators and tests rely on."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "reason": answer.reason,
        "candidates": list(answer.candidates),
        "differs": answer.differs,
        "version": answer.version,
        "elapsed_ms": answer.elapsed_ms,
        "excerpts": [_excerpt_json(excerpt) for excerpt in answer.excerpts],
        "nearest": [_excerpt_json(excerpt) for excerpt in answer.nearest],
    }


def _excerpt_json(excerpt: "Excerpt") -> dict[str, Any]:
    document = excerpt.document
    fields: dict[str, Any] = {
        "rank": excerpt.rank,
        "quote": excerpt.quote,
        "document": document.id,
        "start": excerpt.start,
        "end": excerpt.end,
        "title": document.title,
        "publisher": document.publisher,
        "url": document.url,
        "published": str(document.published),
        "language": document.language,
        "reliability": document.reliability,
        "score": excerpt.score,
    }
    extras = {"note": document.note, "notice": document.notice, "also_in": list(excerpt.also_in)}
    return fields | {name: value for name, value in extras.items() if value}


def _ask_all(path: Path) -> None:
    from index.answer import answer_many
    from index.judged import read_lines, text_field

    entries = []
    for number, fields in read_lines(path):
        if "id" not in fields:
            raise UsageError(f'{path}, line {number}: no "id": every question needs one')
        entries.append((fields["id"], text_field(path, number, fields, "question")))
    version, encoder = _open()
    for first in range(0, len(entries), _BATCH):
        some = entries[first : first + _BATCH]
        answers = answer_many([question for _, question in some], version=version, encoder=encoder)
        for (id_, _), found in zip(some, answers, strict=True):
            typer.echo(json.dumps({"id": id_, **to_json(found)}, ensure_ascii=False))


def _open() -> "tuple[Version, Encoder]":
    from index import store
    from index.encoder import model_name, open_encoder
    from index.settings import IndexSettings

    settings = IndexSettings()
    version = store.current(settings.index_folder, model=model_name(settings))
    return version, open_encoder(settings)


def _open_older(number: int, version: "Version", encoder: "Encoder") -> "tuple[Version, Encoder]":
    """Another version of the same home, and an encoder that made it: the one in use, or the embedded model."""
    from index import store, weights
    from index.encoder import open_encoder
    from index.settings import IndexSettings

    settings = IndexSettings()
    if number not in store.numbers(settings.index_folder):
        raise store.NoSuchVersionError(
            f"no index version {number} on disk: `sprava index versions` lists them"
        )
    older = store.read_version(settings.index_folder, number)
    if older.model == version.model:
        return older, encoder
    if older.model == weights.NAME:
        return older, open_encoder(settings.model_copy(update={"model": None}))
    raise store.OtherModelError(
        f"index version {number} was made with {older.model}: set SPRAVA_MODEL to it and roll back to it, "
        f"then compare with version {version.number}"
    )


def _outcomes(questions: "Sequence[Judged]", version: "Version", encoder: "Encoder") -> "list[Outcome]":
    """Every question asked of a version, with a progress bar on a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    from index.evaluate import evaluate

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(f"asking version {version.number}", total=len(questions))
        return evaluate(
            questions,
            version=version,
            encoder=encoder,
            progress=lambda done: bar.update(task, completed=done),
        )


def _show(answer: "Answer", *, language: str | None) -> None:
    from corpus.languages import interface_language
    from index.terminal import show_answer

    show_answer(answer, language=language or interface_language(answer.question) or "en")
