"""The page's own calls: who may make them, and what they do; and the command that starts page and bot together."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sandboxes import Client

from bot.sandbox.commands import SandboxError, serve
from bot.sandbox.control import FILES
from bot.sandbox.server import Sandbox

ROOT = Path(__file__).parent.parent


@pytest.fixture
async def api() -> AsyncIterator[Client]:
    async with Sandbox(throttle=False) as sandbox, ClientSession() as session:
        yield Client(sandbox, session)


async def get(api: Client, path: str, **headers: str) -> tuple[int, str]:
    async with ClientSession() as session, session.get(api.sandbox.page_url + path, headers=headers) as reply:
        return reply.status, await reply.text()


async def post(api: Client, path: str, body: object, **headers: str) -> tuple[int, str]:
    data = body if isinstance(body, str) else json.dumps(body)
    sent = {"Content-Type": "application/json"} | headers
    async with (
        ClientSession() as session,
        session.post(f"{api.sandbox.page_url}sandbox/{path}", data=data, headers=sent) as reply,
    ):
        return reply.status, await reply.text()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:80", ""])
async def test_another_host_name_is_refused_everywhere(api: Client, host: str) -> None:
    for path in ("", "sandbox/state", f"bot{api.sandbox.token}/getMe"):
        assert (await get(api, path, Host=host))[0] in (400, 403)


async def test_a_change_from_another_page_is_refused(api: Client) -> None:
    person = api.sandbox.person("Alena")
    say, path = {"text": "hi"}, f"chats/{person.id}/say"
    assert (await post(api, path, say, Origin="https://evil.example"))[0] == 403
    assert (await post(api, path, say, Origin="null"))[0] == 403
    assert (await post(api, path, say, **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
    assert (await post(api, path, say, **{"Content-Type": "text/plain"}))[0] == 415
    assert api.sandbox.world.messages == {}
    own = api.sandbox.page_url.rstrip("/")
    assert (await post(api, path, say, Origin=own, **{"Sec-Fetch-Site": "same-origin"}))[0] == 200
    assert [message.text for message in api.sandbox.world.messages.values()] == ["hi"]


async def test_the_page_is_served_with_a_policy_that_lets_nothing_else_in(api: Client) -> None:
    async with ClientSession() as session, session.get(api.sandbox.page_url) as reply:
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    for path, (name, _) in FILES.items():
        text = (ROOT / "bot" / "sandbox" / name).read_text("utf-8")
        assert (await get(api, path.lstrip("/"))) == (200, text)
        addresses = text.replace("http://www.w3.org/", "")
        assert "http://" not in addresses
        assert "https://" not in addresses
        assert "innerHTML" not in text


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("chats/1/say", {"text": "x"}, 404),
        ("chats/{}/shout", {"text": "x"}, 404),
        ("chats/{}/say", {}, 400),
        ("chats/{}/say", {"text": " \n"}, 400),
        ("chats/{}/say", {"text": "\ud83d"}, 400),
        ("chats/{}/say", "not json", 400),
        ("chats/{}/say", "[]", 400),
        ("chats/{}/press", {"message": 99, "data": "a"}, 400),
        ("chats/{}/edit", {"message": None, "text": "a"}, 400),
        ("people", {"name": " "}, 400),
        ("chats/0/say", {"text": "x"}, 404),
        ("chats/x/say", {"text": "x"}, 404),
        ("chats/{}/choose", {"query": "9", "result": "1"}, 400),
        ("groups", {"title": ""}, 400),
        ("faults", {"kind": "fire"}, 400),
        ("faults", {"kind": "429", "seconds": 0}, 400),
        ("clock", {"seconds": -5}, 400),
        ("clock", {"seconds": "NaN"}, 400),
    ],
)
async def test_a_wrong_call_of_the_page_is_refused(api: Client, path: str, body: object, status: int) -> None:
    person = api.sandbox.person("Alena")
    assert (await post(api, path.format(person.id), body))[0] == status


async def test_the_page_acts_as_a_person_and_the_ledger_knows(api: Client) -> None:
    person = api.sandbox.person("Alena", language_code="be")
    chat = f"chats/{person.id}"
    await post(api, f"{chat}/say", {"text": "hello"})
    keyboard = {"inline_keyboard": [[{"text": "b", "callback_data": "a"}]]}
    sent = await api.ok("sendMessage", chat_id=person.id, text="x", reply_markup=keyboard)
    for act, body in (
        ("press", {"message": sent["message_id"], "data": "a"}),
        ("edit", {"message": 1, "text": "hello again"}),
        ("language", {"language": "ru"}),
        ("block", {}),
    ):
        assert await post(api, f"{chat}/{act}", body) == (200, "{}")
    acts = [entry.method for entry in api.sandbox.ledger.entries if entry.verdict == "act"]
    assert acts == ["say", "press", "edit", "block"]
    assert (person.account.language_code, person.account.blocked) == ("ru", True)
    shown = json.loads((await get(api, f"sandbox/{chat}"))[1])
    assert [(message["text"], message["from_bot"]) for message in shown] == [
        ("hello again", False),
        ("x", True),
    ]
    assert [call["method"] for call in shown[1]["calls"]] == ["sendMessage"]


async def test_the_stream_tells_what_changes(api: Client) -> None:
    person = api.sandbox.person("Alena")
    async with ClientSession() as session, session.get(f"{api.sandbox.page_url}sandbox/events") as stream:
        await person.say("hello")
        await api.ok("sendChatAction", chat_id=person.id, action="typing")
        await api.ok("getUpdates")
        events = []
        while len(events) < 4:
            line = (await asyncio.wait_for(stream.content.readline(), 5)).decode()
            if line.startswith("event: "):
                events.append(line.removeprefix("event: ").strip())
            elif line.startswith("data: "):
                events[-1:] = [(events[-1], json.loads(line.removeprefix("data: ")))]
    assert [name for name, _ in events[:3]] == ["people", "message", "action"]
    assert events[1][1]["message"]["text"] == "hello"
    assert events[0][1]["bot_listens"] is False


async def test_emptying_the_chats_forgets_messages_and_updates(api: Client) -> None:
    person = api.sandbox.person("Alena")
    await person.say("hello")
    await post(api, "reset", {})
    assert (api.sandbox.world.messages, await api.ok("getUpdates")) == ({}, [])


async def test_the_page_acts_in_a_group_as_one_of_its_people(api: Client) -> None:
    alena = api.sandbox.person("Alena")
    chat = json.loads((await post(api, "groups", {"title": "Friends"}))[1])["id"]
    assert (await post(api, f"chats/{chat}/bot", {"as": alena.id, "status": "member"}))[0] == 200
    assert (await post(api, f"chats/{chat}/bot", {"as": alena.id, "status": "owner"}))[0] == 400
    assert (await post(api, f"chats/{chat}/say", {"as": alena.id, "text": "hello"}))[0] == 200
    assert (await post(api, f"chats/{chat}/say", {"as": 7, "text": "hello"}))[0] == 404
    shown = json.loads((await get(api, f"sandbox/chats/{chat}"))[1])
    assert [(message["text"], message["service"]) for message in shown] == [
        ("sprava joined the group", True),
        ("hello", False),
    ]
    state = json.loads((await get(api, "sandbox/state"))[1])
    assert [(group["name"], group["bot"]) for group in state["groups"]] == [("Friends", "member")]


async def test_the_next_messages_fail_as_asked_and_the_record_says_so(api: Client) -> None:
    person = api.sandbox.person("Alena")
    await person.say("hello")
    await post(api, "faults", {"kind": "429", "seconds": 3, "times": 1})
    assert json.loads((await get(api, "sandbox/state"))[1])["fault"] == "error 429"
    assert (await api.refused("sendMessage", chat_id=person.id, text="x")).endswith("retry after 3")
    await api.ok("sendMessage", chat_id=person.id, text="x")
    await post(api, "faults", {"kind": "502", "times": 9})
    await post(api, "faults", {"kind": "none"})
    await api.ok("sendMessage", chat_id=person.id, text="x")
    status, record = await get(api, "sandbox/ledger")
    assert (status, [json.loads(line)["code"] for line in record.splitlines()]) == (200, [200, 429, 200, 200])


# A stand-in for the interpreter: what `sprava sandbox` starts instead of the real bot.
STUB = """#!{python}
import json, os, sys, time, urllib.request
if {dies!r}:
    sys.exit("sprava: no index yet: run `sprava index update`")
url = os.environ["SPRAVA_BOT_API_URL"] + open(os.environ["SPRAVA_BOT_TOKEN_FILE"]).read() + "/"
urllib.request.urlopen(url + "getUpdates?timeout=0").read()
with open({seen!r}, "w") as file:
    json.dump([sys.argv[1:], {{k: v for k, v in os.environ.items() if k.startswith("SPRAVA")}}], file)
time.sleep(60)
"""


def stub(folder: Path, monkeypatch: pytest.MonkeyPatch, *, dies: bool) -> Path:
    path, seen = folder / "stub", folder / "seen.json"
    path.write_text(STUB.format(python=sys.executable, dies=dies, seen=str(seen)), "utf-8")
    path.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(path))
    return seen


async def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=rf"^Port {port} of 127\.0\.0\.1 .*already in use.*--port\.$"):
            await serve(port, None)


async def test_a_ledger_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"no/ledger.*--ledger\.$"):
        await serve(0, tmp_path / "no" / "ledger")


async def test_a_bot_that_stops_by_itself_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, dies=True)
    with pytest.raises(SandboxError, match=r"exit code 1\): no index yet"):
        await serve(0, None)


async def test_sigterm_stops_page_and_bot_and_no_real_token_key_or_database_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ("SPRAVA_BOT_TOKEN", "SPRAVA_SECRET_KEY", "SPRAVA_DATABASE_URL")
    for name in (*own, *(f"{name}_FILE" for name in own), "SPRAVA_BROADCAST", "CREDENTIALS_DIRECTORY"):
        monkeypatch.setenv(name, "/the/real/one")
    seen = stub(tmp_path, monkeypatch, dies=False)
    serving = asyncio.create_task(serve(0, None))
    async with asyncio.timeout(10):
        while not (seen.exists() and seen.stat().st_size):  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.05)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 10)
    arguments, environment = json.loads(seen.read_text())
    assert arguments == ["-P", "-m", "bot", "bot", "run", "--with-parent"]
    assert environment["SPRAVA_BOT_API_URL"].startswith("http://127.0.0.1:")
    assert not set(own) & set(environment)
    assert all("sprava-sandbox-" in environment[f"{name}_FILE"] for name in own)
    assert "/the/real/one" not in str(environment)
    printed = capsys.readouterr().out
    assert printed.startswith("Open http://127.0.0.1:")
    assert f"export SPRAVA_DATABASE_URL_FILE={environment['SPRAVA_DATABASE_URL_FILE']} " in printed
