"""Documents to a new version, in memory: only what changed is cut and encoded again. Publishing it: `publishing.py`."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from corpus.cases import load_cases
from corpus.document import Document
from corpus.errors import SpravaError
from index import origins, tokens
from index.block import join
from index.changes import quotable, recipe
from index.cutting import Cut, cut, made
from index.encoder import Encoder, TokenEncoder
from index.learnt import Learnt, learn
from index.mentions import Earlier, MentionTable, mention_table
from index.previous import Previous, previous_of
from index.search import LEARNT, MENTIONS
from index.tokens import Packed
from index.version import MEAN, Version

Progress = Callable[[int, int], None]
"""Called with the number of texts encoded so far and of texts to encode."""

_STEP = 64
"""Texts encoded between two reports of progress."""
_DOCUMENTS = 8
"""In a block, on average: what one changed document costs to write again, against files to open."""


class EmptyCorpusError(SpravaError):
    """There is no document that may be quoted."""

    def __init__(self) -> None:
        super().__init__("there is no document to index: add one with `sprava corpus add PATH`")


@dataclass(frozen=True, slots=True)
class Built:
    """A version, not yet published, and what it took."""

    version: Version
    encoded: int
    """Distinct texts that were encoded."""
    reused: int
    """Vectors taken over from the previous version."""


@dataclass(frozen=True, slots=True)
class _Encoded:
    """What the texts of some documents became."""

    vectors: Mapping[bytes, NDArray[np.float32]]
    packed: Mapping[bytes, Packed] | None
    """Tokens by the keys of sentences; `None` where the encoder tells none."""
    fresh: frozenset[bytes]
    """The keys of the texts that were encoded, not taken over."""


def assemble(
    documents: Iterable[Document],
    encoder: Encoder,
    *,
    created: datetime,
    previous: Version | None = None,
    progress: Progress | None = None,
) -> Built:
    """A version of the documents that may be quoted, in the order of their ids.

    A document that is the same to the byte is not cut again, and a text that the same model encoded for `previous`
    is not encoded again. Raises EmptyCorpusError where nothing may be quoted.
    """
    load_cases()  # may be faulty: better known before the long work
    found = quotable(documents)
    if not found:
        raise EmptyCorpusError
    old = previous_of(previous, encoder)
    numbers = [old.number(document) for document in found]
    cuts = {document.id: cut(document) for document, number in zip(found, numbers, strict=True) if number < 0}
    encoded = _encoded(list(cuts.values()), encoder, old, progress)
    blocks = []
    for first, last in _groups(found):
        block = old.block(numbers[first:last])
        blocks.append(
            block
            or join(
                [
                    made(cuts[document.id], encoded.vectors, encoded.packed, encoder.dimension)
                    if number < 0
                    else old.document(number)
                    for document, number in zip(found[first:last], numbers[first:last], strict=True)
                ]
            )
        )
    version = Version(
        number=0, created=created, model=encoder.name, recipe=recipe(), blocks=tuple(blocks), files={}
    )
    if not len(version.passages):
        raise EmptyCorpusError
    anew = sum(
        key in encoded.fresh for each in cuts.values() for key in (*each.passage_keys, *each.sentence_keys)
    )
    return Built(
        version=replace(version, files=_about_all(version, old, numbers, encoder)),
        encoded=len(encoded.fresh),
        reused=len(version.passages) + len(version.sentences) - anew,
    )


def _groups(documents: Sequence[Document]) -> Iterator[tuple[int, int]]:
    """Where each block begins and ends. An id alone says whether it begins one: other documents never move a border."""
    begins = [
        place
        for place, document in enumerate(documents)
        if place == 0 or zlib.crc32(document.id.encode()) % _DOCUMENTS == 0
    ]
    return zip(begins, [*begins[1:], len(documents)], strict=True)


def _encoded(cuts: Sequence[Cut], encoder: Encoder, old: Previous, progress: Progress | None) -> _Encoded:
    """Vectors and tokens of all texts of these documents: taken over where they are known, else encoded."""
    of_passages = {
        key: text for cut in cuts for key, text in zip(cut.passage_keys, cut.passage_texts, strict=True)
    }
    of_sentences = {
        key: text for cut in cuts for key, text in zip(cut.sentence_keys, cut.sentence_texts, strict=True)
    }
    known, known_sentences = old.passage_vectors(of_passages), old.sentence_vectors(of_sentences)
    unknown = {key: text for key, text in of_passages.items() if key not in known}
    unknown |= {key: text for key, text in of_sentences.items() if key not in known_sentences}
    fresh, packed = _encode(unknown, of_sentences.keys(), encoder, progress)
    told = isinstance(encoder, TokenEncoder)
    return _Encoded(
        known | known_sentences | fresh,
        old.tokens(known_sentences) | packed if told else None,
        frozenset(fresh),
    )


def _encode(
    texts: Mapping[bytes, str], sentence_keys: Set[bytes], encoder: Encoder, progress: Progress | None
) -> tuple[dict[bytes, NDArray[np.float32]], dict[bytes, Packed]]:
    """Vectors by key, and tokens by the keys of sentences; texts of like length go together: little is padded."""
    keys = sorted(texts, key=lambda key: len(texts[key]), reverse=True)
    vectors: dict[bytes, NDArray[np.float32]] = {}
    packed: dict[bytes, Packed] = {}
    mean = tokens.mean_of(encoder.name, encoder.dimension)
    for start in range(0, len(keys), _STEP):
        step = keys[start : start + _STEP]
        if isinstance(encoder, TokenEncoder):
            encoded, told = encoder.encode_passage_tokens([texts[key] for key in step])
            pairs = zip(step, told, strict=True)
            packed.update((key, tokens.pack(some, mean)) for key, some in pairs if key in sentence_keys)
        else:
            encoded = encoder.encode_passages([texts[key] for key in step])
        vectors.update(zip(step, encoded, strict=True))
        if progress:
            progress(len(vectors), len(keys))
    return vectors, packed


def _about_all(
    version: Version, old: Previous, numbers: Sequence[int], encoder: Encoder
) -> dict[str, memoryview]:
    """The parts that are about all documents together: names, copies, what tokens have in common."""
    files = _names(version, old, numbers) | _origins(version.documents, old, numbers)
    if isinstance(encoder, TokenEncoder):
        files[MEAN] = tokens.mean_of(encoder.name, encoder.dimension).astype("<f4").tobytes()
    return {name: memoryview(content) for name, content in files.items()}


def _names(version: Version, old: Previous, numbers: Sequence[int]) -> dict[str, bytes]:
    """Who is named where; what an unchanged document adds to it is taken over."""
    cases, before, documents = load_cases(), old.version, version.documents
    if before is None or not old.same_recipe:
        table, learnt = mention_table(documents, version.passages, cases), learn(documents, cases)
    else:
        earlier = Earlier(
            MentionTable.from_bytes(before.files[MENTIONS]),
            before.passages,
            len(before.documents),
            np.array(numbers, np.int64),
        )
        table = mention_table(documents, version.passages, cases, earlier=earlier)
        learnt = learn(
            [document for document, number in zip(documents, numbers, strict=True) if number < 0],
            cases,
            earlier=Learnt.from_bytes(before.files[LEARNT]),
            forgotten=[before.documents[i] for i in set(range(len(before.documents))).difference(numbers)],
        )
    return {MENTIONS: table.to_bytes(), LEARNT: learnt.to_bytes()}


def _origins(documents: Sequence[Document], old: Previous, numbers: Sequence[int]) -> dict[str, bytes]:
    """Who copies whom; unchanged documents keep their sketches."""
    if old.version is None or not old.same_recipe:
        return origins.to_files(origins.origins(documents))
    previous = origins.from_files(old.version.files)
    return origins.to_files(origins.origins(documents, previous=previous, reused=np.array(numbers, np.int64)))
