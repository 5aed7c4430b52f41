"""A request's parameters: read from query, form, multipart or JSON, typed by the specification, and checked against it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.refusal import bad_request
from bot.sandbox.specification import Fact, Specification

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0", ""})
# tdlib reads these into their range instead of refusing them.
_CLAMPED = frozenset({("getUpdates", "limit")})
_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}


async def read(request: web.Request) -> dict[str, Any]:
    """The parameters as they came: strings from query and forms, anything from JSON, bytes for files."""
    raw: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        if body.strip():
            try:
                loaded = json.loads(body)
            except (ValueError, RecursionError):
                raise bad_request("can't parse JSON encoded body") from None
            if not isinstance(loaded, dict):
                raise bad_request("object expected as JSON encoded body")
            raw |= loaded
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            raw[name] = value.file.read() if isinstance(value, web.FileField) else value
    return raw


def checked(
    specification: Specification, method: str, raw: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The typed parameters of a method, and every breach of the specification; the worst are refused."""
    facts = specification.methods[method]
    breaches = [f"unknown parameter {name}" for name in raw if name not in facts]
    given: dict[str, Any] = {}
    for name, fact in facts.items():
        if name in raw:
            given[name] = _typed(specification, name, fact, raw[name])
        elif fact.required:
            raise bad_request(_MISSING.get(name, f'parameter "{name}" is required'))
    for name, value in given.items():
        wrong = specification.breaches(facts[name], value, name)
        breaches += wrong
        if wrong and (method, name) not in _CLAMPED:
            raise bad_request(_refusal(name, wrong[0]))
    return given, breaches


def _refusal(name: str, breach: str) -> str:
    if name == "reply_markup" and "callback_data" in breach:
        return "BUTTON_DATA_INVALID"
    if name == "reply_markup" and "copy_text" in breach:
        return "BUTTON_COPY_TEXT_INVALID"
    if breach.startswith("commands") and ".command: has" in breach:
        return "BOT_COMMAND_INVALID"
    if breach.startswith("commands") and ".description: has" in breach:
        return "BOT_COMMAND_DESCRIPTION_INVALID"
    return f"can't parse {breach}"


def _typed(specification: Specification, name: str, fact: Fact, value: Any) -> Any:
    """A form's string as the type that the specification expects; other values as they are."""
    if not isinstance(value, str):
        return value
    for kind in fact.types:
        if kind == "Integer" and _INTEGER.fullmatch(value):
            return int(value)
        if kind == "Float" and _is_number(value):
            return float(value)
        if kind in ("Boolean", "True") and value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
        if kind in ("String", "InputFile"):
            return value
        if kind.startswith("Array of ") or kind in specification.types or kind in specification.unions:
            try:
                return json.loads(value)
            except (ValueError, RecursionError):
                raise bad_request(f"can't parse {name} JSON object") from None
    return value


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
