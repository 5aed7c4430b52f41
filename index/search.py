"""Question to hits: dense, lexical and name scores of one version, fused."""

from dataclasses import dataclass

from corpus.document import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that may hold the answer."""

    passage: Passage
    rank: int
    """From 1; hits are sorted by it."""
    score: float
    """The fused score: comparable within one question only."""
    parts: dict[str, float]
    """What the score was made of: dense, sentence, lexical, names."""
