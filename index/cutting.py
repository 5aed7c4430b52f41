"""One document to what is stored of it: passages, sentences, the texts to encode, the terms. Not the encoding itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Passage
from corpus.passages import heading, passages, sentences
from index import lexical
from index.block import KEY_BYTES, Block, key_of
from index.tokens import Packed


@dataclass(frozen=True, slots=True)
class Cut:
    """One document, cut; nothing is encoded yet."""

    document: Document
    passages: tuple[tuple[int, int], ...]
    """Start and end of each."""
    passage_texts: tuple[str, ...]
    """What is encoded for each."""
    sentences: tuple[tuple[tuple[int, int], ...], ...]
    """Start and end of the sentences of each passage."""
    sentence_texts: tuple[str, ...]
    """What is encoded for each sentence, all passages through."""

    @property
    def passage_keys(self) -> list[bytes]:
        """The key of each passage's text."""
        return [key_of(text) for text in self.passage_texts]

    @property
    def sentence_keys(self) -> list[bytes]:
        """The key of each sentence's text."""
        return [key_of(text) for text in self.sentence_texts]


def cut(document: Document) -> Cut:
    """The passages and sentences of a document, and what to encode for each."""
    found = list(passages(document))
    inner = [tuple(sentences(passage)) for passage in found]
    return Cut(
        document,
        tuple((passage.start, passage.end) for passage in found),
        tuple(embedded_text(passage) for passage in found),
        tuple(inner),
        tuple(cleaned(document.text[start:end]) for spans in inner for start, end in spans),
    )


def made(
    cut: Cut,
    vectors: Mapping[bytes, NDArray[np.floating[Any]]],
    packed: Mapping[bytes, Packed] | None,
    dimension: int,
) -> Block:
    """A block of one document from the vectors of its texts and the tokens of its sentences; `None`: it has none."""
    passage_keys, sentence_keys = cut.passage_keys, cut.sentence_keys
    counted = lexical.count(cut.passage_texts)
    told = [packed[key] for key in sentence_keys] if packed is not None else []
    width = 0 if packed is None else (dimension + 7) // 8
    columns: dict[str, NDArray[Any]] = {
        "documents.passages": np.array([len(cut.passages)], np.uint32),
        "passages.span": np.array(cut.passages, np.int32).reshape(-1, 2),
        "passages.key": _keys(passage_keys),
        "passages.vector": _vectors(passage_keys, vectors, dimension),
        "passages.sentences": np.array([len(spans) for spans in cut.sentences], np.uint32),
        "passages.terms": counted.distinct,
        "sentences.span": np.array([s for spans in cut.sentences for s in spans], np.int32).reshape(-1, 2),
        "sentences.key": _keys(sentence_keys),
        "sentences.vector": _vectors(sentence_keys, vectors, dimension),
        "sentences.tokens": np.array(
            [len(some.pieces) for some in told] or [0] * len(sentence_keys), np.uint32
        ),
        "terms.hash": counted.terms,
        "terms.count": counted.counts,
        "tokens.piece": np.concatenate([np.empty(0, np.uint32), *(some.pieces for some in told)]),
        "tokens.bits": np.concatenate([np.empty((0, width), np.uint8), *(some.bits for some in told)]),
    }
    return Block((cut.document,), columns)


def embedded_text(passage: Passage) -> str:
    """What is encoded for a passage: title and section heading as context, then a cleaned copy of its text."""
    context = (passage.document.title, heading(passage), passage.text)
    return "\n".join(cleaned(part) for part in context if part)


def cleaned(text: str) -> str:
    """The text on one line, without the marks of headings."""
    return " ".join(line.lstrip("# ") if line.startswith("#") else line for line in text.split("\n")).strip()


def _keys(keys: list[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES)


def _vectors(
    keys: list[bytes], vectors: Mapping[bytes, NDArray[np.floating[Any]]], dimension: int
) -> NDArray[np.float16]:
    return np.array([vectors[key] for key in keys], np.float16).reshape(-1, dimension)
