"""The lines of a page while it is sorted into the article and the rest; which lines go is decided in `furniture.py`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from corpus.document import PartialDate
from corpus.readers.draft import Cut

_NEAR = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page, without white space around it; `number` counts from 1, empty lines too."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page sorted into the article and the rest: each line that is not empty is in `body` or in `cut`."""

    body: str
    """The kept lines as they stood; one empty line where there was at least one."""
    cut: tuple[Cut, ...]
    title: str | None
    publisher: str | None
    author: str | None
    published: PartialDate | None
    notice: str | None


@dataclass
class Lines:
    """A page while it is sorted: its lines, why some are cut so far, and what they said about the article."""

    lines: Sequence[Line]
    why: dict[int, str] = field(default_factory=dict)
    """Place in `lines` of each cut line -> reason; their numbers need not differ."""
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: PartialDate | None = None
    notice: str | None = None

    def __post_init__(self) -> None:
        self._place = {id(line): place for place, line in enumerate(self.lines)}

    def kept(self) -> list[Line]:
        return [line for line in self.lines if line.text and not self.reason(line)]

    def cuts(self) -> tuple[Cut, ...]:
        return tuple(
            Cut(self.lines[place].number, self.lines[place].text, self.why[place])
            for place in sorted(self.why)
        )

    def cut(self, line: Line, why: str) -> None:
        self.why.setdefault(self._place[id(line)], why)

    def reason(self, line: Line) -> str:
        """Why the line is cut; empty if it is kept."""
        return self.why.get(self._place[id(line)], "")

    def neighbour(self, line: Line, step: int) -> Line | None:
        """The line directly above (-1) or below (1), if it is not empty."""
        place = self._place[id(line)] + step
        found = self.lines[place] if 0 <= place < len(self.lines) else None
        return found if found and found.text else None

    def block(self, line: Line) -> Iterator[Line]:
        """The nearest other lines between the same two empty lines."""
        for step in (-1, 1):
            near = self.neighbour(line, step)
            for _ in range(_NEAR):
                if not near:
                    break
                yield near
                near = self.neighbour(near, step)

    def stands_alone(self, line: Line) -> bool:
        """Whether it is no part of a paragraph that was broken into lines."""
        above, below = self.neighbour(line, -1), self.neighbour(line, 1)
        broken_above = above and len(above.text) >= 40 and above.text[-1] not in ".!?…:;»”\"'"
        return not (broken_above and above and not self.reason(above)) and not (
            below and below.text[0].islower()
        )

    def body(self) -> str:
        kept: list[str] = []
        for line in self.lines:
            if self.reason(line) or (not line.text and (not kept or not kept[-1])):
                continue
            kept.append(line.text)
        return "\n".join(kept).strip("\n")


def numbered(texts: Iterable[str]) -> list[Line]:
    """Lines counted from 1."""
    return [Line(number, text.strip()) for number, text in enumerate(texts, start=1)]
