"""Updates out, put together: the outbox, what fills it by the clock, and the sender. Runs beside the answers."""

import asyncio
import time
from collections.abc import Callable, Sequence

from bot.delivery import Delivery
from bot.mailing import Mailing, Standing
from bot.outbox import Outbox
from bot.pace import Pace
from bot.replies import deliver, erase
from bot.store import Store
from bot.ticks import Ticks
from bot.transport import TelegramBot


class Sending:
    """The sender of this process. Several may share a database."""

    def __init__(self, delivery: Delivery, ticks: Ticks, pace: Pace) -> None:
        self.pace = pace
        self._delivery = delivery
        self._ticks = ticks

    async def run(self) -> None:
        """Send until `stop`, then finish what is under way. Raises `TokenRejectedError`."""
        ticking = asyncio.create_task(self._ticks.run())
        try:
            await self._delivery.run()
        finally:
            ticking.cancel()

    def stop(self) -> None:
        """Begin nothing more."""
        self._delivery.stop()


def open_sending(
    bot: TelegramBot,
    store: Store,
    outbox: Outbox,
    *,
    keep_months: int,
    targets: Sequence[int | str] = (),
    standing: Standing | None = None,
    now: Callable[[], float] = time.time,
) -> Sending:
    """The sender over an initialised bot."""
    pace = Pace()
    mailing = Mailing(
        outbox.engine,
        store,
        bot_name=bot.username,
        keep_months=keep_months,
        now=now,
        targets=targets,
        standing=standing,
    )
    delivery = Delivery(
        outbox,
        mailing,
        send=lambda chat, page, silent: deliver(bot, chat, page, silent=silent),
        pace=pace,
        targets=[str(target) for target in targets],
    )
    ticks = Ticks(
        outbox.engine,
        now=now,
        keep_months=keep_months,
        subscribers=store.subscribers,
        deletions=store.deletions,
        erase=lambda chat, messages: erase(bot, chat, messages),
    )
    return Sending(delivery, ticks, pace)
