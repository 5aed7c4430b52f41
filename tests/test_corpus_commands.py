"""`sprava corpus` as an operator uses it: what it prints, what it exits with."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corpus.commands import app
from corpus.errors import SpravaError
from corpus.format import KEYS, parse_document

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


HEAD = "---\ntitle: T\npublisher: Viasna\npublished: 2024-03-12\nlanguage: be\n"
BODY = "---\n\nСуд вынес вырак Івану Прыкладаву. Тры гады пазбаўлення волі.\n"
BAD = {
    "empty.txt": (b"", "empty.txt: the file is empty"),
    "binary.txt": (b"PK\x03\x04\0\0", "binary.txt:1: a zero byte"),
    "photo.jpg": (b"\xff\xd8\xff", "photo.jpg: cannot read .jpg"),
    "legacy.txt": ("Загаловак\n".encode("cp1251"), "legacy.txt:1: byte 0xc7 is not UTF-8"),
    "huge.txt": (b"a" * 50_000_000, "50,000,000 bytes, more than 10,000,000"),
    "untitled.md": ((HEAD.replace("title: T\n", "") + BODY).encode(), "give it with --title"),
    "undated.md": ((HEAD.replace("published: 2024-03-12\n", "") + BODY).encode(), "give it with --published"),
    "broken.md": (f"{HEAD}author: A: B\n{BODY}".encode(), "broken.md:6: the front matter is not YAML"),
    "unclosed.md": (b"---\ntitle: T\nText.\n", "unclosed.md:1: the front matter that starts here has no end"),
    "gone.md": (
        f"{HEAD}withdrawn: wrong person\n{BODY}".encode(),
        "gone.md: it was withdrawn (wrong person)",
    ),
    "bare.html": (b"<html><body></body></html>", "bare.html: no "),
    "again.md": ((HEAD + BODY).encode(), "again.md: already added as good, nothing changed"),
    "missing.txt": (None, "missing.txt: no such file"),
}


def test_each_bad_file_is_one_line_and_the_good_one_beside_them_is_added(home: Path, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(HEAD + BODY)
    for name, (raw, _) in BAD.items():
        if raw is not None:
            (tmp_path / name).write_bytes(raw)
    code = "from bot.cli import main; main()"
    files = [str(tmp_path / name) for name in ("good.md", *BAD)]
    done = subprocess.run(
        [sys.executable, "-c", code, "corpus", "add", *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == len(BAD)
    for line, (_, said) in zip(lines, BAD.values(), strict=True):
        assert line.startswith("sprava: ")
        assert said in line
    assert sorted(path.name for path in (home / "corpus").iterdir()) == ["good.import.json", "good.md"]
    assert done.stdout.endswith("Next: sprava index update\n")


def test_every_key_of_a_document_file_survives_being_added(home: Path, tmp_path: Path) -> None:
    source = tmp_path / "whole.md"
    source.write_text(
        f"{HEAD}author: Янка\nmirror: https://mstagmanager.com/1\nurl: https://example.org/1\nreliability: D\n"
        "cases: [ihar-losik]\nnote: N1\nnotice: N2\nsources: [https://example.org/2]\n" + BODY
    )
    assert run("add", source).exit_code == 0
    found = {
        path: parse_document(path.read_bytes(), path=path) for path in (source, home / "corpus/whole.md")
    }
    first, second = ({key: getattr(document, key) for key in KEYS} for document in found.values())
    assert first == second
    assert {key for key in KEYS if not first[key]} == {"withdrawn"}


@pytest.mark.parametrize("flag", [False, True])
def test_the_address_of_a_mirror_is_kept_but_never_an_address_for_readers(
    home: Path, tmp_path: Path, flag: bool
) -> None:
    mirror, url = "https://mstagmanager.com/en/news/1", "https://pozirk.online/en/news/1"
    source = tmp_path / "copied.md"
    source.write_text(HEAD.replace("publisher: Viasna\n", f"url: {mirror}\n") + BODY)
    printed = run("add", source, *(["--url", url] if flag else [])).stdout
    path = home / "corpus/copied.md"
    document = parse_document(path.read_bytes(), path=path)
    assert (document.publisher, document.mirror) == ("Позірк", mirror)
    assert document.url == (url if flag else None)
    assert ("quotes will carry no link" in printed) == (not flag)


@pytest.mark.parametrize(
    ("credit", "warned"), [("Photo: Ihar Losik in court", True), ("Photo: Example News", False)]
)
def test_a_cut_line_that_names_a_person_is_a_warning(
    home: Path, tmp_path: Path, credit: str, warned: bool
) -> None:
    source = tmp_path / "photo.md"
    source.write_text(f"{HEAD}{BODY}\n{credit}\n\nПрацэс доўжыўся два дні.\n")
    (row,) = map(json.loads, run("add", source, "--json").stdout.splitlines())
    assert [cut["text"] for cut in row["cut"]] == [credit]
    assert any("line 10 was cut" in warning for warning in row["warnings"]) == warned
