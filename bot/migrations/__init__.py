"""How the database got its present tables, a step a file; `bot/database.py` runs them whenever it opens one."""

from sqlalchemy import Connection, inspect, text

from corpus.errors import SpravaError

HEAD = "0002"
"""The newest step: what `bot/database.py` describes."""


class SchemaError(SpravaError):
    """The database was written by a newer program."""


def present(connection: Connection) -> str | None:
    """The step that the database is at; None for an empty one, or one from before there were steps."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    step = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(step) if step else None


def upgrade(connection: Connection) -> None:
    """Take the steps that are missing, within the transaction of `connection`. Raises `SchemaError`."""
    step = present(connection)
    if step == HEAD:
        return
    # Alembic takes a third of a second to import, and there is nearly never a step to take.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "bot:migrations")
    config.set_main_option("path_separator", "os")
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise SchemaError(
            f"The database has schema {step}, which is newer than this program knows ({HEAD}): update the program."
        ) from None
