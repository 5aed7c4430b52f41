"""Opening the database: new, old, newer than the program, and by several processes at once; its pragmas."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

import bot.migrations
from bot.database import DatabaseError, Engine, open_database, transaction
from bot.migrations import HEAD, SchemaError
from bot.seen import Claim, Seen
from bot.tables import METADATA, SEEN

ROOT = Path(__file__).parent.parent


def test_the_steps_make_exactly_the_tables_that_the_program_describes(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, METADATA)
    differences = [difference for difference in found if "comment" not in str(difference[0])]
    assert differences == [], "bot/database.py and the steps of bot/migrations/versions differ"


def test_the_newest_step_is_the_one_named() -> None:
    steps = ScriptDirectory(str(Path(bot.migrations.__file__).parent))
    assert steps.get_current_head() == HEAD


def test_opening_twice_keeps_what_is_in_it(database_url: str) -> None:
    row = {"update_id": 7, "attempts": 1, "finished": True, "hour": 1}
    first = open_database(database_url)
    with first.begin() as connection:
        connection.execute(SEEN.insert().values(row))
    first.dispose()
    second = open_database(database_url)
    with second.connect() as connection:
        assert connection.execute(SEEN.select()).one()._asdict() == row
    second.dispose()


def test_a_database_from_before_the_steps_is_upgraded_in_place(database_url: str) -> None:
    old = create_engine(database_url)
    with old.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE seen (update_id INTEGER PRIMARY KEY, attempts INTEGER NOT NULL, "
                "finished BOOLEAN NOT NULL, hour INTEGER NOT NULL)"
            )
        )
        connection.execute(text("INSERT INTO seen VALUES (7, 0, true, 1)"))
    old.dispose()
    engine = open_database(database_url)
    assert set(METADATA.tables) | {"alembic_version"} == set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT update_id FROM seen")) == 7
        if engine.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA auto_vacuum")) == 1
    engine.dispose()


def test_the_largest_number_of_an_update_can_be_claimed_and_finished(engine: Engine) -> None:
    seen = Seen(engine, now=lambda: 0.0)
    assert seen.claim(2**63 - 1) is Claim.GRANTED
    seen.finish(2**63 - 1)
    assert seen.claim(2**63 - 1) is Claim.FINISHED


def test_a_newer_schema_is_one_clear_error_and_is_left_alone(database_url: str) -> None:
    engine = open_database(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(SchemaError, match="schema 9999, which is newer than this program knows") as caught:
        open_database(database_url)
    assert "\n" not in str(caught.value)


def test_processes_that_start_at_once_open_it_together(database_url: str) -> None:
    code = "import sys; from bot.database import open_database; open_database(sys.argv[1]).dispose()"
    starting = [
        subprocess.Popen([sys.executable, "-c", code, database_url], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    assert [(process.communicate()[1], process.returncode) for process in starting] == [(b"", 0)] * 6


def test_what_is_deleted_leaves_the_file_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite"
    engine = open_database(f"sqlite:///{path}")
    with engine.connect() as connection:
        pragmas = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "secure_delete", "auto_vacuum", "trusted_schema")
        }
    with transaction(engine) as connection:
        assert connection.scalar(text("PRAGMA synchronous")) == 2, "survives a power cut"
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    engine.dispose()
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 1,
        "secure_delete": 1,
        "auto_vacuum": 1,
        "trusted_schema": 0,
    }
    assert set(modes.values()) == {0o600}


def test_an_address_that_cannot_be_opened_is_told_without_its_password(tmp_path: Path) -> None:
    for url in (
        f"sqlite:///{tmp_path / 'nowhere' / 'x.sqlite'}",
        "postgresql://bot:canary@127.0.0.1:1/db",
        "nonsense://canary",
    ):
        with pytest.raises(DatabaseError, match="could not be opened") as caught:
            open_database(url)
        assert "canary" not in str(caught.value)
