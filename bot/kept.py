"""What of an answer outlives its views: the heading, and the buttons that the ids of its quotes cannot bring back.

Context and citations stand in place of the answer. Its message carries the rest through them and back, so that nothing
has to be remembered on our side.
"""

from dataclasses import dataclass

from telegram import InlineKeyboardButton, Message, MessageEntity

from bot import callbacks
from bot.compose import Keyboard
from bot.own_callbacks import AskFollow


@dataclass(frozen=True, slots=True)
class Kept:
    """The heading of an answer; its button for further quotes; the row about its person or question."""

    heading: str = ""
    more: InlineKeyboardButton | None = None
    about: tuple[InlineKeyboardButton, ...] = ()

    @property
    def rows(self) -> Keyboard:
        """The buttons as a view shows them, below its own."""
        return tuple(row for row in ((self.more,) if self.more else (), self.about) if row)


NOTHING = Kept()


def kept_of(message: object) -> Kept:
    """What the answer, or the view of one, in a message has to keep; nothing for a message that is out of reach.

    An answer has its heading in bold; a view has it in italics, because titles of the source are bold there.
    """
    if not isinstance(message, Message) or message.reply_markup is None:
        return NOTHING
    buttons = [button for row in message.reply_markup.inline_keyboard for button in row]
    asked = [(button, callbacks.parse(str(button.callback_data or ""))) for button in buttons]
    in_view = any(isinstance(verb, callbacks.ShowQuotes) for _, verb in asked)
    marked = message.parse_entities([MessageEntity.ITALIC if in_view else MessageEntity.BOLD])
    return Kept(
        heading=next((words for entity, words in marked.items() if entity.offset == 0), ""),
        more=next((button for button, verb in asked if isinstance(verb, callbacks.ShowMore)), None),
        about=tuple(button for button, verb in asked if isinstance(verb, callbacks.ShowCase | AskFollow)),
    )
