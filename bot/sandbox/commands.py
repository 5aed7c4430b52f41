"""`sprava sandbox`: the chat page and, behind it, the real bot in a process of its own."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.errors import SpravaError

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

# Fictional; one for each language that the bot speaks, and one whose Telegram does not tell it.
PEOPLE = (("Emily", "en"), ("Алена", "be"), ("Вера", "ru"), ("Jonas", None))
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
            bot = await _start_bot(sandbox, Path(folder))
            typer.echo(f"Open {sandbox.page_url}")
            await _run_until(stopping, bot)
    finally:
        await sandbox.stop()


async def _start_bot(sandbox: "Sandbox", folder: Path) -> asyncio.subprocess.Process:
    """The bot as `sprava bot run` starts it, with a made-up token and a database that is thrown away."""
    real = {"SPRAVA_BOT_TOKEN_FILE", "CREDENTIALS_DIRECTORY"}
    environment = {name: value for name, value in os.environ.items() if name not in real} | {
        "SPRAVA_BOT_API_URL": sandbox.api_url,
        "SPRAVA_BOT_TOKEN": sandbox.token,
        "SPRAVA_DATABASE_URL": f"sqlite:///{folder / 'bot.sqlite'}",
    }
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
