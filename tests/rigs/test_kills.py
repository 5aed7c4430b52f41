"""`kill -9` at random moments, polling and webhook: every question is answered, in its chat's order, by the ledger."""

import asyncio
import random
from pathlib import Path

import pytest
from articles import numbered, publish
from doors import a_door
from test_bot_process import SERVE, bot

from bot.sandbox import checks
from bot.sandbox.ledger import Entry
from bot.sandbox.server import Sandbox

PLANTED = Path(__file__).parent / "planted.py"
IN_FLIGHT = 100
A_PERSON = 5


async def killed(
    folder: Path,
    *,
    updates: int,
    kills: int,
    webhook: bool,
    seed: int,
    plant: str = "",
    patience_s: float = 60,
) -> list[Entry]:
    """The ledger after `updates` questions and `kills` kills, fewer where all was answered before. Each kill comes only
    after the ledger grew."""
    chance, door = random.Random(seed), a_door() if webhook else None
    publish(folder, numbered(updates))
    script, more = (PLANTED, (plant,)) if plant else (SERVE, ())
    print(f"seed {seed}, {updates} updates, {kills} kills, {'webhook' if webhook else 'polling'} {plant}")
    async with Sandbox(ledger=folder / "ledger.jsonl") as sandbox:
        people = [sandbox.person(f"Person {n}", language_code="en") for n in range(updates // A_PERSON)]
        for n in range(updates):
            await people[n % len(people)].say(f"What is said of letter number {n}?")
        killed = 0
        while killed < kills and sandbox.world.updates.pending():
            async with bot(sandbox, folder, door=door, pause_s=0.02, script=script, more=more) as process:
                answers = len(sandbox.calls("sendMessage"))
                more_answers = chance.randint(1, max(updates // kills - 1, 1))
                async with asyncio.timeout(patience_s):
                    while sandbox.world.updates.pending() and (
                        len(sandbox.calls("sendMessage")) < answers + more_answers
                    ):
                        await sandbox.world.bell.wait(1)
                await asyncio.sleep(chance.uniform(0, 0.05))
                process.kill()
                killed += 1
        assert killed > kills // 2, "the rig tests nothing: all was answered before the kills"
        async with bot(sandbox, folder, door=door, script=script, more=more), asyncio.timeout(patience_s):
            while sandbox.world.updates.pending():
                await sandbox.world.bell.wait(1)
        assert [v for v in sandbox.violations if "setWebhook" not in v] == []
    return checks.read_ledger(folder / "ledger.jsonl")


def check(entries: list[Entry], *, kills: int) -> None:
    repeated, found = checks.repeated(entries), checks.lost(entries)
    print(f"lost {len(found)}, repeated {len(repeated)}, out of order {len(checks.out_of_order(entries))}")
    assert found == []
    assert checks.out_of_order(entries) == []
    assert len(repeated) <= kills * IN_FLIGHT, "at most what was in flight may come twice"


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_100_updates_survive_5_kills(tmp_path: Path, webhook: bool) -> None:
    seed = random.randrange(10**6)
    check(await killed(tmp_path, updates=100, kills=5, webhook=webhook, seed=seed), kills=5)


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_1000_updates_survive_50_kills(tmp_path: Path, webhook: bool) -> None:
    seed = random.randrange(10**6)
    check(await killed(tmp_path, updates=1000, kills=50, webhook=webhook, seed=seed), kills=50)


@pytest.mark.parametrize(
    ("plant", "webhook"), [("acknowledge early", False), ("accept early", True)], ids=["polling", "webhook"]
)
async def test_a_bot_that_acknowledges_before_handling_is_caught(
    tmp_path: Path, plant: str, webhook: bool
) -> None:
    entries = await killed(tmp_path, updates=100, kills=1, webhook=webhook, seed=1, plant=plant)
    assert checks.lost(entries) != []
