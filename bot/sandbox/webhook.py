"""Delivery by webhook as tdlib/telegram-bot-api does it (WebhookActor.cpp): one update of a chat in flight, chats in
parallel, repeated with growing pauses until it is accepted or too old.

What differs: http on a loopback address is allowed, on any port, because the sandbox never leaves this machine.
"""

import asyncio
import heapq
import random
import re
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.sandbox.clock import Bell, Clock
from bot.sandbox.refusal import ApiError, bad_request
from bot.sandbox.updates import QueuedUpdate, UpdateQueue

WEBHOOK_METHODS: Mapping[str, frozenset[str]] = {
    "setWebhook": frozenset(
        {"url", "secret_token", "max_connections", "allowed_updates", "drop_pending_updates"}
    ),
    "deleteWebhook": frozenset({"drop_pending_updates"}),
    "getWebhookInfo": frozenset(),
}
"""The methods of this module and the parameters that each honours."""
PORTS = frozenset({443, 80, 88, 8443})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CONNECTIONS = 40
ANSWER_S = 60.0
"""A connection without an answer is cut after this."""
LONGEST_RETRY_AFTER_S = 3600
GONE_S = 23 * 3600
"""An address that has answered 410 for this long is forgotten."""
FIRST_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Address:
    """What setWebhook set."""

    url: str
    secret: str | None
    connections: int


@dataclass(slots=True)
class _Queue:
    """The updates of one chat, or of one person and kind."""

    updates: deque[QueuedUpdate] = field(default_factory=deque)
    pause_s: float = 0.0
    busy: bool = False


class Pusher:
    """Posts what waits in the queue to the bot's address."""

    def __init__(self, queue: UpdateQueue, clock: Clock, bell: Bell, *, seed: int = 0) -> None:
        self.address: Address | None = None
        self.posted: dict[int, float] = {}
        """When each update was posted first."""
        self._queue = queue
        self._clock = clock
        self._bell = bell
        self._random = random.Random(seed)  # noqa: S311 (spreads load, guards nothing)
        self._queues: dict[object, _Queue] = {}
        self._ready: list[tuple[float, int, object]] = []
        self._order = 0
        self._in_flight = 0
        self._last_error: tuple[int, str] | None = None
        self._gone_since: float | None = None
        self._set_at = float("-inf")
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        queue.listener = self._add

    async def call(self, method: str, given: Mapping[str, Any]) -> Any:
        """The result of one of `WEBHOOK_METHODS`."""
        for name in given.keys() - WEBHOOK_METHODS[method]:
            raise bad_request(f"the sandbox does not emulate {name} of {method}")
        if method == "getWebhookInfo":
            return self.info()
        if method == "setWebhook":
            self._once_a_second()
            if url := given["url"]:
                check(url, given.get("secret_token"))
        if given.get("drop_pending_updates"):
            self._queue.drop()
        await self.remove()
        if "allowed_updates" in given:
            self._queue.allowed = frozenset(given["allowed_updates"])
        if method == "setWebhook" and given["url"]:
            self._begin(
                Address(given["url"], given.get("secret_token"), given.get("max_connections", CONNECTIONS))
            )
        return True

    def _once_a_second(self) -> None:
        now = self._clock.now()
        if now < self._set_at + 1:
            raise ApiError(429, "Too Many Requests: retry after 1", parameters={"retry_after": 1})
        self._set_at = now

    def _begin(self, address: Address) -> None:
        self.address = address
        self._last_error = self._gone_since = None
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=ANSWER_S)
        )
        for update in self._queue.pending():
            self._add(update)
        self._start(self._run(address))

    async def remove(self) -> None:
        """deleteWebhook; what is in flight is cut off and stays in the queue."""
        self.address = None
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        self._session = None
        self._queues.clear()
        self._ready.clear()
        self._in_flight = 0

    def info(self) -> dict[str, Any]:
        """The WebhookInfo object."""
        info: dict[str, Any] = {
            "url": self.address.url if self.address else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue.pending()),
        }
        if self.address:
            info |= {"max_connections": self.address.connections, "ip_address": "127.0.0.1"}
            if self._last_error:
                info |= {"last_error_date": self._last_error[0], "last_error_message": self._last_error[1]}
        if self._queue.allowed:
            info["allowed_updates"] = sorted(self._queue.allowed)
        return info

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _add(self, update: QueuedUpdate) -> None:
        if self.address is None:
            return
        key = queue_of(update)
        queue = self._queues.setdefault(key, _Queue())
        queue.updates.append(update)
        if len(queue.updates) == 1:
            self._make_ready(key, self._clock.now())
        self._bell.ring()

    def _make_ready(self, key: object, at: float) -> None:
        self._order += 1
        heapq.heappush(self._ready, (at, self._order, key))

    async def _run(self, address: Address) -> None:
        while self.address is address:
            now = self._clock.now()
            while self._ready and self._ready[0][0] <= now and self._in_flight < address.connections:
                _, _, key = heapq.heappop(self._ready)
                self._in_flight += 1
                self._start(self._deliver(address, key))
            left_s = self._ready[0][0] - now if self._ready and self._in_flight < address.connections else 60
            await self._bell.wait(max(left_s, 0.001))

    async def _deliver(self, address: Address, key: object) -> None:
        queue = self._queues[key]
        update = queue.updates[0]
        status, retry_after_s, wrong = 200, None, ""
        if update.expires > self._clock.now():
            self.posted.setdefault(update.number, self._clock.now())
            status, retry_after_s, wrong = await self._post(address, update)
        if self.address is not address:
            return
        self._in_flight -= 1
        now = self._clock.now()
        if 200 <= status <= 299:
            self._gone_since = None
            self._done(key, queue, update)
        else:
            self._last_error = (int(now), wrong)
            self._note_gone(status, now)
            pause_s = self._pause_s(queue, retry_after_s)
            if now + pause_s >= update.expires:
                self._done(key, queue, update)
            elif self.address:
                self._make_ready(key, now + pause_s)
        self._bell.ring()

    def _done(self, key: object, queue: _Queue, update: QueuedUpdate) -> None:
        self._queue.remove(update.number)
        queue.updates.popleft()
        queue.pause_s = 0.0
        if queue.updates:
            self._make_ready(key, self._clock.now())
        else:
            del self._queues[key]

    def _note_gone(self, status: int, now: float) -> None:
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now > self._gone_since + GONE_S:
            self.address = None

    def _pause_s(self, queue: _Queue, retry_after_s: int | None) -> float:
        """At once after the first failure; then what the bot asks for, or twice as long as before up to a cap."""
        before, queue.pause_s = queue.pause_s, max(FIRST_PAUSE_S, queue.pause_s * 2)
        cap = self._random.uniform(60, 120)
        queue.pause_s = min(queue.pause_s, cap)
        if retry_after_s is not None:
            return float(min(retry_after_s, LONGEST_RETRY_AFTER_S))
        return 0.0 if before == 0 else queue.pause_s

    async def _post(self, address: Address, update: QueuedUpdate) -> tuple[int, int | None, str]:
        headers = {"X-Telegram-Bot-Api-Secret-Token": address.secret} if address.secret else {}
        if self._session is None:
            return 0, None, "Connection closed"
        try:
            async with self._session.post(
                address.url, json=update.as_json(), headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                told = answer.headers.get("Retry-After", "")
                wrong = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                return answer.status, int(told) if told.isdecimal() else None, wrong
        except aiohttp.ClientConnectorError:
            return 0, None, "Connection refused"
        except TimeoutError:
            return 0, None, "Read timeout expired"
        except (aiohttp.ClientError, OSError):
            return 0, None, "Connection reset by peer"


def queue_of(update: QueuedUpdate) -> object:
    """What keeps updates in order: their chat, else their person and kind."""
    message = update.payload.get("message") if update.kind == "callback_query" else update.payload
    chat = message.get("chat") if isinstance(message, dict) else None
    if isinstance(chat, dict) and "id" in chat and update.kind != "inline_query":
        return repr(chat["id"])
    person = update.payload.get("from")
    return update.kind, repr(person.get("id")) if isinstance(person, dict) else update.number


def check(url: str, secret: str | None) -> None:
    """Refuse an address or a secret that Telegram would refuse."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if parts.scheme != "https" and not local:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not local and (parts.port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if not local:
        raise bad_request("the sandbox delivers to loopback addresses only")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
