"""The bot as `sprava bot run` starts it, with the embedded model. Settings come from the environment."""

import asyncio

from bot.app import run
from bot.base import open_base
from bot.settings import BotSettings

if __name__ == "__main__":
    settings = BotSettings()
    door = settings.door() if settings.webhook_url else None
    base = open_base(settings)
    base.follow()
    asyncio.run(run(settings, base=base, door=door))
