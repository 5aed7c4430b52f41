"""Settings of the bot, on top of the index's. The only reader of the environment in this package."""

import stat
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from corpus.errors import SpravaError
from index.settings import IndexSettings

TELEGRAM_URL = "https://api.telegram.org/bot"


class SecretError(SpravaError):
    """A secret is missing, unreadable, or readable by others."""


class AddressError(SpravaError):
    """The Bot API address is not one."""


class BotSettings(IndexSettings):
    """Settings of `sprava bot`."""

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
    groups: bool = Field(
        default=True,
        description="Whether the bot answers /ask and mentions in groups. Off: it leaves a group when added.",
    )
    credentials_directory: Path | None = Field(
        default=None,
        validation_alias="CREDENTIALS_DIRECTORY",
        description="Set by systemd: the folder with the credentials of the unit.",
    )

    def token(self) -> str:
        """The token: from the file, else the systemd credential, else the environment. Raises `SecretError`."""
        if self.bot_token_file:
            return read_secret(self.bot_token_file)
        credential = self.credentials_directory / "bot_token" if self.credentials_directory else None
        if credential and credential.is_file():
            return credential.read_text().strip()
        if self.bot_token and self.bot_token.get_secret_value().strip():
            return self.bot_token.get_secret_value().strip()
        raise SecretError(
            "No bot token: set SPRAVA_BOT_TOKEN_FILE to a file with the token that @BotFather gave you."
        )

    def api_url(self) -> str:
        """The checked address of the Bot API. Raises `AddressError`."""
        parts = urlsplit(self.bot_api_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not parts.path.endswith("/bot"):
            raise AddressError(
                f"SPRAVA_BOT_API_URL is {self.bot_api_url!r}: it must be an http or https address that ends in /bot."
            )
        return self.bot_api_url

    def database(self) -> str:
        """The database address; the home is created when the database lives there."""
        if self.database_url:
            return self.database_url.get_secret_value()
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return f"sqlite:///{self.home / 'bot.sqlite'}"


def read_secret(path: Path) -> str:
    """The content of a secret file, trimmed. Raises `SecretError` when others than its owner can read it."""
    try:
        mode = path.stat().st_mode
        secret = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(
            f"The secret file {path} cannot be read ({type(error).__name__}): check the path."
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretError(f"The secret file {path} can be read by others: run `chmod 600 {path}`.")
    if not secret:
        raise SecretError(f"The secret file {path} is empty: write the secret into it.")
    return secret
