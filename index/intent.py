"""What a message is: a question, or something that is refused whatever the sources say.

A multinomial logistic regression over the question's vector and its letters: meaning decides in any language, and the
letters help where the model reads badly (misspelt words, Belarusian in Latin script). Fitted on `intents.json` by
`calibrate.py`. Without coefficients for the model in use, everything is a question.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.fold import ngrams, tokens

EXAMPLES = Path(__file__).with_name("intents.json")
NAMES = 3
"""Put into each example that leaves a place for a name: many, so that the name itself decides nothing."""
LETTERS, LETTERS_LENGTH = 2048, 0.5
"""Places for hashed 4-grams of skeletons after the question's vector, and their length against its 1. In 512 places, shared by
more 4-grams, more fair questions were refused for what their letters have in common with others by chance."""
REFUSE = 0.65
"""Probability of one intent from which a message is refused for it: on the judged questions that may be looked at, 1 % of the
fair ones and 96 % of the others reach it."""
OFF_TOPIC = 0.55
"""The same for another subject, where the sources decide as well."""
_ASIDE = 0.03
"""Probability of another subject, against a question on ours, from which a passage is not on ours."""
_PLACE = re.compile(r"{(\w+)")


class Intent(StrEnum):
    """What a message wants."""

    QUESTION = "question"
    PRIVATE = "private"
    """Addresses, phones, workplaces, relatives' whereabouts, children."""
    INSTRUCTION = "instruction"
    """Orders to the bot but to quote, questions about it, about those who use it and what it thinks, and abuse."""
    OFF_TOPIC = "off_topic"
    """Questions on other subjects: refused only where the sources are about ours alone."""
    PAGE = "page"
    """What stands around an article: its author, counters, adverts, links."""


@dataclass(frozen=True, slots=True, eq=False)
class Intents:
    """The coefficients: probabilities = softmax(weights · features + intercepts), one row an intent."""

    names: tuple[Intent, ...]
    weights: NDArray[np.float32]
    """(intents, dimension + LETTERS)."""
    intercepts: NDArray[np.float32]

    def probabilities(self, features: NDArray[np.float32]) -> Mapping[Intent, float]:
        """How surely a text with those features has each intent; they sum to 1. Its vector alone will do."""
        if not len(self.names):
            return {Intent.QUESTION: 1.0}
        width = min(len(features), self.weights.shape[1])
        logits = self.weights[:, :width] @ features[:width] + self.intercepts
        shares = np.exp(logits - logits.max())
        return dict(zip(self.names, (shares / shares.sum()).tolist(), strict=True))

    def refused(self, features: NDArray[np.float32]) -> Intent | None:
        """What a question is refused for whatever the sources say, if anything."""
        shares = self.probabilities(features)
        bad = (Intent.PRIVATE, Intent.INSTRUCTION, Intent.PAGE)
        likeliest = max(bad, key=lambda one: shares.get(one, 0.0))
        return likeliest if shares.get(likeliest, 0.0) >= REFUSE else None

    def is_off_topic(self, features: NDArray[np.float32], passage: NDArray[np.float32]) -> bool:
        """Whether a question is on another subject than ours while the passage found for it (its vector) is not."""
        found = self.probabilities(passage)
        other = found.get(Intent.OFF_TOPIC, 0.0)
        aside = other >= _ASIDE * (other + found[Intent.QUESTION])
        return self.probabilities(features).get(Intent.OFF_TOPIC, 0.0) >= OFF_TOPIC and not aside


NO_INTENTS = Intents((), np.empty((0, 0), np.float32), np.empty(0, np.float32))


def features(text: str, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """What tells a question's intent: its vector, then its letters, (dimension + LETTERS,)."""
    letters = np.zeros(LETTERS, np.float32)
    for token in tokens(text):
        for gram in ngrams(token.word, 4):
            number = zlib.crc32(gram.encode())
            letters[number % LETTERS] += 1.0 if number >> 31 else -1.0
    return np.concatenate([vector, LETTERS_LENGTH * letters / max(1.0, float(np.linalg.norm(letters)))])


class Example(NamedTuple):
    """A message that we know the intent of; those made from one line of the file weigh 1 together."""

    text: str
    intent: Intent
    weight: float


def examples() -> Iterator[Example]:
    """What `intents.json` holds, with names put into their places."""
    stored: Mapping[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    people: Mapping[str, list[Any]] = stored["people"]
    for intent in Intent:
        for number, line in enumerate(stored[intent]):
            place = _PLACE.search(line)
            if place is None:
                yield Example(line, intent, 1.0)
                continue
            known = people[place[1]]
            for nth in range(NAMES):
                person = known[(number + nth * (len(known) // NAMES)) % len(known)]
                yield Example(line.format(**{place[1]: person}), intent, 1 / NAMES)
