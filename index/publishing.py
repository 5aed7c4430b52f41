"""The one process that changes the versions on disk: publish, restore, prune. What readers do: `store.py`.

A new version is written under a temporary name, read back as a reader reads it, and named; then `current` is replaced:
the one moment of change. Blocks that an older version has are linked, not written: a version costs what changed.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from corpus.errors import SpravaError
from index import block, durable, store
from index.block import Block
from index.version import DamagedVersionError, Version
from index.version import manifest as version_manifest

KEPT = 3
"""Versions that stay on disk, the current one included."""
_WRITERS = 8
"""Files synced at once: the file system commits them together, which takes little longer than one."""


class IndexBusyError(SpravaError):
    """Another process is publishing."""


class PublishError(SpravaError):
    """A new version could not be written; the one that served before still does."""


@dataclass(frozen=True, slots=True)
class Writer:
    """The one process that may change the folder; from `writing`."""

    folder: Path

    def publish(self, version: Version, *, check: Callable[[Version], None] | None = None) -> Version:
        """Make `version` the one that serves, under the next number, and return it as a reader reads it.

        `check` is called with that before anybody can read it; what it raises stops the publishing.
        Until `current` is replaced, nothing has changed for anybody; when this returns, everything is on the disk.
        """
        number = max([store.highest_number(self.folder), *store.numbers(self.folder)]) + 1
        name = store.folder_name(number)
        try:
            sha256 = self._write(replace(version, number=number))
            checked = store.read_folder(
                self.folder / f"{name}.tmp", number, manifest_sha256=sha256, known=version
            )
            if check:
                check(checked)
            durable.rename(self.folder / f"{name}.tmp", self.folder / name)
            durable.replace(self.folder / "current", f"{name} {sha256}\n".encode())
            durable.replace(store.highest_file(self.folder), f"{number}\n".encode())
        except OSError as error:
            raise PublishError(
                f"index version {number} cannot be written to {self.folder}: {error.strerror}"
            ) from error
        self._prune()
        return checked

    def _write(self, version: Version) -> str:
        """Write everything under a temporary name, the manifest last; returns the manifest's sha256."""
        folder = self.folder / f"{store.folder_name(version.number)}.tmp"
        folder.mkdir()
        files: dict[str, bytes | memoryview] = dict(version.files)
        names, entries = [], {}
        for part in version.blocks:
            if part.stored and _linked(part.stored.path, folder):
                names.append(part.stored.path.name)
                entries[names[-1]] = {"length": part.stored.length, "sha256": part.stored.sha256}
            else:
                content = _content(part)
                names.append(f"{hashlib.sha256(content).hexdigest()[:32]}.block")
                files[names[-1]] = content
        with ThreadPoolExecutor(_WRITERS) as pool:
            list(pool.map(lambda name: durable.write(folder / name, files[name]), files))
        entries |= {
            name: {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        }
        manifest = version_manifest(version, names, entries)
        durable.write(folder / store.MANIFEST, manifest)
        durable.sync_folder(folder)
        return hashlib.sha256(manifest).hexdigest()

    def restore(self, number: int, *, created: datetime) -> Version:
        """Publish an older version's contents again, under a new number. Raises NoSuchVersionError or DamagedVersionError."""
        if number not in store.numbers(self.folder):
            kept = ", ".join(map(str, store.numbers(self.folder))) or "none"
            raise store.NoSuchVersionError(
                f"there is no index version {number} in {self.folder} (on disk: {kept})"
            )
        old = store.read_version(self.folder, number)
        return self.publish(replace(old, created=created, restored=number))

    def _prune(self) -> None:
        for number in store.numbers(self.folder)[:-KEPT]:
            shutil.rmtree(self.folder / store.folder_name(number), ignore_errors=True)


@contextmanager
def writing(folder: Path) -> Iterator[Writer]:
    """Be the one who publishes to `folder`, and clear what a crashed predecessor left. Raises IndexBusyError."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with durable.exclusive(folder / "lock", wait=False):
            for left_over in folder.glob("v*.tmp"):
                shutil.rmtree(left_over)
            yield Writer(folder)
    except durable.LockHeldError as error:
        raise IndexBusyError(
            f"another update or rollback of {folder} is running: wait until it ends"
        ) from error


def _linked(path: Path, folder: Path) -> bool:
    """Whether the file that was read could be given to the new version too; not every file system links."""
    try:
        os.link(path, folder / path.name)
    except OSError:
        return False
    return True


def _content(part: Block) -> bytes:
    """The bytes of a block that no version has. Raises DamagedVersionError where it does not hold together."""
    if problem := block.problem(part):
        raise DamagedVersionError(f"a new block of the index does not hold together: {problem}")
    return block.to_bytes(part)
