"""Versions on disk: whatever breaks, a reader gets the old version or the new one, whole, or is told."""

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from encoders import HashingEncoder
from samples import NOON, block_path, file_names, sample_document, sample_version

from corpus.document import Document
from index import durable, store
from index.block import Block, to_bytes
from index.build import assemble
from index.publishing import IndexBusyError, PublishError, writing
from index.reader import Reader
from index.store import NoIndexError, current, published
from index.update import update
from index.version import FORMAT, DamagedVersionError, Version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index with version 1 (document 1) and version 2 (documents 1 and 2)."""
    publish(tmp_path / "index", 1)
    publish(tmp_path / "index", 1, 2)
    return tmp_path / "index"


def publish(folder: Path, *numbers: int) -> Version:
    """Publish a version of sample documents."""
    with writing(folder) as writer:
        return writer.publish(sample_version(*numbers))


def same(one: Version, other: Version) -> bool:
    """Whether two versions hold the same, their numbers apart."""
    return (
        list(map(to_bytes, one.blocks)) == list(map(to_bytes, other.blocks))
        and {name: bytes(part) for name, part in one.files.items()}
        == {name: bytes(part) for name, part in other.files.items()}
        and (one.created, one.model, one.recipe) == (other.created, other.model, other.recipe)
    )


def test_what_is_read_is_what_was_published(folder: Path) -> None:
    version = current(folder)
    assert version.number == 2
    assert same(version, sample_version(1, 2))
    assert version.documents[0].published == sample_document(1).published
    assert version.passage(0).text == sample_version(1, 2).passage(0).text


def test_without_an_index_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match=r"no index yet in .*: run `sprava index update`"):
        current(tmp_path / "index")


def test_a_version_of_another_model_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(store.OtherModelError) as caught:
        current(folder, model="other@1")
    assert str(caught.value) == (
        "index version 2 was made with hashing-64, SPRAVA_MODEL is other@1: run `sprava index update`"
    )


FILES = file_names(sample_version(1, 2))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("at", [0, -1])
def test_a_flipped_byte_in_any_file_is_named_and_the_version_before_serves(
    folder: Path, name: str, at: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = folder / "v000002" / name
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedVersionError, match=name):
        published(folder)
    with caplog.at_level(logging.ERROR):
        assert current(folder).number == 1
    assert name in caplog.text


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_or_empty_is_damaged(folder: Path, name: str) -> None:
    path = folder / "v000002" / name
    content = path.read_bytes()
    for left in (content[:-1], b"", content + b"\0"):
        path.write_bytes(left)
        with pytest.raises(DamagedVersionError, match=name):
            published(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_damage(folder: Path, name: str) -> None:
    (folder / "v000002" / name).unlink()
    with pytest.raises(DamagedVersionError, match=name):
        published(folder)
    assert current(folder).number == 1


def test_a_file_that_the_manifest_does_not_know_is_refused(folder: Path) -> None:
    (folder / "v000002" / "more.bin").write_bytes(b"")
    with pytest.raises(DamagedVersionError, match=r"more\.bin is not part of this version"):
        published(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"v000002\n",
        b"v000002 " + b"0" * 64 + b"\n",
        b"v000009 " + b"0" * 64 + b"\n",
        b"\xff\xfe",
        b"../x",
    ],
)
def test_a_damaged_pointer_never_serves_what_it_points_at(folder: Path, content: bytes) -> None:
    (folder / "current").write_bytes(content)
    with pytest.raises(DamagedVersionError):
        published(folder)
    assert current(folder).number == 2  # the newest that was published and is whole


def test_a_missing_pointer_is_damage_once_something_was_published(folder: Path) -> None:
    (folder / "current").unlink()
    with pytest.raises(DamagedVersionError, match="is missing"):
        published(folder)
    assert current(folder).number == 2


def test_an_older_pointer_put_back_is_refused(folder: Path) -> None:
    old = (folder / "current").read_bytes()
    publish(folder, 1, 2, 3)
    (folder / "current").write_bytes(old)
    with pytest.raises(DamagedVersionError, match="names index version 2, but 3 was published"):
        published(folder)
    assert current(folder).number == 3


def test_another_versions_files_under_this_ones_name_are_refused(folder: Path) -> None:
    shutil.rmtree(folder / "v000002")
    shutil.copytree(folder / "v000001", folder / "v000002")
    with pytest.raises(DamagedVersionError, match=r"manifest\.json"):
        published(folder)
    assert current(folder).number == 1


def test_where_nothing_is_whole_the_damage_is_the_answer_and_never_an_empty_index(folder: Path) -> None:
    for number in (1, 2):
        block_path(folder / f"v00000{number}").write_bytes(b"")
    with pytest.raises(DamagedVersionError, match=r"v000002/.*\.block is damaged"):
        current(folder)


def test_a_newer_format_says_so(folder: Path) -> None:
    path = folder / "v000002" / "manifest.json"
    content = json.dumps(json.loads(path.read_bytes()) | {"format": 99}).encode()
    path.write_bytes(content)
    (folder / "current").write_text(f"v000002 {hashlib.sha256(content).hexdigest()}\n")
    with pytest.raises(DamagedVersionError, match=f"has format 99, not {FORMAT}"):
        published(folder)


def broken(column: str, row: object) -> Version:
    """A sample version with another last row in one column of its only block."""
    version = sample_version(1, 2)
    (block,) = version.blocks
    changed = block.columns[column].copy()
    changed[-1] = row
    return replace(version, blocks=(Block(block.documents, {**block.columns, column: changed}),))


@pytest.mark.parametrize(
    ("column", "row", "problem"),
    [
        ("passages.span", [0, 10_000], "a span outside its text"),
        ("passages.span", [9, 9], "a span outside its text"),
        ("passages.span", [-1, 9], "a span outside its text"),
        ("sentences.span", [0, 10_000], "a span outside its text"),
        ("sentences.span", [0, 39], "spans out of order"),
        ("passages.vector", np.nan, "not of length one"),
        ("passages.vector", np.inf, "not of length one"),
        ("sentences.vector", 0.5, "not of length one"),
        ("sentences.vector", 0.0, "not of length one"),
        ("documents.passages", 3, "its columns do not fit together"),
        ("sentences.tokens", 1, "its columns do not fit together"),
    ],
)
def test_what_does_not_hold_together_is_never_published(
    tmp_path: Path, column: str, row: object, problem: str
) -> None:
    publish(tmp_path / "index", 1)
    with pytest.raises(DamagedVersionError, match=problem), writing(tmp_path / "index") as writer:
        writer.publish(broken(column, row))
    assert current(tmp_path / "index").number == 1


def many(*changed: int) -> list[Document]:
    """Forty documents, some blocks of them; a changed one has another text."""
    return [
        sample_document(number, text="It was changed." if number in changed else None) for number in range(40)
    ]


def blocks_of(folder: Path, number: int) -> dict[str, int]:
    """Inode by name of the blocks of a version."""
    return {path.name: path.stat().st_ino for path in (folder / store.folder_name(number)).glob("*.block")}


def publish_many(folder: Path, *changed: int) -> Version:
    """Update the index to forty documents."""
    with writing(folder) as writer:
        previous = store.published(folder) if store.numbers(folder) else None
        built = assemble(many(*changed), HashingEncoder(), created=NOON, previous=previous)
        return writer.publish(built.version)


def test_one_changed_document_writes_one_block_and_shares_the_files_of_all_others(tmp_path: Path) -> None:
    publish_many(tmp_path / "index")
    publish_many(tmp_path / "index", 7)
    before, after = (blocks_of(tmp_path / "index", number) for number in (1, 2))
    assert len(before) == len(after) > 3
    assert len(after.keys() - before.keys()) == 1
    assert all(before[name] == after[name] for name in before.keys() & after.keys())


def test_a_version_outlives_those_that_it_shares_blocks_with(tmp_path: Path) -> None:
    for changed in range(5):
        publish_many(tmp_path / "index", changed)
    assert store.numbers(tmp_path / "index") == [3, 4, 5]
    assert same(published(tmp_path / "index"), assemble(many(4), HashingEncoder(), created=NOON).version)


def test_where_a_file_system_cannot_link_every_block_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(source: Path, target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    publish_many(tmp_path / "index")
    publish_many(tmp_path / "index", 7)
    before, after = (blocks_of(tmp_path / "index", number) for number in (1, 2))
    shared = before.keys() & after.keys()
    assert shared
    assert all(before[name] != after[name] for name in shared)
    assert published(tmp_path / "index").number == 2


def test_a_reader_reads_only_what_it_has_not_checked_before(tmp_path: Path) -> None:
    old = publish_many(tmp_path / "index")
    publish_many(tmp_path / "index", 7)
    new = published(tmp_path / "index", known=old)
    kept = set(map(id, old.blocks)) & set(map(id, new.blocks))
    assert len(kept) == len(old.blocks) - 1
    assert same(new, published(tmp_path / "index"))


def test_of_a_damaged_index_whatever_is_whole_is_taken_over(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    publish_many(folder)
    publish_many(folder, 7)  # shares all blocks but one with version 1
    shared = min(blocks_of(folder, 1).keys() & blocks_of(folder, 2).keys())
    (folder / "v000002" / shared).write_bytes(b"")
    with pytest.raises(DamagedVersionError, match=shared):
        current(folder)  # the one file stands in both versions
    encoder = HashingEncoder()
    done = update(folder, many(7), lambda: encoder, model=encoder.name, created=NOON)
    assert done.published
    assert 0 < len(encoder.encoded) < len(done.version.passages)
    assert same(published(folder), assemble(many(7), HashingEncoder(), created=NOON).version)


def test_the_last_three_versions_are_kept_and_numbers_only_grow(folder: Path) -> None:
    for _ in range(3):
        publish(folder, 1, 2, 3)
    assert store.numbers(folder) == [3, 4, 5]
    shutil.rmtree(folder)
    assert publish(folder, 1).number == 6  # the highest number is kept outside the folder


def test_a_rollback_publishes_the_old_contents_under_a_new_number(folder: Path) -> None:
    with writing(folder) as writer:
        new = writer.restore(1, created=NOON)
    assert (new.number, new.restored) == (3, 1)
    assert same(current(folder), sample_version(1))


def test_a_rollback_to_a_version_that_is_gone_names_those_on_disk(folder: Path) -> None:
    with (
        writing(folder) as writer,
        pytest.raises(store.NoSuchVersionError, match=r"no index version 7 .*on disk: 1, 2"),
    ):
        writer.restore(7, created=NOON)


def test_a_damaged_version_cannot_be_rolled_back_to(folder: Path) -> None:
    block_path(folder / "v000001").write_bytes(b"")
    with writing(folder) as writer, pytest.raises(DamagedVersionError, match=r"\.block is damaged"):
        writer.restore(1, created=NOON)
    assert current(folder).number == 2


def test_of_two_publishers_at_once_the_second_is_told_to_wait(folder: Path) -> None:
    with (
        writing(folder),
        pytest.raises(IndexBusyError, match="another update or rollback"),
        writing(folder),
    ):
        pass


def test_a_full_disk_is_one_line_and_the_old_version_serves(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes | memoryview) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "write", full)
    with pytest.raises(PublishError, match=r"version 3 cannot be written to .*: No space left on device"):
        publish(folder, 1, 2, 3)
    monkeypatch.undo()
    assert current(folder).number == 2
    assert publish(folder, 1, 2, 3).number == 3
    assert not list(folder.glob("*.tmp"))


CRASH = """
import os, sys
from pathlib import Path
from index import durable
from samples import sample_version
from index.publishing import writing

left, folder = int(sys.argv[1]), Path(sys.argv[2])

def counted(name):
    real = getattr(durable, name)
    def step(*arguments):
        global left
        left -= 1
        if left == 0:
            if name == "write":  # half a file is the worst that a crash leaves
                arguments[0].write_bytes(bytes(arguments[1])[: len(arguments[1]) // 2])
            os._exit(7)
        return real(*arguments)
    return step

for name in ("write", "sync_folder", "rename"):
    setattr(durable, name, counted(name))
with writing(folder) as writer:
    writer.publish(sample_version(1, 2, 3))
"""


def test_a_crash_at_any_step_of_publishing_leaves_the_old_version_or_the_new_one_whole(
    tmp_path: Path,
) -> None:
    original = tmp_path / "original" / "index"
    publish(original, 1)
    publish(original, 1, 2)
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    outcomes = []
    for step in range(1, 60):
        home = tmp_path / str(step)
        shutil.copytree(original.parent, home)
        done = subprocess.run(
            [sys.executable, "-c", CRASH, str(step), str(home / "index")],
            env=environment,
            check=False,
            cwd=tmp_path,
        )
        if done.returncode == 0:
            break
        assert done.returncode == 7
        version = published(home / "index")
        assert same(version, sample_version(1, 2, 3) if version.number == 3 else sample_version(1, 2))
        outcomes.append(version.number)
        after = publish(home / "index", 1, 4)
        assert same(published(home / "index"), sample_version(1, 4))
        assert after.number > version.number
        assert not list((home / "index").glob("v*.tmp"))
    assert done.returncode == 0
    assert outcomes == sorted(outcomes)
    assert {2, 3} == set(outcomes)
    assert len(outcomes) > 10


def test_a_reader_takes_up_a_new_version_and_leaves_the_old_one_to_its_users(folder: Path) -> None:
    loaded = threading.Event()

    def prepare(version: Version) -> Version:
        if version.number == 3:
            loaded.set()
        return version

    reader = Reader(folder, prepare, every_s=0.05)
    served: list[int] = []
    told = threading.Event()

    def replaced() -> None:
        served.append(reader.get().number)
        told.set()

    reader.follow(replaced)
    old = reader.get()
    publish(folder, 1, 2, 3)
    assert loaded.wait(10), "nobody asked, and yet it must be looked for"
    assert told.wait(10)
    assert served == [3], "told once, when the new one is served"
    assert reader.refresh().number == reader.get().number == 3
    assert same(old, sample_version(1, 2))


def test_a_reader_keeps_its_version_when_the_new_one_is_damaged(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader = Reader(folder, lambda version: version.number)
    publish(folder, 1, 2, 3)
    (folder / "v000003" / "learnt.json").write_bytes(b"")
    assert reader.refresh() == 2
    assert "refused" in caplog.text
    publish(folder, 1, 2, 3)
    assert reader.refresh() == 4


def test_a_reader_never_goes_back_to_an_older_number(folder: Path) -> None:
    reader = Reader(folder, lambda version: version.number)
    old = (folder / "current").read_bytes()
    publish(folder, 3)
    assert reader.refresh() == 3
    (folder / "current").write_bytes(old)
    folder.with_name("index.highest").unlink()
    assert reader.refresh() == 3


def test_a_reader_of_one_model_does_not_take_up_another_models_version(folder: Path) -> None:
    reader = Reader(folder, lambda version: version.number, model="hashing-64")
    with writing(folder) as writer:
        writer.publish(replace(sample_version(1), model="other@1"))
    assert reader.refresh() == 2


def test_many_threads_read_while_versions_are_published(folder: Path) -> None:
    reader = Reader(folder, lambda version: (version.number, len(version.documents)), every_s=0.05)
    reader.follow()
    sizes = {2: 2, 3: 1, 4: 2, 5: 3, 6: 1, 7: 2}
    seen: list[tuple[int, int]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            seen.append(reader.get())

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in (3, 4, 5, 6, 7):
        publish(folder, *range(1, sizes[number] + 1))
    assert reader.refresh() == (7, 2)
    stop.set()
    for thread in threads:
        thread.join()
    assert all(sizes[number] == documents for number, documents in seen)
