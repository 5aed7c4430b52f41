"""A bare Bot API client for the sandbox's own tests: it knows nothing of any bot library."""

import json
from typing import Any

from aiohttp import ClientSession

from bot.sandbox.server import Sandbox


class Client:
    """Calls methods with a form, nested objects as JSON strings, as bot libraries do."""

    def __init__(self, sandbox: Sandbox, session: ClientSession) -> None:
        self.sandbox = sandbox
        self._session = session

    async def raw(
        self, method: str, *, token: str | None = None, **parameters: Any
    ) -> tuple[int, dict[str, Any]]:
        """Status and body of one call."""
        form = {
            name: json.dumps(value) if isinstance(value, dict | list | bool) else str(value)
            for name, value in parameters.items()
        }
        url = f"{self.sandbox.api_url}{token or self.sandbox.token}/{method}"
        async with self._session.post(url, data=form) as reply:
            return reply.status, json.loads(await reply.text())

    async def ok(self, method: str, **parameters: Any) -> Any:
        """The result of a call that must succeed."""
        status, body = await self.raw(method, **parameters)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def refused(self, method: str, **parameters: Any) -> str:
        """Code and description of a call that must be refused."""
        status, body = await self.raw(method, **parameters)
        assert body["ok"] is False, body
        assert status == body["error_code"]
        return f"{body['error_code']} {body['description']}"
