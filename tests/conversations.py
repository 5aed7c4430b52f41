"""Conversations as readable scripts in `conversations/`: what a person does, what the bot shows.

    language: be            the person's Telegram language
    > text                  the person writes
    ~ text                  the person edits what they wrote last
    ! button                the person presses a button of the message that the bot showed last

The lines after an act are what the bot shows: `▌` before a quote, `*bold*`, `[button]`; `(text)` is shown for a moment.
"""

import asyncio

from bot.sandbox.people import BotMessage, Person
from bot.sandbox.server import Sandbox


async def play(sandbox: Sandbox, script: str) -> str:
    """Act the person's part of a script against the running bot; the script with what the bot really showed."""
    lines = script.splitlines()
    language = lines[0].removeprefix("language: ")
    player = Player(sandbox, sandbox.person("Alena", language_code=language))
    played = [lines[0]]
    for act, words in [(line[0], line[2:]) for line in lines if line[:2] in {"> ", "~ ", "! "}]:
        played += [
            "",
            f"{act} {words}",
            await {">": player.say, "~": player.edit, "!": player.press}[act](words),
        ]
    return "\n".join(played) + "\n"


class Player:
    """A person, what they said last and what they see."""

    def __init__(self, sandbox: Sandbox, person: Person) -> None:
        self._sandbox = sandbox
        self.person = person
        self._said = 0
        self._seen: BotMessage | None = None

    async def say(self, text: str) -> str:
        """Write; what the bot replies."""
        self._said = await self.person.say(text)
        self._seen = await self.person.wait_for_reply(self._said)
        return draw(self._seen)

    async def edit(self, text: str) -> str:
        """Edit the last text; what the reply to it becomes."""
        await self.person.edit(self._said, text)
        return await self._next()

    async def press(self, button: str) -> str:
        """Press a button of the last message; what it becomes, or is followed by, or what is shown for a moment."""
        assert self._seen is not None
        pressed = await self.person.press(self._seen, button)
        if told := (await self.person.wait_for_callback_answer(pressed))["text"]:
            return f"({told})"
        return await self._next()

    async def _next(self) -> str:
        """The last message once it was edited, or the one that came after it."""
        assert self._seen is not None
        before = self._seen
        async with asyncio.timeout(10):
            while (now := self._latest()) == before:
                await self._sandbox.world.bell.wait(1)
        self._seen = now
        return draw(now)

    def _latest(self) -> BotMessage:
        assert self._seen is not None
        newest = self.person.messages()[-1]
        return newest if newest.id > self._seen.id else self.person.message(self._seen.id)


def draw(message: BotMessage) -> str:
    """A message as a script shows it."""
    marks: list[tuple[int, str]] = []
    for entity in message.entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if entity["type"].endswith("blockquote"):
            marks.append((start, "▌"))
        if entity["type"] == "bold":
            marks += [(start, "*"), (end, "*")]
    units, text, last = message.text.encode("utf-16-le"), "", 0
    for at, mark in sorted(marks, key=lambda each: (each[0], each[1] == "*")):
        text += units[2 * last : 2 * at].decode("utf-16-le") + mark
        last = at
    rows = ["  ".join(f"[{button['text']}]" for button in row) for row in message.keyboard]
    return "\n".join([text + units[2 * last :].decode("utf-16-le"), *rows])
