"""The Bot API as facts: which parameters and fields exist, their types, and their limits. No prose, no behaviour.

`botapi.json` beside this module is made by `python -m bot.sandbox.specification PATH_TO_api.json` from the
MIT-licensed github.com/PaulSonOfLars/telegram-bot-api-spec. A fact is one string:

    "!Integer|String"           required; an integer or a string
    "String[1-64 bytes]"        optional; its UTF-8 has 1 to 64 bytes
    "!String[1-4096 parsed]"    the length counts after the text's entities were parsed
    "Integer[1-100]"            a range, or for an array the number of items
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SOURCE = "https://github.com/PaulSonOfLars/telegram-bot-api-spec (MIT, Copyright (c) 2020 Paul Larsen)"
FACTS = Path(__file__).with_name("botapi.json")

_LENGTH = re.compile(r"(?:^|[ ,])(?:up to )?(?:(\d+)-)?(\d+) (characters|bytes)\b(.*)", re.I | re.S)
_RANGE = re.compile(r"(?:[Bb]etween (\d+)(?:-| and )(\d+)\b|[;,] (\d+)-(\d+)(?:[.,;]|$))")
_ITEMS = re.compile(r"(?:[Ll]ist of|must include|[Nn]o more than|up to) (?:(\d+)-)?(\d+) (?!two-letter)\w+")
_FACT = re.compile(r"(!?)([^\[]+)(?:\[(-?\d+)-(\d+)(?: (bytes|parsed))?\])?")


@dataclass(frozen=True, slots=True)
class Fact:
    """What the documentation says about one parameter or field."""

    types: tuple[str, ...]
    required: bool
    low: int | None = None
    high: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Specification:
    """Methods and types by name; a union is a type that lists its members."""

    version: str
    methods: Mapping[str, Mapping[str, Fact]]
    types: Mapping[str, Mapping[str, Fact]]
    unions: Mapping[str, tuple[str, ...]]

    def breaches(self, fact: Fact, value: Any, place: str) -> list[str]:
        """What is wrong with a value that stands at `place`; empty when it is as documented."""
        attempts = [list(self._breaches(kind, value, place)) for kind in fact.types]
        best = min(attempts, key=lambda found: (len(found), found))
        return best or list(_outside(fact, value, place))

    def _breaches(self, kind: str, value: Any, place: str) -> Iterator[str]:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                yield f"{place}: must be an Array"
                return
            for position, item in enumerate(value):
                yield from self._breaches(kind.removeprefix("Array of "), item, f"{place}[{position}]")
        elif kind in _SCALARS:
            if not _SCALARS[kind](value):
                yield f"{place}: must be of type {kind}"
        elif kind in self.unions:
            attempts = [list(self._breaches(member, value, place)) for member in self.unions[kind]]
            yield from min(attempts, key=len)
        elif not isinstance(value, dict):
            yield f"{place}: must be an Object ({kind})"
        else:
            yield from self._field_breaches(self.types[kind], value, place)

    def _field_breaches(
        self, fields: Mapping[str, Fact], value: Mapping[str, Any], place: str
    ) -> Iterator[str]:
        for name in value.keys() - fields.keys():
            yield f"{place}.{name}: unknown field"
        for name, fact in fields.items():
            if name in value:
                yield from self.breaches(fact, value[name], f"{place}.{name}")
            elif fact.required:
                yield f"{place}.{name}: is required"


_SCALARS = {
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "True": lambda value: value is True,
    "InputFile": lambda value: isinstance(value, str | bytes),
}


def utf16_length(text: str) -> int:
    """The length that Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _outside(fact: Fact, value: Any, place: str) -> Iterator[str]:
    if fact.low is None or fact.high is None or fact.unit == "parsed":
        return
    if isinstance(value, str):
        size = len(value.encode()) if fact.unit == "bytes" else utf16_length(value)
        counted = "bytes" if fact.unit == "bytes" else "characters"
    elif isinstance(value, list):
        size, counted = len(value), "items"
    else:
        size, counted = value, "as its value"
    if not fact.low <= size <= fact.high:
        yield f"{place}: has {size} {counted}, allowed are {fact.low}-{fact.high}"


def compact(api: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of the machine-readable documentation: names, types, required, limits; no description."""
    types, unions = {}, {}
    for name, described in sorted(api["types"].items()):
        if described.get("subtypes"):
            unions[name] = described["subtypes"]
        else:
            types[name] = _compact_fields(described)
    methods = {name: _compact_fields(described) for name, described in sorted(api["methods"].items())}
    return {
        "version": api["version"],
        "source": SOURCE,
        "methods": methods,
        "types": types,
        "unions": unions,
    }


def _compact_fields(described: Mapping[str, Any]) -> dict[str, str]:
    return {
        field["name"]: ("!" if field["required"] else "") + "|".join(field["types"]) + _limits(field)
        for field in described.get("fields", [])
    }


def _limits(field: Mapping[str, Any]) -> str:
    kind, text = field["types"][0], field["description"]
    if kind == "String" and (found := _LENGTH.search(text)):
        unit = "parsed" if re.match(r"[^.]*after entit", found[4]) else found[3].lower()
        return f"[{found[1] or 0}-{found[2]}{'' if unit == 'characters' else ' ' + unit}]"
    if kind in ("Integer", "Float") and "0x7FFFFFFF" not in text and (found := _RANGE.search(text)):
        return f"[{found[1] or found[3]}-{found[2] or found[4]}]"
    if kind.startswith("Array of ") and (found := _ITEMS.search(text)):
        return f"[{found[1] or 0}-{found[2]}]"
    return ""


def _fact(line: str) -> Fact:
    found = _FACT.fullmatch(line)
    if found is None:
        raise ValueError(f"botapi.json: not a fact: {line!r}")
    required, types, low, high, unit = found.groups()
    return Fact(
        tuple(types.split("|")),
        bool(required),
        None if low is None else int(low),
        None if high is None else int(high),
        unit,
    )


@cache
def load() -> Specification:
    """The specification that is bundled with the sandbox."""
    facts = json.loads(FACTS.read_text("utf-8"))

    def parsed(group: str) -> dict[str, dict[str, Fact]]:
        return {
            name: {field: _fact(line) for field, line in fields.items()}
            for name, fields in facts[group].items()
        }

    unions = {name: tuple(members) for name, members in facts["unions"].items()}
    return Specification(facts["version"], parsed("methods"), parsed("types"), unions)


def main(path: str) -> None:
    """Write botapi.json from api.json and say what changed in methods and limits."""
    old = json.loads(FACTS.read_text("utf-8")) if FACTS.exists() else {"methods": {}, "types": {}}
    new = compact(json.loads(Path(path).read_text("utf-8")))
    for group in ("methods", "types"):
        for name in sorted(old[group].keys() | new[group].keys()):
            before, after = old[group].get(name, {}), new[group].get(name, {})
            for field in sorted(before.keys() | after.keys()):
                if before.get(field) != after.get(field):
                    sys.stdout.write(f"{name}.{field}: {before.get(field)} -> {after.get(field)}\n")
    FACTS.write_text(json.dumps(new, indent=0, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
