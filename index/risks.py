"""Which grave facts a text tells of, by the word lists of `risks.json`: what nobody is told before a person agreed.

The lists err towards too much: a needless look costs a minute, a death that was none costs more.
"""

import json
import re
from enum import StrEnum
from functools import cache
from importlib.resources import files

from index.analyze import words


class Risk(StrEnum):
    """A kind of grave fact; each has a list of that name."""

    DEATH = "death"
    SUICIDE = "suicide"
    TORTURE = "torture"
    HEALTH = "health"
    DISAPPEARANCE = "disappearance"
    RELEASE = "release"
    RE_DETENTION = "re-detention"
    MINORS = "minors"
    PLACE = "exact place"


def risks(text: str) -> tuple[Risk, ...]:
    """The kinds of grave facts that words of the text may tell of, in the order of `Risk`."""
    folded = f" {' '.join(words(text))} "
    return tuple(risk for risk, pattern in _patterns().items() if pattern.search(folded))


@cache
def _patterns() -> dict[Risk, re.Pattern[str]]:
    """One pattern a list, over folded words with single spaces around them."""
    lists = json.loads(files("index").joinpath("risks.json").read_text(encoding="utf-8"))
    return {risk: re.compile(f" (?:{'|'.join(map(_pattern, lists[risk]))}) ") for risk in Risk}


def _pattern(phrase: str) -> str:
    return " ".join(
        re.escape(" ".join(words(word))) + ("[^ ]*" if word.endswith("*") else "") for word in phrase.split()
    )
