"""The folder of documents: what is added is there, whole, once; what is refused changes nothing."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.adding import Given, IncompleteError, Proposal, propose
from corpus.checking import check
from corpus.document import PartialDate, Reliability
from corpus.errors import SpravaError
from corpus.format import FormatError
from corpus.library import Added, LibraryError, add, find, id_of, imported, load, read_bytes, withdraw
from corpus.readers.draft import Cut, Draft

TODAY = date(2026, 11, 22)
DRAFT = Draft(
    body="Text of the article.",
    title="Title",
    publisher="Example News",
    published=PartialDate(2025, 9),
    language="en",
    url="https://example.org/1",
    cut=(Cut(3, "7 Views", "counter"),),
)


def proposed(id: str = "one", draft: Draft = DRAFT, **given: str) -> Proposal:
    return propose(draft, Given(**given), id=id, name=f"{id}.txt", today=TODAY)


def put(folder: Path, id: str = "one", raw: bytes = b"raw", **options: bool) -> Path:
    return put_in([folder], proposed(id), raw, **options).path


def put_in(folders: list[Path], proposal: Proposal, raw: bytes, **options: bool) -> Added:
    name = f"{proposal.document.id}.txt"
    return add(proposal, raw=raw, name=name, folders=folders, known=imported(folders), **options)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_added_document_is_loaded_with_a_record_of_its_import(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    put(folder)
    (document,) = load([folder])
    assert (document.id, document.title, document.text) == ("one", "Title", "Text of the article.")
    record = json.loads((folder / "one.import.json").read_text())
    assert record["cut"] == [{"line": 3, "text": "7 Views", "why": "counter"}]
    assert record["recognised"]["title"] == {"value": "Title", "from": "file"}
    assert sorted(snapshot(folder)) == ["one.import.json", "one.md"]


@pytest.mark.parametrize(("id", "raw"), [("one", b"raw"), ("two", b"raw"), ("one", b"other")])
def test_the_same_bytes_or_a_taken_id_are_refused_and_nothing_changes(
    tmp_path: Path, id: str, raw: bytes
) -> None:
    put(tmp_path)
    before = snapshot(tmp_path)
    with pytest.raises(LibraryError, match=r"already added as one|--replace"):
        put(tmp_path, id, raw)
    assert snapshot(tmp_path) == before


def test_a_new_revision_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    put(tmp_path)
    added = put_in([tmp_path], proposed(title="New"), b"other", replace=True)
    assert added.replaced
    assert [document.title for document in load([tmp_path])] == ["New"]
    assert list(imported([tmp_path]).values()) == ["one"]


def test_a_later_folder_replaces_a_document_and_a_readme_is_none(tmp_path: Path) -> None:
    put(tmp_path / "a")
    put(tmp_path / "a", "two", b"2")
    put_in([tmp_path / "b"], proposed(title="Other"), b"3")
    (tmp_path / "a/README.md").write_text("About this folder.")
    assert [(d.id, d.title) for d in load([tmp_path / "a", tmp_path / "b"])] == [
        ("one", "Other"),
        ("two", "Title"),
    ]


def test_a_withdrawn_document_stays_with_its_reason_and_cannot_come_back_by_itself(tmp_path: Path) -> None:
    bundled, own = tmp_path / "bundled", tmp_path / "own"
    put(bundled)
    before = snapshot(bundled)
    withdraw("one", reason="wrong person", folders=[bundled, own])
    assert snapshot(bundled) == before
    assert find("one", [bundled, own]).withdrawn == "wrong person"
    with pytest.raises(LibraryError, match="wrong person"):
        withdraw("one", reason="again", folders=[bundled, own])
    with pytest.raises(LibraryError, match="was withdrawn"):
        put_in([bundled, own], proposed(), b"other", replace=True)


def test_a_reason_is_needed_and_an_unknown_id_is_answered_with_similar_ones(tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(LibraryError, match="reason"):
        withdraw("one", reason=" ", folders=[tmp_path])
    with pytest.raises(LibraryError, match="did you mean one"):
        find("onee", [tmp_path])


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(LibraryError, match="50,000,000 bytes"):
        read_bytes(tmp_path / "big.txt")


@pytest.mark.parametrize(
    ("name", "id"),
    [("000_19.txt", "000_19"), ("A b(1).html", "A-b-1"), ("łosik é.md", "osik-e"), ("x" * 99, "x" * 80)],
)
def test_an_id_is_the_file_name_in_the_letters_of_ids(name: str, id: str) -> None:
    assert id_of(name) == id


@pytest.mark.parametrize("name", ["справа.txt", "README.md", "---.md"])
def test_a_name_that_makes_no_id_is_refused(name: str) -> None:
    with pytest.raises(LibraryError, match="Latin letters"):
        id_of(name)


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"title": None}, "--title"),
        ({"published": None}, "--published"),
        ({"language": None}, "--language"),
        ({"published": PartialDate(2027)}, "future"),
        ({"url": "javascript:alert(1)"}, "--url"),
    ],
)
def test_what_is_missing_is_named_with_the_flag_that_gives_it(changes: dict[str, object], flag: str) -> None:
    with pytest.raises(IncompleteError, match=flag):
        proposed(draft=replace(DRAFT, **changes))  # type: ignore[arg-type]


def test_flags_win_over_the_file() -> None:
    proposal = proposed(title="Mine", published="undated", reliability="a", language="be")
    document = proposal.document
    assert (document.title, str(document.published), document.reliability) == (
        "Mine",
        "undated",
        Reliability.A,
    )
    assert proposal.origins["title"] == "given"


def test_a_notice_of_ai_lowers_the_label_unless_a_label_is_given() -> None:
    draft = replace(DRAFT, notice="Made with AI.", reliability=Reliability.B)
    assert proposed(draft=draft).document.reliability is Reliability.D
    assert proposed(draft=draft, reliability="B").document.reliability is Reliability.B


def test_an_unknown_publisher_is_shown_as_the_host_with_label_d_and_a_warning() -> None:
    proposal = proposed(draft=replace(DRAFT, publisher=None))
    assert (proposal.document.publisher, proposal.document.reliability) == ("example.org", Reliability.D)
    assert any("--publisher" in warning for warning in proposal.warnings)


def test_check_reports_every_problem_of_every_file_at_once(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, "two", b"2")
    head = "---\ntitle: T\npublisher: P\npublished: 2030\nlanguage: be\ncases: [nobody-at-all]\n---\n\n"
    (tmp_path / "mixed.md").write_text(f"{head}Слова.\n\nБeларусь тут.\n")
    (tmp_path / "broken.md").write_text("---\ntitle: A: B\n---\nText.")
    (tmp_path / "worse.md").write_bytes(b"\xff")
    messages = [problem.message.removeprefix(f"{tmp_path}/") for problem in check([tmp_path], today=TODAY)]
    for words in (
        "broken.md:2: ",
        "worse.md:1: ",
        "mixed.md:11: 'Бeларусь'",
        "nobody-at-all",
        "future",
        "no address",
    ):
        assert any(words in message for message in messages), words
    assert any(message.startswith("two.md: the same text as one") for message in messages)
    assert [problem.is_error for problem in check([tmp_path], today=TODAY)][:3] == [True, True, False]


def test_a_broken_file_stops_loading_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "broken.md").write_text("Text.")
    with pytest.raises(FormatError, match=r"broken\.md:1"):
        load([tmp_path])


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpravaError, match="cannot be written"):
        put(tmp_path / "file")
