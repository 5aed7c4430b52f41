"""The real bot as a process of its own, over a published index, with the small encoder of the tests in place of the model.

Run as `python tests/serve.py`; settings come from the environment, as for `sprava bot run`.
"""

import asyncio

from encoders import HashingEncoder

from bot.app import run
from bot.base import PublishedBase
from bot.quotes import Quotes
from bot.settings import BotSettings
from index.reader import Reader


def main() -> None:
    settings = BotSettings()
    encoder = HashingEncoder()
    reader = Reader(settings.index_folder, Quotes, model=encoder.name)
    asyncio.run(run(settings, base=PublishedBase(reader, encoder)))


if __name__ == "__main__":
    main()
