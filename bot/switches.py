"""Small values that every process has to see: whether sending is paused, whether the keys are being rotated."""

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import SWITCHES


def switch(connection: Connection, name: str) -> str | None:
    """The value of a switch; None where it was never set."""
    return connection.scalar(select(SWITCHES.c.value).where(SWITCHES.c.name == name))


def set_switch(connection: Connection, name: str, value: str | None) -> None:
    """Set a switch, or take it away."""
    if value is None:
        connection.execute(delete(SWITCHES).where(SWITCHES.c.name == name))
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {"name": name, "value": value}
    statement = insert(SWITCHES).values(row).on_conflict_do_update(index_elements=[SWITCHES.c.name], set_=row)
    connection.execute(statement)
