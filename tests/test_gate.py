"""What must hold before a version is published: mass changes are stopped, and every new version is asked."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from encoders import HashingEncoder
from samples import NOON, sample_document, sample_version

from corpus.document import Document
from index import store
from index.block import Block
from index.build import assemble
from index.encoder import Encoder
from index.gate import MassChangeError, SelfCheckError, dropped_cases, lost_passages, self_check
from index.update import Update, update
from index.version import Version


def run(folder: Path, *documents: Document, **options: object) -> Update:
    """One update with the hashing encoder."""
    created = NOON + timedelta(days=1)
    return update(folder, documents, HashingEncoder, model="hashing-64", created=created, **options)


def test_only_what_is_altered_or_gone_counts_however_it_is_cut() -> None:
    version = sample_version(1, 2, 3)
    changed = sample_document(2, text=sample_document(2).text.replace("closed", "open"))
    loss = lost_passages(version, [sample_document(1), changed, sample_document(4)])
    assert loss.before == 3
    assert loss.passages == {"document-2": 1, "document-3": 1}
    assert loss.removed == {"document-3"}
    more = sample_document(1, text=sample_document(1).text + "\n\nAdded.")
    assert lost_passages(version, [more, sample_document(2), sample_document(3)]).passages == {}


def test_a_withdrawn_document_does_not_count() -> None:
    documents = [sample_document(1), sample_document(2, withdrawn="the family asked")]
    loss = lost_passages(sample_version(1, 2), documents)
    assert (loss.before, loss.passages) == (1, {})


@pytest.mark.parametrize(("removed", "stops"), [(1, False), (2, True)])
def test_more_than_five_percent_of_the_passages_stop_an_update_until_accepted(
    tmp_path: Path, removed: int, stops: bool
) -> None:
    folder = tmp_path / "index"
    documents = [sample_document(number) for number in range(20)]
    assert len(run(folder, *documents).version.passages) == 20
    if stops:
        with pytest.raises(
            MassChangeError, match=r"2 of 20 passages altered or gone \(10%\); nothing was published"
        ):
            run(folder, *documents[removed:])
        assert store.current(folder).number == 1
    assert run(folder, *documents[removed:], accept=stops).version.number == 2


def test_below_twenty_passages_a_share_says_nothing(tmp_path: Path) -> None:
    documents = [sample_document(number) for number in range(19)]
    run(tmp_path / "index", *documents)
    assert run(tmp_path / "index", *documents[:9]).published


def test_a_mass_change_is_known_before_anything_is_encoded(tmp_path: Path) -> None:
    run(tmp_path / "index", *(sample_document(number) for number in range(20)))

    def opened() -> HashingEncoder:
        raise AssertionError("the model was loaded")

    with pytest.raises(MassChangeError):
        update(tmp_path / "index", [sample_document(1)], opened, model="hashing-64", created=NOON)


def test_an_update_that_drops_a_case_stops_until_accepted(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    losik = sample_document(1, text="Ihar Losik was freed.")
    run(folder, losik, sample_document(2))
    with pytest.raises(MassChangeError, match="no document names losik-ihar any more") as caught:
        run(folder, sample_document(2))
    assert caught.value.loss.cases == ("losik-ihar",)
    assert store.current(folder).number == 1
    assert run(folder, sample_document(2), accept=True).version.number == 2


def test_a_case_that_only_a_withdrawn_document_named_is_not_dropped() -> None:
    losik = sample_document(1, text="Ihar Losik was freed.")
    before = assemble([losik, sample_document(2)], HashingEncoder(), created=NOON).version
    after = sample_version(2)
    assert dropped_cases(before, after, [sample_document(2)]) == ("losik-ihar",)
    assert dropped_cases(before, after, [replace(losik, withdrawn="asked for"), sample_document(2)]) == ()


def test_a_version_whose_quotes_are_not_those_of_its_documents_fails_its_own_check() -> None:
    version = sample_version(1, 2, 3)
    self_check(version, HashingEncoder())
    (block,) = version.blocks
    other = replace(block.documents[2], id="document-1", text="x" * 200)  # the same id, another text
    with pytest.raises(SelfCheckError, match=r"quotes document-1 .* wrongly for .*: it was not published"):
        self_check(
            replace(version, blocks=(Block((*block.documents[:2], other), block.columns),)), HashingEncoder()
        )


def test_what_a_check_raises_stops_the_publishing_and_is_shown_what_a_reader_would_get(
    tmp_path: Path,
) -> None:
    seen: list[int] = []

    def floors(version: Version, encoder: Encoder) -> None:
        seen.append(version.number)
        if len(version.documents) > 1:
            raise SelfCheckError("hit@3 is below its floor")

    assert run(tmp_path / "index", sample_document(1), check=floors).published
    with pytest.raises(SelfCheckError, match="below its floor"):
        run(tmp_path / "index", sample_document(1), sample_document(2), check=floors)
    assert seen == [1, 2]
    assert store.current(tmp_path / "index").number == 1
    assert run(tmp_path / "index", sample_document(1), sample_document(2)).version.number == 2
