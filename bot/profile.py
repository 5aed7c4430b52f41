"""What Telegram shows of the bot itself: its command menus and descriptions, in every language."""

import logging

from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot import pages
from bot.texts import DEFAULT, LANGUAGES, Texts, texts
from bot.transport import TelegramBot

logger = logging.getLogger(__name__)


async def set_profile(bot: TelegramBot, *, following: bool) -> None:
    """Bring menus and descriptions up to date; only what differs is sent, because Telegram limits the changes. With
    `following` people can get updates."""
    try:
        for language in LANGUAGES:
            words, code = texts(language), None if language == DEFAULT else language
            await _set_menus(bot, words, code, following=following)
            await _set_descriptions(bot, words, code)
    except TelegramError as error:
        logger.warning("profile not set", extra={"error": type(error).__name__})


async def _set_menus(bot: TelegramBot, words: Texts, code: str | None, *, following: bool) -> None:
    menus = (
        (BotCommandScopeAllPrivateChats(), pages.commands(words, following=following)),
        (BotCommandScopeAllGroupChats(), pages.group_commands(words)),
    )
    for scope, commands in menus:
        wanted = tuple(BotCommand(name, meaning) for name, meaning in commands)
        if await bot.get_my_commands(scope, code) != wanted:
            await bot.set_my_commands(wanted, scope, code)


async def _set_descriptions(bot: TelegramBot, words: Texts, code: str | None) -> None:
    description, short = pages.about(words)
    if (await bot.get_my_description(code)).description != description:
        await bot.set_my_description(description, code)
    if (await bot.get_my_short_description(code)).short_description != short:
        await bot.set_my_short_description(short, code)
