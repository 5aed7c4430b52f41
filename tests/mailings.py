"""People with records, and news in the outbox, for the tests of sending; and a mailing that knows nothing of pages."""

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select

from bot.broadcasts import SPACING
from bot.compose import Page
from bot.database import Engine
from bot.keys import Keys
from bot.letters import Letter
from bot.record import Follow, FollowKind, Record
from bot.rows import Claimed
from bot.subscribers import Subscribers
from bot.tables import BROADCASTS, NEWS, OUTBOX

SECRET = "a-new-0246813579-Asdfgh-jkly-0815x"
KEYS = Keys.read(SECRET)
EVERYTHING = (Follow(FollowKind.EVERYTHING),)


class Clock:
    """A wall clock that a test sets; it goes on a little whenever it is looked at."""

    def __init__(self, now: float = 1_790_000_000.0, *, step_s: float = 0.0001) -> None:
        self.now = now
        self.step_s = step_s

    def __call__(self) -> float:
        self.now += self.step_s
        return self.now


def people(engine: Engine, clock: Clock) -> Subscribers:
    return Subscribers(engine, lambda: KEYS, now=clock)


def keep(store: Subscribers, record: Record) -> None:
    """In place of what was kept of the chat before, for the full time again."""
    store.change(record.chat, lambda _earlier: record, renew=True)


def join(store: Subscribers, *chats: int, follows: tuple[Follow, ...] = EVERYTHING, since: int = 0) -> None:
    for chat in chats:
        keep(store, Record(chat=chat, since=since, follows=follows))


def announce(engine: Engine, number: int, *, kind: str = "new", corrects: int | None = None) -> None:
    """A № as `Announcements.announce` leaves it."""
    news = {"number": number, "key": f"{number:064}", "kind": kind, "corrects": corrects}
    with engine.begin() as connection:
        connection.execute(insert(NEWS).values(news | {"hour": 0, "cancelled": False, "content": "{}"}))
        row = {"what": "news", "number": number, "state": "open", "cursor": b"", "filled": False}
        connection.execute(insert(BROADCASTS).values(row | {"after": 0, "upto": 0}))


def waiting(engine: Engine) -> list[tuple[int, str]]:
    """Broadcast and state of every row of a message that is left."""
    messages = select(OUTBOX.c.broadcast, OUTBOX.c.state).where(OUTBOX.c.broadcast != SPACING)
    rows = messages.order_by(OUTBOX.c.broadcast, OUTBOX.c.tag)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(rows)]


class Everybody:
    """Sends each person who follows everything the number of the news."""

    def __init__(self, store: Subscribers) -> None:
        self._store = store

    async def letters(self, rows: Sequence[Claimed]) -> Mapping[bytes, Letter]:
        records = self._store.opened([row.person for row in rows if row.person])
        return {
            row.tag: Letter(records[row.tag].chat, Page(f"№ {row.broadcast.number}"), person=True)
            for row in rows
            if row.tag in records
            and records[row.tag].follows == EVERYTHING
            and records[row.tag].since < row.broadcast.number
        }

    async def arrived(self, letter: Letter, message: int) -> None:
        return None

    def gone(self, letter: Letter) -> None:
        self._store.forget(int(letter.chat))

    def moved(self, tag: bytes, chat: int) -> None:
        raise AssertionError("a private chat never moves")
