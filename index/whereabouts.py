"""Where somebody is now: the newest lines of their case file, for a question that asks for nothing else."""

import re

from corpus.cases import Cases, load_cases
from corpus.fold import skeleton
from index.case_file import case_book
from index.encoder import Encoder
from index.excerpt import Excerpt
from index.version import Version

_ASKING = """
where wheres free prison jail custody imprisoned
где gde свободе воле тюрьме заключении сидит сидят
дзе dzie hdzie волі свабодзе турме зняволенні сядзіць сядзяць
де gdzie wo kur
"""
_BESIDES = """
is are s now still already today currently at in the moment right being held kept and so please tell me
сейчас теперь сегодня ещё еще уже всё все находится находятся содержится держат в на ли же а и скажите
зараз цяпер сёння яшчэ ужо ўжо ўсё усё знаходзіцца знаходзяцца утрымліваюць трымаюць у ў ці ж ciapier zaraz siejčas
знаходиться досі вже jest teraz ist jetzt yra dabar
"""
_ASKS, _BESIDE = frozenset(_ASKING.split()), frozenset(_BESIDES.split())


def asks_where(question: str) -> bool:
    """Whether nothing but where somebody is now is asked: a question of such words and of a name."""
    words = re.findall(r"\w+", question.casefold())
    beside = [word for word in words if word not in _ASKS and word not in _BESIDE]
    return len(words) > len(beside) and not _ASKS.isdisjoint(words) and _is_name(beside, load_cases())


def _is_name(words: list[str], cases: Cases) -> bool:
    return bool(words) and all(
        skeleton(word) in cases.surnames or skeleton(word) in cases.given for word in words
    )


def whereabouts(
    person: str, *, language: str | None, version: Version, encoder: Encoder
) -> tuple[Excerpt, ...]:
    """What the sources say last of where a person is, newest first, one line of each origin; none without a card.

    They are chosen by rules, not scored: their score is 1.
    """
    file = case_book(version, encoder).case_file(person, language or "en")
    return tuple(line.excerpt for line in file.status) if file else ()
