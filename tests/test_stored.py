"""What the documents say is stored is what the schema holds, and what is promised stays what can be kept."""

import re
from pathlib import Path

import pytest
from conftest import ROOT

from bot.tables import METADATA

PROMISE = (
    "No update that was published is lost. After a hard crash at most the messages in flight (4 or fewer) may arrive "
    "twice, with the same number. On a clean stop none does."
)
FORBIDDEN = re.compile(
    r"exactly[- ]once|anonym(?:ous|ity)|анонимн|ананімн|ровно один раз|роўна адзін раз", re.IGNORECASE
)
SAID = sorted(
    path
    for pattern in (
        "*.md",
        "*/*.md",
        "bot/locales/*.po",
        "bot/locales/*.pot",
        "bot/sandbox/*.html",
        "bot/*.py",
    )
    for path in ROOT.glob(pattern)
    if ".venv" not in path.parts
)


def test_the_readme_lists_every_table_with_every_column() -> None:
    readme = (ROOT / "bot" / "README.md").read_text()
    section = readme.split("## What is stored about a person")[1].split("\n## ")[0]
    listed = {
        table: set(re.findall(r"`(\w+)`", columns))
        for table, columns in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", section, re.MULTILINE)
    }
    assert listed == {
        name: {column.name for column in table.columns} for name, table in METADATA.tables.items()
    }


def test_every_column_that_is_about_a_person_says_what_it_is() -> None:
    silent = {"attempts", "finished", "update_id", "number", "broadcast", "id", "name", "value", "corrects"}
    for name in ("subscribers", "deletions", "outbox", "seen", "claims"):
        table = METADATA.tables[name]
        assert [c.name for c in table.columns if not c.comment and c.name not in silent] == []


def test_the_promise_stands_in_its_own_words() -> None:
    for name in ("bot/README.md",):
        assert PROMISE in re.sub(r"\s+", " ", (ROOT / name).read_text()), name


@pytest.mark.parametrize("path", SAID, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nobody_is_promised_what_cannot_be_kept(path: Path) -> None:
    text = re.sub(r"\s+", " ", path.read_text())
    disowned = 'We never say "anonymous"'
    assert FORBIDDEN.findall(text.replace(disowned, "")) == []
