"""The one place that opens the database, its transactions, and its clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.lock import locked
from bot.migrations import upgrade
from corpus.errors import SpravaError

__all__ = [
    "Connection",
    "DatabaseError",
    "Engine",
    "clock",
    "open_database",
    "tags_move",
    "tags_stay",
    "transaction",
]

_PRAGMAS = (
    "busy_timeout=5000",
    "auto_vacuum=FULL",  # before the first table: freed pages leave the file
    "journal_mode=WAL",
    "synchronous=NORMAL",  # a power cut may cost the last numbers of updates, so that an answer comes twice
    "secure_delete=ON",
    "trusted_schema=OFF",
)


_UPGRADING = 0x73707261
"""Number of the lock that a process holds on PostgreSQL while it brings the schema up to date."""

_TAGS = 0x73707274
"""Number of the lock that keeps rows of people under their tags while somebody changes one of them."""


class DatabaseError(SpravaError):
    """The database could not be opened."""


def open_database(url: str) -> Engine:
    """An engine for the database at `url`, brought to the present schema. Raises `DatabaseError` or `SchemaError`."""
    try:
        engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _set_pragmas)
        with _alone_with(engine):
            if engine.dialect.name == "sqlite":
                _let_pages_go(engine)
            with transaction(engine) as connection:
                if engine.dialect.name == "postgresql":
                    connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
                upgrade(connection)
    except (SQLAlchemyError, ImportError, OSError) as error:
        # The address may hold a password: only the kind of failure is told.
        reason = type(error).__name__
        raise DatabaseError(
            f"The database could not be opened ({reason}): check SPRAVA_DATABASE_URL and that its folder can be written."
        ) from None
    return engine


@contextmanager
def _alone_with(engine: Engine) -> Iterator[None]:
    """Let no other process open the SQLite file meanwhile: of two that turn a new one to WAL at once, SQLite refuses
    one without waiting. The file is created for its owner alone; SQLite gives its journals the same mode."""
    if engine.dialect.name != "sqlite" or engine.url.database in {None, "", ":memory:"}:
        yield
        return
    path = Path(str(engine.url.database))
    with locked(path.parent):
        path.touch(mode=0o600)
        yield


def _let_pages_go(engine: Engine) -> None:
    """A file from before `auto_vacuum` was set is written anew once; only that turns it on (sqlite.org/pragma.html)."""
    with engine.connect() as connection:
        if not connection.exec_driver_sql("PRAGMA auto_vacuum").scalar():
            connection.exec_driver_sql("VACUUM")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction for reading before writing: on SQLite nobody else writes from its first statement on, and what it
    wrote survives a power cut, because somebody was told that all is gone, or sent."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
        finally:
            connection.rollback()  # nothing, once it was committed
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")


def clock(connection: Connection, now: Callable[[], float]) -> float:
    """Seconds since 1970 by the database's own clock, which all processes share; on SQLite, which has none, `now`."""
    if connection.dialect.name == "sqlite":
        return now()
    return float(connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0.0)


def tags_stay(connection: Connection) -> None:
    """Let nobody move a row of a person to another tag before the transaction ends. To be called first in it: on
    PostgreSQL a statement that waits for a row which is deleted and inserted anew finds neither."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(_TAGS)))


def tags_move(connection: Connection) -> None:
    """Wait for all who called `tags_stay`, and let everybody else who calls it wait until the transaction ends. On SQLite
    a transaction that writes is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TAGS)))


def _set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
