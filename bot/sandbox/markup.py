"""The rules of inline keyboards: core.telegram.org/bots/api#inlinekeyboardbutton and PTB's InlineKeyboardMarkupLimit."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.refusal import bad_request
from bot.sandbox.text import check_url

MAX_BUTTONS = 100
MAX_ROW = 8
_DECORATION = frozenset({"text", "icon_custom_emoji_id", "style"})


def inline_keyboard(markup: Mapping[str, Any] | None) -> list[list[dict[str, Any]]]:
    """The rows of buttons of a valid markup without empty rows; [] for no keyboard."""
    if markup is None:
        return []
    if "inline_keyboard" not in markup:
        raise bad_request("the sandbox emulates inline keyboards only")
    rows = [list(row) for row in markup["inline_keyboard"] if row]
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    for row in rows:
        if len(row) > MAX_ROW:
            raise bad_request(
                f"REPLY_MARKUP_TOO_LONG: a row has {len(row)} buttons, at most {MAX_ROW} are shown"
            )
        for button in row:
            _check_button(button)
    return rows


def _check_button(button: Mapping[str, Any]) -> None:
    actions = button.keys() - _DECORATION
    if not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Text must be non-empty")
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request(
            f"can't parse inline keyboard button: exactly one action is allowed, not {', '.join(sorted(actions))}"
        )
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if "url" in button:
        check_url(button["url"], "inline keyboard button URL")
