"""The one place that opens the database, and its tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.lock import locked
from bot.migrations import upgrade
from corpus.errors import SpravaError

__all__ = [
    "BROADCASTS",
    "CLAIMS",
    "CONSIDERED",
    "DELETIONS",
    "METADATA",
    "NEWS",
    "OUTBOX",
    "PACE",
    "SEEN",
    "SUBSCRIBERS",
    "SWITCHES",
    "Connection",
    "DatabaseError",
    "Engine",
    "clock",
    "open_database",
    "tags_move",
    "tags_stay",
    "transaction",
]

METADATA = MetaData()
_UPDATE = BigInteger().with_variant(
    Integer, "sqlite"
)  # there INTEGER has 64 bits, and as a key is the row's own number

SEEN = Table(
    "seen",
    METADATA,
    Column("update_id", _UPDATE, primary_key=True, autoincrement=False),
    Column("attempts", Integer, nullable=False, comment="how often handling it failed"),
    Column("finished", Boolean, nullable=False, comment="answered, or given up"),
    Column("hour", Integer, nullable=False, comment="hours since 1970, for forgetting after a day"),
)

CLAIMS = Table(
    "claims",
    METADATA,
    Column("update_id", _UPDATE, primary_key=True, autoincrement=False),
    Column("owner", String(16), nullable=False, comment="random, of the process that handles the update now"),
    Column("until", Float, nullable=False, comment="seconds since 1970; after that the owner counts as dead"),
    Column("alone", Boolean, nullable=False, comment="nothing else was handled meanwhile"),
)


SUBSCRIBERS = Table(
    "subscribers",
    METADATA,
    Column("tag", LargeBinary(16), primary_key=True, comment="keyed hash of the chat id"),
    Column("kid", BigInteger, nullable=False, comment="which secret key the row is sealed with"),
    Column("blob", LargeBinary(960), nullable=False, comment="sealed record, always 960 bytes"),
    Column("month", Integer, nullable=False, comment="of joining or renewal, counted from January 2020"),
    Index("subscribers_month_kid", "month", "kid"),
    sqlite_with_rowid=False,
)

DELETIONS = Table(
    "deletions",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True, comment="random"),
    Column("tag", LargeBinary(16), nullable=False, index=True, comment="keyed hash of the chat id"),
    Column("due", Integer, nullable=False, index=True, comment="when, in steps of ten minutes since 1970"),
    Column("kid", BigInteger, nullable=False, comment="which secret key the row is sealed with"),
    Column(
        "blob", LargeBinary(256), nullable=False, comment="sealed chat id and message numbers, of one size"
    ),
    sqlite_with_rowid=False,
)

NEWS = Table(
    "news",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="the public №"),
    Column(
        "key", String(64), nullable=False, unique=True, comment="hash of what it tells: announced once only"
    ),
    Column("kind", String(16), nullable=False, comment="new, correction or withdrawal"),
    Column("corrects", Integer, comment="the № that it corrects or withdraws"),
    Column("hour", Integer, nullable=False, comment="hours since 1970 when it was announced"),
    Column("cancelled", Boolean, nullable=False, comment="taken back before it was sent to all"),
    Column("content", Text, nullable=False, comment="public text: quotes, cases, publishers, as JSON"),
)

CONSIDERED = Table(
    "considered",
    METADATA,
    Column(
        "item",
        String(80),
        primary_key=True,
        comment="id of a document, or key of a message, that is no news any more",
    ),
    Column(
        "sha256", String(64), nullable=False, comment="of its public text, to recognise it under another id"
    ),
)

BROADCASTS = Table(
    "broadcasts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("what", String(16), nullable=False, comment="news, daily, weekly, renewal or owed"),
    Column(
        "number",
        Integer,
        nullable=False,
        comment="the №; of a digest the hour since 1970, of a renewal the month; else random",
    ),
    Column("state", String(16), nullable=False, comment="open, held, overtaken, done or cancelled"),
    Column("cursor", LargeBinary(16), nullable=False, comment="the tag up to which the outbox was filled"),
    Column("filled", Boolean, nullable=False, comment="every recipient is in the outbox, or was"),
    Column(
        "after", Integer, nullable=False, default=0, comment="a digest tells of the numbers above this one"
    ),
    Column("upto", Integer, nullable=False, default=0, comment="and up to this one"),
    UniqueConstraint("what", "number"),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("broadcast", Integer, primary_key=True, autoincrement=False),
    Column(
        "tag",
        LargeBinary(16),
        primary_key=True,
        index=True,
        comment="of a record, whether or not it follows this",
    ),
    Column(
        "state",
        String(16),
        nullable=False,
        index=True,
        comment="pending, sending, in_doubt or dead; sent, of broadcast 0, for a second",
    ),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Float, nullable=False, comment="seconds since 1970"),
    Column("claim", LargeBinary(16), comment="random, of the sender that holds the row"),
    Column("until", Float, comment="seconds since 1970, by the database's clock; then the claim has run out"),
    sqlite_with_rowid=False,
)

PACE = Table(
    "pace",
    METADATA,
    Column("name", String(16), primary_key=True, comment="all: every sender draws from it"),
    Column("tokens", Float, nullable=False, comment="messages that may go out at once"),
    Column("at", Float, nullable=False, comment="seconds since 1970 when the tokens were counted"),
    Column("paused_until", Float, nullable=False, comment="seconds since 1970; Telegram asked to wait"),
    Column(
        "pause_s", Float, nullable=False, comment="for how long it asked: no wall clock makes that longer"
    ),
)

SWITCHES = Table(
    "switches",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("value", String(64), nullable=False),
)


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
