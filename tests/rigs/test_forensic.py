"""After many people came, followed, asked and went, crashes included, nothing of them lies anywhere: database, journal,
logs, backups, temporary files, and a raw image of the disk where root can mount one.

The folder is searched for every chat id, keyword, question and name, for the token and for the key, in six encodings.
"""

import asyncio
import base64
import os
import random
import re
import secrets
import signal
import sqlite3
import string
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from articles import numbered, publish
from canaries import Canaries, encodings, id_encodings
from databases import Postgres
from mailings import keep
from sqlalchemy import select
from test_sending import draft

from bot.announcements import Announcements
from bot.database import open_database
from bot.deletions import Deletions
from bot.keys import Keys
from bot.outbox import Outbox
from bot.record import Follow, FollowKind, Record
from bot.rotation import Rotation
from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox
from bot.subscribers import Subscribers
from bot.tables import BROADCASTS

LEAKY = Path(__file__).parent / "leaky.py"
AT_ONCE = 40
PATIENCE_S = 120


@dataclass
class Life:
    """People in a folder; what they wrote is made up of random letters, so that none of it is met by chance."""

    folder: Path
    vault: Path
    """Another folder, for what must not be found in the first."""
    people: int
    seed: int
    plant: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        for folder in (self.folder / "tmp", self.folder / "logs", self.folder / "backup", self.vault):
            folder.mkdir(parents=True)
        self.token = f"7000000001:AA{self._letters(33)}"
        self.secrets = {
            "SPRAVA_BOT_TOKEN_FILE": self.token,
            "SPRAVA_SECRET_KEY_FILE": secrets.token_urlsafe(32),
        }
        for name, secret in self.secrets.items():
            (self.vault / name).touch(mode=0o600)
            (self.vault / name).write_text(secret)
            self.texts[secret] = "token" if "TOKEN" in name else "key"
        self.texts[self.token.split(":")[1]] = "token"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def canaries(self) -> Canaries:
        return Canaries(self.texts, self.ids)

    def word(self, kind: str) -> str:
        word = self._letters(14)
        self.texts[word] = kind
        return word

    def chat_ids(self) -> Iterator[int]:
        while True:
            number = self.chance.randrange(2**32, 2**47)
            self.ids[number] = "chat id"
            yield number

    def _letters(self, count: int) -> str:
        return "".join(self.chance.choices(string.ascii_lowercase, k=count))


@asynccontextmanager
async def bot(life: Life, sandbox: Sandbox) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot, everything that it says kept in a file of the folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SPRAVA_")}
    environment |= {"SPRAVA_HOME": str(life.home), "SPRAVA_BOT_API_URL": sandbox.api_url}
    environment |= {name: str(life.vault / name) for name in life.secrets} | {
        "TMPDIR": str(life.folder / "tmp")
    }
    number = len(list((life.folder / "logs").iterdir()))
    with (life.folder / "logs" / f"{number}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(LEAKY), "0", life.plant, env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def live(life: Life, *, kills: int) -> list[str]:
    """All of them come, follow, ask, and two of three go again; what was found of them outside the folder's files."""
    publish(life.home, numbered(50))
    hits = list[str]()
    async with Sandbox(token=life.token, ledger=life.vault / "ledger.jsonl") as sandbox:
        sandbox.world._account_ids = life.chat_ids()
        people = [
            sandbox.person(life.word("name"), language_code=life.chance.choice(["be", "ru", "en"]))
            for _ in range(life.people)
        ]
        at_once = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with at_once:
                await spend(life, sandbox, people[number], number)

        living = asyncio.gather(*(one(number) for number in range(life.people)))
        for kill in range(kills):
            async with bot(life, sandbox) as process:
                sent = len(sandbox.calls("sendMessage"))
                async with asyncio.timeout(PATIENCE_S):
                    while len(sandbox.calls("sendMessage")) < sent + life.people // (2 * kills + 2):
                        await sandbox.world.bell.wait(1)
                hits += outside(life, process.pid)
                if kill == 0:
                    back_up(life)
                await kill_with_a_journal(life, process)
            hits += life.canaries().found_under(life.home)
        async with bot(life, sandbox) as process:
            await living
            async with asyncio.timeout(PATIENCE_S):
                while sandbox.world.updates.pending():
                    await sandbox.world.bell.wait(1)
            await hand_out(life, sandbox)
            before = await mine(people[0])
            await asyncio.to_thread(rotate, life)
            assert await mine(people[0]) == before, "found under the new key, which the bot took up by itself"
            back_up(life)
            hits += outside(life, process.pid)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 40) == 0
        assert [v for v in sandbox.violations if "setWebhook" not in v] == []
    return hits


async def spend(life: Life, sandbox: Sandbox, person: Person, number: int) -> None:
    """One life: follow something, ask something, and mostly go again."""
    wait = PATIENCE_S
    follow = number % 4
    if follow == 3:
        asked = await person.say(f"/subscribe What of letter {life.word('question')} then?")
    else:
        asked = await person.say(f"/subscribe {life.word('keyword')}")
    offer = await person.wait_for_reply(asked, timeout_s=wait)
    data = ("1Se", "1Sk", "1Sclosik-ihar", "1Sq")[follow]
    press = sandbox.world.press(person.account, offer.id, data)
    await person.wait_for_callback_answer(press.id, timeout_s=wait)
    if number % 5 == 0:  # messages that delete themselves after a day: kept, sealed, until then
        press = sandbox.world.press(person.account, offer.id, "1oD3")
        await person.wait_for_callback_answer(press.id, timeout_s=wait)
    asked = await person.say(f"What of letter {number % 50} and {life.word('question')}?")
    await person.wait_for_reply(asked, timeout_s=wait)
    if number % 6 == 1:
        person.block()
    elif number % 3:
        await person.wait_for_message(
            await person.say("/forget" if number % 3 == 1 else "/stop"), timeout_s=wait
        )


async def mine(person: Person) -> str:
    """What the bot says it keeps about a person."""
    return (await person.wait_for_reply(await person.say("/mydata"), timeout_s=PATIENCE_S)).text


async def hand_out(life: Life, sandbox: Sandbox) -> None:
    """Announce something, and wait until everybody who stayed has passed through the outbox."""
    engine = open_database(f"sqlite:///{life.home / 'bot.sqlite'}")
    Announcements(engine, time.time).announce([draft("Letter number 7 was answered.")], considered={})
    async with asyncio.timeout(PATIENCE_S + life.people / 10):
        while True:
            with engine.connect() as connection:
                if not connection.scalar(select(BROADCASTS.c.id).where(BROADCASTS.c.state != "done")):
                    break
            await sandbox.world.bell.wait(0.5)
    engine.dispose()
    arrived = [call for call in sandbox.calls("sendMessage") if "№ 1" in str(call.parameters.get("text"))]
    assert len(arrived) >= len(range(0, life.people, 12)), (
        "everybody who stayed and follows everything has it"
    )


def rotate(life: Life) -> None:
    """A new key takes the place of the old one while the bot runs."""
    file = life.vault / "SPRAVA_SECRET_KEY_FILE"
    new, old = secrets.token_urlsafe(32), file.read_text()
    life.texts[new] = "key"
    file.write_text(f"{new}\n{old}\n")
    engine = open_database(f"sqlite:///{life.home / 'bot.sqlite'}")
    Rotation(engine, Keys.read(file.read_text()), now=time.time).run(lambda _done, _of: None)
    engine.dispose()


def back_up(life: Life) -> None:
    """A copy of the database as an operator makes it, while the bot runs."""
    number = len(list((life.folder / "backup").iterdir()))
    source = sqlite3.connect(life.home / "bot.sqlite")
    target = sqlite3.connect(life.folder / "backup" / f"{number}.sqlite")
    source.backup(target)
    target.close()
    source.close()


async def kill_with_a_journal(life: Life, process: asyncio.subprocess.Process) -> None:
    """Kill the bot while what was written last is still in the journal alone: a /forget empties it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(0.01)
            if (life.home / "bot.sqlite-wal").stat().st_size > 0:
                process.kill()
                return
            process.send_signal(signal.SIGCONT)
            await asyncio.sleep(0.01)


def outside(life: Life, pid: int) -> list[str]:
    """What the process shows of itself: its arguments and environment, which every process of its user can read."""
    canaries = life.canaries()
    return [
        f"{name}: {kind}"
        for name in ("cmdline", "environ")
        for kind in sorted(canaries.found_in(Path(f"/proc/{pid}/{name}").read_bytes()))
    ]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Path | None]]:
    """A folder to live in and, where root allows, the image of the file system that it is all of."""
    image, folder = tmp_path / "disk.img", tmp_path / "disk"
    folder.mkdir()
    try:
        if os.geteuid() != 0:
            raise OSError("only root mounts")
        with image.open("wb") as file:
            file.truncate(2**28)
        subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0", str(image)], check=True)
        subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no raw image here: {error}")
        yield folder, None
        return
    yield folder, image
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=False)


def searched(life: Life, image: Path | None) -> list[str]:
    """What is found in the folder's files, and then in the raw image, where what was deleted lies too."""
    canaries = life.canaries()
    hits = canaries.found_under(life.folder)
    if image:
        subprocess.run(["umount", str(life.folder.parent)], check=True)
        hits += canaries.found_under(image)
    return hits


async def left_behind(life: Life, image: Path | None, *, kills: int) -> list[str]:
    """What is found of them after a life of theirs."""
    print(
        f"seed {life.seed}, {life.people} people, {kills} kills, {'raw image' if image else 'no raw image'}"
    )
    hits = await live(life, kills=kills)
    database = sqlite3.connect(life.home / "bot.sqlite")
    rows = [
        database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        for name in ("subscribers", "deletions")
    ]
    database.close()
    assert rows[0] == len(range(0, life.people, 3)), "every third stayed"
    assert rows[1] > 0, "somebody's messages are still to delete themselves"
    size = sum(file.stat().st_size for file in life.folder.rglob("*") if file.is_file())
    hits += searched(life, image)
    print(f"{rows[0]} rows, {size} bytes of files, {len(hits)} hits")
    return hits


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        ("plain id", r"bot\.sqlite.*chat id as bytes"),
        ("id in an exception", r"\.log: chat id as UTF-8"),
        ("token in the log", r"\.log: token as UTF-8"),
        ("temporary file", r": keyword as UTF-8"),
    ],
)
async def test_a_bot_that_leaks_is_caught(tmp_path: Path, plant: str, found: str) -> None:
    life = Life(tmp_path / "life", tmp_path / "vault", 6, 1, plant)
    await live(life, kills=0)
    hits = searched(life, None)
    assert [hit for hit in hits if re.search(found, hit)], hits


async def test_what_was_deleted_is_caught_in_the_raw_image(
    tmp_path: Path, disk: tuple[Path, Path | None]
) -> None:
    if disk[1] is None:
        pytest.skip("no raw image here: only root mounts")
    life = Life(disk[0] / "life", tmp_path / "vault", 6, 1, "deleted file")
    await live(life, kills=0)
    assert life.canaries().found_under(life.folder) == []
    assert "disk.img: chat id as UTF-8" in searched(life, disk[1])


def test_a_canary_is_found_in_every_encoding_wherever_it_lies() -> None:
    number, word = 7_123_456_789, "зубрёнок в пуще"
    canaries = Canaries({word: "word"}, {number: "id"})
    noise = random.Random(1).randbytes(100_000)
    assert canaries.found_in(noise) == set()
    patterns = [pattern for _, pattern in (*encodings(word.encode()), *id_encodings(number))]
    patterns += [number.to_bytes(6, "big"), number.to_bytes(8, "little"), number.to_bytes(8, "big")]
    for pattern in patterns:
        for at in (0, 33, 99_000):
            assert canaries.found_in(noise[:at] + pattern + noise[at:]), pattern
            assert canaries.found_in((noise + pattern)[-500:]), pattern
    for shift in range(3):
        assert canaries.found_in(base64.b64encode(noise[:shift] + word.encode() + noise[:7]))
        assert canaries.found_in(base64.b64encode(noise[:shift] + str(number).encode() + noise[:7]))


async def test_the_life_of_100_people_leaves_nothing_behind(
    tmp_path: Path, disk: tuple[Path, Path | None]
) -> None:
    life = Life(disk[0] / "life", tmp_path / "vault", 100, random.randrange(10**6))
    assert await left_behind(life, disk[1], kills=1) == []


def test_a_server_keeps_nothing_of_people_in_its_folder(tmp_path: Path) -> None:
    try:
        server = Postgres()
    except OSError as error:
        pytest.skip(f"no PostgreSQL here: {error}")
    life = Life(tmp_path / "life", tmp_path / "vault", 300, random.randrange(10**6))
    print(f"seed {life.seed}, {life.people} people, PostgreSQL")
    try:
        engine = open_database(server.create())
        keys = Keys.read(life.secrets["SPRAVA_SECRET_KEY_FILE"])
        store = Subscribers(engine, lambda: keys, now=time.time)
        deletions = Deletions(engine, lambda: keys, now=time.time)
        for number, chat in zip(range(life.people), life.chat_ids(), strict=False):
            question = Follow(FollowKind.QUESTION, f"What of {life.word('question')} then?")
            follows = (Follow(FollowKind.KEYWORD, life.word("keyword")), question)
            keep(store, Record(chat=chat, follows=follows))
            deletions.remember(chat, [number], time.time())
            if number % 3:
                store.forget(chat, drop_deletions=number % 2 == 0)
        Announcements(engine, time.time).announce([draft("Letter number 7 was answered.")], considered={})
        outbox = Outbox(engine, now=time.time, tags_of=store.tags_of)
        outbox.fill(outbox.open()[0])
        assert outbox.claim(outbox.open()[0], 10)
        engine.dispose()
        server.stop()
        assert life.canaries().found_under(server.folder) == []
        server.start()
        engine = open_database(server.url())
        with engine.begin() as connection:
            planted = next(iter(life.ids))
            connection.exec_driver_sql(f"CREATE TABLE leak AS SELECT '{planted}'::text AS chat")
        engine.dispose()
        server.stop()
        assert life.canaries().found_under(server.folder) != [], "what is planted must be seen"
        server.start()
    finally:
        server.close()


@pytest.mark.full
@pytest.mark.timeout(3000)
async def test_the_life_of_10000_people_leaves_nothing_behind(
    tmp_path: Path, disk: tuple[Path, Path | None]
) -> None:
    life = Life(disk[0] / "life", tmp_path / "vault", 10_000, random.randrange(10**6))
    assert await left_behind(life, disk[1], kills=8) == []
