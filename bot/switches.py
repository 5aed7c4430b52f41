"""Small values that every process has to see: whether sending is paused, whether the keys are being rotated, and whose
bot people follow."""

from sqlalchemy import Connection, Engine, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import transaction
from bot.tables import SUBSCRIBERS, SWITCHES
from corpus.errors import SpravaError

_BOT = "bot"
_VALUE = select(SWITCHES.c.value).where(SWITCHES.c.name == bindparam("name"))
"""Made once, as in `seen.py`: it runs for every message."""


class OtherBotError(SpravaError):
    """The people of this database follow another bot."""

    def __init__(self) -> None:
        super().__init__(
            "The people in this database follow another bot, and this token reaches none of them: give the token of that "
            "bot, or delete them with `sprava subscribers purge`."
        )


def keep_to(engine: Engine, bot_id: int) -> None:
    """Note whose database this is. Raises `OtherBotError`: a bot that nobody talks to would take all for gone."""
    with transaction(engine) as connection:
        known, mine = switch(connection, _BOT), str(bot_id)
        if known not in {None, mine} and connection.scalar(select(SUBSCRIBERS.c.kid).limit(1)) is not None:
            raise OtherBotError
        set_switch(connection, _BOT, mine)


def switch(connection: Connection, name: str) -> str | None:
    """The value of a switch; None where it was never set."""
    return connection.scalar(_VALUE, {"name": name})


def set_switch(connection: Connection, name: str, value: str | None) -> None:
    """Set a switch, or take it away."""
    if value is None:
        connection.execute(delete(SWITCHES).where(SWITCHES.c.name == name))
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {"name": name, "value": value}
    statement = insert(SWITCHES).values(row).on_conflict_do_update(index_elements=[SWITCHES.c.name], set_=row)
    connection.execute(statement)
