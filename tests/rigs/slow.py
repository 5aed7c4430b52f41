"""The bot of tests/serve.py at 20 questions a second, with shorter limits, and one batch that takes far too long."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import serve

from bot import asker, webhook
from bot.quotes import Quotes
from index.answer import Answer

QUESTION_S, STALL_S = 0.05, 4.0
asker.WAIT_S, asker.LONGEST_S = 4.0, 5.0
asker.CROWD_S = webhook.CROWD_S = 5.0


class Slow(serve.Fragile):
    """Stalls once, when the rush has begun."""

    def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
        time.sleep(STALL_S if len(self.batches) == 5 else QUESTION_S * len(questions))
        return super().answer_many(questions)


if __name__ == "__main__":
    serve.Fragile = Slow  # type: ignore[misc]
    serve.main()
