"""What may be written to the log: events and fields by allow-list, and of an exception its class and our own frames.

A log must never hold a chat id, a name, a question, quoted text or the token, at any level, whoever logs: so the
message of a foreign library is dropped, not filtered.
"""

import asyncio
import logging
import re
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

EVENTS = frozenset(
    {
        "started",
        "stopping",
        "stopped",
        "answered",
        "handler failed",
        "update given up",
        "update unreadable",
        "telegram unreachable",
        "another poller holds the token",
        "another bot runs on this database, standing by",
        "webhook set",
        "webhook body unusable",
        "poller alone again",
        "reply dropped",
        "messages not deleted",
        "message not noted",
        "old numbers not forgotten",
        "index version loaded",
        "a newly published index version was refused, the present one serves",
        "index unreadable",
        "no index yet",
        "profile not set",
        "left without a word",
        "a sealed row does not open",
        "unhandled",
        "database unreachable, updates wait",
        "updates wait",
        "telegram asks to wait",
        "update refused",
        "update held: telegram refuses it",
        "update held: it cannot be made up",
        "saved questions not compared",
        "a broadcast target cannot be reached",
        "updates paused: telegram says of everybody that they are gone",
        "the secret key stands in the environment: a file is safer",
    }
)
"""Every message this program logs; anything else is replaced by the name of its logger."""

FIELDS = frozenset(
    {
        "update_id",
        "attempts",
        "code",
        "ms",
        "outcome",
        "version",
        "retry_s",
        "batch",
        "error",
        "unfinished",
        "pid",
        "seconds",
        "number",
    }
)
"""Every field that may stand beside a message: numbers, outcomes from an enumeration, names of classes."""

_OURS = {"bot", "index", "corpus"}
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_ROOT = str(Path(__file__).parent.parent)


class _OneLine(logging.Formatter):
    """Time, level, event, listed fields, and where an exception was raised."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.split(".")[0] in _OURS and record.msg in EVENTS
        words = [self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), record.levelname.lower()]
        words.append(str(record.msg) if ours else f"({record.name})")
        words += [
            f"{name}={value}" for name, value in sorted(vars(record).items()) if ours and name in FIELDS
        ]
        if record.exc_info and record.exc_info[0] is not None:
            words.append(where(record.exc_info[0], record.exc_info[2]))
        return _TOKEN.sub("***", " ".join(words)).replace("\n", " ")


def where(kind: type[BaseException], trace: TracebackType | None) -> str:
    """The class of an exception and the frames of this program that it passed: no message, no values."""
    frames = []
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if path.startswith(_ROOT) and ".venv" not in path:
            frames.append(f"{Path(path).stem}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"error={kind.__name__} at={'>'.join(frames) or 'elsewhere'}"


def set_up(*, level: int = logging.INFO) -> None:
    """Make stderr the only log and our format the only one; exceptions that nobody caught go the same way."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    for package in _OURS:
        logging.getLogger(package).setLevel(level)
    logging.raiseExceptions = False  # a record that cannot be written would be printed whole
    warnings.simplefilter("ignore")  # for developers, and they may quote values
    for logger in (logging.getLogger(name) for name in list(logging.root.manager.loggerDict)):
        logger.handlers.clear()
        logger.propagate = True
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def log_loop_error(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """Exception handler for the event loop: what asyncio would print may hold arguments."""
    error = context.get("exception")
    _log_uncaught(type(error) if error else RuntimeError, error, error.__traceback__ if error else None)


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    logging.getLogger(__name__).error("unhandled", exc_info=(kind, error or kind(), trace))
