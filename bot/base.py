"""The published index as the bot asks it: the newest version, its quotes, and the encoder."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.garbage import settle
from bot.quotes import Quotes
from index.answer import Answer, answer_many
from index.case_file import CaseBook, case_book
from index.encoder import Encoder, model_name, open_encoder
from index.reader import Reader
from index.settings import IndexSettings


class PublishedBase:
    """Answers from the version that `reader` serves at the moment; a batch is answered from one version."""

    def __init__(self, reader: Reader[Quotes], encoder: Encoder) -> None:
        self._reader = reader
        self._encoder = encoder

    def follow(self) -> None:
        """Serve newer versions as they are published, until the process ends."""
        self._reader.follow(settle)

    def quotes(self) -> Quotes:
        """The quotes of the newest version."""
        return self._reader.get()

    def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
        """An answer for each question, and the quotes of the version they came from."""
        quotes = self._reader.get()
        return answer_many(questions, version=quotes.version, encoder=self._encoder), quotes

    def vectors(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """The questions encoded: (n, dimension), unit length."""
        return self._encoder.encode_queries(questions)

    def case_book(self) -> CaseBook:
        """What the newest version says about each case."""
        return case_book(self.quotes().version, self._encoder)


def open_base(settings: IndexSettings) -> PublishedBase:
    """The base of these settings. Raises what an operator can act on: no index yet, another model, no model."""
    reader = Reader(settings.index_folder, Quotes, model=model_name(settings))
    return PublishedBase(reader, open_encoder(settings))
