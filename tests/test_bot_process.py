"""The bot as a real process against the sandbox: nothing lost, nothing mixed up, whenever it is killed."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
from articles import DOCUMENTS, numbered, publish
from doors import a_door
from mailings import SECRET, keep

from bot.announcements import Announcements
from bot.database import open_database
from bot.keys import Keys
from bot.record import Record
from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox
from bot.settings import Door
from bot.subscribers import Subscribers

SERVE = Path(__file__).parent / "serve.py"
PEOPLE, QUESTIONS = 20, 10


@asynccontextmanager
async def bot(
    sandbox: Sandbox,
    home: Path,
    *,
    pause_s: float = 0,
    token: str | None = None,
    door: Door | None = None,
    script: Path = SERVE,
    more: tuple[str, ...] = (),
    settings: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The running bot; killed at the end if it still runs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SPRAVA_")}
    environment |= {
        "SPRAVA_HOME": str(home),
        "SPRAVA_BOT_TOKEN": token or sandbox.token,
        "SPRAVA_BOT_API_URL": sandbox.api_url,
    }
    environment |= settings
    if door:
        environment |= {
            "SPRAVA_WEBHOOK_URL": door.url,
            "SPRAVA_WEBHOOK_SECRET": door.secret,
            "SPRAVA_WEBHOOK_LISTEN": f"{door.host}:{door.port}",
        }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        str(pause_s),
        *more,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
        limit=2**26,  # a full pipe that nobody reads would stop the bot at its next line in the log
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture(params=["polling", "webhook"])
def door(request: pytest.FixtureRequest) -> Door | None:
    """Both ways in: every promise holds for both."""
    return a_door() if request.param == "webhook" else None


async def ask_all(people: list[Person]) -> dict[tuple[int, int], int]:
    """Everybody asks for letters of their own; message ids by person and number of the letter."""
    asked = {}
    for i in range(QUESTIONS):
        for n, person in enumerate(people):
            letter = n * QUESTIONS + i
            asked[person.id, letter] = await person.say(f"What is said of letter number {letter}?")
    return asked


async def check_all(people: list[Person], asked: dict[tuple[int, int], int], *, repeats: bool) -> None:
    """Each question has its own answer, quoting its own letter, in the order of asking."""
    for person in people:
        mine = {message: letter for (who, letter), message in asked.items() if who == person.id}
        for message, letter in mine.items():
            answer = await person.wait_for_reply(message, timeout_s=60)
            assert re.findall(r"\d+", answer.quotes[0]) == [str(letter)]
        order = [message.reply_to for message in person.messages()]
        assert set(order) == set(mine)
        firsts = list(dict.fromkeys(order))
        assert firsts == sorted(mine)
        assert repeats or len(order) == len(mine)


async def test_200_questions_from_20_people_are_answered_each_with_its_own_answer_in_order(
    tmp_path: Path, door: Door | None
) -> None:
    publish(tmp_path, numbered(PEOPLE * QUESTIONS))
    async with Sandbox() as sandbox, bot(sandbox, tmp_path, door=door, pause_s=0.01) as process:
        people = [sandbox.person(f"Person {n}", language_code="en") for n in range(PEOPLE)]
        await check_all(people, await ask_all(people), repeats=False)
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), 10)
        assert process.returncode == 0
        assert sandbox.violations == []
    told = log.decode()
    assert told.count("answered") == PEOPLE * QUESTIONS
    secrets = [sandbox.token, sandbox.token.split(":")[1], "Person", "letter", "arrived"]
    assert [secret for secret in [*secrets, *(str(person.id) for person in people)] if secret in told] == []


async def test_after_kill_9_in_the_middle_a_new_process_answers_what_is_left(
    tmp_path: Path, door: Door | None
) -> None:
    publish(tmp_path, numbered(PEOPLE * QUESTIONS))
    async with Sandbox() as sandbox:
        people = [sandbox.person(f"Person {n}", language_code="en") for n in range(PEOPLE)]
        asked = await ask_all(people)
        for kill_after in (15, 60, 120):
            async with bot(sandbox, tmp_path, door=door, pause_s=0.05) as process:
                async with asyncio.timeout(60):
                    while len(sandbox.calls("sendMessage")) < kill_after:
                        await sandbox.world.bell.wait(1)
                process.kill()
        assert 0 < sum(len(person.messages()) for person in people) < len(asked)
        async with bot(sandbox, tmp_path, door=door):
            await check_all(people, asked, repeats=True)
        sent = sum(len(person.messages()) for person in people)
        assert sent <= len(asked) + 3 * 16, "at most the batch in flight at each kill may come twice"


async def test_sigterm_finishes_what_was_begun_and_a_second_bot_does_the_rest(
    tmp_path: Path, door: Door | None
) -> None:
    publish(tmp_path, numbered(PEOPLE * QUESTIONS))
    async with Sandbox() as sandbox:
        people = [sandbox.person(f"Person {n}", language_code="en") for n in range(PEOPLE)]
        asked = await ask_all(people)
        async with bot(sandbox, tmp_path, door=door, pause_s=0.1) as process:
            await people[0].wait_for_message(timeout_s=30)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) == 0
        async with bot(sandbox, tmp_path, door=door):
            await check_all(people, asked, repeats=False)


async def test_a_newly_published_index_is_answered_from_without_a_restart(tmp_path: Path) -> None:
    publish(tmp_path, *DOCUMENTS)
    async with Sandbox() as sandbox, bot(sandbox, tmp_path):
        person = sandbox.person("Alena", language_code="en")
        before = await person.wait_for_reply(
            await person.say("What is said of letter number 7?"), timeout_s=30
        )
        assert before.quotes == []
        publish(tmp_path, numbered(10))
        async with asyncio.timeout(30):
            while not (
                answer := await person.wait_for_reply(await person.say("What of letter number 7?"))
            ).quotes:
                sandbox.clock.advance(61)
        assert answer.quotes == ["Letter number 7 arrived on time and was read aloud to everyone."]


async def test_a_rejected_token_ends_the_bot_with_one_line_that_does_not_hold_it(tmp_path: Path) -> None:
    publish(tmp_path, *DOCUMENTS)
    wrong = "7000000009:AAwrongWrongWrongWrongWrongWrongWrong1"
    async with Sandbox() as sandbox, bot(sandbox, tmp_path, token=wrong) as process:
        _, output = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 1
        assert output.decode().splitlines() == [
            "sprava: Telegram rejected the bot token: check SPRAVA_BOT_TOKEN or its file; @BotFather shows it."
        ]


async def test_an_update_that_ends_the_process_every_time_is_given_up_and_the_others_are_answered(
    tmp_path: Path, door: Door | None
) -> None:
    publish(tmp_path, numbered(40))
    async with Sandbox() as sandbox:
        people = [sandbox.person(f"Person {n}", language_code="en") for n in range(8)]
        asked = {}
        for n, person in enumerate(people):
            asked[person, n] = await person.say(f"What is said of letter number {n}?")
            if n == 3:
                poison = await person.say("crash")
        starts = 0
        async with asyncio.timeout(120):
            while sandbox.world.updates.pending():
                async with bot(sandbox, tmp_path, door=door) as process:
                    starts += 1
                    ended = asyncio.create_task(process.wait())
                    while not ended.done() and sandbox.world.updates.pending():  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                sandbox.clock.advance(61)
        assert starts <= 4, "once among others, twice alone, and once to the end"
        for (person, n), message in asked.items():
            answer = await person.wait_for_reply(message)
            assert re.findall(r"\d+", answer.quotes[0]) == [str(n)]
        assert "E-" in (await people[3].wait_for_reply(poison)).text


async def test_a_second_bot_on_the_same_database_stands_by_and_takes_over(tmp_path: Path) -> None:
    publish(tmp_path, numbered(10))
    async with Sandbox() as sandbox, bot(sandbox, tmp_path) as first:
        person = sandbox.person("Alena", language_code="en")
        await person.wait_for_reply(await person.say("What of letter number 1?"), timeout_s=30)
        async with bot(sandbox, tmp_path) as second:
            line = await asyncio.wait_for(second.stderr.readline(), 30)
            assert f"another bot runs on this database, standing by pid={first.pid}" in line.decode()
            asked = await person.say("What of letter number 2?")
            assert (await person.wait_for_reply(asked)).quotes
            first.kill()
            asked = await person.say("What of letter number 3?")
            assert (await person.wait_for_reply(asked, timeout_s=10)).quotes
            assert "another poller" not in str(sandbox.calls("getUpdates"))
            assert {entry.code for entry in sandbox.calls("getUpdates")} <= {200, 409}


async def test_a_second_sigterm_ends_the_process_at_once_and_loses_nothing(tmp_path: Path) -> None:
    publish(tmp_path, numbered(10))
    async with Sandbox() as sandbox:
        person = sandbox.person("Alena", language_code="en")
        asked = await person.say("What of letter number 1?")
        async with bot(sandbox, tmp_path, pause_s=15) as process:
            async with asyncio.timeout(30):
                while not sandbox.calls("sendChatAction"):
                    await sandbox.world.bell.wait(1)
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.3)
            assert process.returncode is None
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 2) == 1
        async with bot(sandbox, tmp_path):
            assert (await person.wait_for_reply(asked, timeout_s=30)).quotes


async def test_a_lost_key_ends_the_start_with_one_line_and_nothing_is_sent(tmp_path: Path) -> None:
    publish(tmp_path, numbered(10))
    known = Keys.read("an-old-0123456789-Qwertz-uiop-4711")
    engine = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    keep(Subscribers(engine, lambda: known, now=time.time), Record(chat=7_000_000_001))
    engine.dispose()
    async with Sandbox() as sandbox, bot(sandbox, tmp_path) as process:
        _, output = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 1
        (line,) = output.decode().splitlines()
        assert line.startswith("sprava: The database holds people's rows under another secret key")
        assert sandbox.calls("getMe") == []


@pytest.mark.parametrize("in_a_file", [False, True])
async def test_a_key_in_the_environment_is_warned_of_at_the_start(tmp_path: Path, in_a_file: bool) -> None:
    home, file = tmp_path / "home", tmp_path / "key"
    home.mkdir()
    publish(home)
    file.write_text(SECRET)
    file.chmod(0o600)
    given = {"SPRAVA_SECRET_KEY_FILE": str(file)} if in_a_file else {"SPRAVA_SECRET_KEY": SECRET}
    async with Sandbox() as sandbox, bot(sandbox, home, settings=given) as process:
        person = sandbox.person("Person", language_code="en")
        await person.wait_for_reply(await person.say("/help"), timeout_s=60)
        process.send_signal(signal.SIGTERM)
        _, output = await asyncio.wait_for(process.communicate(), 30)
    assert (b"the secret key stands in the environment" in output) is not in_a_file
    assert SECRET.encode() not in output


async def test_what_is_there_at_the_first_start_is_no_news(tmp_path: Path) -> None:
    publish(tmp_path)
    async with Sandbox() as sandbox, bot(sandbox, tmp_path):
        person = sandbox.person("Person", language_code="en")
        await person.wait_for_reply(await person.say("/help"), timeout_s=60)
    engine = open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    assert set(Announcements(engine, time.time).considered()) == {document.id for document in DOCUMENTS}
    engine.dispose()
