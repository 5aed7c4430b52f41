"""Every table of the first release. Databases from before have some of them, which are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _updates()
    _people()
    _news()
    _delivery()


def _table(name: str, *columns: sa.Column[object] | sa.Constraint, with_rowid: bool = True) -> None:
    op.create_table(name, *columns, if_not_exists=True, sqlite_with_rowid=with_rowid)


def _index(table: str, *columns: str, name: str = "") -> None:
    op.create_index(name or f"ix_{table}_{columns[0]}", table, list(columns), if_not_exists=True)


def _updates() -> None:
    _table(
        "seen",
        sa.Column("update_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
    )
    _table(
        "claims",
        sa.Column("update_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("owner", sa.String(16), nullable=False),
        sa.Column("until", sa.Float, nullable=False),
        sa.Column("alone", sa.Boolean, nullable=False),
    )


def _people() -> None:
    _table(
        "subscribers",
        sa.Column("tag", sa.LargeBinary(16), primary_key=True),
        sa.Column("kid", sa.BigInteger, nullable=False),
        sa.Column("blob", sa.LargeBinary(960), nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        with_rowid=False,
    )
    _index("subscribers", "month", "kid", name="subscribers_month_kid")
    _table(
        "deletions",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("tag", sa.LargeBinary(16), nullable=False),
        sa.Column("due", sa.Integer, nullable=False),
        sa.Column("kid", sa.BigInteger, nullable=False),
        sa.Column("blob", sa.LargeBinary(256), nullable=False),
        with_rowid=False,
    )
    _index("deletions", "tag")
    _index("deletions", "due")


def _news() -> None:
    _table(
        "news",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("corrects", sa.Integer),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("cancelled", sa.Boolean, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    _table(
        "considered",
        sa.Column("item", sa.String(80), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
    _table(
        "broadcasts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("cursor", sa.LargeBinary(16), nullable=False),
        sa.Column("filled", sa.Boolean, nullable=False),
        sa.Column("after", sa.Integer, nullable=False),
        sa.Column("upto", sa.Integer, nullable=False),
        sa.UniqueConstraint("what", "number"),
    )


def _delivery() -> None:
    _table(
        "outbox",
        sa.Column("broadcast", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tag", sa.LargeBinary(16), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", sa.Float, nullable=False),
        sa.Column("claim", sa.LargeBinary(16)),
        sa.Column("until", sa.Float),
        with_rowid=False,
    )
    _index("outbox", "tag")
    _index("outbox", "state")
    _table(
        "pace",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("tokens", sa.Float, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("paused_until", sa.Float, nullable=False),
        sa.Column("pause_s", sa.Float, nullable=False),
    )
    _table(
        "switches",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.String(64), nullable=False),
    )
