"""What the ledger says about a bot: questions lost, answered twice or out of order, refused calls repeated.

The checks read the ledger alone, so that the bot's own word counts for nothing. An answer is an accepted message that
replies to the question; a dropped reply does not make it less accepted.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from bot.sandbox.ledger import Entry

# Refusals that say that nothing was left to do: a later identical call may be right again.
_HARMLESS = ("message is not modified", "query is too old", "message to delete not found")


def read_ledger(path: Path) -> list[Entry]:
    """The entries of a ledger file; a line that was cut off by a crash ends it."""
    entries = []
    for line in path.read_text("utf-8").splitlines():
        try:
            entries.append(Entry(**json.loads(line)))
        except ValueError:
            break
    return entries


def lost(entries: Iterable[Entry]) -> list[int]:
    """Questions, by message id, that no accepted message replies to."""
    asked, answers = _questions_and_answers(entries)
    return [question for question in asked if question not in answers]


def repeated(entries: Iterable[Entry]) -> list[int]:
    """Questions that more than one accepted message replies to."""
    asked, answers = _questions_and_answers(entries)
    return [question for question in asked if len(answers.get(question, ())) > 1]


def out_of_order(entries: Iterable[Entry]) -> list[int]:
    """Questions whose first answer came before that of an earlier question in the same chat."""
    asked, answers = _questions_and_answers(entries)
    latest: dict[int, int] = defaultdict(int)
    early = []
    for question, person in asked.items():
        if question in answers:
            if answers[question][0] < latest[person]:
                early.append(question)
            latest[person] = max(latest[person], answers[question][0])
    return early


def retried_refusals(entries: Iterable[Entry]) -> list[int]:
    """Sequence numbers of calls that repeat, unchanged, a call that a 400 had refused."""
    refused: set[str] = set()
    again = []
    for entry in entries:
        call = json.dumps([entry.method, entry.parameters], sort_keys=True, ensure_ascii=False)
        if entry.verdict != "act" and call in refused:
            again.append(entry.sequence)
        if entry.code == 400 and not any(words in entry.description for words in _HARMLESS):
            refused.add(call)
    return again


def _questions_and_answers(entries: Iterable[Entry]) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Person by question, in order of asking; sequence numbers of the answers by question."""
    asked: dict[int, int] = {}
    answers: dict[int, list[int]] = defaultdict(list)
    for entry in entries:
        if entry.method == "say" and entry.message_id is not None:
            asked[entry.message_id] = entry.parameters["person"]
        elif entry.method == "sendMessage" and entry.verdict == "ok":
            question = (entry.parameters.get("reply_parameters") or {}).get("message_id")
            if question is not None:
                answers[question].append(entry.sequence)
    return asked, answers
