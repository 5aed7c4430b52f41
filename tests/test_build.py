"""Building a version: what is encoded, what is taken over, what is left out."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from encoders import HashingEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import NOON, block_path, sample_document

from corpus.document import Document, normalise
from corpus.passages import passages, sentences
from index import lexical, store
from index.block import to_bytes
from index.build import EmptyCorpusError, assemble
from index.changes import changes, is_current, recipe
from index.cutting import embedded_text
from index.update import update
from index.version import Version, check


def built(*documents: Document, previous: Version | None = None) -> tuple[Version, list[str]]:
    """A version of the documents and the texts that were encoded for it."""
    encoder = HashingEncoder()
    return assemble(documents, encoder, created=NOON, previous=previous).version, encoder.encoded


def test_passages_and_sentences_are_those_of_the_documents_in_the_order_of_their_ids() -> None:
    second, first = sample_document(2), sample_document(1)
    version, _ = built(second, first)
    assert version.documents == (first, second)
    spans = [(i, p.start, p.end) for i, d in enumerate((first, second)) for p in passages(d)]
    assert [tuple(row) for row in version.passages.tolist()] == spans
    inner = [
        (number, *span)
        for number in range(len(version.passages))
        for span in sentences(version.passage(number))
    ]
    assert [tuple(row) for row in version.sentences.tolist()] == inner
    check(version)


def test_every_vector_is_that_of_its_own_text() -> None:
    version, _ = built(*(sample_document(number) for number in range(5)))
    encoder = HashingEncoder()
    expected = encoder.encode_passages(
        [embedded_text(version.passage(i)) for i in range(len(version.passages))]
    )
    assert np.allclose(version.passage_vectors, expected, atol=1e-3)
    texts = [version.passage(p).document.text[start:end] for p, start, end in version.sentences.tolist()]
    assert np.allclose(version.sentence_vectors, encoder.encode_passages(texts), atol=1e-3)


def test_the_embedded_text_has_title_and_heading_as_context_and_no_marks() -> None:
    document = sample_document(1, text="# Trial\n\nIt began\nin May.")
    (passage,) = passages(document)
    assert embedded_text(passage) == "Title 1\nTrial\nTrial  It began in May."


def test_withdrawn_documents_are_left_out() -> None:
    version, _ = built(sample_document(1), sample_document(2, withdrawn="a request of the family"))
    assert [document.id for document in version.documents] == ["document-1"]


@pytest.mark.parametrize("documents", [(), (sample_document(1, withdrawn="asked for"),)])
def test_nothing_to_quote_is_one_clear_line(documents: tuple[Document, ...]) -> None:
    with pytest.raises(EmptyCorpusError, match="no document to index: add one with"):
        built(*documents)


def test_nothing_changed_encodes_nothing() -> None:
    documents = [sample_document(number) for number in range(5)]
    before, _ = built(*documents)
    after, encoded = built(*map(replace, documents), previous=before)
    assert encoded == []
    assert_same(after, before)


def test_one_changed_sentence_encodes_that_sentence_and_its_passage() -> None:
    document = sample_document(1)
    before, _ = built(document, sample_document(2))
    changed = sample_document(1, text=document.text.replace("It was closed.", "It was open."))
    after, encoded = built(changed, sample_document(2), previous=before)
    assert sorted(encoded, key=len) == ["It was open.", embedded_text(passages(changed)[-1])]
    assert_same(after, built(changed, sample_document(2))[0])


def test_a_new_title_encodes_the_passages_and_no_sentence() -> None:
    document = sample_document(1)
    before, _ = built(document)
    changed = replace(document, title="Another title")
    after, encoded = built(changed, previous=before)
    assert encoded == [embedded_text(passage) for passage in passages(changed)]
    assert after.documents[0].title == "Another title"


def test_metadata_alone_changes_the_version_and_encodes_nothing() -> None:
    document = sample_document(1)
    before, _ = built(document)
    after, encoded = built(replace(document, note="partly made by AI"), previous=before)
    assert encoded == []
    assert after.documents[0].note == "partly made by AI"


def test_another_model_encodes_everything_again() -> None:
    before = replace(built(sample_document(1))[0], model="other@1")
    after, encoded = built(sample_document(1), previous=before)
    assert len(encoded) == len(after.passages) + len(after.sentences)


def test_another_recipe_cuts_again_and_still_reuses_the_vectors_of_equal_texts() -> None:
    before = replace(built(sample_document(1))[0], recipe="older")
    after, encoded = built(sample_document(1), previous=before)
    assert encoded == []
    assert after.recipe == recipe() != "older"


def test_a_text_that_occurs_twice_is_encoded_once() -> None:
    twin = replace(sample_document(1), id="twin")
    version, encoded = built(sample_document(1), twin)
    assert len(encoded) == len(set(encoded)) == (len(version.passages) + len(version.sentences)) // 2


said = st.lists(
    st.sampled_from(
        ["Ihar Losik.", "Losik.", "Статкевіч.", "Trial.", "Anna Nova said so.", "Суд ідзе.", "Minsk", "\n\n"]
    ),
    min_size=1,
).map(lambda parts: normalise("Start. " + " ".join(parts)))
corpora = st.dictionaries(
    st.integers(0, 6), st.tuples(said, st.sampled_from(["Title", "Losik freed", "Вясна"])), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(st.lists(corpora, min_size=2, max_size=5))
def test_any_row_of_updates_gives_byte_for_byte_what_a_build_from_nothing_gives(
    states: list[dict[int, tuple[str, str]]],
) -> None:
    version = None
    for state in states:
        documents = [
            replace(sample_document(number, text=text), title=title)
            for number, (text, title) in state.items()
        ]
        withdrawn = [sample_document(7, withdrawn="asked for")]
        version, _ = built(*documents, *withdrawn, previous=version)
        assert_same(version, built(*documents)[0])


def assert_same(one: Version, other: Version) -> None:
    """Two versions would be the same files."""
    assert list(map(to_bytes, one.blocks)) == list(map(to_bytes, other.blocks))
    assert {name: bytes(part) for name, part in one.files.items()} == {
        name: bytes(part) for name, part in other.files.items()
    }


def test_what_an_update_would_take_up_is_named() -> None:
    version, _ = built(sample_document(1), sample_document(2), sample_document(3))
    now = [
        sample_document(1),
        sample_document(2, text="Other."),
        sample_document(3, withdrawn="x"),
        sample_document(4),
    ]
    found = changes(version, now)
    assert (found.added, found.changed, found.removed) == ({"document-4"}, {"document-2"}, {"document-3"})
    assert str(found) == "1 added, 1 changed, 1 removed or withdrawn"
    assert not changes(version, [sample_document(number) for number in (1, 2, 3)])
    assert not is_current(version, now, "hashing-64")


def test_the_lexical_part_finds_every_passage_that_has_a_word() -> None:
    version, _ = built(*(sample_document(number) for number in range(4)))
    scores = lexical.gather([block.counted for block in version.blocks]).scores(build_terms("trial"))
    assert (scores > 0).tolist() == ["trial" in version.passage(i).text for i in range(len(version.passages))]


def build_terms(word: str) -> set[str]:
    """Search terms of a word."""
    from index.analyze import terms

    return set(terms(word))


class Opened:
    """Opens the hashing encoder and counts how often."""

    count = 0

    def __call__(self) -> HashingEncoder:
        """An encoder."""
        self.count += 1
        return HashingEncoder()


def run_update(
    folder: Path, opened: Opened, *documents: Document, model: str | None = "hashing-64"
) -> tuple[int, bool]:
    """Number of the version that serves after an update, and whether the update published it."""
    done = update(folder, documents, opened, model=model, created=NOON + timedelta(days=1))
    return done.version.number, done.published


def test_an_update_publishes_only_what_changed_and_loads_no_model_for_nothing(tmp_path: Path) -> None:
    opened = Opened()
    assert run_update(tmp_path / "index", opened, sample_document(1)) == (1, True)
    assert run_update(tmp_path / "index", opened, sample_document(1)) == (1, False)
    assert opened.count == 1
    assert run_update(tmp_path / "index", opened, sample_document(1), sample_document(2)) == (2, True)
    assert run_update(tmp_path / "index", opened, sample_document(2)) == (3, True)
    assert store.current(tmp_path / "index").documents[0].id == "document-2"


def test_an_update_with_a_model_whose_name_is_not_known_beforehand_publishes_nothing_new(
    tmp_path: Path,
) -> None:
    opened = Opened()
    run_update(tmp_path / "index", opened, sample_document(1))
    assert run_update(tmp_path / "index", opened, sample_document(1), model=None) == (1, False)
    assert opened.count == 2


def test_an_update_repairs_a_damaged_index_though_no_document_changed(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    run_update(folder, Opened(), sample_document(1))
    block_path(folder / "v000001").write_bytes(b"")
    assert run_update(folder, Opened(), sample_document(1)) == (2, True)
    (folder / "current").write_bytes(b"")
    assert run_update(folder, Opened(), sample_document(1)) == (3, True)
    assert store.published(folder).number == 3
