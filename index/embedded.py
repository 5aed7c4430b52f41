"""The embedded model, run by ONNX Runtime: texts to vectors and tokens. Its files and their hashes: `weights.py`.

It gives the vectors that sentence-transformers gives from the same folder (a test compares them), in a third of the time for
a question and with half of the memory, and is there in a second instead of eight: importing PyTorch and
sentence-transformers is what takes long. Every other model runs in sentence-transformers (`encoder.py`).
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index import weights
from index.encoder import QUESTION_TOKENS, meaningful
from index.tokens import Tokens

_PASSAGE_TOKENS = 512
"""As many places as the model knows."""
_BATCH = 4
"""Texts computed together: what is worked on then fits into a core's cache, and there is little padding (passages in a
fifth less time than 16 at once, questions in a tenth less)."""
_ERRORS = 3
"""Severity from which ONNX Runtime writes to stderr."""


class EmbeddedEncoder:
    """The model of an unpacked folder, on the CPU. Safe to call from several threads, each of which computes itself."""

    def __init__(self, folder: Path, *, name: str, threads: int = 1) -> None:
        """Load a folder that was checked before (`weights.check`)."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = _ERRORS
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # cores are shared
        graph = str(folder / weights.GRAPH)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / weights.TOKENIZER))
        self._special = frozenset(self._tokenizer.get_added_tokens_decoder())
        self._padding = self._tokenizer.token_to_id("<pad>")
        self._prompts: dict[str, str] = json.loads((folder / weights.PROMPTS).read_bytes())["prompts"]
        self.name = name
        self.dimension: int = self._session.get_outputs()[0].shape[-1]

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions."""
        return self._vectors(self._read(texts, "query", QUESTION_TOKENS))

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what is searched: passages and sentences."""
        return self._vectors(self._read(texts, "document", _PASSAGE_TOKENS))

    def encode_query_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors of questions, and their tokens."""
        return self._with_tokens(texts, "query", QUESTION_TOKENS)

    def encode_passage_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors of passages and sentences, and their tokens."""
        return self._with_tokens(texts, "document", _PASSAGE_TOKENS)

    def _with_tokens(
        self, texts: Sequence[str], prompt: str, longest: int
    ) -> tuple[NDArray[np.float32], list[Tokens]]:
        read = self._read(texts, prompt, longest)
        written = self._tokenizer.encode(self._prompts[prompt], add_special_tokens=False).tokens
        vectors = np.empty((len(read), self.dimension), np.float32)
        tokens: dict[int, Tokens] = {}
        for place, states in self._states(read):
            vectors[place] = states.mean(axis=0)
            ids, pieces = read[place]
            kept = [row for row, number in enumerate(ids) if number not in self._special]
            tokens[place] = meaningful([pieces[row] for row in kept], states[kept], prompt=written)
        return _unit(vectors), [tokens[place] for place in range(len(read))]

    def _vectors(self, read: Sequence["_Read"]) -> NDArray[np.float32]:
        vectors = np.empty((len(read), self.dimension), np.float32)
        for place, states in self._states(read):
            vectors[place] = states.mean(axis=0)
        return _unit(vectors)

    def _read(self, texts: Sequence[str], prompt: str, longest: int) -> list["_Read"]:
        """Numbers and pieces of each text's tokens, at most `longest`, the mark at the end kept."""
        before = self._prompts[prompt]
        return [_cut(self._tokenizer.encode(before + text), longest) for text in texts]

    def _states(self, read: Sequence["_Read"]) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """For each text, in any order: its place, and a vector for each of its tokens, (k, dimension)."""
        order = sorted(range(len(read)), key=lambda place: len(read[place][0]))  # so that a batch pads little
        for first in range(0, len(order), _BATCH):
            places = order[first : first + _BATCH]
            counts = np.array([len(read[place][0]) for place in places])
            mask = np.arange(counts.max()) < counts[:, None]
            ids = np.full(mask.shape, self._padding, np.int64)
            ids[mask] = [number for place in places for number in read[place][0]]
            (states,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
            for place, count, rows in zip(places, counts.tolist(), states, strict=True):
                yield place, rows[:count]


_Read = tuple[list[int], list[str]]
"""Numbers and pieces of a text's tokens."""


def _cut(encoding: Encoding, longest: int) -> _Read:
    ids, pieces = encoding.ids, encoding.tokens
    if len(ids) <= longest:
        return ids, pieces
    return [*ids[: longest - 1], ids[-1]], [*pieces[: longest - 1], pieces[-1]]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
