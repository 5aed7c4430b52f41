"""What one value is (a number with its bounds, a duration, a date, places, charges), and when two can both be true."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class ValueKind(StrEnum):
    """What sort of value it is."""

    NUMBER = "number"
    DURATION = "duration"
    DATE = "date"
    PLACE = "place"
    CHARGE = "charge"


class Range(NamedTuple):
    """The numbers, or days of a duration, that a text allows: both ends included."""

    low: float
    high: float
    unit: str = ""
    """Of a duration: year, month, week, day, hour, or several of them."""

    def meets(self, other: "Range") -> bool:
        """Whether some number fits both; durations in other units are given three percent, for months and weeks."""
        slack = 0.03 if self.unit != other.unit else 0.0
        return self.low * (1 - slack) <= other.high * (1 + slack) and other.low * (1 - slack) <= self.high * (
            1 + slack
        )


class Day(NamedTuple):
    """A date as far as a text gives it; unlike a `PartialDate` it may lack the year alone."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def meets(self, other: "Day") -> bool:
        """Whether no part that both give differs."""
        return all(a is None or b is None or a == b for a, b in zip(self, other, strict=True))


class Names(frozenset[str]):
    """Ids of places or of charges."""

    def meets(self, other: "Names") -> bool:
        """Whether one of them is in both."""
        return not self.isdisjoint(other)


@dataclass(frozen=True, slots=True)
class Value:
    """One value and where the text states it."""

    kind: ValueKind
    start: int
    end: int
    content: Range | Day | Names
    thing: str = ""
    """What a number counts: a key of `values.THINGS`, else the folded beginning of the word after it; empty if unsaid."""

    def meets(self, other: "Value") -> bool:
        """Whether the two can both be true of one fact; of the same kind only."""
        mine, others = self.content, other.content
        if isinstance(mine, Range) and isinstance(others, Range):
            return mine.meets(others)
        if isinstance(mine, Day) and isinstance(others, Day):
            return mine.meets(others)
        return isinstance(mine, Names) and isinstance(others, Names) and mine.meets(others)
