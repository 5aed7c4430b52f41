"""The panel of the page: what goes wrong on demand, jumps in time, empty chats, and the record of every call."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.faults import Fault, delay, drop_after, drop_before, error, too_many_requests

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

MAX_JUMP_S = 366 * 86_400
MAX_SECONDS = 60
FAULTY = "sendMessage"
FAULTS: dict[str, Callable[[int], Fault]] = {
    "429": too_many_requests,
    "502": lambda _seconds: error(502, "Bad Gateway"),
    "drop": lambda _seconds: drop_before(),
    "lost": lambda _seconds: drop_after(),
    "slow": delay,
}
"""What the panel offers, by name; the number is of seconds."""


def add_panel(app: web.Application, sandbox: "Sandbox") -> None:
    """Add the panel's calls to the server."""
    panel = Panel(sandbox)
    app.router.add_post("/sandbox/reset", panel.reset)
    app.router.add_post("/sandbox/clock", panel.clock)
    app.router.add_post("/sandbox/faults", panel.faults)
    app.router.add_get("/sandbox/ledger", panel.ledger)


class Panel:
    """Each call a few lines: parse, do, answer JSON."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    async def reset(self, _request: web.Request) -> web.StreamResponse:
        """Empty every chat."""
        self._sandbox.world.reset()
        return web.json_response({})

    async def clock(self, request: web.Request) -> web.StreamResponse:
        """Jump forward in virtual time; what time it is then."""
        seconds = (await body_of(request)).get("seconds")
        if not isinstance(seconds, int) or not 0 < seconds <= MAX_JUMP_S:
            return web.json_response({"error": f"seconds: 1 to {MAX_JUMP_S}"}, status=400)
        self._sandbox.clock.advance(seconds)
        return web.json_response({"now": int(self._sandbox.clock.now())})

    async def faults(self, request: web.Request) -> web.StreamResponse:
        """The next messages of the bot go wrong in one way, so many of them; {"kind": "none"} ends it."""
        given = await body_of(request)
        kind, seconds, times = str(given.get("kind")), given.get("seconds", 1), given.get("times", 1)
        wanted = isinstance(seconds, int) and isinstance(times, int) and kind in {*FAULTS, "none"}
        if not wanted or not 0 < seconds <= MAX_SECONDS or not 0 < times <= 1000:
            return web.json_response({"error": f"a kind, seconds from 1 to {MAX_SECONDS}, times"}, status=400)
        self._sandbox.faults.clear()
        if kind != "none":
            self._sandbox.faults.add(FAULTY, FAULTS[kind](seconds), times=times)
        self._sandbox.world.tell("people", {})
        return web.json_response({})

    async def ledger(self, _request: web.Request) -> web.StreamResponse:
        """Every call so far, a JSON object a line, as a file to keep."""
        lines = [
            json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in self._sandbox.ledger.entries
        ]
        headers = {"Content-Disposition": 'attachment; filename="sprava-sandbox.jsonl"'}
        return web.Response(text="".join(lines), content_type="application/x-ndjson", headers=headers)


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object that a request brings."""
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="Send a JSON object.\n")
    return body
