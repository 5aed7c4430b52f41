"""What a message is: a question, or something that is refused whatever the sources say.

A multinomial logistic regression over the question's vector, so that meaning decides and not key words; fitted on
`intents.json` by `calibrate.py`. Without coefficients for the model in use, everything is a question.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Intent(StrEnum):
    """What a message wants."""

    QUESTION = "question"
    PRIVATE = "private"
    """Addresses, phones, workplaces, relatives' whereabouts, children."""
    INSTRUCTION = "instruction"
    """Orders to the bot, and questions about the people who use it."""
    OFF_TOPIC = "off_topic"
    PAGE = "page"
    """What stands around an article: its author, counters, adverts, links."""


@dataclass(frozen=True, slots=True, eq=False)
class Intents:
    """The coefficients: probabilities = softmax(weights · vector + intercepts), one row an intent."""

    names: tuple[Intent, ...]
    weights: NDArray[np.float32]
    """(intents, dimension)."""
    intercepts: NDArray[np.float32]

    def probabilities(self, vector: NDArray[np.float32]) -> Mapping[Intent, float]:
        """How surely a question with that vector has each intent; they sum to 1."""
        if not len(self.names):
            return {Intent.QUESTION: 1.0}
        logits = self.weights @ vector + self.intercepts
        shares = np.exp(logits - logits.max())
        return dict(zip(self.names, (shares / shares.sum()).tolist(), strict=True))


NO_INTENTS = Intents((), np.empty((0, 0), np.float32), np.empty(0, np.float32))
