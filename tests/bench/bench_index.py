"""Speed and memory of the index as ratios to bare sentence-transformers (+ FAISS), measured in one run.

    python tests/bench/bench_index.py [--json FILE] [--small] [--readme]

Both sides use the same weights, texts and one thread; where time is compared, they take turns.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from model import MODEL_HOME, embedded_encoder
from readme import markdown, measured, rewrite, verdict

from corpus.document import Document, PartialDate, Reliability
from corpus.library import load
from corpus.settings import BUNDLED
from index import store, weights
from index.answer import answer
from index.encoder import Encoder
from index.reader import Reader
from index.search import prepare
from index.tokens import Tokens
from index.update import update
from index.version import Version

README = Path(__file__).parent.parent.parent / "index" / "README.md"
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
        self._encoder, self._pretend = encoder, pretend
        self.seconds, self.cpu, self.texts = 0.0, 0.0, 0

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of questions."""
        return self.encode_query_tokens(texts)[0]

    def encode_query_tokens(self, texts: Sequence[str]) -> tuple[np.ndarray, list[Tokens]]:
        """Vectors and tokens of questions: those of the self-check."""
        with self._timed():
            return self._encoder.encode_query_tokens(texts)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts."""
        return self.encode_passage_tokens(texts)[0]

    def encode_passage_tokens(self, texts: Sequence[str]) -> tuple[np.ndarray, list[Tokens]]:
        """Vectors and tokens of texts."""
        self.texts += len(texts)
        with self._timed():
            if not self._pretend:
                return self._encoder.encode_passage_tokens(texts)
            vectors = np.random.default_rng(len(texts)).standard_normal((len(texts), self.dimension))
            vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
            return vectors, [self._invented_tokens(text) for text in texts]

    def _invented_tokens(self, text: str) -> Tokens:
        """About as many tokens as the model makes of a real sentence of that length: 32."""
        pieces = tuple(
            word[:3] + "▁" * part for word in text.split() for part in range(max(1, len(word) // 2))
        )
        random = np.random.default_rng(len(text))
        return Tokens(pieces, random.standard_normal((len(pieces), self.dimension), np.float32))

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - started
        self.cpu += time.process_time() - cpu


def main() -> None:
    """Measure, print a table, and write the figures as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--small", action="store_true", help="leave out the 10,000 passages")
    parser.add_argument("--readme", action="store_true", help="write the table into index/README.md")
    arguments = parser.parse_args()
    if arguments.readme and arguments.small:
        parser.error("--readme needs the figures that --small leaves out")
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
    if arguments.readme:
        table = markdown(("what", "measured", "target", ""), against_targets(figures))
        command = "python tests/bench/bench_index.py --readme"
        rewrite("speed", f"{measured(command)}\n\n{table}", path=README)


def publish(home: Path, documents: Sequence[Document], encoder: Encoder) -> None:
    """Make the documents the index of this home."""
    update(home / "index", documents, lambda: encoder, model=encoder.name, created=datetime.now(UTC))


def build_speed(documents: Sequence[Document], encoder: Encoder) -> dict[str, float]:
    """Texts a second of a whole build (split, encode, names, lexical, write) against encoding the same texts + FAISS."""
    import faiss
    from sentence_transformers import SentenceTransformer

    recorded: list[str] = []
    timed = Timed(encoder)
    inner = timed.encode_passage_tokens
    timed.encode_passage_tokens = lambda texts: (recorded.extend(texts), inner(texts))[1]
    model = SentenceTransformer(
        str(weights.model_path(MODEL_HOME / "models")), device="cpu", local_files_only=True
    )
    index = faiss.IndexFlatIP(encoder.dimension)
    ours, bare = [], []
    for _ in range(2):  # in turns, and the better one of each: others may use the machine too
        recorded.clear()
        with tempfile.TemporaryDirectory() as folder:
            ours.append(seconds(lambda home=Path(folder): publish(home, documents, timed)))
        bare.append(
            seconds(
                lambda: index.add(model.encode(recorded, prompt_name="document", normalize_embeddings=True))
            )
        )
    return {
        "texts": len(recorded),
        "ours texts/s": len(recorded) / min(ours),
        "bare texts/s": len(recorded) / min(bare),
        "ratio of speed": min(bare) / min(ours),
    }


def query_latency(version: Version, encoder: Encoder) -> dict[str, float]:
    """Warm milliseconds from question to answer, against the bare encoder on the same question, in turns."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(weights.model_path(MODEL_HOME / "models")), device="cpu", local_files_only=True
    )
    asked: dict[str, Callable[[str], object]] = {
        "bare": lambda q: model.encode([q], prompt_name="query", normalize_embeddings=True),
        "encoder": lambda q: encoder.encode_queries([q]),
        "answer": lambda q: answer(q, version=version, encoder=encoder),
    }
    times: dict[str, list[float]] = {name: [] for name in asked}
    order = list(asked)
    for turn in range(14):
        order.append(order.pop(0))  # what runs after another finds other things in the processor's cache
        for question in QUESTIONS:
            for name in order:
                took = 1000 * seconds(lambda ask=asked[name], q=question: ask(q))
                if turn >= 2:
                    times[name].append(took)
    bare, encode, ours = times.values()
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
    vectors.write_bytes(np.asarray(version.passage_vectors).tobytes())
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
    """One sentence of one document changes: seconds until a running reader has the new version, without the encoding.

    The updater holds nothing of the version before: it reads and checks all of it, as `sprava index update` does.
    The reader holds it, as a running bot does. The best of three changes: others use the machine, too.
    """
    bundled = load(
        [BUNDLED]
    )  # with vectors of the model: questions about people then find some of their passages
    documents = [invented(number) for number in range(passages // 10)]
    documents += bundled
    publish(home, documents, Timed(encoder, pretend=True))
    built = store.current(home / "index")
    unchanged = seconds(lambda: publish(home, documents, encoder))
    size = store.size(home / "index", built.number) / 1e6
    reader = Reader(home / "index", prepare)
    runs = []
    for turn in range(3):
        timed = Timed(encoder)
        changed = [invented(0, extra=f"It was changed {turn + 1} times."), *documents[1:]]
        cpu, started = time.process_time(), time.perf_counter()
        publish(home, changed, timed)
        published = time.perf_counter() - started - timed.seconds
        reloaded = seconds(reader.refresh)
        cpu = time.process_time() - cpu - timed.cpu
        runs.append((published + reloaded, published, reloaded, cpu, timed.texts))
    took, published, reloaded, cpu, texts = min(runs)
    return {
        "passages": len(built.passages),
        "sentences": len(built.sentences),
        "MB on disk": size,
        "texts encoded": texts,
        "s beyond encoding": took,
        "of that, until published": published,
        "of that, until a reader has it": reloaded,
        "CPU s beyond encoding": cpu,
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


def against_targets(figures: dict[str, dict[str, float]]) -> list[tuple[str, str, str, str]]:
    """Rows: what, the figure, its target, and whether it is met."""
    cold, large = figures["cold start, bundled documents"], figures["cold start, 10,000 passages"]
    small_change, change = figures["re-index, 300 passages"], figures["re-index, 10,000 passages"]
    query = figures["query, 10,000 passages"]
    memory = (large["ours MB"] - 0.004 * change["passages"]) / large["bare + FAISS MB"]
    rest = change["nothing changed s"] / change["passages"] * 1000
    rows = [
        ("texts a second of a whole build, as a share", figures["build"]["ratio of speed"], "≥", 0.95),
        ("question to answer, 10,000 passages, p50", query["ratio of p50"], "≤", 1.25),
        ("p95 against p50", query["p95 / p50"], "≤", 2.0),
        ("empty process to first answer, bundled documents, CPU", cold["ratio of CPU"], "≤", 0.8),
        ("the same, 10,000 passages, CPU", large["ratio of CPU"], "≤", 0.8),
        ("resident memory, 10,000 passages, less 4 KB a passage", memory, "≤", 1.1),
    ]
    timed = [
        ("one changed document of 300 passages, beyond encoding", small_change["s beyond encoding"], 0.1),
        ("one changed document of 10,000 passages, beyond encoding", change["s beyond encoding"], 0.25),
        ("nothing changed, per 1,000 passages", rest, 0.1),
    ]
    return [
        (
            what,
            f"{value:.2f} ×",
            f"{sign} {limit} ×",
            verdict(value >= limit if sign == "≥" else value <= limit),
        )
        for what, value, sign, limit in rows
    ] + [(what, f"{value:.3f} s", f"≤ {limit} s", verdict(value <= limit)) for what, value, limit in timed]


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
