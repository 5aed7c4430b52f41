"""Numbers of updates in 64 bits, as Telegram may count them; SQLite's are that already."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for table in ("seen", "claims"):
            op.alter_column(table, "update_id", type_=sa.BigInteger, existing_nullable=False)
