"""Links that open a source at the quoted words: text fragments (https://wicg.github.io/scroll-to-text-fragment/)."""

import re
from urllib.parse import quote

from corpus.document import Document

_WORD = re.compile(r"\S+")
_LINE = re.compile(r"[^\n]+")
_FEWEST, _MOST = 3, 6
_MAX_FRAGMENT = 600


def deep_link(bot_name: str, parameter: str) -> str:
    """The address that opens the private chat with the bot; `parameter` says what it shows."""
    return f"https://t.me/{bot_name}?start={parameter}"


def source_link(document: Document, start: int, end: int) -> str | None:
    """The document's address with a fragment for `text[start:end]`; without one where none is unique; None without address.

    The first and last three to six words are named, as many as make each unique in the document; a short quote is
    named whole. PDF viewers do not know text fragments: their link is the plain address.
    """
    url = document.url
    if not url or not url.startswith(("https://", "http://")):
        return None
    directive = _directive(document.text, start, end)
    if directive is None or url.partition("#")[0].partition("?")[0].casefold().endswith(".pdf"):
        return url
    return f"{url}:~:text={directive}" if "#" in url else f"{url}#:~:text={directive}"


def _directive(text: str, start: int, end: int) -> str | None:
    """`first words,last words`, or a short quote whole; None when the browser could land elsewhere."""
    lines = [spans for line in _LINE.finditer(text, start, end) if (spans := _words(text, *line.span()))]
    if not lines:
        return None
    head, tail = lines[0], lines[-1]
    if len(lines) == 1 and len(head) <= 2 * _MOST:
        directive = _unique(text, [(head[0][0], head[-1][1])])
    else:
        counts = range(_FEWEST, _MOST + 1)
        first = _unique(text, [(head[0][0], head[:n][-1][1]) for n in counts])
        last = _unique(text, [(tail[-n:][0][0], tail[-1][1]) for n in counts])
        directive = f"{first},{last}" if first and last else None
    return directive if directive and len(directive) <= _MAX_FRAGMENT else None


def _words(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [word.span() for word in _WORD.finditer(text, start, end)]


def _unique(text: str, spans: list[tuple[int, int]]) -> str | None:
    """The first of `spans` whose words stand once in `text`, percent-encoded; None when there is none."""
    folded = text.casefold()  # browsers match fragments without regard to case
    for start, end in spans:
        if folded.count(text[start:end].casefold()) == 1:
            return _encode(" ".join(text[start:end].split()))
    return None


def _encode(words: str) -> str:
    return quote(words, safe="").replace("-", "%2D")  # a bare hyphen marks a prefix or suffix in the syntax
