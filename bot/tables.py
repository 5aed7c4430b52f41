"""The tables of the database, and what each column is for."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

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
