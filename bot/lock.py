"""One at a time on one SQLite database: one bot, and one process that opens it. The system lets go when a process dies."""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

_TRY_AGAIN_S = 1.0

logger = logging.getLogger(__name__)


@asynccontextmanager
async def alone_with(database: Path, stopping: asyncio.Event) -> AsyncIterator[bool]:
    """Hold the lock of `database`; stand by while another process has it. False when the stop came first."""
    with database.with_name(f"{database.name}.lock").open("a+") as file:
        told = False
        while not (mine := _try_lock(file.fileno())) and not stopping.is_set():
            if not told:
                file.seek(0)
                pid = file.read().strip()
                logger.warning(
                    "another bot runs on this database, standing by",
                    extra={"pid": int(pid) if pid.isdecimal() else 0},
                )
                told = True
            try:
                async with asyncio.timeout(_TRY_AGAIN_S):
                    await stopping.wait()
            except TimeoutError:
                continue
        if mine:
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        yield mine


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder, without a file of its own; wait while another process has it. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
