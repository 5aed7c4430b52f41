"""The product: question to answer. Excerpts, or an honest "no source says this"; no Telegram, no database, no token."""

from dataclasses import dataclass
from enum import StrEnum

from index.excerpt import Excerpt


class Reason(StrEnum):
    """Why there is no answer."""

    NO_SOURCE = "no_source"
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Either excerpts or a reason, never neither and never both."""

    question: str
    excerpts: tuple[Excerpt, ...] = ()
    """At most three, best first."""
    nearest: tuple[Excerpt, ...] = ()
    """What the sources say closest to an unanswered question; shown as such, never as the answer."""
    reason: Reason | None = None
    candidates: tuple[str, ...] = ()
    """Case ids: with AMBIGUOUS those to choose from, with NO_SOURCE the nearest cases, else those the answer is about."""
    differs: bool = False
    """Whether the excerpts disagree about the fact asked for."""
    more: tuple[Excerpt, ...] = ()
    """Further excerpts for a "more" button, best first, none of them in `excerpts`."""
    version: int
    """Number of the index version that every part of this answer came from."""
    elapsed_ms: float
    probability: float | None = None
    """Calibrated probability that the first excerpt answers the question; `None` where none was computed."""

    @property
    def answered(self) -> bool:
        """Whether the excerpts answer the question."""
        return self.reason is None
