"""A BERT encoder as an ONNX graph: token numbers to one vector a token. Weights stay in the safetensors file beside it.

Devlin et al. 2019, arXiv:1810.04805, with the operators of ONNX's own set. The graph is a few kilobytes: each weight in it
is a place in the safetensors file, which the runtime maps into memory, so that processes share it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

_OPSET, _IR_VERSION = 23, 11
"""The first with attention as one operator, and the file version that goes with it."""


def bert(configuration: Mapping[str, Any], weights: Path) -> bytes:
    """The graph of a BertModel without pooling, as the bytes of a file that must lie beside `weights`.

    `configuration` is that of transformers (config.json). Inputs: `input_ids` int64 and `attention_mask` bool, both
    (texts, tokens); output `token_embeddings` float32 (texts, tokens, hidden_size).
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights)
    hidden, heads = configuration["hidden_size"], configuration["num_attention_heads"]
    epsilon = configuration["layer_norm_eps"]

    def normalised(x: str, name: str) -> str:
        return graph.node("LayerNormalization", x, *graph.affine(name), axis=-1, epsilon=epsilon)

    def dense(x: str, name: str) -> str:
        return graph.node("Gemm", x, *graph.affine(name), transB=1)

    seen = _seen_by_all(graph)
    x = normalised(_embedded(graph), "embeddings.LayerNorm")
    as_texts, as_tokens = graph.node("Shape", x), graph.numbers("as_tokens", [-1, hidden])
    x = graph.node("Reshape", x, as_tokens)
    for number in range(configuration["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        inputs = [
            graph.node("Reshape", dense(x, f"{layer}.attention.self.{part}"), as_texts)
            for part in ("query", "key", "value")
        ]
        attended = graph.node("Attention", *inputs, seen, q_num_heads=heads, kv_num_heads=heads)
        attended = dense(graph.node("Reshape", attended, as_tokens), f"{layer}.attention.output.dense")
        x = normalised(graph.node("Add", attended, x), f"{layer}.attention.output.LayerNorm")
        wide = graph.node("Gelu", dense(x, f"{layer}.intermediate.dense"))
        x = normalised(
            graph.node("Add", dense(wide, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm"
        )
    graph.node("Reshape", x, as_texts, output="token_embeddings")

    texts_tokens = ["texts", "tokens"]
    described = helper.make_graph(
        graph.nodes,
        "bert",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, texts_tokens),
            helper.make_tensor_value_info("attention_mask", TensorProto.BOOL, texts_tokens),
        ],
        [helper.make_tensor_value_info("token_embeddings", TensorProto.FLOAT, [*texts_tokens, hidden])],
        graph.tensors,
    )
    opsets = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(described, opset_imports=opsets, ir_version=_IR_VERSION)
    return bytes(model.SerializeToString(deterministic=True))


def _embedded(graph: "_Graph") -> str:
    """The sum of what a token is, where it stands, and the one kind of text that there is."""
    words = graph.node("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    length = graph.node("Shape", "input_ids", start=1, end=2)
    places = graph.weight("embeddings.position_embeddings.weight")
    place = graph.node("Slice", places, graph.numbers("first", [0]), length)
    kinds = graph.weight("embeddings.token_type_embeddings.weight")
    kind = graph.node("Gather", kinds, graph.numbers("one_kind", 0))
    return graph.node("Add", graph.node("Add", words, kind), place)


def _seen_by_all(graph: "_Graph") -> str:
    """The attention mask, repeated for each token: (texts, 1, tokens, tokens)."""
    mask = graph.node("Unsqueeze", "attention_mask", graph.numbers("between", [1, 2]))
    texts = graph.node("Shape", "input_ids", start=0, end=1)
    tokens = graph.node("Shape", "input_ids", start=1, end=2)
    shape = graph.node("Concat", texts, graph.numbers("one", [1]), tokens, tokens, axis=0)
    return graph.node("Expand", mask, shape)


class _Graph:
    """Nodes and tensors, collected while they are named."""

    def __init__(self, weights: Path) -> None:
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []
        self._file = weights.name
        with weights.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            self._header: dict[str, Any] = json.loads(file.read(length))
        self._data = 8 + length

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Add a node; returns the name of its output."""
        from onnx import helper

        output = output or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def numbers(self, name: str, values: int | Sequence[int]) -> str:
        """Add whole numbers that the graph itself holds; returns their name."""
        from onnx import TensorProto, helper

        dims, flat = ([], [values]) if isinstance(values, int) else ([len(values)], list(values))
        self.tensors.append(helper.make_tensor(name, TensorProto.INT64, dims, flat))
        return name

    def affine(self, name: str) -> tuple[str, str]:
        """Weight and bias of a layer."""
        return self.weight(f"{name}.weight"), self.weight(f"{name}.bias")

    def weight(self, name: str) -> str:
        """Add a float32 tensor of the safetensors file, by its place there; returns its name."""
        from onnx import StringStringEntryProto, TensorProto

        entry = self._header[name]
        first, last = entry["data_offsets"]
        place = {"location": self._file, "offset": self._data + first, "length": last - first}
        tensor = TensorProto(
            name=name,
            data_type=TensorProto.FLOAT,
            dims=entry["shape"],
            data_location=TensorProto.EXTERNAL,
            external_data=[StringStringEntryProto(key=key, value=str(value)) for key, value in place.items()],
        )
        self.tensors.append(tensor)
        return name
