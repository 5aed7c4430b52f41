"""`sprava sandbox`: the chat page and, behind it, the real bot in a process of its own."""

import asyncio
import contextlib
import os
import secrets
import shlex
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.errors import SpravaError

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

# Fictional; one for each language that the bot speaks, and one whose Telegram does not tell it.
PEOPLE = (("Emily", "en"), ("Алена", "be"), ("Вера", "ru"), ("Jonas", None))
# What leads to the real people, token and key.
REAL = {
    "CREDENTIALS_DIRECTORY",
    "SPRAVA_BOT_TOKEN",
    "SPRAVA_BROADCAST",
    "SPRAVA_DATABASE_URL",
    "SPRAVA_SECRET_KEY",
    "SPRAVA_WEBHOOK_URL",
}
SHARED = ("SPRAVA_DATABASE_URL_FILE", "SPRAVA_SECRET_KEY_FILE")
STOP_S = 15
KEPT_LINES = 40


class SandboxError(SpravaError):
    """The sandbox could not start, or the bot behind it stopped."""


def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the chat page; 0 takes a free one.")
    ] = 8765,
    ledger: Annotated[
        Path | None, typer.Option(help="Write every call of the bot to this file, a JSON object a line.")
    ] = None,
) -> None:
    """Try the real bot in a browser: no token, no Telegram, nothing leaves this computer."""
    asyncio.run(serve(port, ledger))


async def serve(port: int, ledger: Path | None) -> None:
    """Serve page and bot until SIGINT or SIGTERM. Raises `SandboxError`."""
    from bot.sandbox.server import Sandbox

    try:
        sandbox = Sandbox(port=port, ledger=ledger)
    except OSError as error:
        raise SandboxError(
            f"The ledger cannot be written: {error}. Choose another file with --ledger."
        ) from None
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        await sandbox.start()
    except OSError as error:
        raise SandboxError(
            f"Port {port} of 127.0.0.1 cannot be used ({os.strerror(error.errno or 0)}): choose another one with --port."
        ) from None
    people = [sandbox.person(name, language_code=language) for name, language in PEOPLE]
    sandbox.room("Friends", *people).set_bot(people[0])
    sandbox.room("Without the bot", *people)
    try:
        with tempfile.TemporaryDirectory(prefix="sprava-sandbox-") as folder:
            own = _own_settings(sandbox, Path(folder))
            bot = await _start_bot(own)
            typer.echo(f"Open {sandbox.page_url}")
            shown = " ".join(f"{name}={shlex.quote(own[name])}" for name in SHARED)
            typer.echo(f"Commands for these people, in another shell: export {shown}")
            await _run_until(stopping, bot)
    finally:
        await sandbox.stop()


def _own_settings(sandbox: "Sandbox", folder: Path) -> dict[str, str]:
    """A made-up token, a key and a database that are thrown away, all in files, which every profile takes."""
    (folder / "data").mkdir(mode=0o700)
    secret = {
        "SPRAVA_BOT_TOKEN": sandbox.token,
        "SPRAVA_SECRET_KEY": secrets.token_urlsafe(32),
        "SPRAVA_DATABASE_URL": f"sqlite:///{folder / 'data' / 'bot.sqlite'}",
    }
    for name, value in secret.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(value)
    return {f"{name}_FILE": str(folder / name) for name in secret} | {"SPRAVA_BOT_API_URL": sandbox.api_url}


async def _start_bot(own: Mapping[str, str]) -> asyncio.subprocess.Process:
    """The bot as `sprava bot run` starts it, with nothing of the real one's but its documents and index."""
    environment = {**{name: value for name, value in os.environ.items() if name not in REAL}, **own}
    # The pipe to its standard input closes however this process ends, and the bot then ends too.
    # A process group of its own: Ctrl+C reaches this process alone, which then stops the bot once.
    # -P: a folder named "bot" where the command was started must not be taken for ours.
    command = (sys.executable, "-P", "-m", "bot", "bot", "run", "--with-parent")
    return await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        process_group=0,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        limit=2**20,
    )


async def _run_until(stopping: asyncio.Event, bot: asyncio.subprocess.Process) -> None:
    """Wait for the operator to stop us, or for the bot to stop by itself, which is an error."""
    lines: deque[str] = deque(maxlen=KEPT_LINES)
    reading = asyncio.create_task(_keep_lines(bot, lines))
    asked = asyncio.create_task(stopping.wait())
    ended = asyncio.create_task(bot.wait())
    try:
        await asyncio.wait((asked, ended), return_when=asyncio.FIRST_COMPLETED)
        if not stopping.is_set():
            await reading
            raise _why(bot.returncode, lines)
    finally:
        await _stop(bot)
        for task in (reading, asked, ended):
            task.cancel()


async def _keep_lines(bot: asyncio.subprocess.Process, lines: deque[str]) -> None:
    if bot.stderr is None:
        return
    while line := await bot.stderr.readline():
        lines.append(line.decode("utf-8", "replace").rstrip())


def _why(code: int | None, lines: deque[str]) -> SandboxError:
    said = [line for line in lines if line.strip()]
    if any(line.startswith("Traceback") for line in said):
        sys.stderr.write("\n".join(said) + "\n")
    last = said[-1].removeprefix("sprava: ") if said else "it said nothing"
    return SandboxError(f"The bot stopped (exit code {code}): {last}")


async def _stop(bot: asyncio.subprocess.Process) -> None:
    """Ask the bot to finish; insist when it does not."""
    with contextlib.suppress(ProcessLookupError):
        bot.terminate()
        try:
            await asyncio.wait_for(bot.wait(), STOP_S)
        except TimeoutError:
            bot.kill()
            await bot.wait()
