"""Settings of the bot, on top of the index's. The only reader of the environment in this package."""

import re
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr

from bot.keys import KeyFile, Keys, KeySource
from bot.places import Places
from corpus.errors import SpravaError
from index.settings import IndexSettings

TELEGRAM_URL = "https://api.telegram.org/bot"

_TELEGRAM_PORTS = (443, 80, 88, 8443)
"""Where Telegram delivers (core.telegram.org/bots/webhooks)."""


class SecretError(SpravaError):
    """A secret is missing, unreadable, or readable by others."""


class AddressError(SpravaError):
    """The Bot API address is not one."""


class Profile(StrEnum):
    """How careful the bot is, whatever its other settings say."""

    STANDARD = "standard"
    HARDENED = "hardened"
    """In private chats only, and no secret in the environment, which child processes and crash reports copy."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where Telegram finds the webhook, and where we listen for it."""

    url: str
    secret: str
    host: str
    port: int


class BotSettings(IndexSettings):
    """Settings of `sprava bot`."""

    profile: Profile = Field(
        default=Profile.STANDARD,
        description="standard, or hardened: private chats only, and no secret is taken from the environment.",
    )
    bot_token: SecretStr | None = Field(
        default=None,
        description="The bot's token from @BotFather. A file or a systemd credential named bot_token is safer.",
    )
    bot_token_file: Path | None = Field(
        default=None,
        description="A file that holds the token and that only its owner can read.",
    )
    bot_api_url: str = Field(
        default=TELEGRAM_URL,
        description="Address of the Bot API; ends in /bot. Set it to a sandbox or to a Bot API server of your own.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy address of the database. Unset: an SQLite file in the home.",
    )
    database_url_file: Path | None = Field(
        default=None,
        description="A file that holds the address of the database and that only its owner can read.",
    )
    groups: bool = Field(
        default=True,
        description="Whether the bot answers /ask and mentions in groups. Off: it leaves a group when added.",
    )
    inline: bool = Field(
        default=True,
        description="Whether @bot and a question offers quotes in any chat. @BotFather must allow it: /setinline.",
    )
    guest: bool = Field(
        default=True,
        description="Whether a mention is answered in chats that the bot has not joined. @BotFather must allow it.",
    )
    webhook_url: str | None = Field(
        default=None,
        description="Public https address at which Telegram reaches this machine, for `sprava bot run --webhook`.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="What only Telegram and the bot know: 32 to 256 of A-Z a-z 0-9 _ -. A file is safer.",
    )
    webhook_secret_file: Path | None = Field(
        default=None,
        description="A file that holds the webhook secret and that only its owner can read.",
    )
    webhook_listen: str = Field(
        default="127.0.0.1:8443",
        description="Address and port on which the webhook is served; TLS ends at the proxy in front of it.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="The key under which people's rows are sealed: 32 or more random characters. A file is safer.",
    )
    secret_key_file: Path | None = Field(
        default=None,
        description="A file outside the home with that key; further lines are older keys that are being phased out.",
    )
    keep_months: int = Field(
        default=3,
        ge=1,
        le=12,
        description="How many full months after joining or the last renewal a person's row is deleted.",
    )
    broadcast: str = Field(
        default="",
        description="Public channels and groups that get every update: ids or @names, with commas between.",
    )
    contact: str = Field(
        default="",
        max_length=100,
        description="Where people write about mistakes and takedowns: an address or a name for /help.",
    )
    credentials_directory: Path | None = Field(
        default=None,
        validation_alias="CREDENTIALS_DIRECTORY",
        description="Set by systemd: the folder with the credentials of the unit.",
    )

    def token(self) -> str:
        """The token: from the file, else the systemd credential, else the environment. Raises `SecretError`."""
        if token := self._secret(self.bot_token_file, "bot_token", self.bot_token):
            return token
        raise SecretError(
            "No bot token: set SPRAVA_BOT_TOKEN_FILE to a file with the token that @BotFather gave you."
        )

    def door(self) -> Door:
        """The checked address, secret and port of the webhook. Raises `AddressError` or `SecretError`."""
        url = (self.webhook_url or "").rstrip("/")
        parts = _parts(url)
        public = parts.scheme == "https" and _port(parts.netloc) in {None, *_TELEGRAM_PORTS}
        if not parts.hostname or parts.query or parts.fragment or not (public or _is_loopback(parts)):
            raise AddressError(
                f"SPRAVA_WEBHOOK_URL is {self.webhook_url!r}: it must be a public https address, port 443, 80, 88 or 8443."
            )
        secret = self._secret(self.webhook_secret_file, "webhook_secret", self.webhook_secret)
        if not secret or not re.fullmatch(r"[A-Za-z0-9_-]{32,256}", secret):
            raise SecretError(
                "No usable webhook secret: set SPRAVA_WEBHOOK_SECRET_FILE to a file with 32 to 256 of A-Z a-z 0-9 _ -."
            )
        host, _, port = self.webhook_listen.rpartition(":")
        if not host or (_port(self.webhook_listen) or -1) < 0:
            raise AddressError(
                f"SPRAVA_WEBHOOK_LISTEN is {self.webhook_listen!r}: it must be an address and a port, as 127.0.0.1:8443."
            )
        return Door(url, secret, host.strip("[]"), int(port))

    def _secret(self, file: Path | None, name: str, value: SecretStr | None) -> str | None:
        variable = f"SPRAVA_{name.upper()}"
        given = value.get_secret_value().strip() if value else ""
        if given and self.profile is Profile.HARDENED:
            raise SecretError(
                f"SPRAVA_PROFILE=hardened takes no secret from the environment: unset {variable}, set {variable}_FILE to a file that holds it."
            )
        if file:
            return read_secret(file)
        credential = self.secret_file(name, None)
        return _content(credential) if credential else given or None

    def key_source(self) -> KeySource | None:
        """Returns the keys as they are now, checked once; None where no key is configured, so that nothing can be
        followed. Raises `SecretError` or `SecretKeyError`."""
        given = self._secret(self.secret_key_file, "secret_key", self.secret_key)
        if not given:
            return None
        if file := self.secret_file("secret_key", self.secret_key_file):
            self.refuse_beside_the_data(file)
            source: KeySource = KeyFile(file, read_secret if file == self.secret_key_file else _content)
        else:
            keys = Keys.read(given)

            def source() -> Keys:
                return keys

        source()
        return source

    def keys(self) -> Keys | None:
        """The keys, or None where none is configured. Raises `SecretError` or `SecretKeyError`."""
        source = self.key_source()
        return source() if source else None

    def secret_file(self, name: str, file: Path | None) -> Path | None:
        """The file or systemd credential that holds a secret; None where it can only be in the environment."""
        if file:
            return file
        credential = self.credentials_directory / name if self.credentials_directory else None
        return credential if credential and credential.is_file() else None

    def refuse_beside_the_data(self, file: Path) -> None:
        """A key that lies where the rows lie is taken, or backed up, together with them. Raises `SecretError`."""
        database = self.database_file()
        for folder in (self.home, database.parent if database else self.home):
            if file.resolve().is_relative_to(folder.resolve()):
                raise SecretError(
                    f"The secret key {file} lies in {folder}, with the rows that it seals: move it out of that folder."
                )

    def key_place(self) -> str:
        """Where the secret key comes from, for people; not the key."""
        if file := self.secret_file("secret_key", self.secret_key_file):
            return f"the file {file}, on this machine: whoever takes the whole machine takes both"
        return (
            "the environment of the process: a file is safer" if self.secret_key else "nowhere: none is set"
        )

    def broadcast_targets(self) -> tuple[int | str, ...]:
        """The public channels and groups that get every update. Raises `AddressError`."""
        found: list[int | str] = []
        for name in re.split(r"[\s,]+", self.broadcast.strip()):
            if re.fullmatch(r"-?\d{1,19}", name):
                found.append(int(name))
            elif re.fullmatch(r"@[A-Za-z]\w{3,31}", name, re.ASCII):
                found.append(name)
            elif name:
                raise AddressError(
                    f"SPRAVA_BROADCAST names {name!r}: give ids such as -1001234567890 or names such as @channel."
                )
        return tuple(found)

    def places(self) -> Places:
        """Where the bot talks besides a private chat."""
        if self.profile is Profile.HARDENED:
            return Places(False, False, False, self.broadcast_targets(), self.contact)
        return Places(self.inline, self.groups, self.guest, self.broadcast_targets(), self.contact)

    def api_url(self) -> str:
        """The checked address of the Bot API. Raises `AddressError`."""
        parts = _parts(self.bot_api_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not parts.path.endswith("/bot"):
            raise AddressError(
                f"SPRAVA_BOT_API_URL is {self.bot_api_url!r}: it must be an http or https address that ends in /bot."
            )
        return self.bot_api_url

    def database(self) -> str:
        """The database address; the home is created when the database lives there. Raises `SecretError`."""
        if url := self._secret(self.database_url_file, "database_url", self.database_url):
            return url
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return f"sqlite:///{self.home / 'bot.sqlite'}"

    def database_file(self) -> Path | None:
        """The SQLite file; None where a server keeps the database. Raises `SecretError`."""
        url = urlsplit(self.database())
        return Path(url.path.removeprefix("/")) if url.scheme.startswith("sqlite") and url.path[1:] else None


def _parts(url: str) -> SplitResult:
    """An address in its parts; none of them for what is no address, as https://[."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _port(address: str) -> int | None:
    """The port of `host:port`; None without one, -1 when it is not one."""
    try:
        return urlsplit(f"//{address.rpartition('@')[2]}").port
    except ValueError:
        return -1


def _is_loopback(parts: SplitResult) -> bool:
    """Whether this is an address of the sandbox, the only one that may do without TLS."""
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}


def read_secret(path: Path) -> str:
    """The content of a secret file, trimmed. Raises `SecretError` when others than its owner can read it."""
    secret = _content(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretError(f"The secret file {path} can be read by others: run `chmod 600 {path}`.")
    return secret


def _content(path: Path) -> str:
    try:
        secret = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(
            f"The secret file {path} cannot be read ({type(error).__name__}): check the path."
        ) from None
    if not secret:
        raise SecretError(f"The secret file {path} is empty: write the secret into it.")
    return secret
