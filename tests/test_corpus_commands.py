"""`sprava corpus` as an operator uses it: what it prints, what it exits with."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corpus.commands import app
from corpus.errors import SpravaError

ARTICLE = "---\ntitle: Вырак\npublisher: Viasna\npublished: 2024-03-12\nlanguage: be\n---\n\nСуд вынес вырак. Тры гады.\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def article(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "verdict.md"
    path.write_text(ARTICLE)
    return path


def test_adding_tells_what_was_recognised_and_how_to_undo_it(article: Path) -> None:
    result = run("add", article, "--url", "https://example.org/1")
    assert result.exit_code == 0
    for words in (
        "Вырак",
        "Viasna",
        "2024-03-12",
        "https://example.org/1",
        "undo: sprava corpus withdraw verdict",
    ):
        assert words in result.stdout


def test_one_bad_file_does_not_lose_the_others(article: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe")
    result = run(
        "add", tmp_path / "empty.txt", tmp_path / "bad.txt", "https://example.org/x", article, article
    )
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 4
    assert "--url https://example.org/x" in result.stderr
    assert "already added as verdict, nothing changed" in result.stderr
    assert json.loads(run("list", "--json").stdout.splitlines()[-1])["id"] == "verdict"


def test_the_text_is_printed_with_nothing_added(article: Path) -> None:
    run("add", article)
    assert run("show", "verdict", "--text").stdout_bytes == "Суд вынес вырак. Тры гады.".encode()
    assert "Суд вынес" in run("show", "verdict").stdout


def test_a_withdrawn_document_is_listed_as_such_and_its_text_is_not_shown(article: Path) -> None:
    run("add", article)
    assert "To undo" in run("withdraw", "verdict", "--reason", "wrong person").stdout
    assert "withdrawn: wrong person" in run("list").stdout
    refused = run("show", "verdict", "--text")
    assert isinstance(refused.exception, SpravaError)
    assert "вырак." not in refused.stdout + run("show", "verdict").stdout


def test_the_list_has_an_object_a_line(article: Path) -> None:
    run("add", article)
    row = json.loads(run("list", "--json").stdout.splitlines()[-1])
    assert {name: row[name] for name in ("id", "title", "publisher", "published", "language")} == {
        "id": "verdict", "title": "Вырак", "publisher": "Viasna", "published": "2024-03-12", "language": "be",
    }  # fmt: skip


def test_check_exits_with_2_when_a_file_is_broken(article: Path, home: Path) -> None:
    run("add", article)
    assert run("check").exit_code == 0
    (home / "corpus/broken.md").write_text("Text.")
    result = run("check")
    assert result.exit_code == 2
    assert "broken.md:1: title is missing" in result.stdout


def test_the_seeds_and_every_article_of_the_evaluation_data_can_be_added(home: Path, shared: Path) -> None:
    files = [*sorted((shared / "seeds").glob("*.txt")), *sorted((shared / "data/articles").glob("*.md"))]
    result = run("add", *files, "--json")
    assert result.exit_code == 0, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(rows) == 46
    assert [row["reliability"] for row in rows[:2]] == ["B", "D"]
    assert "artificial intelligence" in rows[1]["notice"]
