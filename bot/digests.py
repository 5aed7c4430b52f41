"""When digests come: hours of Minsk, which is three hours ahead of UTC all year, and what each hour's digest has covered.

A digest tells of numbers, not of hours: of what is newer than the last one of the same hour told. So nothing is left out
and nothing told twice when the clock jumps or the bot was stopped, and no record has to say what its person was told.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, func, select

from bot import broadcasts
from bot.database import transaction
from bot.record import Cadence, Record
from bot.tables import BROADCASTS, NEWS

MINSK_H = 3
DAY_H, WEEK_H = 24, 168
_MONDAY_H = 96
"""The hour since 1970 at which the first Monday began in London."""
_QUIET_FROM_H, _QUIET_TO_H = 22, 8

Slot = tuple[str, int]
"""A kind of digest and its hour within the day or week, counted from 1970."""


def slot(record: Record) -> Slot | None:
    """Which digest a record gets; None where updates come at once."""
    match record.cadence:
        case Cadence.DAILY:
            return ("daily", (record.hour - MINSK_H) % DAY_H)
        case Cadence.WEEKLY:
            return ("weekly", (_MONDAY_H + record.hour - MINSK_H) % WEEK_H)
        case _:
            return None


def slots_of(hour: int) -> list[Slot]:
    """The digests that come at an hour since 1970: one each day, and on Mondays in Minsk the one of the week."""
    daily = ("daily", hour % DAY_H)
    on_monday = (hour + MINSK_H - _MONDAY_H) % WEEK_H < DAY_H
    return [daily, ("weekly", hour % WEEK_H)] if on_monday else [daily]


def in_daytime(now: float) -> bool:
    """Whether a sound disturbs nobody in Minsk."""
    return _QUIET_TO_H <= (now // 3600 + MINSK_H) % DAY_H < _QUIET_FROM_H


def period(what: str) -> int:
    """Hours after which a kind of digest comes again."""
    return DAY_H if what == "daily" else WEEK_H


def covered(connection: Connection) -> dict[Slot, int]:
    """The newest number that the digests of each slot have told of, or are telling of."""
    rows = select(BROADCASTS.c.what, BROADCASTS.c.number, BROADCASTS.c.upto)
    found: dict[Slot, int] = {}
    for what, number, upto in connection.execute(rows.where(BROADCASTS.c.what.in_(("daily", "weekly")))):
        key = (what, number % period(what))
        found[key] = max(found.get(key, 0), upto)
    return found


def before(connection: Connection, hour: int) -> int:
    """The newest number that was announced up to an hour since 1970."""
    return connection.scalar(select(func.max(NEWS.c.number)).where(NEWS.c.hour <= hour)) or 0


def owe_digest(engine: Engine, old: Record, new: Record, tags: Sequence[bytes], *, now: float) -> None:
    """Send at once what a change of cadence or hour would leave out: what the old cadence has yet to bring and the new
    one takes for brought. `tags`: every one under which the row may lie."""
    leaves, joins = slot(old), slot(new)
    if leaves == joins:
        return
    with transaction(engine) as connection:
        after = _brought(connection, leaves, tags, now)
        upto = _brought(connection, joins, tags, now)
        if after < upto:
            broadcasts.owe(connection, tags, after=after, upto=upto, now=now)


def _brought(connection: Connection, cadence: Slot | None, tags: Sequence[bytes], now: float) -> int:
    """The newest number up to which a cadence has brought everything to the chat under `tags`."""
    waiting = broadcasts.waiting_for(connection, tags)
    if cadence is None:
        latest = connection.scalar(select(func.max(NEWS.c.number))) or 0
        return min((int(each.number) - 1 for each in waiting if each.what == "news"), default=latest)
    what, hour = cadence
    told = covered(connection).get(cadence, before(connection, int(now // 3600) - period(what)))
    mine = (each for each in waiting if each.what == what and each.number % period(what) == hour)
    return min((int(each.after) for each in mine), default=told)
