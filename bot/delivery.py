"""The sender: takes rows from the outbox, finds out whom they are for, sends, and records what came of it.

Several processes may send at once: all that they share is in the database. Nothing here decides whether a message may
go out; `Outbox.begin` does, in the transaction before the send.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy.exc import SQLAlchemyError

from bot import outcomes
from bot.compose import Page
from bot.intake import Backoff, TokenRejectedError
from bot.letters import Letter, Mailing
from bot.outbox import IN_FLIGHT, Outbox
from bot.outcomes import Kind, Outcome
from bot.pace import Pace, spacing_s
from bot.rows import SPACED_S, Begun, Claimed, Refusal, Wait
from corpus.errors import SpravaError

SEND_S = 10.0
"""One call, from connecting to the last byte of the reply. `rows.SENDING_S` is twice that."""
DRAIN_S = 30.0
_STALE_S = 4.0
"""A process that was frozen for so long between the check and the send has to check again."""
_IDLE_S = 0.5
_BATCH = (100, 500)
"""Rows claimed at once: few where most get the message, many where most follow something else."""
_BREATHE_S = 0.02
_NETWORK_S = (1.0, 900.0)
"""Pauses between the tries of one message. The last is far longer than `_PROBE_S`, so that the one message a minute that
shows whether Telegram is back is not always the same one, which may fail for reasons of its own."""
_REFUSED_S = 60.0
_UNWRITTEN = 5
"""After so many failures in a row to make up the letters of a broadcast it is held, so that the others go on."""
_MANY_GONE = 20
"""After so many people in a row of whom Telegram says that they are gone it is rather Telegram that is wrong: nobody else is
deleted, and all waits for the operator."""
_FAILURES = 5
_PROBE_S = 60.0
"""After so many failures in a row, one message every so many seconds shows whether Telegram is back."""

logger = logging.getLogger(__name__)


class Delivery:
    """One sender. `send` sends a page to a chat, silently or not, and returns the number of the message, or
    raises what the Bot API answered."""

    def __init__(
        self,
        outbox: Outbox,
        mailing: Mailing,
        *,
        send: Callable[[int | str, Page, bool], Awaitable[int]],
        pace: Pace,
        targets: Sequence[str] = (),
        probe_s: float = _PROBE_S,
    ) -> None:
        self._outbox = outbox
        self._mailing = mailing
        self._send = send
        self._pace = pace
        self._targets = tuple(targets)
        self._probe_s = probe_s
        self._stopping = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], tuple[int, bytes]] = {}
        self._batch = _BATCH[0]
        self._failures = 0
        self._gone = 0
        self._unwritten: dict[int, int] = {}
        self._held_until = 0.0
        self._broken: BaseException | None = None

    async def run(self) -> None:
        """Send until `stop`; then finish what is under way. Raises `TokenRejectedError`."""
        pauses = Backoff(0.5, 10.0)
        while not self._stopping.is_set():
            try:
                worked = await self._round()
            except SQLAlchemyError as error:
                logger.warning("database unreachable, updates wait", extra={"error": type(error).__name__})
                await self._rest(pauses.next())
            except Exception as error:  # answers go on, whatever keeps the updates back
                logger.error("updates wait", exc_info=error)
                await self._rest(pauses.next())
            else:
                pauses.reset()
                if not worked:
                    await self._rest(_IDLE_S)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=DRAIN_S)
        await self._leave_nothing()
        if self._broken:
            raise self._broken

    def stop(self) -> None:
        """Begin no further message."""
        self._stopping.set()

    async def _leave_nothing(self) -> None:
        """Nothing stays of who got something last, however long the bot is stopped."""
        try:
            await asyncio.to_thread(self._outbox.forget_sent, wait_s=SPACED_S)
        except SQLAlchemyError as error:
            logger.warning("database unreachable, updates wait", extra={"error": type(error).__name__})

    # One round

    async def _round(self) -> bool:
        """Send one batch; false when there was nothing to do, or nothing may be done now."""
        probing = self._failures >= _FAILURES
        await asyncio.to_thread(self._outbox.forget_sent)
        if time.monotonic() < self._held_until or await asyncio.to_thread(self._outbox.held):
            return False
        rows = await asyncio.to_thread(self._next, 1 if probing else self._batch)
        if not rows:
            return False
        unsent = list(rows)
        try:
            letters = await self._letters(rows)
            await asyncio.to_thread(self._outbox.drop, [row for row in rows if row.tag not in letters])
            unsent = [row for row in rows if row.tag in letters]
            self._batch = _BATCH[1] if len(unsent) * 10 < len(rows) else _BATCH[0]
            while unsent and await self._send_next(unsent[0], letters[unsent[0].tag]):
                unsent.pop(0)
                if probing and self._under_way:
                    await asyncio.wait(self._under_way)
        finally:
            if unsent:
                await asyncio.to_thread(self._outbox.release, unsent)
        if len(letters) * 10 < len(rows):
            await self._rest(_BREATHE_S)  # whoever answers questions needs the database too
        return True

    async def _letters(self, rows: Sequence[Claimed]) -> Mapping[bytes, Letter]:
        """The letters of rows of one broadcast, which is held where they can never be made up."""
        broadcast = rows[0].broadcast
        try:
            letters = await self._mailing.letters(rows)
        except (SQLAlchemyError, SpravaError):
            raise  # no other broadcast could go out either: all wait until the database, or the key, is back
        except Exception:
            failures = self._unwritten.get(broadcast.id, 0) + 1
            self._unwritten[broadcast.id] = failures
            if failures >= _UNWRITTEN:
                del self._unwritten[broadcast.id]
                await asyncio.to_thread(self._outbox.hold, broadcast)
                logger.error("update held: it cannot be made up", extra={"number": broadcast.number})
            raise
        self._unwritten.pop(broadcast.id, None)
        return letters

    def _next(self, limit: int) -> list[Claimed]:
        """The rows that come next, after filling in more recipients where few are left."""
        busy = set(self._under_way.values())
        for broadcast in self._outbox.open():
            self._outbox.fill(broadcast, self._targets)
            if rows := self._outbox.claim(broadcast, limit, busy=busy):
                return rows
            self._outbox.close(broadcast)
        return []

    async def _send_next(self, row: Claimed, letter: Letter) -> bool:
        """Begin a row as soon as its turn comes; false when the rest of the batch has to wait."""
        while not self._stopping.is_set() and not self._broken:
            if len(self._under_way) >= IN_FLIGHT:
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
                continue
            if time.monotonic() < self._held_until:
                return False
            if (wait_s := self._pace.busy_s(letter.chat)) > 0:  # it has just been answered
                await asyncio.to_thread(self._outbox.release, [row], wait_s=wait_s)
                return True
            asked = time.monotonic()
            begun = await asyncio.to_thread(self._outbox.begin, row, over=self._pace.take_over())
            match begun:
                case Begun():
                    task = asyncio.create_task(self._deliver(begun, letter, asked))
                    self._under_way[task] = (row.broadcast.id, row.tag)
                    task.add_done_callback(self._ended)
                    return True
                case Wait(seconds):
                    if seconds > _IDLE_S:
                        self._hold(seconds)
                        return False
                    await self._rest(seconds)
                case Refusal.PASSED:
                    return True
                case Refusal.HELD:
                    return False
        return False

    # One message

    async def _deliver(self, begun: Begun, letter: Letter, asked: float) -> None:
        if time.monotonic() - asked > _STALE_S:
            outcome = Outcome(Kind.NOT_SENT, error="Stale")
        else:
            outcome = await self._attempt(letter)
        self._failures = self._failures + 1 if outcome.kind in {Kind.NOT_SENT, Kind.UNKNOWN} else 0
        if outcome.kind is Kind.SENT:
            self._gone = 0
        elif outcome.kind is Kind.GONE and letter.person:
            self._gone += 1
        if self._failures >= _FAILURES:
            self._hold(self._probe_s)
        await self._record(begun, letter, outcome)

    async def _attempt(self, letter: Letter) -> Outcome:
        if letter.page is None:
            return Outcome(Kind.BUG, error="PageError")
        try:
            async with asyncio.timeout(SEND_S):
                message = await self._send(letter.chat, letter.page, letter.silent)
        except Exception as error:  # noqa: BLE001 (whatever it is, the outcome table says what follows)
            return outcomes.read(error)
        self._pace.told(letter.chat)
        return Outcome(Kind.SENT, message=message)

    async def _record(self, begun: Begun, letter: Letter, outcome: Outcome) -> None:
        """Write what came of it, however long the database is away: without that, it would be sent again."""
        database = Backoff(0.1, 2.0)
        if outcome.kind is Kind.WAIT:
            self._hold(outcome.seconds)
            self._pace.pause(letter.chat, outcome.seconds)
        elif outcome.kind in {Kind.STOP, Kind.CONFLICT}:
            self._hold(_REFUSED_S)
        while True:
            try:
                if outcome.kind is Kind.SENT:
                    await self._mailing.arrived(letter, outcome.message)
                return await asyncio.to_thread(self._settle, begun, letter, outcome)
            except SQLAlchemyError as error:
                logger.warning("database unreachable, updates wait", extra={"error": type(error).__name__})
                await asyncio.sleep(database.next())

    def _settle(self, begun: Begun, letter: Letter, outcome: Outcome) -> None:
        outbox, number = self._outbox, begun.row.broadcast.number
        fields = {"error": outcome.error, "number": number}
        match outcome.kind:
            case Kind.SENT:
                outbox.sent(begun, spacing_s=spacing_s(letter.chat))
            case Kind.WAIT:
                logger.warning("telegram asks to wait", extra={"retry_s": outcome.seconds})
                outbox.pause(begun, outcome.seconds)
            case Kind.NOT_SENT:
                outbox.again(begun, wait_s=_backoff_s(begun.row.attempts))
            case Kind.UNKNOWN:
                outbox.again(begun, wait_s=_backoff_s(begun.row.attempts), in_doubt=True)
            case Kind.GONE if letter.person and self._gone > _MANY_GONE:
                outbox.again(begun, wait_s=0)
                outbox.hold_all()
                self._gone = 0
                logger.error("updates paused: telegram says of everybody that they are gone", extra=fields)
            case Kind.GONE if letter.person:
                self._mailing.gone(letter)
                outbox.finish(begun)
            case Kind.GONE:  # the operator lets the bot in again, and resumes
                logger.error("a broadcast target cannot be reached", extra=fields)
                outbox.bury(begun)
            case Kind.MOVED if not letter.person:
                self._mailing.moved(begun.row.tag, outcome.chat)
                outbox.again(begun, wait_s=0)
            case Kind.STOP:
                outbox.again(begun, wait_s=_REFUSED_S)
                raise TokenRejectedError
            case Kind.CONFLICT:
                logger.error("another poller holds the token", extra=fields)
                outbox.again(begun, wait_s=_REFUSED_S)
            case Kind.BUG | Kind.MOVED:  # a private chat never moves
                held = outbox.bury(begun)
                logger.error("update held: telegram refuses it" if held else "update refused", extra=fields)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        if not task.cancelled() and (error := task.exception()):
            self._broken = error
        if self._broken:
            self.stop()

    def _hold(self, seconds: float) -> None:
        """Begin nothing for a while, by a clock that nobody sets."""
        self._held_until = max(self._held_until, time.monotonic() + seconds)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _backoff_s(attempts: int) -> float:
    """Growing pauses with jitter, from one second to a quarter of an hour."""
    first, last = _NETWORK_S
    return min(first * 2.0 ** min(attempts, 10), last) * random.uniform(0.5, 1)  # noqa: S311 (spreads load)
