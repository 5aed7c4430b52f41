"""The bot of tests/serve.py at its most talkative, with one leak planted, named by the last argument: a rig that does not
see it proves nothing."""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import logging

import serve

from bot import logs
from bot.record import Record
from bot.subscribers import Subscribers
from bot.transport import TelegramBot

Make = Callable[[Record | None], Record | None]
change, start = Subscribers.change, TelegramBot.__init__


def leaking(leak: Callable[[Subscribers, Record], None]) -> Callable[..., Record | None]:
    """`Subscribers.change`, and after it the leak."""

    def changed(self: Subscribers, chat: int, make: Make, *, renew: bool) -> Record | None:
        record = change(self, chat, make, renew=renew)
        if record:
            leak(self, record)
        return record

    return changed


def plain_id(self: Subscribers, record: Record) -> None:
    with self._engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS plain (chat BIGINT)")
        connection.exec_driver_sql(f"INSERT INTO plain VALUES ({record.chat})")


def id_in_exception(_self: Subscribers, record: Record) -> None:
    try:
        raise RuntimeError(f"no room for chat {record.chat}")
    except RuntimeError:
        traceback.print_exc()


def temporary_file(_self: Subscribers, record: Record) -> None:
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(" ".join(follow.what for follow in record.follows))


def deleted_file(_self: Subscribers, record: Record) -> None:
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(f"{record.chat}\n" * 200_000)  # so much that not all of it is written over soon
        file.flush()
        os.fsync(file.fileno())


def token_in_log(self: TelegramBot, token: str, **more: object) -> None:
    start(self, token, **more)  # type: ignore[arg-type]
    sys.stderr.write(f"POST https://api.telegram.org/bot{token}/getMe\n")


if __name__ == "__main__":
    logs.set_up = partial(logs.set_up, level=logging.DEBUG)
    match sys.argv[2]:
        case "plain id":
            Subscribers.change = leaking(plain_id)  # type: ignore[method-assign]
        case "id in an exception":
            Subscribers.change = leaking(id_in_exception)  # type: ignore[method-assign]
        case "temporary file":
            Subscribers.change = leaking(temporary_file)  # type: ignore[method-assign]
        case "deleted file":
            Subscribers.change = leaking(deleted_file)  # type: ignore[method-assign]
        case "token in the log":
            TelegramBot.__init__ = token_in_log  # type: ignore[method-assign]
    serve.main()
