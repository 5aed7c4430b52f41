"""`sprava subscribers` and `sprava bot panic`: rounded counts, nothing left out of what could be handed over, and gone
means gone."""

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mailings import keep
from sqlalchemy import inspect, select
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.database import open_database
from bot.deletions import Deletions
from bot.disclosure import disclose
from bot.keys import Keys
from bot.record import Follow, FollowKind, Record
from bot.subscribers import Subscribers
from bot.tables import OUTBOX, SUBSCRIBERS

KEY, OLD = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
CHAT, WORD = 7_123_456_789, "голодовка"


def store(url: str, key: str = KEY) -> Subscribers:
    keys = Keys.read(key)
    return Subscribers(open_database(url), lambda: keys, now=time.time)


def fill(url: str, people: int, key: str = KEY) -> None:
    store_ = store(url, key)
    for number in range(people):
        keep(store_, Record(chat=CHAT + number, follows=(Follow(FollowKind.KEYWORD, WORD),)))


@pytest.fixture
def key_file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "secrets" / "key"
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_text(KEY)
    monkeypatch.setenv("SPRAVA_SECRET_KEY_FILE", str(path))
    home.mkdir()
    return path


@pytest.fixture
def url(home: Path) -> str:
    return f"sqlite:///{home / 'bot.sqlite'}"


def sprava(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


@pytest.mark.parametrize(
    ("people", "said"), [(0, "fewer than 10"), (9, "fewer than 10"), (29, "at least 20")]
)
def test_counts_are_rounded_down_to_ten(key_file: Path, url: str, people: int, said: str) -> None:
    fill(url, people)
    assert sprava("subscribers", "count").output == f"{said}\n"


def test_what_is_disclosed_names_every_table_and_column_and_shows_rows_as_stored(
    database_url: str, tmp_path: Path
) -> None:
    fill(database_url, 12)
    engine = open_database(database_url)
    Deletions(engine, lambda: Keys.read(KEY), now=time.time).remember(CHAT, [1], time.time())
    said = "\n".join(disclose(engine, tmp_path))
    for table in inspect(engine).get_table_names():
        part = said.split(f"Table {table}:")[1].split("Table ")[0]
        assert [c["name"] for c in inspect(engine).get_columns(table) if f"  {c['name']}, " not in part] == []
    with engine.connect() as connection:
        blobs = [blob.hex() for blob in connection.scalars(select(SUBSCRIBERS.c.blob))]
    assert sum(blob in said for blob in blobs) == 1
    assert "Table subscribers: about 10 rows" in said
    assert "Table deletions: about 0 rows" in said
    assert re.search(r"20\d\d-\d\d: about 10$", said, re.MULTILINE)
    assert WORD not in said
    assert str(CHAT) not in said
    engine.dispose()


def test_a_table_that_the_program_does_not_know_is_disclosed_too(url: str, home: Path) -> None:
    home.mkdir()
    engine = open_database(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (who TEXT)")
        connection.exec_driver_sql("INSERT INTO notes VALUES ('somebody')")
    said = "\n".join(disclose(engine, home))
    assert "Table notes: 1 rows" in said
    assert "who = somebody" in said


def test_disclose_says_what_the_key_opens_and_where_it_lies(key_file: Path, url: str, home: Path) -> None:
    fill(url, 1)
    (home / "index").mkdir()
    (home / "index" / "x").write_bytes(bytes(2500))
    said = sprava("subscribers", "disclose").output
    assert f"bot.sqlite: {(home / 'bot.sqlite').stat().st_size / 1000:.1f} kB" in said
    assert "index (nothing about people): 2.5 kB" in said
    assert "With it, everything in them is read" in said
    assert f"the file {key_file}" in said
    assert KEY not in said


def test_a_new_key_is_a_file_for_its_owner_alone_and_never_written_over(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "key"
    said = sprava("subscribers", "create-key", str(path)).output
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keys.read(path.read_text())
    assert f"SPRAVA_SECRET_KEY_FILE={path}" in said
    assert path.read_text().strip() not in said
    before = path.read_text()
    for there in (path, tmp_path / "nowhere" / "key"):
        assert "cannot be written" in str(sprava("subscribers", "create-key", str(there)).exception)
    assert path.read_text() == before
    assert "lies in" in str(sprava("subscribers", "create-key", str(home / "key")).exception)
    assert not (home / "key").exists()


def test_rotate_key_moves_everybody_and_says_what_to_do_with_the_old_key(key_file: Path, url: str) -> None:
    fill(url, 12, key=OLD)
    key_file.write_text(f"{KEY}\n{OLD}\n")
    said = sprava("subscribers", "rotate-key")
    assert said.exit_code == 0, said.exception
    assert "At least 10 rows" in said.output
    assert "destroy the old key" in re.sub(r"\s+", " ", said.output)
    assert store(url).get(CHAT)
    assert {OLD, KEY} & set(re.findall(r"[\w-]{43}", said.output)) == set()


@pytest.mark.parametrize("typed", ["\n", "yes\n", "purge all\n"])
def test_purge_needs_its_word(key_file: Path, url: str, typed: str) -> None:
    fill(url, 1)
    assert "Nothing was deleted." in sprava("subscribers", "purge", typed=typed).output
    assert store(url).get(CHAT)


def test_purge_leaves_no_row_of_anybody_and_needs_no_key(
    database_url: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPRAVA_DATABASE_URL", database_url)
    fill(database_url, 3)
    engine = open_database(database_url)
    Deletions(engine, lambda: Keys.read(KEY), now=time.time).remember(CHAT, [1], time.time())
    with engine.begin() as connection:
        row = {"broadcast": 1, "tag": bytes(16), "state": "pending", "attempts": 0, "not_before": 0.0}
        connection.execute(OUTBOX.insert().values(row))
    assert sprava("subscribers", "purge", typed="purge\n").exit_code == 0
    with engine.connect() as connection:
        for table in ("subscribers", "deletions", "outbox"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    engine.dispose()


@pytest.mark.parametrize("typed", ["\n", "yes\n", "don't panic\n"])
def test_panic_needs_its_word(key_file: Path, url: str, typed: str) -> None:
    fill(url, 1)
    assert "Nothing was destroyed." in sprava("bot", "panic", typed=typed).output
    assert store(url).get(CHAT)
    assert key_file.read_text() == KEY


def test_panic_destroys_key_store_and_queue_without_a_network_and_says_what_to_do(
    key_file: Path, url: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPRAVA_BOT_API_URL", "http://127.0.0.1:9/bot")
    monkeypatch.setenv("SPRAVA_BOT_TOKEN", "7000000001:AAcanaryCanaryCanaryCanaryCanaryCa1")
    fill(url, 1)
    held = os.open(key_file, os.O_RDONLY)
    begun = time.monotonic()
    said = sprava("bot", "panic", typed="PANIC\n")
    assert time.monotonic() - begun < 15
    assert said.exit_code == 0, said.output
    assert not key_file.exists()
    assert KEY.encode() not in os.read(held, 1000), "overwritten where it lay"
    os.close(held)
    assert list(home.glob("bot.sqlite*")) == []
    assert "The webhook: NOT DONE" in said.output
    assert "/revoke" in said.output
    assert "on flash storage" in said.output
    assert "anary" not in said.output


def test_panic_does_what_it_can_and_says_what_it_cannot(
    home: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    monkeypatch.setenv("SPRAVA_SECRET_KEY", KEY)
    fill(url, 1)
    said = sprava("bot", "panic", typed="PANIC\n")
    assert said.exit_code == 2
    assert "The secret key: NOT DONE. It stands in the environment" in said.output
    assert list(home.glob("bot.sqlite*")) == []
    assert KEY not in said.output


def test_panic_stops_the_running_bot(key_file: Path, url: str, home: Path) -> None:
    fill(url, 1)
    code = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom bot.lock import alone_with\n"
        "async def main():\n async with alone_with(Path(sys.argv[1]), asyncio.Event()):\n"
        "  print('held', flush=True)\n  await asyncio.sleep(60)\nasyncio.run(main())"
    )
    command = [sys.executable, "-c", code, str(home / "bot.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        assert "The bot: stopped." in sprava("bot", "panic", typed="PANIC\n").output
        assert process.wait(5) == -signal.SIGKILL


def test_panic_kills_no_stranger_whose_number_stands_in_a_stale_lock(
    key_file: Path, url: str, home: Path
) -> None:
    fill(url, 1)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (home / "bot.sqlite.lock").write_text(str(stranger.pid))
        assert "The bot: was not running here" in sprava("bot", "panic", typed="PANIC\n").output
        assert stranger.poll() is None
        stranger.kill()


def test_no_command_takes_or_prints_a_person() -> None:
    import typer.main

    for name, command in typer.main.get_command(app).commands["subscribers"].commands.items():
        assert [p.name for p in command.params] == (["path"] if name == "create-key" else [])
