"""Rows of the outbox: what a sender holds of one, and which are due, under way, or wait for the same chat. Nothing here
opens a transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.broadcasts import SPACING, Broadcast
from bot.subscribers import Sealed
from bot.tables import OUTBOX

LEASE_S = 60.0
"""How long claimed rows are their sender's."""
SENDING_S = 20.0
"""How long a message may be under way: longer than a request may take, and all that a dead sender holds up."""
MAX_WAIT_S = 3600.0
"""No row is put off for longer; one that seems to be was written before the clock was set back."""


SPACED_S = 10.0
"""No message is kept away for longer; a row that seems to do so was written before the clock was set back."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this sender holds for a minute; without a person it is a channel, or somebody who is gone."""

    broadcast: Broadcast
    tag: bytes
    attempts: int
    claim: bytes
    person: Sealed | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A row whose message may go out now: `token` is known to nobody else."""

    row: Claimed
    token: bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: another message, or a pause, has its turn for so many seconds."""

    seconds: float


class Refusal(Enum):
    """Why a row is not begun."""

    HELD = auto()
    """The operator paused everything, this broadcast is held, or keys are being changed."""
    PASSED = auto()
    """This row is not ours to send now: gone, changed, cancelled, or not its turn in its chat."""


def due(now: float) -> ColumnElement[bool]:
    """Rows that may be claimed. Times beyond what is ever written are of a clock that was set back since."""
    waits = and_(OUTBOX.c.not_before > now, OUTBOX.c.not_before <= now + MAX_WAIT_S)
    held = and_(OUTBOX.c.claim.is_not(None), OUTBOX.c.until.between(now, now + LEASE_S))
    return and_(OUTBOX.c.state != "dead", ~waits, ~held)


def is_under_way(now: float) -> ColumnElement[bool]:
    """Rows whose message is on its way."""
    return and_(OUTBOX.c.state == "sending", OUTBOX.c.until.between(now, now + SENDING_S))


def under_way(connection: Connection, now: float) -> int:
    """How many messages are on their way."""
    return connection.scalar(select(func.count()).where(is_under_way(now))) or 0


def is_mine(begun: Begun) -> ColumnElement[bool]:
    """The row by its token alone: its tag may have changed meanwhile, with its key."""
    return and_(OUTBOX.c.state == "sending", OUTBOX.c.claim == begun.token)


def in_doubt_if_sending() -> ColumnElement[str]:
    """A message whose sender is gone may have arrived."""
    return case((OUTBOX.c.state == "sending", "in_doubt"), else_=OUTBOX.c.state)


def others(connection: Connection, row: Claimed, running: list[int]) -> Sequence[Any]:
    """What else waits for, is on its way to, or has just gone to the same chat."""
    columns = select(OUTBOX.c.broadcast, OUTBOX.c.state, OUTBOX.c.not_before)
    elsewhere = [SPACING, *(number for number in running if number != row.broadcast.id)]
    others = and_(OUTBOX.c.broadcast.in_(elsewhere), OUTBOX.c.tag == row.tag)
    return connection.execute(columns.where(others, OUTBOX.c.state != "dead")).all()


def comes_later(
    mine: Broadcast,
    tag: bytes,
    others: Iterable[Any],
    running: Mapping[int, Broadcast],
) -> bool:
    """Whether the chat has to get something else first: what is on its way already, or an earlier broadcast,
    also one that has yet to be filled in for this tag."""
    waiting = {other.broadcast for other in others}
    under_way = any(other.state == "sending" for other in others)
    earlier = (each for each in running.values() if each.order < mine.order)
    return under_way or any(each.id in waiting or (not each.filled and each.cursor < tag) for each in earlier)


def spaced_until(others: Iterable[Any], now: float) -> float:
    """When the next message may go to a chat that has just got one; 0 where it may now."""
    ends = (other.not_before for other in others if other.broadcast == SPACING)
    return max((end for end in ends if now < end <= now + SPACED_S), default=0.0)


def space(connection: Connection, tag: bytes, until: float) -> None:
    """Let the next message of a chat wait. The row says that something went there, not what."""
    dialect = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {"broadcast": SPACING, "tag": tag, "state": "sent", "attempts": 0, "not_before": until}
    keys = [OUTBOX.c.broadcast, OUTBOX.c.tag]
    statement = (
        dialect(OUTBOX).values(row).on_conflict_do_update(index_elements=keys, set_={"not_before": until})
    )
    connection.execute(statement)


def is_spaced_out(now: float) -> ColumnElement[bool]:
    """Rows of chats that may get the next message now."""
    return and_(OUTBOX.c.broadcast == SPACING, ~OUTBOX.c.not_before.between(now, now + SPACED_S))


def by_claim(rows: Sequence[Claimed]) -> dict[tuple[Broadcast, bytes], list[bytes]]:
    """The tags of rows that were claimed together."""
    found: dict[tuple[Broadcast, bytes], list[bytes]] = {}
    for row in rows:
        found.setdefault((row.broadcast, row.claim), []).append(row.tag)
    return found
