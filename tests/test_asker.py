"""The queue of questions is bounded in number and in time; commands and buttons do not stand in it."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from articles import RuleBase, version
from test_handlers import serving

from bot import asker, handling, replies, seen, transport
from bot.asker import Asker, BusyError, Crowd
from bot.lanes import lane_of
from bot.quotes import Quotes
from bot.sandbox.server import Sandbox
from index.answer import Answer


async def test_who_would_wait_too_long_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asker, "WAIT_S", 0.2)
    monkeypatch.setattr(asker, "BATCH", 1)
    quotes = Quotes(version())
    asking = Asker(RuleBase(lambda: quotes, pause_s=0.1))
    running = asyncio.create_task(asking.run())
    await asking.ask("When was Losik arrested?")
    came = await asyncio.gather(
        *(asking.ask("When was Losik arrested?") for _ in range(20)), return_exceptions=True
    )
    busy = sum(isinstance(each, BusyError) for each in came)
    assert 10 <= busy <= 19, "at a tenth of a second each, a few wait for a fifth of a second"
    running.cancel()
    asking.close()


async def test_who_waits_behind_a_batch_that_takes_too_long_is_told_while_there_is_time_to_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asker, "LONGEST_S", 0.1)
    quotes = Quotes(version())
    asking = Asker(RuleBase(lambda: quotes, pause_s=2))
    running = asyncio.create_task(asking.run())
    asked = [asyncio.create_task(asking.ask("When was Losik arrested?")) for _ in range(40)]
    came = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 1.5)
    assert {type(each) for each in came} == {BusyError}
    monkeypatch.setattr(asker, "LONGEST_S", 5.0)
    assert (await asking.ask("When was Losik arrested?"))[0].answered, "nobody waits behind those who left"
    running.cancel()
    asking.close()


async def test_in_a_long_rush_the_next_batch_of_each_thread_is_filled_and_everybody_else_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asker, "CROWD_S", -1.0)
    monkeypatch.setattr(asker, "RUSH_BATCH", 4)
    quotes = Quotes(version())
    asking = Asker(RuleBase(lambda: quotes))
    asking.crowd.note(full=True)
    assert asking.crowd.too_long
    asked = [asyncio.create_task(asking.ask("When was Losik arrested?")) for _ in range(10)]
    await asyncio.sleep(0)
    running = asyncio.create_task(asking.run())
    came = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(each, BusyError) for each in came] == [False] * 8 + [True] * 2
    running.cancel()
    asking.close()


async def test_one_batch_is_encoded_while_another_is_searched() -> None:
    busy: list[int] = []

    class Counting(RuleBase):
        def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
            busy.append(1)
            side_by_side.append(len(busy))
            try:
                return super().answer_many(questions)
            finally:
                busy.pop()

    side_by_side: list[int] = []
    quotes = Quotes(version())
    asking = Asker(Counting(lambda: quotes, pause_s=0.05))
    running = asyncio.create_task(asking.run())
    await asyncio.gather(*(asking.ask("When was Losik arrested?") for _ in range(64)))
    assert max(side_by_side) == asker.WORKERS
    running.cancel()
    asking.close()


async def test_the_threads_go_on_while_the_loop_has_no_moment_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asker, "BATCH", 1)
    begun: list[str] = []

    class Counting(RuleBase):
        def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
            begun.extend(questions)
            return super().answer_many(questions)

    quotes = Quotes(version())
    asking = Asker(Counting(lambda: quotes))
    running = asyncio.create_task(asking.run())
    asked = [asyncio.create_task(asking.ask("When was Losik arrested?")) for _ in range(6)]
    await asyncio.sleep(0)  # all are in the queue
    until = time.monotonic() + 10
    while len(begun) < len(asked) and time.monotonic() < until:
        time.sleep(0.01)  # noqa: ASYNC251 (the loop stands still)
    assert len(begun) == len(asked)
    await asyncio.gather(*asked)
    running.cancel()
    asking.close()


def test_a_handler_is_not_cut_off_while_its_reply_is_on_the_way() -> None:
    assert asker.WAIT_S < asker.LONGEST_S
    assert asker.LONGEST_S + transport.ANSWER_S <= handling.HANDLER_S < seen.LEASE_S
    assert asker.LONGEST_S + replies._REPLY_S < handling.HANDLER_S


async def test_a_question_that_fails_takes_no_other_with_it() -> None:
    class Fragile(RuleBase):
        def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
            if "poison" in questions:
                raise ZeroDivisionError
            return super().answer_many(questions)

    quotes = Quotes(version())
    asking = Asker(Fragile(lambda: quotes))
    asked = [asking.ask(question) for question in ("When was Losik arrested?", "poison", "Who is Losik?")]
    running = asyncio.create_task(asking.run())
    came = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in came] == [tuple, ZeroDivisionError, tuple]
    running.cancel()
    asking.close()


def test_a_rush_is_too_long_only_when_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd()
    crowd.note(full=True)
    assert not crowd.too_long
    monkeypatch.setattr(asker, "CROWD_S", -1.0)
    assert crowd.too_long
    crowd.note(full=False)
    assert not crowd.too_long


async def test_a_command_does_not_wait_for_the_answer_before_it(tmp_path: Path) -> None:
    quotes, held = Quotes(version()), asyncio.Event()

    class Held(RuleBase):
        def answer_many(self, questions: Sequence[str]) -> tuple[Sequence[Answer], Quotes]:
            asyncio.run_coroutine_threadsafe(held.wait(), loop).result()
            return super().answer_many(questions)

    loop = asyncio.get_running_loop()
    async with Sandbox() as sandbox, serving(sandbox, tmp_path, Held(lambda: quotes)):
        person = sandbox.person("Alena", language_code="en")
        question = await person.say("When was Losik arrested?")
        for command in ("/help", "/privacy", "/start"):
            await person.wait_for_reply(await person.say(command), timeout_s=5)
        assert question not in [message.reply_to for message in person.messages()]
        held.set()
        assert (await person.wait_for_reply(question)).quotes


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        ({"message": {"text": "/stop"}}, "own"),
        ({"message": {"text": "/HELP@sprava_bot now"}}, "own"),
        ({"message": {"text": "/ask when?"}}, "questions"),
        ({"message": {"text": "/"}}, "questions"),
        ({"message": {"text": "/ spaced"}}, "questions"),
        ({"message": {"text": "when?"}}, "questions"),
        ({"message": {"photo": []}}, "questions"),
        ({"edited_message": {"text": "/help"}}, "questions"),
        ({"callback_query": {"data": "x"}}, "buttons"),
        ({"callback_query": {"data": "1g00"}}, "buttons"),
        ({"callback_query": {"data": "1qlosik-ihar"}}, "questions"),
        ({"callback_query": {"data": "1e0"}}, "questions"),
        ({"callback_query": {"data": "1Se"}}, "own"),
        ({"callback_query": {"data": "1oD3"}}, "own"),
        ({"callback_query": {"data": "1F"}}, "own"),
        ({"callback_query": {"data": 7}}, "buttons"),
        ({"my_chat_member": {"chat": {"id": 7, "type": "private"}}}, "own"),
        ({"my_chat_member": {"chat": {"id": -7, "type": "group"}}}, "questions"),
        ({"my_chat_member": "poison"}, "questions"),
        ({"message": "poison"}, "questions"),
    ],
)
def test_buttons_and_what_changes_what_is_kept_have_lanes_of_their_own(
    update: dict[str, object], lane: str
) -> None:
    assert lane_of({"update_id": 1, **update})[1] == lane
