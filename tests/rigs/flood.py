"""A flood of questions against the running bot, and what the sandbox's ledger says of it."""

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median

from bot import pages
from bot.sandbox import checks
from bot.sandbox.ledger import Entry
from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox
from bot.texts import LANGUAGES, texts

FIRST_UPDATE, EARLY = 700_000_001, 32
BUSY = {pages.busy(texts(language)).text for language in LANGUAGES}


@dataclass(frozen=True, slots=True)
class Flood:
    """What came of it. Times are seconds; `commands_s` counts from when the bot received the command, `heard_s` from
    when it was sent. `usual_command_s` and `usual_answer_s` are the medians from receipt: a busy machine stretches the
    slowest of either."""

    questions: int
    answered: int
    busy: int
    silent: int
    mixed_up: int
    out_of_order: int
    repeated: int
    seconds: float
    rate: float
    memory_mb: float
    rss_mb: float
    commands_s: float
    heard_s: float
    usual_command_s: float
    usual_answer_s: float

    def __str__(self) -> str:
        return (
            f"{self.questions} questions: {self.answered} answered, {self.busy} told busy, {self.silent} after a busy; "
            f"{self.mixed_up} mixed up, {self.out_of_order} out of order, {self.repeated} repeated; "
            f"{self.seconds:.1f} s, {self.rate:.1f} answers/s; memory +{self.memory_mb:.0f} MB, "
            f"with pages of files +{self.rss_mb:.0f} MB; "
            f"slowest command {self.commands_s:.2f} s after receipt, {self.heard_s:.2f} s after sending; "
            f"usually {self.usual_command_s:.2f} s, an answer {self.usual_answer_s:.2f} s"
        )


async def flood(sandbox: Sandbox, process: int, questions: Sequence[str], people: int) -> Flood:
    """Ask everything at once; send a command from somebody else every quarter of a second until all is quiet."""
    await _warm_up(sandbox, questions[:EARLY])
    askers = [sandbox.person(f"Person {n}", language_code="en") for n in range(people)]
    before, started, begin = memory_mb(process), time.monotonic(), len(sandbox.ledger.entries)
    for n, question in enumerate(questions):
        await askers[n % people].say(question)
    most = before
    for command in cycle(("/forget", "/stop", "/privacy")):
        if not sandbox.world.updates.pending():
            break
        await sandbox.person("Hurried", language_code="en").say(command)
        await asyncio.sleep(0.25)
        most = tuple(map(max, most, memory_mb(process)))
    seconds = time.monotonic() - started
    entries = sandbox.ledger.entries[begin:]
    received = sandbox.pusher.posted or _fetched(entries)
    grown = [peak - earlier for peak, earlier in zip(most, before, strict=True)]
    return judge(entries, askers, received, seconds=seconds, grown_mb=grown)


def _fetched(entries: Sequence[Entry]) -> dict[int, float]:
    """When each update was first fetched by a poll."""
    received: dict[int, float] = {}
    for entry in entries:
        for number in (entry.method == "getUpdates" and entry.result) or ():
            received.setdefault(number, entry.time)
    return received


async def _warm_up(sandbox: Sandbox, questions: Sequence[str]) -> None:
    """A few questions beforehand: what a model needs once is no growth."""
    early = [sandbox.person("Early", language_code="en") for _ in questions]
    for person, question in zip(early, questions, strict=True):
        await person.say(question)
    while sandbox.world.updates.pending():
        await sandbox.world.bell.wait(1)


def judge(
    entries: Sequence[Entry],
    askers: Sequence[Person],
    received: Mapping[int, float],
    *,
    seconds: float,
    grown_mb: Sequence[float],
) -> Flood:
    """Read the ledger: whom an answer came to, when, and whether it was theirs. `received` has the time at which the
    bot had each update. Each command is somebody's only message, and what comes to their chat is the reply."""
    asking = {person.id for person in askers}
    said = [entry for entry in entries if entry.method == "say"]
    asked = {entry.message_id: entry for entry in said if entry.parameters["person"] in asking}
    numbers = {entry.message_id: FIRST_UPDATE + EARLY + n for n, entry in enumerate(said)}
    commands = {entry.message_id: entry for entry in said if entry.message_id not in asked}
    replies: dict[int, list[Entry]] = {}
    for entry in entries:
        to = (entry.parameters.get("reply_parameters") or {}).get("message_id")
        if entry.method == "sendMessage" and entry.verdict == "ok" and to is not None:
            replies.setdefault(to, []).append(entry)
    first = {to: sent[0] for to, sent in replies.items()}
    in_chat: dict[int, float] = {}
    for entry in entries:
        if entry.method == "sendMessage" and entry.verdict == "ok":
            in_chat.setdefault(entry.parameters["chat_id"], entry.time)
    obeyed = {to: in_chat[entry.parameters["person"]] for to, entry in commands.items()}
    told_busy = Counter(
        entry.parameters["chat_id"] for to, entry in first.items() if to in asked and _is_busy(entry)
    )
    answers = [(asked[to], entry) for to, entry in first.items() if to in asked and not _is_busy(entry)]
    silent = [entry for to, entry in asked.items() if to not in first]
    unanswered = [entry for entry in silent if not told_busy[entry.parameters["person"]]]
    if unanswered or any(times > 1 + seconds / 60 for times in told_busy.values()):
        raise AssertionError(
            f"{len(unanswered)} questions met with silence; busy told {told_busy.most_common(1)}"
        )
    return Flood(
        questions=len(asked),
        answered=len(answers),
        busy=sum(told_busy.values()),
        silent=len(silent),
        mixed_up=sum(not _belongs(question, answer) for question, answer in answers),
        out_of_order=len(checks.out_of_order(entries)),
        repeated=len(checks.repeated(entries)),
        seconds=seconds,
        rate=len(answers) / max((max(a.time for _, a in answers) - min(q.time for q, _ in answers)), 0.001),
        memory_mb=grown_mb[0],
        rss_mb=grown_mb[1],
        commands_s=max(obeyed[to] - received[numbers[to]] for to in commands),
        heard_s=max(obeyed[to] - entry.time for to, entry in commands.items()),
        usual_command_s=median(obeyed[to] - received[numbers[to]] for to in commands),
        usual_answer_s=median(answer.time - received[numbers[q.message_id or 0]] for q, answer in answers),
    )


def _is_busy(entry: Entry) -> bool:
    return entry.parameters["text"] in BUSY


def _belongs(question: Entry, answer: Entry) -> bool:
    """Whether an answer went to the chat of its question and, where questions have numbers, quotes that number."""
    words = question.parameters["text"].split("letter number ")[1:]
    told = words[0].rstrip("?") if words else ""
    same_chat = answer.parameters["chat_id"] == question.parameters["person"]
    return same_chat and (not told or f"number {told} " in str(answer.parameters["text"]))


def memory_mb(process: int) -> tuple[float, float]:
    """Memory of a process, and all of it with what is mapped from files: libraries, whose pages the system may drop at
    any time."""
    status = Path(f"/proc/{process}/status").read_text()
    own, whole = (re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE) for name in ("RssAnon", "VmRSS"))
    assert own is not None
    assert whole is not None
    return int(own[1]) / 1024, int(whole[1]) / 1024


def cpu_s(process: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
