"""The one place that opens the database, and its tables."""

from sqlalchemy import Boolean, Column, Engine, Float, Integer, MetaData, String, Table, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from corpus.errors import SpravaError

__all__ = ["CLAIMS", "METADATA", "SEEN", "DatabaseError", "Engine", "open_database"]

METADATA = MetaData()

SEEN = Table(
    "seen",
    METADATA,
    Column("update_id", Integer, primary_key=True, autoincrement=False),
    Column("attempts", Integer, nullable=False, comment="how often handling it failed"),
    Column("finished", Boolean, nullable=False, comment="answered, or given up"),
    Column("hour", Integer, nullable=False, comment="hours since 1970, for forgetting after a day"),
)

CLAIMS = Table(
    "claims",
    METADATA,
    Column("update_id", Integer, primary_key=True, autoincrement=False),
    Column("owner", String(16), nullable=False, comment="random, of the process that handles the update now"),
    Column("until", Float, nullable=False, comment="seconds since 1970; after that the owner counts as dead"),
    Column("alone", Boolean, nullable=False, comment="nothing else was handled meanwhile"),
)


class DatabaseError(SpravaError):
    """The database could not be opened."""


def open_database(url: str) -> Engine:
    """An engine for the database at `url`, with every table present."""
    try:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _set_pragmas)
        METADATA.create_all(engine)
    except (SQLAlchemyError, ImportError, OSError) as error:
        # The address may hold a password: only the kind of failure is told.
        reason = type(error).__name__
        raise DatabaseError(
            f"The database could not be opened ({reason}): check SPRAVA_DATABASE_URL and that its folder can be written."
        ) from None
    return engine


def _set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # A killed process loses nothing under NORMAL; a power cut may cost the last rows, so that an answer comes twice.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "trusted_schema=OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
