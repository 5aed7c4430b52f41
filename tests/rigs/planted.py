"""The bot of tests/serve.py with one bug planted, named by the last argument: a rig that does not see it proves nothing."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

sys.path.insert(0, str(Path(__file__).parent.parent))

import serve

from bot.intake import Intake
from bot.lanes import Lanes
from bot.webhook import Webhook


def acknowledge_early() -> None:
    """Confirm what is only in memory."""

    def move(self: Intake) -> None:
        if self._highest is not None and self._offset != self._highest + 1:
            self._offset = self._highest + 1
            self._moved.set()

    Intake._move_offset = move  # type: ignore[method-assign]


def accept_early() -> None:
    """Answer 200, then handle."""
    handle, tasks = Webhook._handle, set()

    async def accept(self: Webhook, update: dict[str, Any]) -> web.Response:
        task = asyncio.create_task(handle(self, update))
        tasks.add(task)
        return web.Response()

    Webhook._handle = accept  # type: ignore[method-assign]


def no_lanes() -> None:
    """Handle everything at once."""

    @asynccontextmanager
    async def turn(_self: Lanes, _update: dict[str, Any]) -> AsyncIterator[None]:
        yield

    Lanes.turn = turn  # type: ignore[method-assign]


if __name__ == "__main__":
    {"acknowledge early": acknowledge_early, "accept early": accept_early, "no lanes": no_lanes}[
        sys.argv[2]
    ]()
    serve.main()
