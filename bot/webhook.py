"""Updates in, the other way: Telegram posts them to us, and hears 200 only after they were handled.

The webhook server of python-telegram-bot answers 200 before anything was handled, compares the secret with `!=`, and
logs a body that it cannot read.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.asker import BATCH, CROWD_S, Crowd
from bot.handling import Handling, Outcome
from bot.intake import ALLOWED_UPDATES, DRAIN_S, WINDOW, Backoff, TokenRejectedError, is_numbered, seconds_of
from bot.memory import Recent
from bot.settings import Door
from bot.transport import TelegramBot
from corpus.errors import SpravaError

MAX_BODY_BYTES = 2**20
MAX_DEPTH = 50
UNUSABLE_TRIES = 2
"""How often a body that cannot be used is refused; then it is accepted, or Telegram would repeat it for a day."""

_FULL = WINDOW - 2 * BATCH
"""Telegram keeps as many in flight as we take while more wait, except for the moment in which a batch is finished."""
_CALM_S = 3.0
"""A rush is over when for so long there were few updates, and none that had waited."""
_NETWORK_S = (0.5, 60.0)
_HELD_S, _UNREACHABLE_S, _STOPPING_S = 2, 5, 1

logger = logging.getLogger(__name__)


class WebhookRefusedError(SpravaError):
    """Telegram does not accept the address."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram refused the webhook address: check SPRAVA_WEBHOOK_URL (https, port 443, 80, 88 or 8443, a public name)."
        )


class Webhook:
    """The endpoint. Telegram keeps one update of a chat in flight, and at most as many as we take at once."""

    def __init__(
        self,
        bot: TelegramBot,
        handling: Handling,
        *,
        crowd: Crowd,
        door: Door,
        allowed: Sequence[str] = ALLOWED_UPDATES,
    ) -> None:
        self._bot = bot
        self._handling = handling
        self._crowd = crowd
        self._door = door
        self._allowed = list(allowed)
        self._secret = door.secret.encode()
        self._path = path_of(door.secret)
        self._open: set[int] = set()
        self._crowded_at = 0.0
        self._unusable: Recent[int] = Recent()
        self._stopping = asyncio.Event()
        self._broken: BaseException | None = None

    async def run(self) -> None:
        """Serve until `stop`; then finish what was begun. The webhook stays set: updates wait at Telegram."""
        # The largest body is checked while it is read; aiohttp's own limit would answer 413 for ever.
        app = web.Application(client_max_size=0)
        app.router.add_post(self._path, self._post)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._door.host, self._door.port).start()
            await self._set()
            await self._stopping.wait()
            await self._drain()
        finally:
            await runner.cleanup()
        if self._broken:
            raise self._broken

    def stop(self) -> None:
        """Begin nothing more. Safe at any moment: what is unfinished stays with Telegram."""
        self._stopping.set()

    async def _set(self) -> None:
        backoff = Backoff(*_NETWORK_S)
        while not self._stopping.is_set():
            try:
                await self._bot.set_webhook(
                    self._door.url + self._path,
                    secret_token=self._door.secret,
                    max_connections=WINDOW,
                    allowed_updates=self._allowed,
                )
            except InvalidToken:
                raise TokenRejectedError from None
            except BadRequest:
                raise WebhookRefusedError from None
            except RetryAfter as error:
                await asyncio.sleep(seconds_of(error))
            except TelegramError as error:
                logger.warning("telegram unreachable", extra={"error": type(error).__name__})
                await asyncio.sleep(backoff.next())
            else:
                logger.info("webhook set")
                return

    async def _post(self, request: web.Request) -> web.Response:
        """One update: 403 without the secret, 503 until it is done, 200 then."""
        told = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(told.encode(errors="surrogateescape"), self._secret):
            return _reply(HTTPStatus.FORBIDDEN)
        body = await _read(request)
        update = parse(body)
        if update is None:
            return self._refuse(body)
        if update["update_id"] in self._open:
            return _reply(HTTPStatus.SERVICE_UNAVAILABLE, _HELD_S)
        self._open.add(update["update_id"])
        try:
            self._note(update)
            return await self._handle(update)
        except Exception as error:  # noqa: BLE001 (see below)
            # The database failed, say: going on would answer the same questions for ever.
            self._broken = error
            self.stop()
            return _reply(HTTPStatus.SERVICE_UNAVAILABLE, _STOPPING_S)
        finally:
            self._open.discard(update["update_id"])

    def _note(self, update: dict[str, Any]) -> None:
        """Tell from one update whether more wait at Telegram than we take in. Once questions are refused few are in
        flight at any moment, however many wait: then the age of what comes tells."""
        now = time.monotonic()
        waited = self._crowd.lasts and waited_s(update, time.time()) > CROWD_S
        if len(self._open) >= _FULL or waited:
            self._crowded_at = now
            self._crowd.note(full=True)
        elif now - self._crowded_at > _CALM_S:
            self._crowd.note(full=False)

    async def _handle(self, update: dict[str, Any]) -> web.Response:
        async with self._handling.turn(update):
            if self._stopping.is_set():
                return _reply(HTTPStatus.SERVICE_UNAVAILABLE, _STOPPING_S)
            match await self._handling.attempt(update):
                case Outcome.DONE:
                    return _reply(HTTPStatus.OK)
                case Outcome.FAILED:
                    return _reply(HTTPStatus.SERVICE_UNAVAILABLE)  # the first repetition comes at once
                case Outcome.UNREACHABLE:
                    return _reply(HTTPStatus.SERVICE_UNAVAILABLE, _UNREACHABLE_S)
                case Outcome.HELD:
                    return _reply(HTTPStatus.SERVICE_UNAVAILABLE, _HELD_S)

    def _refuse(self, body: bytes) -> web.Response:
        tries = (self._unusable.get(body) or 0) + 1
        self._unusable.put(tries, body)
        logger.warning("webhook body unusable", extra={"attempts": tries})
        return _reply(HTTPStatus.BAD_REQUEST if tries <= UNUSABLE_TRIES else HTTPStatus.OK)

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(DRAIN_S):
                while self._open:  # noqa: ASYNC110 (at most 25 s, once)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass
        logger.info("stopped", extra={"unfinished": len(self._open)})


def path_of(secret: str) -> str:
    """The path that only Telegram is told: from the secret, so that replicas behind one address share it."""
    return "/" + hashlib.blake2b(secret.encode(), digest_size=16, person=b"sprava webhook").hexdigest()


def parse(body: bytes) -> dict[str, Any] | None:
    """The update in a body; None when it cannot be used: too large, too deep, not JSON, without a number."""
    if len(body) > MAX_BODY_BYTES:
        return None
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    usable = isinstance(update, dict) and is_numbered(update) and not _deeper(update, MAX_DEPTH)
    return update if usable else None


def waited_s(update: dict[str, Any], now: float) -> float:
    """Seconds since a message was written; 0 for whatever is no new message."""
    message = update.get("message")
    date = message.get("date") if isinstance(message, dict) else None
    return now - date if type(date) is int else 0.0


def _deeper(value: object, depth: int) -> bool:
    """Whether a JSON value is nested more than `depth` levels deep."""
    level = [value]
    for _ in range(depth):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


async def _read(request: web.Request) -> bytes:
    """The body, or a little more than may be in one."""
    parts, size = [], 0
    async for part in request.content.iter_chunked(2**16):
        parts.append(part)
        size += len(part)
        if size > MAX_BODY_BYTES:
            break
    return b"".join(parts)[: MAX_BODY_BYTES + 1]


def _reply(status: HTTPStatus, retry_after_s: int | None = None) -> web.Response:
    headers = None if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return web.Response(status=status, headers=headers)
