"""What one line of a page says about the article: its date, who wrote it, how often it was read.

Only single lines are looked at here; where on the page a line counts is decided in `furniture.py`.
"""

import re

from corpus import patterns
from corpus.dates import parse_date
from corpus.document import PartialDate

BULLET = re.compile(r"[•·*▪◦‣–—-]\s+")
NAME = re.compile(r"[^\W\d_][\w.’'ʼ-]*(?: [\w.’'ʼ-]+){0,5}")
"""Words that may be somebody's name: letters first, no sentence marks."""
_SEPARATOR = re.compile(r"\s+[|•·/]\s+|\s*\|\s*")


def fields_of(text: str) -> list[tuple[str, str]]:
    """The line's fields as (kind, text) if each is a date, a counter or a button, and one of them surely is."""
    parts = [part for part in _SEPARATOR.split(unbulleted(text)) if part]
    parts = [part for whole in parts for part in patterns.LABEL_AHEAD.split(whole)]
    found = [(_field_kind(part), part) for part in parts]
    names = [part for kind, part in found if kind is None]
    if len(names) == len(found) or len(names) > 1 or any(not NAME.fullmatch(name) for name in names):
        return []
    return [(kind, part) if kind else ("byline", author_of(part) or part) for kind, part in found]


def _field_kind(text: str) -> str | None:
    date = date_of(text)
    if date and (date.day or patterns.DATE_LABEL.match(text)):
        return "date of change" if patterns.CHANGED.match(text) else "date of publication"
    return patterns.counter(text)


def are_labelled(fields: list[tuple[str, str]]) -> bool:
    """Whether one of them is a counter or a date that says what it is; a bare date below an article may be its end."""
    return any(kind == "counter" or patterns.DATE_LABEL.match(text) for kind, text in fields)


def date_of(text: str) -> PartialDate | None:
    """The date that the whole line is, with or without a label such as "Published:"."""
    return parse_date(patterns.DATE_LABEL.sub("", text.strip(" ,;")))


def author_of(text: str) -> str | None:
    """The name in a line that is a byline by its own words: "Author: …", "Автор: …", "By Jane Doe"."""
    text = unbulleted(text)
    match = patterns.AUTHOR.fullmatch(text) or patterns.BY.fullmatch(text)
    return match["name"].strip() if match else None


def unbulleted(text: str) -> str:
    """The line without the bullet that it begins with."""
    return BULLET.sub("", text, count=1) if BULLET.match(text) else text
