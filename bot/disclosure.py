"""All that the database could ever tell somebody who takes it, read from its real schema: nothing is left out.

It takes no chat id and finds nobody: a look-up would be a tool of coercion.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, MetaData, Table, func, select, text

from bot.subscribers import rounded
from bot.tables import METADATA, SUBSCRIBERS

PEOPLE = ("subscribers", "deletions", "outbox")
"""Tables with a row a person or more, whose exact number would tell of one's coming and going."""

_UNITS = ("bytes", "kB", "MB", "GB")


def disclose(engine: Engine, home: Path) -> Iterator[str]:
    """Line by line: files with their sizes, tables with columns, row counts and a row as it is stored, months."""
    yield f"Database: {engine.dialect.name}"
    for name, size in _files(engine, home):
        yield f"  {name}: {_readable(size)}"
    found = MetaData()
    found.reflect(engine)
    for table in sorted(found.tables.values(), key=lambda table: table.name):
        yield ""
        yield from _table(engine, table)
    yield ""
    yield "Months of joining or last renewal, with numbers of people rounded down to ten:"
    yield from _months(engine)


def _files(engine: Engine, home: Path) -> Iterator[tuple[str, int]]:
    if engine.dialect.name == "sqlite" and engine.url.database:
        path = Path(engine.url.database)
        for file in sorted(path.parent.glob(f"{path.name}*")):
            yield str(file), file.stat().st_size
    elif engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            size = connection.scalar(select(func.pg_database_size(func.current_database())))
        yield f"on the server {engine.url.host or 'of this machine'}", size or 0
    for folder in sorted(path for path in home.glob("*") if path.is_dir()):
        yield (
            f"{folder} (nothing about people)",
            sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()),
        )


def _table(engine: Engine, table: Table) -> Iterator[str]:
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(table)) or 0
        sample = connection.execute(select(table).limit(1)).one_or_none()
    told = f"about {rounded(count)} rows" if table.name in PEOPLE else f"{count} rows"
    yield f"Table {table.name}: {told}"
    known = METADATA.tables.get(table.name)
    for column in table.columns:
        described = known.columns.get(column.name) if known is not None else None
        comment = f" – {described.comment}" if described is not None and described.comment else ""
        yield f"  {column.name}, {str(column.type).lower()}{comment}"
    if sample is not None:
        yield "  one row as it is stored:"
        for name, value in sample._mapping.items():
            yield f"    {name} = {value.hex() if isinstance(value, bytes) else value}"


def _months(engine: Engine) -> Iterator[str]:
    month = SUBSCRIBERS.c.month
    with engine.connect() as connection:
        for number, count in connection.execute(select(month, func.count()).group_by(month).order_by(month)):
            yield f"  {2020 + number // 12}-{number % 12 + 1:02}: about {rounded(count)}"
        if not connection.scalar(select(text("1")).select_from(SUBSCRIBERS).limit(1)):
            yield "  nobody"


def _readable(size: float) -> str:
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit == 0 else f"{size:.1f} {_UNITS[unit]}"
