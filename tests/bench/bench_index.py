"""Speed and memory of the index as ratios to bare sentence-transformers (+ FAISS), measured in one run.

    python tests/bench/bench_index.py [--json FILE] [--small]

Both sides use the same weights, texts and one torch thread; where time is compared, they take turns.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from model import MODEL_HOME, embedded_encoder

from corpus.document import Document, PartialDate, Reliability
from corpus.library import load
from corpus.settings import BUNDLED
from index import store, weights
from index.answer import answer
from index.build import assemble
from index.encoder import Encoder
from index.update import update
from index.version import Version

QUESTIONS = (
    "When was Ihar Losik arrested?",
    "Калі арыштавалі Ігара Лосіка?",
    "Сколько лет дали Сергею Тихановскому?",
    "Who received the Nobel Peace Prize in 2022?",
    "Чаму асудзілі Марфу Рабкову?",
)
BARE = """
import time, sys, resource
started = time.perf_counter()
import torch; torch.set_num_threads(1)
import numpy as np, faiss
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True)
vectors = np.fromfile(sys.argv[2], "<f4").reshape(-1, 384)
texts = open(sys.argv[3], encoding="utf-8").read().split("\\0")
index = faiss.IndexFlatIP(384); index.add(vectors)
index.search(model.encode([sys.argv[4]], prompt_name="query", normalize_embeddings=True), 5)
"""
OURS = """
import time, sys, resource
started = time.perf_counter()
from index import store
from index.encoder import model_name, open_encoder
from index.settings import IndexSettings
from index.answer import answer
settings = IndexSettings()
version = store.current(settings.index_folder, model=model_name(settings))
answer(sys.argv[4], version=version, encoder=open_encoder(settings))
"""
REPORT = """
usage = resource.getrusage(resource.RUSAGE_SELF)
resident = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 1e6
print(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, resident)
"""


class Timed:
    """An encoder that knows how long it encoded; with `pretend`, passages get random vectors at no cost."""

    def __init__(self, encoder: Encoder, *, pretend: bool = False) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self.encode_queries = encoder.encode_queries
        self._encoder, self._pretend = encoder, pretend
        self.seconds, self.texts = 0.0, 0

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts."""
        started = time.perf_counter()
        if self._pretend:
            vectors = np.random.default_rng(len(texts)).standard_normal((len(texts), self.dimension))
            vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        else:
            vectors = self._encoder.encode_passages(texts)
        self.seconds += time.perf_counter() - started
        self.texts += len(texts)
        return vectors


def main() -> None:
    """Measure, print a table, and write the figures as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--small", action="store_true", help="leave out the 10,000 passages")
    arguments = parser.parse_args()
    os.environ.update(OMP_NUM_THREADS="1", HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    encoder = embedded_encoder()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "models").symlink_to(MODEL_HOME / "models")
        documents = load([BUNDLED])
        figures["build"] = build_speed(documents, encoder)
        publish(home, documents, encoder)
        figures["query, bundled documents"] = query_latency(store.current(home / "index"), encoder)
        figures["cold start, bundled documents"] = cold_start(home)
        for passages in (300,) if arguments.small else (300, 10_000):
            figures[f"re-index, {passages:,} passages"] = reindex(home, passages, encoder)
        if not arguments.small:
            figures["query, 10,000 passages"] = query_latency(store.current(home / "index"), encoder)
            figures["cold start, 10,000 passages"] = cold_start(home)
    show(figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1))


def publish(home: Path, documents: Sequence[Document], encoder: Encoder) -> None:
    """Make the documents the index of this home."""
    update(home / "index", documents, lambda: encoder, model=encoder.name, created=datetime.now(UTC))


def build_speed(documents: Sequence[Document], encoder: Encoder) -> dict[str, float]:
    """Texts a second of a whole build (split, encode, names, lexical, write) against encoding the same texts + FAISS."""
    import faiss
    from sentence_transformers import SentenceTransformer

    recorded: list[str] = []
    timed = Timed(encoder)
    inner = timed.encode_passages
    timed.encode_passages = lambda texts: (recorded.extend(texts), inner(texts))[1]
    with tempfile.TemporaryDirectory() as folder:
        ours = seconds(lambda: publish(Path(folder), documents, timed))
    model = SentenceTransformer(
        str(weights.model_path(MODEL_HOME / "models")), device="cpu", local_files_only=True
    )
    index = faiss.IndexFlatIP(encoder.dimension)
    bare = seconds(
        lambda: index.add(model.encode(recorded, prompt_name="document", normalize_embeddings=True))
    )
    return {
        "texts": len(recorded),
        "ours texts/s": len(recorded) / ours,
        "bare texts/s": len(recorded) / bare,
        "ratio of speed": bare / ours,
    }


def query_latency(version: Version, encoder: Encoder) -> dict[str, float]:
    """Warm milliseconds from question to answer, against the bare encoder on the same question, in turns."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(weights.model_path(MODEL_HOME / "models")), device="cpu", local_files_only=True
    )
    bare, encode, ours = [], [], []
    for turn in range(12):
        for question in QUESTIONS:
            took = (
                seconds(lambda q=question: model.encode([q], prompt_name="query", normalize_embeddings=True)),
                seconds(lambda q=question: encoder.encode_queries([q])),
                seconds(lambda q=question: answer(q, version=version, encoder=encoder)),
            )
            if turn >= 2:
                for times, one in zip((bare, encode, ours), took, strict=True):
                    times.append(1000 * one)
    return {
        "bare encoder p50 ms": median(bare),
        "our encoder p50 ms": median(encode),
        "answer p50 ms": median(ours),
        "ratio of p50": median(ours) / median(bare),
        "p95 / p50": quantiles(ours, n=20)[-1] / median(ours),
    }


def cold_start(home: Path) -> dict[str, float]:
    """From an empty process to the first answer, and what it then holds in memory; best of three, in turns."""
    version = store.current(home / "index")
    vectors, texts = home / "vectors", home / "texts"
    vectors.write_bytes(version.passage_vectors.tobytes())
    texts.write_text(
        "\0".join(version.passage(i).text for i in range(len(version.passages))), encoding="utf-8"
    )
    model = str(weights.model_path(home / "models"))
    runs: dict[str, list[list[float]]] = {BARE: [], OURS: []}
    for _ in range(3):
        for script, found in runs.items():
            command = [sys.executable, "-c", script + REPORT, model, str(vectors), str(texts), QUESTIONS[0]]
            environment = os.environ | {"SPRAVA_HOME": str(home)}
            done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
            found.append([float(part) for part in done.stdout.split()])
    bare, ours = ([min(column) for column in zip(*found, strict=True)] for found in runs.values())
    return {
        "bare + FAISS s": bare[0],
        "ours s": ours[0],
        "ratio": ours[0] / bare[0],
        "ratio of CPU": ours[1] / bare[1],
        "bare + FAISS MB": bare[2],
        "ours MB": ours[2],
        "ratio of memory": ours[2] / bare[2],
    }


def reindex(home: Path, passages: int, encoder: Encoder) -> dict[str, float]:
    """One sentence of one document changes: texts encoded, and seconds from documents to reloaded version without encoding."""
    shutil.rmtree(home / "index")
    documents = [invented(number) for number in range(passages // 10)]
    publish(home, documents, Timed(encoder, pretend=True))
    built = store.current(home / "index")
    unchanged = seconds(lambda: publish(home, documents, encoder))
    timed = Timed(encoder)
    changed = [invented(0, extra="It was changed."), *documents[1:]]
    took = seconds(lambda: (publish(home, changed, timed), store.current(home / "index")))
    alone = seconds(
        lambda: assemble(changed, encoder, created=datetime.now(UTC), previous=store.current(home / "index"))
    )
    return {
        "passages": len(built.passages),
        "sentences": len(built.sentences),
        "texts encoded": timed.texts,
        "s beyond encoding": took - timed.seconds,
        "of that, in memory s": alone,
        "nothing changed s": unchanged,
    }


@cache
def vocabulary() -> tuple[np.ndarray, np.ndarray]:
    """40,000 words that nobody uses, and how likely each is (Zipf's law): 10,000 passages use most of them."""
    random = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnoprstuvyz"))
    words = ["".join(random.choice(letters, random.integers(2, 10))) for _ in range(40_000)]
    share = 1 / np.arange(1, len(words) + 1)
    return np.array(words), share / share.sum()


def invented(number: int, *, extra: str = "") -> Document:
    """A document of ten passages of four sentences in invented words."""
    random = np.random.default_rng(number)
    words, share = vocabulary()
    paragraphs = [
        " ".join(f"{' '.join(random.choice(words, 12, p=share)).capitalize()}." for _ in range(4))
        for _ in range(10)
    ]
    return Document(
        id=f"invented-{number:05}",
        title=f"Invented {number}",
        publisher="bench",
        published=PartialDate(2025),
        language="en",
        reliability=Reliability.C,
        text="\n\n".join(paragraphs) + (f" {extra}" if extra else ""),
    )


def seconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def show(figures: dict[str, dict[str, float]]) -> None:
    """Print the figures."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("what", "figure", "value"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for what, values in figures.items():
        for place, (name, value) in enumerate(values.items()):
            table.add_row(
                what if place == 0 else "", name, f"{value:,.3f}" if value < 100 else f"{value:,.0f}"
            )
    Console().print(table)


if __name__ == "__main__":
    main()
