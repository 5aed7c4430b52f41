"""Conversations as readable scripts in `conversations/`: what a person does, what the bot shows.

    language: be            the person's Telegram language
    documents: russian      what the bot has read, of `articles.BASES`, where it is not the three
    > text                  the person writes
    >10 text                the person writes it ten times: what is shown is what came to the last
    >… 501                  the person writes a text of so many letters
    + text                  the person forwards a text of somebody else
    ~ text                  the person edits what they wrote last
    * kind                  the person sends something that is not text: voice, photo, sticker …; an album is three photos
    ! button                the person presses a button of the message that the bot showed last
    @ group member          the person goes on in a group in which the bot is that: member, administrator or left
    ? text                  the person types the text after the bot's name, and sees what it offers
    # number                the person sends the offer with this number
    % trouble               from now on questions meet it: too many, failure, none

The lines after an act are what the bot shows: `▌` before a quote, `*bold*`, `_italic_`, `[button]`, `[button → what a link opens]`;
`(text)` is shown for a moment, `(silence)` means that nothing came, `(the message is gone)` that it was deleted. The four
signs of an error's code are dots here.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from articles import BASES, RuleBase, version

from bot.asker import BusyError
from bot.quotes import Quotes
from bot.sandbox.chats import InlineAnswer
from bot.sandbox.people import BotMessage, Person, Room
from bot.sandbox.server import Sandbox
from index.answer import Answer


class Troubled(RuleBase):
    """Answers, or meets with what the script says."""

    trouble = "none"

    def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
        if self.trouble == "too many":
            raise BusyError
        if self.trouble == "failure":
            raise ArithmeticError
        return super().answer_many(questions)


def base_of(script: str) -> Troubled:
    """What answers in a script."""
    named = re.search(r"^documents: (.+)$", script, re.MULTILINE)
    quotes = Quotes(version(*BASES[named[1] if named else "three"]))
    return Troubled(lambda: quotes)


async def play(sandbox: Sandbox, script: str, base: Troubled) -> str:
    """Act the person's part of a script against the running bot; the script with what the bot really showed."""
    lines = script.splitlines()
    language = lines[0].removeprefix("language: ")
    player = Player(sandbox, sandbox.person("Alena", language_code=language), base)
    acts = {
        ">": player.say,
        ">10": player.say_ten_times,
        ">…": player.say_so_much,
        "+": player.forward,
        "~": player.edit,
        "*": player.send,
        "!": player.press,
        "@": player.go_to,
        "?": player.type_inline,
        "#": player.choose,
        "%": player.trouble,
    }
    played = [line for line in lines[:2] if line.startswith(("language: ", "documents: "))]
    for line in lines:
        act, _, words = line.partition(" ")
        if act in acts:
            shown = await acts[act](words)
            played += ["", f"{act} {words}".rstrip(), *([shown] if shown else [])]
    return "\n".join(played) + "\n"


class Player:
    """A person, what they said last and what they see."""

    def __init__(self, sandbox: Sandbox, person: Person, base: Troubled) -> None:
        self._sandbox = sandbox
        self._base = base
        self.person = person
        self._said = 0
        self._seen: BotMessage | None = None
        self._room: Room | None = None
        self._query = ""

    async def go_to(self, place: str) -> str:
        """Go on in a group; what the bot says to being there: nothing."""
        kind, _, status = place.partition(" ")
        self._room = self._sandbox.room("Friends", self.person, kind=kind)
        self._room.set_bot(self.person, status)
        await self._until_told()
        assert self._room.messages() == []
        return ""

    async def type_inline(self, text: str) -> str:
        """Type after the bot's name; what is offered."""
        self._query = await self.person.type_inline(text, room=self._room)
        return draw_offers(await self.person.wait_for_results(self._query))

    async def choose(self, number: str) -> str:
        """Send an offer; what stands in the chat then, and what the bot says to it: nothing."""
        offers = await self.person.wait_for_results(self._query)
        self._seen = await self.person.choose(self._query, offers.results[int(number) - 1]["id"])
        await self._until_told()
        return draw(self._seen)

    async def say(self, text: str) -> str:
        """Write; what the bot replies."""
        if self._room:
            return await self._say_in(self._room, text)
        self._said = await self.person.say(text)
        self._seen = await self.person.wait_for_message(self._said)
        return draw(self._seen)

    async def say_ten_times(self, text: str) -> str:
        """Write it again and again; what the bot replies to the last."""
        for _ in range(9):
            await self.say(text)
        return await self.say(text)

    async def say_so_much(self, letters: str) -> str:
        """Write a text of so many letters; what the bot replies."""
        return await self.say("a" * int(letters))

    async def forward(self, text: str) -> str:
        """Forward a text; what the bot replies."""
        self._said = await self.person.forward(text)
        self._seen = await self.person.wait_for_reply(self._said)
        return draw(self._seen)

    async def trouble(self, trouble: str) -> str:
        """Let questions meet with trouble."""
        self._base.trouble = trouble
        return ""

    async def send(self, kind: str) -> str:
        """Send something that is not text; what the bot replies, once to an album."""
        if kind == "album":
            before = len(self.person.messages())
            self._said, *_ = await self.person.send_album()
            await self._until_told()
            assert len(self.person.messages()) == before + 1
        else:
            self._said = await self.person.send(kind)
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

    async def _say_in(self, room: Room, text: str) -> str:
        self._said = await self.person.say(text, room=room)
        await self._until_told()
        self._seen = next((m for m in room.messages() if m.reply_to == self._said), None)
        return draw(self._seen) if self._seen else "(silence)"

    async def _until_told(self) -> None:
        """The bot has done with everything that it was told."""
        async with asyncio.timeout(10):
            while self._sandbox.world.updates.pending():
                await self._sandbox.world.bell.wait(1)

    async def _next(self) -> str:
        """The last message once it was edited, or the one that came after it."""
        assert self._seen is not None
        before = self._seen
        async with asyncio.timeout(10):
            while (now := self._latest()) == before:
                await self._sandbox.world.bell.wait(1)
        if now is None:  # something may come in its place
            await self._until_told()
            now = self._latest()
        self._seen = now or before
        return draw(now) if now else "(the message is gone)"

    def _latest(self) -> BotMessage | None:
        assert self._seen is not None
        shown = (self._room or self.person).messages()
        if shown and shown[-1].id > self._seen.id:
            return shown[-1]
        return next((message for message in shown if message.id == self._seen.id), None)


def draw(message: BotMessage) -> str:
    """A message as a script shows it."""
    marks: list[tuple[int, str]] = []
    for entity in message.entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if entity["type"].endswith("blockquote"):
            marks.append((start, "▌"))
        if entity["type"] == "bold":
            marks += [(start, "*"), (end, "*")]
        if entity["type"] == "italic":
            marks += [(start, "_"), (end, "_")]
    units, text, last = message.text.encode("utf-16-le"), "", 0
    for at, mark in sorted(marks, key=lambda each: (each[0], each[1] == "*")):
        text += units[2 * last : 2 * at].decode("utf-16-le") + mark
        last = at
    rows = ["  ".join(draw_button(button) for button in row) for row in message.keyboard]
    text = re.sub(r"\bE-[0-9A-F]{4}\b", "E-····", text + units[2 * last :].decode("utf-16-le"))
    return "\n".join([text, *rows])


def draw_button(button: dict[str, Any]) -> str:
    """A button, with what it opens when that is the bot itself."""
    _, opens, parameter = str(button.get("url", "")).partition("?start=")
    if parameter.startswith("a_"):
        parameter = "these quotes"
    return f"[{button['text']} → {parameter}]" if opens else f"[{button['text']}]"


def draw_offers(offers: InlineAnswer) -> str:
    """The cards of an inline answer, and the button above them."""
    above = [f"[{offers.button['text']}]"] if offers.button else []
    cards = [
        f"{number}. {card['title']}\n   {card['description']}"
        for number, card in enumerate(offers.results, 1)
    ]
    return "\n".join([*above, *cards])
