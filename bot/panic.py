"""`sprava bot panic`: what must be gone is gone within seconds and without a network; then what only a network can do.

Each step is tried whatever became of the others, and says what it could not do.
"""

import asyncio
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.settings import BotSettings
from corpus.errors import SpravaError

WEBHOOK_S = 5.0

AFTERWARDS = """\
Now, from any phone or computer, and before anything else:
  1. @BotFather: /revoke, and choose the bot. Whoever has the old token can read what people send to it from then on and,
     with other tools, recent history.
  2. If the bot must be gone altogether: @BotFather, /deletebot.
  3. Tell people on your website, not only by the bot.
What this cannot do: on flash storage a file that was overwritten and deleted may survive in spare cells until the drive
reuses them, and a running machine may have kept the key in memory that was written to disk by something else. Only a
key that never lay on this disk, typed in or sealed to the TPM, is surely gone. Copies elsewhere, and backups, are still
there: destroy them. What people wrote to the bot is still in their chats and at Telegram."""


def destroy(settings: BotSettings) -> Iterator[str]:
    """Stop the bot, destroy key, store and queue; a line for each, as it is done."""
    yield _tried("The bot", lambda: _stop(settings))
    yield _tried("The secret key", lambda: _destroy_key(settings))
    yield _tried("The database", lambda: _destroy_store(settings))


def drop_webhook(settings: BotSettings) -> str:
    """Ask Telegram to deliver nowhere any more, if it can be reached."""
    return _tried("The webhook", lambda: asyncio.run(_delete_webhook(settings)))


def _tried(what: str, step: Callable[[], str]) -> str:
    """What a step said; a failure is told and nothing more, because the next one matters more."""
    try:
        return f"{what}: {step()}"
    except SpravaError as error:
        return f"{what}: NOT DONE. {error}"
    except Exception as error:  # noqa: BLE001  whatever it is, the other steps have to be tried
        place = getattr(error, "filename", None) or ""
        return f"{what}: NOT DONE ({type(error).__name__} {place}). Do it by hand."


def _stop(settings: BotSettings) -> str:
    """Kill the process that holds the lock of the SQLite file; its descriptor proves that the number is its own."""
    database = settings.database_file()
    if database is None:
        return "stop every machine that runs it by hand: `systemctl stop sprava`."
    lock = database.with_name(f"{database.name}.lock")
    if not lock.exists():
        return "was not running here."
    pid = lock.read_text().strip()
    if not pid.isdecimal() or not _holds(int(pid), lock):
        return "was not running here, or belongs to another user: make sure with `systemctl stop sprava`."
    os.kill(int(pid), signal.SIGKILL)
    return "stopped."


def _holds(pid: int, lock: Path) -> bool:
    try:
        return any(file.samefile(lock) for file in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def _destroy_key(settings: BotSettings) -> str:
    file = settings.secret_file("secret_key", settings.secret_key_file)
    if file is None:
        if settings.secret_key:
            return "NOT DONE. It stands in the environment: delete it where it is set."
        return "none was configured."
    if file != settings.secret_key_file:
        return f"NOT DONE. {file} is systemd's copy: delete the file that LoadCredential names, and restart."
    overwrite(file)
    return f"{file} was overwritten and deleted."


def overwrite(file: Path) -> None:
    """Write over a file in its place, then delete it."""
    with file.open("r+b") as content:
        content.write(secrets.token_bytes(max(file.stat().st_size, 64)))
        content.flush()
        os.fsync(content.fileno())
    file.unlink()


def _destroy_store(settings: BotSettings) -> str:
    """A file is deleted, not overwritten: its rows are sealed with a key that is gone."""
    database = settings.database_file()
    if database:
        for file in sorted(database.parent.glob(f"{database.name}*")):
            file.unlink()
        return f"{database} was deleted, with everything that waited to be sent."
    from bot.database import open_database
    from bot.subscribers import purge

    engine = open_database(settings.database())
    purge(engine)
    engine.dispose()
    return "every row of people and everything that waited to be sent was deleted from the server."


async def _delete_webhook(settings: BotSettings) -> str:
    token = settings.token()
    from bot.transport import TelegramBot

    bot = TelegramBot(token, api_url=settings.api_url(), poll_timeout_s=0)
    async with asyncio.timeout(WEBHOOK_S):
        await bot.initialize()
        await bot.delete_webhook()
    return "Telegram delivers nowhere any more."
