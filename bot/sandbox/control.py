"""The chat page and the calls it makes: /sandbox/… as JSON, and one stream of events.

The server listens on 127.0.0.1 only. A page of another site can still make a browser send requests here, so every
request must name a loopback host (no DNS rebinding), and every change must be JSON from this very page (no forgery).
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox import shown
from bot.sandbox.chats import Chat
from bot.sandbox.panel import add_panel, body_of
from bot.sandbox.refusal import ApiError
from bot.sandbox.updates import LIFETIMES_S

if TYPE_CHECKING:
    from bot.sandbox.people import Person
    from bot.sandbox.server import Sandbox

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
PARTS = (
    "page.css",
    "icon.svg",
    *(f"{name}.js" for name in ("page", "view", "calls", "chat", "message", "composer", "offers", "people")),
    *(f"{name}.js" for name in ("panel", "beside", "theme")),
)
FILES = {"/": ("page.html", "text/html")} | {
    f"/{name}": (name, KINDS[name.rpartition(".")[2]]) for name in PARTS
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LANGUAGES = frozenset({"be", "ru", "en"})
HEARTBEAT_S = 15
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests that name another host, and changes that do not come from the page itself."""
    host = urlsplit(f"//{request.headers.get('Host', '')}").hostname
    if host not in LOOPBACK:
        raise web.HTTPForbidden(text="This server answers on loopback addresses only.\n")
    if request.path.startswith("/sandbox/"):
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "same-origin")
        own = origin is None or origin == f"http://{request.headers['Host']}"
        if not own or site not in ("same-origin", "none"):
            raise web.HTTPForbidden(text="Only the chat page may call this.\n")
        if request.method == "POST" and request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Send JSON.\n")
    return await handler(request)


def add_control(app: web.Application, sandbox: "Sandbox") -> None:
    """Add the page and its calls to the server."""
    control = Control(sandbox)
    for path in FILES:
        app.router.add_get(path, _file)
    app.router.add_get("/sandbox/state", control.state)
    app.router.add_get("/sandbox/events", control.events)
    app.router.add_get("/sandbox/chats/{chat}", control.chat)
    app.router.add_post("/sandbox/chats/{chat}/{act}", control.act)
    app.router.add_post("/sandbox/people", control.add_person)
    app.router.add_post("/sandbox/groups", control.add_group)
    add_panel(app, sandbox)


async def _file(request: web.Request) -> web.StreamResponse:
    name, kind = FILES[request.path]
    text = Path(__file__).with_name(name).read_text("utf-8")
    return web.Response(text=text, content_type=kind, charset="utf-8", headers=HEADERS)


class Control:
    """The page's calls, each a few lines: parse, act as a person, answer JSON."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._world = sandbox.world

    async def state(self, _request: web.Request) -> web.StreamResponse:
        """Everything but the messages."""
        return web.json_response(shown.state(self._sandbox))

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """The messages of one chat, oldest first."""
        chat = self._chat(request)
        messages = [shown.message(self._world, m) for m in self._world.messages.values() if m.chat is chat]
        return web.json_response(messages)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Do something as a person: say, edit, press, inline, choose, bot, language, block, unblock.

        In a group the person is named by `as`.
        """
        room, given = self._sandbox.rooms.get(self._chat(request).id), await body_of(request)
        person = self._person(given.get("as") if room else request.match_info["chat"])
        try:
            match request.match_info["act"]:
                case "say":
                    await person.say(str(given["text"]), reply_to=given.get("reply_to"), room=room)
                case "inline":
                    query = await person.type_inline(str(given["text"]), room=room)
                    return web.json_response(await self._offers(person, query))
                case "choose":
                    await person.choose(str(given["query"]), str(given["result"]))
                case "bot" if room:
                    room.set_bot(person, str(given["status"]))
                case "edit":
                    await person.edit(int(given["message"]), str(given["text"]))
                case "press":
                    await person.press(int(given["message"]), str(given["data"]))
                case "language":
                    self._set_language(person, given["language"])
                case "block":
                    person.block()
                case "unblock":
                    person.unblock()
                case unknown:
                    raise web.HTTPNotFound(text=f"No act {unknown}.\n")
        except (ApiError, LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    async def add_person(self, request: web.Request) -> web.StreamResponse:
        """One more fictional person."""
        given = await body_of(request)
        name = str(given.get("name", "")).strip()[:64]
        if not name:
            return web.json_response({"error": "a person needs a name"}, status=400)
        person = self._sandbox.person(name)
        self._set_language(person, given.get("language"))
        return web.json_response({"id": person.id})

    async def add_group(self, request: web.Request) -> web.StreamResponse:
        """A group of all the people; the bot is not in it."""
        title = str((await body_of(request)).get("title", "")).strip()[:64]
        if not title:
            return web.json_response({"error": "a group needs a title"}, status=400)
        room = self._sandbox.room(title, *self._sandbox.people.values())
        return web.json_response({"id": room.id})

    async def _offers(self, person: "Person", query: str) -> dict[str, Any]:
        """What the bot offers for an inline query; nothing when it is silent for as long as Telegram waits."""
        try:
            offers = await person.wait_for_results(query, timeout_s=LIFETIMES_S["inline_query"])
        except TimeoutError:
            return {"query": query, "results": [], "button": None, "silent": True}
        shown = [
            {key: card.get(key, "") for key in ("id", "title", "description")} for card in offers.results
        ]
        return {"query": query, "results": shown, "button": offers.button}

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The stream of what changes: server-sent events with the name of the event and its JSON."""
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        changes: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()

        def listener(event: str, details: dict[str, Any]) -> None:
            changes.put_nowait((event, details))

        self._world.listeners.add(listener)
        try:
            await stream.prepare(request)
            await _send(stream, "people", shown.state(self._sandbox))
            while True:
                try:
                    event, details = await asyncio.wait_for(changes.get(), HEARTBEAT_S)
                except TimeoutError:
                    await stream.write(b": still here\n\n")
                    continue
                await self._forward(stream, event, details)
        except ConnectionResetError:
            return stream
        finally:
            self._world.listeners.discard(listener)

    async def _forward(self, stream: web.StreamResponse, event: str, details: dict[str, Any]) -> None:
        if event == "message":
            message = self._world.messages.get(details["message"])
            if message is None:
                return
            details = {"chat": details["chat"], "message": shown.message(self._world, message)}
        elif event == "people":
            details = shown.state(self._sandbox)
        await _send(stream, event, details)

    def _person(self, number: object) -> "Person":
        person = self._sandbox.people.get(_integer(number))
        if person is None:
            raise web.HTTPNotFound(text="No such person.\n")
        return person

    def _chat(self, request: web.Request) -> Chat:
        number = _integer(request.match_info["chat"])
        chat: Chat | None = self._world.accounts.get(number) or self._world.groups.get(number)
        if chat is None:
            raise web.HTTPNotFound(text="No such chat.\n")
        return chat

    def _set_language(self, person: "Person", language: object) -> None:
        person.account.language_code = str(language) if language in LANGUAGES else None
        self._world.tell("people", {})


def _integer(number: object) -> int:
    return int(number) if isinstance(number, int | str) and re.fullmatch("-?[0-9]{1,18}", str(number)) else 0


async def _send(stream: web.StreamResponse, event: str, details: object) -> None:
    await stream.write(f"event: {event}\ndata: {json.dumps(details, ensure_ascii=False)}\n\n".encode())
