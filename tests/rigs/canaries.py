"""Secrets that must never be found where they do not belong, and a search for thousands of them at once in any bytes."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CHUNK = 2**20
OVERLAP = 4096
ID_BYTES = 6
"""SQLite shortens integers; ids between 2^32 and 2^47 take six bytes and are not met by chance."""
_BITS = 22
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Canaries:
    """Texts and chat ids, each with what it is, in every encoding in which they could lie somewhere."""

    def __init__(self, texts: Mapping[str, str], ids: Mapping[int, str]) -> None:
        self._patterns: dict[bytes, list[tuple[bytes, str]]] = {}
        for text, kind in texts.items():
            for encoding, pattern in encodings(text.encode()):
                self._add(pattern, f"{kind} as {encoding}")
        for number, kind in ids.items():
            for encoding, pattern in id_encodings(number):
                self._add(pattern, f"{kind} as {encoding}")
        self._long = _Table([int.from_bytes(pattern, "big") for pattern in self._patterns], width=8)
        self._ids = {
            order: _Table([int.from_bytes(i.to_bytes(8, order)[at : at + 6], "big") for i in ids], width=6)
            for order, at in (("big", 2), ("little", 0))
        }

    def found_in(self, content: bytes) -> set[str]:
        """What lies in these bytes, and in which encoding."""
        data = np.frombuffer(content, np.uint8)
        found = {
            kind
            for at in self._long.places(data)
            for pattern, kind in self._patterns[content[at : at + 8]]
            if content.startswith(pattern, at)
        }
        return found | {
            f"chat id as bytes, {order}" for order, table in self._ids.items() if table.places(data)
        }

    def found_under(self, *places: Path) -> list[str]:
        """The same of files, and of all files below folders: each file with what lies in it, or in its name."""
        files = [f for place in places for f in ([place] if place.is_file() else sorted(place.rglob("*")))]
        hits = []
        for file in files:
            for kind in sorted(self.found_in(bytes(file)) | self._found_in_file(file)):
                hits.append(f"{file.name}: {kind}")
        return hits

    def _found_in_file(self, file: Path) -> set[str]:
        return set().union(*map(self.found_in, _chunks(file))) if file.is_file() else set()

    def _add(self, pattern: bytes, kind: str) -> None:
        if len(pattern) < 8:
            raise ValueError("too short to be told from chance")
        self._patterns.setdefault(pattern[:8], []).append((pattern, kind))


class _Table:
    """A set of numbers of `width` bytes that is looked for at every offset at once."""

    def __init__(self, numbers: list[int], *, width: int) -> None:
        self._width = width
        self._sorted = np.array(sorted(set(numbers)), np.uint64)
        self._marks = np.zeros(1 << _BITS, bool)
        self._marks[self._hashed(self._sorted)] = True

    def places(self, data: NDArray[np.uint8]) -> list[int]:
        """Every offset at which one of the numbers stands."""
        count = len(data) - self._width + 1
        if count <= 0 or not len(self._sorted):
            return []
        windows = np.zeros(count, np.uint64)
        for byte in range(self._width):
            windows = (windows << np.uint64(8)) | data[byte : byte + count]
        likely = np.flatnonzero(self._marks[self._hashed(windows)])
        return [int(at) for at in likely[np.isin(windows[likely], self._sorted)]]

    def _hashed(self, numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return (numbers * _SPREAD) >> np.uint64(64 - _BITS)


def encodings(content: bytes) -> Iterator[tuple[str, bytes]]:
    """A text as it may be written somewhere."""
    text = content.decode()
    yield "UTF-8", content
    yield "UTF-16", text.encode("utf-16-le")
    yield "hex", content.hex().encode()
    for shift in range(3):
        yield "base64", _base64_within(content, shift)
    if not text.isascii():
        yield "JSON", text.encode("ascii", "backslashreplace")


def id_encodings(number: int) -> Iterator[tuple[str, bytes]]:
    """A chat id, beside its bytes, as it may be written somewhere."""
    yield from encodings(str(number).encode())
    yield "hex of the number", f"{number:x}".encode()
    for shift in range(3):
        yield "base64 of the number", _base64_within(number.to_bytes(8, "big", signed=True), shift)


def _base64_within(content: bytes, shift: int) -> bytes:
    """The characters of base64 that depend on `content` alone, `shift` bytes after the start of a group."""
    coded = base64.b64encode(bytes(shift) + content)
    return coded[(8 * shift + 5) // 6 : 8 * (shift + len(content)) // 6]


def _chunks(file: Path) -> Iterator[bytes]:
    """Overlapping parts of a file; those without anything in them, most of a disk image, are passed over."""
    with file.open("rb") as content:
        tail = b""
        while chunk := content.read(CHUNK):
            if (part := tail + chunk).strip(b"\0"):
                yield part
            tail = chunk[-OVERLAP:]
