"""How requests reach Telegram: aiohttp under python-telegram-bot, one bounded pool for polls and one for answers.

No error raised here holds the address of a request, because the address holds the token.
"""

import json
from typing import Any

import aiohttp
from telegram import Bot
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

_CONNECT_S = 10.0
ANSWER_S = 15.0
_ANSWER_CONNECTIONS = 64


class NotSentError(NetworkError):
    """The request never left this machine: repeating it is harmless."""


class OutcomeUnknownError(NetworkError):
    """The request may have reached Telegram, and no readable reply came: repeating it may do it twice."""


class AiohttpRequest(BaseRequest):
    """One pool of connections. The httpx pool of python-telegram-bot collapses when many requests are in flight
    (encode/httpcore #1035, python-telegram-bot #4560)."""

    __slots__ = ("_connections", "_read_timeout_s", "_session")

    def __init__(self, *, connections: int, read_timeout_s: float) -> None:
        self._connections = connections
        self._read_timeout_s = read_timeout_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for the next bytes of a reply."""
        return self._read_timeout_s

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30)
            self._session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": "sprava"})

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of the reply; raises `NotSentError` or `OutcomeUnknownError`."""
        del write_timeout, connect_timeout, pool_timeout  # one limit for each is enough
        if self._session is None:
            raise NotSentError("The connection pool is closed.")
        waits = self._read_timeout_s if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        timeout = aiohttp.ClientTimeout(total=None, connect=_CONNECT_S, sock_read=waits)
        body = json.dumps(request_data.parameters if request_data else {}).encode()
        headers = {"Content-Type": "application/json"}
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            failure = _failure(error)
        # Raised outside the handler: the caught error knows the address, so it may not even be the context of ours.
        raise failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The reply as an object; raises `OutcomeUnknownError`. Unlike the inherited one it does not log the body."""
        try:
            reply = json.loads(payload)
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict) or not ("result" in reply or "description" in reply):
            raise OutcomeUnknownError("The reply could not be read.")
        return reply


def _failure(error: Exception) -> NetworkError:
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return NotSentError(f"No connection ({type(error).__name__}).")
    return OutcomeUnknownError(f"The connection broke ({type(error).__name__}).")


class TelegramBot(Bot):
    """python-telegram-bot's `Bot` over our pools, with the one call that it lacks: updates as they came."""

    __slots__ = ()

    def __init__(self, token: str, *, api_url: str, poll_timeout_s: float) -> None:
        super().__init__(
            token,
            base_url=api_url,
            request=AiohttpRequest(connections=_ANSWER_CONNECTIONS, read_timeout_s=ANSWER_S),
            get_updates_request=AiohttpRequest(connections=1, read_timeout_s=poll_timeout_s + ANSWER_S),
        )

    async def raw_updates(self, **parameters: Any) -> list[dict[str, Any]]:
        """The reply to getUpdates, unparsed: `Bot.get_updates` fails for the whole batch when one update is bad."""
        updates: list[dict[str, Any]] = await self._post("getUpdates", parameters)
        return updates

    async def send_text(self, chat_id: int | str, text: str, **parameters: Any) -> int:
        """Send a message and return its number. `Bot.send_message` makes objects of all that the reply repeats: the
        question, the answer and its buttons."""
        sent = await self._post("sendMessage", {"chat_id": chat_id, "text": text, **parameters})
        return int(sent["message_id"])
