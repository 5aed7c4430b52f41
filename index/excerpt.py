"""Hit to excerpt: which whole sentences to quote."""

from dataclasses import dataclass

from corpus.document import Document


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Whole sentences of one document, as a span; there is no other text to quote."""

    document: Document
    start: int
    end: int
    rank: int
    """From 1."""
    score: float
    """Probability-like, 0 to 1: how surely this passage holds the answer."""

    @property
    def quote(self) -> str:
        """The slice: the source's own words."""
        return self.document.text[self.start : self.end]
