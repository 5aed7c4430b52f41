"""Where the bot talks besides a private chat, and what a page becomes there: one message whose buttons are links."""

from dataclasses import dataclass

from telegram import Chat, InlineKeyboardButton

from bot import callbacks
from bot.compose import Page
from bot.intake import ALLOWED_UPDATES
from bot.links import deep_link
from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Places:
    """Which places the operator has left switched on. Nothing about a person is stored for any of them."""

    inline: bool = True
    groups: bool = True
    guest: bool = True
    targets: tuple[int | str, ...] = ()
    """Channels and groups that get every update: ids and @names."""
    contact: str = ""
    """Where people write about mistakes and takedowns."""

    def gets_updates(self, chat: Chat) -> bool:
        """Whether the operator chose this channel or group to get every update."""
        name = f"@{chat.username}".casefold()
        return any(target == chat.id or str(target).casefold() == name for target in self.targets)

    @property
    def updates(self) -> list[str]:
        """The kinds of updates that are handled; Telegram keeps the others back."""
        kinds = {"inline_query": self.inline, "guest_message": self.guest}
        return [*ALLOWED_UPDATES, *(kind for kind, wanted in kinds.items() if wanted)]


def public(page: Page, words: Texts, *, bot_name: str) -> Page:
    """The page for a place where nobody can be answered one by one: what a button would have begun, a link begins in
    a private chat; what belongs to the dialogue alone is left out."""
    rows = [tuple(button for button in row if button.callback_data is None) for row in page.keyboard]
    begun = [
        (button, callbacks.parse(str(button.callback_data or ""))) for row in page.keyboard for button in row
    ]
    if quotes := next((each.quotes for _, each in begun if isinstance(each, callbacks.ShowContext)), None):
        rows[-1] += (_opening(words.say("Open in a private chat"), callbacks.shared(quotes), bot_name),)
    for button, callback in begun:
        if isinstance(callback, callbacks.AnswerForCase | callbacks.ShowCase):
            rows.append((_opening(button.text, callbacks.case_link(callback.case), bot_name),))
    return Page(page.text, page.entities, tuple(row for row in rows if row))


def _opening(text: str, parameter: str, bot_name: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, url=deep_link(bot_name, parameter))
