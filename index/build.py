"""Documents to a new version, in memory: only what changed is cut and encoded again. Publishing it: `store.py`."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata, resources
from typing import Self

import numpy as np
from numpy.typing import NDArray

from corpus.cases import load_cases
from corpus.document import Document, Passage
from corpus.errors import SpravaError
from corpus.passages import heading, passages, sentences
from index import lexical, origins, tokens
from index.encoder import Encoder, TokenEncoder
from index.learnt import Learnt, learn
from index.mentions import Earlier, MentionTable, mention_table
from index.search import LEARNT, MENTIONS
from index.tokens import Packed, TokenTable
from index.version import Version, same_document

Progress = Callable[[int, int], None]
"""Called with the number of texts encoded so far and of texts to encode."""

_STEP = 64
"""Texts encoded between two reports of progress."""
_PASSAGE_KEYS, _SENTENCE_KEYS = "passages.key", "sentences.key"
"""Parts of a version: for each vector, the key of the text that was encoded."""
_KEY_BYTES = 16
_RECIPE = ("build.py", "analyze.py", "lexical.py", "mentions.py", "learnt.py", "origins.py")
"""The modules of this package that decide what is made of a document, beside all of corpus."""


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
class _Cut:
    """One document, cut."""

    passages: NDArray[np.int32]
    """(n, 3): 0, start, end."""
    sentences: NDArray[np.int32]
    """(m, 3): number of the passage within the document, start, end."""
    passage_keys: list[bytes]
    sentence_keys: list[bytes]
    texts: Mapping[bytes, str]
    """What to encode, by key; nothing for a document that was taken over."""


@dataclass(frozen=True, slots=True)
class _Old:
    """What can be taken over from a version that the same model made."""

    version: Version
    numbers: Mapping[str, int]
    """Documents by id; empty under another recipe."""
    passage_keys: list[bytes]
    sentence_keys: list[bytes]
    passage_rows: Mapping[bytes, int]
    sentence_rows: Mapping[bytes, int]
    tokens: TokenTable | None
    """Of its sentences, where they can be taken over too."""

    @classmethod
    def of(cls, version: Version) -> Self:
        """Everything in `version` that is worth looking up."""
        documents = version.documents if version.recipe == recipe() else ()
        passage_keys, sentence_keys = (
            _split(version.files[name]) for name in (_PASSAGE_KEYS, _SENTENCE_KEYS)
        )
        return cls(
            version=version,
            numbers={document.id: number for number, document in enumerate(documents)},
            passage_keys=passage_keys,
            sentence_keys=sentence_keys,
            passage_rows={key: row for row, key in enumerate(passage_keys)},
            sentence_rows={key: row for row, key in enumerate(sentence_keys)},
            tokens=tokens.from_files(version.files),
        )

    def number(self, document: Document) -> int:
        """The number of this very document, not changed in any way; -1 where there is none."""
        number = self.numbers.get(document.id, -1)
        return number if number >= 0 and same_document(self.version.documents[number], document) else -1

    def vector(self, key: bytes) -> NDArray[np.float32] | None:
        """The vector that was made from a text."""
        vector: NDArray[np.float32] | None = None
        if (row := self.passage_rows.get(key)) is not None:
            vector = self.version.passage_vectors[row]
        elif (row := self.sentence_rows.get(key)) is not None:
            vector = self.version.sentence_vectors[row]
        return vector

    def take(self, number: int) -> _Cut:
        """Document `number` as it was cut."""
        spans, inner = self.version.passages, self.version.sentences
        first, end = np.searchsorted(spans[:, 0], (number, number + 1))
        inner_first, inner_end = np.searchsorted(inner[:, 0], (first, end))
        return _Cut(
            passages=spans[first:end] - np.array([number, 0, 0], np.int32),
            sentences=inner[inner_first:inner_end] - np.array([first, 0, 0], np.int32),
            passage_keys=self.passage_keys[first:end],
            sentence_keys=self.sentence_keys[inner_first:inner_end],
            texts={},
        )


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
    quotable = _quotable(documents)
    old = _Old.of(previous) if previous is not None and _same_vectors(previous, encoder) else None
    numbers = [old.number(document) if old else -1 for document in quotable]
    cuts = [
        old.take(number) if old and number >= 0 else _cut(document)
        for document, number in zip(quotable, numbers, strict=True)
    ]
    passage_keys = [key for cut in cuts for key in cut.passage_keys]
    sentence_keys = [key for cut in cuts for key in cut.sentence_keys]
    if not passage_keys:
        raise EmptyCorpusError
    texts = {key: text for cut in cuts for key, text in cut.texts.items()}
    known = {key: vector for key in texts if old and (vector := old.vector(key)) is not None}
    if old and old.tokens:  # the tokens of passages are not kept: one that is now a sentence is encoded again
        known = {
            key: known[key]
            for key in known.keys() - set(sentence_keys) | known.keys() & old.sentence_rows.keys()
        }
    unknown = {key: text for key, text in texts.items() if key not in known}
    fresh, packed = _encode(unknown, set(sentence_keys), encoder, progress)
    spans = _joined([cut.passages for cut in cuts], [1] * len(cuts))
    version = Version(
        number=0,
        created=created,
        model=encoder.name,
        recipe=recipe(),
        documents=quotable,
        passages=spans,
        sentences=_joined([cut.sentences for cut in cuts], [len(cut.passages) for cut in cuts]),
        passage_vectors=_stacked(
            passage_keys,
            known | fresh,
            (old.passage_rows, old.version.passage_vectors) if old else None,
        ),
        sentence_vectors=_stacked(
            sentence_keys,
            known | fresh,
            (old.sentence_rows, old.version.sentence_vectors) if old else None,
        ),
        files={
            _PASSAGE_KEYS: memoryview(b"".join(passage_keys)),
            _SENTENCE_KEYS: memoryview(b"".join(sentence_keys)),
            **_lexical(quotable, spans, passage_keys, old),
            **_names(quotable, spans, old, numbers),
            **_origins(quotable, old, numbers),
            **_tokens(sentence_keys, packed, encoder, old),
        },
    )
    return Built(
        version=version,
        encoded=len(fresh),
        reused=sum(key not in fresh for key in (*passage_keys, *sentence_keys)),
    )


def _same_vectors(version: Version, encoder: Encoder) -> bool:
    """Whether the encoder would give the vectors and tokens of a version again."""
    mean = tokens.mean_of(encoder.name, encoder.dimension) if isinstance(encoder, TokenEncoder) else None
    stored = tokens.from_files(version.files)
    if mean is None or stored is None:
        return version.model == encoder.name and mean is None and stored is None
    return version.model == encoder.name and np.array_equal(stored.mean, mean)


def _stacked(
    keys: Sequence[bytes],
    vectors: Mapping[bytes, NDArray[np.float32]],
    old: tuple[Mapping[bytes, int], NDArray[np.float32]] | None,
) -> NDArray[np.float32]:
    """The vectors of these keys as rows: those given, else those of the old rows."""
    if old is None:
        return np.stack([vectors[key] for key in keys])
    old_rows, matrix = old
    rows = np.array([old_rows.get(key, -1) for key in keys], np.int64)
    stacked = matrix[rows]
    for place in np.flatnonzero(rows < 0).tolist():
        stacked[place] = vectors[keys[place]]
    return stacked


def is_current(version: Version, documents: Iterable[Document], model: str | None) -> bool:
    """Whether building `version` anew, with this model, would give the same."""
    return version.model == model and version.recipe == recipe() and not changes(version, documents)


@dataclass(frozen=True, slots=True)
class Changes:
    """How documents differ from those of a version: ids."""

    added: frozenset[str]
    changed: frozenset[str]
    removed: frozenset[str]
    """Withdrawn ones included."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        counts = {
            "added": len(self.added),
            "changed": len(self.changed),
            "removed or withdrawn": len(self.removed),
        }
        return ", ".join(f"{count:,} {how}" for how, count in counts.items() if count)


def changes(version: Version, documents: Iterable[Document]) -> Changes:
    """What an update would take up, whatever the model and the recipe."""
    old = {document.id: document for document in version.documents}
    new = {document.id: document for document in _quotable(documents)}
    return Changes(
        added=frozenset(new.keys() - old.keys()),
        changed=frozenset(
            name for name in new.keys() & old.keys() if not same_document(new[name], old[name])
        ),
        removed=frozenset(old.keys() - new.keys()),
    )


def _quotable(documents: Iterable[Document]) -> tuple[Document, ...]:
    return tuple(sorted((d for d in documents if d.withdrawn is None), key=lambda document: document.id))


@cache
def recipe() -> str:
    """A digest of the code that cuts and prepares texts: under another one, every document is cut anew."""
    digest = hashlib.sha256(metadata.version("sentencex").encode())
    folder = resources.files("corpus")
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith((".py", ".toml")))
    for path in [folder / name for name in names] + [resources.files("index") / name for name in _RECIPE]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def embedded_text(passage: Passage) -> str:
    """What is encoded for a passage: title and section heading as context, then a cleaned copy of its text."""
    context = (passage.document.title, heading(passage), passage.text)
    return "\n".join(_cleaned(part) for part in context if part)


def _cleaned(text: str) -> str:
    """The text on one line, without the marks of headings."""
    return " ".join(line.lstrip("# ") if line.startswith("#") else line for line in text.split("\n")).strip()


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:_KEY_BYTES]


def _split(keys: memoryview) -> list[bytes]:
    return [bytes(keys[i : i + _KEY_BYTES]) for i in range(0, len(keys), _KEY_BYTES)]


def _cut(document: Document) -> _Cut:
    spans, inner, texts = [], [], {}
    passage_keys, sentence_keys = [], []
    for place, passage in enumerate(passages(document)):
        spans.append((0, passage.start, passage.end))
        text = embedded_text(passage)
        passage_keys.append(_key(text))
        texts[passage_keys[-1]] = text
        for start, end in sentences(passage):
            inner.append((place, start, end))
            text = _cleaned(document.text[start:end])
            sentence_keys.append(_key(text))
            texts[sentence_keys[-1]] = text
    return _Cut(
        passages=np.array(spans, np.int32).reshape(-1, 3),
        sentences=np.array(inner, np.int32).reshape(-1, 3),
        passage_keys=passage_keys,
        sentence_keys=sentence_keys,
        texts=texts,
    )


def _joined(spans: Sequence[NDArray[np.int32]], owners: Sequence[int]) -> NDArray[np.int32]:
    """Spans of all documents, their owners numbered through; the i-th array numbers `owners[i]` of them."""
    first = np.repeat(np.cumsum([0, *owners[:-1]]), [len(part) for part in spans])
    joined = np.concatenate(spans)
    joined[:, 0] += first.astype(np.int32)
    return joined


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


def _tokens(
    keys: Sequence[bytes], packed: Mapping[bytes, Packed], encoder: Encoder, old: _Old | None
) -> dict[str, memoryview]:
    """The tokens of sentences, where the encoder tells them; those of known sentences are taken over."""
    if not isinstance(encoder, TokenEncoder):
        return {}
    fresh = {place: packed[key] for place, key in enumerate(keys) if key in packed}
    rows = old.sentence_rows if old else {}
    stored = tokens.to_files(
        fresh,
        tokens.mean_of(encoder.name, encoder.dimension),
        reused=np.array([-1 if key in packed else rows[key] for key in keys], np.int64),
        previous=old.tokens if old else None,
    )
    return {name: memoryview(content) for name, content in stored.items()}


def _lexical(
    documents: Sequence[Document], spans: NDArray[np.int32], keys: Sequence[bytes], old: _Old | None
) -> dict[str, memoryview]:
    """The lexical part; a passage whose text was in the previous version keeps its postings."""
    reused, previous = np.full(len(keys), -1, np.int64), None
    if old and old.version.recipe == recipe():
        rows = {key: row for row, key in enumerate(old.passage_keys)}
        reused = np.array([rows.pop(key, -1) for key in keys], np.int64)  # each old row once
        previous = lexical.load(old.version.files)
    texts = [
        "" if row >= 0 else embedded_text(Passage(documents[number], start, end))
        for row, (number, start, end) in zip(reused.tolist(), spans.tolist(), strict=True)
    ]
    built = lexical.build(texts, previous=previous, reused=reused)
    return {name: memoryview(content) for name, content in lexical.files(built).items()}


def _names(
    documents: Sequence[Document], spans: NDArray[np.int32], old: _Old | None, numbers: Sequence[int]
) -> dict[str, memoryview]:
    """The parts that say who is named where; what an unchanged document adds to them is taken over."""
    cases = load_cases()
    if old is None or old.version.recipe != recipe():
        table, learnt = mention_table(documents, spans, cases), learn(documents, cases)
    else:
        before = old.version
        earlier = Earlier(
            MentionTable.from_bytes(before.files[MENTIONS]),
            before.passages,
            len(before.documents),
            np.array(numbers, np.int64),
        )
        table = mention_table(documents, spans, cases, earlier=earlier)
        learnt = learn(
            [document for document, number in zip(documents, numbers, strict=True) if number < 0],
            cases,
            earlier=Learnt.from_bytes(before.files[LEARNT]),
            forgotten=[before.documents[i] for i in set(range(len(before.documents))).difference(numbers)],
        )
    return {MENTIONS: memoryview(table.to_bytes()), LEARNT: memoryview(learnt.to_bytes())}


def _origins(
    documents: Sequence[Document], old: _Old | None, numbers: Sequence[int]
) -> dict[str, memoryview]:
    """Who copies whom; unchanged documents keep their sketches."""
    reused = np.array(numbers, np.int64)
    if old is None or old.version.recipe != recipe():
        found = origins.origins(documents)
    else:
        previous = origins.from_files(old.version.files)
        found = origins.origins(documents, previous=previous, reused=reused)
    return {name: memoryview(content) for name, content in origins.to_files(found).items()}
