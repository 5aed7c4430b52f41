"""An encoder that keeps the vectors of every text on disk, so that a second run of a bench does not load the model."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import weights
from index.encoder import Encoder

_KEY_BYTES = 16
_STEP = 64


class RememberedEncoder:
    """The embedded model's vectors, from the folder where they were kept, else from the model.

    On disk: `NAME.keys` (16 bytes of a digest each) and `NAME.f32` (a vector each), in the same order.
    """

    def __init__(self, folder: Path, load: Callable[[], Encoder], *, dimension: int = 384) -> None:
        """Read what was kept; `load` is called when the first text is new."""
        self.name, self.dimension = weights.NAME, dimension
        folder.mkdir(parents=True, exist_ok=True)
        self._keys, self._rows = (folder / f"{self.name}.{ending}" for ending in ("keys", "f32"))
        self._load, self._encoder = load, None
        self._vectors = self._read()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions."""
        return self._encode("query", texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what is searched: passages and sentences."""
        return self._encode("passage", texts)

    def _encode(self, role: str, texts: Sequence[str]) -> NDArray[np.float32]:
        keys = [hashlib.sha256(f"{role}\0{text}".encode()).digest()[:_KEY_BYTES] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        fresh = list(new)
        for start in range(0, len(fresh), _STEP):
            self._learn(role, {key: new[key] for key in fresh[start : start + _STEP]})
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return np.stack([self._vectors[key] for key in keys])

    def _learn(self, role: str, texts: dict[bytes, str]) -> None:
        self._encoder = self._encoder or self._load()
        encode = self._encoder.encode_queries if role == "query" else self._encoder.encode_passages
        vectors = encode(list(texts.values()))
        self._vectors.update(zip(texts, vectors, strict=True))
        with self._rows.open("ab") as rows, self._keys.open("ab") as keys:
            rows.write(vectors.astype("<f4").tobytes())
            keys.write(b"".join(texts))

    def _read(self) -> dict[bytes, NDArray[np.float32]]:
        if not self._keys.exists():
            return {}
        stored = self._keys.read_bytes()
        keys = [stored[i : i + _KEY_BYTES] for i in range(0, len(stored), _KEY_BYTES)]
        rows = np.fromfile(self._rows, "<f4", count=len(keys) * self.dimension).reshape(-1, self.dimension)
        return dict(zip(keys, rows, strict=True))
