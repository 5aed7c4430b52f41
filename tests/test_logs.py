"""The log: whatever happens, whoever logs, no token, chat, name or question is in it."""

import ast
import asyncio
import io
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import logs

TOKEN = "7000000001:AAcanaryCanaryCanaryCanaryCanaryCa1"
CANARIES = (TOKEN, "AAcanaryCanary", "5100000001", "Zyanon", "where is my brother")
ROOT = Path(__file__).parent.parent


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What our logging writes at the lowest level; everything is as it was afterwards."""
    root, raising, stderr = logging.getLogger(), logging.raiseExceptions, sys.stderr
    handlers, level, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook)
    filters = warnings.filters[:]
    sys.stderr = io.StringIO()
    try:
        logs.set_up(level=logging.DEBUG)
        yield sys.stderr
    finally:
        sys.stderr, logging.raiseExceptions = stderr, raising
        root.handlers[:] = handlers
        root.setLevel(level)
        sys.excepthook, threading.excepthook = hooks
        warnings.filters[:] = filters
        for package in ("bot", "index", "corpus"):
            logging.getLogger(package).setLevel(logging.NOTSET)


@pytest.mark.parametrize(
    "level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL]
)
@pytest.mark.parametrize(
    "name", ["httpx", "telegram.Bot", "aiohttp.access", "asyncio", "bot.intake", "sqlalchemy"]
)
def test_a_message_with_arguments_leaves_nothing_behind(name: str, level: int) -> None:
    with logged() as log:
        told = "POST https://api.telegram.org/bot%s chat=%s %s asks %s"
        logging.getLogger(name).log(level, told, TOKEN, *CANARIES[2:])
        logging.getLogger(name).log(level, f"{TOKEN} {CANARIES}")
    written = log.getvalue()
    assert [canary for canary in CANARIES if canary in written] == []
    assert level < logging.WARNING or f"({name})" in written


def test_an_exception_is_told_by_class_and_our_own_lines() -> None:
    def careless(question: str) -> None:
        raise ValueError(f"{question} {TOKEN} 5100000001")

    with logged() as log:
        try:
            careless("where is my brother")
        except ValueError:
            extra = {"update_id": 7, "chat": 5100000001, "person": "Zyanon"}
            logging.getLogger("bot.intake").exception("handler failed", extra=extra)
    written = log.getvalue()
    assert [canary for canary in CANARIES if canary in written] == []
    assert "handler failed update_id=7 error=ValueError at=test_logs:" in written
    assert len(written.splitlines()) == 1


def test_exceptions_that_nobody_caught_go_the_same_way() -> None:
    error = RuntimeError(f"{TOKEN} Zyanon")

    def fail() -> None:
        raise error

    with logged() as log:
        sys.excepthook(RuntimeError, error, None)
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        loop = asyncio.new_event_loop()
        logs.log_loop_error(loop, {"message": TOKEN, "exception": error})
        loop.close()
    written = log.getvalue()
    assert written.count("unhandled error=RuntimeError") == 3
    assert [canary for canary in CANARIES if canary in written] == []


def test_a_token_shaped_text_is_starred_even_in_a_listed_field() -> None:
    with logged() as log:
        logging.getLogger("bot.app").warning("reply dropped", extra={"error": TOKEN})
    assert "error=***" in log.getvalue()


def test_every_event_and_field_that_the_bot_logs_is_listed() -> None:
    events, fields = set(), set()
    for path in sorted((ROOT / "bot").glob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if re.fullmatch(r"logger\.\w+|logging\.getLogger\(__name__\)\.\w+", ast.unparse(call.func)):
                assert not isinstance(call.args[0], ast.JoinedStr), (
                    f"{path.name}:{call.lineno} builds its message"
                )
                events |= {node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant)}
                extra = next((keyword.value for keyword in call.keywords if keyword.arg == "extra"), None)
                if isinstance(extra, ast.Dict):
                    fields |= {key.value for key in extra.keys if isinstance(key, ast.Constant)}
    assert events <= logs.EVENTS
    assert len(events) > 8
    assert fields <= logs.FIELDS
