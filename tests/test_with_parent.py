"""A bot that was started by another program ends with it, however that one ends."""

import asyncio
import os
import sys
from pathlib import Path

from articles import publish

from bot.sandbox.server import Sandbox

BOT = """
import asyncio
import gc
from articles import RuleBase
from encoders import HashingEncoder
from bot.app import run
from bot.quotes import Quotes
from bot.settings import BotSettings
from index.reader import Reader

settings = BotSettings()
reader = Reader(settings.index_folder, Quotes, model=HashingEncoder.name, every_s=0.1)
reader.follow()
asyncio.run(run(settings, base=RuleBase(reader.get), with_parent=True))
assert gc.get_freeze_count(), "what it had loaded is to be left out of full collections"
"""


async def test_the_bot_stops_when_its_standard_input_ends(tmp_path: Path) -> None:
    publish(tmp_path)
    async with Sandbox() as sandbox:
        settings = {"HOME": tmp_path, "BOT_TOKEN": sandbox.token, "BOT_API_URL": sandbox.api_url}
        own = {name: value for name, value in os.environ.items() if not name.startswith("SPRAVA_")}
        environment = own | {f"SPRAVA_{name}": str(value) for name, value in settings.items()}
        environment["PYTHONPATH"] = str(Path(__file__).parent)
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-c", BOT, env=environment, stdin=asyncio.subprocess.PIPE
        )
        alena = sandbox.person("Alena", language_code="en")
        await alena.wait_for_reply(await alena.say("When was Losik arrested?"), timeout_s=30)
        assert bot.returncode is None
        assert bot.stdin is not None
        bot.stdin.close()
        assert await asyncio.wait_for(bot.wait(), 10) == 0
