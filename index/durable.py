"""Files that survive a crash or a power cut, and a lock between processes. Knows nothing of what is in them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, content: bytes | memoryview) -> None:
    """Write a file and have it on the disk when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names in a folder (what was created, renamed or deleted) on the disk when this returns."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes) -> None:
    """Give a file new content in one moment: a reader sees the old or the new, never a part."""
    new = path.with_name(f"{path.name}.tmp")
    write(new, content)
    rename(new, path)


def rename(source: Path, target: Path) -> None:
    """Give a finished file or folder its name, on the disk when this returns."""
    source.replace(target)
    sync_folder(target.parent)


class LockHeldError(Exception):
    """Another process holds the lock."""


@contextmanager
def exclusive(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold a lock on `path` (created where missing) that ends with this process.

    Without `wait`, raises LockHeldError where another process has it.
    """
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockHeldError(path) from error
        yield
