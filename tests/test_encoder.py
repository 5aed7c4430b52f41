"""The real encoder: the vectors that the contract promises, and that they mean something in three languages."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from encoders import HashingEncoder
from model import MODEL_HOME, encoder

from index import weights
from index.encoder import (
    QUESTION_CHARS,
    QUESTION_TOKENS,
    Encoder,
    EncoderError,
    SentenceTransformersEncoder,
    TokenEncoder,
    encode_questions,
    model_name,
    open_encoder,
)
from index.settings import IndexSettings

__all__ = ["encoder"]

ARREST = "Ігара Лосіка затрымалі 25 чэрвеня 2020 года."
WEATHER = "Tomorrow it will rain in Minsk."


@pytest.mark.model
def test_vectors_are_float32_rows_of_length_one_in_the_order_of_the_texts(encoder: Encoder) -> None:
    texts = ["long " * 300, "short", "of middle length " * 10]
    together = encoder.encode_passages(texts)
    assert together.dtype == np.float32
    assert together.shape == (3, encoder.dimension) == (3, 384)
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max() < 1e-5
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-4


@pytest.mark.model
def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_passages([]).shape == encoder.encode_queries([]).shape == (0, 384)


@pytest.mark.model
def test_a_question_is_nearer_to_its_answer_than_to_the_weather_in_every_language(encoder: Encoder) -> None:
    questions = [
        "When was Ihar Losik arrested?",
        "Когда арестовали Игоря Лосика?",
        "Калі арыштавалі Ігара Лосіка?",
    ]
    scores = encoder.encode_queries(questions) @ encoder.encode_passages([ARREST, WEATHER]).T
    assert (scores[:, 0] > scores[:, 1] + 0.05).all()


@pytest.mark.model
def test_the_embedded_model_gets_the_vectors_that_bert_with_mean_pooling_gives(encoder: Encoder) -> None:
    from tokenizers import Tokenizer
    from torch import inference_mode, tensor
    from transformers import BertModel

    folder = weights.model_path(MODEL_HOME / "models")
    tokenizer, network = (
        Tokenizer.from_file(str(folder / "tokenizer.json")),
        BertModel.from_pretrained(folder),
    )
    texts = [ARREST, WEATHER, "", "a", "<s> </s> <mask>", "слова " * 600, "\u200b\n ½ ﬁ 日本"]
    for prompt, encode, longest in (
        ("query: ", encoder.encode_queries, QUESTION_TOKENS),
        ("passage: ", encoder.encode_passages, 512),
    ):
        for text, vector in zip(texts, encode(texts), strict=True):
            tokens = tokenizer.encode(prompt + text).ids
            tokens = tokens if len(tokens) <= longest else [*tokens[: longest - 1], tokens[-1]]
            with inference_mode():
                mean = network(tensor([tokens])).last_hidden_state[0].mean(0).numpy()
            assert np.abs(vector - mean / np.linalg.norm(mean)).max() < 1e-5


@pytest.mark.model
def test_the_embedded_model_gives_what_sentence_transformers_gives_from_its_folder(encoder: Encoder) -> None:
    other = SentenceTransformersEncoder(str(weights.model_path(MODEL_HOME / "models")))
    assert isinstance(encoder, TokenEncoder)
    texts = [ARREST, WEATHER, "", "a", "<s> </s> <mask> x", "слова " * 600, "\u200b\n ½ ﬁ 日本"]
    for ours, theirs in (
        (encoder.encode_query_tokens(texts), other.encode_query_tokens(texts)),
        (encoder.encode_passage_tokens(texts), other.encode_passage_tokens(texts)),
    ):
        assert np.abs(ours[0] - theirs[0]).max() < 1e-5
        for one, same in zip(ours[1], theirs[1], strict=True):
            assert one.pieces == same.pieces
            assert np.allclose(one.vectors, same.vectors, atol=1e-4)


def test_of_a_long_question_beginning_and_end_are_encoded() -> None:
    class Listening(HashingEncoder):
        def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
            heard.extend(texts)
            return super().encode_queries(texts)

    heard: list[str] = []
    long = f"My brother writes that {'they are tired and ' * 20}what is a punishment cell?"
    encode_questions(Listening(), ["short", long, "x" * 500])
    assert heard[0] == "short"
    assert heard[1].startswith("My brother writes that they are")
    assert heard[1].endswith("what is a punishment cell?")
    assert all(word in long.split() for word in heard[1].split())
    assert all(len(text) <= QUESTION_CHARS + 1 for text in heard)


@pytest.mark.model
def test_threads_may_encode_at_once(encoder: Encoder) -> None:
    texts = [f"text number {i}" for i in range(8)]
    expected = [encoder.encode_queries([text]) for text in texts]
    got: dict[int, np.ndarray] = {}
    threads = [
        threading.Thread(target=lambda i=i: got.update({i: encoder.encode_queries([texts[i]])}))
        for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(got[i], expected[i]) for i in range(8))


@pytest.mark.model
def test_the_name_of_the_embedded_model_is_known_without_loading_it(encoder: Encoder, home: Path) -> None:
    assert encoder.name == model_name(IndexSettings()) == "multilingual-e5-small@1571fc982750"


@pytest.mark.model
def test_one_wrong_byte_in_the_unpacked_model_is_refused_before_anything_is_parsed(home: Path) -> None:
    real = weights.model_path(MODEL_HOME / "models")
    folder = home / "models" / real.name
    shutil.copytree(real, folder, copy_function=os.link)
    tokenizer = (folder / "tokenizer.json").read_bytes()
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").write_bytes(tokenizer[:-1] + b"?")
    with pytest.raises(weights.WeightsError, match=r"tokenizer\.json is damaged: delete"):
        open_encoder(IndexSettings())


def test_the_name_of_a_folder_changes_with_any_byte_in_it(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "some-model"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "1_Pooling" / "config.json").write_text("{}")
    settings = IndexSettings(model=str(folder))
    before = model_name(settings)
    assert before is not None
    assert before.startswith("some-model@")
    (folder / "1_Pooling" / "config.json").write_text("{ }")
    assert model_name(settings) != before


def test_the_name_of_a_model_on_the_hub_is_not_known_before_it_is_loaded(home: Path) -> None:
    assert model_name(IndexSettings(model="some/model")) is None


def test_a_folder_that_is_no_model_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderError, match=r"cannot be loaded.*check SPRAVA_MODEL") as caught:
        SentenceTransformersEncoder(str(tmp_path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("model", ["/no/such/folder", "./no-folder", "~/no-folder", "a/b/c"])
def test_a_folder_that_does_not_exist_is_one_clear_line_at_once(model: str) -> None:
    with pytest.raises(EncoderError, match=f"^there is no folder {model}: check SPRAVA_MODEL$"):
        SentenceTransformersEncoder(model)


@pytest.mark.timeout(60)
def test_a_model_on_a_hub_that_does_not_answer_is_one_clear_line_within_seconds() -> None:
    code = "from index.encoder import SentenceTransformersEncoder; SentenceTransformersEncoder('some/model')"
    environment = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    environment |= {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    last = done.stderr.splitlines()[-1]
    assert last.startswith("index.encoder.EncoderError: the model some/model cannot be loaded (")
    assert last.endswith(": check SPRAVA_MODEL")
    assert "Retrying" not in done.stderr
