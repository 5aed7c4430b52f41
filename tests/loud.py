"""The bot of tests/serve.py with every logger of every library at DEBUG."""

import logging

import serve

from bot import logs

_set_up = logs.set_up


def set_up_loudly() -> None:
    _set_up(level=logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)


if __name__ == "__main__":
    logs.set_up = set_up_loudly  # type: ignore[assignment]
    serve.main()
