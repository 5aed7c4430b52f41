"""The real bot as a process of its own, over a published index, with the rules of the tests in place of the model.

Run as `python tests/serve.py PAUSE_S`; settings come from the environment, as for `sprava bot run`; with
SPRAVA_WEBHOOK_URL it serves a webhook. A question that says "crash" ends the process as a fault in native code would.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from articles import RuleBase
from encoders import HashingEncoder

from bot.app import run
from bot.quotes import Quotes
from bot.settings import BotSettings
from corpus.errors import SpravaError
from index.answer import Answer
from index.reader import Reader


class Fragile(RuleBase):
    """Dies of one question."""

    def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
        if any("crash" in question for question in questions):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().answer_many(questions)


def main() -> None:
    settings = BotSettings()
    reader = Reader(settings.index_folder, Quotes, model=HashingEncoder.name, every_s=0.1)
    reader.follow()
    base = Fragile(reader.get, pause_s=float(sys.argv[1]))
    asyncio.run(run(settings, base=base, door=settings.door() if settings.webhook_url else None))


if __name__ == "__main__":
    try:
        main()
    except SpravaError as error:
        sys.exit(f"sprava: {error}")
