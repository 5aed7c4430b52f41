"""The embedded model's forward pass in plain torch: what sentence-transformers computes, without importing it.

Importing sentence-transformers and loading a model through it takes three times as long as everything else before the
first answer. A test compares the vectors of both. For any other model there is `SentenceTransformersEncoder`.
"""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index import weights

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 16
"""Texts a forward pass: on one thread larger batches are no faster, and 32 long texts need 1.7 GB."""


class E5Encoder:
    """BERT (Devlin et al. 2019) with mean pooling, as multilingual-e5-small uses it; safe to call from several threads."""

    name = weights.NAME

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Load what `weights.model_path` unpacked to `folder`."""
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        torch.set_num_threads(threads)
        configuration: dict[str, Any] = json.loads((folder / "config.json").read_bytes())
        self.dimension: int = configuration["hidden_size"]
        self._heads: int = configuration["num_attention_heads"]
        self._layers: int = configuration["num_hidden_layers"]
        self._eps: float = configuration["layer_norm_eps"]
        self._prompts = json.loads((folder / "config_sentence_transformers.json").read_bytes())["prompts"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(configuration["max_position_embeddings"])
        self._tokenizer.enable_padding(pad_id=configuration["pad_token_id"], pad_token="<pad>")  # noqa: S106
        self._state: dict[str, Tensor] = load_file(folder / "model.safetensors")
        self._lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions."""
        return self._encode([self._prompts["query"] + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what is searched: passages and sentences."""
        return self._encode([self._prompts["document"] + text for text in texts])

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Vectors in the order of the texts; texts of like length share a batch, so that little is padded."""
        from torch import inference_mode

        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        with self._lock, inference_mode():
            for start in range(0, len(order), BATCH):
                rows = order[start : start + BATCH]
                vectors[rows] = self._forward([texts[i] for i in rows]).numpy()
        return vectors

    def _forward(self, texts: list[str]) -> "Tensor":
        """Unit vectors of one batch, (n, dimension): the mean over each text's own tokens."""
        from torch import tensor
        from torch.nn.functional import embedding, normalize

        encodings = self._tokenizer.encode_batch(texts)
        tokens = tensor([encoding.ids for encoding in encodings])
        own = tensor([encoding.attention_mask for encoding in encodings])
        mask = None if own.all() else own[:, None, None, :].bool()
        hidden = (
            embedding(tokens, self._state["embeddings.word_embeddings.weight"])
            + self._state["embeddings.position_embeddings.weight"][: tokens.shape[1]]
            + self._state["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        for layer in range(self._layers):
            hidden = self._layer(hidden, mask, f"encoder.layer.{layer}")
        share = own[:, :, None].float()
        return normalize((hidden * share).sum(1) / share.sum(1))

    def _layer(self, hidden: "Tensor", mask: "Tensor | None", layer: str) -> "Tensor":
        from torch.nn.functional import gelu, scaled_dot_product_attention

        texts, tokens, _ = hidden.shape
        query, key, value = (
            self._linear(hidden, f"{layer}.attention.self.{part}")
            .view(texts, tokens, self._heads, -1)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        attended = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        attended = attended.transpose(1, 2).reshape(texts, tokens, self.dimension)
        hidden = self._norm(
            self._linear(attended, f"{layer}.attention.output.dense") + hidden,
            f"{layer}.attention.output.LayerNorm",
        )
        inner = gelu(self._linear(hidden, f"{layer}.intermediate.dense"))
        return self._norm(self._linear(inner, f"{layer}.output.dense") + hidden, f"{layer}.output.LayerNorm")

    def _linear(self, values: "Tensor", name: str) -> "Tensor":
        from torch.nn.functional import linear

        return linear(values, self._state[f"{name}.weight"], self._state[f"{name}.bias"])

    def _norm(self, values: "Tensor", name: str) -> "Tensor":
        from torch.nn.functional import layer_norm

        weight, bias = self._state[f"{name}.weight"], self._state[f"{name}.bias"]
        return layer_norm(values, (self.dimension,), weight, bias, self._eps)
