"""The secret under which people's rows are sealed: read and judged here, and the cryptography done here. Nothing else
imports the library for it, and no key is ever shown."""

import hmac
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from corpus.errors import SpravaError

TAG = 16
"""Bytes of the keyed hash of a chat id."""
OVERHEAD = 28
"""Bytes that sealing adds: a nonce of 12 and an authentication tag of 16 (NIST SP 800-38D)."""

_NONCE = 12
_MIN_LENGTH = 32
_MIN_DISTINCT = 8
"""Of 32 random hex digits fewer are different less than once in 20 million times."""

KeySource = Callable[[], "Keys"]
"""Returns the keys as they are now: a key file may change while the bot runs."""


class SecretKeyError(SpravaError):
    """The secret key is too weak, or is kept where it protects nothing."""


class LostKeyError(SpravaError):
    """There are rows that no known key opens."""

    def __init__(self) -> None:
        super().__init__(
            "The database holds people's rows under another secret key: give the key back (SPRAVA_SECRET_KEY_FILE; an "
            "older one stands on a further line), or delete the rows with `sprava subscribers purge`."
        )


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """What is derived from one secret: how to find a row, and how to open it."""

    kid: int
    """Names the key in a row, 31 bits; says nothing of the secret."""
    lookup: bytes
    row: AESGCM

    def tag(self, chat: int) -> bytes:
        """Under which a chat is found. Whoever lacks the key cannot compute it: there are too few possible chat ids
        for a plain hash to hide one."""
        return hmac.digest(self.lookup, chat.to_bytes(8, "big", signed=True), "sha256")[:TAG]

    def seal(self, content: bytes, bound_to: bytes) -> bytes:
        """`content` encrypted; it opens only together with the same `bound_to`."""
        nonce = os.urandom(_NONCE)
        return nonce + self.row.encrypt(nonce, content, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes | None:
        """What was sealed; None where the row was changed, moved or damaged."""
        try:
            return self.row.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
        except (InvalidTag, ValueError):
            return None


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The current key, under which rows are written, and older ones that are being phased out."""

    current: Key
    older: tuple[Key, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Keys":
        """The keys of a secret: the first line is the current one, further lines are older. Raises `SecretKeyError`."""
        secrets = [line.strip() for line in text.splitlines() if line.strip()]
        for number, secret in enumerate(secrets or [""], 1):
            if fault := _weakness(secret):
                raise SecretKeyError(
                    f"Line {number} of the secret key {fault}: make one with `sprava subscribers create-key PATH`."
                )
        keys = [_derive(secret) for secret in secrets]
        if len({key.kid for key in keys}) < len(keys):
            raise SecretKeyError("The secret key holds one key twice: leave out the second line of the two.")
        return cls(keys[0], tuple(keys[1:]))

    @property
    def all(self) -> tuple[Key, ...]:
        """The current one first."""
        return (self.current, *self.older)

    def of(self, kid: int) -> Key:
        """The key of that number. Raises `LostKeyError`."""
        for key in self.all:
            if key.kid == kid:
                return key
        raise LostKeyError


class KeyFile:
    """The keys of a file, read again when the file changes: so a key is rotated while the bot runs."""

    def __init__(self, path: Path, read: Callable[[Path], str]) -> None:
        """`read` returns the content of the file, or raises where others could read it too."""
        self._path = path
        self._read = read
        self._known: tuple[tuple[int, int, int], Keys] | None = None

    def __call__(self) -> Keys:
        """The keys as the file has them now. Raises `SecretKeyError`, and what `read` raises."""
        try:
            stat = self._path.stat()
        except OSError as error:
            raise SecretKeyError(
                f"The secret key {self._path} is gone ({error.strerror}): give it back."
            ) from None
        seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if self._known is None or self._known[0] != seen:
            self._known = (seen, Keys.read(self._read(self._path)))
        return self._known[1]


def _derive(secret: str) -> Key:
    material = secret.encode()

    def derived(label: bytes, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"sprava " + label).derive(material)

    kid = int.from_bytes(derived(b"kid", 4), "big") >> 1
    return Key(kid, derived(b"lookup", 32), AESGCM(derived(b"row", 32)))


def _weakness(secret: str) -> str:
    """Why somebody could guess it; empty where it looks random."""
    if len(secret) < _MIN_LENGTH:
        return f"has {len(secret)} characters, fewer than {_MIN_LENGTH}"
    if any(character.isspace() for character in secret):
        return "holds a space, as words do and random characters do not"
    neighbours = sum(abs(ord(a) - ord(b)) <= 1 for a, b in itertools.pairwise(secret))
    if len(set(secret)) < _MIN_DISTINCT or secret in (secret * 2)[1:-1] or neighbours > len(secret) // 2:
        return "is not random"
    return ""
