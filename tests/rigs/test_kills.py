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
from bot.sandbox.people import BotMessage, Person
from bot.sandbox.server import Sandbox

PLANTED = Path(__file__).parent / "planted.py"
IN_FLIGHT = 100
A_PERSON = 5
COMMANDS = ("/privacy", "/help", "/stop", "/mydata")


class Acts:
    """What people do: questions from `people`, commands and presses of others in between, each to be answered."""

    def __init__(self, sandbox: Sandbox, updates: int) -> None:
        self._sandbox = sandbox
        self.people = [sandbox.person(f"Person {n}", language_code="en") for n in range(updates // A_PERSON)]
        self._commander = sandbox.person("Commander", language_code="en")
        self._greeted: list[BotMessage] = []
        self._pressers: list[Person] = []
        self.asked = self._others = 0

    async def prepare(self, presses: int) -> None:
        """Let those who will press be greeted with buttons."""
        for n in range(presses):
            person = self._sandbox.person(f"Presser {n}", language_code="en")
            self._greeted.append(await person.wait_for_reply(await person.say("/start"), timeout_s=60))
            self._pressers.append(person)

    async def go_on(self, questions: int) -> None:
        """Ask so many questions, in turn; after each ten send a command and press a button."""
        for _ in range(questions):
            n, self.asked = self.asked, self.asked + 1
            await self.people[n % len(self.people)].say(f"What is said of letter number {n}?")
            if n % 10 == 5:
                await self._commander.say(COMMANDS[self._others % len(COMMANDS)])
                self._others += 1
                if self._pressers:
                    await self._pressers.pop().press(self._greeted.pop(), "1e0")


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
    """The ledger after `updates` questions or some more, with commands and presses in between, and `kills` kills. Each
    kill comes only after the ledger grew, and while there is work; of that there is never much, so that nothing of it
    expires at Telegram (a press does after 150 s) before the bot comes to it."""
    chance, door = random.Random(seed), a_door() if webhook else None
    publish(folder, numbered(4 * updates))
    script, more = (PLANTED, (plant,)) if plant else (SERVE, ())
    print(f"seed {seed}, {updates} updates, {kills} kills, {'webhook' if webhook else 'polling'} {plant}")
    async with Sandbox(ledger=folder / "ledger.jsonl") as sandbox:
        acts = Acts(sandbox, updates)
        async with bot(sandbox, folder, door=door), asyncio.timeout(patience_s):
            await acts.prepare(updates // 10)
        share = max(updates // kills, 2)
        for _ in range(kills):
            if len(sandbox.world.updates.pending()) < 2 * share:
                await acts.go_on(share)
            async with bot(sandbox, folder, door=door, pause_s=0.02, script=script, more=more) as process:
                answers = len(sandbox.calls("sendMessage"))
                more_answers = chance.randint(1, share - 1)
                async with asyncio.timeout(patience_s):
                    while len(sandbox.calls("sendMessage")) < answers + more_answers:
                        if not sandbox.world.updates.pending():  # some had been answered, but not confirmed
                            await acts.go_on(share)
                        await sandbox.world.bell.wait(1)
                await asyncio.sleep(chance.uniform(0, 0.05))
                process.kill()
        async with bot(sandbox, folder, door=door, script=script, more=more), asyncio.timeout(5 * patience_s):
            while (pending := len(sandbox.world.updates.pending())) or acts.asked < updates:
                if acts.asked < updates and pending < 2 * share:
                    await acts.go_on(share)
                await sandbox.world.bell.wait(1)
        assert [v for v in sandbox.violations if "setWebhook" not in v] == []
    return checks.read_ledger(folder / "ledger.jsonl")


def unheard(entries: list[Entry]) -> list[int]:
    """People who pressed a button and saw nothing come of it."""
    pressed = {entry.parameters["person"]: entry.sequence for entry in entries if entry.method == "press"}
    shown = {
        entry.parameters["chat_id"]: entry.sequence
        for entry in entries
        if entry.method == "sendMessage" and entry.verdict == "ok"
    }
    return [person for person, sequence in pressed.items() if shown[person] < sequence]


def check(entries: list[Entry], *, kills: int) -> None:
    repeated, found = checks.repeated(entries), checks.lost(entries)
    pressed = sum(entry.method == "press" for entry in entries)
    print(
        f"lost {len(found)}, repeated {len(repeated)}, out of order {len(checks.out_of_order(entries))}; "
        f"{pressed} presses, {len(unheard(entries))} unheard"
    )
    assert found == []
    assert pressed >= 2 * kills // 10
    assert unheard(entries) == []
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
