"""Answers and figures on a terminal: colours and links where there is one, plain text in a pipe."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from corpus.cases import load_cases
from index.answer import Answer, Reason
from index.evaluate import Comparison, Figures, Report
from index.excerpt import Excerpt

_WIDTH = 110
_HEADS = {
    "questions": "all",
    "answerable": "answer\nable",
    "hit_1": "hit@1",
    "hit_3": "hit@3",
    "found_3": "found\n@3",
    "ndcg_10": "nDCG\n@10",
    "falsely_refused": "falsely\nrefused",
    "refused": "rightly\nrefused",
}
"""Two lines where one would be wider than the figures: the table fits 80 columns, with nothing cut."""
_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "no_source": "No source says this.",
            "nearest": "The closest passages, not an answer:",
            "ambiguous": "More than one person matches. Which one do you mean?",
            "refused": "I only quote sources about these cases.",
            "private": "I do not answer questions about addresses, phones, relatives or children.",
            "too_long": "Please ask in up to 500 characters.",
            "differs": "The sources differ.",
        },
        "ru": {
            "no_source": "Ни один источник этого не сообщает.",
            "nearest": "Самое близкое, не ответ:",
            "ambiguous": "Подходит больше одного человека. Кого вы имеете в виду?",
            "refused": "Я только цитирую источники об этих делах.",
            "private": "Я не отвечаю на вопросы об адресах, телефонах, родственниках и детях.",
            "too_long": "Спросите, пожалуйста, не длиннее 500 знаков.",
            "differs": "Источники расходятся.",
        },
        "be": {
            "no_source": "Ніводная крыніца пра гэта не паведамляе.",
            "nearest": "Самае блізкае, не адказ:",
            "ambiguous": "Пасуе больш за аднаго чалавека. Каго вы маеце на ўвазе?",
            "refused": "Я толькі цытую крыніцы пра гэтыя справы.",
            "private": "Я не адказваю на пытанні пра адрасы, тэлефоны, сваякоў і дзяцей.",
            "too_long": "Спытайце, калі ласка, не даўжэй за 500 знакаў.",
            "differs": "Крыніцы разыходзяцца.",
        },
    }
)


def show_answer(answer: Answer, *, language: str) -> None:
    """Print the quotes, each with whose it is, or why there is none; our own words in `language` (en, ru, be)."""
    say = _WORDS[language]
    lines: list[Text] = []
    if answer.reason is not None:
        key = "private" if answer.private else answer.reason.value
        lines.append(Text(say[key], style="bold yellow"))
        if answer.reason is Reason.AMBIGUOUS:
            cases = load_cases()
            lines += [Text(f"  {cases.display_name(case, language)}") for case in answer.candidates]
        if answer.nearest:
            lines.append(Text(say["nearest"], style="dim"))
    if answer.differs:
        lines.append(Text(say["differs"], style="bold yellow"))
    for excerpt in (*answer.excerpts, *answer.nearest):
        lines += _quoted(excerpt)
    console = _console()
    for line in lines:
        console.print(line, soft_wrap=not console.is_terminal)


def show_report(report: Report) -> None:
    """Print the figures of an evaluation, by language and by kind of question."""
    console = _console()
    for title, groups in _groups(report).items():
        console.print(_table(title, {name: _cells(figures) for name, figures in groups.items()}))
    console.print(_one_question(report), soft_wrap=True)


def show_comparison(comparison: Comparison) -> None:
    """Print the figures of two versions, each with what the later one adds, and whose replies changed."""
    console = _console()
    before, after = _groups(comparison.before), _groups(comparison.after)
    for title, groups in after.items():
        rows = {}
        for name, figures in groups.items():
            old, new = _cells(before[title][name]), _cells(figures)
            rows[name] = [*new[:2], *map(_change, old[2:], new[2:])]
        console.print(_table(title, rows))
    for report in (comparison.before, comparison.after):
        console.print(_one_question(report), soft_wrap=True)
    for what, ids in (
        ("right before, wrong now", comparison.lost),
        ("wrong before, right now", comparison.gained),
    ):
        console.print(f"{what}: {', '.join(ids) or 'none'}", soft_wrap=True)


def _groups(report: Report) -> dict[str, dict[str, Figures]]:
    return {
        title: {**groups, "all": report.total}
        for title, groups in (("language", report.by_language), ("kind", report.by_kind))
    }


def _one_question(report: Report) -> str:
    return (
        f"index version {report.version}, {report.model}; one question: "
        f"median {report.latency_p50_ms:.0f} ms, 95 of 100 within {report.latency_p95_ms:.0f} ms"
    )


def _quoted(excerpt: Excerpt) -> list[Text]:
    document = excerpt.document
    link = f"link {document.url}" if document.url else "none"
    facts = (document.publisher, str(document.published), document.language, f"[{document.reliability}]")
    return [
        Text(),
        *(Text(f"  ▌ {line}", style="bold") for line in excerpt.quote.split("\n")),
        Text(f"  {excerpt.rank} · ").append(document.title, style=link),
        *(
            Text(f"  {line}", style="dim")
            for line in (" · ".join(facts), document.url, document.note, document.notice)
            if line
        ),
    ]


def _table(title: str, rows: Mapping[str, Sequence[str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=0, header_style="bold")
    table.add_column(title, no_wrap=True, min_width=22, vertical="bottom")
    for field in fields(Figures):
        table.add_column(_HEADS.get(field.name, field.name), justify="right", min_width=5)
    for name, cells in rows.items():
        table.add_row(name, *cells)
    return table


def _cells(figures: Figures) -> list[str]:
    return [_number(getattr(figures, field.name)) for field in fields(Figures)]


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _change(old: str, new: str) -> str:
    """A share now, and below it by how much it changed."""
    return new if old == new or "–" in (old, new) else f"{new}\n{float(new) - float(old):+.3f}"


def _console() -> Console:
    console = Console(highlight=False)
    return Console(highlight=False, width=min(console.width, _WIDTH) if console.is_terminal else _WIDTH)
