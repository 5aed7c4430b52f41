"""`sprava ask`, `chat` and `index evaluate` on a published version."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from encoders import HashingEncoder
from library import news, version_of
from typer.testing import CliRunner

from bot.cli import app
from corpus.errors import SpravaError
from index import asking
from index.publishing import writing

RUNNER = CliRunner()
ENCODER = HashingEncoder()
VERSION = version_of(news(), ENCODER)


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The commands answer from a version in memory."""
    monkeypatch.setattr(asking, "_open", lambda: (VERSION, ENCODER))
    return


def test_json_has_the_fields_that_operators_rely_on():
    result = RUNNER.invoke(app, ["ask", "When was Ihar Losik arrested?", "--json"])
    answer = json.loads(result.stdout)
    assert list(answer) == [
        "question", "answered", "reason", "candidates", "differs", "version", "elapsed_ms", "excerpts", "nearest",
    ]  # fmt: skip
    assert list(answer["excerpts"][0]) == [
        "rank", "quote", "document", "start", "end", "title", "publisher", "url", "published", "language",
        "reliability", "score",
    ]  # fmt: skip


def test_a_terminal_answer_shows_the_quote_and_whose_it_is():
    result = RUNNER.invoke(app, ["ask", "When was Ihar Losik arrested?"])
    assert "▌ Ihar Losik was arrested in June 2020." in result.stdout
    assert "Example News · 2025-09-12 · en · [B]" in result.stdout


def test_our_own_words_come_in_the_language_asked_for():
    result = RUNNER.invoke(app, ["ask", "х", "--language", "be"])
    assert result.stdout.strip() == "Ніводная крыніца пра гэта не паведамляе."


def test_a_batch_repeats_each_id(tmp_path: Path):
    path = tmp_path / "batch.jsonl"
    path.write_text('{"id": 7, "question": "When was Ihar Losik arrested?"}\n{"id": "b", "question": ""}\n')
    lines = [
        json.loads(line) for line in RUNNER.invoke(app, ["ask", "--batch", str(path)]).stdout.splitlines()
    ]
    assert [(line["id"], line["answered"]) for line in lines] == [(7, True), ("b", False)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", " "],
        ["ask", "?", "--batch", "x.jsonl"],
        ["ask", "?", "--language", "fr"],
        ["ask", "--batch", "no.jsonl"],
    ],
)
def test_bad_input_is_one_clear_error(arguments: list[str]):
    result = RUNNER.invoke(app, arguments)
    assert isinstance(result.exception, SpravaError)
    assert "\n" not in str(result.exception)


def test_chat_answers_until_an_empty_line():
    result = RUNNER.invoke(app, ["chat"], input="When was Ihar Losik arrested?\n\n")
    assert "Ihar Losik was arrested in June 2020." in result.stdout
    assert result.exit_code == 0


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """A file of one question, which the version answers."""
    path = tmp_path / "judged.jsonl"
    gold = [{"file": "arrest.md", "text": "Ihar Losik was arrested in June 2020."}]
    line = {"id": "Q1", "question": "When was Ihar Losik arrested?", "language": "en", "kind": "date"}
    path.write_text(json.dumps(line | {"answerable": True, "gold": gold}))
    return path


def test_evaluate_prints_a_table_by_language_and_kind(judged: Path):
    path = judged
    shown = RUNNER.invoke(app, ["index", "evaluate", str(path)]).stdout
    assert "hit@3" in shown
    assert "date" in shown
    figures = json.loads(RUNNER.invoke(app, ["index", "evaluate", str(path), "--json"]).stdout)
    assert figures["total"]["hit_1"] == 1.0


def test_evaluate_compares_with_an_older_version_and_names_what_changed(judged: Path, home: Path):
    with writing(home / "index") as writer:
        writer.publish(version_of([document for document in news() if document.id != "arrest"], ENCODER))
    shown = RUNNER.invoke(app, ["index", "evaluate", str(judged), "--compare", "1"]).stdout
    assert "+1.000" in shown
    assert "wrong before, right now: Q1\n" in shown
    assert "right before, wrong now: none\n" in shown
    result = RUNNER.invoke(app, ["index", "evaluate", str(judged), "--compare", "1", "--json"])
    figures = json.loads(result.stdout)
    assert figures["compared"]["report"]["total"]["hit_3"] == 0.0
    assert (figures["total"]["hit_3"], figures["compared"]["gained"]) == (1.0, ["Q1"])


def test_a_version_that_is_not_on_disk_cannot_be_compared_with(judged: Path, home: Path):
    result = RUNNER.invoke(app, ["index", "evaluate", str(judged), "--compare", "7"])
    assert isinstance(result.exception, SpravaError)
    assert str(result.exception) == "no index version 7 on disk: `sprava index versions` lists them"


def test_evaluate_draws_into_a_folder_beside_its_json(judged: Path, tmp_path: Path):
    result = RUNNER.invoke(
        app, ["index", "evaluate", str(judged), "--json", "--plots", str(tmp_path / "plots")]
    )
    assert json.loads(result.stdout)["total"]["questions"] == 1
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == [
        "reliability.png",
        "risk-coverage.png",
    ]


def test_the_table_of_an_evaluation_fits_80_columns_with_no_figure_cut(tmp_path: Path):
    path = tmp_path / "judged.jsonl"
    line = {
        "id": "1",
        "question": "?",
        "language": "en",
        "kind": "unanswerable-near-miss",
        "answerable": False,
        "gold": [],
    }
    path.write_text(json.dumps(line))
    shown = RUNNER.invoke(app, ["index", "evaluate", str(path)]).stdout
    rows = [row for row in shown.splitlines() if not row.startswith("index version")]
    assert max(map(len, rows)) <= 80
    assert "unanswerable-near-miss" in shown
    assert "1.000" in shown
    assert "…" not in shown
