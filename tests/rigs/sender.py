"""A sender as a process of its own, to be killed: the bot's own parts but for the index, which it does not need.

Run as `python tests/rigs/sender.py DATABASE API_URL TOKEN RATE GROUPS [PLANTED BUG]`, with the numbers of groups that get every
message, and commas between. A rig that does not see the planted bug proves nothing.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from mailings import KEYS
from sqlalchemy.exc import OperationalError

from bot import delivery, outbox, outcomes, rows
from bot.database import DatabaseError, open_database
from bot.delivery import Delivery
from bot.lock import alone_with
from bot.mailing import Mailing
from bot.outbox import Outbox, end_claims
from bot.outcomes import Kind
from bot.pacing import Rate
from bot.rows import Begun
from bot.sending import open_sending
from bot.store import open_store
from bot.subscribers import Subscribers
from bot.transport import TelegramBot


def hurry() -> None:
    """Let a dead sender hold nothing up for long."""
    rows.LEASE_S, rows.SENDING_S = 6.0, 3.0
    delivery.SEND_S, delivery._NETWORK_S, delivery._IDLE_S, delivery._STALE_S = 2.0, (0.05, 0.5), 0.05, 1.0


def acknowledge_before_commit() -> None:
    """Take the row away before the message is sent."""
    attempt = Delivery._deliver

    async def deliver(self: Delivery, begun: Begun, *rest: Any) -> None:
        await asyncio.to_thread(self._outbox.finish, begun)
        await attempt(self, begun, *rest)

    Delivery._deliver = deliver  # type: ignore[method-assign]


def batch_commit() -> None:
    """Record what was sent thirty at a time, and let as many be under way."""
    sent, waiting = Outbox.sent, list[Begun]()

    def later(self: Outbox, begun: Begun, **more: Any) -> None:
        waiting.append(begun)
        if len(waiting) >= 30:
            for each in waiting:
                sent(self, each, **more)
            waiting.clear()

    Outbox.sent = later  # type: ignore[method-assign]
    outbox.IN_FLIGHT = 100


def no_lease_check() -> None:
    """Take what others hold."""
    rows.due = lambda now: outbox.OUTBOX.c.not_before <= now  # type: ignore[assignment]
    begin = Outbox._begin

    def careless(self: Outbox, connection: Any, row: Any, now: float) -> Any:
        values = {"claim": row.claim, "until": now + 5, "state": "pending"}
        mine = (outbox.OUTBOX.c.broadcast == row.broadcast.id) & (outbox.OUTBOX.c.tag == row.tag)
        connection.execute(outbox.update(outbox.OUTBOX).where(mine).values(values))
        return begin(self, connection, row, now)

    Outbox._begin = careless  # type: ignore[method-assign]


def retry_on_400() -> None:
    """Take every `NetworkError` for a bad connection, as its name invites to."""
    outcomes._GONE = ()
    table = [
        (known, Kind.UNKNOWN if kind in {Kind.BUG, Kind.MOVED} else kind) for known, kind in outcomes.TABLE
    ]
    outcomes.TABLE = tuple(table)


def ignore_pause() -> None:
    """Take a 429 for a message to send again, and nothing else."""
    keep_pause_in_memory()
    Delivery._hold = lambda _self, _seconds: None  # type: ignore[method-assign]


def keep_pause_in_memory() -> None:
    """Keep a 429 to oneself."""

    def again(self: Outbox, begun: Begun, _seconds: float) -> None:
        self.again(begun, wait_s=0.0)

    Outbox.pause = again  # type: ignore[method-assign]


POINTS = ("claim", "drop", "begin", "sent", "again", "pause", "release", "fill", "close", "send", "finish", "bury", "gone", "moved")  # fmt: skip


def die(point: str) -> None:
    """Be killed just before or after the 5th time of something: `before sent`, `after begin`."""
    when, name = point.split()
    owner: Any = Mailing if name in {"gone", "moved"} else Delivery if name == "send" else Outbox
    method = "_attempt" if name == "send" else name
    original, times = getattr(owner, method), iter(range(1, 10**6))

    def end(*, now: bool) -> None:
        if now:
            os.kill(os.getpid(), signal.SIGKILL)

    def dying(self: Any, *arguments: Any, **more: Any) -> Any:
        fifth = next(times) == (5 if name in {"begin", "sent", "send"} else 1)
        end(now=fifth and when == "before")
        result = original(self, *arguments, **more)
        end(now=fifth and when == "after")
        return result

    async def dying_later(self: Any, *arguments: Any, **more: Any) -> Any:
        fifth = next(times) == 5
        end(now=fifth and when == "before")
        result = await original(self, *arguments, **more)
        end(now=fifth and when == "after")
        return result

    setattr(owner, method, dying_later if name == "send" else dying)


IN_NO_HURRY = "in no hurry"
"""No bug: the leases that the bot has. For clean stops, after which nothing is held."""
PLANTS: dict[str, Callable[[], None]] = {
    "": lambda: None,
    IN_NO_HURRY: lambda: None,
    "acknowledge before commit": acknowledge_before_commit,
    "batch commit": batch_commit,
    "no lease check": no_lease_check,
    "retry on 400": retry_on_400,
    "pause ignored": ignore_pause,
    "pause kept in memory": keep_pause_in_memory,
}


async def main(database: str, api_url: str, token: str, rate: str, groups: str, plant: str = "") -> None:
    if plant != IN_NO_HURRY:
        hurry()
    if plant.startswith("die "):
        die(plant.removeprefix("die "))
    else:
        PLANTS[plant]()
    engine, stopping = open_database(database), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    print("can be stopped", flush=True)
    if engine.dialect.name == "sqlite":
        async with alone_with(Path(str(engine.url.database)), stopping):
            if not plant.startswith("no lease"):
                end_claims(engine)
    bot = TelegramBot(token, api_url=api_url, poll_timeout_s=1)
    await bot.initialize()
    people = Subscribers(engine, lambda: KEYS, now=time.time)
    waiting = Outbox(
        engine, now=time.time, tags_of=people.tags_of, rate=Rate(float(rate), max(float(rate) / 20, 2))
    )
    store = open_store(engine, lambda: KEYS, keep_months=3, now=time.time, quiet=waiting.quiet)
    targets = [int(group) for group in groups.split(",") if group]
    sender = open_sending(bot, store, waiting, keep_months=3, targets=targets)
    running = asyncio.create_task(sender.run())
    await stopping.wait()
    sender.stop()
    await running
    await bot.shutdown()


if __name__ == "__main__":
    for _ in range(100):
        try:
            asyncio.run(main(*sys.argv[1:]))
            break
        except (
            DatabaseError,
            OperationalError,
        ):  # its server is away: the service manager starts the bot again
            time.sleep(0.3)
