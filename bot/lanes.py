"""What waits for what: updates of one lane are handled one after the other, lanes side by side."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from telegram.constants import ChatType

from bot.callbacks import AnswerForCase, ShowExample, parse
from bot.own_callbacks import parse_own

Lane = tuple[int | str, str]
_QUESTIONS = "questions"


class Lanes:
    """The turn of each update, first come, first served within its lane.

    Of the questions of all chats one begins in each round of the event loop: a hundred that begin together make a round
    so long that a /forget, which takes several, would be confirmed only after a second.
    """

    def __init__(self) -> None:
        self._waiting: dict[Lane, deque[asyncio.Event]] = {}
        self._entrance = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, update: dict[str, Any]) -> AsyncIterator[None]:
        """Wait until every earlier update of the lane is done with, and hold the later ones meanwhile."""
        lane, mine = lane_of(update), asyncio.Event()
        queue = self._waiting.setdefault(lane, deque())
        queue.append(mine)
        try:
            if len(queue) > 1:
                await mine.wait()
            if lane[1] == _QUESTIONS:
                async with self._entrance:
                    await asyncio.sleep(0)
            yield
        finally:
            queue.remove(mine)
            if queue:
                queue[0].set()
            else:
                del self._waiting[lane]


class Gate:
    """Many may pass at once, or one alone; who wants to be alone goes before those who come later.

    Without a lock: the usual update enters and leaves without giving its turn in the event loop away.
    """

    def __init__(self) -> None:
        self._inside = 0
        self._wanting = 0
        self._empty, self._open = asyncio.Event(), asyncio.Event()
        self._open.set()

    @asynccontextmanager
    async def among_others(self) -> AsyncIterator[None]:
        """Pass while nobody is or wants to be alone."""
        while self._wanting:
            await self._open.wait()
        with self._passing():
            yield

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Pass when everybody else has left, and keep the others out."""
        self._wanting += 1
        self._open.clear()
        try:
            while self._inside:
                self._empty.clear()
                await self._empty.wait()
            with self._passing():
                yield
        finally:
            self._wanting -= 1
            if not self._wanting:
                self._open.set()

    @contextmanager
    def _passing(self) -> Iterator[None]:
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()


def lane_of(update: dict[str, Any]) -> Lane:
    """Questions, buttons and what may change what is kept of a chat have a lane each: /start, /stop or a button never
    waits for an answer, and no press of Follow ends after the /stop that came after it. A button that asks is a
    question."""
    if _is_own(update):
        return chat_of(update), "own"
    query = update.get("callback_query")
    data = query.get("data") if isinstance(query, dict) else None
    asks = isinstance(data, str) and isinstance(parse(data), AnswerForCase | ShowExample)
    return chat_of(update), _QUESTIONS if query is None or asks else "buttons"


def chat_of(update: dict[str, Any]) -> int | str:
    """What orders an update among others: its chat, else its person, else nothing but itself."""
    query = update.get("callback_query")
    events = [update.get(kind) for kind in ("message", "edited_message", "my_chat_member")]
    events += [query.get("message"), {"chat": query.get("from")}] if isinstance(query, dict) else []
    chats = [event.get("chat") for event in events if isinstance(event, dict)]
    ids = [chat.get("id") for chat in chats if isinstance(chat, dict)]
    return next((i for i in ids if isinstance(i, int)), f"update {update['update_id']}")


def _type_of_chat(event: object) -> object:
    """Of what happened in a chat."""
    chat = event.get("chat") if isinstance(event, dict) else None
    return chat.get("type") if isinstance(chat, dict) else None


def _is_own(update: dict[str, Any]) -> bool:
    """Whether it may change what is kept: a button about one's own updates, a person who blocks the bot, or a command
    other than /ask, which is a question."""
    query, message = update.get("callback_query"), update.get("message")
    if isinstance(query, dict):
        data = query.get("data")
        return isinstance(data, str) and parse_own(data) is not None
    if "my_chat_member" in update:
        return _type_of_chat(update["my_chat_member"]) == ChatType.PRIVATE
    text = message.get("text") if isinstance(message, dict) else None
    command = re.match(r"/(\w+)", text) if isinstance(text, str) else None
    return command is not None and command[1].casefold() != "ask"
