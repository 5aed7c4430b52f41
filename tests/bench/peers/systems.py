"""The systems that are compared, each as its own documentation shows; they share the weights and nothing else.

Heavy packages are imported where a system needs them, so that a cold start pays for its own only.
"""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

Id = tuple[int, int]
"""Article and paragraph."""
TOP = 5


class System(Protocol):
    """An index of the paragraphs of some articles, kept in a folder."""

    @abstractmethod
    def __init__(self, model: str, folder: Path) -> None:
        """Load the model."""

    def load(self) -> Self:
        """Load what was built before."""
        ...

    def build(self, articles: Sequence[Sequence[str]]) -> None:
        """Index all articles and write the index into the folder."""
        ...

    def change(self, number: int, paragraphs: Sequence[str]) -> None:
        """Bring one article up to its new text, and write the index."""
        ...

    def ask(self, question: str) -> Any:
        """What a person who asks is given."""
        ...

    def ranked(self, question: str) -> list[tuple[Id, ...]]:
        """What is found, best first; each as the paragraphs that it stands for."""
        ...

    def chunks(self, text: str) -> list[str] | None:
        """A text as the system cuts it before indexing; `None` where it leaves that to its user."""
        ...

    def encodes(self) -> tuple[type, str]:
        """The class and method through which every text goes that is encoded."""
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer, "encode"


class Bare(System):
    """sentence-transformers and FAISS."""

    def __init__(self, model: str, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(model, device="cpu", local_files_only=True)
        self._file = folder / "vectors.faiss"

    def load(self) -> Self:
        import faiss

        self._index = faiss.read_index(str(self._file))
        return self

    def build(self, articles: Sequence[Sequence[str]]) -> None:
        import faiss

        self._index = faiss.IndexIDMap(faiss.IndexFlatIP(self._model.get_embedding_dimension()))
        self._add([((a, p), text) for a, texts in enumerate(articles) for p, text in enumerate(texts)])

    def change(self, number: int, paragraphs: Sequence[str]) -> None:
        import numpy as np

        self._index.remove_ids(np.array([_row((number, p)) for p in range(len(paragraphs))]))
        self._add([((number, p), text) for p, text in enumerate(paragraphs)])

    def ask(self, question: str) -> Any:
        vector = self._model.encode_query([question], normalize_embeddings=True)
        return self._index.search(vector, TOP)[1][0]

    def ranked(self, question: str) -> list[tuple[Id, ...]]:
        return [(divmod(int(row), 1000),) for row in self.ask(question)]

    def chunks(self, text: str) -> None:
        return None

    def _add(self, passages: Sequence[tuple[Id, str]]) -> None:
        import faiss
        import numpy as np

        texts = [text for _, text in passages]
        vectors = self._model.encode_document(texts, normalize_embeddings=True, show_progress_bar=False)
        self._index.add_with_ids(vectors, np.array([_row(id_) for id_, _ in passages]))
        faiss.write_index(self._index, str(self._file))


class Txtai(System):
    """txtai, hybrid: dense vectors and BM25, with the texts stored."""

    def __init__(self, model: str, folder: Path) -> None:
        from txtai import Embeddings

        self._folder = str(folder / "txtai")
        self._embeddings = Embeddings(
            path=model, method="sentence-transformers", hybrid=True, content=True, gpu=False
        )

    def load(self) -> Self:
        self._embeddings.load(self._folder)
        return self

    def build(self, articles: Sequence[Sequence[str]]) -> None:
        rows = [(f"{a}-{p}", text) for a, texts in enumerate(articles) for p, text in enumerate(texts)]
        self._embeddings.index(rows)
        self._embeddings.save(self._folder)

    def change(self, number: int, paragraphs: Sequence[str]) -> None:
        self._embeddings.upsert([(f"{number}-{p}", text) for p, text in enumerate(paragraphs)])
        self._embeddings.save(self._folder)

    def ask(self, question: str) -> Any:
        return self._embeddings.search(question, TOP)

    def ranked(self, question: str) -> list[tuple[Id, ...]]:
        return [(_id(found["id"]),) for found in self.ask(question)]

    def chunks(self, text: str) -> list[str]:
        from txtai.pipeline import Segmentation

        return Segmentation(paragraphs=True)(text)


class Haystack(System):
    """Haystack with its in-memory store, dense vectors only."""

    def __init__(self, model: str, folder: Path) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        options = {
            "model": model,
            "progress_bar": False,
            "local_files_only": True,
            "normalize_embeddings": True,
        }
        self._documents = SentenceTransformersDocumentEmbedder(prefix="passage: ", **options)
        self._texts = SentenceTransformersTextEmbedder(prefix="query: ", **options)
        self._documents.warm_up()
        self._texts.warm_up()
        self._file = str(folder / "haystack.json")
        self._store = InMemoryDocumentStore()

    def load(self) -> Self:
        self._store = self._store.load_from_disk(self._file)
        return self

    def build(self, articles: Sequence[Sequence[str]]) -> None:
        self._write([(a, p, text) for a, texts in enumerate(articles) for p, text in enumerate(texts)])

    def change(self, number: int, paragraphs: Sequence[str]) -> None:
        self._store.delete_by_filter({"field": "meta.article", "operator": "==", "value": number})
        self._write([(number, p, text) for p, text in enumerate(paragraphs)])

    def ask(self, question: str) -> Any:
        embedding = self._texts.run(text=question)["embedding"]
        return self._store.embedding_retrieval(embedding, top_k=TOP)

    def ranked(self, question: str) -> list[tuple[Id, ...]]:
        return [((found.meta["article"], found.meta["paragraph"]),) for found in self.ask(question)]

    def chunks(self, text: str) -> list[str]:
        from haystack import Document
        from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter

        cleaned = DocumentCleaner().run(documents=[Document(content=text)])["documents"]
        return [chunk.content for chunk in DocumentSplitter().run(documents=cleaned)["documents"]]

    def _write(self, rows: Sequence[tuple[int, int, str]]) -> None:
        from haystack import Document

        documents = [Document(content=text, meta={"article": a, "paragraph": p}) for a, p, text in rows]
        self._store.write_documents(self._documents.run(documents=documents)["documents"])
        self._store.save_to_disk(self._file)


class HaystackHybrid(Haystack):
    """The same with BM25 beside it, joined by reciprocal rank."""

    def __init__(self, model: str, folder: Path) -> None:
        from haystack.components.joiners import DocumentJoiner

        super().__init__(model, folder)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=TOP)

    def ask(self, question: str) -> Any:
        found = [super().ask(question), self._store.bm25_retrieval(question, top_k=TOP)]
        return self._joiner.run(documents=found)["documents"]


class Sprava(System):
    """This project: a question gets the whole answer (names, search, refusal, quotes), not only passages."""

    def __init__(self, model: str, folder: Path) -> None:
        from index.encoder import open_encoder
        from index.settings import IndexSettings

        self._encoder = open_encoder(IndexSettings(home=Path(model).parent.parent, model=None))
        self._folder = folder / "index"

    def load(self) -> Self:
        from index import store

        self._version = store.current(self._folder, model=self._encoder.name)
        return self

    def build(self, articles: Sequence[Sequence[str]]) -> None:
        self._articles = [list(paragraphs) for paragraphs in articles]
        self._update()

    def change(self, number: int, paragraphs: Sequence[str]) -> None:
        self._articles[number] = list(paragraphs)
        self._update()
        self.load()

    def ask(self, question: str) -> Any:
        from index.answer import answer

        return answer(question, version=self._version, encoder=self._encoder)

    def ranked(self, question: str) -> list[tuple[Id, ...]]:
        from index.answer import people_of
        from index.search import asked, prepare, search

        prepared = prepare(self._version)
        vector = self._encoder.encode_queries([question])[0]
        hits = search(
            prepared, asked(question, vector, prepared, people=people_of(question, prepared)), top_k=20
        )
        found = [self._covered(hit.passage) for hit in hits]
        return list(dict.fromkeys(found))[:TOP]

    def chunks(self, text: str) -> list[str]:
        from corpus.passages import passages

        return [passage.text for passage in passages(_document(0, [text]))]

    def encodes(self) -> tuple[type, str]:
        from index.embedded import EmbeddedEncoder

        return EmbeddedEncoder, "encode_passage_tokens"

    def _covered(self, passage: Any) -> tuple[Id, ...]:
        from squad import covered, placed

        number = int(passage.document.id)
        texts = {(number, place): text for place, text in enumerate(self._articles[number])}
        return covered(placed(texts), passage.start, passage.end)

    def _update(self) -> None:
        from datetime import UTC, datetime

        from index.update import update

        documents = [_document(number, paragraphs) for number, paragraphs in enumerate(self._articles)]
        self._version = update(
            self._folder,
            documents,
            lambda: self._encoder,
            model=self._encoder.name,
            created=datetime.now(UTC),
        ).version


SYSTEMS: dict[str, type[System]] = {
    "sentence-transformers + FAISS": Bare,
    "txtai, hybrid": Txtai,
    "Haystack": Haystack,
    "Haystack, hybrid": HaystackHybrid,
    "sprava": Sprava,
}


def _row(id_: Id) -> int:
    return 1000 * id_[0] + id_[1]


def _id(text: str) -> Id:
    article, paragraph = text.split("-")
    return int(article), int(paragraph)


def _document(number: int, paragraphs: Sequence[str]) -> Any:
    from corpus.document import Document, PartialDate, Reliability

    return Document(
        id=f"{number:03}",
        title="",
        publisher="bench",
        published=PartialDate(2016),
        language="en",
        reliability=Reliability.C,
        text="\n\n".join(paragraphs),
    )
