"""What `sprava bot doctor` looks at: each part that the bot needs, without starting it and without its secrets."""

from collections.abc import Callable
from dataclasses import dataclass

from telegram.error import InvalidToken, TelegramError

from bot.database import open_database
from bot.intake import TokenRejectedError
from bot.settings import BotSettings
from bot.subscribers import check_keys
from bot.transport import TelegramBot
from corpus.errors import SpravaError
from index import store
from index.encoder import model_name


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether the bot can run with it, and what is there."""

    what: str
    good: bool
    found: str


async def examine(settings: BotSettings) -> list[Finding]:
    """Every part, in the order in which one would mend it."""
    findings = [
        Finding("home", good=True, found=str(settings.home)),
        _checked("index", settings, _index),
        _checked("database", settings, _database),
        _checked("key", settings, _key),
        _checked("token", settings, _token),
    ]
    findings.append(
        await _telegram(settings) if findings[-1].good else Finding("telegram", False, "needs a token")
    )
    if settings.webhook_url:
        findings.append(_checked("webhook", settings, _webhook))
    places = settings.places()
    told = {
        "profile": settings.profile,
        "groups": "answers /ask and mentions" if places.groups else "leaves when added",
        "inline": "offers quotes in any chat" if places.inline else "off",
        "guest": "answers mentions where it is no member" if places.guest else "off",
    }
    return [*findings, *(Finding(what, good=True, found=found) for what, found in told.items())]


def _checked(what: str, settings: BotSettings, look: Callable[[BotSettings], str]) -> Finding:
    try:
        return Finding(what, good=True, found=look(settings))
    except SpravaError as error:
        return Finding(what, good=False, found=str(error))
    except OSError as error:
        return Finding(what, good=False, found=f"{error.filename}: {error.strerror}; check SPRAVA_HOME")


def _index(settings: BotSettings) -> str:
    version = store.current(settings.index_folder, model=model_name(settings))
    return f"version {version.number} of {version.created:%Y-%m-%d %H:%M} UTC, {len(version.documents)} documents"


def _database(settings: BotSettings) -> str:
    engine = open_database(settings.database())
    engine.dispose()
    return f"{engine.dialect.name}, can be opened"


def _key(settings: BotSettings) -> str:
    keys, engine = settings.keys(), open_database(settings.database())
    check_keys(engine, keys)
    engine.dispose()
    if keys is None:
        return "none, so nothing can be followed: make one with `sprava subscribers create-key PATH`"
    older = f", and {len(keys.older)} older: run `sprava subscribers rotate-key`" if keys.older else ""
    return f"from {settings.key_place()}{older}"


def _token(settings: BotSettings) -> str:
    settings.token()
    return "set, in the environment: a file is safer" if settings.bot_token else "set"


def _webhook(settings: BotSettings) -> str:
    door = settings.door()
    return f"{door.url}, served on {door.host} port {door.port}"


def _not_allowed(settings: BotSettings, bot: TelegramBot) -> list[str]:
    """What the operator left switched on and @BotFather has not been told of."""
    places = settings.places()
    wanted = {
        "inline mode": places.inline and not bot.bot.supports_inline_queries,
        "guest mode": places.guest and not bot.bot.supports_guest_queries,
    }
    return [f"@BotFather does not allow {what} yet" for what, missing in wanted.items() if missing]


async def _telegram(settings: BotSettings) -> Finding:
    """Whether getMe answers. An error of the library may hold the token, so its class is all that is told."""
    try:
        bot = TelegramBot(settings.token(), api_url=settings.api_url(), poll_timeout_s=0)
        async with bot:
            known = f"{settings.api_url()} knows the bot as @{bot.username}"
            return Finding("telegram", good=True, found="; ".join([known, *_not_allowed(settings, bot)]))
    except SpravaError as error:
        return Finding("telegram", good=False, found=str(error))
    except InvalidToken:
        return Finding("telegram", good=False, found=str(TokenRejectedError()))
    except TelegramError as error:
        reason = f"{settings.api_url()} does not answer ({type(error).__name__}): check the address and the network."
        return Finding("telegram", good=False, found=reason)
