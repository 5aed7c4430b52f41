"""`sprava index …` as an operator sees it: what is printed, and the exit code."""

import hashlib
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from encoders import HashingEncoder
from samples import block_path, file_names, sample_document, sample_version

from bot.cli import main
from corpus.format import render_document
from index.update import update
from index.version import FORMAT

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """`run("status")` gives exit code, standard output and standard error of `sprava index status`."""
    (tmp_path / "corpus").mkdir()
    monkeypatch.setenv("SPRAVA_CORPUS", str(tmp_path / "corpus"))

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sprava", "index", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return command


def publish(home: Path, corpus: Path, *numbers: int) -> None:
    """Make these the documents and publish them, with the hashing encoder."""
    for path in corpus.iterdir():
        path.unlink()
    documents = [sample_document(number) for number in numbers]
    for document in documents:
        (corpus / f"{document.id}.md").write_text(render_document(document))
    update(home / "index", documents, HashingEncoder, model="hashing-64", created=datetime.now(UTC))


@pytest.mark.parametrize("command", ["status", "verify", "versions", "rollback"])
def test_without_an_index_one_line_says_how_to_make_one(run: Run, home: Path, command: str) -> None:
    code, out, err = run(command)
    assert (code, out) == (2, "")
    assert err == f"sprava: no index yet in {home / 'index'}: run `sprava index update`\n"


def test_an_update_without_documents_says_how_to_add_one(run: Run, home: Path) -> None:
    code, _, err = run("update")
    assert code == 2
    assert err == "sprava: there is no document to index: add one with `sprava corpus add PATH`\n"


def test_an_update_says_what_it_did_and_a_second_one_that_nothing_changed(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.encoder.open_encoder", lambda settings: HashingEncoder())
    monkeypatch.setattr("index.encoder.model_name", lambda settings: HashingEncoder.name)
    monkeypatch.setenv("SPRAVA_MODEL", HashingEncoder.name)
    (tmp_path / "corpus" / "document-1.md").write_text(render_document(sample_document(1)))
    code, out, err = run("update")
    assert (code, err) == (0, "")
    assert re.sub(r"[\d.]+ s\n", "# s\n", out).splitlines() == [
        "index version 1 published in # s",
        "documents  1",
        "passages   1",
        "sentences  3",
        "encoded    4 texts, 0 vectors reused",
    ]
    code, out, _ = run("update")
    assert code == 0
    assert out.startswith("nothing changed: index version 1 is up to date (in ")


def test_status_shows_what_serves_and_what_changed_since(run: Run, home: Path, tmp_path: Path) -> None:
    publish(home, tmp_path / "corpus", 1, 2, 3)
    code, out, _ = run("status")
    assert code == 0
    lines = dict(re.split(r"  +", line, maxsplit=1) for line in out.splitlines() if "  " in line)
    assert lines["version"].startswith("1, ")
    assert lines["documents"] == "3"
    assert lines["languages"] == "ru 1 · be 1 · en 1"
    assert lines["publishers"] == "Reform 2 · Viasna 1"
    assert lines["model"] == "hashing-64"
    assert lines["since then"] == "nothing changed"
    (tmp_path / "corpus" / "document-2.md").unlink()
    (tmp_path / "corpus" / "document-4.md").write_text(render_document(sample_document(4)))
    _, out, _ = run("status")
    assert "documents 1 added, 1 removed or withdrawn" in out
    assert "run `sprava index update` to take that up" in out


def test_status_says_that_another_model_is_set(run: Run, home: Path, tmp_path: Path) -> None:
    publish(home, tmp_path / "corpus", 1)
    _, out, _ = run("status")
    assert "SPRAVA_MODEL is multilingual-e5-small@1571fc982750: run `sprava index update`" in out


def test_verify_names_the_damaged_file_and_exits_with_2(run: Run, home: Path, tmp_path: Path) -> None:
    publish(home, tmp_path / "corpus", 1)
    publish(home, tmp_path / "corpus", 1, 2)
    code, out, err = run("verify")
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == ["index version 1: whole", "index version 2: whole, published"]
    path = block_path(home / "index" / "v000002")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    code, out, err = run("verify")
    assert code == 2
    assert err == f"sprava: {path} is damaged: its sha256 is not the manifest's\n"
    assert "index version 1: whole" in out
    assert "index version 2: damaged" in out


def test_rollback_publishes_the_version_before_and_versions_lists_all(
    run: Run, home: Path, tmp_path: Path
) -> None:
    publish(home, tmp_path / "corpus", 1)
    publish(home, tmp_path / "corpus", 1, 2)
    code, out, _ = run("rollback")
    assert code == 0
    assert out.startswith("index version 3 published: version 1 again, 1 document\n")
    _, out, _ = run("versions")
    rows = [line.split() for line in out.splitlines()]
    assert [row[:2] for row in rows[1:4]] == [["*", "3"], ["2", rows[2][1]], ["1", rows[3][1]]]
    assert "version 1 again" in out
    assert rows[4] == ["made", "with", "hashing-64"]
    code, _, err = run("rollback", "9")
    assert code == 2
    assert "there is no index version 9" in err


@pytest.mark.parametrize("name", file_names(sample_version(1, 2)))
def test_a_flipped_byte_in_any_file_is_named_and_the_version_before_serves(
    run: Run, home: Path, tmp_path: Path, name: str
) -> None:
    publish(home, tmp_path / "corpus", 1)
    publish(home, tmp_path / "corpus", 1, 2)
    path = home / "index" / "v000002" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    code, _, err = run("verify")
    assert code == 2
    assert f"sprava: {path} is damaged" in err
    code, out, _ = run("status")
    assert code == 0
    assert re.match(r"version +1, ", out)
    assert "documents 1 added" in out


def test_a_version_of_another_format_says_what_to_do_and_an_update_builds_anew(
    run: Run, home: Path, tmp_path: Path
) -> None:
    publish(home, tmp_path / "corpus", 1)
    folder = home / "index" / "v000001"
    manifest = json.loads((folder / "manifest.json").read_bytes()) | {"format": FORMAT - 1}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    (home / "index" / "current").write_text(f"v000001 {digest}\n")
    line = f"has format {FORMAT - 1}, not {FORMAT}: run `sprava index update`\n"
    for command in ("status", "verify", "rollback"):
        code, _, err = run(command)
        assert code == 2
        assert err.count("\n") == 1
        assert err.endswith(line) or command == "rollback"
    assert "of another format" in run("versions")[1]
    publish(home, tmp_path / "corpus", 1)
    code, out, _ = run("verify")
    assert code == 0
    assert out.splitlines()[:2] == [
        "index version 1: of another format, not read by this program",
        "index version 2: whole, published",
    ]


def test_a_mass_change_prints_what_is_lost_and_stops_until_accepted(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.encoder.open_encoder", lambda settings: HashingEncoder())
    monkeypatch.setattr("index.encoder.model_name", lambda settings: HashingEncoder.name)
    monkeypatch.setenv("SPRAVA_MODEL", HashingEncoder.name)
    publish(home, tmp_path / "corpus", *range(20))
    (tmp_path / "corpus" / "document-3.md").unlink()
    (tmp_path / "corpus" / "document-4.md").write_text(render_document(sample_document(4, text="Other.")))
    code, out, err = run("update", "--quiet")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "document-3: gone, 1 passage",
        "document-4: changed, 1 passage",
        "sprava: 2 of 20 passages altered or gone (10%); nothing was published: "
        "look at the difference above, then run `sprava index update --accept`",
    ]
    code, out, _ = run("update", "--accept")
    assert code == 0
    assert out.startswith("index version 2 published in ")
    assert run("update", "--quiet") == (0, "", "")


def test_in_a_pipe_nothing_is_folded_or_cut(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    publish(home, tmp_path / "corpus", 1)
    _, out, _ = run("versions")
    assert "remarks" in out.splitlines()[0]
    assert re.search(r"1  \d{4}-\d\d-\d\d \d\d:\d\d UTC +1 +1  0\.0", out)
