"""`kill -9` at random moments of a broadcast, on SQLite and PostgreSQL: nothing lost, and no more repeated than was
under way. The truth is the sandbox's ledger; each planted bug is caught by it."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from databases import Postgres
from delivered import HEARD_S, PAUSE_S, Deaf, Delivered, judge
from mailings import EVERYTHING, KEYS
from sender import IN_NO_HURRY, POINTS
from sqlalchemy import insert, select
from test_sending import draft

from bot.announcements import Announcements
from bot.broadcasts import set_paused
from bot.database import Engine, open_database
from bot.outbox import IN_FLIGHT
from bot.record import Follow, FollowKind, Record
from bot.sandbox import faults, groups
from bot.sandbox.server import Sandbox
from bot.subscribers import month_of, sealed_row
from bot.tables import BROADCASTS, SUBSCRIBERS

SENDER = Path(__file__).parent / "sender.py"
AGAIN_S = 2.5
"""After a server is back, a sender writes down within this what it heard meanwhile."""
ELSE = (Follow(FollowKind.CASE, "somebody-else"),)


@dataclass(slots=True)
class Crowd:
    """People of the sandbox with records, and groups that get everything: who follows, who cannot be reached, what moved
    where."""

    follow: list[int] = field(default_factory=list)
    unreachable: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)


def crowd(sandbox: Sandbox, engine: Engine, count: int, chance: random.Random) -> Crowd:
    """`count` chats: of a hundred, two have blocked the bot, two are groups that the operator configured and that have moved,
    ten follow something else."""
    made, rows = Crowd(), []
    for n in range(count):
        kind = chance.random()
        if kind < 0.02:
            owner = sandbox.world.add_account(f"Owner {n}")
            group = groups.add(sandbox.world, f"Group {n}", [owner], kind="group")
            group.bot = "member"
            made.moved[group.id] = groups.upgrade(sandbox.world, group).id
            made.follow.append(group.id)
            continue
        account = sandbox.world.add_account(f"Person {n}")
        account.started, account.blocked = True, kind < 0.04
        chat = account.id
        if account.blocked:
            made.unreachable.add(chat)
        follows = ELSE if kind > 0.9 else EVERYTHING
        if follows is EVERYTHING:
            made.follow.append(chat)
        rows.append(
            sealed_row(Record(chat=chat, language="en", follows=follows), KEYS.current, month_of(time.time()))
        )
    with engine.begin() as connection:
        for first in range(0, len(rows), 500):
            connection.execute(insert(SUBSCRIBERS), rows[first : first + 500])
    return made


class Senders:
    """Processes that send, to be killed and started again."""

    def __init__(
        self, sandbox: Sandbox, database: str, *, rate: float, groups: Iterable[int] = (), plant: str = ""
    ) -> None:
        targets = ",".join(map(str, groups))
        self._arguments = [database, sandbox.api_url, sandbox.token, str(rate), targets, plant]
        self.processes: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SPRAVA_")}
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(SENDER), *self._arguments, env=environment, stdout=asyncio.subprocess.PIPE
        )
        self.processes.append(process)

    async def end(self, number: int = 0, *, how: signal.Signals = signal.SIGKILL) -> None:
        process = self.processes.pop(number)
        if how is signal.SIGTERM and process.stdout:
            await asyncio.wait_for(process.stdout.readline(), 40)  # before that, nothing was begun
        process.send_signal(how)
        code = await asyncio.wait_for(process.wait(), 40)
        assert code == (0 if how is signal.SIGTERM else -how), f"a sender ended with {code}"

    async def close(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


def accepted(sandbox: Sandbox) -> int:
    return len(sandbox.world.messages)


def is_over(engine: Engine) -> bool:
    running = select(BROADCASTS.c.id).where(BROADCASTS.c.state.in_(("open", "held")))
    with engine.connect() as connection:
        return connection.scalar(running) is None


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in a run."""

    people: int
    ends: int
    how: signal.Signals = signal.SIGKILL
    senders: int = 1
    rate: float = 1_000
    numbers: int = 2
    plant: str = ""
    odds: float = 0.01
    restarts: int = 0
    patience_s: float = 120
    limit_s: float = float("inf")
    """After which a run is judged that would never be over."""


async def run(
    folder: Path, database: str, plan: Plan, seed: int, server: Postgres | None = None
) -> Delivered:
    """Announce, send, and end senders; each end comes only after the ledger grew, and while something is to be sent: where
    all is sent too early, one more is announced. Then all is sent, and judged."""
    chance, engine = random.Random(seed), open_database(database)
    started = time.monotonic()
    async with Sandbox(ledger=folder / "ledger.jsonl") as sandbox:
        made = crowd(sandbox, engine, plan.people, chance)
        before = accepted(sandbox)
        numbers = [announce(engine, n) for n in range(plan.numbers)]
        odds = [
            (faults.too_many_requests(PAUSE_S), plan.odds),
            (faults.error(502, "Bad Gateway"), plan.odds),
            (faults.drop_after(), plan.odds),
            (faults.drop_before(), plan.odds),
        ]
        sandbox.faults.chances("sendMessage", odds if plan.odds else [], seed=seed)
        plant = IN_NO_HURRY if plan.how is signal.SIGTERM else plan.plant
        senders = Senders(sandbox, database, rate=plan.rate, groups=made.moved, plant=plant)
        try:
            for _ in range(plan.senders):
                await senders.start()
            restarts = set(chance.sample(range(plan.ends), plan.restarts))
            in_all, deaf = len(made.follow) * len(numbers), list[Deaf]()
            for end in range(plan.ends):
                grown = accepted(sandbox) + chance.randint(1, max(in_all // (plan.ends + 1), 2))
                while (over := is_over(engine)) or accepted(sandbox) < grown:
                    if over:
                        numbers.append(announce(engine, len(numbers)))
                    await until(
                        lambda grown=grown: accepted(sandbox) >= grown or is_over(engine),
                        plan.patience_s,
                        sandbox,
                    )
                await asyncio.sleep(chance.uniform(0, 0.02))
                if server and end in restarts:
                    stopped = time.time()
                    await asyncio.to_thread(server.stop)
                    await asyncio.to_thread(server.start)
                    deaf.append((stopped - HEARD_S, time.time() + AGAIN_S))
                await senders.end(chance.randrange(len(senders.processes)), how=plan.how)
                deaf.append((time.time() - HEARD_S, time.time()))
                await senders.start()
            await until(
                lambda: is_over(engine) or time.monotonic() - started > plan.limit_s,
                plan.patience_s * 4,
                sandbox,
            )
        finally:
            await senders.close()
            engine.dispose()
        found = judge(
            sandbox.ledger.entries,
            numbers,
            made.follow,
            moved=made.moved,
            unreachable=made.unreachable,
            deaf=deaf,
        )
        assert accepted(sandbox) - before == found.messages
    print(f"\nseed {seed}, {plan}: {found}; {time.monotonic() - started:.0f} s")
    return found


def announce(engine: Engine, nth: int) -> int:
    """One more update that everybody gets: its number."""
    (number,) = Announcements(engine, time.time).announce(
        [draft(f"Something happened, {nth}.")], considered={}
    )
    return number


async def until(done: Callable[[], bool], patience_s: float, sandbox: Sandbox) -> None:
    """Wait for something; for as long as the ledger goes on growing, patiently."""
    seen, since = -1, time.monotonic()
    while not done():
        if len(sandbox.ledger.entries) != seen:
            seen, since = len(sandbox.ledger.entries), time.monotonic()
        assert time.monotonic() - since < patience_s, "nothing is sent any more"
        await asyncio.sleep(0.02)


def check(found: Delivered, plan: Plan) -> None:
    bound = (plan.ends + plan.restarts) * IN_FLIGHT if plan.how is signal.SIGKILL else 0
    assert found.lost == 0
    assert found.wrong == 0
    assert found.in_pause == 0
    assert found.again_after_400 <= bound, "a refusal too may be heard and not written down"
    assert found.repeated <= bound + found.unanswered, "at most what was under way may come twice"


@pytest.fixture
def here(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Postgres | None]:
    """The address of a new database, and its server where it has one."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bot.sqlite'}", None
    server = request.getfixturevalue("postgres")
    return server.create(), server


async def test_a_broadcast_survives_a_few_kills(tmp_path: Path) -> None:
    plan = Plan(people=150, ends=4, rate=150)
    database = f"sqlite:///{tmp_path / 'bot.sqlite'}"
    check(await run(tmp_path, database, plan, random.randrange(10**6)), plan)


async def test_a_clean_stop_repeats_nothing(tmp_path: Path) -> None:
    plan = Plan(people=100, ends=3, rate=150, how=signal.SIGTERM, odds=0)
    database = f"sqlite:///{tmp_path / 'bot.sqlite'}"
    check(await run(tmp_path, database, plan, random.randrange(10**6)), plan)


@pytest.mark.parametrize("here", ["postgresql"], indirect=True)
async def test_a_clean_stop_of_one_of_three_senders_repeats_nothing(
    tmp_path: Path, here: tuple[str, Postgres | None]
) -> None:
    plan = Plan(people=100, ends=3, senders=3, rate=100, how=signal.SIGTERM, odds=0)
    check(await run(tmp_path, here[0], plan, random.randrange(10**6), here[1]), plan)


@pytest.mark.parametrize("here", ["postgresql"], indirect=True)
async def test_three_senders_share_a_server_that_is_restarted(
    tmp_path: Path, here: tuple[str, Postgres | None]
) -> None:
    plan = Plan(people=150, ends=3, senders=3, rate=150, restarts=1)
    check(await run(tmp_path, here[0], plan, random.randrange(10**6), here[1]), plan)


@dataclass(frozen=True, slots=True)
class Planted:
    """How a planted bug is run, and by what it must be seen."""

    seen: Callable[[Delivered], bool]
    people: int = 120
    ends: int = 0
    senders: int = 1
    odds: float = 0


PLANTED = {
    "acknowledge before commit": Planted(lambda found: found.lost > 0, ends=4),
    "batch commit": Planted(lambda found: found.repeated > 4 * IN_FLIGHT + found.unanswered, ends=4),
    "no lease check": Planted(lambda found: found.repeated > 0, people=400, senders=3),
    "retry on 400": Planted(lambda found: found.again_after_400 > 0, people=50),
    "pause ignored": Planted(lambda found: found.in_pause > 0, people=400, odds=0.01),
    "pause kept in memory": Planted(lambda found: found.in_pause > 0, people=400, odds=0.01, senders=3),
}


@pytest.mark.parametrize("plant", PLANTED)
async def test_a_planted_bug_is_caught(tmp_path: Path, plant: str) -> None:
    how = PLANTED[plant]
    plan = Plan(
        people=how.people, ends=how.ends, senders=how.senders, rate=150 if how.odds else 300, plant=plant, odds=how.odds, numbers=1, limit_s=20
    )  # fmt: skip
    found = await run(tmp_path, f"sqlite:///{tmp_path / 'bot.sqlite'}", plan, 5)
    assert how.seen(found)
    with pytest.raises(AssertionError):
        check(found, plan)


async def died(folder: Path, point: str, people: int = 60) -> Delivered:
    """Kill a sender at one point of its work; let another go on."""
    database = f"sqlite:///{folder / 'bot.sqlite'}"
    engine = open_database(database)
    async with Sandbox(ledger=folder / "ledger.jsonl") as sandbox:
        made = crowd(sandbox, engine, people, random.Random(1))
        Announcements(engine, time.time).announce([draft("Something happened.")], considered={})
        refused = faults.error(400, "Bad Request: can't parse entities")
        again = (faults.drop_before(), faults.too_many_requests(1), faults.error(502, "Bad Gateway"), refused)
        for nth, fault in enumerate(again, 2):
            sandbox.faults.add("sendMessage", fault, nth=nth)
        first = Senders(sandbox, database, rate=200, groups=made.moved, plant=f"die {point}")
        await first.start()
        code = await asyncio.wait_for(first.processes[0].wait(), 60)
        died_at = time.time()
        assert code == -signal.SIGKILL, f"nobody died {point}"
        rest = Senders(sandbox, database, rate=200, groups=made.moved)
        await rest.start()
        try:
            await until(lambda: is_over(engine), 60, sandbox)
            set_paused(engine, False)  # what was refused goes out too
            await until(lambda: is_over(engine), 60, sandbox)
        finally:
            await rest.close()
            engine.dispose()
        return judge(
            sandbox.ledger.entries,
            [1],
            made.follow,
            moved=made.moved,
            unreachable=made.unreachable,
            deaf=[(died_at - 1, died_at)],
        )


TRANSITIONS = [f"{when} {point}" for point in POINTS for when in ("before", "after")]
A_FEW = {"after begin", "before sent"}


@pytest.mark.parametrize(
    "point",
    [each if each in A_FEW else pytest.param(each, marks=pytest.mark.full) for each in TRANSITIONS],
)
async def test_a_sender_may_die_at_every_transition(tmp_path: Path, point: str) -> None:
    found = await died(tmp_path, point)
    print(f"\ndied {point}: {found}")
    check(found, Plan(people=60, ends=1))


async def test_a_sender_that_was_frozen_past_its_lease_repeats_no_more_than_was_under_way(
    tmp_path: Path,
) -> None:
    database = f"sqlite:///{tmp_path / 'bot.sqlite'}"
    engine = open_database(database)
    async with Sandbox(ledger=tmp_path / "ledger.jsonl") as sandbox:
        made = crowd(sandbox, engine, 300, random.Random(2))
        Announcements(engine, time.time).announce([draft("Something happened.")], considered={})
        senders = Senders(sandbox, database, rate=40, groups=made.moved)
        try:
            for _ in range(2):
                await senders.start()
            await until(lambda: accepted(sandbox) >= len(made.moved) * 2 + 20, 60, sandbox)
            senders.processes[0].send_signal(signal.SIGSTOP)
            await asyncio.sleep(7)  # longer than both leases of `sender.py`
            senders.processes[0].send_signal(signal.SIGCONT)
            await until(lambda: is_over(engine), 60, sandbox)
        finally:
            await senders.close()
            engine.dispose()
        found = judge(
            sandbox.ledger.entries, [1], made.follow, moved=made.moved, unreachable=made.unreachable
        )
    print(f"\nfrozen: {found}")
    check(found, Plan(people=300, ends=1, senders=2))


SIZES: Sequence[tuple[str, Plan]] = [
    ("sqlite", Plan(people=20_000, ends=300, rate=1_000, numbers=1)),
    ("postgresql", Plan(people=20_000, ends=300, rate=1_000, numbers=1, senders=3, restarts=20)),
    ("sqlite", Plan(people=6_000, ends=100, rate=400, how=signal.SIGTERM, odds=0)),
    ("postgresql", Plan(people=6_000, ends=100, rate=400, how=signal.SIGTERM, odds=0, senders=3)),
]


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    ("here", "plan"),
    SIZES,
    indirect=["here"],
    ids=["sqlite", "postgresql", "clean stops", "clean stops of three"],
)
async def test_a_large_broadcast(tmp_path: Path, here: tuple[str, Postgres | None], plan: Plan) -> None:
    check(await run(tmp_path, here[0], plan, random.randrange(10**6), here[1]), plan)
