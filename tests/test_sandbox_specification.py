"""The Bot API as facts: what is read out of the documentation's prose, and what a value may be."""

import json
from pathlib import Path

import pytest

from bot.sandbox.specification import FACTS, Fact, compact, load


def field(kind: str, description: str, *, required: bool = False) -> dict[str, object]:
    return {"name": "x", "types": [kind], "required": required, "description": description}


@pytest.mark.parametrize(
    ("kind", "description", "fact"),
    [
        (
            "String",
            "Text of the message to be sent, 1-4096 characters after entities parsing",
            "String[1-4096 parsed]",
        ),
        ("String", "Data to be sent in a callback query, 1-64 bytes", "String[1-64 bytes]"),
        ("String", "Unique identifier for this result, 1-64 Bytes", "String[1-64 bytes]"),
        ("String", "Text of the query (up to 256 characters)", "String[0-256]"),
        ("String", "Text of the notification. If not specified, nothing; 0-200 characters", "String[0-200]"),
        ("Integer", "Values between 1-100 are accepted. Defaults to 100.", "Integer[1-100]"),
        ("Integer", "Must be between 1 and 360 if specified", "Integer[1-360]"),
        ("Integer", "should be between 60 and 86400, or 0x7FFFFFFF for ever", "Integer"),
        (
            "Array of Integer",
            "A JSON-serialized list of 1-100 identifiers of messages",
            "Array of Integer[1-100]",
        ),
        ("Array of String", "A list of 0-12 two-letter codes", "Array of String"),
        ("Boolean", "Pass True to allow up to 1000 messages per second", "Boolean"),
    ],
)
def test_a_limit_is_read_from_a_description(kind: str, description: str, fact: str) -> None:
    api = {"version": "1", "methods": {"m": {"fields": [field(kind, description)]}}, "types": {}}
    assert compact(api)["methods"]["m"]["x"] == fact


def test_the_bundled_facts_are_what_the_documentation_gives(shared: Path) -> None:
    api = json.loads((shared / "data" / "botapi" / "api.json").read_text("utf-8"))
    assert json.loads(FACTS.read_text("utf-8")) == compact(api)


def test_the_facts_hold_no_prose() -> None:
    facts = json.loads(FACTS.read_text("utf-8"))
    longest = max(
        len(line)
        for group in ("methods", "types")
        for fields in facts[group].values()
        for line in fields.values()
    )
    assert longest < 250
    assert "description" not in {name for fields in facts["methods"].values() for name in fields} - {
        "description"
    }


def test_every_type_that_a_fact_names_is_known() -> None:
    specification = load()
    known = (
        specification.types.keys()
        | specification.unions.keys()
        | {"Integer", "Float", "String", "Boolean", "True", "InputFile"}
    )
    for fields in [*specification.methods.values(), *specification.types.values()]:
        for fact in fields.values():
            for kind in fact.types:
                assert kind.replace("Array of ", "") in known


@pytest.mark.parametrize(
    ("fact", "value", "breach"),
    [
        (Fact(("String",), False, 1, 64, "bytes"), "ж" * 32, None),
        (Fact(("String",), False, 1, 64, "bytes"), "ж" * 33, "x: has 66 bytes, allowed are 1-64"),
        (Fact(("String",), False, 1, 4), "🔔🔔", None),
        (Fact(("String",), False, 1, 4), "🔔🔔!", "x: has 5 characters, allowed are 1-4"),
        (Fact(("Integer",), False, 1, 100), 101, "x: has 101 as its value, allowed are 1-100"),
        (Fact(("Integer",), False), True, "x: must be of type Integer"),
        (Fact(("Integer", "String"), True), "@name", None),
        (Fact(("Array of Array of InlineKeyboardButton",), True), [[{"text": "a"}], {}], "x[1]: must be an Array"),
        (Fact(("InlineKeyboardMarkup",), True), {"inline_keyboard": [[{"text": 1}]]}, "x.inline_keyboard[0][0].text: must be of type String"),
        (Fact(("InlineKeyboardMarkup",), True), {"inline_keyboard": [], "rows": 1}, "x.rows: unknown field"),
        (Fact(("LinkPreviewOptions",), True), "off", "x: must be an Object (LinkPreviewOptions)"),
        (Fact(("BotCommandScope",), True), {"type": "chat", "chat_id": 1}, None),
    ],
)  # fmt: skip
def test_a_value_is_checked_against_its_fact(fact: Fact, value: object, breach: str | None) -> None:
    assert load().breaches(fact, value, "x") == ([breach] if breach else [])
