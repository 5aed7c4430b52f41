"""The sandbox: a strict Bot API on loopback, for tests and for the chat page.

async with Sandbox() as sandbox:                     # port=0: a free port; ledger=Path(...): kept on disk
    # give the bot sandbox.api_url ("http://127.0.0.1:…/bot") and sandbox.token
    alena = sandbox.person("Alena", language_code="be")
    question = await alena.say("When was Ihar Losik arrested?")
    reply = await alena.wait_for_reply(to=question, timeout_s=10)
    reply.text, reply.entities, reply.quotes, reply.keyboard, reply.reply_to
    query = await alena.press(reply, "Context")      # by a button's text or its callback data
    await alena.wait_for_edit(reply.id)
    await alena.wait_for_callback_answer(query)
    alena.block(); alena.unblock(); alena.messages()
    room = sandbox.room("Friends", alena)            # a supergroup; kind="group" or "channel"
    room.set_bot(alena, "member")                    # or administrator, left, kicked
    await room.wait_for_reply(await alena.say("/ask@sprava_sandbox_bot Who?", room=room))
    query = await alena.type_inline("When was Losik arrested?", room=room)
    await alena.choose(query, (await alena.wait_for_results(query)).results[0]["id"])
    sandbox.faults.add("sendMessage", drop_after(), nth=2)
    sandbox.clock.advance(150)
    sandbox.calls("sendMessage")                     # ledger entries
    assert sandbox.violations == []                  # nothing a careful bot would not do
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox import groups
from bot.sandbox.control import add_control, loopback_only
from bot.sandbox.faults import Fault, FaultKind, FaultPlan
from bot.sandbox.ledger import Entry, Ledger
from bot.sandbox.methods import METHODS, Done
from bot.sandbox.parameters import checked, read
from bot.sandbox.people import Person, Room
from bot.sandbox.rates import Rates
from bot.sandbox.refusal import ApiError, bad_request
from bot.sandbox.specification import load
from bot.sandbox.webhook import WEBHOOK_METHODS, Pusher
from bot.sandbox.world import World

TOKEN = "7000000001:AAsandbox-of-sprava-not-a-real-token"  # noqa: S105 (made up, good for nothing else)
MAX_BODY_BYTES = 20 * 2**20
_SENDING = frozenset({"sendMessage"})


class Sandbox:
    """One bot's world behind a Bot API server on 127.0.0.1."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        ledger: Path | None = None,
        rates: Rates | None = None,
        throttle: bool = True,
    ) -> None:
        self.token = token
        self.port = port
        self.world = World(throttle=throttle)
        self.clock = self.world.clock
        self.pusher = Pusher(self.world.updates, self.clock, self.world.bell)
        self.faults = FaultPlan()
        self.ledger = Ledger(ledger)
        self.rates = rates
        self.people: dict[int, Person] = {}
        self.rooms: dict[int, Room] = {}
        self._specification = load()
        self._names = {name.lower(): name for name in self._specification.methods}
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Sandbox":
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on 127.0.0.1; raises OSError when the port is taken."""
        app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[loopback_only])
        add_control(app, self)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection and the ledger."""
        await self.pusher.remove()
        if self._runner is not None:
            await self._runner.cleanup()
        self.ledger.close()

    @property
    def api_url(self) -> str:
        """The address that a bot puts its token behind."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def page_url(self) -> str:
        """The address of the chat page."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def violations(self) -> list[str]:
        """Every breach of a documented rule so far, with the number and method of the call."""
        return [
            f"call {entry.sequence} {entry.method}: {breach}"
            for entry in self.ledger.entries
            for breach in entry.breaches
        ]

    def person(self, name: str, *, language_code: str | None = None, username: str | None = None) -> Person:
        """A new fictional person who has not yet talked to the bot."""
        account = self.world.add_account(name, language_code=language_code, username=username)
        self.people[account.id] = Person(self.world, account, self._record_act)
        return self.people[account.id]

    def room(self, title: str, *people: Person, kind: str = "supergroup") -> Room:
        """A group, supergroup or channel of these people, without the bot."""
        group = groups.add(self.world, title, [person.account for person in people], kind=kind)
        self.rooms[group.id] = Room(self.world, group, self._record_act)
        return self.rooms[group.id]

    def calls(self, method: str | None = None) -> list[Entry]:
        """The bot's calls of one method, or all of them, in order."""
        return [
            entry
            for entry in self.ledger.entries
            if entry.verdict != "act" and method in (None, entry.method)
        ]

    def _record_act(self, act: str, *, message_id: int | None = None, **parameters: Any) -> None:
        self.ledger.append(
            time=self.clock.now(), method=act, parameters=parameters, verdict="act", message_id=message_id
        )

    async def _call(self, request: web.Request) -> web.StreamResponse:
        """One request to the Bot API: fault, check, perform, record, reply."""
        if request.match_info["token"] != self.token:
            return _refusal(ApiError(401, "Unauthorized"))
        method = self._names.get(request.match_info["method"].lower())
        if method is None:
            refused = ApiError(404, "Not Found: method not found")
            self._record(request.match_info["method"], {}, refused, None, ["unknown method"])
            return _refusal(refused)
        fault = self.faults.take(method)
        if fault is not None:
            self.world.tell("people", {})  # the page shows what is still to come
        try:
            raw = await read(request)
        except ApiError as refused:
            self._record(method, {}, refused, fault, [refused.description])
            return _refusal(refused)
        if fault is not None and fault.kind in (FaultKind.DROP_BEFORE, FaultKind.ERROR):
            return self._fail(request, method, raw, fault)
        if fault is not None and fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.seconds)
        outcome = await self._perform(method, raw, fault)
        if fault is not None and fault.kind is FaultKind.DROP_AFTER:
            return _broken(request)
        if fault is not None and fault.kind is FaultKind.GARBAGE:
            return web.Response(text='{"ok":true,"result":{"mess', content_type="application/json")
        if isinstance(outcome, ApiError):
            return _refusal(outcome)
        return _json({"ok": True, "result": outcome.result})

    def _fail(
        self, request: web.Request, method: str, raw: dict[str, Any], fault: Fault
    ) -> web.StreamResponse:
        """Apply a fault that comes instead of accepting the call."""
        parameters = None if fault.retry_after is None else {"retry_after": fault.retry_after}
        refused = ApiError(fault.status, fault.description, parameters=parameters)
        self._record(method, raw, refused, fault, [])
        return _broken(request) if fault.kind is FaultKind.DROP_BEFORE else _refusal(refused)

    async def _perform(self, method: str, raw: dict[str, Any], fault: Fault | None) -> Done | ApiError:
        """Do what the call asks for and write it to the ledger."""
        breaches: list[str] = []
        outcome: Done | ApiError
        try:
            given, breaches = checked(self._specification, method, raw)
            if method == "getUpdates":
                outcome = await self._poll(given)
            elif method in WEBHOOK_METHODS:
                outcome = Done(await self.pusher.call(method, given))
                self._listens()
            else:
                outcome = self._run(method, given)
            breaches += outcome.breaches
        except ApiError as refused:
            outcome = refused
            breaches += [refused.description] if refused.breach else []
        entry = self._record(method, raw, outcome, fault, breaches)
        if isinstance(outcome, Done) and outcome.message is not None:
            outcome.message.calls.append(
                {"sequence": entry.sequence, "method": method, "parameters": entry.parameters}
            )
        return outcome

    async def _poll(self, given: dict[str, Any]) -> Done:
        if self.pusher.address:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        self._listens()
        updates = await self.world.updates.poll(
            offset=given.get("offset", 0),
            limit=given.get("limit", 100),
            timeout_s=given.get("timeout", 0),
            allowed=given.get("allowed_updates"),
        )
        return Done(updates)

    def _listens(self) -> None:
        if not self.world.bot_listens:
            self.world.bot_listens = True
            self.world.tell("people", {})

    def _run(self, method: str, given: dict[str, Any]) -> Done:
        emulated = METHODS.get(method)
        if emulated is None:
            raise bad_request(f"the sandbox does not emulate {method}")
        for name in given.keys() - emulated.honours:
            raise bad_request(f"the sandbox does not emulate {name} of {method}")
        if self.rates is not None and method in _SENDING and isinstance(given["chat_id"], int):
            self.rates.admit(given["chat_id"], self.clock.now())
        return emulated.run(self.world, given)

    def _record(
        self,
        method: str,
        raw: dict[str, Any],
        outcome: Done | ApiError,
        fault: Fault | None,
        breaches: list[str],
    ) -> Entry:
        refused = outcome if isinstance(outcome, ApiError) else None
        message = outcome.message if isinstance(outcome, Done) else None
        result = outcome.result if isinstance(outcome, Done) else None
        faulty = refused is not None and fault is not None and fault.kind in _INSTEAD
        return self.ledger.append(
            time=self.clock.now(),
            method=method,
            parameters={name: _readable(value) for name, value in raw.items()},
            verdict="fault" if faulty else "refused" if refused else "ok",
            code=refused.code if refused else 200,
            description=refused.description if refused else "",
            message_id=None if message is None else message.id,
            fault=None if fault is None else str(fault),
            breaches=breaches,
            result=[update["update_id"] for update in result] if method == "getUpdates" and result else None,
        )


_INSTEAD = frozenset({FaultKind.DROP_BEFORE, FaultKind.ERROR})


def _readable(value: Any) -> Any:
    """A parameter as the ledger keeps it: nested objects unpacked, files by their size."""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(
        body, status=status, headers=headers, dumps=lambda value: json.dumps(value, ensure_ascii=False)
    )


def _refusal(refused: ApiError) -> web.Response:
    retry_after = (refused.parameters or {}).get("retry_after")
    headers = None if retry_after is None else {"Retry-After": str(retry_after)}
    return _json(refused.body(), refused.code, headers)


def _broken(request: web.Request) -> web.StreamResponse:
    """Reset the connection; the response is never written."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
