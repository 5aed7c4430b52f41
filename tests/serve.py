"""The real bot as a process of its own, over a published index, with the rules of the tests in place of the model.

Run as `python tests/serve.py PAUSE_S`; settings come from the environment, as for `sprava bot run`.
"""

import asyncio
import sys

from articles import RuleBase
from encoders import HashingEncoder

from bot.app import run
from bot.quotes import Quotes
from bot.settings import BotSettings
from corpus.errors import SpravaError
from index.reader import Reader


def main() -> None:
    settings = BotSettings()
    reader = Reader(settings.index_folder, Quotes, model=HashingEncoder.name, every_s=0.1)
    asyncio.run(run(settings, base=RuleBase(reader.get, pause_s=float(sys.argv[1]))))


if __name__ == "__main__":
    try:
        main()
    except SpravaError as error:
        sys.exit(f"sprava: {error}")
