"""What the sandbox's ledger says of a broadcast: who did not get it, who got it twice, and what should not have been sent."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.sandbox.ledger import Entry

UNDER_WAY_S = 1.0
"""Messages that were under way when Telegram asked to wait may still arrive for this long, on a busy machine."""
PAUSE_S = 2
"""How long the rigs' Telegram asks to wait."""


HEARD_S = 0.25
"""What a sender heard so shortly before it was killed it may not have written down."""

Deaf = tuple[float, float]
"""From when until when what a sender heard may not have been written down: nobody else can know of it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of sending some numbers to some people."""

    messages: int
    lost: int
    repeated: int
    most_repeats: int
    wrong: int
    in_pause: int
    again_after_400: int
    unanswered: int
    """Accepted, while the reply was lost: each may be sent once more."""

    def __str__(self) -> str:
        return (
            f"{self.messages} accepted, {self.lost} lost, {self.repeated} repeated ({self.unanswered} replies were lost), "
            f"{self.wrong} to the wrong chat, {self.in_pause} inside a pause, {self.again_after_400} again after a 400"
        )


def judge(
    entries: Sequence[Entry],
    numbers: Sequence[int],
    wanted: Collection[int],
    *,
    moved: Mapping[int, int],
    unreachable: Collection[int] = (),
    deaf: Sequence[Deaf] = (),
) -> Delivered:
    """Read the ledger. `wanted` are the chats that follow; `moved` has the new number of those that moved."""
    sent = [entry for entry in entries if entry.method == "sendMessage"]
    accepted = Counter((chat_of(entry), number_of(entry)) for entry in sent if entry.verdict == "ok")
    expected = {
        (moved.get(chat, chat), number) for chat in wanted if chat not in unreachable for number in numbers
    }
    repeats = [count - 1 for count in accepted.values() if count > 1]
    return Delivered(
        messages=accepted.total(),
        lost=len(expected - accepted.keys()),
        repeated=sum(repeats),
        most_repeats=max(repeats, default=0),
        wrong=sum(count for key, count in accepted.items() if key not in expected),
        in_pause=len(inside_a_pause(sent, deaf)),
        again_after_400=_again_after_400(sent, deaf),
        unanswered=sum(entry.verdict == "ok" and _reply_lost(entry) for entry in sent),
    )


def inside_a_pause(sent: Sequence[Entry], deaf: Sequence[Deaf] = ()) -> list[int]:
    """Calls that were made while Telegram had asked for none."""
    begins = until = 0.0
    found = []
    for entry in sent:
        if begins + UNDER_WAY_S < entry.time < until:
            found.append(entry.sequence)
        if entry.code == 429 and _was_written(entry, deaf):
            begins, until = entry.time, entry.time + int(entry.description.rsplit(" ", 1)[1])
    return found


def _reply_lost(entry: Entry) -> bool:
    return (entry.fault or "").startswith(("drop_after", "garbage"))


def _was_written(entry: Entry, deaf: Sequence[Deaf]) -> bool:
    return not any(first <= entry.time <= last for first, last in deaf)


def chat_of(entry: Entry) -> int:
    return int(entry.parameters["chat_id"])


def number_of(entry: Entry) -> int:
    """The № that a message begins with."""
    return int(str(entry.parameters["text"]).split("№ ")[1].split("\n")[0].split(" ")[0])


def _again_after_400(sent: Sequence[Entry], deaf: Sequence[Deaf]) -> int:
    """Messages that were refused and sent again all the same, where the refusal was heard."""
    refused: set[tuple[int, int]] = set()
    again = 0
    for entry in sent:
        key = (chat_of(entry), number_of(entry))
        again += key in refused
        if entry.code == 400 and not _reply_lost(entry) and _was_written(entry, deaf):
            refused.add(key)
    return again
