"""Encoder: texts to vectors, with any model in sentence-transformers. The embedded one: `embedded.py`."""

import hashlib
import os
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
from numpy.typing import NDArray

from corpus.errors import SpravaError
from index import weights
from index.settings import IndexSettings
from index.tokens import Tokens

BATCH = 16
"""Texts a forward pass: on one thread larger batches are no faster, and 32 long texts need 1.7 GB."""


class Encoder(Protocol):
    """What retrieval needs of a model. Vectors are float32, (n, dimension), unit length; rows follow the texts."""

    name: str
    """Identifies the weights exactly; a version of the index serves one name only."""
    dimension: int

    def __hash__(self) -> int:
        """Of the encoder itself: what was made with it may be kept under it."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what is searched: passages and sentences."""
        ...


@runtime_checkable
class TokenEncoder(Protocol):
    """An encoder that also tells what each token means in its text, from the same forward pass; not every one can."""

    def encode_query_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors as from `encode_queries`, and the tokens of each text."""
        ...

    def encode_passage_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors as from `encode_passages`, and the tokens of each text."""
        ...


def encode_questions(
    encoder: Encoder, texts: Sequence[str]
) -> tuple[NDArray[np.float32], Sequence[Tokens | None]]:
    """Vectors of questions, and their tokens where the encoder tells them."""
    texts = [_shortened(text) for text in texts]
    if isinstance(encoder, TokenEncoder):
        return encoder.encode_query_tokens(texts)
    return encoder.encode_queries(texts), [None] * len(texts)


def _shortened(question: str) -> str:
    """Beginning and end of a long question, each cut at a space where there is one."""
    if len(question) <= QUESTION_CHARS:
        return question
    half = QUESTION_CHARS // 2
    begins, ends = question[:half], question[-half:]
    return f"{begins.rpartition(' ')[0] or begins} {ends.partition(' ')[2] or ends}"


def meaningful(pieces: Sequence[str], vectors: NDArray[np.float32], *, prompt: Sequence[str]) -> Tokens:
    """The tokens of a text without those of the prompt at its beginning, and without punctuation.

    `pieces` and `vectors`, (k, dimension), hold no special tokens.
    """
    first = 0
    while first < min(len(prompt), len(pieces)) and pieces[first] == prompt[first]:
        first += 1
    kept = [place for place in range(first, len(pieces)) if _carries_meaning(pieces[place])]
    return Tokens(tuple(pieces[place] for place in kept), np.ascontiguousarray(vectors[kept], np.float32))


def _carries_meaning(piece: str) -> bool:
    """Whether there is more to a token than punctuation and the mark of a word's beginning."""
    return any(unicodedata.category(character)[0] in "LN" for character in piece)


QUESTION_TOKENS = 48
"""Read of a question: no judged one has more. Without it, 500 letters of a rare script cost many times the median."""
QUESTION_CHARS = 200
"""About as many letters as those tokens have. Of a longer question beginning and end are encoded: there people ask, and in
the middle they tell. Names and words are still read throughout."""


class EncoderError(SpravaError):
    """The model that SPRAVA_MODEL names cannot be loaded."""


class SentenceTransformersEncoder:
    """Any sentence-transformers model, on the CPU; the prompts are those of the model's own configuration.

    Safe to call from several threads: calls wait for each other, because the threads of torch would fight anyway.
    """

    def __init__(self, model: str, *, name: str | None = None, threads: int = 1) -> None:
        """Load a folder (never touching the network) or a name on the model hub.

        Without a `name`, that is a digest of the folder's files, or the hub's revision. Raises EncoderError where
        there is no such model.
        """
        local = Path(model).is_dir()
        if not local and (model.startswith(("/", ".", "~")) or model.count("/") > 1):
            raise EncoderError(f"there is no folder {model}: check SPRAVA_MODEL")
        _tell_nothing_and_fetch_nothing(offline=local)
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]

        torch.set_num_threads(threads)
        try:
            self._model = SentenceTransformer(
                model,
                device="cpu",
                local_files_only=local or not _reachable_hub(),
                trust_remote_code=False,
                model_kwargs={"dtype": "float32", "use_safetensors": True},
            )
        except (OSError, ValueError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise EncoderError(
                f"the model {model} cannot be loaded ({reason}): check SPRAVA_MODEL"
            ) from error
        self.name = name or (_folder_name(Path(model)) if local else f"{model}@{self._revision()}")
        self.dimension = self._model.get_embedding_dimension() or 0
        self._lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions."""
        with self._short():
            return self._encode(self._model.encode_query, texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what is searched: passages and sentences."""
        with self._lock:
            return self._encode(self._model.encode_document, texts)

    def encode_query_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors of questions, and their tokens."""
        with self._short():
            return self._encode_tokens(self._model.encode_query, texts, prompt="query")

    def encode_passage_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """Vectors of passages and sentences, and their tokens."""
        with self._lock:
            return self._encode_tokens(self._model.encode_document, texts, prompt="document")

    @contextmanager
    def _short(self) -> Iterator[None]:
        """Hold the model, reading no more than QUESTION_TOKENS of each text."""
        with self._lock:
            whole = self._model.max_seq_length
            self._model.max_seq_length = min(whole or QUESTION_TOKENS, QUESTION_TOKENS)
            try:
                yield
            finally:
                self._model.max_seq_length = whole

    def _encode_tokens(
        self, encode: Callable[..., Any], texts: Sequence[str], *, prompt: str
    ) -> tuple[NDArray[np.float32], list[Tokens]]:
        if not texts:
            return np.empty((0, self.dimension), np.float32), []
        outputs = encode(list(texts), batch_size=BATCH, show_progress_bar=False, output_value=None)
        vectors = np.stack([output["sentence_embedding"].numpy() for output in outputs])
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        written = self._model.prompts.get(prompt) or ""
        before = self._model.tokenizer.tokenize(written)
        return np.ascontiguousarray(vectors, np.float32), [self._tokens(output, before) for output in outputs]

    def _tokens(self, output: dict[str, Any], prompt: Sequence[str]) -> Tokens:
        """The tokens of one text, from the outputs of the model."""
        tokenizer = self._model.tokenizer
        ids = output["input_ids"].numpy()
        rows = np.flatnonzero(output["attention_mask"].numpy() & ~np.isin(ids, tokenizer.all_special_ids))
        pieces = tokenizer.convert_ids_to_tokens(ids[rows].tolist())
        return meaningful(pieces, output["token_embeddings"].numpy()[rows], prompt=prompt)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        # encode() sorts by length itself, so that a batch pads little
        vectors = encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, np.float32)

    def _revision(self) -> str | None:
        """The commit of the model hub that the weights are from."""
        transformer: Any = self._model[0]
        return getattr(transformer.auto_model.config, "_commit_hash", None)


def open_encoder(settings: IndexSettings) -> Encoder:
    """The encoder that the settings ask for: SPRAVA_MODEL, or the embedded model.

    The embedded model's files are compared with their hashes before one is parsed. Raises WeightsError or EncoderError.
    """
    if settings.model:
        return SentenceTransformersEncoder(settings.model, threads=settings.threads)
    from index.embedded import EmbeddedEncoder

    path = weights.model_path(settings.model_folder)
    weights.check(path)
    return EmbeddedEncoder(path, name=weights.NAME, threads=settings.threads)


def model_name(settings: IndexSettings) -> str | None:
    """`Encoder.name` of what `open_encoder` would return, without loading it; `None` for a model on the hub."""
    if not settings.model:
        return weights.NAME
    return _folder_name(Path(settings.model)) if Path(settings.model).is_dir() else None


def _folder_name(folder: Path) -> str:
    """The folder's name and a digest of every file in it: other weights, prompts or tokens are another model."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return f"{folder.resolve().name}@{digest.hexdigest()[:12]}"


def _tell_nothing_and_fetch_nothing(*, offline: bool) -> None:
    """Have the model libraries, before they are imported, report nothing and (offline) fetch nothing."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "1"
    if offline:
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"


def _reachable_hub() -> bool:
    """Whether the model hub answers, asked once: its own client tries for a minute and more."""
    from huggingface_hub.constants import ENDPOINT

    try:
        with urlopen(ENDPOINT, timeout=5):  # noqa: S310 (an operator's setting)
            return True
    except HTTPError:
        return True
    except OSError:
        return False
