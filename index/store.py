"""Versions on disk: publish, read, fall back, restore, prune. What a version consists of: `version.py`.

    index/current                 "v000124 <sha256 of its manifest>": the one file that ever changes
    index/v000124/manifest.json   what the version is; length and sha256 of every other file beside it
    index/lock                    held by the one process that publishes
    index.highest                 the highest number ever published: outside, so that no copy of the folder resets it

Whatever happens, even a power cut, a reader finds the old version or the new one, whole, or is told that it is damaged.
"""

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from corpus.errors import SpravaError
from index import durable
from index.version import FORMAT, DamagedVersionError, Version, from_files, manifest, to_files

logger = logging.getLogger(__name__)

KEPT = 3
"""Versions that stay on disk, the current one included."""
_MANIFEST = "manifest.json"
_FOLDER = re.compile(r"v(\d{6,})")
_POINTER = re.compile(r"v(\d{6,}) ([0-9a-f]{64})\n")


class NoIndexError(SpravaError):
    """Nothing was ever published here."""


class OtherModelError(SpravaError):
    """The index was made with another model than the one that would encode the questions."""


class OtherFormatError(DamagedVersionError):
    """A version was written by a program whose files mean something else."""


class IndexBusyError(SpravaError):
    """Another process is publishing."""


class PublishError(SpravaError):
    """A new version could not be written; the one that served before still does."""


class NoSuchVersionError(SpravaError):
    """A version that is not on disk was asked for."""


def current(folder: Path, *, model: str | None = None) -> Version:
    """The version that serves: the published one or, where that is damaged, the newest whole one before it.

    Raises NoIndexError, OtherModelError (where `model` is given and another one made it), or DamagedVersionError where none is whole.
    """
    try:
        version = published(folder)
    except DamagedVersionError as damage:
        version = _newest_whole(folder, damage)
        logger.error("the published index version is damaged, an older one serves: %s", damage)
    check_model(version, model)
    return version


def check_model(version: Version, model: str | None) -> None:
    """Raise OtherModelError where another model than `model` made the version; `None` fits every version."""
    if model is not None and version.model != model:
        raise OtherModelError(
            f"index version {version.number} was made with {version.model}, SPRAVA_MODEL is {model}: "
            "run `sprava index update`"
        )


def published(folder: Path) -> Version:
    """The version that `current` names, checked byte for byte. Raises NoIndexError or DamagedVersionError."""
    highest = highest_number(folder)  # first: a version published in between may only raise what comes next
    number, sha256 = pointer(folder)
    if number < highest:
        raise DamagedVersionError(
            f"{folder / 'current'} names index version {number}, but {highest} was published"
        )
    return read_version(folder, number, manifest_sha256=sha256)


def pointer(folder: Path) -> tuple[int, str]:
    """Number and manifest hash of the published version. Raises NoIndexError or DamagedVersionError."""
    try:
        text = (folder / "current").read_text("ascii")
    except FileNotFoundError as error:
        if highest_number(folder):
            raise DamagedVersionError(
                f"{folder / 'current'} is missing: run `sprava index update`"
            ) from error
        raise NoIndexError(f"no index yet in {folder}: run `sprava index update`") from error
    except (OSError, ValueError) as error:
        raise DamagedVersionError(
            f"{folder / 'current'} cannot be read: run `sprava index update`"
        ) from error
    match = _POINTER.fullmatch(text)
    if not match:
        raise DamagedVersionError(f"{folder / 'current'} is damaged: run `sprava index update`")
    return int(match[1]), match[2]


def highest_number(folder: Path) -> int:
    """The highest number ever published to this folder; 0 before the first."""
    try:
        return int(_highest_file(folder).read_text("ascii"))
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        raise DamagedVersionError(
            f"{_highest_file(folder)} is damaged: write the newest version's number into it"
        ) from error


def read_version(folder: Path, number: int, *, manifest_sha256: str | None = None) -> Version:
    """Version `number` of the index in `folder`. Raises DamagedVersionError."""
    return _read(folder / _name(number), number, manifest_sha256)


def _read(folder: Path, number: int, manifest_sha256: str | None) -> Version:
    """The version in one version folder: each file read once, compared with the manifest, and that buffer parsed.

    Raises DamagedVersionError, naming the file, where a byte differs, a file is missing or one is too many.
    """
    stored = _read_manifest(folder, number, manifest_sha256)
    expected: dict[str, dict[str, Any]] = stored["files"]
    found = {path.name for path in folder.iterdir()} - {_MANIFEST}
    for name in sorted(found ^ expected.keys()):
        raise DamagedVersionError(
            f"{folder / name} is {'missing' if name in expected else 'not part of this version'}"
        )
    with ThreadPoolExecutor(
        max_workers=2
    ) as pool:  # hashing and reading leave the interpreter to the other thread
        contents = dict(zip(expected, pool.map(partial(_checked, folder), expected.items()), strict=True))
    try:
        return from_files(stored, contents)
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedVersionError(f"{folder} does not hold together: {error}") from error


def _checked(folder: Path, entry: tuple[str, dict[str, Any]]) -> bytes:
    """The content of one file of a version, compared with what its manifest says."""
    name, expected = entry
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise DamagedVersionError(f"{folder / name} cannot be read: {error.strerror}") from error
    if len(content) != expected["length"] or hashlib.sha256(content).hexdigest() != expected["sha256"]:
        raise DamagedVersionError(f"{folder / name} is damaged: its sha256 is not the manifest's")
    return content


def read_manifest(folder: Path, number: int) -> dict[str, Any]:
    """What version `number` says of itself; its files are not looked at. Raises DamagedVersionError."""
    return _read_manifest(folder / _name(number), number, None)


def size(folder: Path, number: int) -> int:
    """Bytes that version `number` takes on disk."""
    return sum(path.stat().st_size for path in (folder / _name(number)).iterdir())


def previous_number(folder: Path) -> int:
    """The newest version on disk before the published one. Raises NoSuchVersionError where there is none."""
    published_number, _ = pointer(folder)
    older = [number for number in numbers(folder) if number < published_number]
    if not older:
        raise NoSuchVersionError(f"there is no index version before {published_number} in {folder}")
    return older[-1]


def _read_manifest(folder: Path, number: int, manifest_sha256: str | None) -> dict[str, Any]:
    """A version's manifest: its format and number checked, and its hash where one is given."""
    path = folder / _MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedVersionError(f"{path} cannot be read: {error.strerror}") from error
    if manifest_sha256 is not None and hashlib.sha256(content).hexdigest() != manifest_sha256:
        raise DamagedVersionError(
            f"{path} is damaged: its sha256 is not the one in {folder.parent / 'current'}"
        )
    try:
        stored: dict[str, Any] = json.loads(content)
        if stored["format"] != FORMAT:
            raise OtherFormatError(
                f"{path} has format {stored['format']}, not {FORMAT}: run `sprava index update`"
            )
        if stored["number"] != number:
            raise DamagedVersionError(f"{path} is that of version {stored['number']}")
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedVersionError(f"{path} is damaged: {error}") from error
    return stored


def numbers(folder: Path) -> list[int]:
    """Numbers of the versions on disk, ascending."""
    found = folder.iterdir() if folder.is_dir() else iter(())
    return sorted(int(match[1]) for path in found if (match := _FOLDER.fullmatch(path.name)))


def _newest_whole(folder: Path, damage: DamagedVersionError) -> Version:
    """The newest version, among those ever published, that passes every check; else `damage` is raised."""
    highest = highest_number(folder)
    for number in reversed(numbers(folder)):
        if number <= highest:
            try:
                return read_version(folder, number)
            except DamagedVersionError:
                continue
    raise damage


@dataclass(frozen=True, slots=True)
class Writer:
    """The one process that may change the folder; from `writing`."""

    folder: Path

    def publish(self, version: Version, *, check: Callable[[Version], None] | None = None) -> Version:
        """Make `version` the one that serves, under the next number, and return it as a reader reads it.

        `check` is called with that before anybody can read it; what it raises stops the publishing.
        Until `current` is replaced, nothing has changed for anybody; when this returns, everything is on the disk.
        """
        number = max([highest_number(self.folder), *numbers(self.folder)]) + 1
        new = replace(version, number=number)
        try:
            sha256 = self._write(new)
            checked = _read(self.folder / f"{_name(number)}.tmp", number, sha256)
            if check:
                check(checked)
            durable.rename(self.folder / f"{_name(number)}.tmp", self.folder / _name(number))
            durable.replace(self.folder / "current", f"{_name(number)} {sha256}\n".encode())
            durable.replace(_highest_file(self.folder), f"{number}\n".encode())
        except OSError as error:
            raise PublishError(
                f"index version {number} cannot be written to {self.folder}: {error.strerror}"
            ) from error
        self._prune()
        return checked

    def _write(self, version: Version) -> str:
        """Write everything under a temporary name, the manifest last; returns the manifest's sha256."""
        folder = self.folder / f"{_name(version.number)}.tmp"
        folder.mkdir()
        files = to_files(version)
        for name, content in files.items():
            durable.write(folder / name, content)
        stored = manifest(version, files)
        durable.write(folder / _MANIFEST, stored)
        durable.sync_folder(folder)
        return hashlib.sha256(stored).hexdigest()

    def restore(self, number: int, *, created: datetime) -> Version:
        """Publish an older version's contents again, under a new number. Raises NoSuchVersionError or DamagedVersionError."""
        if number not in numbers(self.folder):
            kept = ", ".join(map(str, numbers(self.folder))) or "none"
            raise NoSuchVersionError(f"there is no index version {number} in {self.folder} (on disk: {kept})")
        old = read_version(self.folder, number)
        return self.publish(replace(old, created=created, restored=number))

    def _prune(self) -> None:
        for number in numbers(self.folder)[:-KEPT]:
            shutil.rmtree(self.folder / _name(number), ignore_errors=True)


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


def _name(number: int) -> str:
    return f"v{number:06}"


def _highest_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.highest")
