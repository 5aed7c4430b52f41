"""What a broken connection means: surely not sent, or unknown; and no error knows the token."""

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.transport import AiohttpRequest, NotSentError, OutcomeUnknownError, TelegramBot

TOKEN = "7000000001:AAcanaryCanaryCanaryCanaryCanaryCa1"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[str]:
    """A server that does what `serve` does with each connection; its address."""
    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"
    finally:
        running.close()


def replying(
    payload: bytes, *, status: str = "200 OK", length: int | None = None, pause_s: float = 0
) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(pause_s)
        size = len(payload) if length is None else length
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\nLocation: /x\r\n\r\n".encode() + payload
        )
        writer.close()

    return serve


async def post(address: str) -> object:
    async with AiohttpRequest(connections=1, read_timeout_s=0.3) as request:
        return await request.post(f"{address}/bot{TOKEN}/getMe")


async def failure_of(address: str) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await post(address)
    return caught.value


async def test_a_good_reply_is_its_result() -> None:
    async with server(replying(b'{"ok":true,"result":{"id":7}}')) as address:
        assert await post(address) == {"id": 7}


async def test_a_refused_connection_is_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert type(await failure_of(f"http://127.0.0.1:{port}")) is NotSentError


async def test_a_name_that_does_not_resolve_is_not_sent() -> None:
    assert type(await failure_of("http://nowhere.invalid")) is NotSentError


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


@pytest.mark.parametrize(
    "serve",
    [
        hang_up,
        replying(b"{}", pause_s=1),
        replying(b'{"ok":true,"result":{"mess', length=500),
        replying(b'{"ok":true,"result":{"mess'),
        replying(b"<html>Bad gateway</html>"),
        replying(b"[" * 100_000),
        replying(b"[]"),
        replying(b"\xff\xfe"),
    ],
    ids=["hangs up", "too slow", "cut off", "half JSON", "HTML", "deep", "a list", "not text"],
)
async def test_once_written_the_outcome_is_unknown(serve: Serve) -> None:
    async with server(serve) as address:
        assert type(await failure_of(address)) is OutcomeUnknownError


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("400 Bad Request", '"description":"Bad Request: chat not found"', BadRequest),
        ("401 Unauthorized", '"description":"Unauthorized"', InvalidToken),
        ("403 Forbidden", '"description":"Forbidden: bot was blocked by the user"', Forbidden),
        ("404 Not Found", '"description":"Not Found"', InvalidToken),
        ("409 Conflict", '"description":"Conflict: terminated by other getUpdates request"', Conflict),
        (
            "429 Too Many Requests",
            '"description":"Too Many Requests","parameters":{"retry_after":7}',
            RetryAfter,
        ),
        ("500 Internal Server Error", '"description":"Internal Server Error"', NetworkError),
        ("302 Found", '"description":"Found"', NetworkError),
    ],
)
async def test_telegrams_refusals_keep_their_meaning(
    status: str, body: str, error: type[TelegramError]
) -> None:
    async with server(replying(f'{{"ok":false,{body}}}'.encode(), status=status)) as address:
        assert type(await failure_of(address)) is error


async def test_no_error_holds_the_token_anywhere() -> None:
    cases: list[Serve] = [hang_up, replying(b"{}", pause_s=1), replying(b"x", status="502 Bad Gateway")]
    errors = [await failure_of("http://nowhere.invalid")]
    for serve in cases:
        async with server(serve) as address:
            errors.append(await failure_of(address))
    for error in errors:
        assert error.__context__ is None or type(error.__context__).__module__.startswith("bot.")
        assert "Canary" not in "".join(traceback.format_exception(error))
        assert "Canary" not in repr(error)


async def test_updates_come_unparsed_over_a_pool_of_their_own() -> None:
    seen = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].rsplit(b"/", 1)[1])
        body = b'{"ok":true,"result":[{"update_id":1,"message":"poison"}]}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        writer.close()

    async with server(serve) as address:
        bot = TelegramBot(TOKEN, api_url=f"{address}/bot", poll_timeout_s=1)
        polls, answers = bot._request
        assert polls is not answers
        await polls.initialize()
        assert await bot.raw_updates(limit=100) == [{"update_id": 1, "message": "poison"}]
        await polls.shutdown()
    assert seen == [b"getUpdates"]
