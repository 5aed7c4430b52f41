"""Versions on disk as readers see them: what is published, read and checked. Who writes them: `publishing.py`.

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
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus.errors import SpravaError
from index.block import Block, Stored, from_bytes
from index.version import FORMAT, MEAN, DamagedVersionError, Version, version_of

logger = logging.getLogger(__name__)

MANIFEST = "manifest.json"
_FOLDER = re.compile(r"v(\d{6,})")
_POINTER = re.compile(r"v(\d{6,}) ([0-9a-f]{64})\n")


class NoIndexError(SpravaError):
    """Nothing was ever published here."""


class OtherModelError(SpravaError):
    """The index was made with another model than the one that would encode the questions."""


class OtherFormatError(DamagedVersionError):
    """A version was written by a program whose files mean something else."""


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


def published(folder: Path, *, known: Version | None = None) -> Version:
    """The version that `current` names, checked byte for byte. Raises NoIndexError or DamagedVersionError.

    What was read and checked for `known`, and is the same by its sha256, is taken from there.
    """
    highest = highest_number(folder)  # first: a version published in between may only raise what comes next
    number, sha256 = pointer(folder)
    if number < highest:
        raise DamagedVersionError(
            f"{folder / 'current'} names index version {number}, but {highest} was published"
        )
    return read_folder(folder / folder_name(number), number, manifest_sha256=sha256, known=known)


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
        return int(highest_file(folder).read_text("ascii"))
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        raise DamagedVersionError(
            f"{highest_file(folder)} is damaged: write the newest version's number into it"
        ) from error


def read_version(folder: Path, number: int) -> Version:
    """Version `number` of the index in `folder`. Raises DamagedVersionError."""
    return read_folder(folder / folder_name(number), number)


def read_folder(
    folder: Path, number: int, *, manifest_sha256: str | None = None, known: Version | None = None
) -> Version:
    """The version in one version folder: each file read once, compared with the manifest, and that buffer parsed.

    Blocks that `known` holds, by their sha256, are not read again. Raises DamagedVersionError, naming the file, where
    a byte differs, a file is missing or one is too many.
    """
    stored = _read_manifest(folder, number, manifest_sha256)
    expected: dict[str, dict[str, Any]] = stored["files"]
    found = {path.name for path in folder.iterdir()} - {MANIFEST}
    for name in sorted(found ^ expected.keys()):
        raise DamagedVersionError(
            f"{folder / name} is {'missing' if name in expected else 'not part of this version'}"
        )
    blocks: list[str] = stored["blocks"]
    held = {part.stored.sha256: part for part in known.blocks if part.stored} if known else {}
    with ThreadPoolExecutor(2) as pool:  # hashing and reading leave the interpreter to the other thread
        parts = pool.map(
            lambda name: held.get(expected[name]["sha256"]) or _block(folder, name, expected[name], number),
            blocks,
        )
        others = sorted(expected.keys() - set(blocks))
        contents = pool.map(lambda name: _checked(folder / name, expected[name]), others)
        try:
            return version_of(stored, list(parts), dict(zip(others, contents, strict=True)))
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedVersionError(f"{folder} does not hold together: {error}") from error


def _block(folder: Path, name: str, expected: Mapping[str, Any], number: int) -> Block:
    """One block of a version, compared with the manifest. Raises DamagedVersionError."""
    content = _checked(folder / name, expected)
    # where it lies once the folder has its name: a version is read before that, too
    stored = Stored(folder.with_name(folder_name(number)) / name, len(content), expected["sha256"])
    try:
        return from_bytes(content, stored=stored)
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedVersionError(f"{folder / name} does not hold together: {error}") from error


def salvage(folder: Path) -> Version | None:
    """What is whole of the newest version: blocks to take vectors from, never to be served. `None` without any."""
    for number in reversed(numbers(folder)):
        path = folder / folder_name(number)
        blocks = []
        try:
            stored = _read_manifest(path, number, None)
            entries = stored["files"]
            files = {MEAN: memoryview(_checked(path / MEAN, entries[MEAN]))} if MEAN in entries else {}
        except DamagedVersionError:
            continue
        for name in stored["blocks"]:
            with suppress(DamagedVersionError):
                blocks.append(_block(path, name, entries[name], number))
        created = datetime.fromisoformat(stored["created"])
        if blocks:
            return Version(
                number=number, created=created, model=stored["model"], blocks=tuple(blocks), files=files
            )
    return None


def _checked(path: Path, expected: Mapping[str, Any]) -> bytes:
    """The content of one file of a version, compared with what its manifest says."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedVersionError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) != expected["length"] or hashlib.sha256(content).hexdigest() != expected["sha256"]:
        raise DamagedVersionError(f"{path} is damaged: its sha256 is not the manifest's")
    return content


def read_manifest(folder: Path, number: int) -> dict[str, Any]:
    """What version `number` says of itself; its files are not looked at. Raises DamagedVersionError."""
    return _read_manifest(folder / folder_name(number), number, None)


def size(folder: Path, number: int) -> int:
    """Bytes that version `number` takes on disk."""
    return sum(path.stat().st_size for path in (folder / folder_name(number)).iterdir())


def previous_number(folder: Path) -> int:
    """The newest version on disk before the published one. Raises NoSuchVersionError where there is none."""
    published_number, _ = pointer(folder)
    older = [number for number in numbers(folder) if number < published_number]
    if not older:
        raise NoSuchVersionError(f"there is no index version before {published_number} in {folder}")
    return older[-1]


def _read_manifest(folder: Path, number: int, manifest_sha256: str | None) -> dict[str, Any]:
    """A version's manifest: its format and number checked, and its hash where one is given."""
    path = folder / MANIFEST
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


def folder_name(number: int) -> str:
    """The name of a version's folder."""
    return f"v{number:06}"


def highest_file(folder: Path) -> Path:
    """The file with the highest number ever published."""
    return folder.with_name(f"{folder.name}.highest")
