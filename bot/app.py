"""The composition root: settings in, a running bot out. Whatever the bot is made of is put together here."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from telegram.error import InvalidToken, TelegramError

from bot import logs
from bot.asker import Asker, Base
from bot.database import Engine, open_database
from bot.garbage import settle
from bot.handlers import Handlers
from bot.handling import Handling
from bot.intake import POLL_S, Backoff, Intake, TokenRejectedError
from bot.keys import KeySource
from bot.lock import alone_with
from bot.matching import QuestionBase, Standing
from bot.newsroom import begin
from bot.outbox import Outbox, end_claims
from bot.places import Places
from bot.profile import set_profile
from bot.replies import Replies
from bot.seen import Seen
from bot.sending import Sending, open_sending
from bot.settings import BotSettings, Door
from bot.store import Store, open_store
from bot.subscribers import Subscribers, check_keys
from bot.switches import keep_to
from bot.transport import TelegramBot
from bot.webhook import Webhook
from corpus.cases import load_cases

_FORGET_EVERY_S = 3600

logger = logging.getLogger(__name__)


async def run(
    settings: BotSettings, *, base: Base, door: Door | None = None, with_parent: bool = False
) -> None:
    """Serve until SIGTERM or SIGINT: behind the webhook `door`, else by polling. Raises what an operator can act on:
    no token, a rejected one, no database."""
    logs.set_up()
    asyncio.get_running_loop().set_exception_handler(logs.log_loop_error)
    bot = TelegramBot(settings.token(), api_url=settings.api_url(), poll_timeout_s=POLL_S)
    engine, keys = open_database(settings.database()), settings.key_source()
    check_keys(engine, keys() if keys else None)
    if keys and settings.secret_file("secret_key", settings.secret_key_file) is None:
        logger.warning("the secret key stands in the environment: a file is safer")
    seen = Seen(engine, now=time.time)
    stopping = asyncio.Event()
    _on_signals(stopping)
    if with_parent:
        _at_end_of_input(stopping)
    try:
        async with _alone(engine, seen, stopping) as alone:
            if alone and await _connect(bot, stopping):
                keep_to(engine, bot.id)
                outbox, store = _open(engine, keys, settings)
                begin(
                    store.announcements, base.quotes().version
                )  # what is there at the first start is no news
                settle()
                await serve(
                    bot,
                    seen,
                    Asker(base),
                    stopping,
                    places=settings.places(),
                    store=store,
                    door=door,
                    sending=_sending(bot, store, outbox, settings, base),
                )
    finally:
        await bot.shutdown()
        engine.dispose()


async def serve(
    bot: TelegramBot,
    seen: Seen,
    asker: Asker,
    stopping: asyncio.Event,
    *,
    places: Places,
    store: Store,
    door: Door | None = None,
    sending: Sending | None = None,
) -> None:
    """Handle updates, and send those of our own, until `stopping` is set; `bot` is initialised."""
    replies = Replies(bot, store.dialogue, sending.pace if sending else None)
    handlers = Handlers(
        asker=asker,
        replies=replies,
        cases=load_cases(),
        bot_name=bot.username,
        places=places,
        store=store,
    )
    handling = Handling(bot, seen, handle=handlers.handle, give_up=handlers.give_up, begin=handlers.begin)
    intake: Intake | Webhook = (
        Webhook(bot, handling, crowd=asker.crowd, allowed=places.updates, door=door)
        if door
        else Intake(bot, handling, crowd=asker.crowd, allowed=places.updates)
    )
    beside = [
        asyncio.create_task(work)
        for work in (
            asker.run(),
            set_profile(bot, following=store.following),
            _forget_old(seen),
            _stop_on(stopping, intake, sending),
        )
    ]
    out = asyncio.create_task(_send(sending, intake))
    logger.info("started")
    try:
        await intake.run()
    finally:
        if sending:
            sending.stop()
        try:
            await out
        finally:
            for task in beside:
                task.cancel()
            asker.close()


async def _send(sending: Sending | None, intake: Intake | Webhook) -> None:
    """Send updates; where that ends for good, because the token is revoked, answers end too."""
    try:
        if sending:
            await sending.run()
    except BaseException:
        intake.stop()
        raise


def _open(engine: Engine, keys: KeySource | None, settings: BotSettings) -> tuple[Outbox, Store]:
    """What waits to be sent, and what the handlers know of it and of people."""
    now, tags_of = time.time, Subscribers(engine, keys, now=time.time).tags_of if keys else _nobody
    outbox = Outbox(engine, now=now, tags_of=tags_of)
    return outbox, open_store(engine, keys, keep_months=settings.keep_months, now=now, quiet=outbox.quiet)


def _nobody(_chat: int) -> tuple[bytes, ...]:
    return ()


def _sending(bot: TelegramBot, store: Store, outbox: Outbox, settings: BotSettings, base: Base) -> Sending:
    """The sender; without a key there is nobody to send to but the operator's channels."""
    standing = Standing(base) if isinstance(base, QuestionBase) else None
    targets = settings.broadcast_targets()
    return open_sending(
        bot, store, outbox, keep_months=settings.keep_months, targets=targets, standing=standing
    )


def _at_end_of_input(stopping: asyncio.Event) -> None:
    """Stop with the program that started us: it holds the other end of our standard input until it is gone."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            logger.info("stopping")
            stopping.set()

    loop.add_reader(0, read)


def _on_signals(stopping: asyncio.Event) -> None:
    """The first signal asks to finish what was begun; the second ends the process at once, which loses nothing."""

    def stop() -> None:
        if stopping.is_set():
            os._exit(1)
        logger.info("stopping")
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)


@asynccontextmanager
async def _alone(engine: Engine, seen: Seen, stopping: asyncio.Event) -> AsyncIterator[bool]:
    """Wait until no other bot uses the SQLite file; processes with a server database share it, update by update."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield True
        return
    async with alone_with(Path(engine.url.database), stopping) as alone:
        if alone:
            seen.end_claims()
            end_claims(engine)
        yield alone


async def _stop_on(stopping: asyncio.Event, intake: Intake | Webhook, sending: Sending | None) -> None:
    await stopping.wait()
    if sending:
        sending.stop()
    intake.stop()


async def _connect(bot: TelegramBot, stopping: asyncio.Event) -> bool:
    """Learn who the bot is, as soon as Telegram can be reached; false when the stop came first."""
    backoff = Backoff(0.5, 60)
    while not stopping.is_set():
        try:
            await bot.initialize()
        except InvalidToken:
            # python-telegram-bot puts the token into the message of this error.
            raise TokenRejectedError from None
        except TelegramError as error:
            logger.warning("telegram unreachable", extra={"error": type(error).__name__})
            try:
                async with asyncio.timeout(backoff.next()):
                    await stopping.wait()
            except TimeoutError:
                continue
        else:
            return True
    return False


async def _forget_old(seen: Seen) -> None:
    while True:
        try:
            seen.forget_old()
        except Exception as error:  # the database is away, say: there is more to forget in an hour
            logger.error("old numbers not forgotten", exc_info=error)
        await asyncio.sleep(_FORGET_EVERY_S)
