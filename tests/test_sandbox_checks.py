"""Bots with one planted bug each must be caught, and a careful bot must not be: else the sandbox proves nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession
from sandboxes import Client

from bot.sandbox import checks, faults
from bot.sandbox.server import Sandbox

Bot = Callable[[Client], Awaitable[None]]


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Client]:
    async with (
        Sandbox(throttle=False, ledger=tmp_path / "ledger.jsonl") as sandbox,
        ClientSession() as session,
    ):
        yield Client(sandbox, session)


async def asked(api: Client, count: int = 3) -> None:
    for name in ("Alena", "Vera"):
        person = api.sandbox.person(name)
        for number in range(count):
            await person.say(f"question {number}")


def answer(update: dict[str, Any], **more: Any) -> dict[str, Any]:
    message = update["message"]
    reply = {"message_id": message["message_id"]}
    return {"chat_id": message["chat"]["id"], "text": "an answer", "reply_parameters": reply} | more


async def careful(api: Client) -> None:
    for update in await api.ok("getUpdates"):
        await api.ok("sendMessage", **answer(update))
        await api.ok("getUpdates", offset=update["update_id"] + 1)


async def acknowledges_before_answering(api: Client) -> None:
    updates = await api.ok("getUpdates")
    await api.ok("getUpdates", offset=updates[-1]["update_id"] + 1)
    for update in updates[:4]:
        await api.ok("sendMessage", **answer(update))
    # … and here it is killed; started again, it finds nothing to do.
    assert await api.ok("getUpdates") == []


async def answers_again_after_a_lost_reply(api: Client) -> None:
    api.sandbox.faults.add("sendMessage", faults.drop_after(), nth=2)
    for update in await api.ok("getUpdates"):
        try:
            await api.ok("sendMessage", **answer(update))
        except ClientError:
            await api.ok("sendMessage", **answer(update))


async def answers_the_newest_first(api: Client) -> None:
    for update in reversed(await api.ok("getUpdates")):
        await api.ok("sendMessage", **answer(update))


async def retries_a_refusal(api: Client) -> None:
    for update in await api.ok("getUpdates"):
        for _ in range(2):
            await api.raw("sendMessage", **answer(update, text="x" * 4097))
        await api.ok("sendMessage", **answer(update))


@pytest.mark.parametrize(
    ("bot", "found"),
    [
        (careful, (0, 0, 0, 0)),
        (acknowledges_before_answering, (2, 0, 0, 0)),
        (answers_again_after_a_lost_reply, (0, 1, 0, 0)),
        (answers_the_newest_first, (0, 0, 4, 0)),
        (retries_a_refusal, (0, 0, 0, 6)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_the_ledger_shows_what_the_bot_did_wrong(
    api: Client, tmp_path: Path, bot: Bot, found: tuple[int, int, int, int]
) -> None:
    await asked(api)
    await bot(api)
    entries = checks.read_ledger(tmp_path / "ledger.jsonl")
    assert entries == api.sandbox.ledger.entries
    all_checks = (checks.lost, checks.repeated, checks.out_of_order, checks.retried_refusals)
    assert tuple(len(check(entries)) for check in all_checks) == found


@pytest.mark.parametrize(
    "wrong",
    [
        {"parse_mode": "HTML"},
        {"reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "x" * 65}]]}},
        {"entities": [{"type": "bold", "offset": 0, "length": 99}]},
        {"disable_web_page_preview": True},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_a_careless_message_is_a_violation(api: Client, wrong: dict[str, Any]) -> None:
    await asked(api, 1)
    [update, _] = await api.ok("getUpdates")
    await api.raw("sendMessage", **answer(update, **wrong))
    assert len(api.sandbox.violations) == 1


async def test_a_bot_that_ignores_a_pause_is_a_violation(tmp_path: Path) -> None:
    from bot.sandbox.rates import Rates

    async with Sandbox(rates=Rates()) as sandbox, ClientSession() as session:
        api = Client(sandbox, session)
        await asked(api, 1)
        [update, _] = await api.ok("getUpdates")
        for _ in range(3):
            await api.raw("sendMessage", **answer(update))
        assert [line.split(": ", 1)[1] for line in sandbox.violations] == ["Too Many Requests: retry after 1"]


def test_a_ledger_that_a_crash_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    whole = '{"sequence": 1, "time": 1.5, "method": "say", "parameters": {"person": 5}, "verdict": "act", "message_id": 1}'
    path.write_text(f"{whole}\n{whole[:40]}", "utf-8")
    assert [entry.message_id for entry in checks.read_ledger(path)] == [1]
