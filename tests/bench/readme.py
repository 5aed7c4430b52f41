"""Measured tables: printed, and written between their two marks in this folder's README."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

README = Path(__file__).with_name("README.md")
MACHINE = "2 shared cores, one thread"


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; every column but the first is aligned to the right."""
    rule = ["---", *["---:"] * (len(columns) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, rule, *rows))


def measured(command: str) -> str:
    """When, where and with which command a table was measured."""
    return f"Measured {date.today().isoformat()} on {MACHINE}, with `{command}`."


def verdict(met: bool) -> str:
    """A word for the last column of a table of targets."""
    return "met" if met else "**missed**"


def rewrite(name: str, content: str, *, path: Path = README) -> None:
    """Put the content between `<!-- name -->` and `<!-- /name -->`. Raises ValueError where the marks are missing."""
    marks = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.compile(f"{marks[0]}.*{marks[1]}", re.DOTALL)
    text, found = pattern.subn(lambda _: f"{marks[0]}\n{content}\n{marks[1]}", path.read_text("utf-8"))
    if found != 1:
        raise ValueError(f"{path} has {found} places between {marks[0]} and {marks[1]}: there must be one")
    path.write_text(text, "utf-8")
