"""What a person can do with the bot, and what they see: conversations with the running bot in the sandbox."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from articles import DOCUMENTS, VERDICT, RuleBase, numbered, version
from conversations import Player, draw, play

from bot import asker, replies
from bot.app import serve
from bot.asker import Asker
from bot.database import open_database
from bot.quotes import Quotes
from bot.sandbox import faults
from bot.sandbox.server import Sandbox
from bot.seen import Seen
from bot.transport import TelegramBot

SCRIPTS = Path(__file__).parent / "conversations"


@asynccontextmanager
async def serving(sandbox: Sandbox, folder: Path, base: RuleBase | None = None) -> AsyncIterator[None]:
    """The bot at work in this process."""
    bot = TelegramBot(sandbox.token, api_url=sandbox.api_url, poll_timeout_s=50)
    engine = open_database(f"sqlite:///{folder}/bot.sqlite")
    quotes = Quotes(version())
    stopping = asyncio.Event()
    await bot.initialize()
    running = serve(
        bot, Seen(engine, now=lambda: 0.0), Asker(base or RuleBase(lambda: quotes)), stopping, groups=True
    )
    task = asyncio.create_task(running)
    try:
        yield
    finally:
        stopping.set()
        await task
        await bot.shutdown()
        engine.dispose()


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.txt")), ids=lambda path: path.stem)
async def test_a_conversation_goes_as_written(script: Path, tmp_path: Path) -> None:
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        assert await play(sandbox, script.read_text()) == script.read_text()
        assert sandbox.violations == []
