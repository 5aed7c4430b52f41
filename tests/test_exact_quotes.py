"""Every quote in every answer to every judged question is `corpus show ID --text`[start:end], with the real model."""

import json
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import SHARED
from model import embedded_encoder
from typer.testing import CliRunner

from bot.cli import app
from corpus.library import load
from corpus.settings import BUNDLED
from index import asking
from index.answer import answer
from index.build import assemble

JUDGED = Path(asking.__file__).parent / "judged" / "briefs.jsonl"
NISHADIL = "001_4adde3159354ac4d"
RUNNER = CliRunner()


def run(*arguments: str | Path) -> bytes:
    """What the command prints."""
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, (arguments, result.output, result.exception)
    return result.stdout_bytes


def quotes_are_exact(lines: list[dict[str, Any]]) -> int:
    """Check every quote against the printed text of its document; how many there were."""

    @cache
    def text(document: str) -> str:
        return run("corpus", "show", document, "--text").decode()

    found = [excerpt for line in lines for excerpt in (*line["excerpts"], *line["nearest"])]
    for excerpt in found:
        assert excerpt["quote"] == text(excerpt["document"])[excerpt["start"] : excerpt["end"]] != ""
    return len(found)


@pytest.mark.model
def test_every_quote_is_the_printed_text_between_start_and_end(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, judged = tmp_path / "documents", [JUDGED]
    shutil.copytree(BUNDLED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setenv("SPRAVA_CORPUS", str(folder))
    if SHARED.is_dir():
        run("corpus", "add", *sorted((SHARED / "seeds").glob("*.txt")))
        judged.append(SHARED / "data" / "questions" / "seeds-dev.jsonl")
    encoder = embedded_encoder()
    version = assemble(load([folder]), encoder, created=datetime(2026, 1, 1, tzinfo=UTC)).version
    monkeypatch.setattr(asking, "_open", lambda: (version, encoder))
    for path in judged:
        lines = [json.loads(line) for line in run("ask", "--batch", path).splitlines()]
        assert [line["id"] for line in lines] == [
            json.loads(line)["id"] for line in path.read_text().splitlines()
        ]
        assert quotes_are_exact(lines) > len(lines)
        warned = [
            e for line in lines for e in line["excerpts"] + line["nearest"] if e["document"] == NISHADIL
        ]
        assert all(e["reliability"] == "D" and "artificial intelligence" in e["notice"] for e in warned)
    more = [e for line in lines[:20] for e in answer(line["question"], version=version, encoder=encoder).more]
    assert all(e.quote == e.document.text[e.start : e.end] for e in more)
    assert bool(warned) == SHARED.is_dir()
