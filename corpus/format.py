"""The document file: Markdown with YAML front matter, read strictly and written so that it reads back the same.

The format is described in `corpus/README.md`. Every value is text, whatever YAML would make of it, so that
`2023`, `no` and `2025-09-12` stay what the maintainer typed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import yaml

from corpus.document import Document, PartialDate, Reliability, normalise
from corpus.errors import SpravaError
from corpus.publishers import is_mirror

ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
CASE = re.compile(r"[a-z0-9-]{1,32}")
ADDRESS = re.compile(r"https?://(?:[\w-]+\.)+[\w-]+\.?(?::[0-9]{1,5})?(?:[/?#]\S*)?")
"""A host by its name, and no user before it: what looks like one site and opens another is refused, and so is what
Telegram takes for no address, because it then refuses the whole message."""

KEYS = (
    "title", "publisher", "author", "url", "mirror", "published", "language", "reliability",
    "cases", "note", "notice", "sources", "withdrawn",
)  # fmt: skip
"""The keys of the front matter, in the order in which they are written."""

_AN_ADDRESS = "an address that starts with https:// or http://"
_OPENING = re.compile(r"---[ \t]*\r?\n")
_CLOSING = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)
_MAX_FRONT_MATTER = 64_000
_UNREADABLE_BY_YAML = re.compile("[\ufffe\uffff]")


class FormatError(SpravaError):
    """A document file cannot be read as one; the message names file and line."""


def decode(raw: bytes, *, where: str) -> str:
    """The text of UTF-8 bytes, with or without a byte order mark; `FormatError` names the first bad line."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8 and try again"
        raise FormatError(f"{where}:{line}: {problem}") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FormatError(f"{where}:{line}: a zero byte: this is a binary file, not text")
    return text


def split_front_matter(text: str, *, where: str) -> tuple[dict[str, object], str, int]:
    """Metadata, body, and the line number (from 1) where the body starts; no front matter: `{}`, the text, 1.

    Values are `str`, `None`, lists and dicts of these. Raises `FormatError` naming `where` and the line.
    """
    entries, body, line = _split(text, where)
    return {key: entry.value for key, entry in entries.items()}, body, line


def body_text(body: str) -> str:
    """A body as the text that offsets index: normalised, without white space around it."""
    return normalise(body).strip()


def parse_document(raw: bytes, *, path: Path) -> Document:
    """The document in a file; its id is the file name. Raises `FormatError` at the first problem."""
    where = str(path)
    if not ID.fullmatch(path.stem):
        raise FormatError(
            f"{where}: the file name is the id: up to 80 of A-Z a-z 0-9 . _ - before .md; rename it"
        )
    entries, body, line = _split(decode(raw, where=where), where)
    fields = _Fields(where, entries)
    fields.check_keys()
    text = body_text(body)
    if not text and not fields.text("withdrawn"):
        raise FormatError(
            f"{where}:{line}: there is no text below the front matter; add the article's paragraphs"
        )
    url = fields.matching("url", ADDRESS, _AN_ADDRESS)
    copied = url is not None and is_mirror(url)
    return Document(
        id=path.stem,
        title=fields.required("title"),
        publisher=fields.required("publisher"),
        author=fields.text("author"),
        url=None if copied else url,
        mirror=fields.matching("mirror", ADDRESS, _AN_ADDRESS) or (url if copied else None),
        published=fields.date("published"),
        language=fields.language("language"),
        reliability=fields.reliability("reliability"),
        cases=fields.all_matching("cases", CASE, "case ids like ihar-losik"),
        note=fields.text("note"),
        notice=fields.text("notice"),
        sources=fields.all_matching("sources", ADDRESS, "addresses like https://example.org/article"),
        withdrawn=fields.text("withdrawn"),
        text=text,
    )


def render_document(document: Document) -> str:
    """The document file; `parse_document` gives the same document back, and rendering that the same file."""
    return "\n".join(["---", *_front_matter_lines(document), "---", "", document.text, ""])


def _front_matter_lines(document: Document) -> Iterator[str]:
    plain = {
        "published": str(document.published),
        "language": document.language,
        "reliability": document.reliability.value,
        "cases": f"[{', '.join(document.cases)}]" if document.cases else None,
    }
    for key in KEYS:
        if key in plain:
            if plain[key]:
                yield f"{key}: {plain[key]}"
        elif key == "sources":
            yield from (["sources:"] if document.sources else [])
            yield from (f"  - {_quoted(source)}" for source in document.sources)
        elif value := getattr(document, key):
            yield f"{key}: {_quoted(value)}"


def _quoted(value: str) -> str:
    # A JSON string is a YAML string, save for two code points that YAML files must not hold.
    return _UNREADABLE_BY_YAML.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False)
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    value: object


def _split(text: str, where: str) -> tuple[dict[str, _Entry], str, int]:
    text = text.removeprefix("\ufeff")
    opening = _OPENING.match(text)
    if not opening:
        return {}, text, 1
    closing = _CLOSING.search(text, opening.end() - 1)
    if not closing:
        raise FormatError(
            f"{where}:1: the front matter that starts here has no end; add a line --- before the text"
        )
    block = text[opening.end() : closing.start()]
    body = text[closing.end() :].removeprefix("\n")
    try:
        return _entries(block, where), body, text.count("\n", 0, closing.end()) + 2
    except RecursionError:
        raise FormatError(f"{where}:1: the front matter nests too deeply; write `key: value` lines") from None


def _entries(block: str, where: str) -> dict[str, _Entry]:
    """Keys of the block with their values and line numbers in the file, whose first line is the fence."""
    if len(block) > _MAX_FRONT_MATTER:
        raise FormatError(
            f"{where}:1: a front matter of {len(block)} characters; {_MAX_FRONT_MATTER} are the limit"
        )
    try:
        root = yaml.compose(block, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "it holds a character that YAML does not allow"
        hint = "a value with : or # in it needs quotes around it"
        raise FormatError(f"{where}:{line}: the front matter is not YAML: {problem}; {hint}") from None
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise FormatError(f"{where}:2: the front matter is not a list of `key: value` lines; write it so")
    entries: dict[str, _Entry] = {}
    seen: set[int] = set()
    for key_node, value_node in root.value:
        line = key_node.start_mark.line + 2
        if not isinstance(key_node, yaml.ScalarNode):
            raise FormatError(
                f"{where}:{line}: the front matter is not a list of `key: value` lines; write it so"
            )
        key = str(key_node.value)
        if key in entries:
            raise FormatError(f"{where}:{line}: {key} is given twice; keep one")
        entries[key] = _Entry(line, _plain(value_node, seen, f"{where}:{line}"))
    return entries


def _plain(node: yaml.Node, seen: set[int], where: str) -> object:
    # Visiting each node once refuses aliases, by which a few lines could stand for gigabytes or for ever.
    if id(node) in seen:
        raise FormatError(
            f"{where}: YAML aliases (&, *) are not allowed in a front matter; write the value out"
        )
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, seen, where) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value, seen, where) for key, value in node.value}
    quoted = isinstance(node, yaml.ScalarNode) and node.style
    return None if not quoted and node.value in {"", "~", "null"} else str(node.value)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The front matter's values, each checked as it is taken out."""

    where: str
    entries: dict[str, _Entry]

    def fail(self, key: str, problem: str) -> NoReturn:
        line = self.entries[key].line if key in self.entries else 1
        raise FormatError(f"{self.where}:{line}: {problem}")

    def check_keys(self) -> None:
        for key in self.entries:
            if key not in KEYS:
                self.fail(key, f"unknown key {key!r}; the keys are {', '.join(KEYS)}")

    def text(self, key: str) -> str | None:
        value = self.entries[key].value if key in self.entries else None
        if value is None:
            return None
        if not isinstance(value, str):
            self.fail(key, f"{key} must be one text, not a list")
        return " ".join(normalise(value).split()) or None

    def required(self, key: str) -> str:
        return self.text(key) or self.fail(
            key, f"{key} is missing; add a line `{key}: …` to the front matter"
        )

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.entries[key].value if key in self.entries else None
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(key, f"{key} must be a list like [one, two]")
        return tuple(filter(None, (" ".join(normalise(item).split()) for item in value)))

    def matching(self, key: str, pattern: re.Pattern[str], wanted: str) -> str | None:
        value = self.text(key)
        if value is not None and not pattern.fullmatch(value):
            self.fail(key, f"{key} is {value!r}, but must be {wanted}")
        return value

    def all_matching(self, key: str, pattern: re.Pattern[str], wanted: str) -> tuple[str, ...]:
        values = self.texts(key)
        for value in values:
            if not pattern.fullmatch(value):
                self.fail(key, f"{key} holds {value!r}, but must hold {wanted}")
        return values

    def date(self, key: str) -> PartialDate:
        try:
            return PartialDate.parse(self.required(key))
        except ValueError as error:
            self.fail(key, f"{key}: {error}")

    def language(self, key: str) -> str:
        self.required(key)
        return self.matching(key, LANGUAGE, "a code like be, ru or be-tarask") or ""

    def reliability(self, key: str) -> Reliability:
        value = self.text(key) or Reliability.D.value
        if value not in set(Reliability):
            self.fail(key, f"{key} is {value!r}, but must be A, B, C or D")
        return Reliability(value)
