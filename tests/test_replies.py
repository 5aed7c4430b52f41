"""Replies: how often a refusal is waited out, one line for an album, and nothing of a person in the log of it all."""

import asyncio
import signal
from pathlib import Path

import pytest
from aiohttp import ClientSession
from articles import numbered, publish
from doors import SECRET, a_door
from test_bot_process import bot
from test_handlers import serving

from bot import replies
from bot.sandbox import faults
from bot.sandbox.server import Sandbox
from bot.webhook import path_of

LOUD = Path(__file__).parent / "loud.py"


async def test_four_short_pauses_are_waited_out_and_the_fifth_drops_the_reply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "seconds_of", lambda _error: 0.01)
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        sandbox.faults.add("sendMessage", faults.too_many_requests(1), times=4)
        await person.wait_for_reply(await person.say("/help"))
        assert [entry.code for entry in sandbox.calls("sendMessage")] == [429, 429, 429, 429, 200]
        sandbox.faults.add("sendMessage", faults.too_many_requests(1), times=5)
        dropped = await person.say("/help")
        await person.wait_for_reply(await person.say("/privacy"))
        assert dropped not in [message.reply_to for message in person.messages()]
        assert [entry.code for entry in sandbox.calls("sendMessage")][5:] == [429] * 5 + [200]


async def test_who_was_not_reached_with_a_word_that_comes_once_a_minute_is_told_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "seconds_of", lambda _error: 0.01)
    async with Sandbox() as sandbox, serving(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        sandbox.faults.add("sendMessage", faults.too_many_requests(1), times=5)
        for _ in range(3):
            last = await person.say("/nonsense")
        await person.wait_for_reply(await person.say("/help"))
        assert next(message.reply_to for message in person.messages()) == last - 1
        assert len(person.messages()) == 2


async def test_an_album_is_answered_with_one_line(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        person = sandbox.person("Alena", language_code="en")
        await person.send_album(4)
        async with serving(sandbox, tmp_path):
            await person.wait_for_reply(await person.say("/help"))
            while sandbox.world.updates.pending():
                await sandbox.world.bell.wait(1)
        assert len(person.messages()) == 2
        assert sandbox.violations == []


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_a_whole_process_at_debug_writes_nothing_about_anybody(tmp_path: Path, webhook: bool) -> None:
    publish(tmp_path, numbered(10))
    door = a_door() if webhook else None
    async with Sandbox() as sandbox, bot(sandbox, tmp_path, door=door, script=LOUD) as process:
        lines: list[bytes] = []
        reading = asyncio.create_task(_collect(process.stderr, lines))
        person = sandbox.person("Zyanon", language_code="en", username="zyanon_secret")
        plan = (
            faults.error(502, "Bad Gateway"),
            faults.drop_after(),
            faults.garbage(),
            faults.error(400, "Zyanon"),
        )
        for n, fault in enumerate(plan):
            sandbox.faults.add("sendMessage", fault)
            await person.say(f"Canary question about letter number {n}?")
            sandbox.clock.advance(1)
        sandbox.world.updates.add("message", {"chat": {"id": person.id}, "date": "Canary"})
        await person.wait_for_reply(await person.say("Canary question about letter number 5?"), timeout_s=60)
        if door:
            async with ClientSession() as session:
                for body in (b"Canary", b"[" * 100_000, b'{"update_id":null,"Canary":"Zyanon"}'):
                    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
                    await session.post(door.url + path_of(SECRET), data=body, headers=headers)
                await session.post(door.url + path_of(SECRET), data=b"Canary")
        person.block()
        await asyncio.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 30)
        await reading
    told = b"".join(lines).decode()
    assert "handler failed" in told, "the log is that of the faults"
    names = ["Zyanon", "zyanon", "Canary", "letter number", str(person.id), "sprava_sandbox_bot"]
    secrets = [sandbox.token, sandbox.token.split(":")[1], SECRET, path_of(SECRET)]
    assert [word for word in [*names, *secrets] if word in told] == []


async def _collect(stream: asyncio.StreamReader | None, lines: list[bytes]) -> None:
    while stream and (line := await stream.readline()):
        lines.append(line)
